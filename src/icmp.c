// SPDX-License-Identifier: GPL-2.0
/* What senders are told of packets that cannot be sent. A local one hears it from its own stack. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/checksum.h>
#include <net/icmp.h>
#include <net/ip6_route.h>
#include <net/route.h>

#include "bundle.h"
#include "icmp.h"
#include "quote.h"
#include "skb.h"

/**
 * ipsec_icmp_too_big() - send "fragmentation needed", or "packet too big", to who sent a packet
 * @skb: a packet that must not be fragmented, stays the caller's
 * @mtu: from ipsec_pmtu_inside()
 *
 * TCP of this host repeats at once.
 */
void ipsec_icmp_too_big(struct sk_buff *skb, unsigned int mtu)
{
	if (ipsec_header_family(skb) == AF_INET6)
		icmpv6_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	else
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
}

/* What would protect the packet that an error is about; NULL: nothing, now. */
static struct ipsec_bundle *quoted_bundle(struct ipsec_net *inet, const struct sk_buff *skb,
					  const struct ipsec_quote *quote,
					  const struct net_device *dev)
{
	enum ipsec_stat reason;
	struct ipsec_flow *flow;
	struct ipsec_key key;

	if (!ipsec_flow_quoted(skb, quote, &key))
		return NULL;
	ipsec_flow_scope(&key, dev);
	ipsec_flow_mark(inet, &key, skb->mark);
	flow = ipsec_flow_lookup(inet, NFIPSEC_DIR_OUT, &key);
	if (!flow->policy || flow->policy->action != NFIPSEC_ACTION_PROTECT)
		return NULL;
	return ipsec_bundle_get(inet, flow, &reason);
}

static void set_mtu(struct sk_buff *skb, const struct ipsec_quote *quote, unsigned int mtu)
{
	struct icmp6hdr *icmp6h;
	struct icmphdr *icmph;

	if (skb_ensure_writable(skb, quote->at))
		return;
	if (quote->family == AF_INET6) {
		icmp6h = (struct icmp6hdr *)(skb->data + quote->icmp);
		csum_replace4(&icmp6h->icmp6_cksum, icmp6h->icmp6_mtu, htonl(mtu));
		icmp6h->icmp6_mtu = htonl(mtu);
	} else {
		icmph = (struct icmphdr *)(skb->data + quote->icmp);
		csum_replace2(&icmph->checksum, icmph->un.frag.mtu, htons(mtu));
		icmph->un.frag.mtu = htons(mtu);
	}
}

/**
 * ipsec_icmp_exact() - say at once what fits, in an error that this host sends
 * @inet: the namespace
 * @skb: a packet that it sends, of its own; it begins with its IP header
 * @dev: the device that it leaves by
 *
 * The kernel compares what it forwards with the MTU of the route in clear before it asks any
 * policy, and says that; its sender would hear of the SA's overhead with the next packet only.
 * BH off, RCU read-side section.
 */
void ipsec_icmp_exact(struct ipsec_net *inet, struct sk_buff *skb, const struct net_device *dev)
{
	const struct ipsec_bundle *bundle;
	struct ipsec_quote quote;
	unsigned int mtu;

	if (!ipsec_quote_parse(skb, &quote) || !quote.too_big)
		return;
	bundle = quoted_bundle(inet, skb, &quote, dev);
	if (!bundle)
		return;
	mtu = ipsec_bundle_mtu(bundle);
	if (mtu < quote.mtu)
		set_mtu(skb, &quote, mtu);
}

/* Where it would have left, without which nobody can say who tells its sender. */
static struct dst_entry *route_of(struct ipsec_net *inet, const struct sk_buff *skb, u32 scope)
{
	struct flowi4 fl4 = { .flowi4_oif = scope, .flowi4_mark = skb->mark };
	struct flowi6 fl6 = { .flowi6_oif = scope, .flowi6_mark = skb->mark };
	struct rtable *rt;

	if (ipsec_header_family(skb) == AF_INET6) {
		fl6.daddr = ipv6_hdr(skb)->daddr;
		return ip6_route_output(inet->net, NULL, &fl6);
	}
	fl4.daddr = ip_hdr(skb)->daddr;
	rt = ip_route_output_key(inet->net, &fl4);
	return IS_ERR(rt) ? NULL : &rt->dst;
}

/**
 * ipsec_icmp_unreachable() - send "host unreachable" to who sent a packet
 * @skb: the packet, stays the caller's
 */
void ipsec_icmp_unreachable(struct sk_buff *skb)
{
	if (ipsec_header_family(skb) == AF_INET6)
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
	else
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
}

/**
 * ipsec_icmp_unreachable_late() - the same for a packet that was held
 * @inet: the namespace
 * @skb: a packet without route and device, stays the caller's
 * @scope: struct ipsec_key.scope of the packet
 *
 * Any context.
 */
void ipsec_icmp_unreachable_late(struct ipsec_net *inet, struct sk_buff *skb, u32 scope)
{
	struct dst_entry *route = route_of(inet, skb, scope);

	if (!route)
		return;
	skb_dst_set(skb, route);
	skb->dev = route->dev;
	ipsec_icmp_unreachable(skb);
	skb_dst_drop(skb);
	skb->dev = NULL;
}
