/* SPDX-License-Identifier: GPL-2.0 */
/* The maximum segment size that TCP offers, no more than what fits when it is protected. */
#ifndef IPSEC_MSS_H
#define IPSEC_MSS_H

#include "header.h"
#include "net.h"
#include "types.h"

bool ipsec_mss_is_syn(const struct sk_buff *skb);
void ipsec_mss_leaves(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_key *key);
void ipsec_mss_arrives(struct ipsec_net *inet, struct sk_buff *skb, u32 if_id, u32 link);

/**
 * ipsec_mss_is_offered() - whether a packet may offer a maximum segment size
 * @skb: a packet in clear, its network header is linear
 *
 * For every packet: all but the SYNs of TCP cost a look at their headers.
 *
 * Return: true: it is a SYN of TCP.
 */
static inline bool ipsec_mss_is_offered(const struct sk_buff *skb)
{
	u8 proto = ipsec_header_family(skb) == AF_INET6 ? ipv6_hdr(skb)->nexthdr :
							  ip_hdr(skb)->protocol;

	if (likely(proto != IPPROTO_TCP && !ipsec_header_is_extension(proto)))
		return false;
	return ipsec_mss_is_syn(skb);
}

#endif /* IPSEC_MSS_H */
