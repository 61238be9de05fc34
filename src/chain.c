// SPDX-License-Identifier: GPL-2.0
/* Which SAs protect a packet, innermost first, as its policy wants. */
#include "chain.h"
#include "policy.h"

/**
 * ipsec_chain_ends() - the addresses that a packet has behind a chain
 * @key: the packet
 * @chain: the SAs, of which there may be none
 * @ends: filled
 */
void ipsec_chain_ends(const struct ipsec_key *key, const struct ipsec_chain *chain,
		      struct ipsec_ends *ends)
{
	int n = chain->n;

	ends->src = key->src;
	ends->dst = key->dst;
	ends->family = key->family;
	while (n--) {
		if (chain->mode[n] == NFIPSEC_MODE_TRANSPORT)
			continue;
		ends->src = chain->sa[n]->src;
		ends->dst = chain->sa[n]->id.dst;
		ends->family = chain->sa[n]->id.family;
		return;
	}
}

/* What the next SA must be like for a packet with these ends. */
static void want(const struct ipsec_policy *policy, const struct ipsec_spec *spec,
		 const struct ipsec_ends *ends, struct ipsec_sa_wanted *wanted)
{
	memset(wanted, 0, sizeof(*wanted));
	wanted->id.proto = spec->proto;
	wanted->id.spi = spec->spi;
	wanted->tag = policy->tag;
	wanted->mode = spec->mode;
	wanted->reqid = spec->reqid;
	wanted->packet_src = &ends->src;
	wanted->packet_dst = &ends->dst;
	wanted->packet_family = ends->family;
	wanted->id.dst = ends->dst;
	wanted->id.family = ends->family;
	if (spec->family && !ipsec_addr_is_any(&spec->dst)) {
		wanted->id.dst = spec->dst;
		wanted->id.family = spec->family;
	}
	if (spec->family && !ipsec_addr_is_any(&spec->src))
		wanted->src = &spec->src;
}

/* Append the SA of a spec, if there is one; else the chain says which one it would be. */
static bool find_sa(struct ipsec_net *inet, const struct ipsec_policy *policy,
		    const struct ipsec_spec *spec, const struct ipsec_key *key,
		    struct ipsec_chain *chain)
{
	struct ipsec_sa_wanted wanted;
	struct ipsec_sa *sa;
	struct ipsec_ends ends;

	ipsec_chain_ends(key, chain, &ends);
	want(policy, spec, &ends, &wanted);
	/* What is inside others is no longer the packet that the selectors are about. */
	if (!chain->n) {
		wanted.key = key;
		wanted.pfp = policy->flags & NFIPSEC_POLICY_F_PFP;
	}
	sa = ipsec_sa_newest(inet, &wanted);
	chain->pauses = wanted.pauses;
	if (!sa || chain->pauses) {
		chain->awaits = ipsec_sa_awaited(&wanted.id, wanted.tag.if_id, wanted.reqid);
		return false;
	}
	chain->sa[chain->n] = sa;
	chain->mode[chain->n++] = ipsec_sa_mode(sa, &wanted);
	return true;
}

/*
 * The mark that the route of the protected packet is looked up with, as in the kernel's own stack.
 * In transport mode it is the packet's, of which the policy knows as much as counts.
 */
static u32 route_mark(const struct ipsec_policy *policy, const struct ipsec_key *key,
		      const struct ipsec_chain *chain)
{
	const struct ipsec_mark *set;
	int n = chain->n;

	while (n--) {
		if (chain->mode[n] == NFIPSEC_MODE_TRANSPORT)
			continue;
		set = &chain->sa[n]->set_mark;
		return set->mask ? ipsec_mark_apply(key->mark, set) : 0;
	}
	return policy->tag.mark.value;
}

/**
 * ipsec_chain_find() - find the SAs that a policy wants for a packet
 * @inet: the namespace
 * @policy: it says PROTECT
 * @key: the packet
 * @chain: filled
 *
 * While the innermost is missing nothing else is of any use, and the chain says which one it is.
 * What a further one must be like depends on those before it, and another of these may come as
 * well. One that is optional is missing, too, while it pauses: without it packets would be less
 * protected for no reason that anybody has given.
 *
 * RCU read-side section.
 *
 * Return: false if one is missing that has to be there, or all are.
 */
bool ipsec_chain_find(struct ipsec_net *inet, const struct ipsec_policy *policy,
		      const struct ipsec_key *key, struct ipsec_chain *chain)
{
	int i;

	chain->n = 0;
	chain->pauses = false;
	for (i = 0; i < policy->n_specs; i++) {
		if (find_sa(inet, policy, &policy->spec[i], key, chain) ||
		    (policy->spec[i].optional && !chain->pauses))
			continue;
		/* Of a couple another SA may be asked for first, see ipsec_bundle_lacks(). */
		if (i || policy->main)
			chain->awaits = 0;
		return false;
	}
	chain->awaits = 0;
	chain->mark = route_mark(policy, key, chain);
	return chain->n;
}
