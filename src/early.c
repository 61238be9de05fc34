// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that came before the keys of their SA.
 *
 * A responder sends with a new SA as soon as it has made it, and the answer that lets the
 * initiator make it as well is still under way then (RFC 7296 1.2, 2.8). The initiator knows the
 * SPI, which it has chosen itself, so what comes for it waits for the keys. Nothing of it is
 * believed until they have come.
 */
#include <linux/hash.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "early.h"
#include "queue.h"
#include "sa.h"
#include "skb.h"

#define TICK		(HZ / 4)
#define TABLE_BITS	5

/**
 * struct ipsec_early - the packets of a namespace that came too early
 * @inet: the namespace [I]
 * @lock: protects what follows
 * @queues: the packets by SPI, in each queue in the order in which they came
 * @packets: their number
 * @expire: drops those that waited too long; pending while there are any
 */
struct ipsec_early {
	struct ipsec_net *inet;
	spinlock_t lock;	/* what follows */
	struct sk_buff_head queues[BIT(TABLE_BITS)];
	unsigned int packets;
	struct delayed_work expire;
};

static struct sk_buff_head *queue_of(struct ipsec_early *early, __be32 spi)
{
	return &early->queues[hash_32((__force u32)spi, TABLE_BITS)];
}

static void early_expire(struct work_struct *work)
{
	struct ipsec_early *early = container_of(to_delayed_work(work), struct ipsec_early, expire);
	struct sk_buff_head list;
	int i;

	__skb_queue_head_init(&list);
	spin_lock_bh(&early->lock);
	for (i = 0; i < ARRAY_SIZE(early->queues); i++)
		early->packets -= ipsec_queue_overdue(&early->queues[i], &list);
	if (early->packets)
		queue_delayed_work(ipsec_wq, &early->expire, TICK);
	spin_unlock_bh(&early->lock);
	ipsec_queue_drop(early->inet, &list, IPSEC_IN_LARVAL);
}

/**
 * ipsec_early_init() - make the waiting room of a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_early_init(struct ipsec_net *inet)
{
	struct ipsec_early *early = kzalloc(sizeof(*early), GFP_KERNEL);
	int i;

	if (!early)
		return -ENOMEM;
	early->inet = inet;
	spin_lock_init(&early->lock);
	for (i = 0; i < ARRAY_SIZE(early->queues); i++)
		__skb_queue_head_init(&early->queues[i]);
	INIT_DELAYED_WORK(&early->expire, early_expire);
	inet->early = early;
	return 0;
}

/**
 * ipsec_early_exit() - drop what still waits, and free the waiting room
 * @inet: a namespace in which no packet arrives any more
 */
void ipsec_early_exit(struct ipsec_net *inet)
{
	int i;

	cancel_delayed_work_sync(&inet->early->expire);
	for (i = 0; i < ARRAY_SIZE(inet->early->queues); i++)
		__skb_queue_purge(&inet->early->queues[i]);
	kfree(inet->early);
}

/* The lock is held. Return: false: there is no room. */
static bool queue(struct ipsec_early *early, struct sk_buff *skb)
{
	lockdep_assert_held(&early->lock);
	if (early->packets >= IPSEC_EARLY_MAX)
		return false;
	__skb_queue_tail(queue_of(early, ipsec_cb(skb)->spi), skb);
	early->packets++;
	queue_delayed_work(ipsec_wq, &early->expire, TICK);
	return true;
}

/* Return: false: its SA is gone, and the packet stays the caller's. Otherwise it is consumed. */
static bool hold(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_sa *sa)
{
	bool gone, queued = false;

	spin_lock(&inet->early->lock);
	/* It ends before those who wait are looked for: whoever comes later finds that here. */
	gone = sa && READ_ONCE(sa->use) != IPSEC_SA_SENDS;
	if (likely(!gone))
		queued = queue(inet->early, skb);
	spin_unlock(&inet->early->lock);
	if (unlikely(!gone && !queued))
		ipsec_drop(inet, skb, IPSEC_IN_LARVAL, 0);
	return !gone;
}

/**
 * ipsec_early_again() - put a packet back whose SA still has no keys
 * @inet: the namespace
 * @skb: the packet, consumed, from ipsec_early_take()
 *
 * BH off. Its time goes on as before.
 */
void ipsec_early_again(struct ipsec_net *inet, struct sk_buff *skb)
{
	skb->dev = NULL;
	hold(inet, skb, NULL);
}

/**
 * ipsec_early_hold() - hold a packet until its SA has its keys
 * @inet: the namespace
 * @skb: the packet; its data begins with the ESP or AH header
 * @sa: the SA
 *
 * Softirq, or BH off, in an RCU read-side section.
 *
 * Return: false: the SA is gone, and the packet is the caller's again, as one from
 * ipsec_early_take(). Otherwise it is consumed.
 */
bool ipsec_early_hold(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_sa *sa)
{
	ipsec_book(inet, IPSEC_IN_HELD, ipsec_bytes(skb));
	ipsec_cb(skb)->len = skb->dev->ifindex;
	ipsec_cb(skb)->next_header = sa->id.proto;
	ipsec_cb(skb)->spi = sa->id.spi;
	ipsec_queue_prepare(skb, IPSEC_EARLY_SECONDS);
	return hold(inet, skb, sa);
}

/**
 * ipsec_early_take() - take the packets that may wait for the keys of an SA
 * @inet: the namespace
 * @sa: the SA, which has come or gone
 * @list: filled, for each SA in the order in which they came
 *
 * Process context.
 */
void ipsec_early_take(struct ipsec_net *inet, const struct ipsec_sa *sa,
		      struct sk_buff_head *list)
{
	struct ipsec_early *early = inet->early;

	__skb_queue_head_init(list);
	spin_lock_bh(&early->lock);
	skb_queue_splice_tail_init(queue_of(early, sa->id.spi), list);
	early->packets -= skb_queue_len(list);
	spin_unlock_bh(&early->lock);
}

/**
 * ipsec_early_waiting() - what waits in a namespace now
 * @inet: the namespace
 * @sum: filled
 *
 * Process context.
 */
void ipsec_early_waiting(struct ipsec_net *inet, struct ipsec_sum *sum)
{
	struct ipsec_early *early = inet->early;
	int i;

	memset(sum, 0, sizeof(*sum));
	spin_lock_bh(&early->lock);
	for (i = 0; i < ARRAY_SIZE(early->queues); i++)
		ipsec_queue_sum(&early->queues[i], sum);
	spin_unlock_bh(&early->lock);
}

/**
 * ipsec_early_restore() - give a packet back what it had when it came
 * @inet: the namespace
 * @skb: the packet, from ipsec_early_take()
 *
 * RCU read-side section, to whose end its device stays.
 *
 * Return: IPPROTO_ESP or IPPROTO_AH, or 0: the device that it came by is gone.
 */
u8 ipsec_early_restore(struct ipsec_net *inet, struct sk_buff *skb)
{
	skb->dev = dev_get_by_index_rcu(inet->net, ipsec_cb(skb)->len);
	return skb->dev ? ipsec_cb(skb)->next_header : 0;
}
