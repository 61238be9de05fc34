/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors about packets that this host has protected. */
#ifndef IPSEC_ICMP_ERROR_H
#define IPSEC_ICMP_ERROR_H

#include <linux/skbuff.h>

#include "net.h"

bool ipsec_icmp_error_expected(struct ipsec_net *inet, const struct sk_buff *skb);
void ipsec_icmp_error(struct ipsec_net *inet, struct sk_buff *skb);

#endif /* IPSEC_ICMP_ERROR_H */
