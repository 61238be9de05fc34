/* SPDX-License-Identifier: GPL-2.0 */
/* What ESP and AH have in common, seen from the paths. */
#ifndef IPSEC_XFORM_H
#define IPSEC_XFORM_H

#include <linux/skbuff.h>

#include "stats.h"

struct ipsec_sa;
struct ipsec_sa_config;
struct netlink_ext_ack;

/**
 * typedef ipsec_done_t - the continuation of a direction, behind a transform
 * @skb: the packet, now the callee's
 * @reason: IPSEC_NO_DROP, or the drop reason that the transform found
 *
 * Runs in the caller's context when the crypto was synchronous, else in the crypto
 * engine's, with BH off and inside an RCU read-side section in both cases.
 */
typedef void (*ipsec_done_t)(struct sk_buff *skb, enum ipsec_stat reason);

/**
 * struct ipsec_xform - a transform: ESP or AH
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @init: set the SA up from its configuration; process context; errno and extack
 * @exit: undo @init, also after it failed; process context
 * @output: protect a packet whose network header is the one to go out with and whose
 *          transport header is where the transform's header goes; the control block
 *          names the SA, the sequence number and the next header
 * @input: check and strip a packet whose transport header is the transform's; finds the
 *         next header, leaves the payload at the transport header
 * @payload_max: the longest payload that makes a packet of at most so many bytes behind
 *               the IP header
 *
 * output and input consume the packet: each calls done exactly once. Their caller has BH
 * off and is inside an RCU read-side section.
 */
struct ipsec_xform {
	u8 proto;
	int (*init)(struct ipsec_sa *sa, const struct ipsec_sa_config *config,
		    struct netlink_ext_ack *extack);
	void (*exit)(struct ipsec_sa *sa);
	void (*output)(struct sk_buff *skb, ipsec_done_t done);
	void (*input)(struct sk_buff *skb, ipsec_done_t done);
	unsigned int (*payload_max)(const struct ipsec_sa *sa, unsigned int len);
};

void ipsec_xform_register(const struct ipsec_xform *xform);
const struct ipsec_xform *ipsec_xform_find(u8 proto);

#endif /* IPSEC_XFORM_H */
