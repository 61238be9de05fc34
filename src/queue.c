// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that wait in a queue: for an SA (hold.c), or for the keys of one (early.c).
 *
 * Such a packet keeps nothing alive: neither its socket nor its route, connection or device, so
 * a namespace can end under it.
 */
#include <linux/jiffies.h>
#include <linux/netfilter.h>

#include "queue.h"
#include "skb.h"

/* The time when a packet is given up, in its control block. */
static u64 *deadline(struct sk_buff *skb)
{
	return &ipsec_cb(skb)->seq;
}

/**
 * ipsec_queue_prepare() - let go of what a packet would keep alive
 * @skb: a packet that is about to wait; ipsec_skb_cb.seq is its queue's from here on
 * @seconds: how long it may wait
 */
void ipsec_queue_prepare(struct sk_buff *skb, unsigned int seconds)
{
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_orphan(skb);
	skb->dev = NULL;
	*deadline(skb) = get_jiffies_64() + seconds * HZ;
}

/**
 * ipsec_queue_overdue() - take those out of a queue that have waited too long
 * @queue: the queue, in the order of deadlines, its lock held
 * @list: they are put behind what it holds
 *
 * Return: how many.
 */
unsigned int ipsec_queue_overdue(struct sk_buff_head *queue, struct sk_buff_head *list)
{
	struct sk_buff *skb;
	unsigned int n = 0;

	while ((skb = skb_peek(queue)) &&
	       time_after_eq64(get_jiffies_64(), *deadline(skb))) {
		__skb_unlink(skb, queue);
		__skb_queue_tail(list, skb);
		n++;
	}
	return n;
}

/**
 * ipsec_queue_sum() - add up what is in a queue
 * @queue: the queue, its lock held
 * @sum: its packets and their bytes are added to this
 */
void ipsec_queue_sum(const struct sk_buff_head *queue, struct ipsec_sum *sum)
{
	const struct sk_buff *skb;

	skb_queue_walk(queue, skb) {
		sum->packets++;
		sum->bytes += ipsec_bytes(skb);
	}
}

/**
 * ipsec_queue_drop() - drop packets
 * @inet: the namespace
 * @list: the packets; empty afterwards
 * @reason: for each of them
 */
void ipsec_queue_drop(struct ipsec_net *inet, struct sk_buff_head *list, enum ipsec_stat reason)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(list)))
		ipsec_drop(inet, skb, reason, 0);
}

/**
 * ipsec_queue_resume() - let packets go on
 * @inet: the namespace
 * @list: the packets, in order; empty afterwards
 * @resume: consumes one, with BH off in an RCU read-side section
 *
 * Process context.
 */
void ipsec_queue_resume(struct ipsec_net *inet, struct sk_buff_head *list,
			void (*resume)(struct ipsec_net *inet, struct sk_buff *skb))
{
	struct sk_buff *skb;

	rcu_read_lock();
	local_bh_disable();
	while ((skb = __skb_dequeue(list)))
		resume(inet, skb);
	local_bh_enable();
	rcu_read_unlock();
}
