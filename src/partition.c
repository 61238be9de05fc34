// SPDX-License-Identifier: GPL-2.0
/* Partitions of the SPD: the policies of each tag have a classifier of their own. Pure. */
#include <linux/errno.h>
#include <linux/slab.h>

#include "node.h"
#include "partition.h"

/**
 * DOC: partitions
 *
 * A packet is looked for in the partition of its if_id and of each mask that is in use, so what
 * tags cost depends on how many masks there are, which are few, and not on how many if_ids or
 * marks. Who has no tags has no partitions either: policies without a tag are not in here.
 *
 * Versions of the table share buckets as versions of a classifier share nodes. While the next
 * version is made, a bucket that differs from the one in the same place of the version before
 * is its own: no reader has seen it. An empty partition is in no version.
 */

static unsigned int bucket_of(const struct ipsec_tag *tag)
{
	__u32 hash = (tag->if_id ^ (tag->mark.value * 0x9e3779b1u)) * 0x85ebca6bu;

	hash = (hash ^ (hash >> 15) ^ tag->mark.mask) * 0xc2b2ae35u;
	return (hash ^ (hash >> 16)) >> (32 - IPSEC_PARTITION_BITS) &
	       (IPSEC_PARTITION_BUCKETS - 1);
}

/* Where a tag is, or would have to be inserted. */
static unsigned int place_of(const struct ipsec_partition_bucket *bucket,
			     const struct ipsec_tag *tag, bool *found)
{
	unsigned int low = 0, high = bucket->n, middle;
	int order;

	*found = false;
	while (low < high && !*found) {
		middle = low + (high - low) / 2;
		order = memcmp(tag, &bucket->part[middle].tag, sizeof(*tag));
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
		*found = !order;
	}
	return *found ? high : low;
}

/**
 * ipsec_partition_find() - the policies of a tag
 * @partitions: all that have one
 * @tag: the tag
 *
 * The partitions must stay: in the kernel, RCU read-side section.
 *
 * Return: their classifier, or NULL: there are none.
 */
const struct ipsec_classifier *ipsec_partition_find(const struct ipsec_partitions *partitions,
						    const struct ipsec_tag *tag)
{
	const struct ipsec_partition_bucket *bucket = partitions->bucket[bucket_of(tag)];
	unsigned int place;
	bool found;

	if (!bucket)
		return NULL;
	place = place_of(bucket, tag, &found);
	return found ? &bucket->part[place].classifier : NULL;
}

static struct ipsec_partition_mask *copy_masks(const struct ipsec_partitions *from,
					       unsigned int room)
{
	struct ipsec_partition_mask *mask = kmalloc(room * sizeof(*mask), GFP_KERNEL);

	if (mask && from)
		memcpy(mask, from->mask, from->n_masks * sizeof(*mask));
	return mask;
}

/**
 * ipsec_partition_begin() - begin to make the next version
 * @change: to be used until commit or abort
 * @old: the version that readers see, or NULL: there is none
 *
 * One change at a time.
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_partition_begin(struct ipsec_partition_change *change,
			  const struct ipsec_partitions *old)
{
	struct ipsec_partitions *now = kmalloc(sizeof(*now), GFP_KERNEL);
	unsigned int room = old ? old->n_masks + 1 : 1;

	change->old = old;
	change->now = now;
	if (!now)
		return -ENOMEM;
	memset(now, 0, sizeof(*now));
	if (old)
		*now = *old;
	now->mask = copy_masks(old, room);
	now->room = room;
	if (now->mask)
		return 0;
	kfree(now);
	change->now = NULL;
	return -ENOMEM;
}

static int use_mask(struct ipsec_partitions *now, __u32 mask)
{
	struct ipsec_partition_mask *more;
	unsigned int i;

	for (i = 0; i < now->n_masks; i++)
		if (now->mask[i].mask == mask) {
			now->mask[i].n++;
			return 0;
		}
	if (now->n_masks == now->room) {
		more = copy_masks(now, 2 * now->room);
		if (!more)
			return -ENOMEM;
		kfree(now->mask);
		now->mask = more;
		now->room *= 2;
	}
	now->mask[now->n_masks].mask = mask;
	now->mask[now->n_masks++].n = 1;
	return 0;
}

static void unuse_mask(struct ipsec_partitions *now, __u32 mask)
{
	unsigned int i = 0;

	while (now->mask[i].mask != mask)
		i++;
	if (!--now->mask[i].n)
		now->mask[i] = now->mask[--now->n_masks];
}

static const struct ipsec_partition_bucket *
old_bucket(const struct ipsec_partition_change *change, unsigned int i)
{
	return change->old ? change->old->bucket[i] : NULL;
}

/* The bucket of the next version in a place, its own, with room for one more partition. */
static struct ipsec_partition_bucket *own_bucket(struct ipsec_partition_change *change,
						 unsigned int i)
{
	struct ipsec_partition_bucket *bucket = change->now->bucket[i], *copy;
	bool own = bucket && bucket != old_bucket(change, i);
	unsigned int n = bucket ? bucket->n : 0, room = n + 1 + n / 2;

	if (own && n < bucket->room)
		return bucket;
	copy = kmalloc(sizeof(*copy) + room * sizeof(copy->part[0]), GFP_KERNEL);
	if (!copy)
		return NULL;
	copy->retired = NULL;
	copy->n = n;
	copy->room = room;
	if (n)
		memcpy(copy->part, bucket->part, n * sizeof(copy->part[0]));
	change->now->bucket[i] = copy;
	if (own)
		kfree(bucket);
	return copy;
}

static int insert(struct ipsec_partitions *now, struct ipsec_partition_bucket *bucket,
		  unsigned int place, const struct ipsec_tag *tag)
{
	struct ipsec_partition *part = &bucket->part[place];

	if (use_mask(now, tag->mark.mask))
		return -ENOMEM;
	memmove(part + 1, part, (bucket->n - place) * sizeof(*part));
	memset(part, 0, sizeof(*part));
	part->tag = *tag;
	bucket->n++;
	return 0;
}

/* The next version of the classifier of a tag, which is there from now on. NULL: no memory. */
static struct ipsec_classify_change *changed(struct ipsec_partition_change *change,
					     const struct ipsec_tag *tag)
{
	struct ipsec_partition_bucket *bucket = own_bucket(change, bucket_of(tag));
	struct ipsec_classify_change *classify;
	struct ipsec_partition *part;
	unsigned int place;
	bool found;

	if (!bucket)
		return NULL;
	place = place_of(bucket, tag, &found);
	if (!found && insert(change->now, bucket, place, tag))
		return NULL;
	part = &bucket->part[place];
	if (part->change)
		return part->change;
	classify = kmalloc(sizeof(*classify), GFP_KERNEL);
	if (!classify)
		return NULL;
	if (ipsec_classify_begin(classify, &part->classifier)) {
		kfree(classify);
		return NULL;
	}
	part->change = classify;
	return classify;
}

/**
 * ipsec_partition_add() - add a rule to the next version
 * @change: the change; to be aborted if this fails
 * @tag: tag of the rule's policy
 * @rule: the rule
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_partition_add(struct ipsec_partition_change *change, const struct ipsec_tag *tag,
			const struct ipsec_classify_rule *rule)
{
	struct ipsec_classify_change *classify = changed(change, tag);

	return classify ? ipsec_classify_add(classify, rule) : -ENOMEM;
}

/**
 * ipsec_partition_remove() - take a rule out of the next version
 * @change: the change; to be aborted if this fails
 * @tag: tag of the rule's policy
 * @rule: the rule, as it was added
 *
 * Return: 0, -ENOENT or -ENOMEM.
 */
int ipsec_partition_remove(struct ipsec_partition_change *change, const struct ipsec_tag *tag,
			   const struct ipsec_classify_rule *rule)
{
	struct ipsec_classify_change *classify = changed(change, tag);

	return classify ? ipsec_classify_remove(classify, rule) : -ENOMEM;
}

static bool is_empty(const struct ipsec_classifier *classifier)
{
	int dir;

	for (dir = 0; dir < __NFIPSEC_DIR_MAX; dir++)
		if (classifier->root[dir][0] || classifier->root[dir][1])
			return false;
	return true;
}

static void append_nodes(struct ipsec_partition_waste *waste, struct ipsec_node *nodes)
{
	struct ipsec_node *last = nodes;

	if (!nodes)
		return;
	while (last->retired)
		last = last->retired;
	last->retired = waste->nodes;
	waste->nodes = nodes;
}

static void commit_bucket(struct ipsec_partitions *now, struct ipsec_partition_bucket *bucket,
			  struct ipsec_partition_waste *waste)
{
	struct ipsec_partition *part;
	unsigned int i, n = 0;

	for (i = 0; i < bucket->n; i++) {
		part = &bucket->part[i];
		if (part->change) {
			append_nodes(waste, ipsec_classify_commit(part->change,
								  &part->classifier));
			kfree(part->change);
			part->change = NULL;
		}
		if (is_empty(&part->classifier))
			unuse_mask(now, part->tag.mark.mask);
		else
			bucket->part[n++] = *part;
	}
	bucket->n = n;
}

/**
 * ipsec_partition_commit() - the next version is complete
 * @change: the change, over afterwards
 * @waste: filled; to be freed once no reader sees the version before
 *
 * Return: the next version, for readers to see; NULL: it has no partition.
 */
struct ipsec_partitions *ipsec_partition_commit(struct ipsec_partition_change *change,
						struct ipsec_partition_waste *waste)
{
	struct ipsec_partitions *now = change->now;
	struct ipsec_partition_bucket *old;
	unsigned int i;

	memset(waste, 0, sizeof(*waste));
	for (i = 0; i < IPSEC_PARTITION_BUCKETS; i++) {
		old = (struct ipsec_partition_bucket *)old_bucket(change, i);
		if (now->bucket[i] == old)
			continue;
		commit_bucket(now, now->bucket[i], waste);
		if (!now->bucket[i]->n) {
			kfree(now->bucket[i]);
			now->bucket[i] = NULL;
		}
		if (old) {
			old->retired = waste->buckets;
			waste->buckets = old;
		}
	}
	if (now->n_masks)
		return now;
	ipsec_partition_free(now, false);
	return NULL;
}

/**
 * ipsec_partition_abort() - give up the next version
 * @change: the change, over afterwards
 */
void ipsec_partition_abort(struct ipsec_partition_change *change)
{
	struct ipsec_partition_bucket *bucket;
	unsigned int i, k;

	for (i = 0; i < IPSEC_PARTITION_BUCKETS; i++) {
		bucket = change->now->bucket[i];
		if (bucket == old_bucket(change, i))
			continue;
		for (k = 0; k < bucket->n; k++) {
			if (!bucket->part[k].change)
				continue;
			ipsec_classify_abort(bucket->part[k].change);
			kfree(bucket->part[k].change);
		}
		kfree(bucket);
	}
	ipsec_partition_free(change->now, false);
}

/**
 * ipsec_partition_free_waste() - free what no reader sees any more
 * @waste: from ipsec_partition_commit()
 */
void ipsec_partition_free_waste(struct ipsec_partition_waste *waste)
{
	struct ipsec_partition_bucket *bucket, *next;

	ipsec_classify_free_retired(waste->nodes);
	for (bucket = waste->buckets; bucket; bucket = next) {
		next = bucket->retired;
		kfree(bucket);
	}
}

/**
 * ipsec_partition_free() - free a version that no reader sees any more
 * @partitions: the version, or NULL
 * @last: no version comes behind it that would share its buckets
 */
void ipsec_partition_free(struct ipsec_partitions *partitions, bool last)
{
	struct ipsec_partition_bucket *bucket;
	unsigned int i, k;

	if (!partitions)
		return;
	for (i = 0; last && i < IPSEC_PARTITION_BUCKETS; i++) {
		bucket = partitions->bucket[i];
		for (k = 0; bucket && k < bucket->n; k++)
			ipsec_classify_free(&bucket->part[k].classifier);
		kfree(bucket);
	}
	kfree(partitions->mask);
	kfree(partitions);
}
