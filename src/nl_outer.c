// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: the outer header of an SA. */
#include "netlink.h"

static const int outer_attrs[] = {
	NFIPSEC_SA_A_DF,
	NFIPSEC_SA_A_ECN,
	NFIPSEC_SA_A_DSCP,
	NFIPSEC_SA_A_DSCP_MAP,
	NFIPSEC_SA_A_DSCP_DECAP,
	NFIPSEC_SA_A_TTL,
	NFIPSEC_SA_A_FLOW_LABEL,
};

static int tunnels_only(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(outer_attrs); i++)
		if (tb[outer_attrs[i]])
			return ipsec_nl_refuse(extack, tb[outer_attrs[i]],
					       "Only a tunnel has an outer header to configure");
	return 0;
}

static bool map_is_sound(const u8 *map)
{
	int i;

	for (i = 0; i < NFIPSEC_DSCP_COUNT; i++)
		if (map[i] >= NFIPSEC_DSCP_COUNT)
			return false;
	return true;
}

static int get_dscp(struct nlattr **tb, struct ipsec_outer *outer, struct netlink_ext_ack *extack)
{
	const struct nlattr *dscp = tb[NFIPSEC_SA_A_DSCP], *map = tb[NFIPSEC_SA_A_DSCP_MAP];

	outer->dscp_decap = nla_get_flag(tb[NFIPSEC_SA_A_DSCP_DECAP]);
	if (dscp && map)
		return ipsec_nl_refuse(extack, map, "The outer DSCP is one value or a map, not both");
	if (dscp && nla_get_u8(dscp) >= NFIPSEC_DSCP_COUNT)
		return ipsec_nl_refuse(extack, dscp, "A DSCP is a number from 0 to 63");
	if (map && !map_is_sound(nla_data(map)))
		return ipsec_nl_refuse(extack, map, "A DSCP is a number from 0 to 63");
	if (dscp)
		outer->dscp = nla_get_u8(dscp);
	if (map)
		outer->dscp_map = nla_data(map);
	return 0;
}

/* What only one family of outer headers has. */
static int get_df(struct nlattr **tb, struct ipsec_sa_config *config,
		  struct netlink_ext_ack *extack)
{
	const struct nlattr *df = tb[NFIPSEC_SA_A_DF];

	if (!df)
		return 0;
	if (config->id.family != AF_INET)
		return ipsec_nl_refuse(extack, df, "Only an IPv4 header has DF");
	if (nla_get_u8(df) >= __NFIPSEC_DF_MAX)
		return ipsec_nl_refuse(extack, df, "DF is copied, set or cleared");
	config->outer.df = nla_get_u8(df);
	return 0;
}

static int get_flow_label(struct nlattr **tb, struct ipsec_sa_config *config,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *label = tb[NFIPSEC_SA_A_FLOW_LABEL];

	if (!label)
		return 0;
	if (config->id.family != AF_INET6)
		return ipsec_nl_refuse(extack, label, "Only an IPv6 header has a flow label");
	if (nla_get_u32(label) > NFIPSEC_FLOW_LABEL_MAX)
		return ipsec_nl_refuse(extack, label, "A flow label has 20 bits");
	config->outer.flow_label = nla_get_u32(label);
	return 0;
}

/**
 * ipsec_nl_outer() - read what is configured about the outer header
 * @tb: the attributes of an SA
 * @config: its mode and family are known, its outer header is filled; points into the request
 * @extack: a sentence if it fails
 *
 * Return: 0 or -EINVAL.
 */
int ipsec_nl_outer(struct nlattr **tb, struct ipsec_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	const struct nlattr *ecn = tb[NFIPSEC_SA_A_ECN];
	int err;

	ipsec_outer_defaults(&config->outer);
	if (config->mode == NFIPSEC_MODE_TRANSPORT)
		return tunnels_only(tb, extack);
	if (ecn && nla_get_u8(ecn) >= __NFIPSEC_ECN_MAX)
		return ipsec_nl_refuse(extack, ecn, "ECN has a normal and a compatibility mode (RFC 6040 4.1)");
	if (ecn)
		config->outer.ecn = nla_get_u8(ecn);
	if (tb[NFIPSEC_SA_A_TTL])
		config->outer.ttl = nla_get_u8(tb[NFIPSEC_SA_A_TTL]);
	err = get_df(tb, config, extack) ?: get_flow_label(tb, config, extack);
	return err ?: get_dscp(tb, &config->outer, extack);
}

static int put_dscp(struct sk_buff *msg, const struct ipsec_outer *outer)
{
	if (outer->dscp != IPSEC_OUTER_DEFAULT && nla_put_u8(msg, NFIPSEC_SA_A_DSCP, outer->dscp))
		return -EMSGSIZE;
	if (outer->dscp_map &&
	    nla_put(msg, NFIPSEC_SA_A_DSCP_MAP, NFIPSEC_DSCP_COUNT, outer->dscp_map))
		return -EMSGSIZE;
	return outer->dscp_decap ? nla_put_flag(msg, NFIPSEC_SA_A_DSCP_DECAP) : 0;
}

/**
 * ipsec_nl_put_outer() - write what is configured about the outer header
 * @msg: the message
 * @outer: what is configured; defaults are left out
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_outer(struct sk_buff *msg, const struct ipsec_outer *outer)
{
	if (outer->df != NFIPSEC_DF_COPY && nla_put_u8(msg, NFIPSEC_SA_A_DF, outer->df))
		return -EMSGSIZE;
	if (outer->ecn != NFIPSEC_ECN_NORMAL && nla_put_u8(msg, NFIPSEC_SA_A_ECN, outer->ecn))
		return -EMSGSIZE;
	if (outer->ttl != IPSEC_OUTER_DEFAULT && nla_put_u8(msg, NFIPSEC_SA_A_TTL, outer->ttl))
		return -EMSGSIZE;
	if (outer->flow_label != IPSEC_OUTER_DEFAULT &&
	    nla_put_u32(msg, NFIPSEC_SA_A_FLOW_LABEL, outer->flow_label))
		return -EMSGSIZE;
	return put_dscp(msg, outer);
}
