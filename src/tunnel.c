// SPDX-License-Identifier: GPL-2.0
/* The outer header of tunnel mode (RFC 4301 5.1.2). */
#include <net/inet_ecn.h>

#include "sa.h"
#include "skb.h"
#include "tunnel.h"

/**
 * ipsec_tunnel_push() - put the outer header before a packet
 * @skb: an IPv4 packet, its data begins with its header
 * @sa: a tunnel mode SA
 * @ttl: of the outer header
 *
 * RFC 4301 5.1.2.1: DF is copied (8.1), DSCP is copied, and so is all of ECN: a mark of
 * congestion before the tunnel is still one at its end (RFC 6040 4.1, normal mode).
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_tunnel_push(struct sk_buff *skb, const struct ipsec_sa *sa, u8 ttl)
{
	const struct iphdr *inner;
	struct iphdr *outer;

	if (skb->protocol != htons(ETH_P_IP) || sa->id.family != AF_INET)
		return IPSEC_OUT_HEADER;
	if (ipsec_skb_writable(skb, sizeof(*outer), 0))
		return IPSEC_OUT_NO_MEMORY;
	inner = (const struct iphdr *)skb->data;
	outer = skb_push(skb, sizeof(*outer));
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(*outer));
	outer->version = 4;
	outer->ihl = sizeof(*outer) / 4;
	outer->tos = inner->tos;
	outer->tot_len = htons(skb->len);
	outer->frag_off = inner->frag_off & htons(IP_DF);
	outer->ttl = ttl;
	outer->protocol = IPPROTO_IPIP;
	outer->check = 0;
	outer->saddr = sa->src.v4;
	outer->daddr = sa->id.dst.v4;
	/* Not 0 even with DF: some routers fragment regardless. */
	__ip_select_ident(sa->inet->net, outer, 1);
	memset(&ipsec_cb(skb)->header, 0, sizeof(ipsec_cb(skb)->header));
	ipsec_cb(skb)->next_header = IPPROTO_IPIP;
	return IPSEC_NO_DROP;
}

/* The packet inside, less the TFC padding behind it (RFC 4303 2.7). */
static bool inner_is_sound(struct sk_buff *skb)
{
	const struct iphdr *iph;
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return false;
	iph = (const struct iphdr *)skb->data;
	len = ntohs(iph->tot_len);
	if (iph->version != 4 || iph->ihl < 5 || len < iph->ihl * 4U || len > skb->len)
		return false;
	return pskb_may_pull(skb, iph->ihl * 4) && !pskb_trim(skb, len);
}

/**
 * ipsec_tunnel_pull() - leave the outer header behind
 * @skb: an authenticated packet; its data begins with the inner header, its network
 *       header is the outer one
 *
 * RFC 4301 5.1.2.1: ECN as RFC 6040 4.2, all else of the outer header is forgotten.
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_tunnel_pull(struct sk_buff *skb)
{
	struct iphdr outer;

	if (ipsec_cb(skb)->next_header != IPPROTO_IPIP)
		return IPSEC_IN_NEXT_HEADER;
	outer = *ip_hdr(skb);
	if (!inner_is_sound(skb))
		return IPSEC_IN_INNER_HEADER;
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_hdrlen(skb));
	skb->protocol = htons(ETH_P_IP);
	if (IP_ECN_decapsulate(&outer, skb) > 1)
		return IPSEC_IN_ECN;
	return IPSEC_NO_DROP;
}
