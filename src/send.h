/* SPDX-License-Identifier: GPL-2.0 */
/* A protected packet leaves this host. */
#ifndef IPSEC_SEND_H
#define IPSEC_SEND_H

#include "bundle.h"

void ipsec_send(struct sk_buff *skb, const struct ipsec_bundle *bundle);

#endif /* IPSEC_SEND_H */
