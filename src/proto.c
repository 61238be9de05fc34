// SPDX-License-Identifier: GPL-2.0
/*
 * Where ESP and AH packets arrive: handlers before those of the kernel's own stack, which
 * goes on working for SAs that are its own.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/udp.h>
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

/* An ICMP error about a packet that we may have sent: to @id, whose SPI is at an offset. */
static int error(struct sk_buff *skb, struct ipsec_sa_id *id, const union ipsec_addr *src,
		 int offset, bool too_big, u32 mtu)
{
	struct ipsec_sa *sa;
	const __be32 *spi;
	__be32 buffer;

	offset += id->proto == IPPROTO_AH ? offsetof(struct ip_auth_hdr, spi) :
					    offsetof(struct ip_esp_hdr, spi);
	spi = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!spi)
		return -ENOENT;
	id->spi = *spi;
	sa = ipsec_sa_lookup(ipsec_net(dev_net(skb->dev)), id, src);
	if (!sa)
		return -ENOENT;
	if (too_big)
		ipsec_pmtu_learn(sa, mtu);
	return 0;
}

/* The data is the IP header of the packet that the error is about. */
static int error4(struct sk_buff *skb, u8 proto, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct icmphdr *icmph = icmp_hdr(skb);
	struct ipsec_sa_id id = {
		.dst.v4 = iph->daddr,
		.family = AF_INET,
		.proto = proto,
	};
	union ipsec_addr src = { .v4 = iph->saddr };

	return error(skb, &id, &src, iph->ihl * 4,
		     icmph->type == ICMP_DEST_UNREACH && icmph->code == ICMP_FRAG_NEEDED, info);
}

static int error6(struct sk_buff *skb, u8 proto, u8 type, int offset, __be32 info)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	struct ipsec_sa_id id = {
		.family = AF_INET6,
		.proto = proto,
	};
	union ipsec_addr src;

	memcpy(&src, &ip6h->saddr, sizeof(src));
	memcpy(&id.dst, &ip6h->daddr, sizeof(id.dst));
	return error(skb, &id, &src, offset, type == ICMPV6_PKT_TOOBIG, ntohl(info));
}

static int esp4_err(struct sk_buff *skb, u32 info)
{
	return error4(skb, IPPROTO_ESP, info);
}

static int ah4_err(struct sk_buff *skb, u32 info)
{
	return error4(skb, IPPROTO_AH, info);
}

static int esp6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		    int offset, __be32 info)
{
	return error6(skb, IPPROTO_ESP, type, offset, info);
}

static int ah6_err(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type, u8 code,
		   int offset, __be32 info)
{
	return error6(skb, IPPROTO_AH, type, offset, info);
}

#define HANDLERS(RCV, ERR) {		\
	.handler = RCV,			\
	.input_handler = encap_rcv,	\
	.cb_handler = native_done,	\
	.err_handler = ERR,		\
	.priority = PRIORITY,		\
}

static struct xfrm4_protocol esp4 = HANDLERS(esp_rcv, esp4_err);
static struct xfrm4_protocol ah4 = HANDLERS(ah_rcv, ah4_err);
static struct xfrm6_protocol esp6 = HANDLERS(esp_rcv, esp6_err);
static struct xfrm6_protocol ah6 = HANDLERS(ah_rcv, ah6_err);

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
