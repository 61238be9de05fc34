// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: changes, one at a time or many as one transaction. */
#include "netlink.h"

static const struct nla_policy op_policy[NFIPSEC_A_MAX + 1] = {
	[NFIPSEC_A_CMD]		= { .type = NLA_U32 },
	[NFIPSEC_A_SA]		= NLA_POLICY_NESTED(ipsec_nl_sa_policy),
	[NFIPSEC_A_POLICY]	= NLA_POLICY_NESTED(ipsec_nl_policy_policy),
	[NFIPSEC_A_DEFAULTS]	= NLA_POLICY_NESTED(ipsec_nl_defaults_policy),
};

/* One change, with the attributes that are its own. */
static int apply(struct ipsec_txn *txn, u32 cmd, struct nlattr **tb,
		 struct netlink_ext_ack *extack)
{
	const struct nlattr *sa = tb[NFIPSEC_A_SA], *policy = tb[NFIPSEC_A_POLICY];

	switch (cmd) {
	case NFIPSEC_CMD_SA_NEW:
	case NFIPSEC_CMD_SA_DEL:
		if (!sa)
			return ipsec_nl_refuse(extack, NULL, "This operation needs an SA");
		return cmd == NFIPSEC_CMD_SA_NEW ? ipsec_nl_sa_new(txn, sa, extack) :
						   ipsec_nl_sa_del(txn, sa, extack);
	case NFIPSEC_CMD_POLICY_NEW:
	case NFIPSEC_CMD_POLICY_DEL:
		if (!policy)
			return ipsec_nl_refuse(extack, NULL, "This operation needs a policy");
		return cmd == NFIPSEC_CMD_POLICY_NEW ? ipsec_nl_policy_new(txn, policy, extack) :
						       ipsec_nl_policy_del(txn, policy, extack);
	case NFIPSEC_CMD_SA_FLUSH:
		ipsec_txn_flush_sas(txn, 0);
		return 0;
	case NFIPSEC_CMD_POLICY_FLUSH:
		ipsec_txn_flush_policies(txn, true, true);
		ipsec_txn_clear_defaults(txn);
		return 0;
	case NFIPSEC_CMD_DEFAULTS_SET:
		if (!tb[NFIPSEC_A_DEFAULTS])
			return ipsec_nl_refuse(extack, NULL, "This operation needs the defaults");
		return ipsec_nl_defaults_set(txn, tb[NFIPSEC_A_DEFAULTS], extack);
	default:
		return ipsec_nl_refuse(extack, NULL,
				       "A batch holds NEW, DEL, FLUSH and SET operations only");
	}
}

/* All or nothing; then, after a flush, wait until the module could be unloaded. */
static int finish(struct ipsec_txn *txn, int err, bool flushed, struct netlink_ext_ack *extack)
{
	err = ipsec_txn_end(txn, err, extack);
	if (!err && flushed)
		ipsec_sa_settle();
	return err;
}

static bool is_flush(u32 cmd)
{
	return cmd == NFIPSEC_CMD_SA_FLUSH || cmd == NFIPSEC_CMD_POLICY_FLUSH;
}

static void blame(struct netlink_ext_ack *extack, const struct nlattr *attr)
{
	if (extack && attr && !extack->bad_attr)
		NL_SET_BAD_ATTR(extack, attr);
}

/**
 * ipsec_nl_change() - a change as a command of its own
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_change(struct sk_buff *skb, struct genl_info *info)
{
	u8 cmd = info->genlhdr->cmd;
	struct ipsec_txn txn;
	int err;

	ipsec_txn_begin(&txn, ipsec_net(genl_info_net(info)));
	err = apply(&txn, cmd, info->attrs, info->extack);
	if (err)
		blame(info->extack, info->attrs[NFIPSEC_A_SA] ?: info->attrs[NFIPSEC_A_POLICY]);
	return finish(&txn, err, is_flush(cmd), info->extack);
}

static int batch_op(struct ipsec_txn *txn, const struct nlattr *op, bool *flushed,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_A_MAX + 1];
	u32 cmd;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_A_MAX, op, op_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, op, tb, NFIPSEC_A_CMD))
		return ipsec_nl_refuse(extack, op, "An operation of a batch needs a command");
	cmd = nla_get_u32(tb[NFIPSEC_A_CMD]);
	*flushed |= is_flush(cmd);
	err = apply(txn, cmd, tb, extack);
	if (err)
		blame(extack, op);
	return err;
}

/**
 * ipsec_nl_batch() - many changes as one transaction
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno; the bad attribute tells which operation is to blame.
 */
int ipsec_nl_batch(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *op;
	bool flushed = false;
	struct ipsec_txn txn;
	int err = 0, rem;

	if (GENL_REQ_ATTR_CHECK(info, NFIPSEC_A_OP))
		return ipsec_nl_refuse(info->extack, NULL, "A batch needs an operation");
	ipsec_txn_begin(&txn, ipsec_net(genl_info_net(info)));
	nlmsg_for_each_attr(op, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(op) != NFIPSEC_A_OP)
			continue;
		err = batch_op(&txn, op, &flushed, info->extack);
		if (err)
			break;
		cond_resched();
	}
	return finish(&txn, err, flushed, info->extack);
}
