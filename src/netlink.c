// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family: which command goes where. */
#include <linux/module.h>

#include "netlink.h"

/*
 * What may have keys inside is looked into by who handles it: a request that generic netlink
 * refused for what is inside would not be wiped.
 */
static const struct nla_policy family_policy[NFIPSEC_A_MAX + 1] = {
	[NFIPSEC_A_SA]		= { .type = NLA_NESTED },
	[NFIPSEC_A_POLICY]	= NLA_POLICY_NESTED(ipsec_nl_policy_policy),
	[NFIPSEC_A_OP]		= { .type = NLA_NESTED },
	[NFIPSEC_A_DEFAULTS]	= NLA_POLICY_NESTED(ipsec_nl_defaults_policy),
	[NFIPSEC_A_FLAGS]	= NLA_POLICY_MASK(NLA_U32, NFIPSEC_F_SHOW_KEYS),
};

/* Those that need more than a small one says. */
static const struct genl_ops ops[] = {
	{
		.cmd = NFIPSEC_CMD_POLICY_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_policy_get,
		.start = ipsec_nl_policy_dump_start,
		.dumpit = ipsec_nl_policy_dump,
	},
};

static const struct genl_small_ops small_ops[] = {
	{
		.cmd = NFIPSEC_CMD_SA_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_SA_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_sa_get,
		.dumpit = ipsec_nl_sa_dump,
	}, {
		.cmd = NFIPSEC_CMD_SA_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_SA_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_POLICY_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_POLICY_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_POLICY_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_BATCH,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_batch,
	}, {
		.cmd = NFIPSEC_CMD_STATS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_stats_get,
	}, {
		.cmd = NFIPSEC_CMD_DEFAULTS_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_DEFAULTS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = ipsec_nl_defaults_get,
	},
};

static const struct genl_multicast_group groups[] = {
	[IPSEC_NL_CHANGES] = {
		.name = NFIPSEC_GENL_GROUP_CHANGES, .flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[IPSEC_NL_KEYING] = {
		.name = NFIPSEC_GENL_GROUP_KEYING, .flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* A request may have keys. It stays in memory that others will use, and an error quotes it. */
static void wipe(const struct genl_post_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	memzero_explicit(genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr));
}

struct genl_family ipsec_nl_family __ro_after_init = {
	.name = NFIPSEC_GENL_NAME,
	.version = NFIPSEC_GENL_VERSION,
	.maxattr = NFIPSEC_A_MAX,
	.policy = family_policy,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.small_ops = small_ops,
	.n_small_ops = ARRAY_SIZE(small_ops),
	.post_doit = wipe,
	.resv_start_op = NFIPSEC_CMD_UNSPEC + 1,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * ipsec_nl_answer() - answer a request with one message
 * @info: the request
 * @size: bytes that are written at most
 * @fill: writes the message; returns 0 or a negative errno
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_answer(struct genl_info *info, size_t size,
		    int (*fill)(struct sk_buff *msg, struct genl_info *info))
{
	struct sk_buff *msg = genlmsg_new(size, GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	err = fill(msg, info);
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

/**
 * ipsec_nl_refuse() - say why a request is bad
 * @extack: where to
 * @attr: the attribute to blame, or NULL: the one that is missing, or the caller knows
 * @sentence: the reason; must live as long as the module
 *
 * Return: -EINVAL.
 */
int ipsec_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    const char *sentence)
{
	if (extack) {
		extack->_msg = sentence;
		if (attr)
			NL_SET_BAD_ATTR(extack, attr);
	}
	return -EINVAL;
}

/**
 * ipsec_netlink_init() - open the door
 *
 * Return: 0 or a negative errno.
 */
int __init ipsec_netlink_init(void)
{
	ipsec_nl_event_init();
	return genl_register_family(&ipsec_nl_family);
}

/**
 * ipsec_netlink_exit() - close the door
 */
void ipsec_netlink_exit(void)
{
	genl_unregister_family(&ipsec_nl_family);
}
