// SPDX-License-Identifier: GPL-2.0
/* IP headers of either family: where they end, and what is behind them. */
#include <net/ip.h>
#include <net/ipv6.h>

#include "header.h"

/* A sender has no use for more; a packet of nothing else must not cost us its length. */
#define EXTENSIONS_MAX	16

static bool parse_v4(const struct sk_buff *skb, int at, struct ipsec_header *header)
{
	const struct iphdr *iph;
	struct iphdr buffer;

	iph = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!iph || iph->ihl < 5)
		return false;
	header->family = AF_INET;
	header->proto = iph->protocol;
	header->upper = iph->ihl * 4;
	header->insert = header->upper;
	header->insert_named = offsetof(struct iphdr, protocol);
	header->fragment = ip_is_fragment(iph);
	header->cut = header->upper;
	header->ident = (__force u16)iph->id;
	header->offset = (ntohs(iph->frag_off) & IP_OFFSET) * 8;
	header->later = header->offset;
	return true;
}

/*
 * The fragment header at upper: proto becomes what it names. What is inside a fragment is a part of
 * a packet, so that another such header there says nothing of what this one is a fragment of.
 */
static bool take_fragment(const struct sk_buff *skb, int at, struct ipsec_header *header)
{
	const struct frag_hdr *fh;
	struct frag_hdr buffer;

	fh = skb_header_pointer(skb, at + header->upper, sizeof(buffer), &buffer);
	if (!fh || header->fragment)
		return false;
	header->fragment = fh->frag_off & htons(IP6_OFFSET | IP6_MF);
	header->offset = ntohs(fh->frag_off) & IP6_OFFSET;
	header->later = header->offset;
	header->ident = (__force u32)fh->identification;
	header->proto = fh->nexthdr;
	header->upper += sizeof(*fh);
	header->cut = header->upper;
	return true;
}

/* Any other extension header at upper. */
static bool take_extension(const struct sk_buff *skb, int at, struct ipsec_header *header)
{
	const struct ipv6_opt_hdr *opt;
	struct ipv6_opt_hdr buffer;

	opt = skb_header_pointer(skb, at + header->upper, sizeof(buffer), &buffer);
	if (!opt)
		return false;
	header->proto = opt->nexthdr;
	header->upper += ipv6_optlen(opt);
	return true;
}

/**
 * ipsec_header_is_extension() - whether a protocol is an IPv6 extension header
 * @proto: what a header names as the next one
 *
 * Those behind which the protocol above IP is looked for: not ESP and AH.
 *
 * Return: true for hop-by-hop and destination options, routing and fragment headers.
 */
bool ipsec_header_is_extension(u8 proto)
{
	return proto == NEXTHDR_HOP || proto == NEXTHDR_ROUTING || proto == NEXTHDR_FRAGMENT ||
	       proto == NEXTHDR_DEST;
}

/*
 * RFC 4303 3.1.1: ESP and AH stand behind the headers that routers look at. Destination
 * options stay with the payload, unless a routing header follows them.
 */
static bool parse_v6(const struct sk_buff *skb, int at, struct ipsec_header *header)
{
	const struct ipv6hdr *ip6h;
	struct ipv6hdr buffer;
	unsigned int n, named;
	u8 proto;

	ip6h = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!ip6h)
		return false;
	header->family = AF_INET6;
	header->proto = ip6h->nexthdr;
	header->upper = sizeof(*ip6h);
	header->insert = header->upper;
	header->insert_named = offsetof(struct ipv6hdr, nexthdr);
	for (n = 0; ipsec_header_is_extension(header->proto) && !header->later; n++) {
		named = header->upper;
		proto = header->proto;
		if (n == EXTENSIONS_MAX)
			return false;
		if (proto == NEXTHDR_FRAGMENT ? !take_fragment(skb, at, header) :
						!take_extension(skb, at, header))
			return false;
		if (proto != NEXTHDR_DEST) {
			header->insert = header->upper;
			header->insert_named = named;
		}
	}
	return true;
}

/**
 * ipsec_header_parse_at() - find the end of IP headers anywhere in a packet
 * @skb: a packet
 * @at: where they begin, from its data on
 * @header: filled; offsets are from @at on
 *
 * Any context. Changes nothing in the packet. What is at @header.upper may be beyond the
 * end of the packet.
 *
 * Return: false if the headers are malformed or cut off.
 */
bool ipsec_header_parse_at(const struct sk_buff *skb, int at, struct ipsec_header *header)
{
	const u8 *version;
	u8 buffer;

	memset(header, 0, sizeof(*header));
	version = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!version)
		return false;
	switch (*version >> 4) {
	case 4:
		return parse_v4(skb, at, header);
	case 6:
		return parse_v6(skb, at, header);
	default:
		return false;
	}
}

/* Source and destination stand beside each other in both families. */
static int addrs_offset(u16 family)
{
	return family == AF_INET6 ? offsetof(struct ipv6hdr, saddr) : offsetof(struct iphdr, saddr);
}

/**
 * ipsec_header_addrs_at() - the addresses of an IP header anywhere in a packet
 * @skb: a packet
 * @at: where the header begins, from the data of the packet on
 * @family: AF_INET or AF_INET6
 * @src: filled, zero behind its length
 * @dst: filled, zero behind its length
 *
 * Return: false if the header is cut off.
 */
bool ipsec_header_addrs_at(const struct sk_buff *skb, int at, u16 family, union ipsec_addr *src,
			   union ipsec_addr *dst)
{
	unsigned int len = ipsec_addr_len(family);
	union ipsec_addr buffer[2];
	const u8 *addrs;

	addrs = skb_header_pointer(skb, at + addrs_offset(family), 2 * len, buffer);
	if (!addrs)
		return false;
	memset(src, 0, sizeof(*src));
	memset(dst, 0, sizeof(*dst));
	memcpy(src, addrs, len);
	memcpy(dst, addrs + len, len);
	return true;
}

/**
 * ipsec_header_addrs() - the addresses of a packet
 * @skb: a packet whose IP header is in its linear part
 * @src: filled, zero behind its length
 * @dst: filled, zero behind its length
 */
void ipsec_header_addrs(const struct sk_buff *skb, union ipsec_addr *src, union ipsec_addr *dst)
{
	if (ipsec_header_family(skb) == AF_INET6) {
		memcpy(src, &ipv6_hdr(skb)->saddr, sizeof(*src));
		memcpy(dst, &ipv6_hdr(skb)->daddr, sizeof(*dst));
		return;
	}
	memset(src, 0, sizeof(*src));
	memset(dst, 0, sizeof(*dst));
	src->v4 = ip_hdr(skb)->saddr;
	dst->v4 = ip_hdr(skb)->daddr;
}

/**
 * ipsec_header_set_len() - write the length of a packet into its IP header
 * @skb: a packet that begins with its network header, private and linear; the checksum of
 *       an IPv4 header is not brought up to date
 *
 * Return: false if it is too long for any IP packet.
 */
bool ipsec_header_set_len(struct sk_buff *skb)
{
	unsigned int len = skb->len;

	if (ipsec_header_family(skb) == AF_INET6) {
		len -= sizeof(struct ipv6hdr);
		ipv6_hdr(skb)->payload_len = htons(len);
	} else {
		ip_hdr(skb)->tot_len = htons(len);
	}
	return len <= U16_MAX;
}
