/* SPDX-License-Identifier: GPL-2.0 */
/* The output path (RFC 4301 5.1). */
#ifndef IPSEC_OUTPUT_H
#define IPSEC_OUTPUT_H

#include "bundle.h"

void ipsec_output_init(void);
enum ipsec_stat ipsec_output_attach_larval(struct ipsec_net *inet, struct sk_buff *skb,
					   struct ipsec_flow *flow);
enum ipsec_stat ipsec_output_attach(struct ipsec_net *inet, struct sk_buff *skb,
				    struct ipsec_flow *flow, bool local);
bool ipsec_output_may_fragment(const struct sk_buff *skb, const struct ipsec_bundle *bundle);
void ipsec_output_bundle(struct ipsec_net *inet, struct sock *sk, struct sk_buff *skb);
void ipsec_output_wait(struct ipsec_net *inet, struct sk_buff *skb, struct ipsec_flow *flow);
int ipsec_output_dst(struct net *net, struct sock *sk, struct sk_buff *skb);

#endif /* IPSEC_OUTPUT_H */
