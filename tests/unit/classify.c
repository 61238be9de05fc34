// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier against a model of RFC 4301 4.4.1: the model keeps addresses as numbers,
 * looks at every selector of every policy, and knows nothing of the classifier's types.
 * Rules and packets are drawn from few numbers, so that most packets are near a bound.
 *
 * Between the lookups rules come and go, changes are given up and memory runs out. After
 * each change the rules about versions (classify.c) are proved: readers of the version
 * before would have seen nothing, and all of it that the next one lacks is retired, once.
 * Old versions are read, too, until the last node that only they have is freed.
 */
#include "ktap.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "../../src/node.c"
#include "../../src/classify.c"

typedef unsigned __int128 u128;

struct range {
	u128 low, high;
};

struct model_rule {
	struct range src, dst, sport, dport;
	int version, proto, policy;	/* proto -1: any */
	bool out, opaque, takes_unknown, there;
};

struct model_packet {
	u128 src, dst;
	unsigned int sport, dport;
	int version, proto;
	bool out, ports_known, proto_known;
	bool sure;	/* asks for what matches whatever its ports are */
};

/* Why a rule matches. */
enum why { WHY_ANY, WHY_PORTS, WHY_OPAQUE, WHY_UNKNOWN, WHY_MAX };

#define RULES_MAX	1000

static const int protos[] = { 1, 6, 17, 33, 50, 58, 132, 135, 136 };
static long reasons[WHY_MAX];

static bool in(struct range r, u128 n)
{
	return r.low <= n && n <= r.high;
}

static bool model_proto_has_ports(int proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

/* ICMP and ICMPv6 have a type and a code where others have ports, a mobility header a type. */
static bool model_proto_has_types(int proto)
{
	return proto == 1 || proto == 58 || proto == 135;
}

static bool rule_matches(const struct model_rule *r, const struct model_packet *p, enum why *why)
{
	bool every_port = !r->opaque && r->sport.low == 0 && r->sport.high == 65535 &&
			  r->dport.low == 0 && r->dport.high == 65535;

	if (r->out != p->out || r->version != p->version || !in(r->src, p->src) ||
	    !in(r->dst, p->dst))
		return false;
	if (r->proto >= 0 && p->proto_known && r->proto != p->proto)
		return false;
	*why = WHY_UNKNOWN;
	if (r->proto >= 0 && !p->proto_known)
		return r->takes_unknown && !p->sure;
	*why = WHY_ANY;
	if (every_port)
		return true;
	if (!p->ports_known) {
		*why = r->opaque ? WHY_OPAQUE : WHY_UNKNOWN;
		return r->opaque || (r->takes_unknown && !p->sure);
	}
	*why = WHY_PORTS;
	return !r->opaque && in(r->sport, p->sport) && in(r->dport, p->dport);
}

/* The policy of the first rule that matches, or -1. */
static long model_classify(const struct model_rule *rules, int n, const struct model_packet *p)
{
	enum why why;

	for (int i = 0; i < n; i++) {
		if (!rules[i].there || !rule_matches(&rules[i], p, &why))
			continue;
		reasons[why]++;
		return rules[i].policy;
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

static unsigned int draw_type(uint64_t *seed)
{
	static const unsigned int types[] = { 0, 1, 3, 8, 128, 254, 255 };

	return types[below(seed, ARRAY_LEN(types))];
}

static struct range draw_types(uint64_t *seed)
{
	return draw_range(seed, draw_type(seed), draw_type(seed), 65535);
}

static void draw_rule(uint64_t *seed, struct model_rule *r, int policy, bool takes_unknown,
		      bool out)
{
	r->version = below(seed, 4) ? 4 : 6;
	r->policy = policy;
	r->takes_unknown = takes_unknown;
	r->out = out;
	r->there = false;
	r->src = draw_addrs(seed, r->version);
	r->dst = draw_addrs(seed, r->version);
	r->proto = below(seed, 3) ? protos[below(seed, ARRAY_LEN(protos))] : -1;
	r->opaque = false;
	r->sport = r->dport = (struct range){ 0, 65535 };
	if (r->proto < 0)
		return;
	if (model_proto_has_ports(r->proto)) {
		r->opaque = !below(seed, 4);
		r->sport = draw_ports(seed);
		r->dport = draw_ports(seed);
	} else if (model_proto_has_types(r->proto)) {
		r->opaque = !below(seed, 4);
		r->sport = draw_types(seed);
		if (r->proto != 135)
			r->dport = draw_types(seed);
	}
}

static void put_selector(struct ipsec_selector *sel, const struct model_rule *r)
{
	memset(sel, 0, sizeof(*sel));
	put_addr(&sel->src_min, r->src.low, r->version);
	put_addr(&sel->src_max, r->src.high, r->version);
	put_addr(&sel->dst_min, r->dst.low, r->version);
	put_addr(&sel->dst_max, r->dst.high, r->version);
	sel->sport_min = r->opaque ? NFIPSEC_OPAQUE_MIN : r->sport.low;
	sel->sport_max = r->opaque ? NFIPSEC_OPAQUE_MAX : r->sport.high;
	sel->dport_min = r->opaque ? NFIPSEC_OPAQUE_MIN : r->dport.low;
	sel->dport_max = r->opaque ? NFIPSEC_OPAQUE_MAX : r->dport.high;
	sel->family = r->version == 4 ? AF_INET : AF_INET6;
	sel->proto = r->proto < 0 ? IPSEC_ANY_PROTO : r->proto;
	if (ipsec_selector_check(sel))
		wrong("a rule was drawn that is refused: %s", ipsec_selector_check(sel));
}

/* Rules of policies with one to three selectors each. */
static int draw_rules(uint64_t *seed, struct model_rule *rules, int n)
{
	int policy = -1, left = 0;
	bool takes_unknown = false, out = false;

	for (int i = 0; i < n; i++) {
		if (!left) {
			policy++;
			left = 1 + below(seed, 3);
			takes_unknown = below(seed, 2);
			out = below(seed, 2);
		}
		left--;
		draw_rule(seed, &rules[i], policy, takes_unknown, out);
	}
	return policy + 1;
}

static void draw_packet(uint64_t *seed, struct model_packet *p)
{
	p->version = below(seed, 4) ? 4 : 6;
	p->src = draw_addr(seed, p->version);
	p->dst = draw_addr(seed, p->version);
	p->proto = protos[below(seed, ARRAY_LEN(protos))];
	p->out = below(seed, 2);
	p->ports_known = below(seed, 4);
	p->proto_known = p->ports_known || p->version == 4 || below(seed, 2);
	p->sure = !p->ports_known && below(seed, 2);
	p->sport = p->dport = 0;
	if (!p->ports_known)
		return;
	if (model_proto_has_ports(p->proto)) {
		p->sport = draw_port(seed);
		p->dport = draw_port(seed);
	} else if (model_proto_has_types(p->proto)) {
		p->sport = draw_type(seed);
		p->dport = p->proto == 135 ? 0 : draw_type(seed);
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
	key->flags = (p->ports_known ? 0 : IPSEC_KEY_NO_PORTS) |
		     (p->proto_known ? 0 : IPSEC_KEY_NO_PROTO) | (p->sure ? IPSEC_KEY_OPAQUE : 0);
}

/* What is under test, beside its model. */
static struct model_rule rules[RULES_MAX];
static struct ipsec_selector selectors[RULES_MAX];
static struct ipsec_classifier classifier;
static char policies[RULES_MAX];	/* owners: only their addresses count */

static __u8 direction(bool out)
{
	return out ? NFIPSEC_DIR_OUT : NFIPSEC_DIR_IN;
}

static struct ipsec_classify_rule rule_of(int i)
{
	return (struct ipsec_classify_rule){
		.sel = &selectors[i],
		.owner = &policies[rules[i].policy],
		/* most of the 64 bits, and gaps */
		.rank = ((uint64_t)rules[i].policy / 7 << 40) + rules[i].policy * 3 + 1,
		.dir = direction(rules[i].out),
		.take_unknown = rules[i].takes_unknown,
	};
}

/* All nodes of a version, with a hash of what readers look at. */
struct nodes {
	const struct ipsec_node *node[2 * RULES_MAX];
	uint64_t hash[2 * RULES_MAX];
	int n;
};

static uint64_t hash_node(const struct ipsec_node *node)
{
	struct ipsec_node head = *node;
	const unsigned char *bytes = (const void *)&head;
	uint64_t hash = 0;

	head.retired = NULL;
	for (size_t i = 0; i < sizeof(head); i++)
		hash = hash * 31 + bytes[i];
	bytes = (const void *)node->box;
	for (size_t i = 0; i < node->n * stride(node) * sizeof(__u32); i++)
		hash = hash * 31 + bytes[i];
	return hash;
}

static void collect(struct nodes *nodes, const struct ipsec_node *node)
{
	if (!node)
		return;
	nodes->node[nodes->n] = node;
	nodes->hash[nodes->n++] = hash_node(node);
	for (int i = 0; node->level && i < node->n; i++)
		collect(nodes, node->child[i]);
}

static void collect_all(struct nodes *nodes, const struct ipsec_classifier *c)
{
	nodes->n = 0;
	for (int dir = 0; dir < __NFIPSEC_DIR_MAX; dir++) {
		collect(nodes, c->root[dir][0]);
		collect(nodes, c->root[dir][1]);
	}
}

static bool among(const struct nodes *nodes, const struct ipsec_node *node)
{
	for (int i = 0; i < nodes->n; i++)
		if (nodes->node[i] == node)
			return true;
	return false;
}

/* Boxes, ranks, levels and stamps of a tree. Return: number of rules in it. */
static int check_tree(const struct ipsec_node *node, __u64 version, int levels)
{
	struct ipsec_entry entry, real;
	int n = 0;

	if (!node)
		return 0;
	expect(true, node->n > 0 && node->n <= IPSEC_NODE_FANOUT, "entries");
	expect(true, node->version <= version, "a node is newer than the one above");
	if (levels >= 0)
		expect(levels, node->level, "all leaves on one level");
	if (!node->level)
		return node->n;
	for (int i = 0; i < node->n; i++) {
		struct ipsec_node *child = (struct ipsec_node *)node->child[i];

		ipsec_node_get(node, i, &entry);
		ipsec_node_entry(child, &real);
		expect(true, ipsec_box_covers(&entry.box, &real.box), "a box is too small");
		n += check_tree(child, node->version, node->level - 1);
	}
	return n;
}

static void check_trees(const struct ipsec_classifier *c, int n)
{
	int found = 0, there = 0;

	for (int dir = 0; dir < __NFIPSEC_DIR_MAX; dir++)
		for (int family = 0; family < 2; family++)
			found += check_tree(c->root[dir][family], c->version, -1);
	for (int i = 0; i < n; i++)
		there += rules[i].there;
	expect(there, found, "rules in the trees");
}

/* Nothing that readers of the version before see has changed. */
static void check_untouched(const struct nodes *before)
{
	for (int i = 0; i < before->n; i++)
		if (hash_node(before->node[i]) != before->hash[i])
			wrong("a node was written that readers may see");
}

/* What is retired is just what the next version lacks, each once. */
static void check_retired(const struct nodes *before, const struct nodes *after,
			  const struct ipsec_node *retired)
{
	int lost = 0, n = 0;

	for (int i = 0; i < before->n; i++)
		lost += !among(after, before->node[i]);
	for (; retired && n <= before->n; retired = retired->retired, n++) {
		if (!among(before, retired))
			wrong("a node is retired that the version before does not have");
		if (among(after, retired))
			wrong("a node is retired that is still in use");
	}
	expect(lost, n, "retired nodes");
}

/* Toggles rules, each with a chance of 1 in @chance. Return: what the classifier says. */
static int toggle(struct ipsec_classify_change *change, uint64_t *seed, int n, int chance)
{
	int start = n ? below(seed, n) : 0, err = 0;

	for (int k = 0; k < n && !err; k++) {
		int i = (start + k * 7) % n;	/* n is never a multiple of 7: each once */
		struct ipsec_classify_rule rule = rule_of(i);

		if (below(seed, chance))
			continue;
		err = rules[i].there ? ipsec_classify_remove(change, &rule) :
				       ipsec_classify_add(change, &rule);
		rules[i].there ^= !err;
	}
	return err;
}

/* A change that comes about, or does not: @memory allocations succeed, -1: all. */
static int change_rules(uint64_t *seed, int n, int chance, long memory, bool keep)
{
	static struct nodes before, after;
	static bool there[RULES_MAX];
	struct ipsec_classify_change change;
	struct ipsec_node *retired;
	long objects = slab_objects;
	int err;

	collect_all(&before, &classifier);
	for (int i = 0; i < n; i++)
		there[i] = rules[i].there;
	slab_left = memory;
	err = ipsec_classify_begin(&change, &classifier);
	if (!err)
		err = toggle(&change, seed, n, chance);
	slab_left = -1;
	check_untouched(&before);
	if (!err && keep) {
		check_trees(&change.now, n);
		retired = ipsec_classify_commit(&change, &classifier);
		collect_all(&after, &classifier);
		check_untouched(&before);
		check_retired(&before, &after, retired);
		ipsec_classify_free_retired(retired);
		expect(after.n, slab_objects, "objects are the nodes of the version");
		return 0;
	}
	ipsec_classify_abort(&change);
	check_untouched(&before);
	expect(objects, slab_objects, "objects after a change that was given up");
	for (int i = 0; i < n; i++)
		rules[i].there = there[i];
	return err;
}

static long look_up_in(const struct ipsec_classifier *c, const struct model_rule *rules,
		       uint64_t *seed, int n, long lookups)
{
	struct model_packet p;
	struct ipsec_key key;
	long hits = 0;

	for (long i = 0; i < lookups; i++) {
		char *found;
		long wanted;

		draw_packet(seed, &p);
		put_packet(&key, &p);
		wanted = model_classify(rules, n, &p);
		found = ipsec_classify(c, direction(p.out), &key);
		hits += wanted >= 0;
		expect(wanted, found ? found - policies : -1,
		       "%d rules, packet %ld, version %d, proto %d, ports %s", n, i, p.version,
		       p.proto, p.ports_known ? "known" : "unknown");
	}
	return hits;
}

static long look_up(uint64_t *seed, int n, long lookups)
{
	return look_up_in(&classifier, rules, seed, n, lookups);
}

static void begin_set(uint64_t *seed, int n)
{
	draw_rules(seed, rules, n);
	for (int i = 0; i < n; i++)
		put_selector(&selectors[i], &rules[i]);
	memset(&classifier, 0, sizeof(classifier));
}

static void end_set(void)
{
	ipsec_classify_free(&classifier);
	expect(0, slab_objects, "objects that were not freed");
}

/* Sets of rules that change a number of times, with lookups after each change. */
static void random_sets(const char *name, uint64_t seed, int sets, int rules_max, int changes,
			long lookups)
{
	long hits = 0, total = 0;

	memset(reasons, 0, sizeof(reasons));
	for (int i = 0; i < sets; i++) {
		int n = 1 + below(&seed, rules_max);

		n += n % 7 == 0;
		begin_set(&seed, n);
		for (int k = 0; k < changes; k++) {
			/* all, many or few */
			int chance = !k ? 1 : 1 << below(&seed, 8);

			change_rules(&seed, n, chance, -1, true);
			if (k % 2)
				change_rules(&seed, n, chance, -1, false);
			else
				change_rules(&seed, n, chance, below(&seed, 20), false);
			hits += look_up(&seed, n, lookups);
			total += lookups;
		}
		end_set();
	}
	/* a model that matches nothing, or all, proves nothing */
	if (hits < total / 20 || hits > total - total / 20)
		wrong("%ld of %ld packets matched", hits, total);
	for (int why = 0; why < WHY_MAX; why++)
		expect(true, reasons[why] > total / 5000, "%ld matches of sort %d", reasons[why],
		       why);
	end_case("%s: %ld lookups", name, total);
}

/* A version that is no longer the newest, and what goes when nobody reads it. */
struct old_version {
	struct ipsec_classifier classifier;
	struct model_rule rules[RULES_MAX];
	struct ipsec_node *retired;
	int readers;
};

/* The oldest have no readers any more, so nothing can see the nodes that they lost. */
static int free_unread(struct old_version *old, int n)
{
	int unread = 0;

	while (unread < n && !old[unread].readers)
		ipsec_classify_free_retired(old[unread++].retired);
	memmove(old, old + unread, (n - unread) * sizeof(*old));
	return n - unread;
}

/*
 * Readers stay in the versions that they began with, while others replace them. The grace
 * period is exact: nodes are freed just when the last reader of their last version ends, in
 * any order that readers can have. AddressSanitizer and the hashes see what is wrong.
 */
static void old_readers(void)
{
	static struct old_version old[8];
	static struct nodes before;
	int n = 300, left = 0, most = 0;
	uint64_t seed = 11;
	long total = 0;

	begin_set(&seed, n);
	change_rules(&seed, n, 1, -1, true);
	for (int k = 0; k < 2000; k++) {
		struct ipsec_classify_change change;

		old[left].classifier = classifier;
		memcpy(old[left].rules, rules, sizeof(rules));
		old[left].readers = below(&seed, 3);
		collect_all(&before, &classifier);
		ipsec_classify_begin(&change, &classifier);
		expect(0, toggle(&change, &seed, n, 1 << below(&seed, 9)), "change");
		old[left++].retired = ipsec_classify_commit(&change, &classifier);
		check_untouched(&before);
		for (int i = 0; i < left; i++, total += 20)
			look_up_in(&old[i].classifier, old[i].rules, &seed, n, 20);
		most = left > most ? left : most;
		do {
			for (int i = 0; i < left; i++)
				old[i].readers -= old[i].readers && below(&seed, 2);
			left = free_unread(old, left);
		} while (left == ARRAY_LEN(old));
	}
	for (int i = 0; i < left; i++)
		old[i].readers = 0;
	expect(0, free_unread(old, left), "versions left");
	expect(true, most == ARRAY_LEN(old), "only %d versions had readers at once", most);
	collect_all(&before, &classifier);
	expect(before.n, slab_objects, "objects are the nodes of the last version");
	end_set();
	end_case("readers of up to %d old versions: %ld lookups", most, total);
}

/* Wherever memory runs out, nothing has changed; with enough of it, it goes on. */
static void no_memory(void)
{
	uint64_t seed = 7;
	int failed = 0, n = 500;

	begin_set(&seed, n);
	change_rules(&seed, n, 2, -1, true);
	for (long memory = 0; memory < 1000; memory++) {
		uint64_t same = 8;

		if (!change_rules(&same, n, 4, memory, true))
			break;
		failed++;
		look_up(&seed, n, 50);
	}
	look_up(&seed, n, 1000);
	expect(true, failed > 20 && failed < 1000, "%d places where memory ran out", failed);
	end_set();
	end_case("where memory runs out, %d places, all stays as it was", failed);
}

/* Nodes go when rules go: what is left is not much larger than what never had more. */
static void memory_goes_back(void)
{
	uint64_t seed = 9;
	int n = RULES_MAX, left = 0;
	long most, few;

	begin_set(&seed, n);
	change_rules(&seed, n, 1, -1, true);
	most = slab_objects;
	for (int i = 0; i < n; i++) {
		struct ipsec_classify_rule rule = rule_of(i);
		struct ipsec_classify_change change;

		if (i % 10 == 0)
			continue;
		ipsec_classify_begin(&change, &classifier);
		expect(0, ipsec_classify_remove(&change, &rule), "remove");
		expect(-ENOENT, ipsec_classify_remove(&change, &rule), "remove again");
		rules[i].there = false;
		ipsec_classify_free_retired(ipsec_classify_commit(&change, &classifier));
	}
	check_trees(&classifier, n);
	look_up(&seed, n, 5000);
	few = slab_objects;
	expect(true, few * 4 < most, "%ld nodes of %ld are left", few, most);
	for (int i = 0; i < n; i++)
		left += rules[i].there;
	for (int i = 0; i < n; i++) {
		struct ipsec_classify_rule rule = rule_of(i);
		struct ipsec_classify_change change;

		if (!rules[i].there)
			continue;
		ipsec_classify_begin(&change, &classifier);
		expect(0, ipsec_classify_remove(&change, &rule), "remove");
		ipsec_classify_free_retired(ipsec_classify_commit(&change, &classifier));
	}
	expect(0, slab_objects, "nodes without rules");
	end_case("memory goes back when rules do: %ld nodes for %d rules, %ld for %d", most, n, few,
		 left);
}

static void empty(void)
{
	struct ipsec_key key = { .family = AF_INET };

	memset(&classifier, 0, sizeof(classifier));
	expect(true, !ipsec_classify(&classifier, NFIPSEC_DIR_OUT, &key), "no rules");
	end_set();
	end_case("without rules nothing matches");
}

static char *fragment_goes(bool takes_unknown, __u8 flags)
{
	struct ipsec_key key = { .family = AF_INET, .proto = 17, .flags = flags };
	struct ipsec_classify_change change;
	struct ipsec_classify_rule rule;
	char *found;

	memset(&classifier, 0, sizeof(classifier));
	rules[0] = (struct model_rule){
		.src = { 0, 0xffffffff }, .dst = { 0, 0xffffffff }, .sport = { 0, 65535 },
		.dport = { 53, 53 }, .version = 4, .proto = 6, .policy = 0, .out = true,
		.takes_unknown = takes_unknown,
	};
	rules[1] = (struct model_rule){
		.src = { 0, 0xffffffff }, .dst = { 0, 0xffffffff }, .sport = { 0, 65535 },
		.dport = { 0, 65535 }, .version = 4, .proto = -1, .policy = 1, .out = true,
	};
	if (!(flags & IPSEC_KEY_NO_PROTO))
		rules[0].proto = 17;
	ipsec_classify_begin(&change, NULL);
	for (int i = 0; i < 2; i++) {
		put_selector(&selectors[i], &rules[i]);
		rule = rule_of(i);
		ipsec_classify_add(&change, &rule);
	}
	ipsec_classify_commit(&change, &classifier);
	found = ipsec_classify(&classifier, NFIPSEC_DIR_OUT, &key);
	end_set();
	return found;
}

/* Fragments without ports slip past no policy that names ports (RFC 4301 7). */
static void fragments(void)
{
	static const __u8 flags[] = { IPSEC_KEY_NO_PORTS, IPSEC_KEY_NO_PORTS | IPSEC_KEY_NO_PROTO };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		expect(0, fragment_goes(true, flags[i]) - policies, "one that protects takes it");
		expect(1, fragment_goes(false, flags[i]) - policies, "one that bypasses does not");
	}
	end_case("a fragment without ports, or without protocol, goes to a policy that protects, not to one that bypasses");
}

int main(void)
{
	empty();
	fragments();
	no_memory();
	memory_goes_back();
	old_readers();
	random_sets("few rules", 1, 2000, 8, 4, 300);
	random_sets("some rules", 2, 300, 60, 10, 1500);
	random_sets("many rules", 3, 30, RULES_MAX - 2, 20, 6000);
	return end_all();
}
