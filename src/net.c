// SPDX-License-Identifier: GPL-2.0
/* The stack in one network namespace: what every layer needs of it. */
#include <linux/atomic.h>

#include "net.h"
#include "trace.h"

unsigned int ipsec_net_id __read_mostly;

/* Frees SAs and times out held packets. Our own, so that unloading can wait for it. */
struct workqueue_struct *ipsec_wq __read_mostly;

static atomic_long_t last_gen = ATOMIC_LONG_INIT(0);

/**
 * ipsec_next_gen() - a generation number that was never used
 *
 * Any context.
 *
 * Return: a number greater than 0.
 */
unsigned long ipsec_next_gen(void)
{
	return atomic_long_inc_return(&last_gen);
}

/**
 * ipsec_drop_note() - count and trace a packet that somebody else will free
 * @inet: the namespace
 * @skb: the packet
 * @reason: why it dies
 * @spi: the SA, host order, or 0 if none was found
 *
 * For netfilter hooks, where the verdict frees the packet and tells its sender.
 */
void ipsec_drop_note(struct ipsec_net *inet, const struct sk_buff *skb, enum ipsec_stat reason,
		     u32 spi)
{
	ipsec_count(inet, reason);
	trace_ipsec_drop(skb, reason, spi);
}

/**
 * ipsec_drop() - how a packet dies in this stack
 * @inet: the namespace
 * @skb: the packet, consumed
 * @reason: why
 * @spi: the SA, host order, or 0 if none was found
 *
 * Any context but hard interrupts.
 */
void ipsec_drop(struct ipsec_net *inet, struct sk_buff *skb, enum ipsec_stat reason, u32 spi)
{
	ipsec_drop_note(inet, skb, reason, spi);
	kfree_skb_reason(skb, SKB_DROP_REASON_XFRM_POLICY);
}
