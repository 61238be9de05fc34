// SPDX-License-Identifier: GPL-2.0
/*
 * Where ESP and AH packets arrive: handlers before those of the kernel's own stack, which
 * goes on working for SAs that are its own.
 */
#include <linux/udp.h>
#include <net/xfrm.h>

#include "input.h"
#include "proto.h"

#define PRIORITY	200	/* above the kernel's own (0) and its interfaces (10, 100) */

static int esp_rcv(struct sk_buff *skb)
{
	return ipsec_input(skb, IPPROTO_ESP);
}

static int ah_rcv(struct sk_buff *skb)
{
	return ipsec_input(skb, IPPROTO_AH);
}

/* From a socket that takes ESP in UDP. Its own messages do not come here (RFC 3948 2.2). */
static int encap_rcv(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	if (nexthdr != IPPROTO_ESP || encap_type != UDP_ENCAP_ESPINUDP)
		return -EINVAL;
	return ipsec_input(skb, IPPROTO_ESP);
}

/* A packet that the kernel's own stack has handled: it goes on with it. */
static int native_done(struct sk_buff *skb, int err)
{
	return 1;
}

/* Errors are looked at elsewhere, together with those about ESP in UDP (icmp_error.c). */
static int no_error4(struct sk_buff *skb, u32 info)
{
	return -ENOENT;
}

static int no_error6(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		     int offset, __be32 info)
{
	return -ENOENT;
}

#define HANDLERS(RCV, ERR) {		\
	.handler = RCV,			\
	.input_handler = encap_rcv,	\
	.cb_handler = native_done,	\
	.err_handler = ERR,		\
	.priority = PRIORITY,		\
}

static struct xfrm4_protocol esp4 = HANDLERS(esp_rcv, no_error4);
static struct xfrm4_protocol ah4 = HANDLERS(ah_rcv, no_error4);
static struct xfrm6_protocol esp6 = HANDLERS(esp_rcv, no_error6);
static struct xfrm6_protocol ah6 = HANDLERS(ah_rcv, no_error6);

/**
 * ipsec_proto_init() - receive ESP and AH
 *
 * Return: 0 or a negative errno.
 */
int ipsec_proto_init(void)
{
	int err;

	err = xfrm4_protocol_register(&esp4, IPPROTO_ESP);
	if (err)
		return err;
	err = xfrm4_protocol_register(&ah4, IPPROTO_AH);
	if (err)
		goto deregister_esp4;
	err = xfrm6_protocol_register(&esp6, IPPROTO_ESP);
	if (err)
		goto deregister_ah4;
	err = xfrm6_protocol_register(&ah6, IPPROTO_AH);
	if (err)
		goto deregister_esp6;
	return 0;

deregister_esp6:
	xfrm6_protocol_deregister(&esp6, IPPROTO_ESP);
deregister_ah4:
	xfrm4_protocol_deregister(&ah4, IPPROTO_AH);
deregister_esp4:
	xfrm4_protocol_deregister(&esp4, IPPROTO_ESP);
	return err;
}

/**
 * ipsec_proto_exit() - receive no more
 */
void ipsec_proto_exit(void)
{
	xfrm6_protocol_deregister(&ah6, IPPROTO_AH);
	xfrm6_protocol_deregister(&esp6, IPPROTO_ESP);
	xfrm4_protocol_deregister(&ah4, IPPROTO_AH);
	xfrm4_protocol_deregister(&esp4, IPPROTO_ESP);
	synchronize_net();
}
