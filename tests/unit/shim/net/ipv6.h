/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_NET_IPV6_H
#define SHIM_NET_IPV6_H

#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

/* RFC 8200 4 */
#define NEXTHDR_HOP		0
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_DEST		60

/* RFC 8200 4.5 */
struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

#define IP6_MF		0x0001
#define IP6_OFFSET	0xfff8

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb_network_header(skb);
}

static inline unsigned int ipv6_optlen(const struct ipv6_opt_hdr *opt)
{
	return (opt->hdrlen + 1) * 8;
}

#endif /* SHIM_NET_IPV6_H */
