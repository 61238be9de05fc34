/* SPDX-License-Identifier: GPL-2.0 */
/* ESP in UDP (RFC 3948). */
#ifndef IPSEC_UDPENCAP_H
#define IPSEC_UDPENCAP_H

#include <linux/skbuff.h>
#include <linux/udp.h>

#include "sa.h"

/**
 * ipsec_udpencap_len() - what encapsulation in UDP adds to a packet of an SA
 * @sa: the SA
 *
 * Return: bytes; 0 for an SA that does not send in UDP.
 */
static inline unsigned int ipsec_udpencap_len(const struct ipsec_sa *sa)
{
	return sa->encap.dport ? sizeof(struct udphdr) : 0;
}

enum ipsec_stat ipsec_udpencap_push(struct sk_buff *skb, const struct ipsec_sa *sa);
bool ipsec_udpencap_carried(struct sk_buff *skb);
bool ipsec_udpencap_expected(struct ipsec_net *inet, const struct sk_buff *skb,
			     const struct ipsec_key *key);
void ipsec_udpencap_watch(struct ipsec_sa *sa, struct sk_buff *skb);
void ipsec_udpencap_checksum(struct sk_buff *skb);

#endif /* IPSEC_UDPENCAP_H */
