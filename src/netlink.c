// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family: which command goes where. */
#include <linux/module.h>

#include "netlink.h"

static const struct nla_policy family_policy[NFIPSEC_A_MAX + 1] = {
	[NFIPSEC_A_SA]		= { .type = NLA_NESTED },
	[NFIPSEC_A_POLICY]	= NLA_POLICY_NESTED(ipsec_nl_policy_policy),
	[NFIPSEC_A_OP]		= { .type = NLA_NESTED },
	[NFIPSEC_A_DEFAULTS]	= NLA_POLICY_NESTED(ipsec_nl_defaults_policy),
	[NFIPSEC_A_FLAGS]	= NLA_POLICY_MASK(NLA_U32, NFIPSEC_F_SHOW_KEYS),
};

/*
 * A request that generic netlink refuses is not wiped. So it takes whatever a command has that is
 * LOOSE, and look() is strict in its place. What can be dumped is not: in 6.1 only generic netlink
 * itself can say why a dump does not begin.
 */
static const struct nla_policy anything[NFIPSEC_A_MAX + 1];

#define LOOSE	GENL_DONT_VALIDATE_STRICT

static const struct genl_ops ops[] = {
	{
		.cmd = NFIPSEC_CMD_SA_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = family_policy,
		.maxattr = NFIPSEC_A_MAX,
		.doit = ipsec_nl_sa_get,
		.start = ipsec_nl_sa_dump_start,
		.dumpit = ipsec_nl_sa_dump,
	}, {
		.cmd = NFIPSEC_CMD_POLICY_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = family_policy,
		.maxattr = NFIPSEC_A_MAX,
		.doit = ipsec_nl_policy_get,
		.start = ipsec_nl_policy_dump_start,
		.dumpit = ipsec_nl_policy_dump,
	},
};

static const struct genl_small_ops small_ops[] = {
	{
		.cmd = NFIPSEC_CMD_SA_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_SA_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_SA_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_POLICY_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_POLICY_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_POLICY_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_BATCH,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_batch,
	}, {
		.cmd = NFIPSEC_CMD_STATS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_stats_get,
	}, {
		.cmd = NFIPSEC_CMD_DEFAULTS_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
		.doit = ipsec_nl_change,
	}, {
		.cmd = NFIPSEC_CMD_DEFAULTS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.validate = LOOSE,
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

/* What is reserved is zero, and flags are those that generic netlink knows. */
static int check_header(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *header = nlmsg_data(nlh);
	u16 flags = nlh->nlmsg_flags;

	if (header->reserved)
		return ipsec_nl_refuse(extack, NULL, "The reserved field of the header has to be 0");
	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		flags &= ~NLM_F_DUMP;
	if (flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO))
		return ipsec_nl_refuse(extack, NULL, "The header has a flag that means nothing here");
	return 0;
}

/* A request may have keys. It stays in memory that others will use, and an error quotes it. */
static void wipe(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *header = nlmsg_data(nlh);

	memzero_explicit(genlmsg_data(header), genlmsg_len(header));
}

static int look(const struct genl_post_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	int err = check_header(info->nlhdr, info->extack);

	if (!err)
		err = nlmsg_parse(info->nlhdr, GENL_HDRLEN, info->attrs, NFIPSEC_A_MAX,
				  family_policy, info->extack);
	if (err)
		wipe(info->nlhdr);
	return err;
}

static void wipe_handled(const struct genl_post_ops *ops, struct sk_buff *skb,
			 struct genl_info *info)
{
	wipe(info->nlhdr);
}

/**
 * ipsec_nl_dump_start() - look at a request for all there is, and wipe it
 * @cb: the request, of which the dump itself needs no more than the header
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_dump_start(struct netlink_callback *cb)
{
	wipe(cb->nlh);
	return check_header(cb->nlh, cb->extack);
}

struct genl_family ipsec_nl_family __ro_after_init = {
	.name = NFIPSEC_GENL_NAME,
	.version = NFIPSEC_GENL_VERSION,
	.maxattr = NFIPSEC_A_MAX,
	.policy = anything,
	.netnsok = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.small_ops = small_ops,
	.n_small_ops = ARRAY_SIZE(small_ops),
	.pre_doit = look,
	.post_doit = wipe_handled,
	.resv_start_op = NFIPSEC_CMD_MAX + 1,
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
