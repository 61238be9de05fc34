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
 * ipsec_net_sadb_changed() - let all flows look for their SAs again
 * @inet: the namespace
 *
 * Any context, after the change: whoever reads the new generation with acquire sees it.
 */
void ipsec_net_sadb_changed(struct ipsec_net *inet)
{
	/* Pairs with ipsec_bundle_get(). */
	smp_store_release(&inet->sadb_gen, ipsec_next_gen());
}

/* Keys of packets must have a bit before a policy that asks for it is in force. */
static void set_marks(struct ipsec_net *inet)
{
	u32 before = inet->marks, marks = 0, i;

	for (i = 0; i < 32; i++)
		marks |= inet->mark_users[i] ? BIT(i) : 0;
	WRITE_ONCE(inet->marks, marks);
	if (marks & ~before)
		synchronize_rcu_expedited();
}

/**
 * ipsec_net_use_marks() - somebody begins to ask for some bits of marks
 * @inet: the namespace, config held
 * @mask: the bits
 *
 * Process context. From then on all keys that packets make have them; there are no others on
 * their way.
 */
void ipsec_net_use_marks(struct ipsec_net *inet, u32 mask)
{
	u32 i;

	lockdep_assert_held(&inet->config);
	for (i = 0; i < 32; i++)
		inet->mark_users[i] += mask >> i & 1;
	if (mask)
		set_marks(inet);
}

/**
 * ipsec_net_unuse_marks() - somebody does not ask for some bits of marks any more
 * @inet: the namespace, config held
 * @mask: the bits
 */
void ipsec_net_unuse_marks(struct ipsec_net *inet, u32 mask)
{
	u32 i;

	lockdep_assert_held(&inet->config);
	for (i = 0; i < 32; i++)
		inet->mark_users[i] -= mask >> i & 1;
	if (mask)
		set_marks(inet);
}

/**
 * ipsec_net_use_devs() - selectors begin to ask for devices
 * @inet: the namespace, config held
 * @n: how many
 *
 * Process context. From then on all keys that packets make say their device; there are no others
 * on their way.
 */
void ipsec_net_use_devs(struct ipsec_net *inet, u32 n)
{
	bool first = n && !inet->devs;

	lockdep_assert_held(&inet->config);
	WRITE_ONCE(inet->devs, inet->devs + n);
	if (first)
		synchronize_rcu_expedited();
}

/**
 * ipsec_net_unuse_devs() - selectors do not ask for devices any more
 * @inet: the namespace, config held
 * @n: how many
 */
void ipsec_net_unuse_devs(struct ipsec_net *inet, u32 n)
{
	lockdep_assert_held(&inet->config);
	WRITE_ONCE(inet->devs, inet->devs - n);
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
	ipsec_book(inet, reason, ipsec_bytes(skb));
	trace_ipsec_drop(skb, reason, spi);
}

/**
 * ipsec_drop_as() - how a packet dies that an SA has made longer or shorter
 * @inet: the namespace
 * @skb: the packet, consumed
 * @bytes: what it was counted with before
 * @reason: why
 * @spi: the SA, host order
 *
 * Any context but hard interrupts.
 */
void ipsec_drop_as(struct ipsec_net *inet, struct sk_buff *skb, unsigned int bytes,
		   enum ipsec_stat reason, u32 spi)
{
	ipsec_book(inet, reason, bytes);
	trace_ipsec_drop(skb, reason, spi);
	kfree_skb_reason(skb, SKB_DROP_REASON_XFRM_POLICY);
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
	ipsec_drop_as(inet, skb, ipsec_bytes(skb), reason, spi);
}
