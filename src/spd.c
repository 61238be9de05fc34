// SPDX-License-Identifier: GPL-2.0
/* The database of policies, the SPD (RFC 4301 4.4.1). */
#include <linux/netlink.h>
#include <linux/rhashtable.h>

#include "classify.h"
#include "couple.h"
#include "partition.h"
#include "sa.h"
#include "spd.h"

/**
 * struct view_waste - what a view has lost
 * @nodes: of the classifier for policies without a tag
 * @tagged: of the rest
 */
struct view_waste {
	struct ipsec_node *nodes;
	struct ipsec_partition_waste tagged;
};

/**
 * struct ipsec_spd_view - the SPD as packets see it; never changes once published
 * @classifier: from packet to policy, for policies without a tag
 * @tagged: the same for those with one, NULL: there are none
 * @couples: what sub-policies and others protect together, NULL: there are no sub-policies
 * @lost: what the view before had and this one has no more
 * @retired: what is to be freed with this view, when the next one is published
 * @last: no view comes behind this one that would share what it has
 * @rcu: frees it
 */
struct ipsec_spd_view {
	struct ipsec_classifier classifier;
	struct ipsec_partitions *tagged;
	struct ipsec_couples *couples;
	struct view_waste lost;
	struct view_waste retired;
	bool last;
	struct rcu_work rcu;
};

/**
 * struct ipsec_spd - the SPD of a namespace
 * @view: what packets look at, NULL: no policy at all [R]
 * @tree: the policies by direction, priority and id [C]
 * @by_hash: the policies by direction, tag and selectors [C]
 * @by_id: the policies by id [C]
 * @last_id: id given last [C]
 * @number: policies in @tree [C]
 * @subs: sub-policies of these [C]
 */
struct ipsec_spd {
	struct ipsec_spd_view __rcu *view;
	struct rb_root tree;
	struct rhltable by_hash;
	struct xarray by_id;
	u32 last_id;
	u32 number;
	u32 subs;
};

static const struct rhashtable_params by_hash_params = {
	.key_len = sizeof_field(struct ipsec_policy, hash),
	.key_offset = offsetof(struct ipsec_policy, hash),
	.head_offset = offsetof(struct ipsec_policy, by_hash),
	.automatic_shrinking = true,
};

/**
 * ipsec_spd_init() - an empty SPD for a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_spd_init(struct ipsec_net *inet)
{
	struct ipsec_spd *spd;
	int err;

	spd = kzalloc(sizeof(*spd), GFP_KERNEL);
	if (!spd)
		return -ENOMEM;
	err = rhltable_init(&spd->by_hash, &by_hash_params);
	if (err) {
		kfree(spd);
		return err;
	}
	spd->tree = RB_ROOT;
	xa_init(&spd->by_id);
	inet->spd = spd;
	return 0;
}

/**
 * ipsec_spd_exit() - free the SPD of a namespace
 * @inet: the namespace; its SPD is empty
 */
void ipsec_spd_exit(struct ipsec_net *inet)
{
	WARN_ON(!ipsec_spd_empty(inet));
	rhltable_destroy(&inet->spd->by_hash);
	xa_destroy(&inet->spd->by_id);
	kfree(inet->spd);
}

static bool policy_alike(const struct ipsec_policy *a, const struct ipsec_policy *b)
{
	return a->dir == b->dir && a->n_selectors == b->n_selectors &&
	       !memcmp(&a->tag, &b->tag, sizeof(a->tag)) &&
	       !memcmp(a->selector, b->selector, a->n_selectors * sizeof(a->selector[0]));
}

static struct ipsec_policy *find(struct ipsec_net *inet, const struct ipsec_policy *like,
				 bool any_priority)
{
	struct ipsec_policy *policy, *found = NULL;
	struct rhlist_head *list, *pos;

	lockdep_assert_held(&inet->config);
	rcu_read_lock();
	list = rhltable_lookup(&inet->spd->by_hash, &like->hash, by_hash_params);
	rhl_for_each_entry_rcu(policy, pos, list, by_hash)
		if (!(policy->txn_state & IPSEC_TXN_DOOMED) && policy_alike(policy, like) &&
		    (any_priority || policy->priority == like->priority))
			found = policy;
	rcu_read_unlock();
	return found;
}

/**
 * ipsec_spd_find() - the policy of an identity that the running transaction will leave
 * @inet: the namespace, config held
 * @like: direction, priority, tag, selectors and hash are set
 *
 * Return: the policy, or NULL.
 */
struct ipsec_policy *ipsec_spd_find(struct ipsec_net *inet, const struct ipsec_policy *like)
{
	return find(inet, like, false);
}

/**
 * ipsec_spd_find_any() - a policy of any priority that the running transaction will leave
 * @inet: the namespace, config held
 * @like: direction, tag, selectors and hash are set
 *
 * Return: the policy, the oldest of several, or NULL.
 */
struct ipsec_policy *ipsec_spd_find_any(struct ipsec_net *inet, const struct ipsec_policy *like)
{
	return find(inet, like, true);
}

/* Order in the tree: direction, priority, age. */
static int order(u8 dir, u32 priority, u32 id, const struct ipsec_policy *policy)
{
	if (dir != policy->dir)
		return dir < policy->dir ? -1 : 1;
	if (priority != policy->priority)
		return priority < policy->priority ? -1 : 1;
	if (id != policy->id)
		return id < policy->id ? -1 : 1;
	return 0;
}

static void tree_insert(struct ipsec_spd *spd, struct ipsec_policy *policy)
{
	struct rb_node **link = &spd->tree.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (order(policy->dir, policy->priority, policy->id,
			  rb_entry(parent, struct ipsec_policy, node)) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&policy->node, parent, link);
	rb_insert_color(&policy->node, &spd->tree);
}

static u32 count_devs(const struct ipsec_policy *policy)
{
	return ipsec_selectors_devs(policy->selector, policy->n_selectors);
}

/**
 * ipsec_spd_insert() - add a policy to its SPD
 * @policy: complete; its reference becomes the SPD's
 * @extack: a sentence if it fails
 *
 * Config mutex. In force with the next ipsec_spd_publish().
 *
 * Return: 0, -EEXIST or -ENOMEM; if it fails the reference stays the caller's.
 */
int ipsec_spd_insert(struct ipsec_policy *policy, struct netlink_ext_ack *extack)
{
	struct ipsec_spd *spd = policy->inet->spd;

	lockdep_assert_held(&policy->inet->config);
	if (ipsec_spd_find(policy->inet, policy)) {
		NL_SET_ERR_MSG(extack, "A policy with this direction, priority, selectors, mark, if_id, sub and forward exists already");
		return -EEXIST;
	}
	if (spd->last_id == U32_MAX)
		goto no_memory;
	policy->id = spd->last_id + 1;
	if (xa_err(xa_store(&spd->by_id, policy->id, policy, GFP_KERNEL)))
		goto no_memory;
	if (rhltable_insert(&spd->by_hash, &policy->by_hash, by_hash_params))
		goto erase_id;
	spd->last_id = policy->id;
	tree_insert(spd, policy);
	spd->number++;
	spd->subs += policy->tag.sub;
	if (policy->selector[0].way)
		WRITE_ONCE(policy->inet->ways, policy->inet->ways + 1);
	ipsec_net_use_marks(policy->inet, policy->tag.mark.mask);
	ipsec_net_use_devs(policy->inet, count_devs(policy));
	return 0;

erase_id:
	xa_erase(&spd->by_id, policy->id);
no_memory:
	NL_SET_ERR_MSG(extack, "The kernel has no memory for another policy");
	return -ENOMEM;
}

/**
 * ipsec_spd_remove() - take a policy out of its SPD
 * @policy: the policy; the SPD's reference becomes the caller's
 *
 * Config mutex. Out of force with the next ipsec_spd_publish().
 */
void ipsec_spd_remove(struct ipsec_policy *policy)
{
	struct ipsec_spd *spd = policy->inet->spd;

	lockdep_assert_held(&policy->inet->config);
	rhltable_remove(&spd->by_hash, &policy->by_hash, by_hash_params);
	xa_erase(&spd->by_id, policy->id);
	rb_erase(&policy->node, &spd->tree);
	spd->number--;
	spd->subs -= policy->tag.sub;
	if (policy->selector[0].way)
		WRITE_ONCE(policy->inet->ways, policy->inet->ways - 1);
	ipsec_net_unuse_marks(policy->inet, policy->tag.mark.mask);
	ipsec_net_unuse_devs(policy->inet, count_devs(policy));
}

/**
 * ipsec_spd_after() - the policy behind a place in the order
 * @inet: the namespace, config held
 * @dir: direction of the place
 * @priority: priority of the place
 * @id: id of the place
 *
 * Return: the first policy behind, or NULL.
 */
struct ipsec_policy *ipsec_spd_after(struct ipsec_net *inet, u8 dir, u32 priority, u32 id)
{
	struct rb_node *node = inet->spd->tree.rb_node;
	struct ipsec_policy *policy, *found = NULL;

	lockdep_assert_held(&inet->config);
	while (node) {
		policy = rb_entry(node, struct ipsec_policy, node);
		if (order(dir, priority, id, policy) < 0) {
			found = policy;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/**
 * ipsec_spd_find_id() - the policy with an id
 * @inet: the namespace, config held
 * @id: given by ipsec_spd_insert()
 *
 * Return: the policy, or NULL.
 */
struct ipsec_policy *ipsec_spd_find_id(struct ipsec_net *inet, u32 id)
{
	struct ipsec_policy *policy;

	lockdep_assert_held(&inet->config);
	policy = xa_load(&inet->spd->by_id, id);
	return policy && !(policy->txn_state & IPSEC_TXN_DOOMED) ? policy : NULL;
}

/**
 * ipsec_spd_first() - the first policy in the order
 * @inet: the namespace, config held
 *
 * Return: the policy, or NULL.
 */
struct ipsec_policy *ipsec_spd_first(struct ipsec_net *inet)
{
	lockdep_assert_held(&inet->config);
	return rb_entry_safe(rb_first(&inet->spd->tree), struct ipsec_policy, node);
}

/**
 * ipsec_spd_next() - the next policy in the order
 * @policy: a policy in the SPD, config held
 *
 * Return: the policy behind it, or NULL.
 */
struct ipsec_policy *ipsec_spd_next(struct ipsec_policy *policy)
{
	return rb_entry_safe(rb_next(&policy->node), struct ipsec_policy, node);
}

/**
 * ipsec_spd_empty() - whether a namespace has no policy
 * @inet: the namespace
 *
 * Any context.
 *
 * Return: true if there is none.
 */
bool ipsec_spd_empty(const struct ipsec_net *inet)
{
	return !rcu_access_pointer(inet->spd->view);
}

static void view_free(struct ipsec_spd_view *view)
{
	ipsec_classify_free_retired(view->retired.nodes);
	ipsec_partition_free_waste(&view->retired.tagged);
	if (view->last)
		ipsec_classify_free(&view->classifier);
	ipsec_partition_free(view->tagged, view->last);
	ipsec_couples_free(view->couples);
	kfree(view);
}

static void view_free_work(struct work_struct *work)
{
	view_free(container_of(to_rcu_work(work), struct ipsec_spd_view, rcu));
}

/* Policies that the running transaction will leave: their number; @subs: sub-policies of these. */
static u32 count_staying(const struct ipsec_spd *spd, const struct list_head *changed, u32 *subs)
{
	const struct ipsec_policy *policy;
	u32 staying = spd->number;

	*subs = spd->subs;
	list_for_each_entry(policy, changed, txn_node) {
		if (!(policy->txn_state & IPSEC_TXN_DOOMED))
			continue;
		staying--;
		*subs -= policy->tag.sub;
	}
	return staying;
}

/**
 * struct view_change - a view on its way to the next one
 * @untagged: for policies without a tag
 * @tagged: for those with one
 */
struct view_change {
	struct ipsec_classify_change untagged;
	struct ipsec_partition_change tagged;
};

static int change_rule(struct view_change *change, const struct ipsec_tag *tag,
		       const struct ipsec_classify_rule *rule, bool add)
{
	if (likely(ipsec_tag_is_none(tag)))
		return add ? ipsec_classify_add(&change->untagged, rule) :
			     ipsec_classify_remove(&change->untagged, rule);
	return add ? ipsec_partition_add(&change->tagged, tag, rule) :
		     ipsec_partition_remove(&change->tagged, tag, rule);
}

/* Rules stand in the order of their policies: priority, then age. */
static int change_rules(struct view_change *change, struct ipsec_policy *policy, bool add)
{
	struct ipsec_classify_rule rule = {
		.owner = policy,
		.rank = (u64)policy->priority << 32 | policy->id,
		.dir = policy->dir,
		.take_unknown = policy->action != NFIPSEC_ACTION_BYPASS,
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < policy->n_selectors && !err; i++) {
		rule.sel = &policy->selector[i];
		err = change_rule(change, &policy->tag, &rule, add);
	}
	return err;
}

static int change_policies(struct view_change *change, const struct list_head *changed)
{
	struct ipsec_policy *policy;
	int err = 0;

	list_for_each_entry(policy, changed, txn_node) {
		/* What was added by this transaction and is deleted by it has never been there. */
		switch (policy->txn_state & ~IPSEC_TXN_TOLD) {
		case IPSEC_TXN_NEW:
			err = change_rules(change, policy, true);
			break;
		case IPSEC_TXN_DOOMED:
			err = change_rules(change, policy, false);
		}
		if (WARN_ON_ONCE(err == -ENOENT) || err)
			return err;
		cond_resched();
	}
	return 0;
}

/* Whether the table of those with a tag is, or will be, there at all. */
static bool has_tagged(const struct ipsec_spd_view *old, const struct list_head *changed)
{
	const struct ipsec_policy *policy;

	if (old && old->tagged)
		return true;
	list_for_each_entry(policy, changed, txn_node)
		if (!ipsec_tag_is_none(&policy->tag))
			return true;
	return false;
}

static int change_begin(struct view_change *change, const struct ipsec_spd_view *old,
			const struct list_head *changed)
{
	int err = ipsec_classify_begin(&change->untagged, old ? &old->classifier : NULL);

	change->tagged.now = NULL;
	if (err || !has_tagged(old, changed))
		return err;
	err = ipsec_partition_begin(&change->tagged, old ? old->tagged : NULL);
	if (err)
		ipsec_classify_abort(&change->untagged);
	return err;
}

static void change_commit(struct view_change *change, struct ipsec_spd_view *view)
{
	view->lost.nodes = ipsec_classify_commit(&change->untagged, &view->classifier);
	if (change->tagged.now)
		view->tagged = ipsec_partition_commit(&change->tagged, &view->lost.tagged);
}

static void change_abort(struct view_change *change)
{
	ipsec_classify_abort(&change->untagged);
	if (change->tagged.now)
		ipsec_partition_abort(&change->tagged);
}

/**
 * ipsec_spd_prepare() - build the view of the policies that will stay
 * @inet: the namespace, config held
 * @changed: the policies that were added or are to be deleted, by txn_node
 *
 * Process context. Takes time for what changes, not for what stays.
 *
 * Return: a view for ipsec_spd_publish(), or an ERR_PTR; NULL if no policy stays, which
 * needs no memory.
 */
struct ipsec_spd_view *ipsec_spd_prepare(struct ipsec_net *inet, const struct list_head *changed)
{
	struct ipsec_spd_view *view, *old;
	struct view_change change;
	u32 subs;
	int err;

	if (!count_staying(inet->spd, changed, &subs))
		return NULL;
	view = kzalloc(sizeof(*view), GFP_KERNEL);
	if (!view)
		return ERR_PTR(-ENOMEM);
	INIT_RCU_WORK(&view->rcu, view_free_work);
	if (unlikely(subs)) {
		view->couples = ipsec_couples_create();
		if (!view->couples) {
			err = -ENOMEM;
			goto free_view;
		}
	}
	old = rcu_dereference_protected(inet->spd->view, lockdep_is_held(&inet->config));
	err = change_begin(&change, old, changed);
	if (err)
		goto free_view;
	err = change_policies(&change, changed);
	if (err)
		goto abort;
	change_commit(&change, view);
	return view;

abort:
	change_abort(&change);
free_view:
	ipsec_couples_free(view->couples);
	kfree(view);
	return ERR_PTR(err);
}

/**
 * ipsec_spd_publish() - put a view in force, for the next packet on every CPU
 * @inet: the namespace, config held
 * @view: from ipsec_spd_prepare(), or NULL
 */
void ipsec_spd_publish(struct ipsec_net *inet, struct ipsec_spd_view *view)
{
	struct ipsec_spd_view *old;

	old = rcu_replace_pointer(inet->spd->view, view, lockdep_is_held(&inet->config));
	/* Pairs with the flow cache: a new generation is read only after its view. */
	smp_store_release(&inet->spd_gen, ipsec_next_gen());
	if (!old)
		return;
	if (view)
		old->retired = view->lost;
	else
		old->last = true;
	queue_rcu_work(ipsec_wq, &old->rcu);
}

static bool is_before(const struct ipsec_policy *a, const struct ipsec_policy *b)
{
	return a->priority != b->priority ? a->priority < b->priority : a->id < b->id;
}

/* Of the policies with a tag that fits and of one without, the first in the order. */
static struct ipsec_policy *lookup_tagged(const struct ipsec_partitions *tagged, u8 dir,
					  const struct ipsec_key *key, bool sub,
					  struct ipsec_policy *found)
{
	struct ipsec_tag tag = { .if_id = key->if_id, .sub = sub };
	const struct ipsec_classifier *classifier;
	struct ipsec_policy *policy;
	unsigned int i;

	for (i = 0; i < tagged->n_masks; i++) {
		tag.mark.mask = tagged->mask[i].mask;
		tag.mark.value = key->mark & tag.mark.mask;
		classifier = ipsec_partition_find(tagged, &tag);
		policy = classifier ? ipsec_classify(classifier, dir, key) : NULL;
		if (policy && (!found || is_before(policy, found)))
			found = policy;
	}
	return found;
}

/* A sub-policy decides alone if it drops; if not, the policy that was found decides as well. */
static struct ipsec_policy *lookup_sub(const struct ipsec_spd_view *view, u8 dir,
				       const struct ipsec_key *key, struct ipsec_policy *found)
{
	struct ipsec_policy *sub = lookup_tagged(view->tagged, dir, key, true, NULL);

	if (!sub)
		return found;
	if (!found || sub->action == NFIPSEC_ACTION_DISCARD)
		return sub;
	if (sub->action == NFIPSEC_ACTION_BYPASS || found->action == NFIPSEC_ACTION_DISCARD)
		return found;
	if (found->action == NFIPSEC_ACTION_BYPASS)
		return sub;
	return ipsec_couple(view->couples, sub, found, key->family);
}

/**
 * ipsec_spd_lookup() - find the first policy that matches a packet
 * @inet: the namespace
 * @dir: enum nfipsec_dir
 * @key: the packet
 *
 * RCU read-side section.
 *
 * Return: the policy, or two of them as one (couple.c), or NULL: none matches.
 */
struct ipsec_policy *ipsec_spd_lookup(struct ipsec_net *inet, u8 dir,
				      const struct ipsec_key *key)
{
	const struct ipsec_spd_view *view = rcu_dereference(inet->spd->view);
	struct ipsec_policy *found = NULL;

	if (!view)
		return NULL;
	if (likely(!key->if_id))
		found = ipsec_classify(&view->classifier, dir, key);
	if (likely(!view->tagged))
		return found;
	found = lookup_tagged(view->tagged, dir, key, false, found);
	return view->couples ? lookup_sub(view, dir, key, found) : found;
}
