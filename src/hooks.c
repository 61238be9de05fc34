// SPDX-License-Identifier: GPL-2.0
/*
 * Where packets meet the policies: the netfilter hooks.
 *
 *	LOCAL_OUT, FORWARD	outbound policies: just before the filter table, and before
 *				all of FORWARD. Protected packets are told apart from then on
 *				by their dst
 *	POST_ROUTING		after NAT: a packet that is still clear is asked again, so
 *				neither NAT nor a new route moves one past its policy
 *	LOCAL_IN, FORWARD	inbound policies, for packets that are not marked as having
 *				come in under an SA: those have been checked (input.c)
 *	LOCAL_IN		at its end: ICMP errors about packets that we have protected
 *
 * A namespace has the hooks from its first policy on, or from the first default that is not
 * BYPASS.
 */
#include <linux/icmpv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ndisc.h>

#include "couple.h"
#include "event.h"
#include "flow.h"
#include "flowtable.h"
#include "fragment.h"
#include "hold.h"
#include "hooks.h"
#include "icmp.h"
#include "icmp_error.h"
#include "output.h"
#include "related.h"
#include "selector.h"
#include "shadow.h"
#include "skb.h"
#include "socket.h"
#include "spd.h"
#include "udpencap.h"

static unsigned int hook_drop(struct ipsec_net *inet, const struct sk_buff *skb,
			      enum ipsec_stat reason)
{
	ipsec_drop_note(inet, skb, reason, 0);
	return NF_DROP_ERR(-EACCES);
}

/* What is let through here is seen later: behind POST_ROUTING, or in the output path. */
static unsigned int refuse(struct ipsec_net *inet, const struct sk_buff *skb,
			   enum ipsec_stat reason)
{
	ipsec_book(inet, IPSEC_OUT_SEEN, skb->len);
	return hook_drop(inet, skb, reason);
}

/* No packet is looked at. */
static bool is_idle(const struct ipsec_net *inet)
{
	return ipsec_spd_empty(inet) && !READ_ONCE(inet->discards) &&
	       !READ_ONCE(inet->sockets_protect);
}

/* Bridges call the IP hooks with packets that IP does not forward. */
static bool is_bridged(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return !dst || (dst->flags & DST_FAKE_RTABLE);
}

static bool is_loopback(const struct net_device *dev)
{
	return dev && (dev->flags & IFF_LOOPBACK);
}

/* Clear text may go on: nothing matches, or what matches allows it. */
static unsigned int pass_clear(struct ipsec_net *inet, struct ipsec_policy *policy,
			       const struct sk_buff *skb, unsigned int hook)
{
	if (hook != NF_INET_POST_ROUTING)
		return NF_ACCEPT;
	if (policy)
		ipsec_policy_count(policy, skb->len);
	ipsec_book(inet, IPSEC_OUT_SEEN, skb->len);
	ipsec_book(inet, IPSEC_OUT_BYPASSED, skb->len);
	return NF_ACCEPT;
}

static unsigned int protect(struct ipsec_net *inet, struct ipsec_flow *flow,
			    struct sk_buff *skb, unsigned int hook)
{
	struct ipsec_policy *policy = flow->policy;
	unsigned int len = skb->len;
	enum ipsec_stat reason;

	reason = ipsec_output_attach(inet, skb, flow, hook != NF_INET_FORWARD);
	if (reason == IPSEC_OUT_NO_SA)
		reason = ipsec_output_attach_larval(inet, skb, flow);
	if (reason == IPSEC_OUT_NO_SA && (policy->flags & NFIPSEC_POLICY_F_OPTIONAL))
		return pass_clear(inet, policy, skb, hook);
	ipsec_policy_count(policy, len);
	return reason ? refuse(inet, skb, reason) : NF_ACCEPT;
}

/* A socket's packets do not wait: its program hears that there is no SA, and may try again. */
static unsigned int protect_socket(struct ipsec_net *inet, struct ipsec_policy *policy,
				   struct sk_buff *skb, unsigned int hook,
				   const struct ipsec_key *key)
{
	struct ipsec_flow flow = { .key = *key, .dir = NFIPSEC_DIR_OUT, .policy = policy };
	enum ipsec_stat reason = ipsec_output_attach(inet, skb, &flow, true);

	if (reason == IPSEC_OUT_NO_SA) {
		ipsec_hold_ask(inet, &flow);
		if (policy->flags & NFIPSEC_POLICY_F_OPTIONAL && !flow.pauses)
			return pass_clear(inet, NULL, skb, hook);
	}
	return reason ? refuse(inet, skb, reason) : NF_ACCEPT;
}

static unsigned int apply_socket(struct ipsec_net *inet, struct ipsec_policy *policy, u8 action,
				 struct sk_buff *skb, unsigned int hook,
				 const struct ipsec_key *key)
{
	if (action == NFIPSEC_ACTION_PROTECT)
		return protect_socket(inet, policy, skb, hook, key);
	if (action == NFIPSEC_ACTION_BYPASS)
		return pass_clear(inet, NULL, skb, hook);
	return refuse(inet, skb, IPSEC_OUT_DISCARD);
}

static unsigned int apply_out(struct ipsec_net *inet, struct sk_buff *skb, unsigned int hook,
			      struct ipsec_key *key)
{
	struct ipsec_policy *policy;
	enum ipsec_stat reason;
	struct ipsec_flow *flow;
	u8 action;

	if (unlikely(ipsec_socket_out(inet, skb, key, &policy, &action)))
		return apply_socket(inet, policy, action, skb, hook, key);
	flow = ipsec_related_flow(inet, NFIPSEC_DIR_OUT, skb, key, &reason);
	if (!flow)
		return refuse(inet, skb, reason);
	policy = flow->policy;
	if (!policy && ipsec_spd_discards(inet, IPSEC_DISCARD_OUT))
		return refuse(inet, skb, IPSEC_OUT_NO_POLICY);
	if (!policy || policy->action == NFIPSEC_ACTION_BYPASS)
		return pass_clear(inet, policy, skb, hook);
	if (policy->action == NFIPSEC_ACTION_PROTECT)
		return protect(inet, flow, skb, hook);
	ipsec_policy_count(policy, skb->len);
	return refuse(inet, skb, ipsec_couple_discards(policy, NFIPSEC_DIR_OUT));
}

static bool is_discovery(u8 type, u8 hop_limit)
{
	return type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT && hop_limit == 255;
}

static bool is_listener_report(u8 type, u8 hop_limit)
{
	return ((type >= ICMPV6_MGM_QUERY && type <= ICMPV6_MGM_REDUCTION) ||
		type == ICMPV6_MLD2_REPORT) && hop_limit == 1;
}

/*
 * Neighbour discovery, and with switches that listen multicast listener discovery, find the
 * link address that every packet needs, ESP as well, before an SA can be there. They never
 * leave the link: their receivers demand a hop limit that no router leaves as it is (RFC
 * 4861 6.1 and 7.1, RFC 3810 5). So no policy is asked about them.
 */
static bool is_link_talk(const struct sk_buff *skb, const struct ipsec_key *key,
			 const struct nf_hook_state *state)
{
	u8 hop_limit = ipv6_hdr(skb)->hop_limit, buffer;
	struct ipsec_header header;
	const u8 *type;

	if (key->family != AF_INET6 || key->proto != IPPROTO_ICMPV6 ||
	    state->hook == NF_INET_FORWARD)
		return false;
	if (!ipsec_header_parse(skb, &header) || header.fragment)
		return false;
	type = skb_header_pointer(skb, skb_network_offset(skb) + header.upper, sizeof(buffer),
				  &buffer);
	return type && (is_discovery(*type, hop_limit) || is_listener_report(*type, hop_limit));
}

/* ESP, AH, or ESP in UDP: this host has just made it, ours or the kernel's own stack. */
static bool is_protected(const struct sk_buff *skb, const struct ipsec_key *key)
{
	return ipsec_skb_transformed(skb) &&
	       (ipsec_skb_is_ipsec(key->proto) || key->proto == IPPROTO_UDP);
}

static unsigned int hook_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct ipsec_net *inet = ipsec_net(state->net);
	struct ipsec_key key;
	unsigned int verdict;

	if (is_idle(inet) || is_loopback(state->out) || is_bridged(skb) ||
	    ipsec_bundle_of(skb))
		return NF_ACCEPT;
	if (!ipsec_flow_key(skb, &key))
		return refuse(inet, skb, ipsec_fragment_cut(&key, NFIPSEC_DIR_OUT,
							    IPSEC_OUT_HEADER));
	if (is_protected(skb, &key) || is_link_talk(skb, &key, state))
		return NF_ACCEPT;
	ipsec_flow_scope(&key, state->out);
	ipsec_flow_dev(inet, &key, state->out);
	ipsec_flow_mark(inet, &key, skb->mark);
	local_bh_disable();
	if (state->hook == NF_INET_LOCAL_OUT && ipsec_proto_has_code(key.proto))
		ipsec_icmp_exact(inet, skb, state->out);
	verdict = apply_out(inet, skb, state->hook, &key);
	if (state->hook == NF_INET_FORWARD && verdict == NF_ACCEPT)
		ipsec_flowtable_guard(inet, skb);
	local_bh_enable();
	return verdict;
}

/* Why a packet in clear may not come in, if it may not. */
static enum ipsec_stat clear_reason(struct ipsec_net *inet, struct ipsec_policy *policy,
				    unsigned int hook)
{
	u8 which = hook == NF_INET_LOCAL_IN ? IPSEC_DISCARD_LOCAL : IPSEC_DISCARD_FORWARDED;

	if (!policy)
		return ipsec_spd_discards(inet, which) ? IPSEC_IN_NO_POLICY : IPSEC_NO_DROP;
	if (policy->action == NFIPSEC_ACTION_DISCARD)
		return ipsec_couple_discards(policy, NFIPSEC_DIR_IN);
	if (policy->action == NFIPSEC_ACTION_PROTECT &&
	    !(policy->flags & NFIPSEC_POLICY_F_OPTIONAL))
		return IPSEC_IN_CLEAR_PROTECT;
	return IPSEC_NO_DROP;
}

/*
 * What is for a socket that asks for no protection; and errors of routers about what this host has
 * protected, where the policy is only that of what the error is about: ESP in UDP.
 */
static bool is_exempt(struct ipsec_net *inet, struct sk_buff *skb,
		      const struct ipsec_key *key, const struct ipsec_flow *flow)
{
	if (ipsec_socket_in(inet, skb, key))
		return true;
	return ipsec_proto_has_code(key->proto) &&
	       ipsec_addr_cmp(&flow->key.src, &key->src, key->family) &&
	       ipsec_icmp_error_expected(inet, skb);
}

static unsigned int apply_in(struct ipsec_net *inet, struct sk_buff *skb, unsigned int hook,
			     struct ipsec_key *key)
{
	struct ipsec_policy *policy;
	enum ipsec_stat reason;
	struct ipsec_flow *flow;

	flow = ipsec_related_flow(inet, NFIPSEC_DIR_IN, skb, key, &reason);
	if (!flow)
		return hook_drop(inet, skb, reason);
	policy = flow->policy;
	reason = clear_reason(inet, policy, hook);
	if (reason && hook == NF_INET_LOCAL_IN && is_exempt(inet, skb, key, flow)) {
		policy = NULL;
		reason = IPSEC_NO_DROP;
	}
	if (policy)
		ipsec_policy_count(policy, skb->len);
	if (reason)
		return hook_drop(inet, skb, reason);
	ipsec_book(inet, IPSEC_IN_CLEAR, skb->len);
	return NF_ACCEPT;
}

static bool is_ipsec(struct ipsec_net *inet, const struct sk_buff *skb,
		     const struct ipsec_key *key)
{
	return ipsec_skb_is_ipsec(key->proto) || ipsec_udpencap_expected(inet, skb, key);
}

/* IPv6 puts packets together behind this hook: the first fragment says what the others are. */
static bool is_fragment_of_ipsec(struct ipsec_net *inet, const struct sk_buff *skb,
				 const struct ipsec_key *key)
{
	bool is = is_ipsec(inet, skb, key);

	local_bh_disable();
	if (key->flags & IPSEC_KEY_NO_PORTS)
		is = is || ipsec_fragment_passed(inet, skb, key);
	else if (is)
		ipsec_fragment_pass(inet, skb, key);
	local_bh_enable();
	return is;
}

/* ESP and AH for this host go on to the protocol handlers, which authenticate them. */
static bool is_for_handlers(struct ipsec_net *inet, const struct sk_buff *skb,
			    const struct ipsec_key *key, const struct nf_hook_state *state)
{
	if (state->hook != NF_INET_LOCAL_IN)
		return false;
	return unlikely(key->flags & IPSEC_KEY_FRAGMENT) ? is_fragment_of_ipsec(inet, skb, key) :
							   is_ipsec(inet, skb, key);
}

static unsigned int hook_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct ipsec_net *inet = ipsec_net(state->net);
	struct ipsec_key key;
	unsigned int verdict;
	bool readable;

	if (is_idle(inet) || is_loopback(state->in) || ipsec_shadow_marked(skb) ||
	    is_bridged(skb))
		return NF_ACCEPT;
	readable = ipsec_flow_key(skb, &key);
	if (readable &&
	    (is_for_handlers(inet, skb, &key, state) || is_link_talk(skb, &key, state)))
		return NF_ACCEPT;
	ipsec_book(inet, IPSEC_IN_SEEN, skb->len);
	if (!readable)
		return hook_drop(inet, skb, ipsec_fragment_cut(&key, NFIPSEC_DIR_IN,
							       IPSEC_IN_INNER_HEADER));
	ipsec_flow_before_nat(skb, &key);
	ipsec_flow_mark(inet, &key, skb->mark);
	ipsec_flow_way(inet, &key, state->hook == NF_INET_LOCAL_IN);
	ipsec_flow_dev(inet, &key, state->in);
	local_bh_disable();
	verdict = apply_in(inet, skb, state->hook, &key);
	local_bh_enable();
	return verdict;
}

/* Policies and firewall rules have let it in. */
static unsigned int hook_error(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct ipsec_net *inet = ipsec_net(state->net);

	if (!is_idle(inet))
		ipsec_icmp_error(inet, skb);
	return NF_ACCEPT;
}

#define HOOK(HOOK_FN, FAMILY, NUM, PRIORITY) \
	{ .hook = (HOOK_FN), .pf = (FAMILY), .hooknum = NF_INET_##NUM, .priority = (PRIORITY) }

/*
 * In FORWARD rules of any priority may give the packet to a flowtable. Behind POST_ROUTING
 * only conntrack's confirmation comes.
 */
static const struct nf_hook_ops hook_ops[] = {
	HOOK(hook_in, NFPROTO_IPV4, LOCAL_IN, NF_IP_PRI_FILTER - 1),
	HOOK(hook_error, NFPROTO_IPV4, LOCAL_IN, NF_IP_PRI_LAST - 1),
	HOOK(hook_in, NFPROTO_IPV4, FORWARD, NF_IP_PRI_FIRST),
	HOOK(hook_out, NFPROTO_IPV4, FORWARD, NF_IP_PRI_FIRST + 1),
	HOOK(hook_out, NFPROTO_IPV4, LOCAL_OUT, NF_IP_PRI_FILTER - 1),
	HOOK(hook_out, NFPROTO_IPV4, POST_ROUTING, NF_IP_PRI_LAST - 1),
	HOOK(hook_in, NFPROTO_IPV6, LOCAL_IN, NF_IP6_PRI_FILTER - 1),
	HOOK(hook_error, NFPROTO_IPV6, LOCAL_IN, NF_IP6_PRI_LAST - 1),
	HOOK(hook_in, NFPROTO_IPV6, FORWARD, NF_IP6_PRI_FIRST),
	HOOK(hook_out, NFPROTO_IPV6, FORWARD, NF_IP6_PRI_FIRST + 1),
	HOOK(hook_out, NFPROTO_IPV6, LOCAL_OUT, NF_IP6_PRI_FILTER - 1),
	HOOK(hook_out, NFPROTO_IPV6, POST_ROUTING, NF_IP6_PRI_LAST - 1),
};

static void forget_offloaded_flows(struct ipsec_net *inet)
{
	if (inet->hooked)
		ipsec_flowtable_forget(inet);
}

static struct ipsec_listener hooks_listener = {
	.spd_changed = forget_offloaded_flows,
};

/**
 * ipsec_hooks_init() - watch the SPDs
 */
void ipsec_hooks_init(void)
{
	ipsec_event_listen(&hooks_listener);
}

/**
 * ipsec_hooks_need() - put the hooks of a namespace in place
 * @inet: the namespace, config held
 *
 * Process context. Called before the first policy or default is in force.
 *
 * Return: 0 or a negative errno.
 */
int ipsec_hooks_need(struct ipsec_net *inet)
{
	int err;

	lockdep_assert_held(&inet->config);
	if (inet->hooked)
		return 0;
	err = ipsec_fragment_need(inet);
	if (!err)
		err = nf_register_net_hooks(inet->net, hook_ops, ARRAY_SIZE(hook_ops));
	if (!err)
		WRITE_ONCE(inet->hooked, true);
	return err;
}

/**
 * ipsec_hooks_exit() - take the hooks of a namespace away
 * @inet: a namespace that ends
 */
void ipsec_hooks_exit(struct ipsec_net *inet)
{
	if (inet->hooked)
		nf_unregister_net_hooks(inet->net, hook_ops, ARRAY_SIZE(hook_ops));
	inet->hooked = false;
}
