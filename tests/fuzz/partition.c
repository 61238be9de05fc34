// SPDX-License-Identifier: GPL-2.0
/*
 * Partitions against a list: what is found for a tag, in the version that is made and in the one
 * before, and that neither memory that runs out nor a change that is given up loses any.
 *
 * fuzz: max_len=512
 */
#include "fuzz.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "../../src/node.c"
#include "../../src/classify.c"
#include "../../src/partition.c"

#define RULES	64

/**
 * struct rule - a rule that matches every packet
 * @tag: its tag
 * @there: in the version that is being made
 * @was_there: in the version before
 */
static struct rule {
	struct ipsec_tag tag;
	bool there, was_there;
} rules[RULES];

static struct ipsec_selector selectors[RULES];
static struct ipsec_partitions *partitions;

static void fill_rules(void)
{
	static const __u32 masks[] = { 0, 0xff, 0xf0, 0xffffffff };

	for (size_t i = 0; i < RULES; i++) {
		selectors[i] = (struct ipsec_selector){
			.family = AF_INET, .src_max.v4 = ~0u, .dst_max.v4 = ~0u,
			.sport_max = 65535, .dport_max = 65535,
		};
		/* two rules for each tag; all but one in few buckets */
		rules[i].tag.mark.mask = masks[i / 2 % 4];
		rules[i].tag.mark.value = i / 8 * 0x10 & rules[i].tag.mark.mask;
		rules[i].tag.if_id = i / 2;
		rules[i].there = rules[i].was_there = false;
	}
}

static const void *search(size_t i, bool before)
{
	for (size_t k = 0; k < RULES; k++)
		if ((before ? rules[k].was_there : rules[k].there) &&
		    !memcmp(&rules[k].tag, &rules[i].tag, sizeof(rules[i].tag)))
			return &rules[k];
	return NULL;
}

static void look_up(const struct ipsec_partitions *version, bool before)
{
	const struct ipsec_key key = { .family = AF_INET, .proto = 17 };

	for (size_t i = 0; i < RULES; i++) {
		const struct ipsec_classifier *found = NULL;
		const void *wanted = search(i, before);

		if (version)
			found = ipsec_partition_find(version, &rules[i].tag);
		holds(!found == !wanted, "rule %zu: %s", i, wanted ? "lost" : "empty");
		holds(!found || ipsec_classify(found, NFIPSEC_DIR_OUT, &key) == wanted,
		      "rule %zu", i);
	}
}

/* A mask is in use as long as a tag has it. */
static void look_at_masks(void)
{
	for (unsigned int m = 0; partitions && m < partitions->n_masks; m++) {
		unsigned int users = 0;

		for (size_t i = 0; i < RULES; i += 2)
			users += rules[i].tag.mark.mask == partitions->mask[m].mask &&
				 (rules[i].there || rules[i + 1].there);
		holds(users && users == partitions->mask[m].n, "mask %x: %u, not %u",
		      partitions->mask[m].mask, partitions->mask[m].n, users);
	}
}

static int change_one(struct ipsec_partition_change *change, size_t i)
{
	struct ipsec_classify_rule entry = {
		.sel = &selectors[i], .owner = &rules[i], .rank = 1 + i, .dir = NFIPSEC_DIR_OUT,
	};
	int err;

	err = rules[i].there ? ipsec_partition_remove(change, &rules[i].tag, &entry) :
			       ipsec_partition_add(change, &rules[i].tag, &entry);
	rules[i].there ^= !err;
	return err;
}

static void change(struct input *in)
{
	uint8_t head = take(in, 1), ops = 1 + head % 16;
	struct ipsec_partitions *before = partitions;
	struct ipsec_partition_change change;
	struct ipsec_partition_waste waste;
	int err = 0;

	slab_left = head & 0x40 ? (long)take(in, 1) % 32 : -1;
	if (ipsec_partition_begin(&change, partitions)) {
		holds(!slab_left, "there was memory");
		slab_left = -1;
		return;
	}
	while (ops-- && in->left && !err)
		err = change_one(&change, take(in, 1) % RULES);
	holds(!err || (err == -ENOMEM && !slab_left), "error %d", err);
	slab_left = -1;
	if (err || head & 0x80) {
		ipsec_partition_abort(&change);
		for (size_t i = 0; i < RULES; i++)
			rules[i].there = rules[i].was_there;
		look_up(partitions, false);
		return;
	}
	partitions = ipsec_partition_commit(&change, &waste);
	look_up(before, true);
	ipsec_partition_free_waste(&waste);
	ipsec_partition_free(before, false);
	for (size_t i = 0; i < RULES; i++)
		rules[i].was_there = rules[i].there;
	look_up(partitions, false);
	look_at_masks();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	fill_rules();
	partitions = NULL;
	while (in.left)
		change(&in);
	ipsec_partition_free(partitions, true);
	holds(!slab_objects, "%ld objects are left", slab_objects);
	return 0;
}
