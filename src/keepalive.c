// SPDX-License-Identifier: GPL-2.0
/*
 * NAT keepalives (RFC 3948 2.3): a UDP packet with one byte, 0xff, where an SA has sent nothing for
 * a while, so that NAT goes on to know its peer. Who receives it throws it away.
 */
#include <linux/slab.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/udp.h>

#include "clock.h"
#include "event.h"
#include "keepalive.h"
#include "sa.h"
#include "skb.h"

#define TICK	HZ	/* intervals are in seconds */

/**
 * struct ipsec_keepalives - the SAs of a namespace that send keepalives
 * @inet: the namespace [I]
 * @sas: those SAs [C]
 * @work: looks at them once a second, while there are any
 */
struct ipsec_keepalives {
	struct ipsec_net *inet;
	struct list_head sas;
	struct delayed_work work;
};

/* The packet without its IP header. */
static struct sk_buff *message(const struct ipsec_encap *encap)
{
	struct sk_buff *skb = alloc_skb(LL_MAX_HEADER + sizeof(struct ipv6hdr) +
					sizeof(struct udphdr) + 1, GFP_KERNEL);
	struct udphdr *udph;

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER + sizeof(struct ipv6hdr));
	udph = skb_put(skb, sizeof(*udph));
	skb_put_u8(skb, 0xff);
	udph->source = encap->sport;
	udph->dest = encap->dport;
	udph->len = htons(skb->len);
	udph->check = 0;
	skb_reset_transport_header(skb);
	return skb;
}

/* An SA of which the source is not here is one that others send with. */
static void send_v4(struct ipsec_sa *sa, struct sk_buff *skb)
{
	struct flowi4 fl4 = {
		.saddr = sa->src.v4,
		.daddr = sa->id.dst.v4,
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_mark = skb->mark,
	};
	struct rtable *rt = ip_route_output_key(sa->inet->net, &fl4);
	struct iphdr *iph;

	if (IS_ERR(rt)) {
		kfree_skb(skb);
		return;
	}
	skb_dst_set(skb, &rt->dst);
	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->ttl = ip4_dst_hoplimit(&rt->dst);
	iph->protocol = IPPROTO_UDP;
	iph->saddr = fl4.saddr;
	iph->daddr = fl4.daddr;
	ip_select_ident(sa->inet->net, skb, NULL);
	IPCB(skb)->flags |= IPSKB_XFRM_TRANSFORMED;
	ipsec_count(sa->inet, IPSEC_OUT_KEEPALIVES);
	ip_local_out(sa->inet->net, NULL, skb);
}

static void send_v6(struct ipsec_sa *sa, struct sk_buff *skb)
{
	struct flowi6 fl6 = {
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_mark = skb->mark,
	};
	unsigned int len = skb->len;
	struct dst_entry *dst;
	struct ipv6hdr *ip6h;

	memcpy(&fl6.saddr, &sa->src, sizeof(fl6.saddr));
	memcpy(&fl6.daddr, &sa->id.dst, sizeof(fl6.daddr));
	dst = ip6_route_output(sa->inet->net, NULL, &fl6);
	skb_dst_set(skb, dst);
	if (dst->error || !ipv6_chk_addr(sa->inet->net, &fl6.saddr, NULL, 0)) {
		kfree_skb(skb);
		return;
	}
	udp_hdr(skb)->check = csum_ipv6_magic(&fl6.saddr, &fl6.daddr, len, IPPROTO_UDP,
					      csum_partial(skb->data, len, 0)) ?: CSUM_MANGLED_0;
	ip6h = skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->hop_limit = ip6_dst_hoplimit(dst);
	ip6h->nexthdr = IPPROTO_UDP;
	ip6h->saddr = fl6.saddr;
	ip6h->daddr = fl6.daddr;
	IP6CB(skb)->flags |= IP6SKB_XFRM_TRANSFORMED;
	ipsec_count(sa->inet, IPSEC_OUT_KEEPALIVES);
	ip6_local_out(sa->inet->net, NULL, skb);
}

static void send(struct ipsec_sa *sa)
{
	struct ipsec_encap encap = READ_ONCE(sa->encap);
	struct sk_buff *skb = message(&encap);

	if (!skb)
		return;
	/* That of the packets which the SA protects. */
	skb->mark = ipsec_mark_apply(0, &sa->set_mark);
	if (sa->id.family == AF_INET6)
		send_v6(sa, skb);
	else
		send_v4(sa, skb);
}

static bool is_silent(const struct ipsec_sa *sa)
{
	struct ipsec_sa_sums sums;

	ipsec_sa_sum(sa, &sums);
	return ipsec_clock_seconds(max3(sums.use_time, sa->kept_time, sa->add_time)) >=
	       sa->keepalive;
}

static void keepalive_work(struct work_struct *work)
{
	struct ipsec_keepalives *keepalives = container_of(to_delayed_work(work),
							   struct ipsec_keepalives, work);
	struct ipsec_sa *sa;

	mutex_lock(&keepalives->inet->config);
	list_for_each_entry(sa, &keepalives->sas, keepalive_node) {
		if (READ_ONCE(sa->use) != IPSEC_SA_SENDS || !is_silent(sa))
			continue;
		sa->kept_time = ipsec_clock_now();
		send(sa);
	}
	if (!list_empty(&keepalives->sas))
		queue_delayed_work(ipsec_wq, &keepalives->work, TICK);
	mutex_unlock(&keepalives->inet->config);
}

/**
 * ipsec_keepalive_init() - begin with a new namespace, which has no SAs
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_keepalive_init(struct ipsec_net *inet)
{
	struct ipsec_keepalives *keepalives = kzalloc(sizeof(*keepalives), GFP_KERNEL);

	if (!keepalives)
		return -ENOMEM;
	keepalives->inet = inet;
	INIT_LIST_HEAD(&keepalives->sas);
	INIT_DELAYED_WORK(&keepalives->work, keepalive_work);
	inet->keepalives = keepalives;
	return 0;
}

/**
 * ipsec_keepalive_exit() - end with a namespace
 * @inet: a namespace that has no SAs any more
 */
void ipsec_keepalive_exit(struct ipsec_net *inet)
{
	cancel_delayed_work_sync(&inet->keepalives->work);
	kfree(inet->keepalives);
}

static void keepalive_sa_added(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	if (!sa->keepalive)
		return;
	list_add_tail(&sa->keepalive_node, &inet->keepalives->sas);
	queue_delayed_work(ipsec_wq, &inet->keepalives->work, TICK);
}

static void keepalive_sa_gone(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	list_del_init(&sa->keepalive_node);
}

static struct ipsec_listener keepalive_listener = {
	.sa_added = keepalive_sa_added,
	.sa_gone = keepalive_sa_gone,
};

/**
 * ipsec_keepalive_listen() - hear of SAs that come and go
 */
void ipsec_keepalive_listen(void)
{
	ipsec_event_listen(&keepalive_listener);
}
