// SPDX-License-Identifier: GPL-2.0
/*
 * The classifier against a list that is searched from its beginning. Rules come and go, changes are
 * given up, memory runs out; after each change the version before is still what it was.
 *
 * fuzz: max_len=256
 */
#include "fuzz.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "../../src/node.c"
#include "../../src/classify.c"
#include "draw.h"

#define RULES	256

/**
 * struct rule - a rule
 * @sel: its selector; its place tells it apart
 * @policy: number of its policy, which is its rank
 * @there: in the version that is being made
 * @was_there: in the version before
 */
struct rule {
	struct ipsec_selector sel;
	unsigned int policy;
	bool there, was_there;
};

static struct rule rules[RULES];
static size_t n_rules;
static char policies[RULES];	/* owners: only their addresses count */
static struct ipsec_classifier classifier;

/* All of a policy are of one direction, and take what is unknown or do not. */
static struct ipsec_classify_rule rule_of(const struct rule *rule)
{
	return (struct ipsec_classify_rule){
		.sel = &rule->sel, .owner = &policies[rule->policy], .rank = 1 + rule->policy,
		.dir = rule->policy & 1 ? NFIPSEC_DIR_OUT : NFIPSEC_DIR_IN,
		.take_unknown = rule->policy & 2,
	};
}

static void *search(bool before, __u8 dir, const struct ipsec_key *key)
{
	unsigned int lowest = RULES;

	for (size_t i = 0; i < n_rules; i++) {
		struct ipsec_classify_rule rule = rule_of(&rules[i]);
		enum ipsec_match match = ipsec_selector_match(rule.sel, key);

		if ((before ? rules[i].was_there : rules[i].there) && rule.dir == dir &&
		    rules[i].policy < lowest &&
		    (match == IPSEC_MATCH_YES ||
		     (match == IPSEC_MATCH_UNKNOWN && rule.take_unknown)))
			lowest = rules[i].policy;
	}
	return lowest < RULES ? &policies[lowest] : NULL;
}

/* The packets of one input, and the rules' own bounds. */
static void look_up(const struct ipsec_classifier *version, bool before, struct input in)
{
	struct ipsec_key key;

	for (size_t i = 0; i < 32 + n_rules; i++) {
		if (i < 32) {
			draw_key(&in, &key);
		} else {
			const struct ipsec_selector *sel = &rules[i - 32].sel;

			memset(&key, 0, sizeof(key));
			key.family = sel->family;
			key.proto = sel->proto;
			key.src = i % 2 ? sel->src_min : sel->src_max;
			key.dst = i % 2 ? sel->dst_min : sel->dst_max;
			key.sport = i % 2 ? sel->sport_min : sel->sport_max;
			key.dport = i % 2 ? sel->dport_min : sel->dport_max;
		}
		for (__u8 dir = 0; dir < __NFIPSEC_DIR_MAX; dir++)
			holds(ipsec_classify(version, dir, &key) == search(before, dir, &key),
			      "packet %zu, direction %u, %zu rules", i, dir, n_rules);
	}
}

static int add_one(struct ipsec_classify_change *change, struct input *in)
{
	struct rule *rule = &rules[n_rules];
	struct ipsec_classify_rule entry;

	if (n_rules == RULES)
		return 0;
	rule->policy = take(in, 1);
	draw_selector(in, &rule->sel);
	if (ipsec_selector_check(&rule->sel))
		return 0;
	entry = rule_of(rule);
	rule->was_there = false;
	rule->there = !ipsec_classify_add(change, &entry);
	n_rules += rule->there;
	return rule->there ? 0 : -ENOMEM;
}

/* A tree has levels once there are more rules than an input that is short could describe. */
static int add_many(struct ipsec_classify_change *change, struct input *in)
{
	uint32_t seed = take(in, 2);
	uint8_t n = take(in, 1) % 64, bytes[10];
	int err = 0;

	while (n-- && !err) {
		struct input drawn = { bytes, sizeof(bytes) };

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = seed >> 24;
		}
		err = add_one(change, &drawn);
	}
	return err;
}

/* Return: an error. */
static int change_one(struct ipsec_classify_change *change, struct input *in)
{
	struct ipsec_classify_rule entry;
	struct rule *rule;
	int err;

	switch (take(in, 1) % 4) {
	case 0:
		return add_one(change, in);
	case 1:
		return add_many(change, in);
	}
	if (!n_rules)
		return 0;
	rule = &rules[take(in, 1) % n_rules];
	entry = rule_of(rule);
	err = rule->there ? ipsec_classify_remove(change, &entry) :
			    ipsec_classify_add(change, &entry);
	rule->there ^= !err;
	return err;
}

static void give_up(struct ipsec_classify_change *change)
{
	ipsec_classify_abort(change);
	for (size_t i = 0; i < n_rules; i++)
		rules[i].there = rules[i].was_there;
}

/* One change: some rules, then it is committed or given up. */
static void change(struct input *in)
{
	struct ipsec_classifier before = classifier;
	uint8_t head = take(in, 1), ops = 1 + head % 32;
	struct ipsec_classify_change change;
	struct ipsec_node *retired;
	int err = 0;

	slab_left = head & 0x40 ? (long)take(in, 1) % 16 : -1;
	if (ipsec_classify_begin(&change, &classifier)) {
		holds(!slab_left, "there was memory");
		slab_left = -1;
		return;
	}
	while (ops-- && in->left && !err)
		err = change_one(&change, in);
	holds(!err || (err == -ENOMEM && !slab_left), "error %d", err);
	slab_left = -1;
	if (err || head & 0x80) {
		give_up(&change);
		look_up(&classifier, false, *in);
		return;
	}
	retired = ipsec_classify_commit(&change, &classifier);
	look_up(&classifier, false, *in);
	look_up(&before, true, *in);
	ipsec_classify_free_retired(retired);
	for (size_t i = 0; i < n_rules; i++)
		rules[i].was_there = rules[i].there;
	look_up(&classifier, false, *in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	memset(&classifier, 0, sizeof(classifier));
	n_rules = 0;
	while (in.left)
		change(&in);
	ipsec_classify_free(&classifier);
	holds(!slab_objects, "%ld nodes are left", slab_objects);
	return 0;
}
