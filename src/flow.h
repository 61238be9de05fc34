/* SPDX-License-Identifier: GPL-2.0 */
/* From a packet to its policy: the key, and the per-CPU cache in front of the SPD. */
#ifndef IPSEC_FLOW_H
#define IPSEC_FLOW_H

#include "net.h"
#include "types.h"

struct ipsec_bundle;
struct ipsec_policy;
struct ipsec_quote;

/**
 * struct ipsec_flow - what is known of the packets with one key
 * @key: the key
 * @dir: enum nfipsec_dir
 * @spd_gen: SPD for which @policy is right, or 0: for one packet only
 * @policy: the policy, or NULL: none matches
 * @sadb_gen: SADB for which @bundle is right, owned by bundle.c
 * @bundle: what protects the packets, owned by bundle.c
 * @awaits: which SA is missing, ipsec_sa_awaited(), or 0: one of several, owned by bundle.c
 * @pauses: that one is there, and will send again in a moment, or another in its place; owned by
 *          bundle.c
 * @asked: when an SA was asked for, in jiffies, or 0: not yet, owned by hold.c
 *
 * Belongs to one CPU: used with BH off. It holds no references; the generations say
 * whether its pointers still point to something.
 */
struct ipsec_flow {
	struct ipsec_key key;
	u8 dir;
	unsigned long spd_gen;
	struct ipsec_policy *policy;
	unsigned long sadb_gen;
	struct ipsec_bundle *bundle;
	u32 awaits;
	bool pauses;
	unsigned long asked;
};

int ipsec_flow_init(void);
void ipsec_flow_exit(void);
bool ipsec_flow_key(const struct sk_buff *skb, struct ipsec_key *key);
bool ipsec_flow_quoted(const struct sk_buff *skb, const struct ipsec_quote *quote,
		       struct ipsec_key *key);
void ipsec_flow_way(const struct ipsec_net *inet, struct ipsec_key *key, bool local);
void ipsec_flow_mark(const struct ipsec_net *inet, struct ipsec_key *key, u32 mark);
void ipsec_flow_dev(const struct ipsec_net *inet, struct ipsec_key *key,
		    const struct net_device *dev);
void ipsec_flow_scope(struct ipsec_key *key, const struct net_device *dev);
void ipsec_flow_link(const struct ipsec_net *inet, struct ipsec_key *key, u32 if_id, u32 link);
void ipsec_flow_out(const struct ipsec_net *inet, struct ipsec_key *key,
		    const struct net_device *dev, u32 if_id, u32 link);
bool ipsec_flow_natted(const struct sk_buff *skb);
void ipsec_flow_before_nat(const struct sk_buff *skb, struct ipsec_key *key);
struct ipsec_flow *ipsec_flow_lookup(struct ipsec_net *inet, u8 dir,
				     const struct ipsec_key *key);

#endif /* IPSEC_FLOW_H */
