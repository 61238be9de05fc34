/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that wait in a queue. */
#ifndef IPSEC_QUEUE_H
#define IPSEC_QUEUE_H

#include "net.h"

void ipsec_queue_prepare(struct sk_buff *skb, unsigned int seconds);
unsigned int ipsec_queue_overdue(struct sk_buff_head *queue, struct sk_buff_head *list);
void ipsec_queue_sum(const struct sk_buff_head *queue, struct ipsec_sum *sum);
void ipsec_queue_drop(struct ipsec_net *inet, struct sk_buff_head *list, enum ipsec_stat reason);
void ipsec_queue_resume(struct ipsec_net *inet, struct sk_buff_head *list,
			void (*resume)(struct ipsec_net *inet, struct sk_buff *skb));

#endif /* IPSEC_QUEUE_H */
