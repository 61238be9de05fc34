// SPDX-License-Identifier: GPL-2.0
/* The outer header of tunnel mode (RFC 4301 5.1.2), either family around either. */
#include <linux/random.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "sa.h"
#include "skb.h"
#include "tunnel.h"

/**
 * ipsec_tunnel_look() - what a header says that another one may take from it
 * @skb: a packet; the header is its network header
 * @inside: filled
 *
 * IPv6 is never fragmented on its way, but a packet of 1280 bytes must pass (RFC 8200 5).
 */
void ipsec_tunnel_look(const struct sk_buff *skb, struct ipsec_inside *inside)
{
	if (ipsec_header_family(skb) == AF_INET6) {
		inside->dsfield = ipv6_get_dsfield(ipv6_hdr(skb));
		inside->ttl = ipv6_hdr(skb)->hop_limit;
		inside->df = skb->len > IPV6_MIN_MTU;
		inside->flow_label = ntohl(ip6_flowlabel(ipv6_hdr(skb)));
	} else {
		inside->dsfield = ipv4_get_dsfield(ip_hdr(skb));
		inside->ttl = ip_hdr(skb)->ttl;
		inside->df = ip_hdr(skb)->frag_off & htons(IP_DF);
		inside->flow_label = 0;
	}
}

/*
 * RFC 6864 4: a datagram that is never fragmented needs no ID of its own. It gets any, not
 * always 0: some routers fragment regardless. Others get one that is unique for a while,
 * which takes a counter that all CPUs share.
 */
static void put_id(struct iphdr *outer, const struct ipsec_sa *sa)
{
	if (outer->frag_off & htons(IP_DF))
		outer->id = htons(get_random_u16());
	else
		__ip_select_ident(sa->inet->net, outer, 1);
}

static void put_v4(struct sk_buff *skb, const struct ipsec_sa *sa,
		   const struct ipsec_inside *inside, u8 proto, u8 route_ttl)
{
	struct iphdr *outer = ip_hdr(skb);

	outer->version = 4;
	outer->ihl = sizeof(*outer) / 4;
	outer->tos = ipsec_outer_dsfield(&sa->outer, inside->dsfield);
	outer->tot_len = htons(skb->len);
	outer->frag_off = ipsec_outer_df(&sa->outer, inside->df) ? htons(IP_DF) : 0;
	outer->ttl = ipsec_outer_ttl(&sa->outer, inside->ttl, route_ttl);
	outer->protocol = proto;
	outer->check = 0;
	outer->saddr = sa->src.v4;
	outer->daddr = sa->id.dst.v4;
	put_id(outer, sa);
	ipsec_cb(skb)->named = offsetof(struct iphdr, protocol);
}

static void put_v6(struct sk_buff *skb, const struct ipsec_sa *sa,
		   const struct ipsec_inside *inside, u8 proto, u8 route_ttl)
{
	u32 label = ipsec_outer_flow_label(&sa->outer, inside->flow_label);
	struct ipv6hdr *outer = ipv6_hdr(skb);

	ip6_flow_hdr(outer, ipsec_outer_dsfield(&sa->outer, inside->dsfield), htonl(label));
	outer->payload_len = htons(skb->len - sizeof(*outer));
	outer->nexthdr = proto;
	outer->hop_limit = ipsec_outer_ttl(&sa->outer, inside->ttl, route_ttl);
	memcpy(&outer->saddr, &sa->src, sizeof(outer->saddr));
	memcpy(&outer->daddr, &sa->id.dst, sizeof(outer->daddr));
	ipsec_cb(skb)->named = offsetof(struct ipv6hdr, nexthdr);
}

/**
 * ipsec_tunnel_header() - write an outer header
 * @skb: a packet, its data begins with room for the header
 * @sa: the SA; its addresses and sa->outer say what is in the header
 * @inside: what it may take from the header inside
 * @proto: what ESP or AH will say is behind it
 * @route_ttl: TTL or hop limit, unless sa->outer says otherwise
 */
void ipsec_tunnel_header(struct sk_buff *skb, const struct ipsec_sa *sa,
			 const struct ipsec_inside *inside, u8 proto, u8 route_ttl)
{
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ipsec_header_len(sa->id.family));
	skb->protocol = ipsec_header_ethertype(sa->id.family);
	memset(&ipsec_cb(skb)->header, 0, sizeof(ipsec_cb(skb)->header));
	ipsec_cb(skb)->next_header = proto;
	if (sa->id.family == AF_INET6)
		put_v6(skb, sa, inside, proto, route_ttl);
	else
		put_v4(skb, sa, inside, proto, route_ttl);
}

/**
 * ipsec_tunnel_push() - put the outer header before a packet
 * @skb: a packet, its data begins with its IP header
 * @sa: a tunnel mode SA
 * @route_ttl: TTL or hop limit that the route has for packets of this host
 *
 * Its fields are as sa->outer says (outer.c).
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_tunnel_push(struct sk_buff *skb, const struct ipsec_sa *sa, u8 route_ttl)
{
	unsigned int len = ipsec_header_len(sa->id.family);
	struct ipsec_inside inside;
	u8 proto;

	if (ipsec_skb_writable(skb, len, 0))
		return IPSEC_OUT_NO_MEMORY;
	proto = ipsec_header_family(skb) == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	ipsec_tunnel_look(skb, &inside);
	skb_push(skb, len);
	ipsec_tunnel_header(skb, sa, &inside, proto, route_ttl);
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

static u8 dsfield_of(const struct sk_buff *skb)
{
	return ipsec_header_family(skb) == AF_INET6 ? ipv6_get_dsfield(ipv6_hdr(skb)) :
						      ipv4_get_dsfield(ip_hdr(skb));
}

static enum ipsec_stat take_dsfield(struct sk_buff *skb, const struct ipsec_sa *sa, u8 outside)
{
	u8 inner = dsfield_of(skb), was = inner;
	enum ipsec_ecn_odd odd = ipsec_outer_decap(&sa->outer, outside, &inner);

	if (odd == IPSEC_ECN_LOST)
		return IPSEC_IN_ECN;
	if (odd == IPSEC_ECN_ODD)
		ipsec_count(sa->inet, IPSEC_IN_ECN_ODD);
	if (inner == was)
		return IPSEC_NO_DROP;
	if (ipsec_header_family(skb) == AF_INET6)
		ipv6_change_dsfield(ipv6_hdr(skb), 0, inner);
	else
		ipv4_change_dsfield(ip_hdr(skb), 0, inner);
	return IPSEC_NO_DROP;
}

/**
 * ipsec_tunnel_pull() - leave the outer header behind
 * @skb: an authenticated packet, private and linear; its data begins with the inner header,
 *       its network header is the outer one
 * @sa: the tunnel mode SA that it came in under
 *
 * RFC 4301 5.1.2.1: ECN as RFC 6040 4.2, the DSCP if sa->outer says so; all else of the
 * outer header is forgotten.
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_tunnel_pull(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	u8 proto = ipsec_cb(skb)->next_header, outside = dsfield_of(skb);

	if (proto != IPPROTO_IPIP && proto != IPPROTO_IPV6)
		return IPSEC_IN_NEXT_HEADER;
	if (!inner_is_sound(skb, proto))
		return IPSEC_IN_INNER_HEADER;
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, proto == IPPROTO_IPV6 ? sizeof(struct ipv6hdr) :
							      ip_hdrlen(skb));
	skb->protocol = ipsec_header_ethertype(ipsec_header_family(skb));
	return take_dsfield(skb, sa, outside);
}
