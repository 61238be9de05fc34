// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that came before the keys of their SA.
 *
 * A responder sends with a new SA as soon as it has made it, and the answer that lets the
 * initiator make it as well is still under way then (RFC 7296 1.2, 2.8). The initiator knows the
 * SPI, which it has chosen itself, so what comes for it waits for the keys. Nothing of it is
 * believed until they have come.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "early.h"
#include "queue.h"
#include "skb.h"

#define TICK	(HZ / 4)

/**
 * struct ipsec_early - the packets of a namespace that came too early
 * @inet: the namespace [I]
 * @packets: in the order in which they came, with their own lock
 * @expire: drops those that waited too long; pending while there are any
 */
struct ipsec_early {
	struct ipsec_net *inet;
	struct sk_buff_head packets;
	struct delayed_work expire;
};

static void early_expire(struct work_struct *work)
{
	struct ipsec_early *early = container_of(to_delayed_work(work), struct ipsec_early, expire);
	struct sk_buff_head list;

	__skb_queue_head_init(&list);
	spin_lock_bh(&early->packets.lock);
	ipsec_queue_overdue(&early->packets, &list);
	if (!skb_queue_empty(&early->packets))
		queue_delayed_work(ipsec_wq, &early->expire, TICK);
	spin_unlock_bh(&early->packets.lock);
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

	if (!early)
		return -ENOMEM;
	early->inet = inet;
	skb_queue_head_init(&early->packets);
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
	cancel_delayed_work_sync(&inet->early->expire);
	skb_queue_purge(&inet->early->packets);
	kfree(inet->early);
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
	struct ipsec_early *early = inet->early;
	bool full;

	skb->dev = NULL;
	spin_lock(&early->packets.lock);
	full = skb_queue_len(&early->packets) >= IPSEC_EARLY_MAX;
	if (!full) {
		__skb_queue_tail(&early->packets, skb);
		queue_delayed_work(ipsec_wq, &early->expire, TICK);
	}
	spin_unlock(&early->packets.lock);
	if (full)
		ipsec_drop(inet, skb, IPSEC_IN_LARVAL, 0);
}

/**
 * ipsec_early_hold() - hold a packet until its SA has its keys
 * @inet: the namespace
 * @skb: the packet, consumed; its data begins with the ESP or AH header
 * @proto: IPPROTO_ESP or IPPROTO_AH
 *
 * Softirq, or BH off.
 */
void ipsec_early_hold(struct ipsec_net *inet, struct sk_buff *skb, u8 proto)
{
	ipsec_book(inet, IPSEC_IN_HELD, ipsec_bytes(skb));
	ipsec_cb(skb)->len = skb->dev->ifindex;
	ipsec_cb(skb)->next_header = proto;
	ipsec_queue_prepare(skb, IPSEC_EARLY_SECONDS);
	ipsec_early_again(inet, skb);
}

/**
 * ipsec_early_take() - take all packets that came too early
 * @inet: the namespace
 * @list: filled, in the order in which they came
 *
 * Process context.
 */
void ipsec_early_take(struct ipsec_net *inet, struct sk_buff_head *list)
{
	struct sk_buff_head *packets = &inet->early->packets;

	__skb_queue_head_init(list);
	if (skb_queue_empty_lockless(packets))
		return;
	spin_lock_bh(&packets->lock);
	skb_queue_splice_tail_init(packets, list);
	spin_unlock_bh(&packets->lock);
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
	struct sk_buff_head *packets = &inet->early->packets;

	memset(sum, 0, sizeof(*sum));
	spin_lock_bh(&packets->lock);
	ipsec_queue_sum(packets, sum);
	spin_unlock_bh(&packets->lock);
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
