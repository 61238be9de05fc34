// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier, as this kernel's compiler has built it, against a look at all rules, while
 * rules come and go. tests/unit has much more of it, and a model that was written otherwise.
 */
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "classify.h"
#include "selftest/selftest.h"

#define RULES	300
#define LOOKUPS	1000	/* in each state of the rules */

static unsigned int classify_lookups = 400 * LOOKUPS;
module_param(classify_lookups, uint, 0);
MODULE_PARM_DESC(classify_lookups, "self-test: how often the classifier is compared with a look at all rules");

/**
 * struct some_rule - a rule and whether it is in force
 * @sel: its selector
 * @rule: the rule
 * @there: it is in the classifier
 */
struct some_rule {
	struct ipsec_selector sel;
	struct ipsec_classify_rule rule;
	bool there;
};

/* Few different ones, near the bounds of the rules. */
static void draw_addr(struct rnd_state *random, union ipsec_addr *addr, u16 family)
{
	u32 n = prandom_u32_state(random);
	unsigned int last = ipsec_addr_len(family) - 1;

	memset(addr, 0, sizeof(*addr));
	addr->bytes[0] = n & 1;
	addr->bytes[last - 1] = n >> 1 & 3;
	addr->bytes[last] = n >> 8 & 0x83;
}

static void draw_addrs(struct rnd_state *random, union ipsec_addr *min, union ipsec_addr *max,
		       u16 family)
{
	draw_addr(random, min, family);
	draw_addr(random, max, family);
	if (ipsec_addr_cmp(min, max, family) > 0)
		swap(*min, *max);
}

/* All, or of one protocol: some ports, some types, or what cannot be read. */
static void draw_ports(u32 n, struct ipsec_selector *sel)
{
	static const u8 protos[] = { IPSEC_ANY_PROTO, IPPROTO_UDP, IPPROTO_ICMP };

	sel->proto = protos[n % ARRAY_SIZE(protos)];
	sel->sport_max = U16_MAX;
	sel->dport_max = U16_MAX;
	if (!sel->proto)
		return;
	if (n & 0x10) {
		sel->dport_min = n >> 5 & 3;
		sel->dport_max = sel->dport_min + (n >> 7 & 1);
	} else if (n & 0x20) {
		sel->sport_min = NFIPSEC_OPAQUE_MIN;
		sel->sport_max = NFIPSEC_OPAQUE_MAX;
		sel->dport_min = NFIPSEC_OPAQUE_MIN;
		sel->dport_max = NFIPSEC_OPAQUE_MAX;
	}
}

static void draw_rule(struct rnd_state *random, struct some_rule *some, u64 rank)
{
	struct ipsec_selector *sel = &some->sel;
	u32 n = prandom_u32_state(random);

	memset(some, 0, sizeof(*some));
	sel->family = n & 3 ? AF_INET : AF_INET6;
	draw_addrs(random, &sel->src_min, &sel->src_max, sel->family);
	draw_addrs(random, &sel->dst_min, &sel->dst_max, sel->family);
	draw_ports(n >> 4, sel);
	some->rule.sel = sel;
	some->rule.owner = some;
	some->rule.rank = rank;
	some->rule.dir = n & 0x1000 ? NFIPSEC_DIR_IN : NFIPSEC_DIR_OUT;
	some->rule.take_unknown = n & 0x2000;
}

static void draw_key(struct rnd_state *random, struct ipsec_key *key)
{
	u32 n = prandom_u32_state(random);

	memset(key, 0, sizeof(*key));
	key->family = n & 3 ? AF_INET : AF_INET6;
	draw_addr(random, &key->src, key->family);
	draw_addr(random, &key->dst, key->family);
	key->proto = n & 4 ? IPPROTO_UDP : IPPROTO_ICMP;
	if (n & 0x18) {
		key->dport = n >> 8 & 3;
		return;
	}
	key->flags = IPSEC_KEY_NO_PORTS;
	if (n & 0x20 && key->family == AF_INET6)
		key->flags |= IPSEC_KEY_NO_PROTO;
	if (n & 0x40)
		key->flags |= IPSEC_KEY_OPAQUE;
}

static void *look_at_all(struct some_rule *some, u8 dir, const struct ipsec_key *key)
{
	enum ipsec_match match;
	unsigned int i;

	for (i = 0; i < RULES; i++) {
		if (!some[i].there || some[i].rule.dir != dir)
			continue;
		match = ipsec_selector_match(&some[i].sel, key);
		if (match == IPSEC_MATCH_YES ||
		    (match == IPSEC_MATCH_UNKNOWN && some[i].rule.take_unknown))
			return &some[i];
	}
	return NULL;
}

static bool same_answers(const struct ipsec_classifier *classifier, struct some_rule *some,
			 struct rnd_state *random)
{
	unsigned int i, found = 0;

	for (i = 0; i < LOOKUPS; i++) {
		u8 dir = i % 2 ? NFIPSEC_DIR_IN : NFIPSEC_DIR_OUT;
		struct some_rule *answer, *wanted;
		struct ipsec_key key;

		draw_key(random, &key);
		answer = ipsec_classify(classifier, dir, &key);
		wanted = look_at_all(some, dir, &key);
		found += !!wanted;
		if (answer != wanted)
			return ipsec_test_wrong("rule %td, expected %td",
						answer ? answer - some : -1,
						wanted ? wanted - some : -1);
	}
	/* Answers that are all the same prove nothing. */
	return (found && found < LOOKUPS) ||
	       ipsec_test_wrong("%u of %u packets match", found, LOOKUPS);
}

/* Some of the rules come, some go; if @keep is false all is taken back. */
static bool change_some(struct ipsec_classifier *classifier, struct some_rule *some,
			struct rnd_state *random, bool keep)
{
	struct ipsec_classify_change change;
	unsigned int i;
	int err;

	err = ipsec_classify_begin(&change, classifier);
	for (i = 0; i < RULES && !err; i++) {
		if (prandom_u32_state(random) % 4)
			continue;
		err = some[i].there ? ipsec_classify_remove(&change, &some[i].rule) :
				      ipsec_classify_add(&change, &some[i].rule);
		some[i].there ^= keep;
	}
	if (err || !keep)
		ipsec_classify_abort(&change);
	else
		ipsec_classify_free_retired(ipsec_classify_commit(&change, classifier));
	return !err || ipsec_test_wrong("error %d", err);
}

static bool against_a_scan(void)
{
	struct some_rule *some = kvcalloc(RULES, sizeof(*some), GFP_KERNEL);
	struct ipsec_classifier classifier = {};
	struct rnd_state random;
	bool good = some;
	unsigned int i;

	prandom_seed_state(&random, 4301);
	for (i = 0; good && i < RULES; i++)
		draw_rule(&random, &some[i], 1000 + i);
	for (i = 0; good && i < classify_lookups / LOOKUPS; i++) {
		good = change_some(&classifier, some, &random, true) &&
		       change_some(&classifier, some, &random, false) &&
		       same_answers(&classifier, some, &random);
		cond_resched();
	}
	ipsec_classify_free(&classifier);
	kvfree(some);
	return good;
}

/**
 * ipsec_test_classify() - test the classifier
 */
void ipsec_test_classify(void)
{
	char name[80];

	snprintf(name, sizeof(name), "the first rule that matches, while rules come and go, %u lookups",
		 classify_lookups);
	ipsec_test_result(against_a_scan(), "classify", name);
}
