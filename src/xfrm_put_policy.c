// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: a policy as it is told to who asks or listens. */
#include <net/sock.h>

#include "clock.h"
#include "xfrm.h"
#include "xfrm_front.h"

#define INDEX_SHIFT	3	/* the direction is in the lowest bits of an index */

/**
 * ipsec_xfrm_id_of() - what a policy is called by the rest of the module
 * @index: what it is called here
 *
 * Return: its id.
 */
u32 ipsec_xfrm_id_of(u32 index)
{
	return index >> INDEX_SHIFT;
}

static void put_sel(const struct ipsec_policy *policy, struct xfrm_selector *sel)
{
	const struct ipsec_xfrm_policy_front *front = policy->front;

	if (front)
		*sel = front->sel;
	else
		ipsec_xfrm_put_selector(&policy->selector[0], sel);
}

static void put_limits(const struct ipsec_policy *policy, struct xfrm_lifetime_cfg *lft)
{
	const struct ipsec_xfrm_policy_front *front = policy->front;

	if (front) {
		*lft = front->lft;
		return;
	}
	ipsec_xfrm_unlimited(lft);
}

/**
 * ipsec_xfrm_policy_info() - the fixed part of what is said of a policy
 * @policy: the policy
 * @info: filled
 */
void ipsec_xfrm_policy_info(const struct ipsec_policy *policy, struct xfrm_userpolicy_info *info)
{
	const struct ipsec_xfrm_policy_front *front = policy->front;
	u64 packets, bytes;

	memset(info, 0, sizeof(*info));
	put_sel(policy, &info->sel);
	put_limits(policy, &info->lft);
	ipsec_policy_sum(policy, &packets, &bytes);
	info->curlft.packets = packets;
	info->curlft.bytes = bytes;
	info->curlft.add_time = front ? ipsec_clock_told(front->add_time) : 0;
	info->curlft.use_time = ipsec_clock_told(ipsec_policy_used(policy));
	info->priority = policy->priority;
	info->dir = ipsec_xfrm_dir(policy);
	info->index = policy->id << INDEX_SHIFT | info->dir;
	info->action = policy->action == NFIPSEC_ACTION_DISCARD ? XFRM_POLICY_BLOCK :
								   XFRM_POLICY_ALLOW;
	info->flags = front ? front->flags : 0;
	info->share = front ? front->share : XFRM_SHARE_ANY;
}

static void put_tmpl(const struct ipsec_policy *policy, unsigned int i,
		     struct xfrm_user_tmpl *tmpl)
{
	const struct ipsec_xfrm_policy_front *front = policy->front;
	const struct ipsec_spec *spec = &policy->spec[i];

	if (front) {
		*tmpl = front->tmpl[i];
	} else {
		memset(tmpl, 0, sizeof(*tmpl));
		memcpy(&tmpl->id.daddr, &spec->dst, sizeof(spec->dst));
		memcpy(&tmpl->saddr, &spec->src, sizeof(spec->src));
		tmpl->id.proto = spec->proto;
		tmpl->reqid = spec->reqid;
		tmpl->id.spi = spec->spi;
		tmpl->mode = ipsec_xfrm_told_mode(spec->mode);
		tmpl->optional = spec->optional || policy->flags & NFIPSEC_POLICY_F_OPTIONAL;
		tmpl->aalgos = ~0;
		tmpl->ealgos = ~0;
		tmpl->calgos = ~0;
	}
	tmpl->family = spec->family ?: policy->selector[0].family;
}

static int put_tmpls(struct sk_buff *msg, const struct ipsec_policy *policy)
{
	struct xfrm_user_tmpl *tmpl;
	struct nlattr *attr;
	unsigned int i;

	if (!policy->n_specs)
		return 0;
	attr = nla_reserve(msg, XFRMA_TMPL, policy->n_specs * sizeof(*tmpl));
	if (!attr)
		return -EMSGSIZE;
	tmpl = nla_data(attr);
	for (i = 0; i < policy->n_specs; i++)
		put_tmpl(policy, i, &tmpl[i]);
	return 0;
}

/**
 * ipsec_xfrm_put_type() - write of which type a policy is
 * @msg: the message
 * @sub: it is a sub-policy
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_type(struct sk_buff *msg, bool sub)
{
	const struct xfrm_userpolicy_type type = {
		.type = sub ? XFRM_POLICY_TYPE_SUB : XFRM_POLICY_TYPE_MAIN,
	};

	return nla_put(msg, XFRMA_POLICY_TYPE, sizeof(type), &type);
}

/**
 * ipsec_xfrm_put_policy() - write what is said of a policy behind its fixed part
 * @msg: the message
 * @policy: the policy
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_policy(struct sk_buff *msg, const struct ipsec_policy *policy)
{
	return put_tmpls(msg, policy) ?:
	       ipsec_xfrm_put_tag(msg, &policy->tag.mark, policy->tag.if_id) ?:
	       ipsec_xfrm_put_type(msg, policy->tag.sub);
}

/**
 * ipsec_xfrm_policy_size() - how long a message about a policy may be
 *
 * Return: bytes, at least as many as are needed.
 */
size_t ipsec_xfrm_policy_size(void)
{
	return NLMSG_ALIGN(sizeof(struct xfrm_user_acquire)) +
	       nla_total_size(sizeof(struct xfrm_userpolicy_info)) + ipsec_xfrm_tag_size() +
	       nla_total_size(NFIPSEC_SPECS_MAX * sizeof(struct xfrm_user_tmpl)) +
	       nla_total_size(sizeof(struct xfrm_userpolicy_type));
}

/**
 * ipsec_xfrm_policy_message() - write a message about a policy
 * @msg: where to
 * @policy: the policy
 * @type: XFRM_MSG_NEWPOLICY, or one that has the same form
 * @to: whom it is for
 *
 * Return: 0 or -EMSGSIZE; then nothing was written.
 */
int ipsec_xfrm_policy_message(struct sk_buff *msg, const struct ipsec_policy *policy, u16 type,
			      const struct ipsec_xfrm_to *to)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, to->portid, to->seq, type,
					 sizeof(struct xfrm_userpolicy_info), to->flags);
	struct xfrm_userpolicy_info info;

	if (!nlh)
		return -EMSGSIZE;
	/* In a dump it begins at a multiple of 4, where there may be no 64-bit numbers. */
	ipsec_xfrm_policy_info(policy, &info);
	memcpy(nlmsg_data(nlh), &info, sizeof(info));
	if (ipsec_xfrm_put_policy(msg, policy)) {
		nlmsg_cancel(msg, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(msg, nlh);
	return 0;
}

/**
 * struct dump - where a dump stands, in struct netlink_callback
 * @dir: of the policy that was sent last
 * @priority: of that
 * @id: of that, 0: none was sent
 */
struct dump {
	u8 dir;
	u32 priority;
	u32 id;
};

/**
 * ipsec_xfrm_policy_dump_start() - begin to answer with all policies: XFRM_MSG_GETPOLICY
 * @cb: the request
 *
 * Return: 0.
 */
int ipsec_xfrm_policy_dump_start(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	return 0;
}

/**
 * ipsec_xfrm_policy_dump() - answer with some policies, by direction, priority and age
 * @msg: the answer
 * @cb: remembers where it stands
 *
 * Return: length of the answer; 0: over.
 */
int ipsec_xfrm_policy_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ipsec_net *inet = ipsec_net(sock_net(cb->skb->sk));
	struct dump *dump = (struct dump *)cb->ctx;
	const struct ipsec_xfrm_to to = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
	};
	struct ipsec_policy *policy;

	mutex_lock(&inet->config);
	while ((policy = ipsec_spd_after(inet, dump->dir, dump->priority, dump->id))) {
		if (ipsec_xfrm_policy_message(msg, policy, XFRM_MSG_NEWPOLICY, &to))
			break;
		dump->dir = policy->dir;
		dump->priority = policy->priority;
		dump->id = policy->id;
	}
	mutex_unlock(&inet->config);
	return msg->len;
}
