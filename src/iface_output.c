// SPDX-License-Identifier: GPL-2.0
/*
 * What is routed into a link of kind xfrm. It has been through all netfilter hooks in clear, as
 * a packet that leaves by that device, and is not asked again: what has the link's if_id protects
 * it, or it is dropped.
 */
#include <linux/icmpv6.h>
#include <net/dst_metadata.h>
#include <net/icmp.h>

#include "bundle.h"
#include "couple.h"
#include "hold.h"
#include "iface_output.h"
#include "output.h"
#include "pmtu.h"
#include "related.h"
#include "skb.h"

#define LINKS_MAX	3	/* links that lead through each other */

/* How many of them a packet is in. */
static DEFINE_PER_CPU(unsigned int, links_entered);

/* Which policies are for a packet: its link says so, or its route. */
static void link_tag(const struct ipsec_iface *iface, const struct sk_buff *skb,
		     struct ipsec_key *key)
{
	const struct xfrm_md_info *info;

	if (likely(iface->if_id)) {
		ipsec_flow_link(iface->inet, key, iface->if_id, iface->link);
		return;
	}
	info = skb_xfrm_md_info(skb);
	if (info)
		ipsec_flow_link(iface->inet, key, info->if_id, info->link);
}

/* Return: false: neither IPv4 nor IPv6, or cut off. */
static bool link_key(const struct ipsec_iface *iface, const struct sk_buff *skb,
		     struct ipsec_key *key)
{
	if (skb->protocol != htons(ETH_P_IP) && skb->protocol != htons(ETH_P_IPV6))
		return false;
	if (!ipsec_flow_key(skb, key))
		return false;
	link_tag(iface, skb, key);
	ipsec_flow_mark(iface->inet, key, skb->mark);
	return true;
}

/* The flow of a packet that is to be protected, or NULL. */
static struct ipsec_flow *link_flow(struct ipsec_net *inet, const struct sk_buff *skb,
				    struct ipsec_key *key, enum ipsec_stat *reason)
{
	struct ipsec_flow *flow = ipsec_related_flow(inet, NFIPSEC_DIR_OUT, skb, key, reason);

	if (!flow)
		return NULL;
	*reason = IPSEC_OUT_LINK_POLICY;
	if (!flow->policy)
		return NULL;
	ipsec_policy_count(flow->policy, skb->len);
	if (flow->policy->action == NFIPSEC_ACTION_DISCARD)
		*reason = ipsec_couple_discards(flow->policy, NFIPSEC_DIR_OUT);
	return flow->policy->action == NFIPSEC_ACTION_PROTECT ? flow : NULL;
}

/* The sender is told, in the namespace that it sends in, before the packet leaves that. */
static void tell_too_big(struct sk_buff *skb, unsigned int mtu)
{
	skb_dst_update_pmtu_no_confirm(skb, mtu);
	if (ipsec_header_family(skb) == AF_INET6)
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	else
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
}

/* There is no SA yet. A link has no clear text to let pass meanwhile. */
static enum ipsec_stat wait_for_sa(struct ipsec_iface *iface, struct ipsec_flow *flow,
				   struct sk_buff *skb)
{
	if (!ipsec_hold_wanted(iface->inet, flow))
		return IPSEC_OUT_NO_SA;
	if (ipsec_hold_full(iface->inet, flow))
		return IPSEC_OUT_HOLD_FULL;
	ipsec_count(iface->inet, IPSEC_OUT_OFFERED);
	ipsec_iface_scrub(iface, skb);
	ipsec_output_wait(iface->inet, skb, flow);
	return IPSEC_NO_DROP;
}

static enum ipsec_stat protect(struct ipsec_iface *iface, struct ipsec_bundle *bundle,
			       struct sk_buff *skb)
{
	unsigned int mtu = ipsec_bundle_mtu(bundle);

	ipsec_count(iface->inet, IPSEC_OUT_OFFERED);
	if (!ipsec_pmtu_fits(skb, mtu) && !ipsec_output_may_fragment(skb, bundle)) {
		tell_too_big(skb, mtu);
		return IPSEC_OUT_TOO_BIG;
	}
	ipsec_iface_scrub(iface, skb);
	skb_dst_set_noref(skb, ipsec_bundle_dst(bundle));
	skb->dev = ipsec_bundle_dst(bundle)->dev;
	ipsec_output_bundle(iface->inet, skb_to_full_sk(skb), skb);
	return IPSEC_NO_DROP;
}

/* Return: IPSEC_NO_DROP: consumed; or why the packet is to be dropped. */
static enum ipsec_stat transmit(struct ipsec_iface *iface, struct sk_buff *skb)
{
	enum ipsec_stat reason = IPSEC_OUT_HEADER;
	struct ipsec_bundle *bundle;
	struct ipsec_flow *flow;
	struct ipsec_key key;

	if (!link_key(iface, skb, &key))
		return reason;
	if (!key.if_id)
		return IPSEC_OUT_LINK_POLICY;
	flow = link_flow(iface->inet, skb, &key, &reason);
	if (!flow)
		return reason;
	bundle = ipsec_bundle_get(iface->inet, flow, &reason);
	if (bundle)
		return protect(iface, bundle, skb);
	return reason == IPSEC_OUT_NO_SA ? wait_for_sa(iface, flow, skb) : reason;
}

/*
 * A link may lead through another one. Two that lead through each other would exhaust the stack
 * before the packet is too large for either.
 */
static enum ipsec_stat enter(struct ipsec_iface *iface, struct sk_buff *skb)
{
	enum ipsec_stat reason = IPSEC_OUT_LINK_LOOP;

	if (this_cpu_inc_return(links_entered) <= LINKS_MAX)
		reason = transmit(iface, skb);
	this_cpu_dec(links_entered);
	return reason;
}

static void count_failed(struct net_device *dev, struct sk_buff *skb, enum ipsec_stat reason)
{
	DEV_STATS_INC(dev, tx_errors);
	DEV_STATS_INC(dev, tx_dropped);
	if (reason == IPSEC_OUT_TOO_BIG)
		return;
	if (reason == IPSEC_OUT_LINK_LOOP) {
		DEV_STATS_INC(dev, collisions);
		return;
	}
	DEV_STATS_INC(dev, tx_carrier_errors);
	dst_link_failure(skb);
}

/**
 * ipsec_iface_xmit() - protect a packet that was routed into a link
 * @skb: the packet, consumed
 * @dev: the link
 *
 * BH off.
 *
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t ipsec_iface_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct ipsec_iface *iface = netdev_priv(dev);
	unsigned int len = skb->len;
	enum ipsec_stat reason;

	ipsec_book(iface->inet, IPSEC_OUT_SEEN, ipsec_bytes(skb));
	/* What is there is the queue's; it becomes the IP layer's, whose packet this is again. */
	memset(skb->cb, 0, sizeof(skb->cb));
	rcu_read_lock();
	reason = enter(iface, skb);
	rcu_read_unlock();
	if (!reason) {
		dev_sw_netstats_tx_add(dev, 1, len);
		return NETDEV_TX_OK;
	}
	count_failed(dev, skb, reason);
	ipsec_drop(iface->inet, skb, reason, 0);
	return NETDEV_TX_OK;
}
