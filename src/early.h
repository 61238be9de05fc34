/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that came before the keys of their SA. */
#ifndef IPSEC_EARLY_H
#define IPSEC_EARLY_H

#include "types.h"

struct ipsec_net;
struct ipsec_sa;
struct ipsec_sum;
struct sk_buff;
struct sk_buff_head;

#define IPSEC_EARLY_SECONDS	10	/* then a packet is dropped */
#define IPSEC_EARLY_MAX		1024	/* packets held in a namespace */

int ipsec_early_init(struct ipsec_net *inet);
void ipsec_early_exit(struct ipsec_net *inet);
bool ipsec_early_hold(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_sa *sa);
void ipsec_early_again(struct ipsec_net *inet, struct sk_buff *skb);
void ipsec_early_take(struct ipsec_net *inet, const struct ipsec_sa *sa,
		      struct sk_buff_head *list);
void ipsec_early_waiting(struct ipsec_net *inet, struct ipsec_sum *sum);
u8 ipsec_early_restore(struct ipsec_net *inet, struct sk_buff *skb);

#endif /* IPSEC_EARLY_H */
