// SPDX-License-Identifier: GPL-2.0
/* What the fields of an outer header are (RFC 4301 5.1.2, RFC 6040). Pure. */
#include "outer.h"

#define ECN_MASK	3	/* RFC 3168 5: the two lower bits of what was the TOS */
#define DSCP_SHIFT	2	/* RFC 2474 3: the six upper ones */

/**
 * enum ecn - marks of congestion (RFC 3168 5)
 * @NOT_ECT: the sender does not know ECN
 * @ECT_1: it does
 * @ECT_0: it does, and says so in the older way
 * @CE: there is congestion
 */
enum ecn {
	NOT_ECT,
	ECT_1,
	ECT_0,
	CE,
};

/**
 * ipsec_outer_defaults() - an outer header about which nothing is configured
 * @outer: filled
 */
void ipsec_outer_defaults(struct ipsec_outer *outer)
{
	outer->df = NFIPSEC_DF_COPY;
	outer->ecn = NFIPSEC_ECN_NORMAL;
	outer->dscp = IPSEC_OUTER_DEFAULT;
	outer->dscp_decap = false;
	outer->ttl = IPSEC_OUTER_DEFAULT;
	outer->flow_label = IPSEC_OUTER_DEFAULT;
	outer->dscp_map = NULL;
}

static __u8 dscp(const struct ipsec_outer *outer, __u8 inner)
{
	if (outer->dscp != IPSEC_OUTER_DEFAULT)
		return outer->dscp;
	return outer->dscp_map ? outer->dscp_map[inner] : inner;
}

/**
 * ipsec_outer_dsfield() - DSCP and ECN of an outer header
 * @outer: what is configured
 * @inner: both, of the inner header, as one byte
 *
 * RFC 4301 5.1.2.1 (5): the DSCP may be mapped. RFC 6040 4.1: ECN is copied, or zero in
 * compatibility mode.
 *
 * Return: both as one byte.
 */
__u8 ipsec_outer_dsfield(const struct ipsec_outer *outer, __u8 inner)
{
	__u8 ecn = outer->ecn == NFIPSEC_ECN_COMPAT ? NOT_ECT : inner & ECN_MASK;

	return dscp(outer, inner >> DSCP_SHIFT) << DSCP_SHIFT | ecn;
}

/**
 * ipsec_outer_df() - Don't Fragment of an IPv4 outer header (RFC 4301 8.1)
 * @outer: what is configured
 * @inner: whether the packet inside must not be fragmented
 *
 * Return: true if it is set.
 */
bool ipsec_outer_df(const struct ipsec_outer *outer, bool inner)
{
	return outer->df == NFIPSEC_DF_COPY ? inner : outer->df == NFIPSEC_DF_SET;
}

/**
 * ipsec_outer_ttl() - TTL or hop limit of an outer header (RFC 4301 5.1.2.1 (2))
 * @outer: what is configured
 * @inner: that of the inner header, as it will arrive at the other end
 * @route: what the route has for packets of this host
 *
 * Return: TTL or hop limit.
 */
__u8 ipsec_outer_ttl(const struct ipsec_outer *outer, __u8 inner, __u8 route)
{
	if (outer->ttl == IPSEC_OUTER_DEFAULT)
		return route;
	return outer->ttl ?: inner;
}

/**
 * ipsec_outer_flow_label() - flow label of an IPv6 outer header (RFC 4301 5.1.2.2)
 * @outer: what is configured
 * @inner: that of the inner header, host order; 0 for IPv4
 *
 * Return: flow label, host order.
 */
__u32 ipsec_outer_flow_label(const struct ipsec_outer *outer, __u32 inner)
{
	return outer->flow_label == IPSEC_OUTER_DEFAULT ? inner : (__u32)outer->flow_label;
}

/*
 * RFC 6040 4.2, figure 4: what the inner mark becomes, by what it is and then by what is
 * outside. Compatibility mode is one of the beginning of a tunnel, not of its end.
 */
static const __u8 ecn_decap[4][4] = {
	[NOT_ECT] = { [NOT_ECT] = NOT_ECT, [ECT_0] = NOT_ECT, [ECT_1] = NOT_ECT, [CE] = NOT_ECT },
	[ECT_0] = { [NOT_ECT] = ECT_0, [ECT_0] = ECT_0, [ECT_1] = ECT_1, [CE] = CE },
	[ECT_1] = { [NOT_ECT] = ECT_1, [ECT_0] = ECT_1, [ECT_1] = ECT_1, [CE] = CE },
	[CE] = { [NOT_ECT] = CE, [ECT_0] = CE, [ECT_1] = CE, [CE] = CE },
};

/* The figure's "(!!!)": no sender and no router that are in order can cause it. */
static enum ipsec_ecn_odd ecn_odd(__u8 inner, __u8 outside)
{
	if (inner == NOT_ECT && outside == CE)
		return IPSEC_ECN_LOST;
	if ((inner == NOT_ECT && outside != NOT_ECT) || (inner == CE && outside == ECT_1))
		return IPSEC_ECN_ODD;
	return IPSEC_ECN_FINE;
}

/**
 * ipsec_outer_decap() - DSCP and ECN of a packet that leaves a tunnel
 * @outer: what is configured
 * @outside: both, of the outer header, as one byte
 * @inner: both, of the inner header; replaced by what they become
 *
 * RFC 4301 5.1.2.1 (5): the inner DSCP stays, unless it is configured otherwise.
 *
 * Return: enum ipsec_ecn_odd.
 */
enum ipsec_ecn_odd ipsec_outer_decap(const struct ipsec_outer *outer, __u8 outside, __u8 *inner)
{
	enum ipsec_ecn_odd odd = ecn_odd(*inner & ECN_MASK, outside & ECN_MASK);
	__u8 ecn = ecn_decap[*inner & ECN_MASK][outside & ECN_MASK];

	*inner = ((outer->dscp_decap ? outside : *inner) & ~ECN_MASK) | ecn;
	return odd;
}
