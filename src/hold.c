// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait for an SA.
 *
 * A held packet has been through all netfilter hooks.
 */
#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "bundle.h"
#include "event.h"
#include "hold.h"
#include "icmp.h"
#include "queue.h"
#include "sa.h"
#include "skb.h"

#define TICK		(HZ / 4)
#define TABLE_BITS	7

/**
 * struct ipsec_holding - the packets that wait in a namespace
 * @inet: the namespace [I]
 * @lock: protects what follows and the queues of all policies of the namespace
 * @policies: those that hold packets, by ipsec_sa_awaited() of the SA that all of them wait for,
 *            or 0: any may be it; each is referenced
 * @packets: number of packets held
 * @spd_gen: the SPD in which all who wait have found their policies; 0: not the same for all
 * @expire: drops those that waited too long; pending while any are held
 */
struct ipsec_holding {
	struct ipsec_net *inet;
	spinlock_t lock;	/* what follows, and the queues of the policies */
	DECLARE_HASHTABLE(policies, TABLE_BITS);
	unsigned int packets;
	unsigned long spd_gen;
	struct delayed_work expire;
};

/* The lock is held. The caller frees the list, and puts the policy if this says so. */
static bool unqueue_expired(struct ipsec_holding *holding, struct ipsec_policy *policy,
			    struct sk_buff_head *list)
{
	lockdep_assert_held(&holding->lock);
	WRITE_ONCE(holding->packets,
		   holding->packets - ipsec_queue_overdue(&policy->held, list));
	if (!skb_queue_empty(&policy->held))
		return false;
	hash_del(&policy->hold_node);
	return true;
}

/* As where a neighbour does not answer: the sender need not wait for its own timeout. */
static void give_up(struct ipsec_net *inet, struct sk_buff_head *list)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list))) {
		ipsec_icmp_unreachable_late(inet, skb, ipsec_cb(skb)->len);
		ipsec_drop(inet, skb, IPSEC_OUT_HOLD_TIMEOUT, 0);
	}
}

static void hold_expire(struct work_struct *work)
{
	struct ipsec_holding *holding = container_of(to_delayed_work(work),
						     struct ipsec_holding, expire);
	struct ipsec_policy *policy;
	struct hlist_node *next;
	struct sk_buff_head list;
	int i;

	__skb_queue_head_init(&list);
	spin_lock_bh(&holding->lock);
	hash_for_each_safe(holding->policies, i, next, policy, hold_node)
		if (unqueue_expired(holding, policy, &list))
			ipsec_policy_put(policy);
	if (holding->packets)
		queue_delayed_work(ipsec_wq, &holding->expire, TICK);
	spin_unlock_bh(&holding->lock);
	give_up(holding->inet, &list);
}

/**
 * ipsec_hold_init() - make the waiting room of a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_hold_init(struct ipsec_net *inet)
{
	struct ipsec_holding *holding = kzalloc(sizeof(*holding), GFP_KERNEL);

	if (!holding)
		return -ENOMEM;
	holding->inet = inet;
	spin_lock_init(&holding->lock);
	hash_init(holding->policies);
	INIT_DELAYED_WORK(&holding->expire, hold_expire);
	inet->holding = holding;
	return 0;
}

/**
 * ipsec_hold_exit() - free the waiting room
 * @inet: a namespace that holds no packet and will hold none
 */
void ipsec_hold_exit(struct ipsec_net *inet)
{
	cancel_delayed_work_sync(&inet->holding->expire);
	kfree(inet->holding);
}

/**
 * ipsec_hold_wanted() - whether the packets of a flow wait for the SA that it lacks
 * @inet: the namespace
 * @flow: its flow, under a PROTECT policy; an SA is missing
 *
 * BH off, RCU read-side section.
 *
 * Return: false if no key manager is to be asked: then nothing is worth waiting for, but an SA
 * that pauses.
 */
bool ipsec_hold_wanted(struct ipsec_net *inet, const struct ipsec_flow *flow)
{
	return flow->pauses ||
	       !(ipsec_bundle_lacks(inet, flow)->flags & NFIPSEC_POLICY_F_NO_ACQUIRE);
}

/* Any context, no lock. */
static bool is_full(const struct ipsec_holding *holding, const struct ipsec_policy *policy)
{
	return skb_queue_len_lockless(&policy->held) >= IPSEC_HOLD_POLICY ||
	       READ_ONCE(holding->packets) >= IPSEC_HOLD_NET;
}

/* The lock is held. */
static void file_under(struct ipsec_holding *holding, struct ipsec_policy *policy, u32 awaits)
{
	lockdep_assert_held(&holding->lock);
	hash_del(&policy->hold_node);
	policy->awaits = awaits;
	hash_add(holding->policies, &policy->hold_node, awaits);
}

/* What was asked for last is there, and pauses: the next request is about another. */
static void ask_anew(struct ipsec_policy *policy, struct ipsec_flow *flow)
{
	flow->asked = 0;
	WRITE_ONCE(policy->acquires, 0);
	if (likely(!policy->main))
		return;
	WRITE_ONCE(policy->main->acquires, 0);
	WRITE_ONCE(policy->sub->acquires, 0);
}

/* The lock is held. Return: false: there is no room. */
static bool queue(struct ipsec_holding *holding, struct ipsec_flow *flow, struct sk_buff *skb)
{
	struct ipsec_policy *policy = flow->policy;

	lockdep_assert_held(&holding->lock);
	if (is_full(holding, policy))
		return false;
	if (!hash_hashed(&policy->hold_node)) {
		/*
		 * A policy that was deleted a moment ago is not to be waited for. A couple of it
		 * may be, by who has found it before: it ends with its version of the SPD.
		 */
		if (!refcount_inc_not_zero(&policy->refcnt))
			return false;
		file_under(holding, policy, flow->awaits);
		if (unlikely(flow->pauses))
			ask_anew(policy, flow);
	} else if (policy->awaits && policy->awaits != flow->awaits) {
		file_under(holding, policy, 0);
	}
	__skb_queue_tail(&policy->held, skb);
	WRITE_ONCE(holding->packets, holding->packets + 1);
	if (holding->spd_gen != flow->spd_gen)
		holding->spd_gen = 0;
	queue_delayed_work(ipsec_wq, &holding->expire, TICK);
	return true;
}

/**
 * enum outcome - what has become of a packet that was to wait
 * @IS_HELD: it waits
 * @NO_ROOM: enough wait already
 * @LOOK_AGAIN: its SA is there, or the one that paused is not
 */
enum outcome {
	IS_HELD,
	NO_ROOM,
	LOOK_AGAIN,
};

/*
 * Whoever adds an SA changes the SADB first, and then takes the lock to see who waits: a packet for
 * which it has come too early finds it here, and if it lacks another one as well, waits for that.
 * The packet stays the caller's unless it is held.
 */
static enum outcome hold(struct ipsec_net *inet, struct ipsec_flow *flow, struct sk_buff *skb)
{
	enum outcome outcome = LOOK_AGAIN;
	bool paused = flow->pauses;

	spin_lock_bh(&inet->holding->lock);
	if (likely(ipsec_bundle_look_again(inet, flow) && paused == flow->pauses))
		outcome = queue(inet->holding, flow, skb) ? IS_HELD : NO_ROOM;
	spin_unlock_bh(&inet->holding->lock);
	return outcome;
}

/*
 * One request a second for each policy, and where each flow has an SA of its own, for each
 * flow, as many for the policy as packets may wait. CPUs that race may ask for more.
 */
static bool may_ask(struct ipsec_policy *policy, struct ipsec_flow *flow)
{
	bool each = policy->flags & NFIPSEC_POLICY_F_PFP;

	if (each && flow->asked && time_before(jiffies, flow->asked + HZ))
		return false;
	if (!READ_ONCE(policy->acquires) ||
	    !time_before(jiffies, READ_ONCE(policy->acquired) + HZ)) {
		WRITE_ONCE(policy->acquired, jiffies);
		WRITE_ONCE(policy->acquires, 0);
	}
	if (READ_ONCE(policy->acquires) >= (each ? IPSEC_HOLD_POLICY : 1))
		return false;
	WRITE_ONCE(policy->acquires, READ_ONCE(policy->acquires) + 1);
	flow->asked = jiffies ?: 1;
	return true;
}

/**
 * ipsec_hold_ask() - ask the key manager for an SA
 * @inet: the namespace
 * @flow: the flow of the packet that needs it
 *
 * BH off, RCU read-side section. Does nothing if that has been asked for a moment ago, or an SA is
 * there that pauses.
 */
void ipsec_hold_ask(struct ipsec_net *inet, struct ipsec_flow *flow)
{
	struct ipsec_policy *policy = ipsec_bundle_lacks(inet, flow);

	if (flow->pauses || !may_ask(policy, flow))
		return;
	ipsec_count(inet, IPSEC_OUT_ACQUIRES);
	ipsec_event_acquire(inet, policy, &flow->key);
}

/**
 * ipsec_hold_full() - whether a packet is not to be held, as enough wait already
 * @inet: the namespace
 * @flow: its flow, under a policy that holds packets
 *
 * BH off, RCU read-side section. Asked before trouble is taken with a packet; when it is queued the
 * room is looked at again. The key manager is asked here as well: those who fill the room may wait
 * for SAs that never come, and this flow's may come at once.
 *
 * Return: true if there is no room.
 */
bool ipsec_hold_full(struct ipsec_net *inet, struct ipsec_flow *flow)
{
	if (likely(!is_full(inet->holding, flow->policy)))
		return false;
	ipsec_hold_ask(inet, flow);
	return true;
}

/**
 * ipsec_hold() - hold a packet until its SA comes, and ask for the SA
 * @inet: the namespace
 * @flow: its flow, under a policy that holds packets
 * @skb: the packet; a larval bundle is its dst
 *
 * BH off, RCU read-side section.
 *
 * Return: false: the SA has come meanwhile, and the packet is the caller's again, as one from
 * ipsec_hold_take(). Otherwise it is consumed.
 */
bool ipsec_hold(struct ipsec_net *inet, struct ipsec_flow *flow, struct sk_buff *skb)
{
	unsigned int len = skb->len;
	enum outcome outcome;

	ipsec_hold_ask(inet, flow);
	ipsec_queue_prepare(skb, IPSEC_HOLD_SECONDS);
	ipsec_cb(skb)->len = flow->key.scope;
	ipsec_cb(skb)->if_id = flow->key.if_id;
	ipsec_cb(skb)->dev = flow->key.dev;
	ipsec_cb(skb)->unasked = flow->pauses;
	outcome = hold(inet, flow, skb);
	if (unlikely(outcome == NO_ROOM))
		ipsec_drop(inet, skb, IPSEC_OUT_HOLD_FULL, 0);
	else
		ipsec_book(inet, IPSEC_OUT_HELD, len);
	return outcome != LOOK_AGAIN;
}

/**
 * ipsec_hold_key() - complete the key of a packet that was held
 * @inet: the namespace
 * @skb: the packet, from ipsec_hold_take() or ipsec_hold(); it has lost its device
 * @key: its key, from ipsec_flow_key()
 *
 * BH off, RCU read-side section.
 */
void ipsec_hold_key(struct ipsec_net *inet, struct sk_buff *skb, struct ipsec_key *key)
{
	key->scope = ipsec_cb(skb)->len;
	key->if_id = ipsec_cb(skb)->if_id;
	key->dev = ipsec_cb(skb)->dev;
	if (unlikely(key->dev))
		key->vrf = l3mdev_master_ifindex_by_index(inet->net, key->dev);
	ipsec_flow_mark(inet, key, skb->mark);
}

/**
 * ipsec_hold_again() - put a packet back that waits for another SA
 * @inet: the namespace
 * @flow: its flow
 * @skb: the packet, from ipsec_hold_take() or ipsec_hold()
 *
 * BH off, RCU read-side section. Its time goes on as before.
 *
 * Return: false: that SA has come meanwhile, and the packet stays the caller's. Otherwise it is
 * consumed.
 */
bool ipsec_hold_again(struct ipsec_net *inet, struct ipsec_flow *flow, struct sk_buff *skb)
{
	enum outcome outcome;

	/* The SA of a sub-policy has come, or one that paused has ended: now another is missing. */
	if (unlikely(flow->policy->main || ipsec_cb(skb)->unasked))
		ipsec_hold_ask(inet, flow);
	ipsec_cb(skb)->unasked = flow->pauses;
	outcome = hold(inet, flow, skb);
	if (unlikely(outcome == NO_ROOM)) {
		ipsec_book(inet, IPSEC_OUT_RELEASED, skb->len);
		ipsec_drop(inet, skb, IPSEC_OUT_HOLD_FULL, 0);
	}
	return outcome != LOOK_AGAIN;
}

/* The lock is held. */
static void take(struct ipsec_holding *holding, struct ipsec_policy *policy,
		 struct sk_buff_head *list)
{
	lockdep_assert_held(&holding->lock);
	WRITE_ONCE(holding->packets, holding->packets - skb_queue_len(&policy->held));
	skb_queue_splice_tail_init(&policy->held, list);
	hash_del(&policy->hold_node);
	ipsec_policy_put(policy);
}

/* The lock is held. */
static void take_all(struct ipsec_holding *holding, struct sk_buff_head *list)
{
	struct ipsec_policy *policy;
	struct hlist_node *next;
	int i;

	hash_for_each_safe(holding->policies, i, next, policy, hold_node)
		take(holding, policy, list);
}

/* The lock is held. */
static void take_awaiting(struct ipsec_holding *holding, u32 awaits, struct sk_buff_head *list)
{
	struct ipsec_policy *policy;
	struct hlist_node *next;

	hash_for_each_possible_safe(holding->policies, policy, next, hold_node, awaits)
		if (policy->awaits == awaits)
			take(holding, policy, list);
}

/**
 * ipsec_hold_take() - take the packets that may have waited for an SA
 * @inet: the namespace, config held
 * @sa: the SA
 * @list: filled, in the order in which they came for each policy
 *
 * Thousands of packets may wait while thousands of SAs come for others, so each SA looks at those
 * policies alone that wait for one with its reqid, or with any, or that wait for several. If
 * policies have changed it takes all: some packets may belong to another one now.
 */
void ipsec_hold_take(struct ipsec_net *inet, const struct ipsec_sa *sa,
		     struct sk_buff_head *list)
{
	struct ipsec_holding *holding = inet->holding;

	lockdep_assert_held(&inet->config);
	__skb_queue_head_init(list);
	if (sa->flags & (NFIPSEC_SA_F_LARVAL | NFIPSEC_SA_F_IN))
		return;
	spin_lock_bh(&holding->lock);
	if (holding->spd_gen != inet->spd_gen) {
		take_all(holding, list);
	} else {
		take_awaiting(holding, 0, list);
		take_awaiting(holding, ipsec_sa_awaited(&sa->id, sa->if_id, 0), list);
		if (sa->reqid)
			take_awaiting(holding, ipsec_sa_awaited(&sa->id, sa->if_id, sa->reqid),
				      list);
	}
	holding->spd_gen = inet->spd_gen;
	spin_unlock_bh(&holding->lock);
}

/**
 * ipsec_hold_waiting() - what waits in a namespace now
 * @inet: the namespace
 * @sum: filled
 *
 * Process context. It is what the queues hold, not what was counted on the way.
 */
void ipsec_hold_waiting(struct ipsec_net *inet, struct ipsec_sum *sum)
{
	struct ipsec_policy *policy;
	int i;

	memset(sum, 0, sizeof(*sum));
	spin_lock_bh(&inet->holding->lock);
	hash_for_each(inet->holding->policies, i, policy, hold_node)
		ipsec_queue_sum(&policy->held, sum);
	spin_unlock_bh(&inet->holding->lock);
}

/**
 * ipsec_hold_flush() - drop the packets that wait for a policy
 * @inet: the namespace
 * @policy: a policy that is no longer in force
 *
 * Process context.
 */
void ipsec_hold_flush(struct ipsec_net *inet, struct ipsec_policy *policy)
{
	struct ipsec_holding *holding = inet->holding;
	struct ipsec_policy *couple;
	struct sk_buff_head list;
	struct hlist_node *next;
	int i;

	__skb_queue_head_init(&list);
	spin_lock_bh(&holding->lock);
	if (hash_hashed(&policy->hold_node))
		take(holding, policy, &list);
	if (unlikely(READ_ONCE(policy->coupled)))
		hash_for_each_safe(holding->policies, i, next, couple, hold_node)
			if (couple->main == policy || couple->sub == policy)
				take(holding, couple, &list);
	spin_unlock_bh(&holding->lock);
	ipsec_queue_drop(inet, &list, IPSEC_OUT_HOLD_FLUSHED);
}

/**
 * ipsec_hold_flush_all() - drop packets that wait in a namespace
 * @inet: the namespace
 * @subs: those for sub-policies, with or without another one
 * @mains: those for other policies, with or without a sub-policy
 *
 * Process context.
 */
void ipsec_hold_flush_all(struct ipsec_net *inet, bool subs, bool mains)
{
	struct ipsec_holding *holding = inet->holding;
	struct ipsec_policy *policy;
	struct sk_buff_head list;
	struct hlist_node *next;
	int i;

	__skb_queue_head_init(&list);
	spin_lock_bh(&holding->lock);
	hash_for_each_safe(holding->policies, i, next, policy, hold_node)
		if (policy->main || (policy->tag.sub ? subs : mains))
			take(holding, policy, &list);
	spin_unlock_bh(&holding->lock);
	ipsec_queue_drop(inet, &list, IPSEC_OUT_HOLD_FLUSHED);
}
