// SPDX-License-Identifier: GPL-2.0
/*
 * Transactions. An SA that is added is in the SADB at once: a packet that finds it early
 * does no harm. An SA that is deleted stays until the commit, so replacing one loses no
 * packet. The SPD changes in one step, at the commit.
 */
#include <linux/module.h>
#include <linux/netlink.h>

#include "event.h"
#include "txn.h"

/**
 * ipsec_txn_begin() - begin a transaction
 * @txn: to be used until commit or abort
 * @inet: the namespace
 *
 * Process context. Takes the config mutex.
 */
void ipsec_txn_begin(struct ipsec_txn *txn, struct ipsec_net *inet)
{
	txn->inet = inet;
	INIT_LIST_HEAD(&txn->sas);
	INIT_LIST_HEAD(&txn->policies);
	txn->flush = false;
	txn->flush_policies = false;
	txn->flush_subs = false;
	mutex_lock(&inet->config);
	txn->discards = inet->discards;
}

/**
 * ipsec_txn_add_sa() - add an SA
 * @txn: the transaction
 * @sa: from ipsec_sa_create(); its reference is consumed, also on failure
 * @extack: a sentence if it fails
 *
 * Return: 0, -EEXIST or -ENOMEM.
 */
int ipsec_txn_add_sa(struct ipsec_txn *txn, struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	int err = ipsec_sadb_insert(sa, extack);

	if (err) {
		ipsec_sa_retire(sa);
		return err;
	}
	sa->txn_state = IPSEC_TXN_NEW;
	list_add_tail(&sa->txn_node, &txn->sas);
	return 0;
}

/**
 * ipsec_txn_add_paused_sa() - add an SA that goes on where one stands that pauses
 * @txn: the transaction
 * @sa: as for ipsec_txn_add_sa(); it sends nothing before nothing can fail any more, lest both
 *      of them send with the same keys and sequence numbers
 * @extack: a sentence if it fails
 *
 * Return: as ipsec_txn_add_sa() does.
 */
int ipsec_txn_add_paused_sa(struct ipsec_txn *txn, struct ipsec_sa *sa,
			    struct netlink_ext_ack *extack)
{
	int err;

	WRITE_ONCE(sa->use, IPSEC_SA_PAUSES);
	err = ipsec_txn_add_sa(txn, sa, extack);
	if (!err)
		sa->txn_state |= IPSEC_TXN_PAUSED;
	return err;
}

/**
 * ipsec_txn_delete_sa() - delete an SA
 * @txn: the transaction
 * @sa: from ipsec_sadb_find()
 */
void ipsec_txn_delete_sa(struct ipsec_txn *txn, struct ipsec_sa *sa)
{
	sa->txn_state |= IPSEC_TXN_DOOMED;
	if (list_empty(&sa->txn_node))
		list_add_tail(&sa->txn_node, &txn->sas);
}

/**
 * ipsec_txn_replace_sa() - delete an SA in whose place another will come
 * @txn: the transaction
 * @sa: the SA
 */
void ipsec_txn_replace_sa(struct ipsec_txn *txn, struct ipsec_sa *sa)
{
	ipsec_txn_delete_sa(txn, sa);
	sa->txn_state |= IPSEC_TXN_TOLD;
}

/**
 * ipsec_txn_pause_sa() - delete an SA in whose place another will come, and go on where it stands
 * @txn: the transaction; if it is aborted the SA sends again
 * @sa: the SA; it sends nothing from now on, and its packets wait
 *
 * Process context. Waits as ipsec_sa_pause() does.
 */
void ipsec_txn_pause_sa(struct ipsec_txn *txn, struct ipsec_sa *sa)
{
	ipsec_txn_replace_sa(txn, sa);
	sa->txn_state |= IPSEC_TXN_PAUSED;
	ipsec_sa_pause(sa);
}

/**
 * ipsec_txn_flush_sas() - delete all SAs
 * @txn: the transaction; of several flushes in it the last one is told of, if there is any SA
 * @proto: those of this protocol, 0: of both
 */
void ipsec_txn_flush_sas(struct ipsec_txn *txn, u8 proto)
{
	struct ipsec_sa *sa;
	u32 number = 0;

	while ((sa = ipsec_sadb_next(txn->inet, number))) {
		number = sa->number;
		if (proto && proto != sa->id.proto)
			continue;
		ipsec_txn_replace_sa(txn, sa);
		txn->flush = true;
	}
	txn->flush_proto = proto;
}

/**
 * ipsec_txn_add_policy() - add a policy
 * @txn: the transaction
 * @policy: complete; its reference is consumed, also on failure
 * @extack: a sentence if it fails
 *
 * Return: 0, -EEXIST or -ENOMEM.
 */
int ipsec_txn_add_policy(struct ipsec_txn *txn, struct ipsec_policy *policy,
			 struct netlink_ext_ack *extack)
{
	int err = ipsec_spd_insert(policy, extack);

	if (err) {
		ipsec_policy_put(policy);
		return err;
	}
	policy->txn_state = IPSEC_TXN_NEW;
	list_add_tail(&policy->txn_node, &txn->policies);
	return 0;
}

/**
 * ipsec_txn_delete_policy() - delete a policy
 * @txn: the transaction
 * @policy: from ipsec_spd_find()
 */
void ipsec_txn_delete_policy(struct ipsec_txn *txn, struct ipsec_policy *policy)
{
	policy->txn_state |= IPSEC_TXN_DOOMED;
	if (list_empty(&policy->txn_node))
		list_add_tail(&policy->txn_node, &txn->policies);
}

/**
 * ipsec_txn_replace_policy() - delete a policy in whose place another will come
 * @txn: the transaction
 * @policy: the policy
 */
void ipsec_txn_replace_policy(struct ipsec_txn *txn, struct ipsec_policy *policy)
{
	ipsec_txn_delete_policy(txn, policy);
	policy->txn_state |= IPSEC_TXN_TOLD;
}

/**
 * ipsec_txn_flush_policies() - delete all policies
 * @txn: the transaction
 * @subs: those that are sub-policies
 * @mains: those that are not
 *
 * The defaults stay as they are.
 */
void ipsec_txn_flush_policies(struct ipsec_txn *txn, bool subs, bool mains)
{
	struct ipsec_policy *policy;

	for (policy = ipsec_spd_first(txn->inet); policy; policy = ipsec_spd_next(policy)) {
		if (!(policy->tag.sub ? subs : mains))
			continue;
		ipsec_txn_replace_policy(txn, policy);
		if (policy->tag.sub)
			txn->flush_subs = true;
		else
			txn->flush_policies = true;
	}
}

/**
 * ipsec_txn_clear_defaults() - let pass what no policy matches
 * @txn: the transaction
 */
void ipsec_txn_clear_defaults(struct ipsec_txn *txn)
{
	txn->discards = 0;
}

/**
 * ipsec_txn_set_default() - say what happens to packets that no policy matches
 * @txn: the transaction
 * @which: enum ipsec_discards, one or several
 * @discard: they are dropped; else they pass in clear
 */
void ipsec_txn_set_default(struct ipsec_txn *txn, u8 which, bool discard)
{
	if (discard)
		txn->discards |= which;
	else
		txn->discards &= ~which;
}

/* The module must not go away, and with it the hooks, while packets are to be dropped. */
static void set_discards(struct ipsec_net *inet, u8 discards)
{
	u8 before = inet->discards;

	WRITE_ONCE(inet->discards, discards);
	if (discards && !before)
		__module_get(THIS_MODULE);
	if (before && !discards)
		module_put(THIS_MODULE);
}

/*
 * A packet may see the policies of before with the defaults of after, or the other way
 * round. In between the stricter defaults hold, so what is dropped on both sides of the
 * change is not let through by it.
 */
static void publish(struct ipsec_txn *txn, struct ipsec_spd_view *view)
{
	set_discards(txn->inet, txn->inet->discards | txn->discards);
	ipsec_spd_publish(txn->inet, view);
	set_discards(txn->inet, txn->discards);
}

/* An object's part in the transaction is over: what was it? */
static u8 settle(struct list_head *node, u8 *state)
{
	u8 was = *state;

	list_del_init(node);
	*state = 0;
	return was;
}

/* Whether an object stays when the transaction is over. */
static bool stays(u8 state, bool commit)
{
	return !(state & (commit ? IPSEC_TXN_DOOMED : IPSEC_TXN_NEW));
}

/* Of those that pause, which stay, and send again? Return: whether there are any. */
static bool resume_sas(struct ipsec_txn *txn, bool commit)
{
	struct ipsec_sa *sa;
	bool any = false;

	list_for_each_entry(sa, &txn->sas, txn_node)
		if (sa->txn_state & IPSEC_TXN_PAUSED && stays(sa->txn_state, commit)) {
			ipsec_sa_resume(sa);
			any = true;
		}
	return any;
}

static void settle_sa(struct ipsec_txn *txn, struct ipsec_sa *sa, bool commit)
{
	u8 was = settle(&sa->txn_node, &sa->txn_state);

	if (!stays(was, commit)) {
		ipsec_sadb_remove(sa);
		ipsec_event_sa_gone(txn->inet, sa);
		if (!(was & IPSEC_TXN_NEW))
			ipsec_event_sa_deleted(txn->inet, sa, was & IPSEC_TXN_TOLD);
	} else if (commit) {
		ipsec_event_sa_added(txn->inet, sa);
	}
	if (was & IPSEC_TXN_PAUSED)
		ipsec_event_sa_pause_over(txn->inet, sa);
	if (!stays(was, commit))
		ipsec_sa_retire(sa);
}

/* What was to take the place of an SA goes before that one is told of again. */
static void settle_sas(struct ipsec_txn *txn, bool commit)
{
	struct ipsec_sa *sa, *next;

	if (commit)
		list_for_each_entry_safe(sa, next, &txn->sas, txn_node)
			settle_sa(txn, sa, commit);
	else
		list_for_each_entry_safe_reverse(sa, next, &txn->sas, txn_node)
			settle_sa(txn, sa, commit);
}

static void settle_policies(struct ipsec_txn *txn, bool commit)
{
	struct ipsec_policy *policy, *next;
	u8 was;

	list_for_each_entry_safe(policy, next, &txn->policies, txn_node) {
		was = settle(&policy->txn_node, &policy->txn_state);
		if (!stays(was, commit)) {
			ipsec_spd_remove(policy);
			if (!(was & IPSEC_TXN_NEW))
				ipsec_event_policy_deleted(txn->inet, policy,
							   was & IPSEC_TXN_TOLD);
			ipsec_policy_put(policy);
		} else if (commit) {
			ipsec_event_policy_added(txn->inet, policy);
		}
	}
}

/**
 * ipsec_txn_commit() - put all changes in force
 * @txn: the transaction, over afterwards
 * @extack: a sentence if it fails
 *
 * Process context. Releases the config mutex. If it fails nothing has changed.
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_txn_commit(struct ipsec_txn *txn, struct netlink_ext_ack *extack)
{
	bool spd_changes = !list_empty(&txn->policies) || txn->discards != txn->inet->discards;
	struct ipsec_spd_view *view;
	bool resumed;

	if (spd_changes) {
		view = ipsec_spd_prepare(txn->inet, &txn->policies);
		if (IS_ERR(view)) {
			NL_SET_ERR_MSG(extack, "The kernel has no memory for so many policies");
			ipsec_txn_abort(txn);
			return PTR_ERR(view);
		}
	}
	resumed = resume_sas(txn, true);
	if (spd_changes)
		publish(txn, view);
	/* Who has found the policy or the list of before still finds an SA there, which pauses. */
	if (resumed)
		synchronize_rcu();
	settle_policies(txn, true);
	settle_sas(txn, true);
	if (txn->flush)
		ipsec_event_sas_flushed(txn->inet, txn->flush_proto);
	if (txn->flush_policies)
		ipsec_event_policies_flushed(txn->inet, false);
	if (txn->flush_subs)
		ipsec_event_policies_flushed(txn->inet, true);
	if (spd_changes)
		ipsec_event_spd_changed(txn->inet);
	mutex_unlock(&txn->inet->config);
	return 0;
}

/**
 * ipsec_txn_abort() - take all changes back
 * @txn: the transaction, over afterwards
 *
 * Process context. Releases the config mutex.
 */
void ipsec_txn_abort(struct ipsec_txn *txn)
{
	resume_sas(txn, false);
	settle_policies(txn, false);
	settle_sas(txn, false);
	mutex_unlock(&txn->inet->config);
}

/**
 * ipsec_txn_end() - commit a transaction, or abort it
 * @txn: the transaction, over afterwards
 * @err: what has become of it so far: 0 or a negative errno
 * @extack: a sentence if the commit fails
 *
 * Return: @err, or if that is 0 what ipsec_txn_commit() returns.
 */
int ipsec_txn_end(struct ipsec_txn *txn, int err, struct netlink_ext_ack *extack)
{
	if (!err)
		return ipsec_txn_commit(txn, extack);
	ipsec_txn_abort(txn);
	return err;
}
