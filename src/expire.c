// SPDX-License-Identifier: GPL-2.0
/*
 * SAs come to the end of their lifetimes (RFC 4301 4.4.2.1).
 *
 * A packet that reaches a limit only notes it: from then on no packet passes if the limit
 * is a hard one. One worker for each namespace tells the key manager, and takes the SA out
 * of the SADB. The same worker finds the limits in seconds: SAs that have some are in a
 * tree, by the time when they have to be looked at again.
 */
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/slab.h>

#include "event.h"
#include "expire.h"
#include "txn.h"

/* In the set of limits of an SA: it is in the list of those that the worker looks at. */
#define QUEUED		BIT(31)

/* Jiffies stand still while the machine sleeps, the times of SAs do not. */
#define NAP_MAX		(10 * HZ)

/**
 * struct ipsec_expiry - the SAs of a namespace that come to an end
 * @inet: the namespace [I]
 * @noted: SAs of which packets have reached a limit; each is referenced [A]
 * @tree: SAs with limits in seconds, by ipsec_sa.deadline [C]
 * @work: the worker
 */
struct ipsec_expiry {
	struct ipsec_net *inet;
	struct llist_head noted;
	struct rb_root_cached tree;
	struct delayed_work work;
};

static bool comes_before(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct ipsec_sa, deadline_node)->deadline <
	       rb_entry(b, struct ipsec_sa, deadline_node)->deadline;
}

static struct ipsec_sa *earliest(struct ipsec_expiry *expiry)
{
	struct rb_node *node = rb_first_cached(&expiry->tree);

	return node ? rb_entry(node, struct ipsec_sa, deadline_node) : NULL;
}

/* Let the worker run when the earliest SA has to be looked at. Config held. */
static void set_alarm(struct ipsec_expiry *expiry)
{
	struct ipsec_sa *sa = earliest(expiry);
	u64 now = ktime_get_boottime_ns();
	unsigned long delay = 0;

	if (!sa)
		return;
	if (sa->deadline > now)
		delay = min_t(u64, nsecs_to_jiffies64(sa->deadline - now) + 1, NAP_MAX);
	mod_delayed_work(ipsec_wq, &expiry->work, delay);
	/* What was noted meanwhile must not wait for the alarm. */
	if (!llist_empty(&expiry->noted))
		mod_delayed_work(ipsec_wq, &expiry->work, 0);
}

/* Tell what has not been told. Config held. */
static void tell(struct ipsec_txn *txn, struct ipsec_sa *sa)
{
	unsigned int fresh = atomic_read(&sa->due) & ~sa->told & ~QUEUED, limit;

	/* Whoever was deleted needs no replacement. */
	if (ipsec_sadb_find(txn->inet, &sa->id, ipsec_sa_name_src(sa), &sa->mark) != sa)
		return;
	sa->told |= fresh;
	for (limit = 0; limit <= NFIPSEC_LIMIT_SEQUENCE; limit++) {
		if (fresh & IPSEC_DUE(limit, false))
			ipsec_event_sa_expired(txn->inet, sa, limit, false);
		if (fresh & IPSEC_DUE(limit, true))
			ipsec_event_sa_expired(txn->inet, sa, limit, true);
	}
	if (fresh & IPSEC_DUE_HARD)
		ipsec_txn_delete_sa(txn, sa);
}

static void mark(struct ipsec_sa *sa, unsigned int due)
{
	atomic_or(due, &sa->due);
	if (!(due & IPSEC_DUE_HARD))
		return;
	/* Who lets it send again, after a pause, looks at that: pairs with ipsec_sa_resume(). */
	smp_mb__after_atomic();
	/* Who looks for an SA to send with goes past it from now on. */
	cmpxchg(&sa->use, IPSEC_SA_SENDS, IPSEC_SA_ENDED);
}

static void enter_tree(struct ipsec_expiry *expiry, struct ipsec_sa *sa)
{
	rb_add_cached(&sa->deadline_node, &expiry->tree, comes_before);
}

static void leave_tree(struct ipsec_expiry *expiry, struct ipsec_sa *sa)
{
	if (RB_EMPTY_NODE(&sa->deadline_node))
		return;
	rb_erase_cached(&sa->deadline_node, &expiry->tree);
	RB_CLEAR_NODE(&sa->deadline_node);
}

/* An SA with limits in seconds: which are reached, and when is the next? Config held. */
static void look_at(struct ipsec_txn *txn, struct ipsec_expiry *expiry, struct ipsec_sa *sa)
{
	const struct ipsec_quota *quota = ipsec_sa_quota(sa);
	struct ipsec_times times;
	unsigned int due;

	leave_tree(expiry, sa);
	ipsec_quota_times(quota, &times);
	due = ipsec_lifetime_due(&quota->limits, &times, ktime_get_boottime_ns(),
				 &sa->deadline);
	mark(sa, due);
	tell(txn, sa);
	if (!(due & IPSEC_DUE_HARD) && sa->deadline != U64_MAX)
		enter_tree(expiry, sa);
}

static void expire_work(struct work_struct *work)
{
	struct ipsec_expiry *expiry = container_of(to_delayed_work(work), struct ipsec_expiry,
						   work);
	struct ipsec_sa *sa, *next;
	struct llist_node *noted;
	struct ipsec_txn txn;

	ipsec_txn_begin(&txn, expiry->inet);
	noted = llist_del_all(&expiry->noted);
	llist_for_each_entry_safe(sa, next, noted, due_node) {
		/* What is noted from here on comes into the list again. */
		atomic_fetch_andnot(QUEUED, &sa->due);
		tell(&txn, sa);
		ipsec_sa_put(sa);
	}
	while ((sa = earliest(expiry)) && sa->deadline <= ktime_get_boottime_ns())
		look_at(&txn, expiry, sa);
	set_alarm(expiry);
	/* Without policies in it this cannot fail. */
	ipsec_txn_commit(&txn, NULL);
}

/**
 * ipsec_expire_note() - limits of an SA are reached
 * @sa: the SA
 * @due: set of IPSEC_DUE()
 *
 * BH off, RCU read-side section.
 */
void ipsec_expire_note(struct ipsec_sa *sa, unsigned int due)
{
	struct ipsec_expiry *expiry = sa->inet->expiry;

	if ((atomic_read(&sa->due) & due) == due)
		return;
	mark(sa, due);
	if (atomic_fetch_or(QUEUED, &sa->due) & QUEUED)
		return;
	ipsec_sa_hold(sa);
	llist_add(&sa->due_node, &expiry->noted);
	mod_delayed_work(ipsec_wq, &expiry->work, 0);
}

static void expire_sa_added(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	const struct ipsec_quota *quota = ipsec_sa_quota(sa);
	struct ipsec_times times;

	if (!quota)
		return;
	ipsec_quota_times(quota, &times);
	ipsec_lifetime_due(&quota->limits, &times, times.added, &sa->deadline);
	if (sa->deadline == U64_MAX)
		return;
	enter_tree(inet->expiry, sa);
	if (earliest(inet->expiry) == sa)
		set_alarm(inet->expiry);
}

static void expire_sa_gone(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	leave_tree(inet->expiry, sa);
}

/**
 * ipsec_expire_now() - behave as if an SA had reached its age
 * @txn: the running transaction
 * @sa: an SA in the SADB
 * @hard: the age at which it ends
 */
void ipsec_expire_now(struct ipsec_txn *txn, struct ipsec_sa *sa, bool hard)
{
	unsigned int due = IPSEC_DUE(NFIPSEC_LIMIT_AGE, hard);

	sa->told &= ~due;
	mark(sa, due);
	tell(txn, sa);
}

/**
 * ipsec_expire_renew() - give an SA other limits
 * @sa: an SA in the SADB, config held
 * @limits: count from when it was added, and what has passed since then
 *
 * Process context. What was told of a soft limit is told again if the new one is reached. What
 * packets spend meanwhile, on other CPUs, is not taken from the new limits.
 *
 * Return: 0, -ESRCH: its lifetime is over, or -ENOMEM.
 */
int ipsec_expire_renew(struct ipsec_sa *sa, const struct ipsec_limits *limits)
{
	struct ipsec_quota *old = ipsec_sa_quota(sa), *quota = NULL;
	struct ipsec_past past;

	if (READ_ONCE(sa->use) == IPSEC_SA_ENDED)
		return -ESRCH;
	ipsec_sa_past(sa, &past);
	if (!ipsec_limits_none(limits)) {
		quota = ipsec_quota_create(limits, &past);
		if (!quota)
			return -ENOMEM;
	}
	leave_tree(sa->inet->expiry, sa);
	rcu_assign_pointer(sa->quota, quota);
	synchronize_rcu();
	ipsec_quota_free(old);
	atomic_and(IPSEC_DUE_HARD | QUEUED, &sa->due);
	sa->told &= IPSEC_DUE_HARD;
	expire_sa_added(sa->inet, sa);
	return 0;
}

static struct ipsec_listener expire_listener = {
	.sa_added = expire_sa_added,
	.sa_gone = expire_sa_gone,
};

/**
 * ipsec_expire_listen() - look after the SAs of all namespaces
 */
void ipsec_expire_listen(void)
{
	ipsec_event_listen(&expire_listener);
}

/**
 * ipsec_expire_init() - make the worker of a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_expire_init(struct ipsec_net *inet)
{
	struct ipsec_expiry *expiry = kzalloc(sizeof(*expiry), GFP_KERNEL);

	if (!expiry)
		return -ENOMEM;
	expiry->inet = inet;
	init_llist_head(&expiry->noted);
	expiry->tree = RB_ROOT_CACHED;
	INIT_DELAYED_WORK(&expiry->work, expire_work);
	inet->expiry = expiry;
	return 0;
}

/**
 * ipsec_expire_exit() - free the worker of a namespace
 * @inet: a namespace that has no SA any more, and no packet
 */
void ipsec_expire_exit(struct ipsec_net *inet)
{
	struct ipsec_sa *sa, *next;

	cancel_delayed_work_sync(&inet->expiry->work);
	llist_for_each_entry_safe(sa, next, llist_del_all(&inet->expiry->noted), due_node)
		ipsec_sa_put(sa);
	kfree(inet->expiry);
}
