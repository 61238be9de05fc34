/* SPDX-License-Identifier: GPL-2.0 */
/* The outer header of tunnel mode (RFC 4301 5.1.2). */
#ifndef IPSEC_TUNNEL_H
#define IPSEC_TUNNEL_H

#include <linux/skbuff.h>

#include "stats.h"

struct ipsec_sa;

/**
 * struct ipsec_inside - what an outer header may take from the inner one
 * @dsfield: DSCP and ECN
 * @ttl: TTL or hop limit
 * @df: it must not be fragmented
 * @flow_label: host order, 0 for IPv4
 */
struct ipsec_inside {
	u8 dsfield;
	u8 ttl;
	bool df;
	u32 flow_label;
};

void ipsec_tunnel_look(const struct sk_buff *skb, struct ipsec_inside *inside);
void ipsec_tunnel_header(struct sk_buff *skb, const struct ipsec_sa *sa,
			 const struct ipsec_inside *inside, u8 proto, u8 route_ttl);
enum ipsec_stat ipsec_tunnel_push(struct sk_buff *skb, const struct ipsec_sa *sa, u8 route_ttl);
enum ipsec_stat ipsec_tunnel_pull(struct sk_buff *skb, const struct ipsec_sa *sa);

#endif /* IPSEC_TUNNEL_H */
