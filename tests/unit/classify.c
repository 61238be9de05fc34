// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier against a model of RFC 4301 4.4.1: the model keeps addresses as numbers,
 * looks at every selector of every policy, and knows nothing of the classifier's types.
 * Rules and packets are drawn from few numbers, so that most packets are near a bound.
 */
#include "ktap.h"
#include "../../src/selector.c"
#include "../../src/classify.c"

typedef unsigned __int128 u128;

struct range {
	u128 low, high;
};

struct model_rule {
	struct range src, dst, sport, dport;
	int version, proto, policy;	/* proto -1: any */
	bool takes_unknown;
};

struct model_packet {
	u128 src, dst;
	unsigned int sport, dport;
	int version, proto;
	bool ports_known;
};

#define RULES_MAX	200

static const int protos[] = { 1, 6, 17, 33, 50, 132, 136 };

static bool in(struct range r, u128 n)
{
	return r.low <= n && n <= r.high;
}

static bool model_proto_has_ports(int proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

/* The policy of the first rule that matches, or -1. */
static long model_classify(const struct model_rule *rules, int n, const struct model_packet *p)
{
	for (int i = 0; i < n; i++) {
		const struct model_rule *r = &rules[i];
		bool every_port = r->sport.low == 0 && r->sport.high == 65535 &&
				  r->dport.low == 0 && r->dport.high == 65535;

		if (r->version != p->version || !in(r->src, p->src) || !in(r->dst, p->dst))
			continue;
		if (r->proto >= 0 && r->proto != p->proto)
			continue;
		if (every_port)
			return r->policy;
		if (!p->ports_known && r->takes_unknown)
			return r->policy;
		if (p->ports_known && in(r->sport, p->sport) && in(r->dport, p->dport))
			return r->policy;
	}
	return -1;
}

static void put_addr(union ipsec_addr *addr, u128 n, int version)
{
	int len = version == 4 ? 4 : 16;

	memset(addr, 0, sizeof(*addr));
	for (int i = len - 1; i >= 0; i--, n >>= 8)
		addr->bytes[i] = n;
}

/* Few different ones, in every byte, and the two ends of the space. */
static u128 draw_addr(uint64_t *seed, int version)
{
	u128 all = version == 4 ? 0xffffffffu : ~(u128)0, n;

	switch (below(seed, 16)) {
	case 0: return 0;
	case 1: return all;
	case 2: return (all >> 1) + below(seed, 2);
	}
	n = below(seed, 3);
	for (int i = 8; i < (version == 4 ? 32 : 128); i += 8)
		n |= (u128)below(seed, 2) << i;
	return n & all;
}

static struct range draw_range(uint64_t *seed, u128 a, u128 b, u128 all)
{
	struct range r = { a < b ? a : b, a < b ? b : a };

	switch (below(seed, 4)) {
	case 0: r.high = r.low; break;
	case 1: r.low = 0; r.high = all; break;
	}
	return r;
}

static struct range draw_addrs(uint64_t *seed, int version)
{
	return draw_range(seed, draw_addr(seed, version), draw_addr(seed, version),
			  version == 4 ? 0xffffffffu : ~(u128)0);
}

static unsigned int draw_port(uint64_t *seed)
{
	static const unsigned int ports[] = { 0, 1, 53, 54, 255, 256, 1024, 32767, 32768, 65534, 65535 };

	return ports[below(seed, ARRAY_LEN(ports))];
}

static struct range draw_ports(uint64_t *seed)
{
	return draw_range(seed, draw_port(seed), draw_port(seed), 65535);
}

static void draw_rule(uint64_t *seed, struct model_rule *r, int policy, bool takes_unknown)
{
	r->version = below(seed, 4) ? 4 : 6;
	r->policy = policy;
	r->takes_unknown = takes_unknown;
	r->src = draw_addrs(seed, r->version);
	r->dst = draw_addrs(seed, r->version);
	r->proto = below(seed, 3) ? protos[below(seed, ARRAY_LEN(protos))] : -1;
	r->sport = r->dport = (struct range){ 0, 65535 };
	if (r->proto >= 0 && model_proto_has_ports(r->proto)) {
		r->sport = draw_ports(seed);
		r->dport = draw_ports(seed);
	}
}

static void put_rule(struct ipsec_classify_rule *rule, const struct model_rule *r)
{
	struct ipsec_selector *sel = &rule->sel;

	memset(rule, 0, sizeof(*rule));
	put_addr(&sel->src_min, r->src.low, r->version);
	put_addr(&sel->src_max, r->src.high, r->version);
	put_addr(&sel->dst_min, r->dst.low, r->version);
	put_addr(&sel->dst_max, r->dst.high, r->version);
	sel->sport_min = r->sport.low;
	sel->sport_max = r->sport.high;
	sel->dport_min = r->dport.low;
	sel->dport_max = r->dport.high;
	sel->family = r->version == 4 ? AF_INET : AF_INET6;
	sel->proto = r->proto < 0 ? IPSEC_ANY_PROTO : r->proto;
	rule->policy = r->policy;
	rule->take_unknown = r->takes_unknown;
	if (ipsec_selector_check(sel))
		wrong("a rule was drawn that is refused: %s", ipsec_selector_check(sel));
}

/* Rules of policies with one to three selectors each. */
static int draw_rules(uint64_t *seed, struct model_rule *rules, int n)
{
	int policy = -1, left = 0;
	bool takes_unknown = false;

	for (int i = 0; i < n; i++) {
		if (!left) {
			policy++;
			left = 1 + below(seed, 3);
			takes_unknown = below(seed, 2);
		}
		left--;
		draw_rule(seed, &rules[i], policy, takes_unknown);
	}
	return policy + 1;
}

static void draw_packet(uint64_t *seed, struct model_packet *p)
{
	p->version = below(seed, 4) ? 4 : 6;
	p->src = draw_addr(seed, p->version);
	p->dst = draw_addr(seed, p->version);
	p->proto = protos[below(seed, ARRAY_LEN(protos))];
	p->ports_known = below(seed, 4);
	p->sport = p->dport = 0;
	if (p->ports_known && model_proto_has_ports(p->proto)) {
		p->sport = draw_port(seed);
		p->dport = draw_port(seed);
	}
}

static void put_packet(struct ipsec_key *key, const struct model_packet *p)
{
	memset(key, 0, sizeof(*key));
	put_addr(&key->src, p->src, p->version);
	put_addr(&key->dst, p->dst, p->version);
	key->sport = p->sport;
	key->dport = p->dport;
	key->family = p->version == 4 ? AF_INET : AF_INET6;
	key->proto = p->proto;
	key->flags = p->ports_known ? 0 : IPSEC_KEY_NO_PORTS;
}

static struct ipsec_classifier *build(const struct model_rule *rules, int n)
{
	struct ipsec_classifier *classifier = malloc(ipsec_classifier_bytes(n));

	classifier->n = n;
	for (int i = 0; i < n; i++)
		put_rule(&classifier->rule[i], &rules[i]);
	return classifier;
}

/* One set of rules, many packets. Return: how many of them matched something. */
static long one_set(uint64_t *seed, int n, long lookups)
{
	static struct model_rule rules[RULES_MAX];
	struct ipsec_classifier *classifier;
	struct model_packet p;
	struct ipsec_key key;
	long hits = 0;

	draw_rules(seed, rules, n);
	classifier = build(rules, n);
	for (long i = 0; i < lookups; i++) {
		long wanted;
		__u32 found;

		draw_packet(seed, &p);
		put_packet(&key, &p);
		wanted = model_classify(rules, n, &p);
		found = ipsec_classify(classifier, &key);
		hits += wanted >= 0;
		expect(wanted < 0 ? IPSEC_CLASSIFY_NONE : wanted, found,
		       "%d rules, packet %ld, version %d, proto %d, ports %s", n, i, p.version,
		       p.proto, p.ports_known ? "known" : "unknown");
	}
	free(classifier);
	return hits;
}

static void random_sets(const char *name, uint64_t seed, int sets, int rules_max, long lookups)
{
	long hits = 0, total = 0;

	for (int i = 0; i < sets; i++) {
		hits += one_set(&seed, below(&seed, rules_max + 1), lookups);
		total += lookups;
	}
	/* a model that matches nothing, or all, proves nothing */
	if (hits < total / 20 || hits > total - total / 20)
		wrong("%ld of %ld packets matched", hits, total);
	end_case("%s: %ld lookups", name, total);
}

static void empty(void)
{
	struct ipsec_classifier *classifier = build(NULL, 0);
	struct ipsec_key key = { .family = AF_INET };

	expect(IPSEC_CLASSIFY_NONE, ipsec_classify(classifier, &key), "no rules");
	free(classifier);
	end_case("without rules nothing matches");
}

/* Fragments without ports slip past no policy that names ports (RFC 4301 7). */
static void fragments(void)
{
	struct model_rule rules[2] = {
		{ .src = { 0, 0xffffffff }, .dst = { 0, 0xffffffff }, .sport = { 0, 65535 },
		  .dport = { 53, 53 }, .version = 4, .proto = 17, .policy = 0 },
		{ .src = { 0, 0xffffffff }, .dst = { 0, 0xffffffff }, .sport = { 0, 65535 },
		  .dport = { 0, 65535 }, .version = 4, .proto = -1, .policy = 1 },
	};
	struct ipsec_key key = { .family = AF_INET, .proto = 17, .flags = IPSEC_KEY_NO_PORTS };
	struct ipsec_classifier *classifier;

	rules[0].takes_unknown = true;
	classifier = build(rules, 2);
	expect(0, ipsec_classify(classifier, &key), "a policy that protects takes it");
	free(classifier);
	rules[0].takes_unknown = false;
	classifier = build(rules, 2);
	expect(1, ipsec_classify(classifier, &key), "one that bypasses does not");
	free(classifier);
	end_case("a fragment without ports goes to a policy that protects, not to one that bypasses");
}

int main(void)
{
	empty();
	fragments();
	random_sets("few rules", 1, 2000, 8, 500);
	random_sets("some rules", 2, 200, 40, 4000);
	random_sets("many rules", 3, 20, RULES_MAX, 40000);
	return end_all();
}
