// SPDX-License-Identifier: GPL-2.0
/*
 * The input path (RFC 4301 5.2).
 *
 *	ipsec_input	an ESP or AH packet for this host: find the SA, check the sequence
 *			number, then the transform
 *	input_done	behind the transform, at once or when crypto is over: commit the
 *			sequence number, decapsulate, then one of
 *	input_nested	  another ESP or AH header follows: again from the beginning
 *	input_deliver	  check against the policies, mark, enter the stack again
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/ah.h>
#include <net/esp.h>
#include <net/addrconf.h>
#include <net/gro_cells.h>
#include <net/route.h>

#include "beet.h"
#include "couple.h"
#include "early.h"
#include "event.h"
#include "expire.h"
#include "fragment.h"
#include "iface.h"
#include "input.h"
#include "mss.h"
#include "queue.h"
#include "related.h"
#include "sa.h"
#include "shadow.h"
#include "skb.h"
#include "spd.h"
#include "tunnel.h"
#include "udpencap.h"

/* Decapsulated packets enter the stack again through a NAPI of our own, with GRO. */
static struct net_device *napi_dev;
static struct gro_cells cells;

static void input_done(struct sk_buff *skb, enum ipsec_stat reason);

/* What names its SA, and the sequence number; the data begins with the ESP or AH header. */
static bool parse(struct sk_buff *skb, u8 proto, struct ipsec_sa_id *id, union ipsec_addr *src,
		  u32 *seq)
{
	memset(id, 0, sizeof(*id));
	id->family = ipsec_header_family(skb);
	id->proto = proto;
	if (proto == IPPROTO_AH) {
		const struct ip_auth_hdr *ah;

		if (!pskb_may_pull(skb, sizeof(*ah)))
			return false;
		ah = (const struct ip_auth_hdr *)skb->data;
		id->spi = ah->spi;
		*seq = ntohl(ah->seq_no);
	} else {
		const struct ip_esp_hdr *esp;

		if (!pskb_may_pull(skb, sizeof(*esp)))
			return false;
		esp = (const struct ip_esp_hdr *)skb->data;
		id->spi = esp->spi;
		*seq = ntohl(esp->seq_no);
	}
	ipsec_header_addrs(skb, src, &id->dst);
	return true;
}

static enum ipsec_stat replay_reason(enum ipsec_replay_verdict verdict)
{
	switch (verdict) {
	case IPSEC_REPLAY_OK:
		return IPSEC_NO_DROP;
	case IPSEC_REPLAY_SEEN:
		return IPSEC_IN_REPLAY;
	default:
		return IPSEC_IN_LATE;
	}
}

/* Also counted by the link that the packet would have come out of. */
static void input_drop_as(struct sk_buff *skb, struct ipsec_sa *sa, unsigned int bytes,
			  enum ipsec_stat reason)
{
	if (unlikely(sa->if_id))
		ipsec_iface_failed(sa->inet, sa->if_id);
	ipsec_sa_drop(sa, skb, bytes, reason);
}

static void input_drop(struct sk_buff *skb, struct ipsec_sa *sa, enum ipsec_stat reason)
{
	input_drop_as(skb, sa, ipsec_bytes(skb), reason);
}

static void resume(struct ipsec_net *inet, struct sk_buff *skb);

/* The SA has no keys yet. */
static void input_early(struct ipsec_net *inet, struct sk_buff *skb, struct ipsec_sa *sa)
{
	if (!ipsec_early_hold(inet, skb, sa))
		resume(inet, skb);
}

static void input_with_sa(struct sk_buff *skb, struct ipsec_sa *sa, u32 seq)
{
	struct ipsec_skb_cb *cb = ipsec_cb(skb);
	enum ipsec_stat reason;

	if (unlikely(sa->flags & (NFIPSEC_SA_F_LARVAL | NFIPSEC_SA_F_OUT)))
		return ipsec_sa_is_larval(sa) ? input_early(sa->inet, skb, sa) :
						input_drop(skb, sa, IPSEC_IN_DIRECTION);
	skb->mark = ipsec_mark_apply(skb->mark, &sa->set_mark);
	cb->sa = sa;
	cb->seq = sa->flags & NFIPSEC_SA_F_ESN ? ipsec_replay_recover(sa->replay, seq) : seq;
	cb->arrived = ipsec_bytes(skb);
	cb->ip_len = -skb_network_offset(skb);
	cb->named = sa->id.family == AF_INET6 ? cb->header.v6.nhoff :
						offsetof(struct iphdr, protocol);
	/* What the byte that @named is the place of says, so after that. */
	if (ipsec_udpencap_carried(skb))
		cb->ip_len -= sizeof(struct udphdr);
	reason = replay_reason(ipsec_replay_check(sa->replay, cb->seq));
	if (reason)
		return input_drop(skb, sa, reason);
	/*
	 * What this host has sent to a multicast group comes back to its own members with the
	 * route that it had; one that is looked for by its source would take it for a martian.
	 */
	if (skb->pkt_type != PACKET_LOOPBACK)
		skb_dst_drop(skb);
	sa->xform->input(skb, input_done);
}

/* Whose packets are these: with no SA of ours and none of the kernel's, they are nobody's. */
static bool leave_to_kernel(struct ipsec_net *inet)
{
	return ipsec_sadb_empty(inet) || READ_ONCE(inet->net->xfrm.state_num);
}

/* @inside: it was inside a packet of ours, and is left to nobody. */
static int input(struct ipsec_net *inet, struct sk_buff *skb, u8 proto, bool inside)
{
	struct ipsec_sa *sa = NULL;
	union ipsec_addr src;
	struct ipsec_sa_id id;
	bool named;
	u32 seq;

	if (ipsec_sadb_empty(inet) && !inside)
		return -EINVAL;
	named = parse(skb, proto, &id, &src, &seq);
	if (named)
		sa = ipsec_sa_lookup(inet, &id, &src, skb->mark);
	if (!sa && !inside && leave_to_kernel(inet)) {
		if (named)
			ipsec_count(inet, IPSEC_IN_NOT_OURS);
		return -EINVAL;
	}
	ipsec_book(inet, IPSEC_IN_SEEN, ipsec_bytes(skb));
	if (named)
		ipsec_book(inet, proto == IPPROTO_AH ? IPSEC_IN_AH : IPSEC_IN_ESP,
			   ipsec_bytes(skb));
	if (sa)
		input_with_sa(skb, sa, seq);
	else
		ipsec_drop(inet, skb, named ? IPSEC_IN_NO_SA : IPSEC_IN_TRUNCATED, ntohl(id.spi));
	return 0;
}

/**
 * ipsec_input() - an ESP or AH packet for this host
 * @skb: the packet, its data begins with the ESP or AH header
 * @proto: IPPROTO_ESP or IPPROTO_AH
 *
 * Softirq, or BH off.
 *
 * Return: 0: consumed; -EINVAL: not for us, the kernel's own stack may have it.
 */
int ipsec_input(struct sk_buff *skb, u8 proto)
{
	int err;

	rcu_read_lock();
	err = input(ipsec_net(dev_net(skb->dev)), skb, proto, false);
	rcu_read_unlock();
	return err;
}

/* A packet that came too early: its SA may have its keys now. */
static void resume(struct ipsec_net *inet, struct sk_buff *skb)
{
	u8 proto = ipsec_early_restore(inet, skb);
	struct ipsec_sa *sa = NULL;
	union ipsec_addr src;
	struct ipsec_sa_id id;
	u32 seq;

	if (proto && parse(skb, proto, &id, &src, &seq))
		sa = ipsec_sa_lookup(inet, &id, &src, skb->mark);
	if (!sa) {
		ipsec_drop(inet, skb, IPSEC_IN_LARVAL, 0);
	} else if (ipsec_sa_is_larval(sa)) {
		ipsec_early_again(inet, skb);
	} else {
		ipsec_book(inet, IPSEC_IN_RELEASED, ipsec_bytes(skb));
		input_with_sa(skb, sa, seq);
	}
}

/* Its packets need not wait any longer, for its keys or in vain. */
static void input_sa_changes(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	struct sk_buff_head list;

	ipsec_early_take(inet, sa, &list);
	ipsec_queue_resume(inet, &list, resume);
}

static struct ipsec_listener input_listener = {
	.sa_added = input_sa_changes,
	.sa_gone = input_sa_changes,
};

/* RFC 4303 3.1.1: put the IP header back before the payload. */
static void unwrap_transport(struct sk_buff *skb)
{
	unsigned int ip_len = ipsec_cb(skb)->ip_len;

	memmove(skb->data - ip_len, skb_network_header(skb), ip_len);
	skb_push(skb, ip_len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_len);
	ipsec_skb_name(skb, ipsec_cb(skb)->next_header);
	ipsec_header_set_len(skb);
	if (ipsec_header_family(skb) == AF_INET)
		ip_send_check(ip_hdr(skb));
}

static bool is_local(struct ipsec_net *inet, const struct sk_buff *skb,
		     const union ipsec_addr *dst, u16 family)
{
	if (family == AF_INET6)
		return ipv6_chk_addr_and_flags(inet->net, (const struct in6_addr *)dst, skb->dev,
					       true, 0, IFA_F_TENTATIVE);
	return inet_addr_type_dev_table(inet->net, skb->dev, dst->v4) == RTN_LOCAL;
}

/* What is sent to many hosts is for this one as well. */
static void set_way(struct ipsec_net *inet, const struct sk_buff *skb, struct ipsec_key *key)
{
	bool many;

	if (!READ_ONCE(inet->ways))
		return;
	many = ipsec_addr_is_multicast(&key->dst, key->family);
	ipsec_flow_way(inet, key, many || is_local(inet, skb, &key->dst, key->family));
}

/*
 * The inner packet of a tunnel is for one of our SAs: its policy is asked at the end. The
 * SAs that we send with have names, too, but a packet for one of them is somebody else's:
 * it would be forwarded without having been asked about.
 */
static bool tunnel_holds_ours(struct ipsec_net *inet, struct sk_buff *skb)
{
	struct ipsec_header header;
	union ipsec_addr src;
	struct ipsec_sa_id id;
	bool ours;
	u32 seq;

	if (!ipsec_header_parse(skb, &header) || header.later)
		return false;
	if (!ipsec_skb_is_ipsec(header.proto) || !pskb_may_pull(skb, header.upper))
		return false;
	__skb_pull(skb, header.upper);
	ours = parse(skb, header.proto, &id, &src, &seq) &&
	       ipsec_sa_lookup(inet, &id, &src, skb->mark) &&
	       is_local(inet, skb, &id.dst, id.family);
	__skb_push(skb, header.upper);
	return ours;
}

/* IPv6 may have destination options before the next ESP or AH header. */
static bool transport_holds_ours(struct sk_buff *skb)
{
	struct ipsec_header header;

	if (ipsec_header_family(skb) == AF_INET ||
	    !ipsec_header_is_extension(ipsec_cb(skb)->next_header))
		return ipsec_skb_is_ipsec(ipsec_cb(skb)->next_header);
	return ipsec_header_parse(skb, &header) && ipsec_skb_is_ipsec(header.proto);
}

/* What a device that shows the packet, and GRO, read of the header that it came in with. */
static void rebuild_mac_header(struct sk_buff *skb)
{
	if (!skb->mac_len)
		return;
	skb_mac_header_rebuild(skb);
	if (skb->mac_len == ETH_HLEN)
		eth_hdr(skb)->h_proto = skb->protocol;
}

/* @iface: the link that the packet comes out of, or NULL; @stat: as what it is counted. */
static void enter_stack(struct ipsec_net *inet, struct sk_buff *skb, struct ipsec_iface *iface,
			enum ipsec_stat stat)
{
	unsigned int len = skb->len;

	nf_reset_ct(skb);
	skb->protocol = ipsec_header_ethertype(ipsec_header_family(skb));
	if (unlikely(iface))
		ipsec_iface_received(iface, skb);
	else
		rebuild_mac_header(skb);
	skb_clear_hash(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb->pkt_type = PACKET_HOST;
	if (gro_cells_receive(&cells, skb) == NET_RX_DROP)
		stat = IPSEC_IN_BACKLOG;
	ipsec_book(inet, stat, len);
}

/* The header inside is ESP or AH for this host: remember this SA and begin again. */
static void input_nested(struct ipsec_net *inet, struct sk_buff *skb)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	u8 proto = ipsec_cb(skb)->next_header;

	if (skb_sec_path(skb) && skb_sec_path(skb)->len >= NFIPSEC_SPECS_MAX - 1)
		return input_drop(skb, sa, IPSEC_IN_NESTING);
	if (ipsec_shadow_mark(sa, ipsec_cb(skb)->mode, skb))
		return input_drop(skb, sa, IPSEC_IN_NO_MEMORY);
	if (ipsec_cb(skb)->mode != NFIPSEC_MODE_TRANSPORT || !ipsec_skb_is_ipsec(proto))
		return enter_stack(inet, skb, NULL, IPSEC_IN_NESTED);
	ipsec_book(inet, IPSEC_IN_NESTED, skb->len);
	__skb_pull(skb, ipsec_cb(skb)->ip_len);
	input(inet, skb, proto, true);
}

/**
 * struct applied - an SA as it is compared with a spec: the last one, or one of a sec_path
 * @src: source address
 * @dst: destination address
 * @family: of both
 * @reqid: reqid
 * @spi: its SPI, wire order
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @mode: enum nfipsec_mode
 */
struct applied {
	union ipsec_addr src;
	union ipsec_addr dst;
	u16 family;
	u32 reqid;
	__be32 spi;
	u8 proto;
	u8 mode;
};

static void applied_from_sa(struct applied *applied, const struct ipsec_sa *sa, u8 mode)
{
	applied->src = sa->src;
	applied->dst = sa->id.dst;
	applied->family = sa->id.family;
	applied->reqid = sa->reqid;
	applied->spi = sa->id.spi;
	applied->proto = sa->id.proto;
	applied->mode = mode;
}

static void applied_from_shadow(struct applied *applied, const struct xfrm_state *x)
{
	memcpy(&applied->src, &x->props.saddr, sizeof(applied->src));
	memcpy(&applied->dst, &x->id.daddr, sizeof(applied->dst));
	applied->family = x->props.family;
	applied->reqid = x->props.reqid;
	applied->spi = x->id.spi;
	applied->proto = x->id.proto;
	applied->mode = ipsec_shadow_mode(x);
}

static bool addr_is(const union ipsec_addr *wanted, u16 family, const union ipsec_addr *addr,
		    const struct applied *applied)
{
	return family == applied->family && !ipsec_addr_cmp(wanted, addr, family);
}

/*
 * The addresses of an SA against those of a spec. An SA may leave either of them open. A spec
 * may leave our address open, and without the peer's the SA must be that of the packet.
 */
static bool addresses_fit(const struct ipsec_spec *spec, const struct applied *applied,
			  const struct ipsec_key *key)
{
	bool peer_open = ipsec_addr_is_any(&spec->src);

	if (!ipsec_addr_is_any(&applied->src) &&
	    !addr_is(peer_open ? &key->src : &spec->src, peer_open ? key->family : spec->family,
		     &applied->src, applied))
		return false;
	return ipsec_addr_is_any(&spec->dst) || ipsec_addr_is_any(&applied->dst) ||
	       addr_is(&spec->dst, spec->family, &applied->dst, applied);
}

static bool spec_fits(const struct ipsec_spec *spec, const struct applied *applied,
		      const struct ipsec_key *key)
{
	return spec->proto == applied->proto &&
	       (!spec->reqid || spec->reqid == applied->reqid) &&
	       (!spec->spi || spec->spi == applied->spi) &&
	       (spec->mode == NFIPSEC_MODE_ANY || spec->mode == applied->mode) &&
	       addresses_fit(spec, applied, key);
}

/* The SAs of a packet, innermost first: their number. No more are let through than fit. */
static int all_applied(struct applied applied[NFIPSEC_SPECS_MAX], struct sk_buff *skb,
		       const struct ipsec_sa *sa)
{
	const struct sec_path *sp = skb_sec_path(skb);
	int outer = sp ? sp->len : 0, i;

	if (outer >= NFIPSEC_SPECS_MAX)
		return 0;
	applied_from_sa(&applied[0], sa, ipsec_cb(skb)->mode);
	for (i = 1; i <= outer; i++)
		applied_from_shadow(&applied[i], sp->xvec[outer - i]);
	return outer + 1;
}

/* Is each of them named by some spec, and has each spec one? */
static bool fit_somehow(const struct ipsec_policy *policy, const struct applied *applied,
			const struct ipsec_key *key)
{
	unsigned int named = 0, i, k;
	bool fits;

	for (i = 0; i < policy->n_specs; i++) {
		for (fits = false, k = 0; k < policy->n_specs; k++) {
			if (!spec_fits(&policy->spec[k], &applied[i], key))
				continue;
			named |= BIT(k);
			fits = true;
		}
		if (!fits)
			return false;
	}
	return named == BIT(policy->n_specs) - 1;
}

/* Was the packet protected by just the SAs that its policy names, in that order? */
static enum ipsec_stat check_bundle(const struct ipsec_policy *policy, struct sk_buff *skb,
				    const struct ipsec_sa *sa, const struct ipsec_key *key)
{
	struct applied applied[NFIPSEC_SPECS_MAX];
	int n = all_applied(applied, skb, sa), i = 0, k;

	for (k = 0; k < policy->n_specs; k++) {
		if (i < n && spec_fits(&policy->spec[k], &applied[i], key))
			i++;
		else if (!policy->spec[k].optional)
			break;
	}
	if (n && i == n && k == policy->n_specs)
		return IPSEC_NO_DROP;
	return n == policy->n_specs && fit_somehow(policy, applied, key) ? IPSEC_IN_WRONG_ORDER :
									   IPSEC_IN_WRONG_SA;
}

/*
 * A transport mode packet that no policy is about was authenticated by the host that sent
 * it, and is let in if packets in clear are; what came out of a tunnel could have any source.
 */
static enum ipsec_stat without_policy(const struct ipsec_net *inet, u8 mode,
				      const struct ipsec_policy *policy)
{
	if (mode != NFIPSEC_MODE_TRANSPORT)
		return IPSEC_IN_NO_POLICY;
	return !policy && ipsec_spd_discards(inet, IPSEC_DISCARD_LOCAL) ? IPSEC_IN_NO_POLICY :
								     IPSEC_NO_DROP;
}

static u32 pfp_of(const struct ipsec_policy *policy)
{
	return policy ? policy->flags & NFIPSEC_POLICY_F_PFP : 0;
}

/* RFC 4301 5.2 step 4; @if_id is that of the link that the packet comes out of, or 0. */
static enum ipsec_stat check_policy(struct ipsec_net *inet, struct sk_buff *skb,
				    const struct ipsec_sa *sa, u32 if_id)
{
	struct ipsec_policy *policy;
	enum ipsec_stat reason;
	struct ipsec_flow *flow;
	struct ipsec_key key;

	if (!ipsec_flow_key(skb, &key))
		return ipsec_fragment_cut(&key, NFIPSEC_DIR_IN, IPSEC_IN_INNER_HEADER);
	set_way(inet, skb, &key);
	ipsec_flow_mark(inet, &key, skb->mark);
	ipsec_flow_dev(inet, &key, skb->dev);
	key.if_id = if_id;
	flow = ipsec_related_flow(inet, NFIPSEC_DIR_IN, skb, &key, &reason);
	if (!flow)
		return reason;
	policy = flow->policy;
	if (!ipsec_selectors_admit(sa->selector, sa->n_selectors, pfp_of(policy), &flow->key))
		return IPSEC_IN_SA_SELECTOR;
	if (!policy || policy->action == NFIPSEC_ACTION_BYPASS)
		return without_policy(inet, ipsec_cb(skb)->mode, policy);
	ipsec_policy_count(policy, skb->len);
	if (policy->action == NFIPSEC_ACTION_DISCARD)
		return ipsec_couple_discards(policy, NFIPSEC_DIR_IN);
	return check_bundle(policy, skb, sa, &flow->key);
}

static void input_deliver(struct ipsec_net *inet, struct sk_buff *skb)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	struct ipsec_iface *iface = ipsec_iface_up(inet, sa->if_id);
	u32 if_id = iface ? sa->if_id : 0;
	enum ipsec_stat reason;

	reason = check_policy(inet, skb, sa, if_id);
	if (reason)
		return input_drop(skb, sa, reason);
	if (unlikely(ipsec_mss_is_offered(skb)))
		ipsec_mss_arrives(inet, skb, if_id, iface ? iface->link : 0);
	/* In another namespace it is a packet like any other. */
	if (unlikely(iface && ipsec_iface_is_abroad(iface)))
		ipsec_iface_scrub(iface, skb);
	else if (ipsec_shadow_mark(sa, ipsec_cb(skb)->mode, skb))
		return input_drop(skb, sa, IPSEC_IN_NO_MEMORY);
	if (unlikely(iface && !ipsec_iface_name_sa(iface, skb, sa->if_id)))
		return input_drop(skb, sa, IPSEC_IN_NO_MEMORY);
	enter_stack(inet, skb, iface, IPSEC_IN_PROTECTED);
}

static const struct ipsec_policy *protecting_policy(struct ipsec_net *inet,
						    const struct ipsec_key *key)
{
	const struct ipsec_policy *policy = ipsec_flow_lookup(inet, NFIPSEC_DIR_IN, key)->policy;

	return policy && policy->action == NFIPSEC_ACTION_PROTECT ? policy : NULL;
}

/* What is known about the packet that holds an IP packet. */
static void outside_key(const struct sk_buff *skb, u8 proto, struct ipsec_key *key)
{
	memset(key, 0, sizeof(*key));
	key->family = ipsec_header_family(skb);
	key->proto = proto;
	ipsec_header_addrs(skb, &key->src, &key->dst);
}

/* What holds an IP packet came through a tunnel, if the policy for that lets it. */
static bool inside_may_tunnel(struct ipsec_net *inet, struct sk_buff *skb)
{
	int outside = skb_network_offset(skb);
	const struct ipsec_policy *policy;
	struct ipsec_key key;
	bool readable;

	skb_reset_network_header(skb);
	readable = ipsec_flow_key(skb, &key);
	ipsec_flow_mark(inet, &key, skb->mark);
	ipsec_flow_dev(inet, &key, skb->dev);
	skb_set_network_header(skb, outside);
	policy = readable ? protecting_policy(inet, &key) : NULL;
	return policy && policy->spec[0].mode != NFIPSEC_MODE_TRANSPORT;
}

/*
 * The mode of a packet under an SA that leaves it open. One that may have come through a
 * tunnel did so; others that hold an IP packet did not if their own policy says transport.
 */
static u8 open_mode(struct ipsec_net *inet, struct sk_buff *skb)
{
	u8 proto = ipsec_cb(skb)->next_header;
	const struct ipsec_policy *policy;
	struct ipsec_key key;

	if (proto != IPPROTO_IPIP && proto != IPPROTO_IPV6)
		return NFIPSEC_MODE_TRANSPORT;
	if (inside_may_tunnel(inet, skb))
		return NFIPSEC_MODE_TUNNEL;
	outside_key(skb, proto, &key);
	ipsec_flow_mark(inet, &key, skb->mark);
	ipsec_flow_dev(inet, &key, skb->dev);
	policy = protecting_policy(inet, &key);
	return policy && policy->spec[0].mode == NFIPSEC_MODE_TRANSPORT ?
		       NFIPSEC_MODE_TRANSPORT : NFIPSEC_MODE_TUNNEL;
}

static enum ipsec_stat decapsulate(struct sk_buff *skb, struct ipsec_sa *sa)
{
	bool carried = ipsec_udpencap_carried(skb);
	struct ipsec_skb_cb *cb = ipsec_cb(skb);

	if (carried && ipsec_udpencap_len(sa))
		ipsec_udpencap_watch(sa, skb);

	/* RFC 4303 2.6: made to confuse observers of the traffic. */
	if (cb->next_header == IPPROTO_NONE)
		return IPSEC_IN_DUMMY;
	cb->mode = sa->mode == NFIPSEC_MODE_ANY ? open_mode(sa->inet, skb) : sa->mode;
	if (cb->mode != NFIPSEC_MODE_TRANSPORT)
		skb_dst_drop(skb);
	if (cb->mode == NFIPSEC_MODE_TUNNEL)
		return ipsec_tunnel_pull(skb, sa);
	if (cb->mode == NFIPSEC_MODE_BEET)
		return ipsec_beet_pull(skb, sa);
	unwrap_transport(skb);
	if (carried)
		ipsec_udpencap_checksum(skb);
	return IPSEC_NO_DROP;
}

/* What ipsec_bytes() was before the transform, which takes less than 64 kB away. */
static unsigned int bytes_before(struct sk_buff *skb)
{
	return skb->len + (u16)(ipsec_cb(skb)->arrived - skb->len);
}

/* The continuation behind each transform. */
static void input_done(struct sk_buff *skb, enum ipsec_stat reason)
{
	struct ipsec_skb_cb *cb = ipsec_cb(skb);
	unsigned int before = bytes_before(skb);
	struct ipsec_sa *sa = cb->sa;
	struct ipsec_net *inet = sa->inet;

	if (!reason)
		reason = replay_reason(ipsec_replay_commit(sa->replay, cb->seq));
	if (!reason)
		reason = decapsulate(skb, sa);
	if (!reason && !ipsec_expire_charge(sa, skb->len))
		reason = IPSEC_IN_EXPIRED;
	if (reason)
		return input_drop_as(skb, sa, before, reason);
	ipsec_sa_count(sa, skb->len);
	ipsec_book(inet, IPSEC_IN_OVERHEAD, (u64)before - skb->len);
	if (cb->mode == NFIPSEC_MODE_TRANSPORT ? transport_holds_ours(skb) :
						 tunnel_holds_ours(inet, skb))
		input_nested(inet, skb);
	else
		input_deliver(inet, skb);
}

/**
 * ipsec_input_init() - make the way back into the stack, and let packets that came too early go on
 *	when the keys of their SA come
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_input_init(void)
{
	int err;

	napi_dev = alloc_netdev_dummy(0);
	if (!napi_dev)
		return -ENOMEM;
	err = gro_cells_init(&cells, napi_dev);
	if (err) {
		free_netdev(napi_dev);
		return err;
	}
	ipsec_event_listen(&input_listener);
	return 0;
}

/**
 * ipsec_input_exit() - close the way back into the stack
 *
 * No packet can arrive any more.
 */
void ipsec_input_exit(void)
{
	gro_cells_destroy(&cells);
	free_netdev(napi_dev);
}
