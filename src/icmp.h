/* SPDX-License-Identifier: GPL-2.0 */
/* What senders are told of packets that cannot be sent. */
#ifndef IPSEC_ICMP_H
#define IPSEC_ICMP_H

#include "types.h"

struct ipsec_net;
struct net_device;
struct sk_buff;

void ipsec_icmp_too_big(struct sk_buff *skb, unsigned int mtu);
void ipsec_icmp_exact(struct ipsec_net *inet, struct sk_buff *skb, const struct net_device *dev);
void ipsec_icmp_unreachable(struct sk_buff *skb);
void ipsec_icmp_unreachable_late(struct ipsec_net *inet, struct sk_buff *skb, u32 scope);

#endif /* IPSEC_ICMP_H */
