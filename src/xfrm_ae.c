// SPDX-License-Identifier: GPL-2.0
/*
 * NETLINK_XFRM: sequence numbers and counters of an SA, without the rest of it. Who moves an SA
 * to other addresses asks for them, and who keeps a copy of it in another machine.
 */
#include <net/sock.h>

#include "clock.h"
#include "xfrm.h"
#include "xfrm_front.h"

static void put_id(const struct ipsec_sa *sa, u32 flags, struct xfrm_aevent_id *id)
{
	memset(id, 0, sizeof(*id));
	ipsec_xfrm_put_id(sa, &id->sa_id);
	memcpy(&id->saddr, &sa->src, sizeof(sa->src));
	id->reqid = sa->reqid;
	id->flags = flags;
}

static int put_counters(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	struct xfrm_lifetime_cur cur;
	struct ipsec_sa_sums sums;

	ipsec_sa_sum(sa, &sums);
	cur.bytes = sums.bytes;
	cur.packets = sums.packets;
	cur.add_time = ipsec_clock_told(sa->add_time);
	cur.use_time = ipsec_clock_told(sums.first_time);
	return nla_put_64bit(msg, XFRMA_LTIME_VAL, sizeof(cur), &cur, XFRMA_PAD);
}

/* What the kernel's own stack has, too: nfipsec does not tell of each packet. */
static int put_thresholds(struct sk_buff *msg, const struct ipsec_sa *sa, u32 flags)
{
	const struct netns_xfrm *xfrm = &sa->inet->net->xfrm;

	if (flags & XFRM_AE_RTHR &&
	    nla_put_u32(msg, XFRMA_REPLAY_THRESH, READ_ONCE(xfrm->sysctl_aevent_rseqth)))
		return -EMSGSIZE;
	if (flags & XFRM_AE_ETHR &&
	    nla_put_u32(msg, XFRMA_ETIMER_THRESH, READ_ONCE(xfrm->sysctl_aevent_etime)))
		return -EMSGSIZE;
	return 0;
}

static int put_ae(struct sk_buff *msg, const struct ipsec_sa *sa, u32 flags,
		  const struct ipsec_xfrm_to *to)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, to->portid, to->seq, XFRM_MSG_NEWAE,
					 sizeof(struct xfrm_aevent_id), to->flags);
	struct ipsec_xfrm_front front;

	if (!nlh)
		return -EMSGSIZE;
	ipsec_xfrm_front_of(sa, &front);
	put_id(sa, flags, nlmsg_data(nlh));
	if (ipsec_xfrm_put_replay(msg, sa, &front) ||
	    put_counters(msg, sa) || put_thresholds(msg, sa, flags) ||
	    ipsec_xfrm_put_tag(msg, &sa->mark, sa->if_id) ||
	    ipsec_xfrm_put_direction(msg, sa))
		return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

static size_t ae_size(const struct ipsec_sa *sa)
{
	return NLMSG_ALIGN(sizeof(struct xfrm_aevent_id)) + ipsec_xfrm_replay_size(sa) +
	       ipsec_xfrm_tag_size() + nla_total_size_64bit(sizeof(struct xfrm_lifetime_cur)) +
	       3 * nla_total_size(sizeof(u32));
}

/* Return: a message, or NULL: no memory. */
static struct sk_buff *answer_of(const struct ipsec_xfrm_request *req, const struct ipsec_sa *sa)
{
	const struct xfrm_aevent_id *id = req->body;
	struct sk_buff *msg = nlmsg_new(ae_size(sa), GFP_KERNEL);
	struct ipsec_xfrm_to to;

	ipsec_xfrm_answer_to(req, &to);
	if (!msg || !put_ae(msg, sa, id->flags, &to))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/**
 * ipsec_xfrm_ae_get() - answer with sequence numbers and counters of an SA: XFRM_MSG_GETAE
 * @req: the message
 *
 * Return: 0, -ESRCH: there is none, or another negative errno.
 */
int ipsec_xfrm_ae_get(struct ipsec_xfrm_request *req)
{
	struct sk_buff *msg = NULL;
	struct ipsec_sa *sa;

	mutex_lock(&req->inet->config);
	sa = ipsec_xfrm_sa_named(req);
	if (!IS_ERR(sa))
		msg = answer_of(req, sa);
	mutex_unlock(&req->inet->config);
	if (msg)
		return ipsec_xfrm_answer(req, msg);
	return PTR_ERR_OR_ZERO(sa) ?: -ENOMEM;
}

/* No number is used again: the same key and IV would protect two packets. */
static int set_numbers(const struct ipsec_xfrm_request *req, struct ipsec_sa *sa)
{
	struct ipsec_xfrm_front told, front = {};
	struct ipsec_sa_config config = {};
	int err;

	if (!req->attrs[XFRMA_REPLAY_VAL] && !req->attrs[XFRMA_REPLAY_ESN_VAL])
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "Nothing of an SA can be set but its sequence numbers");
	ipsec_xfrm_front_of(sa, &told);
	front.flags = told.flags;
	front.window = told.window;
	err = ipsec_xfrm_replay(req, &front, &config);
	if (err)
		return err;
	if (front.window != told.window)
		return ipsec_xfrm_refuse(req, XFRMA_REPLAY_ESN_VAL, -EINVAL,
					 "The size of an anti-replay window does not change");
	if (!ipsec_sa_advance(sa, config.seq_out))
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "The SA has sent higher sequence numbers");
	if (config.seq_in)
		ipsec_replay_commit(sa->replay, config.seq_in);
	return 0;
}

static void tell(const struct ipsec_sa *sa)
{
	struct sk_buff *msg = ipsec_xfrm_begin(sa->inet, XFRMNLGRP_AEVENTS, ae_size(sa));
	const struct ipsec_xfrm_to all = {};

	if (msg)
		ipsec_xfrm_tell(sa->inet, XFRMNLGRP_AEVENTS, msg,
				put_ae(msg, sa, XFRM_AE_CU, &all));
}

/**
 * ipsec_xfrm_ae_new() - set the sequence numbers of an SA: XFRM_MSG_NEWAE
 * @req: the message, with NLM_F_REPLACE
 *
 * They only go forward.
 *
 * Return: 0, -ESRCH: there is no such SA, or another negative errno.
 */
int ipsec_xfrm_ae_new(struct ipsec_xfrm_request *req)
{
	struct ipsec_sa *sa;
	int err;

	if (!(req->nlh->nlmsg_flags & NLM_F_REPLACE))
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "Sequence numbers are replaced: NLM_F_REPLACE");
	mutex_lock(&req->inet->config);
	sa = ipsec_xfrm_sa_named(req);
	err = PTR_ERR_OR_ZERO(sa) ?: set_numbers(req, sa);
	if (!err)
		tell(sa);
	mutex_unlock(&req->inet->config);
	return err;
}
