/* SPDX-License-Identifier: GPL-2.0 */
/* What is routed into a link of kind xfrm. */
#ifndef IPSEC_IFACE_OUTPUT_H
#define IPSEC_IFACE_OUTPUT_H

#include "iface.h"

netdev_tx_t ipsec_iface_xmit(struct sk_buff *skb, struct net_device *dev);

#endif /* IPSEC_IFACE_OUTPUT_H */
