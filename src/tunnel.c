// SPDX-License-Identifier: GPL-2.0
/* The outer header of tunnel mode (RFC 4301 5.1.2), either family around either. */
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ipv6.h>

#include "sa.h"
#include "skb.h"
#include "tunnel.h"

/**
 * struct inherited - what an outer header has from the inner one
 * @dsfield: DSCP and ECN
 * @df: IPv4: Don't Fragment
 * @flow: IPv6: flow label
 */
struct inherited {
	u8 dsfield;
	bool df;
	__be32 flow;
};

/*
 * RFC 4301 5.1.2.1: DF is copied (8.1), DSCP is copied, and so is all of ECN: a mark of
 * congestion before the tunnel is still one at its end (RFC 6040 4.1, normal mode). IPv6
 * packets are never fragmented on their way, but one of 1280 bytes must pass (RFC 8200 5).
 */
static void inherit(const struct sk_buff *skb, struct inherited *from)
{
	if (ipsec_header_family(skb) == AF_INET6) {
		from->dsfield = ipv6_get_dsfield(ipv6_hdr(skb));
		from->df = skb->len > IPV6_MIN_MTU;
		from->flow = ip6_flowlabel(ipv6_hdr(skb));
	} else {
		from->dsfield = ipv4_get_dsfield(ip_hdr(skb));
		from->df = ip_hdr(skb)->frag_off & htons(IP_DF);
		from->flow = 0;
	}
}

static void put_v4(struct sk_buff *skb, const struct ipsec_sa *sa, const struct inherited *from,
		   u8 proto, u8 ttl)
{
	struct iphdr *outer = ip_hdr(skb);

	outer->version = 4;
	outer->ihl = sizeof(*outer) / 4;
	outer->tos = from->dsfield;
	outer->tot_len = htons(skb->len);
	outer->frag_off = from->df ? htons(IP_DF) : 0;
	outer->ttl = ttl;
	outer->protocol = proto;
	outer->check = 0;
	outer->saddr = sa->src.v4;
	outer->daddr = sa->id.dst.v4;
	/* Not 0 even with DF: some routers fragment regardless. */
	__ip_select_ident(sa->inet->net, outer, 1);
	ipsec_cb(skb)->named = offsetof(struct iphdr, protocol);
}

static void put_v6(struct sk_buff *skb, const struct ipsec_sa *sa, const struct inherited *from,
		   u8 proto, u8 hop_limit)
{
	struct ipv6hdr *outer = ipv6_hdr(skb);

	ip6_flow_hdr(outer, from->dsfield, from->flow);
	outer->payload_len = htons(skb->len - sizeof(*outer));
	outer->nexthdr = proto;
	outer->hop_limit = hop_limit;
	memcpy(&outer->saddr, &sa->src, sizeof(outer->saddr));
	memcpy(&outer->daddr, &sa->id.dst, sizeof(outer->daddr));
	ipsec_cb(skb)->named = offsetof(struct ipv6hdr, nexthdr);
}

/**
 * ipsec_tunnel_push() - put the outer header before a packet
 * @skb: a packet, its data begins with its IP header
 * @sa: a tunnel mode SA
 * @ttl: TTL or hop limit of the outer header
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_tunnel_push(struct sk_buff *skb, const struct ipsec_sa *sa, u8 ttl)
{
	unsigned int len = ipsec_header_len(sa->id.family);
	struct inherited from;
	u8 proto;

	if (ipsec_skb_writable(skb, len, 0))
		return IPSEC_OUT_NO_MEMORY;
	proto = ipsec_header_family(skb) == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	inherit(skb, &from);
	skb_push(skb, len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, len);
	skb->protocol = ipsec_header_ethertype(sa->id.family);
	memset(&ipsec_cb(skb)->header, 0, sizeof(ipsec_cb(skb)->header));
	ipsec_cb(skb)->next_header = proto;
	if (sa->id.family == AF_INET6)
		put_v6(skb, sa, &from, proto, ttl);
	else
		put_v4(skb, sa, &from, proto, ttl);
	return IPSEC_NO_DROP;
}

static bool inner_v4(struct sk_buff *skb, unsigned int *len)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		return false;
	iph = (const struct iphdr *)skb->data;
	*len = ntohs(iph->tot_len);
	return iph->version == 4 && iph->ihl >= 5 && *len >= iph->ihl * 4U &&
	       pskb_may_pull(skb, iph->ihl * 4);
}

static bool inner_v6(struct sk_buff *skb, unsigned int *len)
{
	const struct ipv6hdr *ip6h;

	if (!pskb_may_pull(skb, sizeof(*ip6h)))
		return false;
	ip6h = (const struct ipv6hdr *)skb->data;
	*len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	return ip6h->version == 6;
}

/* The packet inside, less the TFC padding behind it (RFC 4303 2.7). */
static bool inner_is_sound(struct sk_buff *skb, u8 proto)
{
	unsigned int len;

	if (proto == IPPROTO_IPV6 ? !inner_v6(skb, &len) : !inner_v4(skb, &len))
		return false;
	return len <= skb->len && !pskb_trim(skb, len);
}

/* RFC 6040 4.2. */
static bool ecn_decapsulate(struct sk_buff *skb, u8 outer)
{
	u8 inner = ipsec_header_family(skb) == AF_INET6 ? ipv6_get_dsfield(ipv6_hdr(skb)) :
							  ipv4_get_dsfield(ip_hdr(skb));

	return INET_ECN_decapsulate(skb, outer, inner) <= 1;
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
	u8 proto = ipsec_cb(skb)->next_header, outer;

	if (proto != IPPROTO_IPIP && proto != IPPROTO_IPV6)
		return IPSEC_IN_NEXT_HEADER;
	outer = ipsec_header_family(skb) == AF_INET6 ? ipv6_get_dsfield(ipv6_hdr(skb)) :
						       ipv4_get_dsfield(ip_hdr(skb));
	if (!inner_is_sound(skb, proto))
		return IPSEC_IN_INNER_HEADER;
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, proto == IPPROTO_IPV6 ? sizeof(struct ipv6hdr) :
							      ip_hdrlen(skb));
	skb->protocol = ipsec_header_ethertype(ipsec_header_family(skb));
	return ecn_decapsulate(skb, outer) ? IPSEC_NO_DROP : IPSEC_IN_ECN;
}
