// SPDX-License-Identifier: GPL-2.0
/*
 * The output path (RFC 4301 5.1).
 *
 *	ipsec_output_attach	a hook found PROTECT: the bundle becomes the packet's dst, or
 *	ipsec_output_attach_larval  one that leads to where packets wait
 *	   ... filter, POST_ROUTING, as on any route ...
 *	ipsec_output_dst	output of that dst
 *	ipsec_output		recheck after NAT, PMTU, split GSO, then for each segment
 *	output_next		  for each SA of the bundle: outer header, sequence number,
 *				  transform
 *	output_done		  behind each transform, at once or when crypto is over
 *	output_leave		  the protected packet goes out like any other
 */
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/gso.h>
#include <net/ip6_route.h>
#include <net/route.h>

#include "beet.h"
#include "couple.h"
#include "event.h"
#include "expire.h"
#include "hold.h"
#include "icmp.h"
#include "mss.h"
#include "output.h"
#include "pmtu.h"
#include "queue.h"
#include "related.h"
#include "send.h"
#include "skb.h"
#include "socket.h"
#include "tfc.h"
#include "tunnel.h"
#include "udpencap.h"

/* How long what a router has said holds, if nobody says it again. */
#define UNREACHABLE_TIME	(2 * HZ)

static void output_done(struct sk_buff *skb, enum ipsec_stat reason);

static void set_dst(struct sk_buff *skb, struct dst_entry *dst)
{
	skb_dst_drop(skb);
	skb_dst_set_noref(skb, dst);
}

static enum ipsec_stat attach(struct sk_buff *skb, struct dst_entry *dst, bool local)
{
	if (!local) {
		set_dst(skb, dst);
		return IPSEC_NO_DROP;
	}
	/* It may have been given up a moment ago. */
	if (!dst_hold_safe(dst))
		return IPSEC_OUT_SA_GONE;
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	return IPSEC_NO_DROP;
}

/**
 * ipsec_output_attach() - send a packet into the output path
 * @inet: the namespace
 * @skb: a packet with a route, in a netfilter hook
 * @flow: its flow, the policy says PROTECT
 * @local: sent by this host: the hook's RCU read-side section may end before the packet
 *         leaves, so it needs a reference
 *
 * BH off, RCU read-side section.
 *
 * Return: IPSEC_NO_DROP: accept the packet; or a drop reason, IPSEC_OUT_NO_SA if an SA is missing.
 */
enum ipsec_stat ipsec_output_attach(struct ipsec_net *inet, struct sk_buff *skb,
				    struct ipsec_flow *flow, bool local)
{
	enum ipsec_stat reason;
	struct ipsec_bundle *bundle = ipsec_bundle_get(inet, flow, &reason);

	if (likely(bundle))
		return attach(skb, ipsec_bundle_dst(bundle), local);
	return reason;
}

/**
 * ipsec_output_attach_larval() - send a packet to where it waits for its SA
 * @inet: the namespace
 * @skb: the packet
 * @flow: its flow; ipsec_output_attach() says that an SA is missing
 *
 * BH off, RCU read-side section.
 *
 * Return: IPSEC_NO_DROP: accept the packet; or a drop reason, IPSEC_OUT_NO_SA if the policy does
 * not let it wait.
 */
enum ipsec_stat ipsec_output_attach_larval(struct ipsec_net *inet, struct sk_buff *skb,
					   struct ipsec_flow *flow)
{
	struct ipsec_bundle *bundle;

	if (!ipsec_hold_wanted(inet, flow))
		return IPSEC_OUT_NO_SA;
	if (flow->policy->flags & NFIPSEC_POLICY_F_OPTIONAL && !flow->pauses) {
		ipsec_hold_ask(inet, flow);
		return IPSEC_OUT_NO_SA;
	}
	if (ipsec_hold_full(inet, flow))
		return IPSEC_OUT_HOLD_FULL;
	bundle = ipsec_bundle_larval(inet, skb_dst(skb));
	if (!bundle)
		return IPSEC_OUT_NO_MEMORY;
	skb_dst_drop(skb);
	skb_dst_set(skb, ipsec_bundle_dst(bundle));
	return IPSEC_NO_DROP;
}

/* The packet is protected: it goes out like any other packet of this host. */
static void output_leave(struct sk_buff *skb)
{
	struct ipsec_bundle *bundle = ipsec_bundle_of(skb);

	ipsec_book(bundle->inet, IPSEC_OUT_PROTECTED, skb->len);
	/* The bundle keeps its child for the rest of this RCU read-side section. */
	set_dst(skb, bundle->xdst.child);
	nf_reset_ct(skb);
	secpath_reset(skb);
	skb->encapsulation = 0;
	ipsec_send(skb, bundle);
}

static u8 outer_ttl(struct dst_entry *route)
{
	return route->ops->family == AF_INET6 ? ip6_dst_hoplimit(route) :
						ip4_dst_hoplimit(route);
}

static enum ipsec_stat prepare_transport(struct sk_buff *skb)
{
	struct ipsec_header header;

	if (!ipsec_header_parse(skb, &header))
		return IPSEC_OUT_HEADER;
	if (header.fragment)
		return IPSEC_OUT_FRAGMENT;
	/* The headers before ESP or AH are about to be moved. */
	if (!pskb_may_pull(skb, header.insert))
		return IPSEC_OUT_HEADER;
	skb_set_transport_header(skb, header.insert);
	ipsec_cb(skb)->named = header.insert_named;
	ipsec_cb(skb)->next_header = skb_network_header(skb)[header.insert_named];
	return IPSEC_NO_DROP;
}

static enum ipsec_stat prepare_mode(struct sk_buff *skb, struct ipsec_bundle *bundle)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;

	switch (bundle->mode[ipsec_cb(skb)->step]) {
	case NFIPSEC_MODE_TUNNEL:
		return ipsec_tunnel_push(skb, sa, outer_ttl(bundle->xdst.child));
	case NFIPSEC_MODE_BEET:
		return ipsec_beet_push(skb, sa);
	default:
		return prepare_transport(skb);
	}
}

static enum ipsec_stat prepare(struct sk_buff *skb, struct ipsec_bundle *bundle)
{
	struct ipsec_skb_cb *cb = ipsec_cb(skb);
	enum ipsec_stat reason = prepare_mode(skb, bundle);

	if (reason || likely(!cb->sa->tfc))
		return reason;
	return ipsec_tfc_pad(skb, cb->sa, ipsec_bundle_payload(bundle, cb->step,
							      skb_transport_offset(skb)));
}

/* While crypto was busy another SA may have begun to go on where this one of the bundle stands. */
static bool is_succeeded(const struct ipsec_sa *sa)
{
	u32 use = READ_ONCE(sa->use);

	return use == IPSEC_SA_PAUSES || use == IPSEC_SA_SUCCEEDED;
}

/* Apply the next SA of the bundle. */
static void output_next(struct sk_buff *skb)
{
	struct ipsec_bundle *bundle = ipsec_bundle_of(skb);
	struct ipsec_skb_cb *cb = ipsec_cb(skb);
	enum ipsec_stat reason;

	cb->sa = bundle->sa[cb->step];
	cb->len = skb->len;
	skb->mark = ipsec_mark_apply(skb->mark, &cb->sa->set_mark);
	/* An SA that was deleted after the packet had chosen it still protects it: none is lost. */
	if (ipsec_expire_is_over(cb->sa))
		return output_done(skb, IPSEC_OUT_EXPIRED);
	if (unlikely(cb->late && is_succeeded(cb->sa)))
		return output_done(skb, IPSEC_OUT_SA_GONE);
	reason = prepare(skb, bundle);
	if (reason)
		return output_done(skb, reason);
	if (!ipsec_expire_charge(cb->sa, cb->len))
		return output_done(skb, IPSEC_OUT_EXPIRED);
	cb->seq = atomic64_inc_return(&cb->sa->seq);
	/* RFC 4303 3.3.3: where replays are looked for, no number is used twice under a key. */
	if (ipsec_sa_seq_is_over(cb->sa, cb->seq)) {
		ipsec_expire_note(cb->sa, IPSEC_DUE(NFIPSEC_LIMIT_SEQUENCE, true));
		return output_done(skb, IPSEC_OUT_SEQ_OVERFLOW);
	}
	cb->sa->xform->output(skb, output_done);
}

static enum ipsec_stat complete_header(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	enum ipsec_stat reason = IPSEC_NO_DROP;

	if (ipsec_udpencap_len(sa))
		reason = ipsec_udpencap_push(skb, sa);
	if (!reason && !ipsec_header_set_len(skb))
		reason = IPSEC_OUT_TOO_BIG;
	return reason;
}

/* The continuation behind each transform. */
static void output_done(struct sk_buff *skb, enum ipsec_stat reason)
{
	struct ipsec_skb_cb *cb = ipsec_cb(skb);

	if (!reason)
		reason = complete_header(skb, cb->sa);
	if (unlikely(reason))
		return ipsec_sa_drop(cb->sa, skb, cb->len, reason);
	ipsec_sa_count(cb->sa, cb->len);
	ipsec_book(cb->sa->inet, IPSEC_OUT_OVERHEAD, (u64)skb->len - cb->len);
	if (++cb->step == ipsec_bundle_of(skb)->n)
		return output_leave(skb);
	/* The stack fills in the checksum of the last header, but not of those inside. */
	if (ipsec_header_family(skb) == AF_INET)
		ip_send_check(ip_hdr(skb));
	output_next(skb);
}

/* One packet that is neither GSO nor too big. */
static void output_segment(struct sk_buff *skb)
{
	struct ipsec_bundle *bundle = ipsec_bundle_of(skb);

	/* Nobody fills a checksum in once the packet is encrypted. */
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return ipsec_drop(bundle->inet, skb, IPSEC_OUT_NO_MEMORY, 0);
	skb->ip_summed = CHECKSUM_NONE;
	ipsec_cb(skb)->step = 0;
	ipsec_cb(skb)->late = false;
	output_next(skb);
}

static int output_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	ipsec_book(ipsec_net(net), IPSEC_OUT_PIECES, skb->len);
	output_segment(skb);
	return 0;
}

/* IPv6 cuts to the MTU of the packet's dst, which is the bundle. */
static int fragment(struct net *net, struct sock *sk, struct sk_buff *skb, unsigned int mtu)
{
	if (ipsec_header_family(skb) == AF_INET6)
		return ip6_fragment(net, sk, skb, output_fragment);
	/* Else a forwarded packet would be cut to the size of the device. */
	IPCB(skb)->frag_max_size = mtu;
	return ip_do_fragment(net, sk, skb, output_fragment);
}

/* Protected it would be too big, and could not be cut any more: cut it before. */
static int output_fragments(struct ipsec_net *inet, struct sock *sk, struct sk_buff *skb)
{
	struct ipsec_bundle *bundle = ipsec_bundle_of(skb);
	unsigned int len = skb->len;
	int err;

	if (bundle->mode[0] != NFIPSEC_MODE_TUNNEL) {
		ipsec_drop(inet, skb, IPSEC_OUT_TOO_BIG, 0);
		return -EMSGSIZE;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb)) {
		ipsec_drop(inet, skb, IPSEC_OUT_NO_MEMORY, 0);
		return -ENOMEM;
	}
	err = fragment(inet->net, sk, skb, ipsec_bundle_mtu(bundle));
	ipsec_book(inet, err ? IPSEC_OUT_SEGMENT : IPSEC_OUT_CUT, len);
	return err;
}

/*
 * @cut: a segment that does not fit the path must be cut again. A large UDP packet of IPv6 gets a
 * fragment header when it is split, so its length is that of before.
 */
static void output_gso(struct ipsec_net *inet, struct sock *sk, struct sk_buff *skb, bool cut)
{
	unsigned int mtu = ipsec_bundle_mtu(ipsec_bundle_of(skb)), len = skb->len;
	struct sk_buff *segments = skb_gso_segment(skb, 0), *segment, *next;

	if (IS_ERR_OR_NULL(segments))
		return ipsec_drop_as(inet, skb, len, IPSEC_OUT_SEGMENT, 0);
	ipsec_book(inet, IPSEC_OUT_CUT, len);
	consume_skb(skb);
	skb_list_walk_safe(segments, segment, next) {
		skb_mark_not_on_list(segment);
		ipsec_book(inet, IPSEC_OUT_PIECES, segment->len);
		if (cut && segment->len > mtu)
			output_fragments(inet, sk, segment);
		else
			output_segment(segment);
	}
}

/* Before it is protected, or afterwards: a header without DF may hold one with it. */
static bool may_fragment(const struct sk_buff *skb, u8 df)
{
	if (skb->ignore_df || df == NFIPSEC_DF_CLEAR)
		return true;
	return ipsec_header_family(skb) == AF_INET && !(ip_hdr(skb)->frag_off & htons(IP_DF));
}

/**
 * ipsec_output_may_fragment() - whether a packet that is too big can be made to fit
 * @skb: the packet, in clear
 * @bundle: what will protect it
 *
 * Return: false: its sender has to be told.
 */
bool ipsec_output_may_fragment(const struct sk_buff *skb, const struct ipsec_bundle *bundle)
{
	return may_fragment(skb, ipsec_bundle_df(bundle));
}

/* What protects a packet with a key now, after NAT, or some time later; or the flow that waits. */
static struct ipsec_bundle *recheck(struct ipsec_net *inet, struct sk_buff *skb,
				    struct ipsec_key *key, struct ipsec_flow **waits,
				    enum ipsec_stat *reason)
{
	struct ipsec_flow *flow, socket = {};
	struct ipsec_bundle *bundle;
	u8 action;

	*waits = NULL;
	if (unlikely(ipsec_socket_out(inet, skb, key, &socket.policy, &action)) &&
	    action == NFIPSEC_ACTION_PROTECT) {
		socket.key = *key;
		return ipsec_bundle_get(inet, &socket, reason);
	}
	flow = ipsec_related_flow(inet, NFIPSEC_DIR_OUT, skb, key, reason);
	if (!flow)
		return NULL;
	if (!flow->policy || flow->policy->action == NFIPSEC_ACTION_BYPASS) {
		*reason = IPSEC_OUT_NAT;
		return NULL;
	}
	if (flow->policy->action == NFIPSEC_ACTION_DISCARD) {
		*reason = ipsec_couple_discards(flow->policy, NFIPSEC_DIR_OUT);
		return NULL;
	}
	bundle = ipsec_bundle_get(inet, flow, reason);
	if (!bundle && *reason == IPSEC_OUT_NO_SA && ipsec_hold_wanted(inet, flow))
		*waits = flow;
	return bundle;
}

/* The key of a packet that has a bundle. */
static bool key_again(struct ipsec_net *inet, const struct sk_buff *skb, struct ipsec_key *key)
{
	const struct ipsec_bundle *bundle = ipsec_bundle_of(skb);

	if (!ipsec_flow_key(skb, key))
		return false;
	ipsec_flow_mark(inet, key, skb->mark);
	ipsec_flow_out(inet, key, skb->dev, bundle->if_id, bundle->scope);
	return true;
}

static void lower_mss(struct ipsec_net *inet, struct sk_buff *skb)
{
	struct ipsec_key key;

	if (key_again(inet, skb, &key))
		ipsec_mss_leaves(inet, skb, &key);
}

/* It is sent all the same: once it arrives nobody says any more that it does not. */
static void relay_error(struct ipsec_net *inet, struct sk_buff *skb, struct ipsec_sa *sa)
{
	const struct ipsec_policy *policy;
	struct ipsec_key key;

	if (time_after(jiffies, READ_ONCE(sa->unreachable) + UNREACHABLE_TIME)) {
		WRITE_ONCE(sa->unreachable, 0);
		return;
	}
	if (!key_again(inet, skb, &key))
		return;
	policy = ipsec_flow_lookup(inet, NFIPSEC_DIR_OUT, &key)->policy;
	if (policy && policy->flags & NFIPSEC_POLICY_F_RELAY_ERRORS)
		ipsec_icmp_unreachable(skb);
}

/* The packet has its final bundle as its dst: all that is left is to do it. */
static int output_protect(struct ipsec_net *inet, struct sock *sk, struct sk_buff *skb)
{
	struct ipsec_bundle *bundle = ipsec_bundle_of(skb);
	unsigned int mtu = ipsec_bundle_mtu(bundle);
	bool cut = false;

	if (unlikely(READ_ONCE(bundle->sa[bundle->n - 1]->unreachable)))
		relay_error(inet, skb, bundle->sa[bundle->n - 1]);
	if (unlikely(ipsec_mss_is_offered(skb)))
		lower_mss(inet, skb);
	if (unlikely(!ipsec_pmtu_fits(skb, mtu))) {
		u8 df = ipsec_bundle_df(bundle);

		if (!may_fragment(skb, df)) {
			ipsec_icmp_too_big(skb, mtu);
			ipsec_drop(inet, skb, IPSEC_OUT_TOO_BIG, 0);
			return -EMSGSIZE;
		}
		cut = df == NFIPSEC_DF_SET;
		if (!skb_is_gso(skb) &&
		    (cut || skb->len > ipsec_bundle_inside(bundle, IP_MAX_MTU)))
			return output_fragments(inet, sk, skb);
	}
	if (skb_is_gso(skb))
		output_gso(inet, sk, skb, cut);
	else
		output_segment(skb);
	return 0;
}

/**
 * ipsec_output_bundle() - protect a packet that has passed all hooks, and send it
 * @inet: the namespace
 * @sk: the sender, or NULL
 * @skb: the packet, consumed; its dst is the bundle
 *
 * BH off, RCU read-side section.
 */
void ipsec_output_bundle(struct ipsec_net *inet, struct sock *sk, struct sk_buff *skb)
{
	output_protect(inet, sk, skb);
}

/* What is to be done with a packet that was held; NULL, and no reason: it waits again. */
static struct ipsec_bundle *bundle_of_held(struct ipsec_net *inet, struct sk_buff *skb,
					   enum ipsec_stat *reason)
{
	struct ipsec_bundle *bundle;
	struct ipsec_flow *waits;
	struct ipsec_key key;

	*reason = IPSEC_OUT_HEADER;
	if (!ipsec_flow_key(skb, &key))
		return NULL;
	ipsec_hold_key(inet, skb, &key);
	do {
		bundle = recheck(inet, skb, &key, &waits, reason);
		if (waits && ipsec_hold_again(inet, waits, skb)) {
			*reason = IPSEC_NO_DROP;
			return NULL;
		}
	} while (waits);
	return bundle;
}

/* A held packet may have its SA now. */
static void resume(struct ipsec_net *inet, struct sk_buff *skb)
{
	unsigned int len = skb->len;
	enum ipsec_stat reason;
	struct ipsec_bundle *bundle = bundle_of_held(inet, skb, &reason);

	if (!bundle && reason == IPSEC_NO_DROP)
		return;
	ipsec_book(inet, IPSEC_OUT_RELEASED, len);
	if (!bundle) {
		ipsec_drop(inet, skb, reason, 0);
	} else {
		skb_dst_set_noref(skb, ipsec_bundle_dst(bundle));
		skb->dev = ipsec_bundle_dst(bundle)->dev;
		output_protect(inet, skb->sk, skb);
	}
}

/**
 * ipsec_output_wait() - let a packet wait for its SA
 * @inet: the namespace
 * @skb: the packet, consumed
 * @flow: its flow, under a policy that holds packets
 *
 * BH off, RCU read-side section. It goes on at once if the SA has come meanwhile.
 */
void ipsec_output_wait(struct ipsec_net *inet, struct sk_buff *skb, struct ipsec_flow *flow)
{
	if (!ipsec_hold(inet, flow, skb))
		resume(inet, skb);
}

/* The bundle that the packet was given is no longer right, or NAT has changed the packet. */
static int output_again(struct ipsec_net *inet, struct sock *sk, struct sk_buff *skb)
{
	enum ipsec_stat reason = IPSEC_OUT_HEADER;
	struct ipsec_bundle *bundle = NULL;
	struct ipsec_flow *waits = NULL;
	struct ipsec_key key;

	if (key_again(inet, skb, &key))
		bundle = recheck(inet, skb, &key, &waits, &reason);
	if (waits) {
		ipsec_output_wait(inet, skb, waits);
		return 0;
	}
	if (!bundle) {
		ipsec_drop(inet, skb, reason, 0);
		return -EACCES;
	}
	set_dst(skb, ipsec_bundle_dst(bundle));
	return output_protect(inet, sk, skb);
}

static int output(struct ipsec_net *inet, struct sock *sk, struct sk_buff *skb)
{
	ipsec_book(inet, IPSEC_OUT_SEEN, skb->len);
	ipsec_count(inet, IPSEC_OUT_OFFERED);
	if (likely(ipsec_bundle_usable(ipsec_bundle_of(skb)) && !ipsec_flow_natted(skb)))
		return output_protect(inet, sk, skb);
	return output_again(inet, sk, skb);
}

/* Behind POST_ROUTING. */
static int ipsec_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	int err;

	rcu_read_lock();
	local_bh_disable();
	err = output(ipsec_net(net), sk, skb);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

/**
 * ipsec_output_dst() - output of a bundle
 * @net: the namespace
 * @sk: the sender, or NULL
 * @skb: the packet, consumed
 *
 * Called by the IP layer, or by whoever has kept the dst, such as a flowtable.
 *
 * Return: 0 or a negative errno for the sender.
 */
int ipsec_output_dst(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct net_device *indev = skb->dev, *dev = skb_dst(skb)->dev;
	u16 family = ipsec_bundle_family(ipsec_bundle_of(skb));

	skb->dev = dev;
	skb->protocol = ipsec_header_ethertype(family);
	if (family == AF_INET6)
		return NF_HOOK_COND(NFPROTO_IPV6, NF_INET_POST_ROUTING, net, sk, skb, indev, dev,
				    ipsec_output, !(IP6CB(skb)->flags & IP6SKB_REROUTED));
	return NF_HOOK_COND(NFPROTO_IPV4, NF_INET_POST_ROUTING, net, sk, skb, indev, dev,
			    ipsec_output, !(IPCB(skb)->flags & IPSKB_REROUTED));
}

static void output_sa_usable(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	struct sk_buff_head list;

	ipsec_hold_take(inet, sa, &list);
	ipsec_queue_resume(inet, &list, resume);
}

/* Where another policy takes its place the packets may wait on: it is asked when an SA comes. */
static void output_policy_deleted(struct ipsec_net *inet, struct ipsec_policy *policy, bool told)
{
	if (!told)
		ipsec_hold_flush(inet, policy);
}

static void output_policies_flushed(struct ipsec_net *inet, bool sub)
{
	ipsec_hold_flush_all(inet, sub, !sub);
}

static struct ipsec_listener output_listener = {
	.sa_added = output_sa_usable,
	.sa_pause_over = output_sa_usable,
	.policy_deleted = output_policy_deleted,
	.policies_flushed = output_policies_flushed,
};

/**
 * ipsec_output_init() - let held packets go on when their SA comes
 */
void ipsec_output_init(void)
{
	ipsec_event_listen(&output_listener);
}
