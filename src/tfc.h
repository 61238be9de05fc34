/* SPDX-License-Identifier: GPL-2.0 */
/* Traffic flow confidentiality: padding that hides the length of packets (RFC 4303 2.7). */
#ifndef IPSEC_TFC_H
#define IPSEC_TFC_H

#include <linux/skbuff.h>

#include "stats.h"

struct ipsec_sa;

enum ipsec_stat ipsec_tfc_pad(struct sk_buff *skb, const struct ipsec_sa *sa, unsigned int room);

#endif /* IPSEC_TFC_H */
