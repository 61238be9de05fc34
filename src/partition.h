/* SPDX-License-Identifier: GPL-2.0 */
/* Partitions of the SPD: the policies of each tag have a classifier of their own. Pure. */
#ifndef IPSEC_PARTITION_H
#define IPSEC_PARTITION_H

#include "classify.h"

#define IPSEC_PARTITION_BITS	8
#define IPSEC_PARTITION_BUCKETS	256	/* 2 to the power of that */

/**
 * struct ipsec_partition - the policies of one tag
 * @tag: the tag
 * @classifier: from packet to policy
 * @change: while they are changed: its next version, else NULL
 */
struct ipsec_partition {
	struct ipsec_tag tag;
	struct ipsec_classifier classifier;
	struct ipsec_classify_change *change;
};

/**
 * struct ipsec_partition_bucket - some of the partitions, in the order of their tags
 * @retired: the next of those that readers may still see
 * @n: how many partitions
 * @room: for so many
 * @part: the partitions
 */
struct ipsec_partition_bucket {
	struct ipsec_partition_bucket *retired;
	unsigned int n;
	unsigned int room;
	struct ipsec_partition part[];
};

/**
 * struct ipsec_partition_mask - a mask of marks that is in use
 * @mask: the mask
 * @n: partitions that have it
 */
struct ipsec_partition_mask {
	__u32 mask;
	__u32 n;
};

/**
 * struct ipsec_partitions - a version of all partitions but that of policies without a tag
 * @bucket: by a hash of the tag; NULL: empty. Versions share those that are the same
 * @mask: the masks in use
 * @n_masks: how many
 * @room: for so many masks
 *
 * Never changes once readers can see it, but for @retired of its buckets.
 */
struct ipsec_partitions {
	struct ipsec_partition_bucket *bucket[IPSEC_PARTITION_BUCKETS];
	struct ipsec_partition_mask *mask;
	unsigned int n_masks;
	unsigned int room;
};

/**
 * struct ipsec_partition_waste - what one version had and the next one has no more
 * @nodes: nodes of classifiers
 * @buckets: buckets
 */
struct ipsec_partition_waste {
	struct ipsec_node *nodes;
	struct ipsec_partition_bucket *buckets;
};

/**
 * struct ipsec_partition_change - partitions on their way from one version to the next
 * @old: the version that readers see, or NULL
 * @now: the next version
 */
struct ipsec_partition_change {
	const struct ipsec_partitions *old;
	struct ipsec_partitions *now;
};

const struct ipsec_classifier *ipsec_partition_find(const struct ipsec_partitions *partitions,
						    const struct ipsec_tag *tag);

int ipsec_partition_begin(struct ipsec_partition_change *change,
			  const struct ipsec_partitions *old);
int ipsec_partition_add(struct ipsec_partition_change *change, const struct ipsec_tag *tag,
			const struct ipsec_classify_rule *rule);
int ipsec_partition_remove(struct ipsec_partition_change *change, const struct ipsec_tag *tag,
			   const struct ipsec_classify_rule *rule);
struct ipsec_partitions *ipsec_partition_commit(struct ipsec_partition_change *change,
						struct ipsec_partition_waste *waste);
void ipsec_partition_abort(struct ipsec_partition_change *change);

void ipsec_partition_free_waste(struct ipsec_partition_waste *waste);
void ipsec_partition_free(struct ipsec_partitions *partitions, bool last);

#endif /* IPSEC_PARTITION_H */
