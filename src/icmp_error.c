// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about packets that this host has protected (RFC 4301 6.1.1, 8.2.1): a router on
 * their way says that they are too big, or that they did not arrive.
 *
 * Nobody has authenticated such an error, so it must show that its sender has seen a packet of
 * ours not long ago (RFC 5927 4): the addresses, and the ports of ESP in UDP, the SPI, and a
 * sequence number among those that were sent last. All that it can do then is to lower the path
 * MTU of that one SA, within bounds, for a while.
 *
 * They come here behind the policies and the firewall: who does not want such errors drops them
 * there. That is where those about ESP in UDP can be seen as well, which the kernel gives to
 * nobody but the socket.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <net/ah.h>
#include <net/esp.h>
#include <net/udp.h>

#include "event.h"
#include "header.h"
#include "icmp_error.h"
#include "pmtu.h"
#include "quote.h"
#include "sa.h"
#include "skb.h"

/*
 * How many packets an SA may have sent since the one that an error is about: some round trips of
 * a fast one.
 */
#define RECENT	1000000

/**
 * struct quoted - what an error shows of a protected packet
 * @id: name of its SA
 * @src: its source
 * @seq: low half of its sequence number
 * @encap: ports of ESP in UDP, or zero
 */
struct quoted {
	struct ipsec_sa_id id;
	union ipsec_addr src;
	u32 seq;
	struct ipsec_encap encap;
};

static bool read_ports(const struct sk_buff *skb, int at, struct ipsec_encap *encap)
{
	const struct udphdr *udph;
	struct udphdr buffer;

	udph = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!udph)
		return false;
	encap->sport = udph->source;
	encap->dport = udph->dest;
	return true;
}

/* AH and ESP alike have the sequence number behind the SPI. */
static bool read_numbers(const struct sk_buff *skb, int at, struct quoted *quoted)
{
	const __be32 *numbers;
	__be32 buffer[2];

	if (quoted->id.proto == IPPROTO_AH)
		at += offsetof(struct ip_auth_hdr, spi);
	numbers = skb_header_pointer(skb, at, sizeof(buffer), buffer);
	if (!numbers)
		return false;
	quoted->id.spi = numbers[0];
	quoted->seq = ntohl(numbers[1]);
	return true;
}

/* Return: false if the packet is not ESP or AH, or too little of it is there. */
static bool read_quoted(const struct sk_buff *skb, const struct ipsec_quote *quote,
			struct quoted *quoted)
{
	struct ipsec_header header;
	int at;

	memset(quoted, 0, sizeof(*quoted));
	if (!ipsec_header_parse_at(skb, quote->at, &header) || header.later ||
	    header.family != quote->family ||
	    !ipsec_header_addrs_at(skb, quote->at, header.family, &quoted->src, &quoted->id.dst))
		return false;
	at = quote->at + header.upper;
	quoted->id.family = header.family;
	quoted->id.proto = header.proto;
	if (header.proto == IPPROTO_UDP) {
		if (!read_ports(skb, at, &quoted->encap))
			return false;
		quoted->id.proto = IPPROTO_ESP;
		at += sizeof(struct udphdr);
	}
	return ipsec_skb_is_ipsec(quoted->id.proto) && read_numbers(skb, at, quoted);
}

/* Whether an SA has sent a packet not long ago. */
static bool has_sent(const struct ipsec_sa *sa, const struct quoted *quoted)
{
	u64 sent = atomic64_read(&sa->seq);
	u32 since = (u32)sent - quoted->seq;

	return since < RECENT && since < sent &&
	       !ipsec_addr_cmp(&sa->src, &quoted->src, quoted->id.family);
}

static bool has_ports(const struct ipsec_sa *sa, const struct quoted *quoted)
{
	struct ipsec_encap encap = READ_ONCE(sa->encap);

	return encap.sport == quoted->encap.sport && encap.dport == quoted->encap.dport;
}

static bool is_intact(struct sk_buff *skb, const struct ipsec_quote *quote)
{
	return !nf_checksum(skb, NF_INET_LOCAL_IN, quote->icmp,
			    quote->family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
			    quote->family);
}

static bool believe(struct ipsec_sa *sa, struct sk_buff *skb, const struct ipsec_quote *quote,
		    const struct quoted *quoted, const union ipsec_addr *router)
{
	if (!has_sent(sa, quoted) || !is_intact(skb, quote))
		return false;
	return !quote->too_big ||
	       ipsec_pmtu_learn(sa, quote->mtu, ipsec_quote_len(skb, quote), router);
}

/* RFC 2003 4.3: one that has lived too long goes round on its way to the end of the tunnel. */
static bool is_unreachable(const struct ipsec_quote *quote)
{
	if (quote->family == AF_INET6)
		return quote->type == ICMPV6_DEST_UNREACH || quote->type == ICMPV6_TIME_EXCEED;
	return !quote->too_big &&
	       (quote->type == ICMP_DEST_UNREACH || quote->type == ICMP_TIME_EXCEEDED);
}

/* Nobody reads more than one a second. */
static void tell(struct ipsec_net *inet, struct ipsec_sa *sa, const struct ipsec_quote *quote,
		 const union ipsec_addr *router)
{
	unsigned long told = READ_ONCE(sa->icmp_told), now = jiffies ?: 1;

	if (told && time_before(now, told + HZ))
		return;
	if (cmpxchg(&sa->icmp_told, told, now) == told)
		ipsec_event_sa_icmp(inet, sa, quote, router);
}

/* The SA that has protected the packet which an error is about, if it seems to be one of ours. */
static struct ipsec_sa *quoted_sa(struct ipsec_net *inet, const struct sk_buff *skb,
				  const struct ipsec_quote *quote, struct quoted *quoted)
{
	struct ipsec_sa *sa;

	if (!read_quoted(skb, quote, quoted))
		return NULL;
	sa = ipsec_sa_lookup(inet, &quoted->id, &quoted->src, skb->mark);
	return sa && has_ports(sa, quoted) ? sa : NULL;
}

/**
 * ipsec_icmp_error_expected() - whether a packet is an error about one that an SA has protected
 * @inet: the namespace
 * @skb: a packet for this host
 *
 * RCU read-side section. Whether it can be true is seen later, by ipsec_icmp_error().
 *
 * Return: true if it is.
 */
bool ipsec_icmp_error_expected(struct ipsec_net *inet, const struct sk_buff *skb)
{
	struct ipsec_quote quote;
	struct quoted quoted;

	return ipsec_quote_parse(skb, &quote) && quoted_sa(inet, skb, &quote, &quoted);
}

/**
 * ipsec_icmp_error() - look at a packet that may be an error about one of ours
 * @inet: the namespace
 * @skb: a packet for this host which the policies and the firewall let in; stays the caller's
 *
 * Softirq, RCU read-side section. Its data begins with its IP header. The rest of the kernel
 * gets the error as well.
 */
void ipsec_icmp_error(struct ipsec_net *inet, struct sk_buff *skb)
{
	union ipsec_addr router, here;
	struct ipsec_quote quote;
	struct quoted quoted;
	struct ipsec_sa *sa;

	if (!ipsec_quote_parse(skb, &quote))
		return;
	sa = quoted_sa(inet, skb, &quote, &quoted);
	if (!sa)
		return;
	ipsec_header_addrs(skb, &router, &here);
	if (!believe(sa, skb, &quote, &quoted, &router)) {
		ipsec_count(inet, IPSEC_IN_ICMP_REFUSED);
		return;
	}
	ipsec_count(inet, quote.too_big ? IPSEC_IN_ICMP_PMTU : IPSEC_IN_ICMP_OTHER);
	if (is_unreachable(&quote))
		WRITE_ONCE(sa->unreachable, jiffies ?: 1);
	tell(inet, sa, &quote, &router);
}
