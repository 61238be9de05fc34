/* SPDX-License-Identifier: GPL-2.0 */
/* IP headers of either family: where they end, and what is behind them. */
#ifndef IPSEC_HEADER_H
#define IPSEC_HEADER_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "types.h"

/**
 * struct ipsec_header - the IP header of a packet with its extension headers
 * @upper: offset of what is above IP, from the network header
 * @insert: where transport mode puts ESP or AH (RFC 4303 3.1.1), from the network header
 * @insert_named: byte that names what is at @insert, from the network header
 * @cut: where what is fragmented begins, from the network header
 * @ident: identification of a fragment, any byte order
 * @offset: of a fragment in its packet, bytes from @cut on
 * @family: AF_INET or AF_INET6
 * @proto: what is at @upper
 * @fragment: it is a fragment, be it the first
 * @later: it is not the first fragment: nothing at @upper can be read
 */
struct ipsec_header {
	u32 upper;
	u32 insert;
	u32 insert_named;
	u32 cut;
	u32 ident;
	u16 offset;
	u16 family;
	u8 proto;
	bool fragment;
	bool later;
};

bool ipsec_header_is_extension(u8 proto);
bool ipsec_header_parse_at(const struct sk_buff *skb, int at, struct ipsec_header *header);
bool ipsec_header_addrs_at(const struct sk_buff *skb, int at, u16 family, union ipsec_addr *src,
			   union ipsec_addr *dst);
void ipsec_header_addrs(const struct sk_buff *skb, union ipsec_addr *src, union ipsec_addr *dst);
bool ipsec_header_set_len(struct sk_buff *skb);

/**
 * ipsec_header_parse() - find the end of the IP headers of a packet
 * @skb: a packet with its network header set
 * @header: filled; offsets are from the network header on
 *
 * As ipsec_header_parse_at().
 *
 * Return: false if the headers are malformed or cut off.
 */
static inline bool ipsec_header_parse(const struct sk_buff *skb, struct ipsec_header *header)
{
	return ipsec_header_parse_at(skb, skb_network_offset(skb), header);
}

/**
 * ipsec_header_family() - the family of a packet
 * @skb: a packet with its network header set and present
 *
 * Return: AF_INET or AF_INET6.
 */
static inline u16 ipsec_header_family(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 6 ? AF_INET6 : AF_INET;
}

/**
 * ipsec_header_len() - length of an IP header without options or extension headers
 * @family: AF_INET or AF_INET6
 *
 * Return: bytes.
 */
static inline unsigned int ipsec_header_len(u16 family)
{
	return family == AF_INET6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/**
 * ipsec_header_ethertype() - the protocol of a packet as devices name it
 * @family: AF_INET or AF_INET6
 *
 * Return: for skb->protocol.
 */
static inline __be16 ipsec_header_ethertype(u16 family)
{
	return family == AF_INET6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
}

#endif /* IPSEC_HEADER_H */
