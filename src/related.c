// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors that no policy names (RFC 4301 6.2): a router behind the peer, or behind this
 * gateway, has an address that is in no selector, and yet what it says of a packet that came
 * through a tunnel has to go back through it, and may come out of it there.
 *
 * So an error that no policy names is judged like an answer to the packet that it is about: it
 * goes the same way. Where that answer would have to be protected the error is; and one that
 * should have been, and arrives in clear, is dropped: only who sees the packets inside can say
 * anything of them. So it is with protected packets, too, where a tunnel carries those of another
 * gateway; those that this host has protected itself every router on the way sees (hooks.c:
 * is_exempt).
 */
#include "quote.h"
#include "related.h"
#include "spd.h"

/* Make the key of a packet that of its answer, in all that the error has itself. */
static void turn(struct ipsec_key *about, const struct ipsec_key *key)
{
	swap(about->src, about->dst);
	if (ipsec_proto_has_ports(about->proto))
		swap(about->sport, about->dport);
	about->flags |= key->flags & IPSEC_KEY_WAYS;
	about->scope = key->scope;
	about->mark = key->mark;
	about->if_id = key->if_id;
	about->dev = key->dev;
	about->vrf = key->vrf;
}

/*
 * Only a tunnel carries a packet that has not the addresses of the answer. Where the SA decides
 * upon the mode, it is one if it does not end where the answer does.
 */
static bool is_tunnel(const struct ipsec_spec *spec, const struct ipsec_key *about)
{
	if (spec->mode != NFIPSEC_MODE_ANY)
		return spec->mode == NFIPSEC_MODE_TUNNEL;
	return spec->family && !ipsec_addr_is_any(&spec->dst) &&
	       (spec->family != about->family ||
		ipsec_addr_cmp(&spec->dst, &about->dst, about->family));
}

static bool is_for_errors(const struct ipsec_policy *policy, u8 dir,
			  const struct ipsec_key *about)
{
	if (!policy || policy->flags & NFIPSEC_POLICY_F_NO_ICMP_ERRORS)
		return false;
	return dir == NFIPSEC_DIR_IN || policy->action != NFIPSEC_ACTION_PROTECT ||
	       is_tunnel(&policy->spec[0], about);
}

/* The key of what would answer the packet that an error is about, if it goes to who sent that. */
static bool answer_key(const struct sk_buff *skb, const struct ipsec_key *key,
		       struct ipsec_key *about)
{
	struct ipsec_quote quote;

	if (!ipsec_quote_parse(skb, &quote) || !ipsec_flow_quoted(skb, &quote, about))
		return false;
	if (ipsec_addr_cmp(&about->src, &key->dst, key->family))
		return false;
	turn(about, key);
	return true;
}

/**
 * ipsec_related_lookup() - find the policy of an ICMP message that no policy names
 * @inet: the namespace
 * @dir: enum nfipsec_dir
 * @skb: the message
 * @key: its key
 *
 * BH off, RCU read-side section.
 *
 * Return: as ipsec_related_flow(), but never NULL.
 */
struct ipsec_flow *ipsec_related_lookup(struct ipsec_net *inet, u8 dir, const struct sk_buff *skb,
					const struct ipsec_key *key)
{
	struct ipsec_flow *flow;
	struct ipsec_key about;

	if (answer_key(skb, key, &about)) {
		flow = ipsec_flow_lookup(inet, dir, &about);
		if (is_for_errors(flow->policy, dir, &about))
			return flow;
	}
	return ipsec_flow_lookup(inet, dir, key);
}
