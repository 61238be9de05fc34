/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_NET_IP_H
#define SHIM_NET_IP_H

#include <linux/in.h>
#include <linux/ip.h>
#include <linux/skbuff.h>

/* RFC 791 3.1: of the field with flags and offset. */
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb_network_header(skb);
}

static inline bool ip_is_fragment(const struct iphdr *iph)
{
	return iph->frag_off & htons(IP_MF | IP_OFFSET);
}

#endif /* SHIM_NET_IP_H */
