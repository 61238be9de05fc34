// SPDX-License-Identifier: GPL-2.0
/*
 * BEET mode (draft-nikander-esp-beet-mode, RFC 7402 appendix B): like a tunnel whose inner
 * addresses are always the same. They are known from the selector of the SA, so the inner
 * header is not sent; what else is in it goes into the outer one and comes back from there.
 *
 *	outer IP header | ESP header | [pseudo header, IPv4 options] | payload
 */
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "beet.h"
#include "header.h"
#include "sa.h"
#include "skb.h"
#include "tunnel.h"

#define OPTIONS_MAX	(60 - sizeof(struct iphdr))

/**
 * struct beet_header - carries IPv4 options, with their padding a multiple of 8 bytes
 * @next_header: what is behind the options
 * @len: in 8 bytes, less the first 8
 * @padding: bytes between this header and the options: 0 or 4
 * @reserved: 0
 */
struct beet_header {
	u8 next_header;
	u8 len;
	u8 padding;
	u8 reserved;
};

/**
 * struct options - those of an IPv4 header
 * @len: bytes, a multiple of 4
 * @data: as in the header
 */
struct options {
	u8 len;
	u8 data[OPTIONS_MAX];
};

static unsigned int padding_of(const struct options *options)
{
	return options->len % 8 ? 0 : 4;
}

/* Puts options before the payload; the result is the next header of ESP. */
static u8 put_options(struct sk_buff *skb, const struct options *options, u8 proto)
{
	unsigned int padding = padding_of(options);
	struct beet_header *header;

	if (!options->len)
		return proto;
	header = skb_push(skb, sizeof(*header) + padding + options->len);
	header->next_header = proto;
	header->len = options->len / 8;
	header->padding = padding;
	header->reserved = 0;
	memset(header + 1, IPOPT_NOOP, padding);
	memcpy((u8 *)(header + 1) + padding, options->data, options->len);
	return IPPROTO_BEETPH;
}

/* Takes them off again; @proto becomes what is behind them. */
static bool take_options(struct sk_buff *skb, struct options *options, u8 *proto)
{
	const struct beet_header *header = (const struct beet_header *)skb->data;
	int len;

	options->len = 0;
	if (*proto != IPPROTO_BEETPH)
		return true;
	if (!pskb_may_pull(skb, sizeof(*header)))
		return false;
	header = (const struct beet_header *)skb->data;
	len = header->len * 8 + 4 - header->padding;
	if (header->padding > 4 || len % 4 || len > (int)OPTIONS_MAX ||
	    !pskb_may_pull(skb, header->len * 8 + 8))
		return false;
	header = (const struct beet_header *)skb->data;
	*proto = header->next_header;
	options->len = len;
	memcpy(options->data, (u8 *)(header + 1) + header->padding, len);
	__skb_pull(skb, header->len * 8 + 8);
	return true;
}

/**
 * ipsec_beet_push() - put the outer header in the place of the inner one
 * @skb: a packet that the selector of the SA is for; its data begins with its IP header
 * @sa: an SA in BEET mode
 *
 * Extension headers of IPv6 are payload. A fragment has no place to say so.
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_beet_push(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	unsigned int outer = ipsec_header_len(sa->id.family), inner = sizeof(struct ipv6hdr);
	struct options options = { 0 };
	struct ipsec_header header;
	struct ipsec_inside inside;
	u8 proto;

	if (!ipsec_header_parse(skb, &header))
		return IPSEC_OUT_HEADER;
	if (header.fragment)
		return IPSEC_OUT_FRAGMENT;
	if (ipsec_skb_writable(skb, outer + sizeof(struct beet_header) + 4, 0))
		return IPSEC_OUT_NO_MEMORY;
	ipsec_tunnel_look(skb, &inside);
	if (header.family == AF_INET6) {
		proto = ipv6_hdr(skb)->nexthdr;
	} else {
		inner = ip_hdrlen(skb);
		proto = ip_hdr(skb)->protocol;
		options.len = inner - sizeof(struct iphdr);
		memcpy(options.data, ip_hdr(skb) + 1, options.len);
	}
	__skb_pull(skb, inner);
	proto = put_options(skb, &options, proto);
	skb_push(skb, outer);
	/* No packet is forwarded here: what is sent on is the same one, so its TTL stays. */
	ipsec_tunnel_header(skb, sa, &inside, proto, inside.ttl);
	return IPSEC_NO_DROP;
}

/* A header that is longer than what it takes the place of reaches into the link header. */
static void move_link_header(struct sk_buff *skb, unsigned int inner)
{
	const u8 *old;

	if (!skb->mac_len)
		return;
	old = skb_mac_header(skb);
	skb_set_mac_header(skb, -(int)(inner + skb->mac_len));
	memmove(skb_mac_header(skb), old, skb->mac_len);
}

static void put_v4(struct sk_buff *skb, const struct ipsec_selector *sel,
		   const struct ipsec_inside *inside, const struct options *options, u8 proto)
{
	struct iphdr *iph = skb_push(skb, sizeof(*iph) + options->len);

	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = (sizeof(*iph) + options->len) / 4;
	iph->tos = inside->dsfield;
	iph->tot_len = htons(skb->len);
	iph->frag_off = inside->df ? htons(IP_DF) : 0;
	iph->ttl = inside->ttl;
	iph->protocol = proto;
	iph->saddr = sel->src_min.v4;
	iph->daddr = sel->dst_min.v4;
	memcpy(iph + 1, options->data, options->len);
	ip_send_check(iph);
	skb_set_transport_header(skb, iph->ihl * 4);
}

static void put_v6(struct sk_buff *skb, const struct ipsec_selector *sel,
		   const struct ipsec_inside *inside, u8 proto)
{
	struct ipv6hdr *ip6h = skb_push(skb, sizeof(*ip6h));

	ip6_flow_hdr(ip6h, inside->dsfield, htonl(inside->flow_label));
	ip6h->payload_len = htons(skb->len - sizeof(*ip6h));
	ip6h->nexthdr = proto;
	ip6h->hop_limit = inside->ttl;
	memcpy(&ip6h->saddr, &sel->src_min, sizeof(ip6h->saddr));
	memcpy(&ip6h->daddr, &sel->dst_min, sizeof(ip6h->daddr));
	skb_set_transport_header(skb, sizeof(*ip6h));
}

/**
 * ipsec_beet_pull() - put the inner header in the place of the outer one
 * @skb: an authenticated packet, private and linear; its data begins with what is behind
 *       ESP, its network header is the outer one
 * @sa: the SA in BEET mode that it came in under
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_beet_pull(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	const struct ipsec_selector *sel = sa->selector;
	u8 proto = ipsec_cb(skb)->next_header;
	struct ipsec_inside inside;
	struct options options;
	unsigned int inner;

	if (!take_options(skb, &options, &proto) || (options.len && sel->family == AF_INET6))
		return IPSEC_IN_INNER_HEADER;
	inner = ipsec_header_len(sel->family) + options.len;
	if (skb->len + inner > IP_MAX_MTU)
		return IPSEC_IN_INNER_HEADER;
	ipsec_tunnel_look(skb, &inside);
	if (ipsec_skb_writable(skb, inner + skb->mac_len, 0))
		return IPSEC_IN_NO_MEMORY;
	move_link_header(skb, inner);
	if (sel->family == AF_INET6)
		put_v6(skb, sel, &inside, proto);
	else
		put_v4(skb, sel, &inside, &options, proto);
	skb_reset_network_header(skb);
	skb->protocol = ipsec_header_ethertype(sel->family);
	return IPSEC_NO_DROP;
}
