/* SPDX-License-Identifier: GPL-2.0 */
/* What the paths remember in a packet, and what they ask of one. */
#ifndef IPSEC_SKB_H
#define IPSEC_SKB_H

#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/xfrm.h>

#include "header.h"

struct ipsec_sa;

/**
 * struct ipsec_skb_cb - the control block while a packet is in our paths
 * @header: the IP layer's own control block; it is read again after us
 * @sa: the SA that is being applied
 * @if_id: while the packet is held: struct ipsec_key.if_id
 * @dev: while the packet is held: struct ipsec_key.dev
 * @spi: while the packet waits for keys: of its SA
 * @seq: its sequence number for this packet, 64 bits
 * @len: output: length of the packet before @sa was applied
 * @ip_len: input: length of the IP headers before the transform's
 * @arrived: input: the low bits of what ipsec_bytes() was before the transform
 * @step: output: index of @sa in the bundle
 * @mode: input: enum nfipsec_mode in which @sa was used, known when it is decapsulated
 * @late: output: some crypto was asynchronous, so the packet has left the RCU read-side section in
 *        which its SAs were chosen
 * @unasked: while the packet is held: nobody was asked for the SA that it waits for
 * @next_header: input: what the transform found inside; output: what it puts inside
 * @named: offset from the network header of the byte that names the transform's header
 */
struct ipsec_skb_cb {
	union {
		struct inet_skb_parm v4;
		struct inet6_skb_parm v6;
	} header;
	union {
		struct ipsec_sa *sa;
		struct {
			u32 if_id;
			u32 dev;
		};
		__be32 spi;
	};
	u64 seq;
	union {
		u32 len;
		struct {
			u16 ip_len;
			u16 arrived;
		};
	};
	u8 step:4;
	u8 mode:2;
	u8 unasked:1;
	u8 late:1;
	u8 next_header;
	u16 named;
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
 * ipsec_skb_name() - write what the transform's header is into the header before it
 * @skb: a packet in our paths, its network header set and linear
 * @proto: IPPROTO_ESP or IPPROTO_AH; on input what was found inside
 */
static inline void ipsec_skb_name(struct sk_buff *skb, u8 proto)
{
	skb_network_header(skb)[ipsec_cb(skb)->named] = proto;
}

/**
 * ipsec_skb_transformed() - whether a packet may be one that we have just protected
 * @skb: a packet on its way out
 *
 * The flag is the one that netfilter's NAT and rerouting know as "already transformed".
 * Whatever else carries it is not ours, so the protocol must be looked at as well.
 *
 * Return: true if it has the flag.
 */
static inline bool ipsec_skb_transformed(const struct sk_buff *skb)
{
	return ipsec_header_family(skb) == AF_INET6 ?
	       IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED :
	       IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED;
}

/**
 * ipsec_skb_is_ipsec() - whether a protocol is one of ours
 * @proto: a protocol above IP
 *
 * Return: true for ESP and AH.
 */
static inline bool ipsec_skb_is_ipsec(u8 proto)
{
	return proto == IPPROTO_ESP || proto == IPPROTO_AH;
}

int ipsec_skb_writable(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom);

#endif /* IPSEC_SKB_H */
