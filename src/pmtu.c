// SPDX-License-Identifier: GPL-2.0
/* Path MTU: what fits, and who is told when something does not (RFC 4301 8). */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>

#include "pmtu.h"
#include "sa.h"
#include "skb.h"
#include "udpencap.h"

/**
 * ipsec_pmtu_learn() - a router says that protected packets are too big (RFC 4301 8.2.1)
 * @sa: the SA that they belong to
 * @mtu: what fits, as the router says
 *
 * Softirq. Nobody has proved that it is true, so the limits are those that routes have.
 */
void ipsec_pmtu_learn(struct ipsec_sa *sa, unsigned int mtu)
{
	const struct net *net = sa->inet->net;
	unsigned long seconds;

	if (sa->id.family == AF_INET6) {
		mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
		seconds = READ_ONCE(net->ipv6.sysctl.ip6_rt_mtu_expires);
	} else {
		mtu = max_t(unsigned int, mtu, READ_ONCE(net->ipv4.ip_rt_min_pmtu));
		seconds = READ_ONCE(net->ipv4.ip_rt_mtu_expires);
	}
	WRITE_ONCE(sa->pmtu_expires, jiffies + seconds);
	WRITE_ONCE(sa->pmtu, mtu);
}

/**
 * ipsec_pmtu_outside() - the largest protected packet that fits a path
 * @sa: the outermost SA
 * @dst: the route of the protected packet
 *
 * What the route itself has learnt is about clear packets to the same address, and may be
 * what we told their sender: protected packets are always larger than that.
 *
 * Return: bytes, with the IP header.
 */
unsigned int ipsec_pmtu_outside(const struct ipsec_sa *sa, const struct dst_entry *dst)
{
	unsigned int mtu, learnt = READ_ONCE(sa->pmtu);

	mtu = dst->ops->family == AF_INET6 ? ip6_dst_mtu_maybe_forward(dst, true) :
					     ip_dst_mtu_maybe_forward(dst, true);
	if (likely(!learnt) || time_after_eq(jiffies, READ_ONCE(sa->pmtu_expires)))
		return mtu;
	return min(mtu, learnt);
}

/**
 * ipsec_pmtu_inside() - the largest packet that fits a path once an SA has protected it
 * @sa: the SA
 * @mode: enum nfipsec_mode, the one it is used in
 * @mtu: of the path, for the protected packet
 *
 * Exact for IP headers without options and extension headers.
 *
 * Return: bytes, with the IP header; 0 if nothing fits.
 */
unsigned int ipsec_pmtu_inside(const struct ipsec_sa *sa, u8 mode, unsigned int mtu)
{
	const unsigned int header = ipsec_header_len(sa->id.family);
	const unsigned int before = header + ipsec_udpencap_len(sa);
	unsigned int payload;

	if (mtu <= before)
		return 0;
	payload = sa->xform->payload_max(sa, mtu - before);
	if (!payload || mode == NFIPSEC_MODE_TUNNEL)
		return payload;
	/* Else the header is not part of the payload, but of the packet. */
	return payload + (mode == NFIPSEC_MODE_BEET ? ipsec_header_len(sa->selector->family) :
						      header);
}

/**
 * ipsec_pmtu_fits() - whether a packet needs nothing done about its size
 * @skb: a packet, maybe GSO
 * @mtu: from ipsec_pmtu_inside()
 *
 * Return: true if it fits.
 */
bool ipsec_pmtu_fits(struct sk_buff *skb, unsigned int mtu)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return skb->len <= mtu;
}

/**
 * ipsec_pmtu_tell() - send "fragmentation needed", or "packet too big", to who sent a packet
 * @skb: a packet that must not be fragmented, stays the caller's
 * @mtu: from ipsec_pmtu_inside()
 *
 * A local sender gets it through its own stack, so TCP repeats at once.
 */
void ipsec_pmtu_tell(struct sk_buff *skb, unsigned int mtu)
{
	if (ipsec_header_family(skb) == AF_INET6)
		icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	else
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
}
