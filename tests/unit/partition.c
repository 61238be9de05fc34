// SPDX-License-Identifier: GPL-2.0
/*
 * Partitions against a list of rules: what is found, that old versions stay what they were as
 * long as they have readers, that nothing is lost or freed twice when memory runs out, and what
 * ten thousand of them cost.
 */
#include "ktap.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "../../src/node.c"
#include "../../src/classify.c"
#include "../../src/partition.c"

#define RULES	100
#define MANY	10000

static struct ipsec_selector anything;

/**
 * struct rule - a rule, and whether it is in the table
 * @tag: its tag
 * @rank: its rank
 * @there: it is
 */
static struct rule {
	struct ipsec_tag tag;
	__u64 rank;
	bool there;
} rules[RULES];

static struct ipsec_classify_rule rule_of(const struct rule *rule)
{
	return (struct ipsec_classify_rule){
		.sel = &anything, .owner = (void *)rule, .rank = rule->rank,
		.dir = NFIPSEC_DIR_OUT, .take_unknown = true,
	};
}

/* Selectors are told apart by where they are: each rule needs its own. */
static struct ipsec_selector selectors[RULES];

static int change_one(struct ipsec_partition_change *change, struct rule *rule)
{
	struct ipsec_classify_rule entry = rule_of(rule);

	entry.sel = &selectors[rule - rules];
	return rule->there ? ipsec_partition_remove(change, &rule->tag, &entry) :
			     ipsec_partition_add(change, &rule->tag, &entry);
}

static const struct rule *lowest(const struct ipsec_tag *tag)
{
	const struct rule *found = NULL;

	for (size_t i = 0; i < RULES; i++)
		if (rules[i].there && !memcmp(&rules[i].tag, tag, sizeof(*tag)) &&
		    (!found || rules[i].rank < found->rank))
			found = &rules[i];
	return found;
}

static const void *find_in(const struct ipsec_partitions *partitions, const struct ipsec_tag *tag)
{
	const struct ipsec_key key = { .family = AF_INET, .proto = 17 };
	const struct ipsec_classifier *classifier;

	classifier = partitions ? ipsec_partition_find(partitions, tag) : NULL;
	return classifier ? ipsec_classify(classifier, NFIPSEC_DIR_OUT, &key) : NULL;
}

static void compare(const struct ipsec_partitions *partitions)
{
	struct ipsec_tag none = { .if_id = 0xabcdef };

	for (size_t i = 0; i < RULES; i++)
		if (find_in(partitions, &rules[i].tag) != lowest(&rules[i].tag))
			wrong("tag %u %x/%x has another rule", rules[i].tag.if_id,
			      rules[i].tag.mark.value, rules[i].tag.mark.mask);
	expect(0, find_in(partitions, &none) != NULL, "a tag that nobody has");
}

static void compare_masks(const struct ipsec_partitions *partitions)
{
	for (size_t i = 0; partitions && i < partitions->n_masks; i++) {
		size_t users = 0;

		for (size_t k = 0; k < RULES; k++) {
			bool first = rules[k].there;

			for (size_t m = 0; first && m < k; m++)
				first = !rules[m].there ||
					memcmp(&rules[m].tag, &rules[k].tag, sizeof(rules[k].tag));
			users += first && rules[k].tag.mark.mask == partitions->mask[i].mask;
		}
		expect(users, partitions->mask[i].n, "partitions of mask %x",
		       partitions->mask[i].mask);
	}
}

/* A version, with what it makes waste of in the version before. */
static int next_version(struct ipsec_partitions **partitions, uint64_t *seed, size_t n,
			struct ipsec_partitions **before, struct ipsec_partition_waste *waste)
{
	struct ipsec_partition_change change;
	size_t changed[16], i;
	int err;

	if (ipsec_partition_begin(&change, *partitions))
		return -1;
	for (i = 0; i < n; i++) {
		changed[i] = below(seed, RULES);
		err = change_one(&change, &rules[changed[i]]);
		if (err) {
			expect(-12, err, "a change fails for memory alone");
			ipsec_partition_abort(&change);
			while (i--)
				rules[changed[i]].there = !rules[changed[i]].there;
			return -1;
		}
		rules[changed[i]].there = !rules[changed[i]].there;
	}
	*before = *partitions;
	*partitions = ipsec_partition_commit(&change, waste);
	return 0;
}

static void draw_rules(uint64_t *seed)
{
	static const __u32 masks[] = { 0, 0xff, 0xf0, 0xffffffff };

	anything.family = AF_INET;
	anything.src_max.v4 = 0xffffffff;
	anything.dst_max.v4 = 0xffffffff;
	anything.sport_max = 65535;
	anything.dport_max = 65535;
	for (size_t i = 0; i < RULES; i++) {
		selectors[i] = anything;
		rules[i].tag.mark.mask = masks[below(seed, ARRAY_LEN(masks))];
		rules[i].tag.mark.value = below(seed, 20) & rules[i].tag.mark.mask;
		rules[i].tag.if_id = below(seed, 10);
		rules[i].tag.sub = below(seed, 4) == 0;
		rules[i].rank = i + 1;
		rules[i].there = false;
	}
}

/* @scarce: memory runs out now and then. */
static void run(uint64_t seed, bool scarce)
{
	struct ipsec_partitions *partitions = NULL, *before = NULL;
	struct ipsec_partition_waste waste;
	size_t failed = 0;

	draw_rules(&seed);
	slab_left = -1;
	for (size_t i = 0; i < 200; i++) {
		const void *was = find_in(partitions, &rules[0].tag);

		slab_left = scarce ? (long)below(&seed, 60) : -1;
		if (next_version(&partitions, &seed, 1 + below(&seed, 15), &before, &waste)) {
			failed++;
			slab_left = -1;
			compare(partitions);
			continue;
		}
		slab_left = -1;
		/* A reader that is still there sees what it saw. */
		expect(1, find_in(before, &rules[0].tag) == was, "an old version has changed");
		ipsec_partition_free_waste(&waste);
		ipsec_partition_free(before, false);
		compare(partitions);
		compare_masks(partitions);
	}
	expect(scarce, failed > 0, "changes that failed: %zu", failed);
	ipsec_partition_free(partitions, true);
	expect(0, slab_objects, "objects that are left");
}

/* One more partition beside ten thousand: what is copied, and how many are looked at. */
static void cost(void)
{
	struct ipsec_partitions *partitions = NULL, *before = NULL;
	static struct ipsec_selector many[MANY + 1];
	struct ipsec_partition_change change;
	struct ipsec_partition_waste waste;
	unsigned int most = 0;
	long bytes = 0;

	slab_left = -1;
	ipsec_partition_begin(&change, NULL);
	for (size_t i = 0; i <= MANY; i++) {
		struct ipsec_classify_rule rule = {
			.sel = &many[i], .owner = &many[i], .rank = i + 1, .dir = NFIPSEC_DIR_OUT,
		};
		struct ipsec_tag tag = { .if_id = 1 + i };

		many[i] = anything;
		if (i == MANY) {
			before = ipsec_partition_commit(&change, &waste);
			bytes = slab_bytes;
			expect(0, ipsec_partition_begin(&change, before), "begin");
		}
		expect(0, ipsec_partition_add(&change, &tag, &rule), "add");
	}
	partitions = ipsec_partition_commit(&change, &waste);
	/* The table, a bucket, a node, and no more. */
	expect(1, slab_bytes - bytes < 32768, "bytes that a change copies: %ld",
	       slab_bytes - bytes);
	ipsec_partition_free_waste(&waste);
	ipsec_partition_free(before, false);
	for (size_t i = 0; i < IPSEC_PARTITION_BUCKETS; i++)
		if (partitions->bucket[i] && partitions->bucket[i]->n > most)
			most = partitions->bucket[i]->n;
	/* A binary search of 7 steps. */
	expect(1, most < 128, "partitions in the fullest bucket: %u", most);
	expect(1, partitions->n_masks, "masks, each of which costs a search");
	ipsec_partition_free(partitions, true);
	expect(0, slab_objects, "objects that are left");
}

int main(void)
{
	for (uint64_t seed = 1; seed <= 4; seed++)
		run(seed, false);
	end_case("what is found is what a list says");
	for (uint64_t seed = 1; seed <= 8; seed++)
		run(seed, true);
	end_case("nothing is lost when memory runs out");
	cost();
	end_case("ten thousand partitions cost a lookup little, and a change as well");
	return end_all();
}
