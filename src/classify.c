// SPDX-License-Identifier: GPL-2.0
/* The classifier: from a packet to the first policy that matches it. Pure. */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/slab.h>

#include "classify.h"
#include "node.h"

/**
 * DOC: trees
 *
 * The rules of a direction and a family are the leaves of an R-tree. An entry of an inner
 * node has a box around all that is below, and the lowest rank of it. A lookup goes into
 * every box that the packet is in, the lowest rank first, and not into one that has no
 * lower rank than what it has found. In the leaves ipsec_selector_match() decides, so
 * boxes may be too large, but never too small.
 *
 * Nothing is assumed about the rules: overlapping ranges make boxes overlap, which costs
 * time, not memory. Each rule is in one leaf only.
 */

/**
 * DOC: versions
 *
 * Readers walk a version of the classifier while a writer makes the next one. Versions
 * share nodes. Each node is stamped with the version that made it. While version N + 1 is
 * made:
 *
 * - A node stamped N + 1 was made by this change. No reader has seen it: it is changed in
 *   place, and freed at once if it is no longer needed.
 * - A node with a lower stamp may have readers. It is never written, but for @retired,
 *   which readers do not look at. To change it is to replace it: a copy stamped N + 1
 *   takes its place in the node above, and it goes to the list of retired nodes. A node is
 *   replaced from the root down, so the node above is stamped N + 1 already.
 *
 * From this follows:
 *
 * - What is stamped N + 1 is reached through nodes stamped N + 1 only. So an abort finds
 *   all that the change has made by walking down from the roots of N + 1 until it meets an
 *   older stamp, and nothing of N has changed.
 * - A retired node is reached from version N and older ones, not from N + 1, nor from any
 *   version after that. So it may be freed when all readers are gone that began before
 *   N + 1 was published. It is retired once: N + 1 has no way to it afterwards.
 *
 * A version whose roots are all NULL has no nodes: the next one may have any stamp.
 */

/**
 * struct level - where a walk stands at one level of a tree
 * @node: the node
 * @mask: entries still to be looked at, or the one that was taken
 */
struct level {
	const struct ipsec_node *node;
	__u32 mask;
};

static unsigned int family_index(__u16 family)
{
	return family == AF_INET ? 0 : 1;
}

/* Takes the entry with the lowest rank out of a level. Return: -1: none below the limit. */
static int take_lowest(struct level *level, __u64 limit)
{
	__u32 left = level->mask;
	int i, lowest = -1;

	for (; left; left &= left - 1) {
		i = __ffs(left);
		if (level->node->rank[i] >= limit)
			continue;
		limit = level->node->rank[i];
		lowest = i;
	}
	if (lowest >= 0)
		level->mask &= ~(1U << lowest);
	return lowest;
}

static bool leaf_match(const struct ipsec_node *node, int i, const struct ipsec_key *key)
{
	switch (ipsec_selector_match(node->child[i], key)) {
	case IPSEC_MATCH_YES:
		return true;
	case IPSEC_MATCH_UNKNOWN:
		return ipsec_node_takes_unknown(node, i);
	default:
		return false;
	}
}

/* @visited counts the nodes that were looked at, for tests. */
static __always_inline void *find_first(const struct ipsec_node *root, const struct ipsec_key *key,
					unsigned int *visited)
{
	struct level stack[IPSEC_NODE_LEVELS], *top = stack;
	__u64 limit = ~0ULL;
	struct ipsec_probe probe;
	void *found = NULL;
	int i;

	if (!root)
		return NULL;
	ipsec_probe_init(&probe, key);
	top->node = root;
	top->mask = ipsec_node_hits(root, &probe, limit);
	++*visited;
	for (;;) {
		i = take_lowest(top, limit);
		if (i >= 0 && top->node->level) {
			top[1].node = top->node->child[i];
			top++;
			top->mask = ipsec_node_hits(top->node, &probe, limit);
			++*visited;
		} else if (i >= 0 && leaf_match(top->node, i, key)) {
			limit = top->node->rank[i];
			found = top->node->owner[i];
		} else if (i < 0) {
			if (top == stack)
				return found;
			top--;
		}
	}
}

/**
 * ipsec_classify() - find the first policy that matches a packet
 * @classifier: the rules
 * @dir: enum nfipsec_dir
 * @key: the packet
 *
 * The classifier and its rules must stay: in the kernel, RCU read-side section.
 *
 * Return: the owner of the rule with the lowest rank of all that match, or NULL.
 */
void *ipsec_classify(const struct ipsec_classifier *classifier, __u8 dir,
		     const struct ipsec_key *key)
{
	unsigned int visited = 0;

	return find_first(classifier->root[dir][family_index(key->family)], key, &visited);
}

/**
 * ipsec_classify_begin() - begin to make the next version
 * @change: to be used until commit or abort
 * @classifier: the version that readers see, or NULL: there is none
 *
 * One change at a time.
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_classify_begin(struct ipsec_classify_change *change,
			 const struct ipsec_classifier *classifier)
{
	memset(change, 0, sizeof(*change));
	if (classifier)
		change->now = *classifier;
	change->now.version++;
	change->split = kmalloc(sizeof(*change->split), GFP_KERNEL);
	return change->split ? 0 : -ENOMEM;
}

/* A node that the next version has no more. */
static void discard(struct ipsec_classify_change *change, struct ipsec_node *node)
{
	if (node->version == change->now.version) {
		kfree(node);
		return;
	}
	node->retired = change->retired;
	change->retired = node;
}

/* What may be written, in place of a node that may not; NULL: no memory. */
static struct ipsec_node *writable(struct ipsec_classify_change *change, struct ipsec_node *node)
{
	struct ipsec_node *copy;

	if (node->version == change->now.version)
		return node;
	copy = ipsec_node_copy(node, change->now.version);
	if (copy)
		discard(change, node);
	return copy;
}

static struct ipsec_node *writable_child(struct ipsec_classify_change *change,
					 struct ipsec_node *node, unsigned int i)
{
	struct ipsec_node *child = writable(change, (struct ipsec_node *)node->child[i]);

	if (child)
		node->child[i] = child;
	return child;
}

/* A root that may be written and has room. */
static struct ipsec_node *roomy_root(struct ipsec_classify_change *change,
				     struct ipsec_node **root, __u8 words)
{
	struct ipsec_entry entry;
	struct ipsec_node *top;

	if (!*root) {
		*root = ipsec_node_create(words, 0, change->now.version);
		return *root;
	}
	top = writable(change, *root);
	if (!top)
		return NULL;
	*root = top;
	if (top->n < IPSEC_NODE_FANOUT)
		return top;
	if (top->level + 1 == IPSEC_NODE_LEVELS)
		return NULL;
	top = ipsec_node_create(words, top->level + 1, change->now.version);
	if (!top)
		return NULL;
	ipsec_node_entry(*root, &entry);
	ipsec_node_put(top, 0, &entry);
	*root = top;
	return top;
}

/*
 * The child of a node with room that a box belongs to. It has room, too: a full one is
 * split on the way down, so nothing has to be done on the way back.
 */
static struct ipsec_node *roomy_child(struct ipsec_classify_change *change,
				      struct ipsec_node *node, const struct ipsec_box *box)
{
	unsigned int i = ipsec_node_choose(node, box, (1U << node->n) - 1);
	struct ipsec_node *child, *sibling;
	struct ipsec_entry entry;

	child = writable_child(change, node, i);
	if (!child)
		return NULL;
	if (child->n == IPSEC_NODE_FANOUT) {
		sibling = ipsec_node_create(child->words, child->level, change->now.version);
		if (!sibling)
			return NULL;
		ipsec_node_split(child, sibling, change->split);
		ipsec_node_entry(child, &entry);
		ipsec_node_put(node, i, &entry);
		ipsec_node_entry(sibling, &entry);
		ipsec_node_put(node, node->n, &entry);
		i = ipsec_node_choose(node, box, 1U << i | 1U << (node->n - 1));
	}
	ipsec_node_get(node, i, &entry);
	ipsec_box_join(&entry.box, box);
	ipsec_node_put(node, i, &entry);
	return (struct ipsec_node *)node->child[i];
}

/**
 * ipsec_classify_add() - add a rule to the next version
 * @change: the change; to be aborted if this fails
 * @rule: the rule
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_classify_add(struct ipsec_classify_change *change,
		       const struct ipsec_classify_rule *rule)
{
	unsigned int family = family_index(rule->sel->family);
	struct ipsec_entry entry = {
		.child = rule->sel, .owner = rule->owner, .take_unknown = rule->take_unknown,
	};
	struct ipsec_node *node;

	ipsec_box_of(&entry.box, rule->sel, rule->rank);
	node = roomy_root(change, &change->now.root[rule->dir][family], family ? 4 : 1);
	while (node && node->level)
		node = roomy_child(change, node, &entry.box);
	if (!node)
		return -ENOMEM;
	ipsec_node_put(node, node->n, &entry);
	return 0;
}

/**
 * struct path - the way from a root to a leaf
 * @depth: number of nodes above the leaf
 * @node: the nodes
 * @taken: of each, number of the entry that leads on; in the leaf, of the rule
 */
struct path {
	unsigned int depth;
	struct ipsec_node *node[IPSEC_NODE_LEVELS];
	unsigned int taken[IPSEC_NODE_LEVELS];
};

/* The entries of a node below which a rule with a box may be, or that are the rule. */
static __u32 suspects(const struct ipsec_node *node, const struct ipsec_box *box, const void *sel)
{
	__u64 rank = box->min[IPSEC_AXIS_RANK].lo;
	struct ipsec_entry entry;
	__u32 mask = 0;
	unsigned int i;

	for (i = 0; i < node->n; i++) {
		if (node->rank[i] > rank)
			continue;
		if (!node->level) {
			mask |= (__u32)(node->child[i] == sel) << i;
			continue;
		}
		ipsec_node_get(node, i, &entry);
		mask |= (__u32)ipsec_box_covers(&entry.box, box) << i;
	}
	return mask;
}

/* Return: whether the rule was found. */
static bool find_rule(struct ipsec_node *root, const struct ipsec_box *box, const void *sel,
		      struct path *path)
{
	__u32 mask[IPSEC_NODE_LEVELS];
	unsigned int depth = 0, i;

	path->node[0] = root;
	mask[0] = suspects(root, box, sel);
	for (;;) {
		if (!mask[depth]) {
			if (!depth--)
				return false;
			continue;
		}
		i = __ffs(mask[depth]);
		mask[depth] &= mask[depth] - 1;
		path->taken[depth] = i;
		path->depth = depth;
		if (!path->node[depth]->level)
			return true;
		path->node[depth + 1] = (struct ipsec_node *)path->node[depth]->child[i];
		depth++;
		mask[depth] = suspects(path->node[depth], box, sel);
	}
}

static int make_writable(struct ipsec_classify_change *change, struct ipsec_node **root,
			 struct path *path)
{
	unsigned int k;

	path->node[0] = writable(change, *root);
	if (!path->node[0])
		return -ENOMEM;
	*root = path->node[0];
	for (k = 0; k < path->depth; k++) {
		path->node[k + 1] = writable_child(change, path->node[k], path->taken[k]);
		if (!path->node[k + 1])
			return -ENOMEM;
	}
	return 0;
}

/* The siblings of a node that have room for all its entries. */
static __u32 with_room(const struct ipsec_node *parent, unsigned int i)
{
	const struct ipsec_node *node = parent->child[i], *sibling;
	__u32 mask = 0;
	unsigned int k;

	for (k = 0; k < parent->n; k++) {
		sibling = parent->child[k];
		if (k != i && sibling->n + node->n <= IPSEC_NODE_FANOUT)
			mask |= 1U << k;
	}
	return mask;
}

/*
 * A node with few entries gives them to a sibling, so memory goes back when rules do. If
 * none has room, all of them are well filled; and if there is no memory to do it, it is
 * done another time.
 */
static void merge(struct ipsec_classify_change *change, struct ipsec_node *parent, unsigned int i)
{
	struct ipsec_node *node = (struct ipsec_node *)parent->child[i], *sibling;
	__u32 candidates = with_room(parent, i);
	struct ipsec_entry entry;
	unsigned int k, n;

	if (!candidates)
		return;
	ipsec_node_get(parent, i, &entry);
	k = ipsec_node_choose(parent, &entry.box, candidates);
	sibling = writable_child(change, parent, k);
	if (!sibling)
		return;
	for (n = 0; n < node->n; n++) {
		ipsec_node_get(node, n, &entry);
		ipsec_node_put(sibling, sibling->n, &entry);
	}
	ipsec_node_entry(sibling, &entry);
	ipsec_node_put(parent, k, &entry);
	discard(change, node);
	ipsec_node_remove(parent, i);
}

/* An entry of the last node has gone: set right what is above it. */
static void ascend(struct ipsec_classify_change *change, const struct path *path)
{
	struct ipsec_node *node, *parent;
	struct ipsec_entry entry;
	unsigned int k, i;

	for (k = path->depth; k; k--) {
		node = path->node[k];
		parent = path->node[k - 1];
		i = path->taken[k - 1];
		if (!node->n) {
			discard(change, node);
			ipsec_node_remove(parent, i);
			continue;
		}
		ipsec_node_entry(node, &entry);
		ipsec_node_put(parent, i, &entry);
		if (node->n < IPSEC_NODE_LEAST)
			merge(change, parent, i);
	}
}

/* No root without entries, or with nothing to choose from. */
static void shorten(struct ipsec_classify_change *change, struct ipsec_node **root)
{
	struct ipsec_node *top;

	while (*root && (!(*root)->n || ((*root)->level && (*root)->n == 1))) {
		top = *root;
		*root = top->n ? (struct ipsec_node *)top->child[0] : NULL;
		discard(change, top);
	}
}

/**
 * ipsec_classify_remove() - take a rule out of the next version
 * @change: the change; to be aborted if this fails
 * @rule: the rule, as it was added
 *
 * Return: 0, -ENOENT or -ENOMEM.
 */
int ipsec_classify_remove(struct ipsec_classify_change *change,
			  const struct ipsec_classify_rule *rule)
{
	unsigned int family = family_index(rule->sel->family);
	struct ipsec_node **root = &change->now.root[rule->dir][family];
	struct ipsec_node *leaf;
	struct ipsec_box box;
	struct path path;

	ipsec_box_of(&box, rule->sel, rule->rank);
	if (!*root || !find_rule(*root, &box, rule->sel, &path))
		return -ENOENT;
	if (make_writable(change, root, &path))
		return -ENOMEM;
	leaf = path.node[path.depth];
	ipsec_node_remove(leaf, path.taken[path.depth]);
	ascend(change, &path);
	shorten(change, root);
	return 0;
}

/**
 * ipsec_classify_commit() - the next version is complete
 * @change: the change, over afterwards
 * @classifier: becomes the next version, for readers to see
 *
 * Return: nodes for ipsec_classify_free_retired() once no reader sees the version before;
 * NULL: none.
 */
struct ipsec_node *ipsec_classify_commit(struct ipsec_classify_change *change,
					 struct ipsec_classifier *classifier)
{
	*classifier = change->now;
	kfree(change->split);
	return change->retired;
}

/* Frees a node and all below it that have a stamp, 0: any. */
static void free_below(struct ipsec_node *root, __u64 version)
{
	struct level stack[IPSEC_NODE_LEVELS], *top = stack;
	const struct ipsec_node *child;

	if (!root || (version && root->version != version))
		return;
	top->node = root;
	top->mask = root->level ? (1U << root->n) - 1 : 0;
	for (;;) {
		if (top->mask) {
			child = top->node->child[__ffs(top->mask)];
			top->mask &= top->mask - 1;
			if (version && child->version != version)
				continue;
			top++;
			top->node = child;
			top->mask = child->level ? (1U << child->n) - 1 : 0;
			continue;
		}
		kfree(top->node);
		if (top == stack)
			return;
		top--;
	}
}

static void free_roots(struct ipsec_classifier *classifier, __u64 version)
{
	int dir;

	for (dir = 0; dir < __NFIPSEC_DIR_MAX; dir++) {
		free_below(classifier->root[dir][0], version);
		free_below(classifier->root[dir][1], version);
	}
}

/**
 * ipsec_classify_abort() - give the next version up
 * @change: the change, over afterwards
 *
 * The version that it began with is as it was.
 */
void ipsec_classify_abort(struct ipsec_classify_change *change)
{
	free_roots(&change->now, change->now.version);
	kfree(change->split);
}

/**
 * ipsec_classify_free_retired() - free the nodes that a version has lost
 * @retired: from ipsec_classify_commit(); no reader sees the version before any more
 */
void ipsec_classify_free_retired(struct ipsec_node *retired)
{
	struct ipsec_node *next;

	for (; retired; retired = next) {
		next = retired->retired;
		kfree(retired);
	}
}

/**
 * ipsec_classify_free() - free a version with all its nodes
 * @classifier: the last version, which no reader sees any more
 */
void ipsec_classify_free(struct ipsec_classifier *classifier)
{
	free_roots(classifier, 0);
}
