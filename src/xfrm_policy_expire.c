// SPDX-License-Identifier: GPL-2.0
/*
 * NETLINK_XFRM: policies come to the ends of their lifetimes, as in the kernel's own stack: in
 * seconds since they were added, and since a packet was last looked up, but of a clock that nobody
 * can set. Other limits end nothing.
 */
#include "clock.h"
#include "event.h"
#include "xfrm.h"
#include "xfrm_front.h"

#define NAP_MAX		10	/* seconds: jiffies stand still while the machine sleeps */
#define TOLD_AGAIN	30	/* seconds after which a soft limit is told again */

static bool is_limited(const struct ipsec_xfrm_policy_front *front)
{
	return front &&
	       (front->lft.soft_add_expires_seconds || front->lft.hard_add_expires_seconds ||
		front->lft.soft_use_expires_seconds || front->lft.hard_use_expires_seconds);
}

/* A limit in seconds since some time: is it reached? If not, @next is no later than it. */
static bool is_over(u64 limit, u64 since, u64 *next)
{
	u64 passed = ipsec_clock_seconds(since);

	if (!limit)
		return false;
	if (passed >= limit)
		return true;
	*next = min(*next, limit - passed);
	return false;
}

static void tell_soft(struct ipsec_net *inet, struct ipsec_xfrm_policy_front *front)
{
	if (front->soft_told && ipsec_clock_seconds(front->soft_told) < TOLD_AGAIN)
		return;
	front->soft_told = ipsec_clock_now();
	ipsec_event_policy_expired(inet, front->policy, false);
}

/* One policy. @next: seconds to when it is to be looked at again, if that is earlier. */
static void look_at(struct ipsec_txn *txn, struct ipsec_xfrm_policy_front *front, u64 *next)
{
	const struct xfrm_lifetime_cfg *lft = &front->lft;
	u64 used = ipsec_policy_used(front->policy) ?: front->add_time;

	if (is_over(lft->hard_add_expires_seconds, front->add_time, next) ||
	    is_over(lft->hard_use_expires_seconds, used, next)) {
		ipsec_txn_replace_policy(txn, front->policy);
		ipsec_event_policy_expired(txn->inet, front->policy, true);
	} else if (is_over(lft->soft_add_expires_seconds, front->add_time, next) ||
		   is_over(lft->soft_use_expires_seconds, used, next)) {
		tell_soft(txn->inet, front);
		*next = min_t(u64, *next, TOLD_AGAIN);
	}
}

static void expire_work(struct work_struct *work)
{
	struct ipsec_xfrm *xfrm = container_of(to_delayed_work(work), struct ipsec_xfrm,
					       policies_expire);
	struct ipsec_xfrm_policy_front *front, *after;
	struct ipsec_txn txn;
	u64 next = NAP_MAX;

	ipsec_txn_begin(&txn, xfrm->inet);
	list_for_each_entry_safe(front, after, &xfrm->limited, limited)
		look_at(&txn, front, &next);
	if (!list_empty(&xfrm->limited))
		queue_delayed_work(ipsec_wq, &xfrm->policies_expire, next * HZ);
	/* Without memory for an SPD with fewer policies it is tried again. */
	ipsec_txn_commit(&txn, NULL);
}

/**
 * ipsec_xfrm_policy_expire_init() - begin with a new namespace, which has no policies
 * @xfrm: its door
 */
void ipsec_xfrm_policy_expire_init(struct ipsec_xfrm *xfrm)
{
	INIT_LIST_HEAD(&xfrm->limited);
	INIT_DELAYED_WORK(&xfrm->policies_expire, expire_work);
}

static void limited_added(struct ipsec_net *inet, struct ipsec_policy *policy)
{
	struct ipsec_xfrm_policy_front *front = policy->front;

	if (!is_limited(front))
		return;
	front->policy = policy;
	list_add_tail(&front->limited, &inet->xfrm->limited);
	mod_delayed_work(ipsec_wq, &inet->xfrm->policies_expire, HZ);
}

static void limited_deleted(struct ipsec_net *inet, struct ipsec_policy *policy, bool told)
{
	struct ipsec_xfrm_policy_front *front = policy->front;

	if (is_limited(front))
		list_del(&front->limited);
}

static struct ipsec_listener limited_listener = {
	.policy_added = limited_added,
	.policy_deleted = limited_deleted,
};

/**
 * ipsec_xfrm_policy_expire_listen() - hear of policies that come and go
 */
void ipsec_xfrm_policy_expire_listen(void)
{
	ipsec_event_listen(&limited_listener);
}
