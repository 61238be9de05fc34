// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: selectors are prefixes of addresses there, and ports with masks. */
#include <net/ipv6.h>

#include "xfrm.h"

/* Lowest and highest address of a prefix. */
static void prefix_range(const xfrm_address_t *addr, u8 prefixlen, u16 family,
			 union ipsec_addr *min, union ipsec_addr *max)
{
	size_t len = ipsec_addr_len(family), i;

	memset(min, 0, sizeof(*min));
	memset(max, 0, sizeof(*max));
	memcpy(min, addr, len);
	for (i = 0; i < len; i++) {
		int host = clamp_t(int, (int)(i + 1) * 8 - prefixlen, 0, 8);

		min->bytes[i] &= 0xff << host;
		max->bytes[i] = min->bytes[i] | ((1 << host) - 1);
	}
}

/* Lowest and highest port that a mask lets through. Return: false: they are no range. */
static bool mask_range(__be16 port, __be16 mask, u16 *min, u16 *max)
{
	u16 free = ~ntohs(mask);

	*min = ntohs(port) & ~free;
	*max = *min | free;
	return !(free & (free + 1));
}

/**
 * ipsec_xfrm_selector() - read a selector
 * @from: as it is in the message
 * @family: if the selector has none
 * @sel: filled
 *
 * Return: NULL, or a sentence that says why that cannot be done.
 */
const char *ipsec_xfrm_selector(const struct xfrm_selector *from, u16 family,
				struct ipsec_selector *sel)
{
	u8 longest;

	memset(sel, 0, sizeof(*sel));
	sel->family = from->family ?: family;
	if (sel->family != AF_INET && sel->family != AF_INET6)
		return "The selector is neither of IPv4 nor of IPv6";
	longest = ipsec_addr_len(sel->family) * 8;
	if (from->prefixlen_s > longest || from->prefixlen_d > longest)
		return "A prefix of the selector is longer than an address";
	prefix_range(&from->saddr, from->prefixlen_s, sel->family, &sel->src_min, &sel->src_max);
	prefix_range(&from->daddr, from->prefixlen_d, sel->family, &sel->dst_min, &sel->dst_max);
	sel->proto = from->proto;
	sel->dev = from->ifindex;
	if (!mask_range(from->sport, from->sport_mask, &sel->sport_min, &sel->sport_max) ||
	    !mask_range(from->dport, from->dport_mask, &sel->dport_min, &sel->dport_max))
		return "The mask of a port has a hole";
	return ipsec_selector_check(sel);
}

/* The longest prefix that holds a range: not more than that, if it is one. */
static u8 range_prefix(const union ipsec_addr *min, const union ipsec_addr *max, u16 family)
{
	return min_t(u8, ipsec_addr_len(family) * 8,
		     ipv6_addr_diff((const struct in6_addr *)min, (const struct in6_addr *)max));
}

static void put_addr(const union ipsec_addr *min, u8 prefixlen, u16 family, xfrm_address_t *addr)
{
	union ipsec_addr first, last;
	xfrm_address_t whole = {};

	memcpy(&whole, min, sizeof(*min));
	prefix_range(&whole, prefixlen, family, &first, &last);
	memcpy(addr, &first, sizeof(first));
}

static void range_mask(u16 min, u16 max, __be16 *port, __be16 *mask)
{
	u16 free = min > max ? 0xffff : min ^ max;

	while (free & (free + 1))
		free |= free >> 1;
	*mask = htons(~free);
	*port = htons(min & ~free);
}

/**
 * ipsec_xfrm_put_selector() - write a selector
 * @sel: the selector
 * @to: filled. A range that is no prefix becomes the shortest one around it, since this
 *      protocol has no ranges
 */
void ipsec_xfrm_put_selector(const struct ipsec_selector *sel, struct xfrm_selector *to)
{
	memset(to, 0, sizeof(*to));
	to->family = sel->family;
	to->proto = sel->proto;
	to->ifindex = sel->dev;
	to->prefixlen_s = range_prefix(&sel->src_min, &sel->src_max, sel->family);
	to->prefixlen_d = range_prefix(&sel->dst_min, &sel->dst_max, sel->family);
	put_addr(&sel->src_min, to->prefixlen_s, sel->family, &to->saddr);
	put_addr(&sel->dst_min, to->prefixlen_d, sel->family, &to->daddr);
	range_mask(sel->sport_min, sel->sport_max, &to->sport, &to->sport_mask);
	range_mask(sel->dport_min, sel->dport_max, &to->dport, &to->dport_mask);
}
