// SPDX-License-Identifier: GPL-2.0
/* Path MTU: what fits (RFC 4301 8). */
#include <net/gso.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/lwtunnel.h>

#include "pmtu.h"
#include "sa.h"
#include "skb.h"
#include "udpencap.h"

/*
 * RFC 1191 7: the links that a router may mean which does not say what fits, as it is older than
 * that. What is below the least that is believed needs no entry.
 */
static const u16 plateaus[] = { 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508 };

static unsigned int plateau_below(unsigned int len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plateaus) - 1 && plateaus[i] >= len; i++)
		;
	return plateaus[i];
}

/* What a router means that cannot pass on a packet of some length; 0: it cannot be true. */
static unsigned int believable(const struct ipsec_sa *sa, unsigned int mtu, unsigned int len)
{
	const struct net *net = sa->inet->net;

	/* RFC 8201 4: an error that tells less than every link must pass is discarded. */
	if (sa->id.family == AF_INET6)
		return mtu >= IPV6_MIN_MTU && mtu < len ? mtu : 0;
	if (!mtu)
		mtu = plateau_below(len);
	mtu = max_t(unsigned int, mtu, READ_ONCE(net->ipv4.ip_rt_min_pmtu));
	return mtu < len ? mtu : 0;
}

static unsigned long lifetime(const struct ipsec_sa *sa)
{
	const struct net *net = sa->inet->net;

	return sa->id.family == AF_INET6 ? READ_ONCE(net->ipv6.sysctl.ip6_rt_mtu_expires) :
					   READ_ONCE(net->ipv4.ip_rt_mtu_expires);
}

/* What was learnt and still holds, or 0. */
static unsigned int learnt(const struct ipsec_sa *sa)
{
	unsigned int mtu = READ_ONCE(sa->pmtu.mtu);

	if (likely(!mtu) || time_after_eq(jiffies, READ_ONCE(sa->pmtu.expires)))
		return 0;
	return mtu;
}

/**
 * ipsec_pmtu_learn() - a router says that a protected packet is too big (RFC 4301 8.2.1)
 * @sa: the SA that has protected it
 * @mtu: what fits, as the router says; 0: it does not say
 * @len: how long the packet was
 * @router: who says so
 *
 * Softirq. Nobody has proved that it is true, so the limits are those that routes have, and it is
 * forgotten when routes forget. Until then it only becomes smaller.
 *
 * Return: false if it cannot be true.
 */
bool ipsec_pmtu_learn(struct ipsec_sa *sa, unsigned int mtu, unsigned int len,
		      const union ipsec_addr *router)
{
	unsigned int known;

	mtu = believable(sa, mtu, len);
	if (!mtu)
		return false;
	spin_lock(&sa->pmtu_lock);
	known = learnt(sa);
	if (!known || mtu <= known) {
		sa->pmtu.since = jiffies;
		sa->pmtu.router = *router;
		WRITE_ONCE(sa->pmtu.expires, jiffies + lifetime(sa));
		WRITE_ONCE(sa->pmtu.mtu, mtu);
	}
	spin_unlock(&sa->pmtu_lock);
	return true;
}

/**
 * ipsec_pmtu_learnt() - what an SA has learnt of its path
 * @sa: the SA
 * @pmtu: filled
 *
 * Any context.
 *
 * Return: false if nothing that still holds.
 */
bool ipsec_pmtu_learnt(struct ipsec_sa *sa, struct ipsec_pmtu *pmtu)
{
	bool holds;

	spin_lock_bh(&sa->pmtu_lock);
	*pmtu = sa->pmtu;
	holds = learnt(sa);
	spin_unlock_bh(&sa->pmtu_lock);
	return holds;
}

/* As the kernel reads it for what it forwards, but for what it has locked as it was told so. */
static unsigned int route_mtu4(const struct net *net, const struct dst_entry *dst)
{
	unsigned int mtu = dst_metric_raw(dst, RTAX_MTU);

	if (READ_ONCE(net->ipv4.sysctl_ip_fwd_use_pmtu))
		return ip_dst_mtu_maybe_forward(dst, true);
	if (!mtu)
		mtu = min_t(unsigned int, READ_ONCE(dst->dev->mtu), IP_MAX_MTU);
	return mtu - lwtunnel_headroom(dst->lwtstate, mtu);
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
	unsigned int mtu, said = learnt(sa);

	mtu = dst->ops->family == AF_INET6 ? ip6_dst_mtu_maybe_forward(dst, true) :
					     route_mtu4(sa->inet->net, dst);
	return likely(!said) ? mtu : min(mtu, said);
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
