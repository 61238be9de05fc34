// SPDX-License-Identifier: GPL-2.0
/*
 * ESP in UDP (RFC 3948), so that it passes NAT.
 *
 *	IP header | UDP header | ESP header ...
 *
 * The UDP socket is that of the key manager, which has told the kernel so (UDP_ENCAP): the
 * kernel then gives us what begins with an SPI, keeps the key manager's own messages, which
 * begin with four zero bytes, for it, and swallows keepalives.
 */
#include <linux/icmpv6.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "event.h"
#include "skb.h"
#include "udpencap.h"

/* The sum that goes into the header above IP: 0 in its place, and over all behind @offset. */
static __sum16 upper_sum(const struct sk_buff *skb, unsigned int offset, u8 proto)
{
	unsigned int len = skb->len - offset;
	__wsum sum = skb_checksum(skb, offset, len, 0);

	if (ipsec_header_family(skb) == AF_INET6)
		return csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len, proto,
				       sum);
	return csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len, proto, sum);
}

/**
 * ipsec_udpencap_push() - put a UDP header before ESP
 * @skb: a packet that was just protected, its transport header is ESP's
 * @sa: the SA that has protected it; it has ports
 *
 * RFC 3948 2.1: in IPv4 the checksum is 0. IPv6 must have one (RFC 8200 8.1).
 *
 * Return: IPSEC_NO_DROP, or a drop reason.
 */
enum ipsec_stat ipsec_udpencap_push(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	unsigned int ip_len = skb_transport_offset(skb), len = sizeof(struct udphdr);
	struct ipsec_encap encap = READ_ONCE(sa->encap);
	struct udphdr *udph;

	if (ipsec_skb_writable(skb, len, 0))
		return IPSEC_OUT_NO_MEMORY;
	skb_push(skb, len);
	memmove(skb->data, skb->data + len, ip_len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_len);
	ipsec_skb_name(skb, IPPROTO_UDP);
	if (skb->len - ip_len > U16_MAX)
		return IPSEC_OUT_TOO_BIG;
	udph = udp_hdr(skb);
	udph->source = encap.sport;
	udph->dest = encap.dport;
	udph->len = htons(skb->len - ip_len);
	udph->check = 0;
	if (ipsec_header_family(skb) == AF_INET6)
		udph->check = upper_sum(skb, ip_len, IPPROTO_UDP) ?: CSUM_MANGLED_0;
	return IPSEC_NO_DROP;
}

/**
 * ipsec_udpencap_carried() - whether an ESP packet came in UDP
 * @skb: a packet on its way in, in front of its decapsulation
 *
 * Return: true if it did.
 */
bool ipsec_udpencap_carried(struct sk_buff *skb)
{
	return skb_network_header(skb)[ipsec_cb(skb)->named] == IPPROTO_UDP;
}

/**
 * ipsec_udpencap_expected() - whether a UDP packet holds ESP that an SA waits for
 * @inet: the namespace
 * @skb: a packet for this host, its data begins with its IP header
 * @key: its flow
 *
 * Such packets are authenticated later. The port must be that of the SA: an SPI alone, which
 * everybody can read on the wire, opens no way to other sockets of this host. RCU read-side
 * section.
 *
 * Return: true if there is such an SA.
 */
bool ipsec_udpencap_expected(struct ipsec_net *inet, const struct sk_buff *skb,
			     const struct ipsec_key *key)
{
	struct ipsec_sa_id id = { .family = key->family, .proto = IPPROTO_ESP, .dst = key->dst };
	struct ipsec_header header;
	const struct ipsec_sa *sa;
	const __be32 *spi;
	__be32 buffer;

	if (key->proto != IPPROTO_UDP || ipsec_sadb_empty(inet))
		return false;
	if (!ipsec_header_parse(skb, &header) || header.later)
		return false;
	spi = skb_header_pointer(skb, skb_network_offset(skb) + header.upper +
				 sizeof(struct udphdr), sizeof(buffer), &buffer);
	if (!spi || !*spi)
		return false;
	id.spi = *spi;
	sa = ipsec_sa_lookup(inet, &id, &key->src, skb->mark);
	return sa && sa->encap.dport == htons(key->dport);
}

/**
 * ipsec_udpencap_watch() - see whether NAT has given the peer another address or port
 * @sa: the SA, which has ports
 * @skb: an authenticated packet of it that came in UDP, in front of its decapsulation
 *
 * The key manager is told of each change once (RFC 7296 2.23). Softirq, or BH off.
 */
void ipsec_udpencap_watch(struct ipsec_sa *sa, struct sk_buff *skb)
{
	const struct udphdr *udph = (const struct udphdr *)(skb_network_header(skb) +
							    ipsec_cb(skb)->ip_len);
	struct ipsec_mapping mapping = { .port = udph->source };
	union ipsec_addr dst;

	ipsec_header_addrs(skb, &mapping.addr, &dst);
	if (ipsec_sa_moved(sa, &mapping))
		ipsec_event_sa_mapping(sa->inet, sa);
}

static bool sum_at(u8 proto, unsigned int *at)
{
	switch (proto) {
	case IPPROTO_TCP:
		*at = offsetof(struct tcphdr, check);
		return true;
	case IPPROTO_UDP:
		*at = offsetof(struct udphdr, check);
		return true;
	case IPPROTO_ICMPV6:
		*at = offsetof(struct icmp6hdr, icmp6_cksum);
		return true;
	default:
		return false;
	}
}

/**
 * ipsec_udpencap_checksum() - make the checksum of a transport mode packet right again
 * @skb: an authenticated packet, linear, behind its decapsulation
 *
 * RFC 3948 3.1.2: it was made for the addresses before NAT. They need not be known: what was
 * authenticated is right, so the sum is made anew. A UDP packet without one stays so.
 */
void ipsec_udpencap_checksum(struct sk_buff *skb)
{
	struct ipsec_header header;
	unsigned int at;
	__sum16 *sum;

	if (!ipsec_header_parse(skb, &header) || header.fragment ||
	    !sum_at(header.proto, &at) || header.upper + at + sizeof(*sum) > skb->len)
		return;
	sum = (__sum16 *)(skb_network_header(skb) + header.upper + at);
	if (header.proto == IPPROTO_UDP && !*sum)
		return;
	*sum = 0;
	*sum = upper_sum(skb, header.upper, header.proto);
	if (header.proto == IPPROTO_UDP && !*sum)
		*sum = CSUM_MANGLED_0;
}
