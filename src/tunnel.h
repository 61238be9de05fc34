/* SPDX-License-Identifier: GPL-2.0 */
/* The outer header of tunnel mode (RFC 4301 5.1.2). */
#ifndef IPSEC_TUNNEL_H
#define IPSEC_TUNNEL_H

#include <linux/skbuff.h>

#include "stats.h"

struct ipsec_sa;

enum ipsec_stat ipsec_tunnel_push(struct sk_buff *skb, const struct ipsec_sa *sa, u8 route_ttl);
enum ipsec_stat ipsec_tunnel_pull(struct sk_buff *skb, const struct ipsec_sa *sa);

#endif /* IPSEC_TUNNEL_H */
