// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic flow confidentiality: padding that hides the length of packets (RFC 4303 2.7).
 *
 *	payload | TFC padding | padding, pad length, next header
 *
 * ESP need not know about it: to ESP it is part of the payload. The receiver finds the end
 * of the payload by the length that the payload itself names (tunnel.c; UDP does so, too).
 */
#include "sa.h"
#include "skb.h"
#include "tfc.h"

#define TAIL	48	/* what ESP will put behind: no second copy for it */

static bool names_its_length(u8 proto)
{
	return proto == IPPROTO_IPIP || proto == IPPROTO_IPV6 || proto == IPPROTO_UDP;
}

/**
 * ipsec_tfc_pad() - make a payload longer before it is protected
 * @skb: a packet to be protected; its transport header is where ESP goes, the control block
 *       names the payload
 * @sa: an ESP SA whose tfc is not 0
 * @room: the longest payload that fits the path
 *
 * A payload that does not name its own length stays as it is.
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_tfc_pad(struct sk_buff *skb, const struct ipsec_sa *sa, unsigned int room)
{
	unsigned int payload = skb->len - skb_transport_offset(skb);
	unsigned int wanted = min_t(unsigned int, sa->tfc, room);

	if (wanted <= payload || !names_its_length(ipsec_cb(skb)->next_header))
		return IPSEC_NO_DROP;
	if (ipsec_skb_writable(skb, 0, wanted - payload + TAIL))
		return IPSEC_OUT_NO_MEMORY;
	skb_put_zero(skb, wanted - payload);
	return IPSEC_NO_DROP;
}
