// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes of the classifier's trees. Pure.
 *
 * A packed box is an array of words in host order, addresses with their most significant
 * word first:
 *
 *	src min, src max, dst min, dst max	one word each for IPv4, four for IPv6
 *	sport min << 16 | sport max
 *	dport min << 16 | dport max
 *	proto min << 16 | proto max << 8 | take_unknown
 */
#include <asm/byteorder.h>
#include <linux/slab.h>

#include "node.h"

#define OTHER_WORDS	3
#define LAST		(IPSEC_NODE_FANOUT - 1)

static unsigned int stride(const struct ipsec_node *node)
{
	return 4 * node->words + OTHER_WORDS;
}

static size_t node_bytes(__u8 words)
{
	return sizeof(struct ipsec_node) +
	       IPSEC_NODE_FANOUT * (4 * words + OTHER_WORDS) * sizeof(__u32);
}

/**
 * ipsec_node_create() - make a node without entries
 * @words: 32-bit words of an address
 * @level: 0: a leaf
 * @version: of the classifier
 *
 * Return: a node to be freed by kfree(), or NULL.
 */
struct ipsec_node *ipsec_node_create(__u8 words, __u8 level, __u64 version)
{
	struct ipsec_node *node = kmalloc(node_bytes(words), GFP_KERNEL);

	if (!node)
		return NULL;
	node->version = version;
	node->retired = NULL;
	node->level = level;
	node->n = 0;
	node->words = words;
	return node;
}

/**
 * ipsec_node_copy() - make a node with the entries of another
 * @node: the other
 * @version: of the copy
 *
 * Return: a node to be freed by kfree(), or NULL.
 */
struct ipsec_node *ipsec_node_copy(const struct ipsec_node *node, __u64 version)
{
	struct ipsec_node *copy = ipsec_node_create(node->words, node->level, version);

	if (!copy)
		return NULL;
	copy->n = node->n;
	memcpy(copy->rank, node->rank, sizeof(node->rank));
	memcpy(copy->last, node->last, sizeof(node->last));
	memcpy(copy->child, node->child, sizeof(node->child));
	memcpy(copy->box, node->box, node->n * stride(node) * sizeof(__u32));
	return copy;
}

static void pack_addr(__u32 *word, const struct ipsec_wide *addr, __u8 words)
{
	if (words == 1) {
		word[0] = addr->lo;
		return;
	}
	word[0] = addr->hi >> 32;
	word[1] = addr->hi;
	word[2] = addr->lo >> 32;
	word[3] = addr->lo;
}

static void pack_box(__u32 *word, const struct ipsec_box *box, __u8 words, bool take_unknown)
{
	__u32 *other = word + 4 * words;

	pack_addr(word, &box->min[IPSEC_AXIS_SRC], words);
	pack_addr(word + words, &box->max[IPSEC_AXIS_SRC], words);
	pack_addr(word + 2 * words, &box->min[IPSEC_AXIS_DST], words);
	pack_addr(word + 3 * words, &box->max[IPSEC_AXIS_DST], words);
	other[0] = box->min[IPSEC_AXIS_SPORT].lo << 16 | box->max[IPSEC_AXIS_SPORT].lo;
	other[1] = box->min[IPSEC_AXIS_DPORT].lo << 16 | box->max[IPSEC_AXIS_DPORT].lo;
	other[2] = box->min[IPSEC_AXIS_PROTO].lo << 16 | box->max[IPSEC_AXIS_PROTO].lo << 8 |
		   take_unknown;
}

static struct ipsec_wide unpack_addr(const __u32 *word, __u8 words)
{
	struct ipsec_wide addr = {};

	if (words == 1) {
		addr.lo = word[0];
	} else {
		addr.hi = (__u64)word[0] << 32 | word[1];
		addr.lo = (__u64)word[2] << 32 | word[3];
	}
	return addr;
}

/**
 * ipsec_node_get() - unpack an entry
 * @node: the node
 * @i: number of the entry
 * @entry: filled
 */
void ipsec_node_get(const struct ipsec_node *node, unsigned int i, struct ipsec_entry *entry)
{
	const __u32 *word = &node->box[i * stride(node)];
	const __u32 *other = word + 4 * node->words;
	struct ipsec_box *box = &entry->box;

	memset(box, 0, sizeof(*box));
	box->min[IPSEC_AXIS_RANK].lo = node->rank[i];
	box->max[IPSEC_AXIS_RANK].lo = node->level ? node->last[i] : node->rank[i];
	box->min[IPSEC_AXIS_SRC] = unpack_addr(word, node->words);
	box->max[IPSEC_AXIS_SRC] = unpack_addr(word + node->words, node->words);
	box->min[IPSEC_AXIS_DST] = unpack_addr(word + 2 * node->words, node->words);
	box->max[IPSEC_AXIS_DST] = unpack_addr(word + 3 * node->words, node->words);
	box->min[IPSEC_AXIS_SPORT].lo = other[0] >> 16;
	box->max[IPSEC_AXIS_SPORT].lo = other[0] & 0xffff;
	box->min[IPSEC_AXIS_DPORT].lo = other[1] >> 16;
	box->max[IPSEC_AXIS_DPORT].lo = other[1] & 0xffff;
	box->min[IPSEC_AXIS_PROTO].lo = other[2] >> 16;
	box->max[IPSEC_AXIS_PROTO].lo = other[2] >> 8 & 0xff;
	entry->take_unknown = other[2] & 1;
	entry->child = node->child[i];
	entry->owner = node->level ? NULL : node->owner[i];
}

/**
 * ipsec_node_put() - pack an entry
 * @node: a node that no reader sees
 * @i: number of the entry; if it is the number of entries there is one more afterwards
 * @entry: the entry
 */
void ipsec_node_put(struct ipsec_node *node, unsigned int i, const struct ipsec_entry *entry)
{
	const struct ipsec_box *box = &entry->box;

	if (i == node->n)
		node->n++;
	node->rank[i] = box->min[IPSEC_AXIS_RANK].lo;
	node->child[i] = entry->child;
	if (node->level)
		node->last[i] = box->max[IPSEC_AXIS_RANK].lo;
	else
		node->owner[i] = entry->owner;
	pack_box(&node->box[i * stride(node)], box, node->words, entry->take_unknown);
}

/**
 * ipsec_node_remove() - take an entry out
 * @node: a node that no reader sees
 * @i: number of the entry; the last one gets this number
 */
void ipsec_node_remove(struct ipsec_node *node, unsigned int i)
{
	struct ipsec_entry last;

	ipsec_node_get(node, node->n - 1, &last);
	ipsec_node_put(node, i, &last);
	node->n--;
}

/**
 * ipsec_node_takes_unknown() - whether IPSEC_MATCH_UNKNOWN counts as a match
 * @node: a leaf
 * @i: number of the entry
 *
 * Return: true if it does.
 */
bool ipsec_node_takes_unknown(const struct ipsec_node *node, unsigned int i)
{
	return node->box[i * stride(node) + 4 * node->words + 2] & 1;
}

/**
 * ipsec_node_entry() - the entry for a node in the one above
 * @node: a node with entries
 * @entry: filled
 */
void ipsec_node_entry(struct ipsec_node *node, struct ipsec_entry *entry)
{
	struct ipsec_entry other;
	unsigned int i;

	ipsec_node_get(node, 0, entry);
	for (i = 1; i < node->n; i++) {
		ipsec_node_get(node, i, &other);
		ipsec_box_join(&entry->box, &other.box);
	}
	entry->child = node;
	entry->owner = NULL;
	entry->take_unknown = false;
}

static __always_inline bool not_above(const __u32 *a, const __u32 *b, int words)
{
	int i;

	for (i = 0; i < words - 1; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return a[i] <= b[i];
}

/**
 * struct guest - a box that an entry is to take
 * @box: packed
 * @src: logarithm of how many sources it has
 * @dst: of how many destinations
 * @rest: the sum of the logarithms of its other extents
 */
struct guest {
	__u32 box[4 * 4 + OTHER_WORDS];
	int src;
	int dst;
	int rest;
};

/**
 * struct growth - what becomes of a box around another
 * @volume: of the box
 * @more: what is to be added to it then
 */
struct growth {
	int volume;
	int more;
};

static __always_inline int log_range(__u32 min, __u32 max)
{
	return ipsec_box_log((__u64)max - min + 1);
}

static int log_addr(const __u32 *word, int words)
{
	struct ipsec_wide min = unpack_addr(word, words), max = unpack_addr(word + words, words);

	return ipsec_box_log_extent(&min, &max);
}

static void guest_init(struct guest *guest, const struct ipsec_box *box, int words)
{
	const __u32 *other = guest->box + 4 * words;

	pack_box(guest->box, box, words, false);
	guest->src = log_addr(guest->box, words);
	guest->dst = log_addr(guest->box + 2 * words, words);
	guest->rest = log_range(other[0] >> 16, other[0] & 0xffff) +
		      log_range(other[1] >> 16, other[1] & 0xffff) +
		      log_range(other[2] >> 16, other[2] >> 8 & 0xff);
}

static __always_inline void grow_range(struct growth *growth, __u32 min, __u32 max,
				       __u32 guest_min, __u32 guest_max)
{
	int now = log_range(min, max);

	growth->volume += now;
	if (guest_min < min || guest_max > max)
		growth->more += log_range(guest_min < min ? guest_min : min,
					  guest_max > max ? guest_max : max) - now;
}

static void grow_wide(struct growth *growth, const __u32 *word, const __u32 *guest)
{
	bool below = !not_above(word, guest, 4), above = !not_above(guest + 4, word + 4, 4);
	int now = log_addr(word, 4);
	__u32 joined[8];

	growth->volume += now;
	if (!below && !above)
		return;
	memcpy(joined, below ? guest : word, 16);
	memcpy(joined + 4, (above ? guest : word) + 4, 16);
	growth->more += log_addr(joined, 4) - now;
}

static __always_inline void grow_addr(struct growth *growth, const __u32 *word,
				      const __u32 *guest, int guest_log, int words)
{
	if (!memcmp(word, guest, 2 * words * sizeof(*word)))
		growth->volume += guest_log;
	else if (words == 1)
		grow_range(growth, word[0], word[1], guest[0], guest[1]);
	else
		grow_wide(growth, word, guest);
}

static __always_inline void grow_rest(struct growth *growth, const __u32 *word,
				      const struct guest *guest, int words)
{
	const __u32 *other = guest->box + 4 * words;

	if (word[0] == other[0] && word[1] == other[1] && !((word[2] ^ other[2]) >> 8)) {
		growth->volume += guest->rest;
		return;
	}
	grow_range(growth, word[0] >> 16, word[0] & 0xffff, other[0] >> 16, other[0] & 0xffff);
	grow_range(growth, word[1] >> 16, word[1] & 0xffff, other[1] >> 16, other[1] & 0xffff);
	grow_range(growth, word[2] >> 16, word[2] >> 8 & 0xff,
		   other[2] >> 16, other[2] >> 8 & 0xff);
}

/* How a packed box grows around a guest. Often it has the same range on most axes. */
static __always_inline struct growth grow(const __u32 *box, const struct guest *guest, int words)
{
	struct growth growth = {};

	grow_addr(&growth, box, guest->box, guest->src, words);
	grow_addr(&growth, box + 2 * words, guest->box + 2 * words, guest->dst, words);
	grow_rest(&growth, box + 4 * words, guest, words);
	return growth;
}

/* How many packets are new, a logarithm, more or less; 0: none is. */
static int new_volume(const struct growth *growth)
{
	int volume = growth->volume + growth->more;

	if (!growth->more)
		return 0;
	/* Most of a box that more than doubles is new; of less, about so much. */
	if (growth->more < IPSEC_BOX_LOG_ONE)
		volume -= 8 * IPSEC_BOX_LOG_ONE - ipsec_box_log(growth->more);
	return volume > 1 ? volume : 1;
}

/* Return: 0 if a rank is among those of an entry, or the number of ranks between them. */
static __u64 rank_gap(const struct ipsec_node *node, unsigned int i, __u64 min, __u64 max)
{
	if (max < node->rank[i])
		return node->rank[i] - max;
	return min > node->last[i] ? min - node->last[i] : 0;
}

/**
 * ipsec_node_choose() - the entry that is to take a box
 * @node: an inner node
 * @box: the box
 * @candidates: a bit for each entry to choose from, at least one
 *
 * The one that grows least; of several, the smallest, and then the nearest in rank.
 *
 * Return: its number.
 */
unsigned int ipsec_node_choose(const struct ipsec_node *node, const struct ipsec_box *box,
			       __u32 candidates)
{
	__u64 first = box->min[IPSEC_AXIS_RANK].lo, last = box->max[IPSEC_AXIS_RANK].lo;
	int least = 0x7fffffff, smallest = 0;
	__u64 gap, nearest = 0;
	unsigned int chosen = 0;
	struct guest guest;

	guest_init(&guest, box, node->words);
	for (; candidates; candidates &= candidates - 1) {
		unsigned int i = __ffs(candidates);
		const __u32 *word = &node->box[i * stride(node)];
		struct growth growth = node->words == 1 ? grow(word, &guest, 1) :
							  grow(word, &guest, 4);
		int fresh = new_volume(&growth);

		if (fresh > least || (fresh == least && growth.volume > smallest))
			continue;
		gap = rank_gap(node, i, first, last);
		if (fresh == least && growth.volume == smallest && gap >= nearest)
			continue;
		least = fresh;
		smallest = growth.volume;
		nearest = gap;
		chosen = i;
	}
	return chosen;
}

/* Does an entry come before another on an axis? By the begin, or by the end, then the other. */
static bool before(const struct ipsec_box *a, const struct ipsec_box *b, enum ipsec_axis axis,
		   bool by_end)
{
	int begin = ipsec_wide_cmp(&a->min[axis], &b->min[axis]);
	int end = ipsec_wide_cmp(&a->max[axis], &b->max[axis]);

	return by_end ? end < 0 || (!end && begin < 0) : begin < 0 || (!begin && end < 0);
}

/* Return: whether the axis tells any entry from another. */
static bool sort(struct ipsec_split *split, enum ipsec_axis axis, bool by_end)
{
	const struct ipsec_entry *entry = split->entry;
	__u8 *order = split->order;
	unsigned int i, k;

	order[0] = 0;
	for (i = 1; i < IPSEC_NODE_FANOUT; i++) {
		for (k = i; k && before(&entry[i].box, &entry[order[k - 1]].box, axis, by_end); k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	return before(&entry[order[0]].box, &entry[order[LAST]].box, axis, by_end);
}

static void join_all(struct ipsec_split *split)
{
	const struct ipsec_entry *entry = split->entry;
	int i;

	split->before[0] = entry[split->order[0]].box;
	for (i = 1; i < IPSEC_NODE_FANOUT; i++) {
		split->before[i] = split->before[i - 1];
		ipsec_box_join(&split->before[i], &entry[split->order[i]].box);
	}
	split->behind[LAST] = entry[split->order[LAST]].box;
	for (i = LAST - 1; i >= 0; i--) {
		split->behind[i] = split->behind[i + 1];
		ipsec_box_join(&split->behind[i], &entry[split->order[i]].box);
	}
}

/**
 * struct quality - how good a way to split is; less is better
 * @overlap: what is in both halves, so that lookups must read both
 * @larger: volume of the larger half
 * @smaller: volume of the smaller half
 */
struct quality {
	int overlap;
	int larger;
	int smaller;
};

static bool is_better(const struct quality *a, const struct quality *b)
{
	if (a->overlap != b->overlap)
		return a->overlap < b->overlap;
	if (a->larger != b->larger)
		return a->larger < b->larger;
	return a->smaller < b->smaller;
}

/* The best place to cut the order. Return: size of the first half, 0: none is better. */
static unsigned int cut(struct ipsec_split *split, struct quality *best)
{
	unsigned int k, found = 0;

	join_all(split);
	for (k = IPSEC_NODE_LEAST; k <= IPSEC_NODE_FANOUT - IPSEC_NODE_LEAST; k++) {
		int first = ipsec_box_volume(&split->before[k - 1]);
		int second = ipsec_box_volume(&split->behind[k]);
		struct quality quality = {
			.overlap = ipsec_box_overlap(&split->before[k - 1], &split->behind[k]),
			.larger = first > second ? first : second,
			.smaller = first > second ? second : first,
		};

		if (is_better(&quality, best)) {
			*best = quality;
			found = k;
		}
	}
	return found;
}

/* Sorts the entries into split->best. Return: how many of them are the first half. */
static unsigned int best_cut(struct ipsec_split *split)
{
	struct quality best = { .overlap = 0x7fffffff };
	unsigned int k, found = 0;
	int way;

	/* Ranks first: where boxes are the same they tell entries apart, and prune. */
	for (way = 0; way < 2 * __IPSEC_AXIS_MAX; way++) {
		/* Without any order that is better, the first one will do. */
		if (!sort(split, way / 2, way % 2) && found)
			continue;
		/* Nor is the same order better than itself. */
		if (found && !memcmp(split->order, split->best, sizeof(split->best)))
			continue;
		k = cut(split, &best);
		if (!k)
			continue;
		found = k;
		memcpy(split->best, split->order, sizeof(split->best));
	}
	return found;
}

/**
 * ipsec_node_split() - divide the entries of a full node among two
 * @node: a node that no reader sees
 * @sibling: another, of the same level and without entries
 * @split: memory to work with
 *
 * The halves overlap as little as can be, and then are as small as can be.
 */
void ipsec_node_split(struct ipsec_node *node, struct ipsec_node *sibling,
		      struct ipsec_split *split)
{
	unsigned int i, first;

	for (i = 0; i < IPSEC_NODE_FANOUT; i++)
		ipsec_node_get(node, i, &split->entry[i]);
	first = best_cut(split);
	node->n = 0;
	for (i = 0; i < IPSEC_NODE_FANOUT; i++) {
		struct ipsec_node *half = i < first ? node : sibling;

		ipsec_node_put(half, half->n, &split->entry[split->best[i]]);
	}
}

/**
 * ipsec_probe_init() - prepare a lookup
 * @probe: filled
 * @key: the packet
 */
void ipsec_probe_init(struct ipsec_probe *probe, const struct ipsec_key *key)
{
	int i, words = key->family == AF_INET ? 1 : 4;

	for (i = 0; i < words; i++) {
		probe->src[i] = __be32_to_cpu(key->src.v6[i]);
		probe->dst[i] = __be32_to_cpu(key->dst.v6[i]);
	}
	probe->sport = key->sport;
	probe->dport = key->dport;
	probe->proto = key->proto;
	probe->no_ports = key->flags & IPSEC_KEY_NO_PORTS;
	probe->no_proto = key->flags & IPSEC_KEY_NO_PROTO;
}

static __always_inline bool inside(const __u32 *box, const struct ipsec_probe *probe, int words)
{
	const __u32 *other = box + 4 * words;

	return not_above(box + 2 * words, probe->dst, words) &&
	       not_above(probe->dst, box + 3 * words, words) &&
	       not_above(box, probe->src, words) && not_above(probe->src, box + words, words) &&
	       (probe->no_proto || (probe->proto >= other[2] >> 16 &&
				    probe->proto <= (other[2] >> 8 & 0xff))) &&
	       (probe->no_ports ||
		(probe->sport >= other[0] >> 16 && probe->sport <= (other[0] & 0xffff) &&
		 probe->dport >= other[1] >> 16 && probe->dport <= (other[1] & 0xffff)));
}

static __always_inline __u32 hits(const struct ipsec_node *node, const struct ipsec_probe *probe,
				  __u64 rank, int words)
{
	const __u32 *box = node->box;
	__u32 mask = 0;
	int i;

	for (i = 0; i < node->n; i++, box += 4 * words + OTHER_WORDS)
		if (node->rank[i] < rank && inside(box, probe, words))
			mask |= 1U << i;
	return mask;
}

/**
 * ipsec_node_hits() - the entries of a node that a packet may belong to
 * @node: the node
 * @probe: the packet, of the node's family
 * @rank: entries with this rank or a higher one are not wanted
 *
 * Return: a bit for each entry.
 */
__u32 ipsec_node_hits(const struct ipsec_node *node, const struct ipsec_probe *probe, __u64 rank)
{
	return node->words == 1 ? hits(node, probe, rank, 1) : hits(node, probe, rank, 4);
}
