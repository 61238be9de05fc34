// SPDX-License-Identifier: GPL-2.0
/*
 * Header fields that change on the way (RFC 4302 3.3.3.1 and appendix A). Pure.
 *
 * AH authenticates the headers as they were sent and as they arrive alike: what routers
 * change in an unpredictable way counts as zero, what they change in a predictable way
 * counts as it arrives.
 */
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>

#include "mutable.h"

#define OPT6_PAD1	0
#define OPT6_MUTABLE	0x20	/* RFC 8200 4.2: the third bit of an option's type */

#define ROUTE_SOURCE	0	/* RFC 2460 4.4 */
#define ROUTE_HOME	2	/* RFC 6275 6.4 */
#define ROUTE_SEGMENT	4	/* RFC 8754 2 */

/* Appendix A1: options that routers leave alone are authenticated as they are. */
static bool option_is_immutable(__u8 type)
{
	switch (type) {
	case IPOPT_SEC:
	case 0x85:		/* extended security, RFC 1108 */
	case IPOPT_CIPSO:
	case IPOPT_RA:
	case 0x95:		/* selective directed broadcast, RFC 1770 */
		return true;
	default:
		return false;
	}
}

static bool blank_options(__u8 *options, unsigned int len)
{
	unsigned int i = 0, option_len;

	while (i < len && options[i] != IPOPT_END) {
		if (options[i] == IPOPT_NOOP) {
			i++;
			continue;
		}
		if (i + 1 >= len)
			return false;
		option_len = options[i + 1];
		if (option_len < 2 || i + option_len > len)
			return false;
		if (!option_is_immutable(options[i]))
			memset(options + i, 0, option_len);
		i += option_len;
	}
	return true;
}

/*
 * Source routes: the destination of a packet is immutable but predictable, so it counts as
 * the last hop (appendix A1, 3.3.3.1.1.1). The option itself is zero as others.
 */
static bool final_destination(struct iphdr *iph, const __u8 *options, unsigned int len)
{
	unsigned int i = 0, option_len, pointer;

	while (i + 1 < len && options[i] != IPOPT_END) {
		if (options[i] == IPOPT_NOOP) {
			i++;
			continue;
		}
		option_len = options[i + 1];
		if (option_len < 2 || i + option_len > len)
			return false;
		if (options[i] == IPOPT_LSRR || options[i] == IPOPT_SSRR) {
			if (option_len < 3)
				return false;
			pointer = options[i + 2];
			/* Addresses that are still to be visited: the last one is the end. */
			if (pointer >= 4 && pointer + 3 <= option_len)
				memcpy(&iph->daddr, options + i + option_len - 4, 4);
			return true;
		}
		i += option_len;
	}
	return true;
}

/* 3.3.3.1.1.1 */
static bool blank_v4(__u8 *headers, unsigned int len)
{
	struct iphdr *iph = (struct iphdr *)headers;
	__u8 *options = headers + sizeof(*iph);

	if (len < sizeof(*iph) || iph->ihl * 4U != len)
		return false;
	iph->tos = 0;
	iph->frag_off = 0;
	iph->ttl = 0;
	iph->check = 0;
	return final_destination(iph, options, len - sizeof(*iph)) &&
	       blank_options(options, len - sizeof(*iph));
}

/* 3.3.3.1.2.2: options say by their type whether their data may change. */
static bool blank_options6(__u8 *options, unsigned int len)
{
	unsigned int i = 0;

	while (i < len) {
		if (options[i] == OPT6_PAD1) {
			i++;
			continue;
		}
		if (i + 2 > len || i + 2 + options[i + 1] > len)
			return false;
		if (options[i] & OPT6_MUTABLE)
			memset(options + i + 2, 0, options[i + 1]);
		i += 2 + options[i + 1];
	}
	return true;
}

/*
 * 3.3.3.1.2.1: a routing header and the destination count as they arrive. Each node visited
 * swaps the destination with the next address: the last address ends up as the
 * destination, and each other one has moved up by one.
 */
static void visit_all(struct ipv6hdr *ip6h, struct in6_addr *addr, unsigned int n,
		      unsigned int left)
{
	struct in6_addr first = ip6h->daddr, last = addr[n - 1];

	memmove(addr + n - left + 1, addr + n - left, (left - 1) * sizeof(*addr));
	addr[n - left] = first;
	ip6h->daddr = last;
}

static bool predict_routing(struct ipv6hdr *ip6h, __u8 *routing, unsigned int len)
{
	struct in6_addr *addr = (struct in6_addr *)(routing + 8);
	unsigned int n = (len - 8) / sizeof(*addr), left = routing[3];

	if (!left)
		return true;
	if (left > n)
		return false;
	switch (routing[2]) {
	case ROUTE_SOURCE:
	case ROUTE_HOME:
		visit_all(ip6h, addr, n, left);
		break;
	case ROUTE_SEGMENT:
		/* The list is in reverse, and stays as it is. */
		ip6h->daddr = addr[0];
		break;
	default:
		return false;
	}
	routing[3] = 0;
	return true;
}

static bool blank_extension(struct ipv6hdr *ip6h, __u8 proto, __u8 *extension, unsigned int len)
{
	switch (proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
		return blank_options6(extension + 2, len - 2);
	case IPPROTO_ROUTING:
		return predict_routing(ip6h, extension, len);
	case IPPROTO_FRAGMENT:
		/* Only one that is no fragment can be here: it counts as none of its bits. */
		return true;
	default:
		return false;
	}
}

/* 3.3.3.1.2 */
static bool blank_v6(__u8 *headers, unsigned int len)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)headers;
	unsigned int at = sizeof(*ip6h), extension_len;
	__u8 proto;

	if (len < at)
		return false;
	/* Traffic class and flow label; the version stays. */
	headers[0] &= 0xf0;
	memset(headers + 1, 0, 3);
	ip6h->hop_limit = 0;
	for (proto = ip6h->nexthdr; at < len; at += extension_len) {
		if (at + 8 > len)
			return false;
		extension_len = proto == IPPROTO_FRAGMENT ? 8 : (headers[at + 1] + 1) * 8;
		if (at + extension_len > len ||
		    !blank_extension(ip6h, proto, headers + at, extension_len))
			return false;
		proto = headers[at];
	}
	return true;
}

/**
 * ipsec_mutable_blank() - make the form of IP headers that AH authenticates
 * @headers: a copy of an IP header with its options or extension headers, to be changed;
 *           aligned as struct ipv6hdr
 * @len: bytes, up to the AH header
 *
 * The result is the same before the packet is sent and after it has arrived.
 *
 * Return: false if the headers are malformed, or if there is one of which nobody can say
 * how it will arrive.
 */
bool ipsec_mutable_blank(__u8 *headers, unsigned int len)
{
	if (!len)
		return false;
	switch (headers[0] >> 4) {
	case 4:
		return blank_v4(headers, len);
	case 6:
		return blank_v6(headers, len);
	default:
		return false;
	}
}
