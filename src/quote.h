/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors: what they say, and of which packet. */
#ifndef IPSEC_QUOTE_H
#define IPSEC_QUOTE_H

#include <linux/skbuff.h>

/**
 * struct ipsec_quote - an ICMP error (RFC 792, RFC 4443 2.1)
 * @icmp: where it begins, from the data of the packet on
 * @at: where the packet begins that it is about, from there on as well; all of it, or what the
 *      sender of the error has left of it
 * @mtu: too big: what fits, in bytes with the IP header; 0: the sender of the error does not say
 * @family: AF_INET or AF_INET6, of both
 * @type: ICMP type
 * @code: ICMP code
 * @too_big: it is "fragmentation needed", or "packet too big"
 */
struct ipsec_quote {
	int icmp;
	int at;
	u32 mtu;
	u16 family;
	u8 type;
	u8 code;
	bool too_big;
};

bool ipsec_quote_parse(const struct sk_buff *skb, struct ipsec_quote *quote);
unsigned int ipsec_quote_len(const struct sk_buff *skb, const struct ipsec_quote *quote);

#endif /* IPSEC_QUOTE_H */
