// SPDX-License-Identifier: GPL-2.0
/* What the paths ask of a packet. */
#include "skb.h"

/**
 * ipsec_skb_writable() - make a packet linear, private and large enough
 * @skb: the packet
 * @headroom: bytes wanted before its data
 * @tailroom: bytes wanted behind it
 *
 * Payload that is shared (a clone, pages of a spliced file) must never be encrypted or
 * decrypted in place: it is copied once, here. Softirq or process context; pointers into
 * the packet are stale afterwards.
 *
 * Return: 0 or -ENOMEM; the packet stays the caller's.
 */
int ipsec_skb_writable(struct sk_buff *skb, unsigned int headroom, unsigned int tailroom)
{
	int err;

	err = skb_linearize(skb);
	if (err)
		return err;
	if (!skb_cloned(skb) && skb_headroom(skb) >= headroom && skb_tailroom(skb) >= tailroom)
		return 0;
	headroom = headroom > skb_headroom(skb) ? headroom - skb_headroom(skb) : 0;
	tailroom = tailroom > skb_tailroom(skb) ? tailroom - skb_tailroom(skb) : 0;
	return pskb_expand_head(skb, SKB_DATA_ALIGN(headroom), tailroom, GFP_ATOMIC);
}
