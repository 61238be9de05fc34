// SPDX-License-Identifier: GPL-2.0
/*
 * A protected packet leaves this host like any other that it sends itself, but for what
 * the kernel has learnt about the path MTU: that is of clear packets to the same address,
 * and may be what we told their sender (pmtu.c). Protected ones are always larger.
 */
#include <linux/netfilter_ipv6.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/route.h>

#include "pmtu.h"
#include "send.h"
#include "skb.h"

/* IPv4 looks past what was learnt for packets that are forwarded. */
static void send_v4(struct net *net, struct sk_buff *skb)
{
	IPCB(skb)->flags &= ~IPSKB_REROUTED;
	IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED | IPSKB_FORWARDED;
	ip_local_out(net, skb->sk, skb);
}

/* IPv6 does not, so a packet that fits the link nevertheless is given to it here. */
static int to_neighbour(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct rt6_info *rt = (const struct rt6_info *)skb_dst(skb);
	unsigned int room = LL_RESERVED_SPACE(rt->dst.dev);
	struct neighbour *neigh;
	int err = -EINVAL;

	if (unlikely(skb_headroom(skb) < room)) {
		skb = skb_expand_head(skb, room);
		if (!skb) {
			ipsec_count(ipsec_net(net), IPSEC_OUT_NO_MEMORY);
			return -ENOMEM;
		}
	}
	rcu_read_lock();
	neigh = ip_neigh_gw6(rt->dst.dev, rt6_nexthop(rt, &ipv6_hdr(skb)->daddr));
	if (IS_ERR(neigh))
		ipsec_drop(ipsec_net(net), skb, IPSEC_OUT_NO_ROUTE, 0);
	else
		err = neigh_output(neigh, skb, false);
	rcu_read_unlock();
	return err;
}

static int past_learnt_mtu(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct net_device *dev = skb_dst(skb)->dev;

	/* A route that the firewall has chosen is asked in the usual way. */
	if (IP6CB(skb)->flags & IP6SKB_REROUTED)
		return dst_output(net, sk, skb);
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IPV6);
	return NF_HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, net, sk, skb, NULL, dev, to_neighbour);
}

static void send_v6(struct net *net, struct sk_buff *skb, unsigned int mtu)
{
	struct dst_entry *dst = skb_dst(skb);

	/* This host is the source of the packet, so it may fragment it (RFC 4301 8.2). */
	skb->ignore_df = 1;
	IP6CB(skb)->flags &= ~IP6SKB_REROUTED;
	IP6CB(skb)->flags |= IP6SKB_XFRM_TRANSFORMED | IP6SKB_FORWARDED;
	if (likely(skb->len <= dst_mtu(dst) || skb->len > mtu)) {
		ip6_local_out(net, skb->sk, skb);
		return;
	}
	skb->protocol = htons(ETH_P_IPV6);
	if (nf_hook(NFPROTO_IPV6, NF_INET_LOCAL_OUT, net, skb->sk, skb, NULL, dst->dev,
		    past_learnt_mtu) == 1)
		past_learnt_mtu(net, skb->sk, skb);
}

/**
 * ipsec_send() - send a protected packet
 * @skb: the packet, consumed; the bundle's child is its dst
 * @bundle: what has protected it
 *
 * BH off, RCU read-side section, to the end of which the bundle keeps its child.
 */
void ipsec_send(struct sk_buff *skb, const struct ipsec_bundle *bundle)
{
	const struct ipsec_sa *outermost = bundle->sa[bundle->n - 1];
	struct net *net = bundle->inet->net;

	if (ipsec_header_family(skb) == AF_INET6)
		send_v6(net, skb, ipsec_pmtu_outside(outermost, bundle->xdst.child));
	else
		send_v4(net, skb);
}
