// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: what happens to packets that no policy matches. */
#include "hooks.h"
#include "netlink.h"

const struct nla_policy ipsec_nl_defaults_policy[NFIPSEC_DEFAULTS_A_MAX + 1] = {
	[NFIPSEC_DEFAULTS_A_IN]		= NLA_POLICY_MAX(NLA_U8, NFIPSEC_ACTION_DISCARD),
	[NFIPSEC_DEFAULTS_A_OUT]	= NLA_POLICY_MAX(NLA_U8, NFIPSEC_ACTION_DISCARD),
};

/**
 * ipsec_nl_defaults_set() - set the default actions
 * @txn: the transaction
 * @nest: NFIPSEC_A_DEFAULTS
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_defaults_set(struct ipsec_txn *txn, const struct nlattr *nest,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_DEFAULTS_A_MAX + 1];
	const struct nlattr *in, *out;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_DEFAULTS_A_MAX, nest, ipsec_nl_defaults_policy, extack);
	if (err)
		return err;
	in = tb[NFIPSEC_DEFAULTS_A_IN];
	out = tb[NFIPSEC_DEFAULTS_A_OUT];
	if (!in && !out)
		return ipsec_nl_refuse(extack, nest, "A default is for a direction: in, out or both");
	err = ipsec_hooks_need(txn->inet);
	if (err)
		return err;
	if (in)
		ipsec_txn_set_default(txn, IPSEC_DISCARD_IN, nla_get_u8(in));
	if (out)
		ipsec_txn_set_default(txn, IPSEC_DISCARD_OUT, nla_get_u8(out));
	return 0;
}

static u8 action_of(const struct ipsec_net *inet, u8 which)
{
	return ipsec_spd_discards(inet, which) ? NFIPSEC_ACTION_DISCARD : NFIPSEC_ACTION_BYPASS;
}

static int fill(struct sk_buff *msg, struct genl_info *info)
{
	const struct ipsec_net *inet = ipsec_net(genl_info_net(info));
	void *header = genlmsg_put(msg, info->snd_portid, info->snd_seq, &ipsec_nl_family, 0,
				   NFIPSEC_CMD_DEFAULTS_SET);
	struct nlattr *nest;

	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(msg, NFIPSEC_A_DEFAULTS);
	if (!nest ||
	    nla_put_u8(msg, NFIPSEC_DEFAULTS_A_IN, action_of(inet, IPSEC_DISCARD_IN)) ||
	    nla_put_u8(msg, NFIPSEC_DEFAULTS_A_OUT, action_of(inet, IPSEC_DISCARD_OUT)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, header);
	return 0;
}

/**
 * ipsec_nl_defaults_get() - answer with the default actions
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_defaults_get(struct sk_buff *skb, struct genl_info *info)
{
	return ipsec_nl_answer(info, GENLMSG_DEFAULT_SIZE, fill);
}
