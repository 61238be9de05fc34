/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that wait for an SA. */
#ifndef IPSEC_HOLD_H
#define IPSEC_HOLD_H

#include "flow.h"
#include "spd.h"
#include "types.h"

struct ipsec_sa;

#define IPSEC_HOLD_SECONDS	10	/* then a packet is dropped */
#define IPSEC_HOLD_POLICY	64	/* packets held for one policy */
#define IPSEC_HOLD_NET		4096	/* packets held in a namespace */

int ipsec_hold_init(struct ipsec_net *inet);
void ipsec_hold_exit(struct ipsec_net *inet);
bool ipsec_hold_wanted(struct ipsec_net *inet, const struct ipsec_flow *flow);
void ipsec_hold_ask(struct ipsec_net *inet, struct ipsec_flow *flow);
bool ipsec_hold_full(struct ipsec_net *inet, struct ipsec_flow *flow);
bool ipsec_hold(struct ipsec_net *inet, struct ipsec_flow *flow, struct sk_buff *skb);
void ipsec_hold_key(struct ipsec_net *inet, struct sk_buff *skb, struct ipsec_key *key);
bool ipsec_hold_again(struct ipsec_net *inet, struct ipsec_flow *flow, struct sk_buff *skb);
void ipsec_hold_take(struct ipsec_net *inet, const struct ipsec_sa *sa,
		     struct sk_buff_head *list);
void ipsec_hold_waiting(struct ipsec_net *inet, struct ipsec_sum *sum);
void ipsec_hold_flush(struct ipsec_net *inet, struct ipsec_policy *policy);
void ipsec_hold_flush_all(struct ipsec_net *inet, bool subs, bool mains);

#endif /* IPSEC_HOLD_H */
