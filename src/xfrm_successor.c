// SPDX-License-Identifier: GPL-2.0
/*
 * NETLINK_XFRM: an SA that takes the place of another one. It has the same keys, its sequence
 * numbers go on, and what was received is still known.
 */
#include "xfrm.h"
#include "xfrm_successor.h"

/**
 * ipsec_xfrm_successor_begin() - what one asks for to let an SA go on as another one
 * @successor: filled
 * @txn: running transaction
 * @old: the SA, which sends nothing from now on: its packets wait
 * @config: filled: just what @old is and where it stands; to be changed
 *
 * Process context, config held.
 *
 * Return: what NETLINK_XFRM tells of the other one, in @config as well, or NULL: no memory.
 * In either case ipsec_xfrm_successors_end() is to be called.
 */
struct ipsec_xfrm_front *ipsec_xfrm_successor_begin(struct ipsec_xfrm_successor *successor,
						    struct ipsec_txn *txn, struct ipsec_sa *old,
						    struct ipsec_sa_config *config)
{
	struct ipsec_xfrm_front *front = kzalloc(sizeof(*front), GFP_KERNEL);

	if (!front)
		return NULL;
	ipsec_xfrm_front_of(old, front);
	ipsec_sa_hold(old);
	ipsec_txn_pause_sa(txn, old);
	successor->old = old;
	ipsec_sa_config_of(old, config);
	config->front = front;
	return front;
}

/* What one window has seen the other has seen, too. */
static void copy_window(struct ipsec_replay *to, const struct ipsec_replay *from)
{
	u64 top = atomic64_read(&to->top);
	u32 i;

	for (i = 0; i < from->size && i < top; i++)
		if (ipsec_replay_check(from, top - i) == IPSEC_REPLAY_OK)
			ipsec_replay_reopen(to, top - i);
}

/**
 * ipsec_xfrm_successor_add() - add the SA that takes the place of another one
 * @successor: from ipsec_xfrm_successor_begin()
 * @txn: running transaction
 * @config: what that one is to be; its front is consumed
 * @extack: says why not
 *
 * Process context, config held.
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_successor_add(struct ipsec_xfrm_successor *successor, struct ipsec_txn *txn,
			     struct ipsec_sa_config *config, struct netlink_ext_ack *extack)
{
	struct ipsec_sa *old = successor->old, *sa;
	int err;

	sa = ipsec_sa_create(old->inet, config, extack);
	if (IS_ERR(sa)) {
		kfree(config->front);
		return PTR_ERR(sa);
	}
	/* No IV comes twice under a key: it depends on both, and the number may be past its end. */
	sa->iv_base = old->iv_base;
	atomic64_set(&sa->seq, atomic64_read(&old->seq));
	copy_window(sa->replay, old->replay);
	err = ipsec_txn_add_paused_sa(txn, sa, extack);
	if (err)
		return err;
	ipsec_sa_hold(sa);
	successor->new = sa;
	return 0;
}

/* What the old window has seen meanwhile the new one has seen, too. */
static void join_windows(struct ipsec_replay *to, const struct ipsec_replay *from)
{
	u64 top = atomic64_read(&from->top);
	u32 i;

	for (i = 0; i < from->size && i < top; i++)
		if (ipsec_replay_check(from, top - i) == IPSEC_REPLAY_SEEN)
			ipsec_replay_commit(to, top - i);
}

static void go_on(struct ipsec_xfrm_successor *successor, unsigned int n)
{
	bool waited = false;

	for (; n--; successor++) {
		if (!successor->old)
			continue;
		/* No packet is on its way into an old window. */
		if (!waited)
			synchronize_rcu();
		waited = true;
		join_windows(successor->new->replay, successor->old->replay);
	}
}

/**
 * ipsec_xfrm_successors_end() - end a transaction in which SAs take the place of others
 * @successors: these; those that are zeroed do not count
 * @n: their number
 * @txn: the transaction
 * @err: 0, or why it is to be given up: then the old SAs send packets again
 * @extack: says why it failed
 *
 * Return: @err, or what the transaction failed with.
 */
int ipsec_xfrm_successors_end(struct ipsec_xfrm_successor *successors, unsigned int n,
			      struct ipsec_txn *txn, int err, struct netlink_ext_ack *extack)
{
	err = ipsec_txn_end(txn, err, extack);
	if (!err)
		go_on(successors, n);
	for (; n--; successors++) {
		if (successors->new)
			ipsec_sa_put(successors->new);
		if (successors->old)
			ipsec_sa_put(successors->old);
	}
	return err;
}
