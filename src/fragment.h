/* SPDX-License-Identifier: GPL-2.0 */
/* Fragments: which policy decides about packets whose ports are in another one (RFC 4301 7). */
#ifndef IPSEC_FRAGMENT_H
#define IPSEC_FRAGMENT_H

#include "flow.h"

int ipsec_fragment_need(struct ipsec_net *inet);
void ipsec_fragment_exit(struct ipsec_net *inet);
void ipsec_fragment_pass(struct ipsec_net *inet, const struct sk_buff *skb,
			 const struct ipsec_key *key);
bool ipsec_fragment_passed(struct ipsec_net *inet, const struct sk_buff *skb,
			   const struct ipsec_key *key);
enum ipsec_stat ipsec_fragment_cut(const struct ipsec_key *key, u8 dir, enum ipsec_stat reason);
struct ipsec_flow *ipsec_fragment_lookup(struct ipsec_net *inet, u8 dir,
					 const struct sk_buff *skb, struct ipsec_key *key,
					 enum ipsec_stat *reason);

/**
 * ipsec_fragment_flow() - find the policy of a packet that may be a fragment
 * @inet: the namespace
 * @dir: enum nfipsec_dir
 * @skb: the packet
 * @key: its key, from ipsec_flow_key()
 * @reason: set to a drop reason if there is nothing to go by
 *
 * BH off, RCU read-side section. A packet that is whole costs no more than the question.
 *
 * Return: a cache entry, right until BH is on again; its policy may be NULL; or NULL: drop
 * the packet.
 */
static inline struct ipsec_flow *ipsec_fragment_flow(struct ipsec_net *inet, u8 dir,
						     const struct sk_buff *skb,
						     struct ipsec_key *key,
						     enum ipsec_stat *reason)
{
	if (likely(!(key->flags & IPSEC_KEY_FRAGMENT)))
		return ipsec_flow_lookup(inet, dir, key);
	return ipsec_fragment_lookup(inet, dir, skb, key, reason);
}

#endif /* IPSEC_FRAGMENT_H */
