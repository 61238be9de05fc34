// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: policies. */
#include <net/sock.h>

#include "hooks.h"
#include "netlink.h"

#define ADDR	NLA_POLICY_RANGE(NLA_BINARY, 4, 16)
#define ANSWER	{ .type = NLA_REJECT, .reject_message = "Only answers have this attribute" }

static const struct nla_policy spec_policy[NFIPSEC_SPEC_A_MAX + 1] = {
	[NFIPSEC_SPEC_A_PROTO]		= { .type = NLA_U8 },
	[NFIPSEC_SPEC_A_MODE]		= NLA_POLICY_MAX(NLA_U8, __NFIPSEC_MODE_MAX - 1),
	[NFIPSEC_SPEC_A_SRC]		= ADDR,
	[NFIPSEC_SPEC_A_DST]		= ADDR,
	[NFIPSEC_SPEC_A_REQID]		= { .type = NLA_U32 },
	[NFIPSEC_SPEC_A_SPI]		= { .type = NLA_U32 },
	[NFIPSEC_SPEC_A_OPTIONAL]	= { .type = NLA_FLAG },
};

const struct nla_policy ipsec_nl_policy_policy[NFIPSEC_POLICY_A_MAX + 1] = {
	[NFIPSEC_POLICY_A_ID]		= { .type = NLA_U32 },
	[NFIPSEC_POLICY_A_DIR]		= NLA_POLICY_MAX(NLA_U8, __NFIPSEC_DIR_MAX - 1),
	[NFIPSEC_POLICY_A_PRIORITY]	= { .type = NLA_U32 },
	[NFIPSEC_POLICY_A_ACTION]	= NLA_POLICY_MAX(NLA_U8, __NFIPSEC_ACTION_MAX - 1),
	[NFIPSEC_POLICY_A_FLAGS]	= NLA_POLICY_MASK(NLA_U32, NFIPSEC_POLICY_F_ALL),
	[NFIPSEC_POLICY_A_SELECTOR]	= NLA_POLICY_NESTED(ipsec_nl_selector_policy),
	[NFIPSEC_POLICY_A_SPEC]		= NLA_POLICY_NESTED(spec_policy),
	[NFIPSEC_POLICY_A_PACKETS]	= ANSWER,
	[NFIPSEC_POLICY_A_BYTES]	= ANSWER,
	[NFIPSEC_POLICY_A_NAME]		= { .type = NLA_NUL_STRING, .len = NFIPSEC_NAME_MAX },
	[NFIPSEC_POLICY_A_MARK]		= { .type = NLA_U32 },
	[NFIPSEC_POLICY_A_MARK_MASK]	= { .type = NLA_U32 },
	[NFIPSEC_POLICY_A_IF_ID]	= { .type = NLA_U32 },
};

static int policy_spec(const struct nlattr *nest, struct ipsec_spec *spec,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_SPEC_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, NFIPSEC_SPEC_A_MAX, nest, spec_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_SPEC_A_PROTO))
		return ipsec_nl_refuse(extack, NULL, "A spec needs a protocol, ESP or AH");
	spec->proto = nla_get_u8(tb[NFIPSEC_SPEC_A_PROTO]);
	if (!ipsec_xform_find(spec->proto)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NFIPSEC_SPEC_A_PROTO],
				    "The protocol of a spec is ESP (50) or AH (51)");
		return -EPROTONOSUPPORT;
	}
	if (tb[NFIPSEC_SPEC_A_MODE])
		spec->mode = nla_get_u8(tb[NFIPSEC_SPEC_A_MODE]);
	if (tb[NFIPSEC_SPEC_A_REQID])
		spec->reqid = nla_get_u32(tb[NFIPSEC_SPEC_A_REQID]);
	if (tb[NFIPSEC_SPEC_A_SPI])
		spec->spi = htonl(nla_get_u32(tb[NFIPSEC_SPEC_A_SPI]));
	spec->optional = nla_get_flag(tb[NFIPSEC_SPEC_A_OPTIONAL]);
	if (tb[NFIPSEC_SPEC_A_SRC])
		err = ipsec_nl_addr(tb[NFIPSEC_SPEC_A_SRC], &spec->src, &spec->family, extack);
	if (!err && tb[NFIPSEC_SPEC_A_DST])
		err = ipsec_nl_addr(tb[NFIPSEC_SPEC_A_DST], &spec->dst, &spec->family, extack);
	return err;
}

/* Selectors and specs: the attributes that may repeat. */
static int policy_lists(const struct nlattr *nest, struct ipsec_policy *policy,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem, err = 0;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) == NFIPSEC_POLICY_A_SELECTOR)
			err = ipsec_nl_selector(attr, &policy->selector[n++], extack);
		else if (nla_type(attr) == NFIPSEC_POLICY_A_SPEC)
			err = policy_spec(attr, &policy->spec[policy->n_specs++], extack);
		if (err)
			return err;
	}
	return 0;
}

static int check_counts(const struct nlattr *nest, u8 action, struct netlink_ext_ack *extack)
{
	unsigned int selectors = ipsec_nl_count(nest, NFIPSEC_POLICY_A_SELECTOR);
	unsigned int specs = ipsec_nl_count(nest, NFIPSEC_POLICY_A_SPEC);
	const char *complaint = NULL;

	if (!selectors)
		complaint = "A policy needs a selector";
	else if (selectors > NFIPSEC_SELECTORS_MAX)
		complaint = "A policy has at most 64 selectors: make several policies";
	else if (action == NFIPSEC_ACTION_PROTECT && !specs)
		complaint = "A policy that protects needs a spec: the protocol and the peer";
	else if (action != NFIPSEC_ACTION_PROTECT && specs)
		complaint = "A policy that bypasses or discards has no spec";
	else if (specs > NFIPSEC_SPECS_MAX)
		complaint = "A policy has at most 4 specs";
	return complaint ? ipsec_nl_refuse(extack, nest, complaint) : 0;
}

static int check_flags(const struct nlattr *flags, u8 action, struct netlink_ext_ack *extack)
{
	if (!flags || action == NFIPSEC_ACTION_PROTECT ||
	    !(nla_get_u32(flags) & NFIPSEC_POLICY_F_PFP))
		return 0;
	return ipsec_nl_refuse(extack, flags, "A policy that bypasses or discards has no SA to populate from packets");
}

static int check_ways(const struct nlattr *flags, const struct ipsec_policy *policy,
		      struct netlink_ext_ack *extack)
{
	const u32 ways = NFIPSEC_POLICY_F_LOCAL | NFIPSEC_POLICY_F_FORWARDED;

	if (policy->dir == NFIPSEC_DIR_IN || !(policy->flags & ways))
		return 0;
	return ipsec_nl_refuse(extack, flags, "Only of packets that arrive are some for this host and others forwarded");
}

/* What names a policy besides its ID. */
static int policy_identity(struct nlattr **tb, const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_POLICY_A_DIR))
		return ipsec_nl_refuse(extack, NULL, "A policy needs a direction");
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_POLICY_A_SELECTOR))
		return ipsec_nl_refuse(extack, NULL, "A policy needs a selector");
	return 0;
}

static int policy_name(const struct nlattr *attr, struct ipsec_policy *policy,
		       struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (!*(const char *)nla_data(attr))
		return ipsec_nl_refuse(extack, attr, "A name has at least one byte");
	policy->name = nla_strdup(attr, GFP_KERNEL);
	return policy->name ? 0 : -ENOMEM;
}

/* A policy as a request describes it, in no SPD. */
static struct ipsec_policy *policy_parse(struct ipsec_net *inet, const struct nlattr *nest,
					 struct nlattr **tb, struct netlink_ext_ack *extack)
{
	struct ipsec_policy *policy;
	int err;

	policy = ipsec_policy_create(inet, ipsec_nl_count(nest, NFIPSEC_POLICY_A_SELECTOR));
	if (!policy)
		return ERR_PTR(-ENOMEM);
	policy->dir = nla_get_u8(tb[NFIPSEC_POLICY_A_DIR]);
	policy->priority = tb[NFIPSEC_POLICY_A_PRIORITY] ?
			   nla_get_u32(tb[NFIPSEC_POLICY_A_PRIORITY]) : NFIPSEC_PRIORITY_DEFAULT;
	if (tb[NFIPSEC_POLICY_A_ACTION])
		policy->action = nla_get_u8(tb[NFIPSEC_POLICY_A_ACTION]);
	if (tb[NFIPSEC_POLICY_A_FLAGS])
		policy->flags = nla_get_u32(tb[NFIPSEC_POLICY_A_FLAGS]);
	if (tb[NFIPSEC_POLICY_A_IF_ID])
		policy->tag.if_id = nla_get_u32(tb[NFIPSEC_POLICY_A_IF_ID]);
	err = check_ways(tb[NFIPSEC_POLICY_A_FLAGS], policy, extack) ?:
	      policy_name(tb[NFIPSEC_POLICY_A_NAME], policy, extack);
	if (!err)
		err = ipsec_nl_mark(tb[NFIPSEC_POLICY_A_MARK], tb[NFIPSEC_POLICY_A_MARK_MASK],
				    &policy->tag.mark, extack) ?:
		      policy_lists(nest, policy, extack);
	if (!err && ipsec_policy_check(policy))
		err = ipsec_nl_refuse(extack, nest, ipsec_policy_check(policy));
	if (err) {
		ipsec_policy_put(policy);
		return ERR_PTR(err);
	}
	ipsec_policy_hash(policy);
	return policy;
}

/**
 * ipsec_nl_policy_new() - add a policy
 * @txn: the transaction
 * @nest: NFIPSEC_A_POLICY
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_policy_new(struct ipsec_txn *txn, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_POLICY_A_MAX + 1];
	struct ipsec_policy *policy;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_POLICY_A_MAX, nest, ipsec_nl_policy_policy, extack);
	if (err)
		return err;
	if (tb[NFIPSEC_POLICY_A_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NFIPSEC_POLICY_A_ID],
				    "The kernel gives a new policy its ID");
		return -EINVAL;
	}
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_POLICY_A_ACTION))
		return ipsec_nl_refuse(extack, NULL, "A policy needs an action: bypass, discard or protect");
	err = policy_identity(tb, nest, extack);
	if (!err)
		err = check_counts(nest, nla_get_u8(tb[NFIPSEC_POLICY_A_ACTION]), extack);
	if (!err)
		err = check_flags(tb[NFIPSEC_POLICY_A_FLAGS],
				  nla_get_u8(tb[NFIPSEC_POLICY_A_ACTION]), extack);
	if (!err)
		err = ipsec_hooks_need(txn->inet);
	if (err)
		return err;
	policy = policy_parse(txn->inet, nest, tb, extack);
	if (IS_ERR(policy))
		return PTR_ERR(policy);
	return ipsec_txn_add_policy(txn, policy, extack);
}

static struct ipsec_policy *policy_like(struct ipsec_net *inet, const struct nlattr *nest,
					struct nlattr **tb, struct netlink_ext_ack *extack)
{
	struct ipsec_policy *like, *policy;
	int err;

	err = policy_identity(tb, nest, extack);
	if (!err && ipsec_nl_count(nest, NFIPSEC_POLICY_A_SELECTOR) > NFIPSEC_SELECTORS_MAX)
		err = ipsec_nl_refuse(extack, NULL, "A policy has at most 64 selectors");
	if (!err && ipsec_nl_count(nest, NFIPSEC_POLICY_A_SPEC) > NFIPSEC_SPECS_MAX)
		err = ipsec_nl_refuse(extack, NULL, "A policy has at most 4 specs");
	if (err)
		return ERR_PTR(err);
	like = policy_parse(inet, nest, tb, extack);
	if (IS_ERR(like))
		return like;
	policy = ipsec_spd_find(inet, like);
	ipsec_policy_put(like);
	return policy;
}

/* The policy that a request names, config held. */
static struct ipsec_policy *policy_named(struct ipsec_net *inet, const struct nlattr *nest,
					 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_POLICY_A_MAX + 1];
	struct ipsec_policy *policy;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_POLICY_A_MAX, nest, ipsec_nl_policy_policy, extack);
	if (err)
		return ERR_PTR(err);
	if (tb[NFIPSEC_POLICY_A_ID])
		policy = ipsec_spd_find_id(inet, nla_get_u32(tb[NFIPSEC_POLICY_A_ID]));
	else
		policy = policy_like(inet, nest, tb, extack);
	if (policy)
		return policy;
	NL_SET_ERR_MSG_ATTR(extack, nest,
			    "No policy has this ID, or this direction, priority, selectors, mark, if_id, sub and forward");
	return ERR_PTR(-ENOENT);
}

/**
 * ipsec_nl_policy_del() - delete a policy
 * @txn: the transaction
 * @nest: NFIPSEC_A_POLICY, names it
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_policy_del(struct ipsec_txn *txn, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	struct ipsec_policy *policy = policy_named(txn->inet, nest, extack);

	if (IS_ERR(policy))
		return PTR_ERR(policy);
	ipsec_txn_delete_policy(txn, policy);
	return 0;
}

static int put_spec(struct sk_buff *msg, const struct ipsec_spec *spec)
{
	struct nlattr *nest = nla_nest_start(msg, NFIPSEC_POLICY_A_SPEC);

	if (!nest || nla_put_u8(msg, NFIPSEC_SPEC_A_PROTO, spec->proto) ||
	    nla_put_u8(msg, NFIPSEC_SPEC_A_MODE, spec->mode) ||
	    nla_put_u32(msg, NFIPSEC_SPEC_A_REQID, spec->reqid) ||
	    (spec->spi && nla_put_u32(msg, NFIPSEC_SPEC_A_SPI, ntohl(spec->spi))) ||
	    (spec->optional && nla_put_flag(msg, NFIPSEC_SPEC_A_OPTIONAL)))
		return -EMSGSIZE;
	if (!ipsec_addr_is_any(&spec->src) &&
	    ipsec_nl_put_addr(msg, NFIPSEC_SPEC_A_SRC, &spec->src, spec->family))
		return -EMSGSIZE;
	if (!ipsec_addr_is_any(&spec->dst) &&
	    ipsec_nl_put_addr(msg, NFIPSEC_SPEC_A_DST, &spec->dst, spec->family))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_lists(struct sk_buff *msg, const struct ipsec_policy *policy)
{
	unsigned int i;

	if (ipsec_nl_put_selectors(msg, NFIPSEC_POLICY_A_SELECTOR, policy->selector,
				   policy->n_selectors))
		return -EMSGSIZE;
	for (i = 0; i < policy->n_specs; i++)
		if (put_spec(msg, &policy->spec[i]))
			return -EMSGSIZE;
	return 0;
}

static size_t spec_size(void)
{
	return nla_total_size(0) + 2 * nla_total_size(sizeof(union ipsec_addr)) +
	       2 * nla_total_size(sizeof(u8)) + 2 * nla_total_size(sizeof(u32)) +
	       nla_total_size(0);
}

/**
 * ipsec_nl_policy_size() - room for a policy
 * @n_selectors: its number of selectors
 *
 * Return: bytes that ipsec_nl_put_policy() writes at most.
 */
size_t ipsec_nl_policy_size(unsigned int n_selectors)
{
	return nla_total_size(0) + 6 * nla_total_size(sizeof(u32)) +
	       2 * nla_total_size(sizeof(u8)) + n_selectors * ipsec_nl_selector_size() +
	       NFIPSEC_SPECS_MAX * spec_size() + 2 * nla_total_size_64bit(sizeof(u64)) +
	       nla_total_size(NFIPSEC_NAME_MAX + 1);
}

/**
 * ipsec_nl_put_policy() - write a policy
 * @msg: the message
 * @policy: the policy
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_policy(struct sk_buff *msg, const struct ipsec_policy *policy)
{
	struct nlattr *nest = nla_nest_start(msg, NFIPSEC_A_POLICY);
	u64 packets, bytes;

	ipsec_policy_sum(policy, &packets, &bytes);
	if (!nest ||
	    nla_put_u32(msg, NFIPSEC_POLICY_A_ID, policy->id) ||
	    nla_put_u8(msg, NFIPSEC_POLICY_A_DIR, policy->dir) ||
	    nla_put_u32(msg, NFIPSEC_POLICY_A_PRIORITY, policy->priority) ||
	    nla_put_u8(msg, NFIPSEC_POLICY_A_ACTION, policy->action) ||
	    nla_put_u32(msg, NFIPSEC_POLICY_A_FLAGS, policy->flags) ||
	    (policy->name && nla_put_string(msg, NFIPSEC_POLICY_A_NAME, policy->name)) ||
	    ipsec_nl_put_mark(msg, NFIPSEC_POLICY_A_MARK, &policy->tag.mark) ||
	    (policy->tag.if_id &&
	     nla_put_u32(msg, NFIPSEC_POLICY_A_IF_ID, policy->tag.if_id)) ||
	    put_lists(msg, policy) ||
	    nla_put_u64_64bit(msg, NFIPSEC_POLICY_A_PACKETS, packets, NFIPSEC_POLICY_A_PAD) ||
	    nla_put_u64_64bit(msg, NFIPSEC_POLICY_A_BYTES, bytes, NFIPSEC_POLICY_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill(struct sk_buff *msg, u32 portid, u32 seq, int flags,
		const struct ipsec_policy *policy, struct netlink_callback *cb)
{
	void *header = genlmsg_put(msg, portid, seq, &ipsec_nl_family, flags,
				   NFIPSEC_CMD_POLICY_NEW);

	if (!header)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, header);
	if (ipsec_nl_put_policy(msg, policy)) {
		genlmsg_cancel(msg, header);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return 0;
}

/**
 * ipsec_nl_policy_get() - answer with one policy
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_policy_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_net *inet = ipsec_net(genl_info_net(info));
	struct ipsec_policy *policy;
	struct sk_buff *msg = NULL;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NFIPSEC_A_POLICY))
		return ipsec_nl_refuse(info->extack, NULL, "Name the policy: its ID, or direction, priority and selectors");
	mutex_lock(&inet->config);
	policy = policy_named(inet, info->attrs[NFIPSEC_A_POLICY], info->extack);
	err = PTR_ERR_OR_ZERO(policy);
	if (!err) {
		msg = genlmsg_new(ipsec_nl_policy_size(policy->n_selectors), GFP_KERNEL);
		err = msg ? fill(msg, info->snd_portid, info->snd_seq, 0, policy, NULL) : -ENOMEM;
	}
	mutex_unlock(&inet->config);
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

/**
 * ipsec_nl_policy_dump_start() - before a dump begins
 * @cb: told how large the parts of the dump must be
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_policy_dump_start(struct netlink_callback *cb)
{
	struct ipsec_net *inet = ipsec_net(sock_net(cb->skb->sk));
	struct ipsec_policy *policy;
	unsigned int most = 0;

	/* As large as the largest policy and no larger: receivers may have small buffers. */
	mutex_lock(&inet->config);
	for (policy = ipsec_spd_first(inet); policy; policy = ipsec_spd_next(policy))
		most = max_t(unsigned int, most, policy->n_selectors);
	mutex_unlock(&inet->config);
	cb->min_dump_alloc = NLMSG_HDRLEN + GENL_HDRLEN + ipsec_nl_policy_size(most);
	return ipsec_nl_dump_start(cb);
}

/**
 * ipsec_nl_policy_dump() - answer with all policies, by direction, priority and age
 * @msg: the answer
 * @cb: remembers the last policy that was sent
 *
 * Return: length of the answer; 0: over; -EMSGSIZE: the next one does not fit into a part,
 * as it was added after the dump began.
 */
int ipsec_nl_policy_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ipsec_net *inet = ipsec_net(sock_net(msg->sk));
	struct ipsec_policy *policy;

	mutex_lock(&inet->config);
	cb->seq = inet->spd_gen;
	policy = ipsec_spd_after(inet, cb->args[0], cb->args[1], cb->args[2]);
	for (; policy; policy = ipsec_spd_next(policy)) {
		if (fill(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI, policy,
			 cb))
			break;
		cb->args[0] = policy->dir;
		cb->args[1] = policy->priority;
		cb->args[2] = policy->id;
	}
	mutex_unlock(&inet->config);
	return msg->len || !policy ? msg->len : -EMSGSIZE;
}
