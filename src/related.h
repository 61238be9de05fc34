/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors that no policy names: the policy of the packet that they are about. */
#ifndef IPSEC_RELATED_H
#define IPSEC_RELATED_H

#include "flow.h"
#include "fragment.h"
#include "selector.h"

struct ipsec_flow *ipsec_related_lookup(struct ipsec_net *inet, u8 dir, const struct sk_buff *skb,
					const struct ipsec_key *key);

/**
 * ipsec_related_flow() - find the policy of a packet, which may be an ICMP error or a fragment
 * @inet: the namespace
 * @dir: enum nfipsec_dir
 * @skb: the packet
 * @key: its key, from ipsec_flow_key()
 * @reason: set to a drop reason if there is nothing to go by
 *
 * BH off, RCU read-side section. Where a policy names the packet this costs no more than a
 * question.
 *
 * Return: a cache entry, right until BH is on again, whose key is that of the packet, or of the
 * one whose way it goes (RFC 4301 6.2); its policy may be NULL; or NULL: drop the packet.
 */
static inline struct ipsec_flow *ipsec_related_flow(struct ipsec_net *inet, u8 dir,
						    const struct sk_buff *skb,
						    struct ipsec_key *key,
						    enum ipsec_stat *reason)
{
	bool whole = !(key->flags & IPSEC_KEY_FRAGMENT);
	struct ipsec_flow *flow = ipsec_fragment_flow(inet, dir, skb, key, reason);

	if (!flow || likely(flow->policy) || !whole || !ipsec_proto_has_code(key->proto))
		return flow;
	return ipsec_related_lookup(inet, dir, skb, key);
}

#endif /* IPSEC_RELATED_H */
