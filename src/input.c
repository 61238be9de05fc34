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
#include <net/gro_cells.h>
#include <net/ip.h>
#include <net/route.h>

#include "flow.h"
#include "input.h"
#include "sa.h"
#include "shadow.h"
#include "skb.h"
#include "spd.h"
#include "tunnel.h"

/* Decapsulated packets enter the stack again through a NAPI of our own, with GRO. */
static struct net_device *napi_dev;
static struct gro_cells cells;

static void input_done(struct sk_buff *skb, enum ipsec_stat reason);

/**
 * ipsec_input_init() - make the way back into the stack
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
	if (err)
		free_netdev(napi_dev);
	return err;
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

/* The SPI and the sequence number; the packet's data begins with the ESP or AH header. */
static bool parse(struct sk_buff *skb, u8 proto, struct ipsec_sa_id *id, u32 *seq)
{
	memset(id, 0, sizeof(*id));
	id->family = AF_INET;
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
	id->dst.v4 = ip_hdr(skb)->daddr;
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

static void input_with_sa(struct sk_buff *skb, struct ipsec_sa *sa, u32 seq)
{
	struct ipsec_skb_cb *cb = ipsec_cb(skb);
	enum ipsec_stat reason;

	cb->sa = sa;
	cb->seq = seq;
	reason = replay_reason(ipsec_replay_check(sa->replay, seq));
	if (reason)
		return ipsec_sa_drop(sa, skb, reason);
	skb_dst_drop(skb);
	sa->xform->input(skb, input_done);
}

/* Whose packets are these: with no SA of ours and none of the kernel's, they are nobody's. */
static bool leave_to_kernel(struct ipsec_net *inet)
{
	return ipsec_sadb_empty(inet) || READ_ONCE(inet->net->xfrm.state_num);
}

static int input(struct ipsec_net *inet, struct sk_buff *skb, u8 proto)
{
	struct ipsec_sa_id id;
	struct ipsec_sa *sa;
	u32 seq;

	if (ipsec_sadb_empty(inet))
		return -EINVAL;
	if (!parse(skb, proto, &id, &seq)) {
		if (leave_to_kernel(inet))
			return -EINVAL;
		ipsec_drop(inet, skb, IPSEC_IN_TRUNCATED, 0);
		return 0;
	}
	sa = ipsec_sa_lookup(inet, &id);
	if (!sa && leave_to_kernel(inet)) {
		ipsec_count(inet, IPSEC_IN_NOT_OURS);
		return -EINVAL;
	}
	ipsec_count(inet, proto == IPPROTO_AH ? IPSEC_IN_AH : IPSEC_IN_ESP);
	if (sa)
		input_with_sa(skb, sa, seq);
	else
		ipsec_drop(inet, skb, IPSEC_IN_NO_SA, ntohl(id.spi));
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
	err = input(ipsec_net(dev_net(skb->dev)), skb, proto);
	rcu_read_unlock();
	return err;
}

/* RFC 4303 3.1.1: put the IP header back before the payload. */
static enum ipsec_stat unwrap_transport(struct sk_buff *skb)
{
	unsigned int ip_len = ip_hdrlen(skb);
	struct iphdr *iph;

	memmove(skb->data - ip_len, ip_hdr(skb), ip_len);
	skb_push(skb, ip_len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_len);
	iph = ip_hdr(skb);
	iph->protocol = ipsec_cb(skb)->next_header;
	iph->tot_len = htons(skb->len);
	ip_send_check(iph);
	return IPSEC_NO_DROP;
}

static bool is_ipsec(u8 proto)
{
	return proto == IPPROTO_ESP || proto == IPPROTO_AH;
}

/*
 * The inner packet of a tunnel is for one of our SAs: its policy is asked at the end. The
 * SAs that we send with have names, too, but a packet for one of them is somebody else's:
 * it would be forwarded without having been asked about.
 */
static bool tunnel_holds_ours(struct ipsec_net *inet, struct sk_buff *skb)
{
	unsigned int ip_len = ip_hdrlen(skb);
	struct ipsec_sa_id id;
	bool ours = false;
	u32 seq;

	if (!is_ipsec(ip_hdr(skb)->protocol))
		return false;
	__skb_pull(skb, ip_len);
	if (parse(skb, ip_hdr(skb)->protocol, &id, &seq) && ipsec_sa_lookup(inet, &id))
		ours = inet_addr_type_dev_table(inet->net, skb->dev, id.dst.v4) == RTN_LOCAL;
	__skb_push(skb, ip_len);
	return ours;
}

static void enter_stack(struct ipsec_net *inet, struct sk_buff *skb)
{
	nf_reset_ct(skb);
	skb_mac_header_rebuild(skb);
	skb_clear_hash(skb);
	skb->ip_summed = CHECKSUM_NONE;
	skb->pkt_type = PACKET_HOST;
	skb->protocol = htons(ETH_P_IP);
	if (gro_cells_receive(&cells, skb) == NET_RX_DROP)
		ipsec_count(inet, IPSEC_IN_BACKLOG);
}

/* The header inside is ESP or AH for this host: remember this SA and begin again. */
static void input_nested(struct ipsec_net *inet, struct sk_buff *skb)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	u8 proto = ipsec_cb(skb)->next_header;

	if (skb_sec_path(skb) && skb_sec_path(skb)->len >= NFIPSEC_SPECS_MAX - 1)
		return ipsec_sa_drop(sa, skb, IPSEC_IN_NESTING);
	if (ipsec_shadow_mark(sa, skb))
		return ipsec_sa_drop(sa, skb, IPSEC_IN_NO_MEMORY);
	ipsec_count(inet, IPSEC_IN_NESTED);
	if (sa->mode == NFIPSEC_MODE_TUNNEL)
		return enter_stack(inet, skb);
	__skb_pull(skb, ip_hdrlen(skb));
	if (input(inet, skb, proto))
		ipsec_drop(inet, skb, IPSEC_IN_NO_SA, 0);
}

/**
 * struct applied - an SA as it is compared with a spec: the last one, or one of a sec_path
 * @src: source address
 * @dst: destination address
 * @reqid: reqid
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @mode: enum nfipsec_mode
 */
struct applied {
	union ipsec_addr src;
	union ipsec_addr dst;
	u32 reqid;
	u8 proto;
	u8 mode;
};

static void applied_from_sa(struct applied *applied, const struct ipsec_sa *sa)
{
	applied->src = sa->src;
	applied->dst = sa->id.dst;
	applied->reqid = sa->reqid;
	applied->proto = sa->id.proto;
	applied->mode = sa->mode;
}

static void applied_from_shadow(struct applied *applied, const struct xfrm_state *x)
{
	memcpy(&applied->src, &x->props.saddr, sizeof(applied->src));
	memcpy(&applied->dst, &x->id.daddr, sizeof(applied->dst));
	applied->reqid = x->props.reqid;
	applied->proto = x->id.proto;
	applied->mode = x->props.mode == XFRM_MODE_TUNNEL ? NFIPSEC_MODE_TUNNEL :
							    NFIPSEC_MODE_TRANSPORT;
}

/*
 * The addresses of an SA against those of a spec. An SA may leave its source open. A spec
 * may leave our address open, and without the peer's the SA must be that of the packet.
 */
static bool addresses_fit(const struct ipsec_spec *spec, const struct applied *applied,
			  const struct ipsec_key *key)
{
	const union ipsec_addr *peer = ipsec_addr_is_any(&spec->src) ? &key->src : &spec->src;

	if (!ipsec_addr_is_any(&applied->src) &&
	    ipsec_addr_cmp(peer, &applied->src, key->family))
		return false;
	return ipsec_addr_is_any(&spec->dst) ||
	       !ipsec_addr_cmp(&spec->dst, &applied->dst, key->family);
}

static bool spec_fits(const struct ipsec_spec *spec, const struct applied *applied,
		      const struct ipsec_key *key)
{
	return spec->proto == applied->proto &&
	       (!spec->reqid || spec->reqid == applied->reqid) &&
	       (spec->mode == NFIPSEC_MODE_ANY || spec->mode == applied->mode) &&
	       addresses_fit(spec, applied, key);
}

/* Was the packet protected by just the SAs that its policy names, in that order? */
static bool bundle_fits(const struct ipsec_policy *policy, const struct sk_buff *skb,
			const struct ipsec_sa *sa, const struct ipsec_key *key)
{
	const struct sec_path *sp = skb_sec_path(skb);
	int outer = sp ? sp->len : 0, i;
	struct applied applied;

	if (policy->n_specs != outer + 1)
		return false;
	applied_from_sa(&applied, sa);
	if (!spec_fits(&policy->spec[0], &applied, key))
		return false;
	for (i = 1; i <= outer; i++) {
		applied_from_shadow(&applied, sp->xvec[outer - i]);
		if (!spec_fits(&policy->spec[i], &applied, key))
			return false;
	}
	return true;
}

/*
 * RFC 4301 5.2 step 4. A transport mode packet that no policy is about was authenticated
 * by the host that sent it, and is let in; what came out of a tunnel could have any source.
 */
static enum ipsec_stat check_policy(struct ipsec_net *inet, struct sk_buff *skb,
				    const struct ipsec_sa *sa)
{
	struct ipsec_policy *policy;
	struct ipsec_key key;

	if (!ipsec_flow_key(skb, &key))
		return IPSEC_IN_INNER_HEADER;
	policy = ipsec_flow_lookup(inet, NFIPSEC_DIR_IN, &key)->policy;
	if (!policy || policy->action == NFIPSEC_ACTION_BYPASS)
		return sa->mode == NFIPSEC_MODE_TUNNEL ? IPSEC_IN_NO_POLICY : IPSEC_NO_DROP;
	ipsec_policy_count(policy, skb->len);
	if (policy->action == NFIPSEC_ACTION_DISCARD)
		return IPSEC_IN_DISCARD;
	return bundle_fits(policy, skb, sa, &key) ? IPSEC_NO_DROP : IPSEC_IN_WRONG_SA;
}

static void input_deliver(struct ipsec_net *inet, struct sk_buff *skb)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	enum ipsec_stat reason;

	reason = check_policy(inet, skb, sa);
	if (reason)
		return ipsec_sa_drop(sa, skb, reason);
	if (ipsec_shadow_mark(sa, skb))
		return ipsec_sa_drop(sa, skb, IPSEC_IN_NO_MEMORY);
	ipsec_count(inet, IPSEC_IN_PROTECTED);
	enter_stack(inet, skb);
}

static enum ipsec_stat decapsulate(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	/* RFC 4303 2.6: made to confuse observers of the traffic. */
	if (ipsec_cb(skb)->next_header == IPPROTO_NONE)
		return IPSEC_IN_DUMMY;
	return sa->mode == NFIPSEC_MODE_TUNNEL ? ipsec_tunnel_pull(skb) : unwrap_transport(skb);
}

/* The continuation behind each transform. */
static void input_done(struct sk_buff *skb, enum ipsec_stat reason)
{
	struct ipsec_skb_cb *cb = ipsec_cb(skb);
	struct ipsec_sa *sa = cb->sa;
	struct ipsec_net *inet = sa->inet;

	if (!reason)
		reason = replay_reason(ipsec_replay_commit(sa->replay, cb->seq));
	if (!reason)
		reason = decapsulate(skb, sa);
	if (reason)
		return ipsec_sa_drop(sa, skb, reason);
	ipsec_sa_count(sa, skb->len);
	if (sa->mode == NFIPSEC_MODE_TUNNEL ? tunnel_holds_ours(inet, skb) :
					      is_ipsec(cb->next_header))
		input_nested(inet, skb);
	else
		input_deliver(inet, skb);
}
