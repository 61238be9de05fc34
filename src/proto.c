// SPDX-License-Identifier: GPL-2.0
/*
 * Where ESP and AH packets arrive: handlers before those of the kernel's own stack, which
 * goes on working for SAs that are its own.
 */
#include <linux/icmp.h>
#include <net/ah.h>
#include <net/esp.h>
#include <net/ip.h>
#include <net/xfrm.h>

#include "input.h"
#include "pmtu.h"
#include "proto.h"
#include "sa.h"

#define PRIORITY	200	/* above the kernel's own (0) and its interfaces (10, 100) */

static int esp_rcv(struct sk_buff *skb)
{
	return ipsec_input(skb, IPPROTO_ESP);
}

static int ah_rcv(struct sk_buff *skb)
{
	return ipsec_input(skb, IPPROTO_AH);
}

/* ESP in UDP: no SA asks for encapsulation, so such packets are not ours. */
static int encap_rcv(struct sk_buff *skb, int nexthdr, __be32 spi, int encap_type)
{
	return -EINVAL;
}

/* A packet that the kernel's own stack has handled: it goes on with it. */
static int native_done(struct sk_buff *skb, int err)
{
	return 1;
}

/* An ICMP error about a packet that we may have sent; the data is its IP header. */
static int error(struct sk_buff *skb, u8 proto, unsigned int spi_offset, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct net *net = dev_net(skb->dev);
	struct ipsec_sa_id id = {
		.dst.v4 = iph->daddr,
		.family = AF_INET,
		.proto = proto,
	};
	struct ipsec_sa *sa;
	const __be32 *spi;
	__be32 buffer;

	spi = skb_header_pointer(skb, iph->ihl * 4 + spi_offset, sizeof(buffer), &buffer);
	if (!spi)
		return -ENOENT;
	id.spi = *spi;
	sa = ipsec_sa_lookup(ipsec_net(net), &id);
	if (!sa)
		return -ENOENT;
	if (icmp_hdr(skb)->type == ICMP_DEST_UNREACH && icmp_hdr(skb)->code == ICMP_FRAG_NEEDED)
		ipsec_pmtu_learn(sa, info);
	return 0;
}

static int esp_err(struct sk_buff *skb, u32 info)
{
	return error(skb, IPPROTO_ESP, offsetof(struct ip_esp_hdr, spi), info);
}

static int ah_err(struct sk_buff *skb, u32 info)
{
	return error(skb, IPPROTO_AH, offsetof(struct ip_auth_hdr, spi), info);
}

static struct xfrm4_protocol esp_protocol = {
	.handler = esp_rcv,
	.input_handler = encap_rcv,
	.cb_handler = native_done,
	.err_handler = esp_err,
	.priority = PRIORITY,
};

static struct xfrm4_protocol ah_protocol = {
	.handler = ah_rcv,
	.input_handler = encap_rcv,
	.cb_handler = native_done,
	.err_handler = ah_err,
	.priority = PRIORITY,
};

/**
 * ipsec_proto_init() - receive ESP and AH
 *
 * Return: 0 or a negative errno.
 */
int ipsec_proto_init(void)
{
	int err;

	err = xfrm4_protocol_register(&esp_protocol, IPPROTO_ESP);
	if (err)
		return err;
	err = xfrm4_protocol_register(&ah_protocol, IPPROTO_AH);
	if (err)
		xfrm4_protocol_deregister(&esp_protocol, IPPROTO_ESP);
	return err;
}

/**
 * ipsec_proto_exit() - receive no more
 */
void ipsec_proto_exit(void)
{
	xfrm4_protocol_deregister(&ah_protocol, IPPROTO_AH);
	xfrm4_protocol_deregister(&esp_protocol, IPPROTO_ESP);
	synchronize_net();
}
