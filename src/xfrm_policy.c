// SPDX-License-Identifier: GPL-2.0
/*
 * NETLINK_XFRM: policies.
 *
 * A policy has one selector there, and is named by it, its direction, mark, if_id and type. There
 * are two inbound directions: "in" is for packets to this host, "fwd" for those to others.
 */
#include "clock.h"
#include "event.h"
#include "hooks.h"
#include "xfrm.h"
#include "xfrm_front.h"

static int dir_of(const struct ipsec_xfrm_request *req, u8 dir, struct ipsec_policy *policy)
{
	switch (dir) {
	case XFRM_POLICY_IN:
		policy->dir = NFIPSEC_DIR_IN;
		policy->flags |= NFIPSEC_POLICY_F_LOCAL;
		return 0;
	case XFRM_POLICY_FWD:
		policy->dir = NFIPSEC_DIR_IN;
		policy->flags |= NFIPSEC_POLICY_F_FORWARDED;
		return 0;
	case XFRM_POLICY_OUT:
		policy->dir = NFIPSEC_DIR_OUT;
		return 0;
	default:
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "The direction of a policy is in, out or fwd");
	}
}

/**
 * ipsec_xfrm_dir() - the direction of a policy, as this protocol calls it
 * @policy: the policy
 *
 * Return: enum of linux/xfrm.h; an inbound policy that is for all packets is "in".
 */
u8 ipsec_xfrm_dir(const struct ipsec_policy *policy)
{
	if (policy->dir == NFIPSEC_DIR_OUT)
		return XFRM_POLICY_OUT;
	return policy->selector[0].way == IPSEC_KEY_FORWARDED ? XFRM_POLICY_FWD : XFRM_POLICY_IN;
}

static u8 type_of(const struct ipsec_xfrm_request *req)
{
	const struct nlattr *type = req->attrs[XFRMA_POLICY_TYPE];

	return type ? ((const struct xfrm_userpolicy_type *)nla_data(type))->type :
		      XFRM_POLICY_TYPE_MAIN;
}

/**
 * ipsec_xfrm_is_sub() - whether a message is about a sub-policy
 * @req: the message
 *
 * Return: true if it is.
 */
bool ipsec_xfrm_is_sub(const struct ipsec_xfrm_request *req)
{
	return type_of(req) == XFRM_POLICY_TYPE_SUB;
}

/**
 * ipsec_xfrm_check_type() - refuse a type of policy that there is not
 * @req: the message
 *
 * Return: 0 or -EINVAL.
 */
int ipsec_xfrm_check_type(const struct ipsec_xfrm_request *req)
{
	if (type_of(req) <= XFRM_POLICY_TYPE_SUB)
		return 0;
	return ipsec_xfrm_refuse(req, XFRMA_POLICY_TYPE, -EINVAL,
				 "The type of a policy is main or sub");
}

static int unsupported(const struct ipsec_xfrm_request *req)
{
	if (req->attrs[XFRMA_SEC_CTX])
		return ipsec_xfrm_refuse(req, XFRMA_SEC_CTX, -EOPNOTSUPP,
					 "nfipsec has no security contexts");
	return ipsec_xfrm_check_type(req);
}

/* A policy in no SPD, with its name. */
static struct ipsec_policy *policy_create(const struct ipsec_xfrm_request *req, u8 dir,
					  const struct xfrm_selector *sel)
{
	struct ipsec_policy *policy;
	const char *why;
	int err;

	policy = ipsec_policy_create(req->inet, 1);
	if (!policy)
		return ERR_PTR(-ENOMEM);
	ipsec_xfrm_mark(req, &policy->tag.mark);
	policy->tag.if_id = ipsec_xfrm_if_id(req);
	if (ipsec_xfrm_is_sub(req))
		policy->flags |= NFIPSEC_POLICY_F_SUB;
	err = dir_of(req, dir, policy);
	why = err ? NULL : ipsec_xfrm_selector(sel, AF_UNSPEC, &policy->selector[0]);
	if (why)
		err = ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL, why);
	if (err) {
		ipsec_policy_put(policy);
		return ERR_PTR(err);
	}
	return policy;
}

static int spec_mode(const struct ipsec_xfrm_request *req, u8 wanted, struct ipsec_spec *spec)
{
	int mode = ipsec_xfrm_mode(wanted);

	if (mode < 0)
		return ipsec_xfrm_refuse(req, XFRMA_TMPL, mode,
					 "The mode of a template is transport, tunnel or beet");
	spec->mode = mode;
	return 0;
}

static int policy_spec(const struct ipsec_xfrm_request *req, const struct xfrm_user_tmpl *tmpl,
		       u16 family, struct ipsec_spec *spec)
{
	if (tmpl->id.proto != IPPROTO_ESP && tmpl->id.proto != IPPROTO_AH)
		return ipsec_xfrm_refuse(req, XFRMA_TMPL, -EINVAL,
					 "A template is of ESP or of AH: nfipsec does not compress");
	spec->family = tmpl->family ?: family;
	if (spec->family != AF_INET && spec->family != AF_INET6)
		return ipsec_xfrm_refuse(req, XFRMA_TMPL, -EINVAL,
					 "A template is of IPv4 or of IPv6");
	spec->proto = tmpl->id.proto;
	spec->reqid = tmpl->reqid;
	spec->spi = tmpl->id.spi;
	spec->optional = tmpl->optional;
	ipsec_xfrm_addr(&tmpl->saddr, spec->family, &spec->src);
	ipsec_xfrm_addr(&tmpl->id.daddr, spec->family, &spec->dst);
	return spec_mode(req, tmpl->mode, spec);
}

/**
 * ipsec_xfrm_specs() - read templates
 * @req: the message, for refusals
 * @tmpl: the templates, innermost first
 * @n: their number
 * @policy: its selector is there; it protects then, under SAs as the templates want them
 *
 * Any context.
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_specs(const struct ipsec_xfrm_request *req, const struct xfrm_user_tmpl *tmpl,
		     unsigned int n, struct ipsec_policy *policy)
{
	unsigned int i, optional = 0;
	const char *why;
	int err;

	if (n > NFIPSEC_SPECS_MAX)
		return ipsec_xfrm_refuse(req, XFRMA_TMPL, -EINVAL,
					 "A policy has at most 4 templates");
	for (i = 0; i < n; i++) {
		err = policy_spec(req, &tmpl[i], policy->selector[0].family, &policy->spec[i]);
		if (err)
			return err;
		optional += policy->spec[i].optional;
	}
	policy->n_specs = n;
	policy->action = NFIPSEC_ACTION_PROTECT;
	if (optional == n)
		policy->flags |= NFIPSEC_POLICY_F_OPTIONAL;
	why = ipsec_policy_check(policy);
	return why ? ipsec_xfrm_refuse(req, XFRMA_TMPL, -EINVAL, why) : 0;
}

static int policy_templates(const struct ipsec_xfrm_request *req, struct ipsec_policy *policy)
{
	const struct nlattr *attr = req->attrs[XFRMA_TMPL];

	if (!attr || !nla_len(attr))
		return 0;
	return ipsec_xfrm_specs(req, nla_data(attr), nla_len(attr) / sizeof(struct xfrm_user_tmpl),
				policy);
}

static int policy_action(const struct ipsec_xfrm_request *req,
			 const struct xfrm_userpolicy_info *info, struct ipsec_policy *policy)
{
	switch (info->action) {
	case XFRM_POLICY_ALLOW:
		policy->action = NFIPSEC_ACTION_BYPASS;
		return policy_templates(req, policy);
	case XFRM_POLICY_BLOCK:
		policy->action = NFIPSEC_ACTION_DISCARD;
		return 0;
	default:
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "A policy allows or blocks");
	}
}

static int policy_front(const struct ipsec_xfrm_request *req,
			const struct xfrm_userpolicy_info *info, struct ipsec_policy *policy)
{
	const struct nlattr *attr = req->attrs[XFRMA_TMPL];
	struct ipsec_xfrm_policy_front *front;
	unsigned int n = attr ? nla_len(attr) / sizeof(struct xfrm_user_tmpl) : 0;

	front = kzalloc(struct_size(front, tmpl, n), GFP_KERNEL);
	if (!front)
		return -ENOMEM;
	front->sel = info->sel;
	front->lft = info->lft;
	front->flags = info->flags;
	front->share = info->share;
	front->updated = req->nlh->nlmsg_type == XFRM_MSG_UPDPOLICY;
	front->add_time = ipsec_clock_now();
	front->n_tmpl = n;
	if (n)
		memcpy(front->tmpl, nla_data(attr), n * sizeof(front->tmpl[0]));
	policy->front = front;
	return 0;
}

/* A policy as a message describes it, in no SPD. */
static struct ipsec_policy *policy_parse(const struct ipsec_xfrm_request *req)
{
	const struct xfrm_userpolicy_info *info = req->body;
	struct ipsec_policy *policy;
	int err = unsupported(req);

	if (err)
		return ERR_PTR(err);
	policy = policy_create(req, info->dir, &info->sel);
	if (IS_ERR(policy))
		return policy;
	policy->priority = info->priority;
	err = policy_action(req, info, policy) ?: policy_front(req, info, policy);
	if (err) {
		ipsec_policy_put(policy);
		return ERR_PTR(err);
	}
	ipsec_policy_hash(policy);
	return policy;
}

static int policy_add(const struct ipsec_xfrm_request *req, struct ipsec_txn *txn,
		      struct ipsec_policy *policy, bool replace)
{
	struct ipsec_policy *old = ipsec_spd_find_any(req->inet, policy);
	int err = ipsec_hooks_need(req->inet);

	if (!err && old && !replace) {
		NL_SET_ERR_MSG(req->extack, "A policy with this direction, selector, mark, if_id and type exists already");
		err = -EEXIST;
	}
	if (err) {
		ipsec_policy_put(policy);
		return err;
	}
	if (old)
		ipsec_txn_replace_policy(txn, old);
	return ipsec_txn_add_policy(txn, policy, req->extack);
}

static int policy_new(struct ipsec_xfrm_request *req, bool replace)
{
	struct ipsec_policy *policy = policy_parse(req);
	struct ipsec_txn txn;
	int err;

	if (IS_ERR(policy))
		return PTR_ERR(policy);
	ipsec_txn_begin(&txn, req->inet);
	err = policy_add(req, &txn, policy, replace);
	return ipsec_txn_end(&txn, err, req->extack);
}

/**
 * ipsec_xfrm_policy_new() - add a policy: XFRM_MSG_NEWPOLICY
 * @req: the message
 *
 * Return: 0, -EEXIST, or another negative errno.
 */
int ipsec_xfrm_policy_new(struct ipsec_xfrm_request *req)
{
	return policy_new(req, false);
}

/**
 * ipsec_xfrm_policy_update() - add a policy in the place of the one before, if there is one:
 *	XFRM_MSG_UPDPOLICY
 * @req: the message
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_policy_update(struct ipsec_xfrm_request *req)
{
	return policy_new(req, true);
}

static bool tag_is(const struct ipsec_xfrm_request *req, const struct ipsec_policy *policy)
{
	struct ipsec_tag tag = {
		.if_id = ipsec_xfrm_if_id(req),
		.sub = ipsec_xfrm_is_sub(req),
	};

	ipsec_xfrm_mark(req, &tag.mark);
	return !memcmp(&tag, &policy->tag, sizeof(tag));
}

/* The policy that has an index, or a direction and a selector; config held. */
static struct ipsec_policy *policy_find(const struct ipsec_xfrm_request *req, u32 index, u8 dir,
					const struct xfrm_selector *sel)
{
	struct ipsec_policy *policy, *like;
	int err = unsupported(req);

	if (err)
		return ERR_PTR(err);
	if (index) {
		policy = ipsec_spd_find_id(req->inet, ipsec_xfrm_id_of(index));
		if (policy && (ipsec_xfrm_dir(policy) != dir || !tag_is(req, policy)))
			policy = NULL;
	} else {
		like = policy_create(req, dir, sel);
		if (IS_ERR(like))
			return like;
		ipsec_policy_hash(like);
		policy = ipsec_spd_find_any(req->inet, like);
		ipsec_policy_put(like);
	}
	if (policy)
		return policy;
	NL_SET_ERR_MSG(req->extack, "No policy has this index, or this direction, selector, mark, if_id and type");
	return ERR_PTR(-ENOENT);
}

/**
 * ipsec_xfrm_policy_named() - the policy that a message names
 * @req: a message that begins with struct xfrm_userpolicy_id, config held
 *
 * Return: the policy, or an ERR_PTR: -ENOENT if there is none.
 */
struct ipsec_policy *ipsec_xfrm_policy_named(const struct ipsec_xfrm_request *req)
{
	const struct xfrm_userpolicy_id *id = req->body;

	return policy_find(req, id->index, id->dir, &id->sel);
}

/**
 * ipsec_xfrm_policy_expire() - tell that a policy has reached a limit, though it has not:
 *	XFRM_MSG_POLEXPIRE
 * @req: the message
 *
 * Return: 0, -ENOENT: there is none, or another negative errno.
 */
int ipsec_xfrm_policy_expire(struct ipsec_xfrm_request *req)
{
	const struct xfrm_user_polexpire *expire = req->body;
	struct ipsec_policy *policy;
	struct ipsec_txn txn;

	ipsec_txn_begin(&txn, req->inet);
	policy = policy_find(req, expire->pol.index, expire->pol.dir, &expire->pol.sel);
	if (IS_ERR(policy)) {
		ipsec_txn_abort(&txn);
		return PTR_ERR(policy);
	}
	if (expire->hard)
		ipsec_txn_replace_policy(&txn, policy);
	ipsec_event_policy_expired(req->inet, policy, expire->hard);
	return ipsec_txn_commit(&txn, req->extack);
}

/**
 * ipsec_xfrm_policy_del() - delete a policy: XFRM_MSG_DELPOLICY
 * @req: the message
 *
 * Return: 0, -ENOENT: there is none, or another negative errno.
 */
int ipsec_xfrm_policy_del(struct ipsec_xfrm_request *req)
{
	struct ipsec_policy *policy;
	struct ipsec_txn txn;

	ipsec_txn_begin(&txn, req->inet);
	policy = ipsec_xfrm_policy_named(req);
	if (!IS_ERR(policy))
		ipsec_txn_delete_policy(&txn, policy);
	return ipsec_txn_end(&txn, PTR_ERR_OR_ZERO(policy), req->extack);
}

/**
 * ipsec_xfrm_policy_get() - answer with one policy: XFRM_MSG_GETPOLICY
 * @req: the message
 *
 * Return: 0, -ENOENT: there is none, or another negative errno.
 */
int ipsec_xfrm_policy_get(struct ipsec_xfrm_request *req)
{
	struct ipsec_policy *policy;
	struct ipsec_xfrm_to to;
	struct sk_buff *msg;
	int err;

	msg = nlmsg_new(ipsec_xfrm_policy_size(), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ipsec_xfrm_answer_to(req, &to);
	mutex_lock(&req->inet->config);
	policy = ipsec_xfrm_policy_named(req);
	err = PTR_ERR_OR_ZERO(policy) ?:
	      ipsec_xfrm_policy_message(msg, policy, XFRM_MSG_NEWPOLICY, &to);
	mutex_unlock(&req->inet->config);
	if (!err)
		return ipsec_xfrm_answer(req, msg);
	nlmsg_free(msg);
	return err;
}

/**
 * ipsec_xfrm_policy_flush() - delete all policies of a type: XFRM_MSG_FLUSHPOLICY
 * @req: the message; it has no fixed part
 *
 * Return: 0, also if there is none, or a negative errno.
 */
int ipsec_xfrm_policy_flush(struct ipsec_xfrm_request *req)
{
	bool sub = ipsec_xfrm_is_sub(req);
	int err = ipsec_xfrm_check_type(req);
	struct ipsec_txn txn;

	if (err)
		return err;
	ipsec_txn_begin(&txn, req->inet);
	ipsec_txn_flush_policies(&txn, sub, !sub);
	return ipsec_txn_commit(&txn, req->extack);
}
