// SPDX-License-Identifier: GPL-2.0
/* Policies and their database, the SPD (RFC 4301 4.4.1). */
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rhashtable.h>

#include "classify.h"
#include "sa.h"
#include "spd.h"

/**
 * struct ipsec_spd_side - one direction of a view
 * @classifier: from packet to rank
 * @policy: from rank to policy
 */
struct ipsec_spd_side {
	struct ipsec_classifier *classifier;
	struct ipsec_policy **policy;
};

/**
 * struct ipsec_spd_view - the SPD as packets see it; never changes once published
 * @side: by direction
 * @rcu: frees it
 */
struct ipsec_spd_view {
	struct ipsec_spd_side side[__NFIPSEC_DIR_MAX];
	struct rcu_work rcu;
};

/**
 * struct ipsec_spd - the SPD of a namespace
 * @view: what packets look at, NULL: no policy at all [R]
 * @tree: the policies by direction, priority and id [C]
 * @by_hash: the policies by direction, priority and selectors [C]
 * @last_id: id given last [C]
 * @number: policies in @tree [C]
 */
struct ipsec_spd {
	struct ipsec_spd_view __rcu *view;
	struct rb_root tree;
	struct rhltable by_hash;
	u32 last_id;
	u32 number;
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
	kfree(inet->spd);
}

/**
 * ipsec_policy_create() - make a policy that is in no SPD yet
 * @inet: the namespace
 * @n_selectors: room for so many
 *
 * Process context. The policy pins the module.
 *
 * Return: a policy with one reference to be filled in, or NULL.
 */
struct ipsec_policy *ipsec_policy_create(struct ipsec_net *inet, unsigned int n_selectors)
{
	struct ipsec_policy *policy;

	policy = kzalloc(struct_size(policy, selector, n_selectors), GFP_KERNEL);
	if (!policy)
		return NULL;
	policy->cpu = alloc_percpu(struct ipsec_policy_cpu);
	if (!policy->cpu) {
		kfree(policy);
		return NULL;
	}
	__module_get(THIS_MODULE);
	policy->inet = inet;
	policy->n_selectors = n_selectors;
	skb_queue_head_init(&policy->held);
	INIT_LIST_HEAD(&policy->hold_node);
	INIT_LIST_HEAD(&policy->txn_node);
	refcount_set(&policy->refcnt, 1);
	return policy;
}

static void policy_free_rcu(struct rcu_head *rcu)
{
	struct ipsec_policy *policy = container_of(rcu, struct ipsec_policy, rcu);

	WARN_ON_ONCE(!skb_queue_empty(&policy->held));
	free_percpu(policy->cpu);
	kfree(policy->name);
	kfree(policy);
	module_put(THIS_MODULE);
}

/**
 * ipsec_policy_put() - give a reference back
 * @policy: the policy; freed with the last one after a grace period
 *
 * Any context.
 */
void ipsec_policy_put(struct ipsec_policy *policy)
{
	if (refcount_dec_and_test(&policy->refcnt))
		call_rcu(&policy->rcu, policy_free_rcu);
}

/**
 * ipsec_policy_hash() - complete a policy whose identity is filled in
 * @policy: direction, priority and selectors are set
 */
void ipsec_policy_hash(struct ipsec_policy *policy)
{
	u32 hash = jhash_2words(policy->dir, policy->priority, 0);

	policy->hash = jhash(policy->selector,
			     policy->n_selectors * sizeof(policy->selector[0]), hash);
}

static bool policy_alike(const struct ipsec_policy *a, const struct ipsec_policy *b)
{
	return a->dir == b->dir && a->priority == b->priority &&
	       a->n_selectors == b->n_selectors &&
	       !memcmp(a->selector, b->selector, a->n_selectors * sizeof(a->selector[0]));
}

/**
 * ipsec_spd_find() - the policy of an identity that the running transaction will leave
 * @inet: the namespace, config held
 * @like: direction, priority, selectors and hash are set
 *
 * Return: the policy, or NULL.
 */
struct ipsec_policy *ipsec_spd_find(struct ipsec_net *inet, const struct ipsec_policy *like)
{
	struct ipsec_policy *policy, *found = NULL;
	struct rhlist_head *list, *pos;

	lockdep_assert_held(&inet->config);
	rcu_read_lock();
	list = rhltable_lookup(&inet->spd->by_hash, &like->hash, by_hash_params);
	rhl_for_each_entry_rcu(policy, pos, list, by_hash)
		if (!(policy->txn_state & IPSEC_TXN_DOOMED) && policy_alike(policy, like))
			found = policy;
	rcu_read_unlock();
	return found;
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
		NL_SET_ERR_MSG(extack, "A policy with this direction, priority and selectors exists already");
		return -EEXIST;
	}
	if (spd->last_id == U32_MAX ||
	    rhltable_insert(&spd->by_hash, &policy->by_hash, by_hash_params)) {
		NL_SET_ERR_MSG(extack, "The kernel has no memory for another policy");
		return -ENOMEM;
	}
	policy->id = ++spd->last_id;
	tree_insert(spd, policy);
	spd->number++;
	return 0;
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
	rb_erase(&policy->node, &spd->tree);
	spd->number--;
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

	for (policy = ipsec_spd_first(inet); policy; policy = ipsec_spd_next(policy))
		if (policy->id == id && !(policy->txn_state & IPSEC_TXN_DOOMED))
			return policy;
	return NULL;
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
	int dir;

	for (dir = 0; dir < __NFIPSEC_DIR_MAX; dir++) {
		kvfree(view->side[dir].classifier);
		kvfree(view->side[dir].policy);
	}
	kfree(view);
}

static void view_free_work(struct work_struct *work)
{
	view_free(container_of(to_rcu_work(work), struct ipsec_spd_view, rcu));
}

static int side_alloc(struct ipsec_spd_side *side, u32 n_policies, u32 n_rules)
{
	side->classifier = kvzalloc(ipsec_classifier_bytes(n_rules), GFP_KERNEL);
	side->policy = kvcalloc(max_t(u32, n_policies, 1), sizeof(side->policy[0]), GFP_KERNEL);
	return side->classifier && side->policy ? 0 : -ENOMEM;
}

static void side_add(struct ipsec_spd_side *side, u32 rank, struct ipsec_policy *policy)
{
	struct ipsec_classifier *classifier = side->classifier;
	unsigned int i;

	side->policy[rank] = policy;
	for (i = 0; i < policy->n_selectors; i++) {
		struct ipsec_classify_rule *rule = &classifier->rule[classifier->n++];

		rule->sel = policy->selector[i];
		rule->policy = rank;
		rule->take_unknown = policy->action != NFIPSEC_ACTION_BYPASS;
	}
}

static bool policy_stays(const struct ipsec_policy *policy)
{
	return !(policy->txn_state & IPSEC_TXN_DOOMED);
}

/**
 * ipsec_spd_prepare() - build the view of the policies that will stay
 * @inet: the namespace, config held
 *
 * Process context.
 *
 * Return: a view for ipsec_spd_publish(), or an ERR_PTR; NULL if no policy stays.
 */
struct ipsec_spd_view *ipsec_spd_prepare(struct ipsec_net *inet)
{
	u32 n_policies[__NFIPSEC_DIR_MAX] = {}, n_rules[__NFIPSEC_DIR_MAX] = {};
	struct ipsec_policy *policy;
	struct ipsec_spd_view *view;
	int dir;

	for (policy = ipsec_spd_first(inet); policy; policy = ipsec_spd_next(policy)) {
		if (!policy_stays(policy))
			continue;
		n_policies[policy->dir]++;
		n_rules[policy->dir] += policy->n_selectors;
	}
	if (!n_policies[NFIPSEC_DIR_IN] && !n_policies[NFIPSEC_DIR_OUT])
		return NULL;
	view = kzalloc(sizeof(*view), GFP_KERNEL);
	if (!view)
		return ERR_PTR(-ENOMEM);
	INIT_RCU_WORK(&view->rcu, view_free_work);
	for (dir = 0; dir < __NFIPSEC_DIR_MAX; dir++) {
		if (side_alloc(&view->side[dir], n_policies[dir], n_rules[dir])) {
			view_free(view);
			return ERR_PTR(-ENOMEM);
		}
		n_policies[dir] = 0;
	}
	for (policy = ipsec_spd_first(inet); policy; policy = ipsec_spd_next(policy))
		if (policy_stays(policy))
			side_add(&view->side[policy->dir], n_policies[policy->dir]++, policy);
	return view;
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
	if (old)
		queue_rcu_work(ipsec_wq, &old->rcu);
}

/**
 * ipsec_spd_lookup() - find the first policy that matches a packet
 * @inet: the namespace
 * @dir: enum nfipsec_dir
 * @key: the packet
 *
 * RCU read-side section.
 *
 * Return: the policy, or NULL: none matches.
 */
struct ipsec_policy *ipsec_spd_lookup(struct ipsec_net *inet, u8 dir,
				      const struct ipsec_key *key)
{
	const struct ipsec_spd_view *view = rcu_dereference(inet->spd->view);
	u32 rank;

	if (!view)
		return NULL;
	rank = ipsec_classify(view->side[dir].classifier, key);
	return rank == IPSEC_CLASSIFY_NONE ? NULL : view->side[dir].policy[rank];
}

/**
 * ipsec_policy_sum() - the counters of a policy over all CPUs
 * @policy: the policy
 * @packets: packets that it decided about
 * @bytes: their length
 */
void ipsec_policy_sum(const struct ipsec_policy *policy, u64 *packets, u64 *bytes)
{
	int i;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(i) {
		const struct ipsec_policy_cpu *cpu = per_cpu_ptr(policy->cpu, i);

		*packets += READ_ONCE(cpu->packets);
		*bytes += READ_ONCE(cpu->bytes);
	}
}
