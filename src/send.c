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

#include "send.h"
#include "skb.h"

static struct neighbour *neighbour_of(struct sk_buff *skb, bool *is_v6)
{
	struct dst_entry *dst = skb_dst(skb);

	*is_v6 = dst->ops->family == AF_INET6;
	if (!*is_v6)
		return ip_neigh_for_gw((struct rtable *)dst, skb, is_v6);
	return ip_neigh_gw6(dst->dev, rt6_nexthop((const struct rt6_info *)dst,
						  &ipv6_hdr(skb)->daddr));
}

/* The packet was counted as protected: one that is lost here is seen once more. */
static int to_neighbour(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	unsigned int room = LL_RESERVED_SPACE(skb_dst(skb)->dev), len = skb->len;
	struct neighbour *neigh;
	int err = -EINVAL;
	bool is_v6;

	if (unlikely(skb_headroom(skb) < room)) {
		skb = skb_expand_head(skb, room);
		if (!skb) {
			ipsec_book(ipsec_net(net), IPSEC_OUT_SEEN, len);
			ipsec_book(ipsec_net(net), IPSEC_OUT_NO_MEMORY, len);
			return -ENOMEM;
		}
	}
	rcu_read_lock();
	neigh = neighbour_of(skb, &is_v6);
	if (IS_ERR(neigh)) {
		ipsec_book(ipsec_net(net), IPSEC_OUT_SEEN, len);
		ipsec_drop(ipsec_net(net), skb, IPSEC_OUT_NO_ROUTE, 0);
	} else {
		err = neigh_output(neigh, skb, is_v6);
	}
	rcu_read_unlock();
	return err;
}

static int past_learnt_mtu(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct net_device *dev = skb_dst(skb)->dev;
	bool is_v6 = skb->protocol == htons(ETH_P_IPV6);

	/* A route that the firewall has chosen is asked in the usual way. */
	if (is_v6 ? IP6CB(skb)->flags & IP6SKB_REROUTED : IPCB(skb)->flags & IPSKB_REROUTED)
		return dst_output(net, sk, skb);
	skb->dev = dev;
	return NF_HOOK(is_v6 ? NFPROTO_IPV6 : NFPROTO_IPV4, NF_INET_POST_ROUTING, net, sk, skb,
		       NULL, dev, to_neighbour);
}

/* A packet that fits the link, although the kernel has learnt that it does not fit the path. */
static void send_past(struct net *net, struct sk_buff *skb, u8 family)
{
	if (nf_hook(family, NF_INET_LOCAL_OUT, net, skb->sk, skb, NULL, skb_dst(skb)->dev,
		    past_learnt_mtu) == 1)
		past_learnt_mtu(net, skb->sk, skb);
}

/*
 * IPv4 looks past what was learnt for packets that are forwarded, but for what is locked: less than
 * net.ipv4.route.min_pmtu, which anybody can have told with one ICMP error about UDP.
 */
static void send_v4(struct net *net, struct sk_buff *skb, const struct ipsec_bundle *bundle)
{
	const struct dst_entry *dst = skb_dst(skb);

	IPCB(skb)->flags &= ~IPSKB_REROUTED;
	IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED | IPSKB_FORWARDED;
	if (likely(!ip_mtu_locked(dst)) || skb->len <= ip_dst_mtu_maybe_forward(dst, true) ||
	    skb->len > ipsec_bundle_outside(bundle)) {
		ip_local_out(net, skb->sk, skb);
		return;
	}
	skb->protocol = htons(ETH_P_IP);
	ipsec_header_set_len(skb);
	ip_send_check(ip_hdr(skb));
	send_past(net, skb, NFPROTO_IPV4);
}

/* The kernel's route knows nothing of what the SA has learnt: cut the packet to that. */
static void send_pieces_v6(struct net *net, struct sk_buff *skb, unsigned int mtu)
{
	IP6CB(skb)->frag_max_size = min(mtu, dst_mtu(skb_dst(skb)));
	ip6_local_out(net, skb->sk, skb);
}

static void send_v6(struct net *net, struct sk_buff *skb, const struct ipsec_bundle *bundle)
{
	unsigned int mtu = ipsec_bundle_outside(bundle);

	/* This host is the source of the packet, so it may fragment it (RFC 4301 8.2). */
	skb->ignore_df = 1;
	IP6CB(skb)->flags &= ~IP6SKB_REROUTED;
	IP6CB(skb)->flags |= IP6SKB_XFRM_TRANSFORMED | IP6SKB_FORWARDED;
	if (unlikely(skb->len > mtu))
		return send_pieces_v6(net, skb, mtu);
	if (likely(skb->len <= dst_mtu(skb_dst(skb)))) {
		ip6_local_out(net, skb->sk, skb);
		return;
	}
	skb->protocol = htons(ETH_P_IPV6);
	send_past(net, skb, NFPROTO_IPV6);
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
	struct net *net = bundle->inet->net;

	if (ipsec_header_family(skb) == AF_INET6)
		send_v6(net, skb, bundle);
	else
		send_v4(net, skb, bundle);
}
