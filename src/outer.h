/* SPDX-License-Identifier: GPL-2.0 */
/* What the fields of an outer header are (RFC 4301 5.1.2, RFC 6040). Pure. */
#ifndef IPSEC_OUTER_H
#define IPSEC_OUTER_H

#include <linux/types.h>

#include <linux/nfipsec.h>

/* of a field of struct ipsec_outer: not configured */
#define IPSEC_OUTER_DEFAULT	(-1)

/**
 * struct ipsec_outer - what is configured about the outer header of a tunnel
 * @df: enum nfipsec_df
 * @ecn: enum nfipsec_ecn
 * @dscp: 0 to 63, or IPSEC_OUTER_DEFAULT: as @dscp_map says, or that of the inner header
 * @dscp_decap: decapsulation copies the outer DSCP to the inner header
 * @ttl: TTL or hop limit; 0: that of the inner header; IPSEC_OUTER_DEFAULT: the route's
 * @flow_label: of an IPv6 header, host order; IPSEC_OUTER_DEFAULT: that of the inner header
 * @dscp_map: the outer DSCP for each of the NFIPSEC_DSCP_COUNT inner ones, or NULL
 */
struct ipsec_outer {
	__u8 df;
	__u8 ecn;
	__s8 dscp;
	bool dscp_decap;
	__s16 ttl;
	__s32 flow_label;
	const __u8 *dscp_map;
};

/**
 * enum ipsec_ecn_odd - whether a pair of congestion marks can be right (RFC 6040 4.2)
 * @IPSEC_ECN_FINE: it can
 * @IPSEC_ECN_ODD: something on the path does not do what ECN asks
 * @IPSEC_ECN_LOST: what is more, the mark would be lost: the packet must be dropped
 */
enum ipsec_ecn_odd {
	IPSEC_ECN_FINE,
	IPSEC_ECN_ODD,
	IPSEC_ECN_LOST,
};

void ipsec_outer_defaults(struct ipsec_outer *outer);
__u8 ipsec_outer_dsfield(const struct ipsec_outer *outer, __u8 inner);
bool ipsec_outer_df(const struct ipsec_outer *outer, bool inner);
__u8 ipsec_outer_ttl(const struct ipsec_outer *outer, __u8 inner, __u8 route);
__u32 ipsec_outer_flow_label(const struct ipsec_outer *outer, __u32 inner);
enum ipsec_ecn_odd ipsec_outer_decap(const struct ipsec_outer *outer, __u8 outside, __u8 *inner);

#endif /* IPSEC_OUTER_H */
