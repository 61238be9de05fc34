// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: what happens to packets that no policy matches. */
#include <net/sock.h>

#include "hooks.h"
#include "xfrm.h"

static u8 action(const struct ipsec_net *inet, u8 which)
{
	return ipsec_spd_discards(inet, which) ? XFRM_USERPOLICY_BLOCK : XFRM_USERPOLICY_ACCEPT;
}

static int put_defaults(struct sk_buff *msg, const struct ipsec_net *inet,
			const struct ipsec_xfrm_to *to)
{
	struct xfrm_userpolicy_default *defaults;
	struct nlmsghdr *nlh = nlmsg_put(msg, to->portid, to->seq, XFRM_MSG_GETDEFAULT,
					 sizeof(*defaults), 0);

	if (!nlh)
		return -EMSGSIZE;
	defaults = nlmsg_data(nlh);
	defaults->in = action(inet, IPSEC_DISCARD_LOCAL);
	defaults->fwd = action(inet, IPSEC_DISCARD_FORWARDED);
	defaults->out = action(inet, IPSEC_DISCARD_OUT);
	nlmsg_end(msg, nlh);
	return 0;
}

/**
 * ipsec_xfrm_default_get() - answer with the default actions: XFRM_MSG_GETDEFAULT
 * @req: the message
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_default_get(struct ipsec_xfrm_request *req)
{
	struct sk_buff *msg = nlmsg_new(sizeof(struct xfrm_userpolicy_default), GFP_KERNEL);
	struct ipsec_xfrm_to to;
	int err;

	if (!msg)
		return -ENOMEM;
	ipsec_xfrm_answer_to(req, &to);
	err = put_defaults(msg, req->inet, &to);
	if (!err)
		return ipsec_xfrm_answer(req, msg);
	nlmsg_free(msg);
	return err;
}

/* What is neither of the two stays as it is. */
static void set(struct ipsec_txn *txn, u8 which, u8 action)
{
	if (action == XFRM_USERPOLICY_BLOCK || action == XFRM_USERPOLICY_ACCEPT)
		ipsec_txn_set_default(txn, which, action == XFRM_USERPOLICY_BLOCK);
}

static void tell(const struct ipsec_net *inet)
{
	struct sk_buff *msg = ipsec_xfrm_begin(inet, XFRMNLGRP_POLICY,
					       sizeof(struct xfrm_userpolicy_default));
	const struct ipsec_xfrm_to all = {};

	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_POLICY, msg, put_defaults(msg, inet, &all));
}

/**
 * ipsec_xfrm_default_set() - set default actions: XFRM_MSG_SETDEFAULT
 * @req: the message
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_default_set(struct ipsec_xfrm_request *req)
{
	const struct xfrm_userpolicy_default *wanted = req->body;
	struct ipsec_txn txn;
	int err;

	ipsec_txn_begin(&txn, req->inet);
	err = ipsec_hooks_need(req->inet);
	if (!err) {
		set(&txn, IPSEC_DISCARD_LOCAL, wanted->in);
		set(&txn, IPSEC_DISCARD_FORWARDED, wanted->fwd);
		set(&txn, IPSEC_DISCARD_OUT, wanted->out);
	}
	err = ipsec_txn_end(&txn, err, req->extack);
	if (!err)
		tell(req->inet);
	return err;
}
