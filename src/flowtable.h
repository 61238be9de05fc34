/* SPDX-License-Identifier: GPL-2.0 */
/* Flowtables, which forward past all hooks. */
#ifndef IPSEC_FLOWTABLE_H
#define IPSEC_FLOWTABLE_H

#include "net.h"

void ipsec_flowtable_forget(struct ipsec_net *inet);
void ipsec_flowtable_guard(struct ipsec_net *inet, const struct sk_buff *skb);

#endif /* IPSEC_FLOWTABLE_H */
