// SPDX-License-Identifier: GPL-2.0
/* ICMP errors: what they say, and of which packet. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "header.h"
#include "quote.h"

static bool is_error4(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB || type == ICMP_SOURCE_QUENCH;
}

static bool parse4(const struct icmphdr *icmph, struct ipsec_quote *quote)
{
	quote->type = icmph->type;
	quote->code = icmph->code;
	quote->too_big = icmph->type == ICMP_DEST_UNREACH && icmph->code == ICMP_FRAG_NEEDED;
	if (quote->too_big)
		quote->mtu = ntohs(icmph->un.frag.mtu);
	return is_error4(icmph->type);
}

static bool parse6(const struct icmp6hdr *icmph, struct ipsec_quote *quote)
{
	quote->type = icmph->icmp6_type;
	quote->code = icmph->icmp6_code;
	quote->too_big = icmph->icmp6_type == ICMPV6_PKT_TOOBIG;
	if (quote->too_big)
		quote->mtu = ntohl(icmph->icmp6_mtu);
	return !(icmph->icmp6_type & ICMPV6_INFOMSG_MASK);
}

/**
 * ipsec_quote_parse() - whether a packet is an ICMP error, and what it says
 * @skb: a packet with its network header set
 * @quote: filled
 *
 * Any context. Changes nothing in the packet. Its checksum is not looked at, and of the packet
 * that it is about nothing needs to be there.
 *
 * Return: false if it is none, or a fragment of one.
 */
bool ipsec_quote_parse(const struct sk_buff *skb, struct ipsec_quote *quote)
{
	union {
		struct icmphdr v4;
		struct icmp6hdr v6;
	} buffer;
	struct ipsec_header header;
	const void *icmph;

	memset(quote, 0, sizeof(*quote));
	if (!ipsec_header_parse(skb, &header) || header.fragment)
		return false;
	if (header.proto != (header.family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return false;
	quote->family = header.family;
	quote->icmp = skb_network_offset(skb) + header.upper;
	quote->at = quote->icmp + sizeof(buffer);
	icmph = skb_header_pointer(skb, quote->icmp, sizeof(buffer), &buffer);
	if (!icmph)
		return false;
	return header.family == AF_INET6 ? parse6(icmph, quote) : parse4(icmph, quote);
}

/**
 * ipsec_quote_len() - how long the packet was that an ICMP error is about
 * @skb: the error
 * @quote: from ipsec_quote_parse()
 *
 * Return: bytes, as its IP header says; 0 if that is cut off.
 */
unsigned int ipsec_quote_len(const struct sk_buff *skb, const struct ipsec_quote *quote)
{
	const int where = quote->family == AF_INET6 ? offsetof(struct ipv6hdr, payload_len) :
						      offsetof(struct iphdr, tot_len);
	const __be16 *len;
	__be16 buffer;

	len = skb_header_pointer(skb, quote->at + where, sizeof(buffer), &buffer);
	if (!len)
		return 0;
	return ntohs(*len) + (quote->family == AF_INET6 ? sizeof(struct ipv6hdr) : 0);
}
