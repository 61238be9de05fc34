/* SPDX-License-Identifier: GPL-2.0 */
/* Path MTU: what fits (RFC 4301 8). */
#ifndef IPSEC_PMTU_H
#define IPSEC_PMTU_H

#include <linux/skbuff.h>

struct dst_entry;
struct ipsec_pmtu;
struct ipsec_sa;
union ipsec_addr;

bool ipsec_pmtu_learn(struct ipsec_sa *sa, unsigned int mtu, unsigned int len,
		      const union ipsec_addr *router);
bool ipsec_pmtu_learnt(struct ipsec_sa *sa, struct ipsec_pmtu *pmtu);
unsigned int ipsec_pmtu_outside(const struct ipsec_sa *sa, const struct dst_entry *dst);
unsigned int ipsec_pmtu_inside(const struct ipsec_sa *sa, u8 mode, unsigned int mtu);
bool ipsec_pmtu_fits(struct sk_buff *skb, unsigned int mtu);

#endif /* IPSEC_PMTU_H */
