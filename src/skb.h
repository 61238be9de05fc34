/* SPDX-License-Identifier: GPL-2.0 */
/* What the paths remember in a packet, and what they ask of one. */
#ifndef IPSEC_SKB_H
#define IPSEC_SKB_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/xfrm.h>

struct ipsec_sa;

/**
 * struct ipsec_skb_cb - the control block while a packet is in our paths
 * @header: the IP layer's own control block; it is read again after us
 * @sa: the SA that is being applied
 * @seq: its sequence number for this packet, 64 bits
 * @len: output: length of the packet before @sa was applied
 * @step: output: index of @sa in the bundle; input: headers taken off so far
 * @next_header: input: what the transform found inside; output: what it puts inside
 */
struct ipsec_skb_cb {
	union {
		struct inet_skb_parm v4;
		struct inet6_skb_parm v6;
	} header;
	struct ipsec_sa *sa;
	u64 seq;
	u32 len;
	u8 step;
	u8 next_header;
};

/**
 * ipsec_cb() - our control block of a packet
 * @skb: a packet in our paths
 *
 * Return: its control block.
 */
static inline struct ipsec_skb_cb *ipsec_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct ipsec_skb_cb) > sizeof_field(struct sk_buff, cb));
	return (struct ipsec_skb_cb *)skb->cb;
}

/**
 * ipsec_skb_is_ours() - whether a packet is one that we have just protected
 * @skb: a packet on its way out
 *
 * The flag is the one that netfilter's NAT and rerouting know as "already transformed".
 * Whatever else carries it is not ours, so the protocol must fit as well.
 *
 * Return: true for ESP and AH packets that came out of our output path.
 */
static inline bool ipsec_skb_is_ours(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	return (IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED) &&
	       (iph->protocol == IPPROTO_ESP || iph->protocol == IPPROTO_AH);
}

int ipsec_skb_writable(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom);

#endif /* IPSEC_SKB_H */
