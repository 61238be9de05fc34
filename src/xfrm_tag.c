// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: the marks of SAs and policies, and the links of kind xfrm that they are for. */
#include "xfrm.h"

/**
 * ipsec_xfrm_mark() - read which mark an SA or a policy is for
 * @req: the message
 * @mark: filled; bits outside the mask count for nothing
 */
void ipsec_xfrm_mark(const struct ipsec_xfrm_request *req, struct ipsec_mark *mark)
{
	struct xfrm_mark asked = {};

	if (req->attrs[XFRMA_MARK])
		nla_memcpy(&asked, req->attrs[XFRMA_MARK], sizeof(asked));
	mark->value = asked.v & asked.m;
	mark->mask = asked.m;
}

/**
 * ipsec_xfrm_set_mark() - read what an SA makes of marks
 * @req: the message
 * @mark: filled; without a mask all bits are set
 */
void ipsec_xfrm_set_mark(const struct ipsec_xfrm_request *req, struct ipsec_mark *mark)
{
	const struct nlattr *mask = req->attrs[XFRMA_SET_MARK_MASK];

	memset(mark, 0, sizeof(*mark));
	if (!req->attrs[XFRMA_SET_MARK])
		return;
	mark->mask = mask ? nla_get_u32(mask) : U32_MAX;
	mark->value = nla_get_u32(req->attrs[XFRMA_SET_MARK]) & mark->mask;
}

/**
 * ipsec_xfrm_if_id() - read which link an SA or a policy is for
 * @req: the message
 *
 * Return: its if_id, 0: none.
 */
u32 ipsec_xfrm_if_id(const struct ipsec_xfrm_request *req)
{
	return req->attrs[XFRMA_IF_ID] ? nla_get_u32(req->attrs[XFRMA_IF_ID]) : 0;
}

/**
 * ipsec_xfrm_tag_size() - room for marks and an if_id
 *
 * Return: bytes that ipsec_xfrm_put_tag() and ipsec_xfrm_put_set_mark() write at most.
 */
size_t ipsec_xfrm_tag_size(void)
{
	return nla_total_size(sizeof(struct xfrm_mark)) + 3 * nla_total_size(sizeof(u32));
}

/**
 * ipsec_xfrm_put_tag() - write which mark and which link an SA or a policy is for
 * @msg: the message
 * @mark: the mark
 * @if_id: that of the link
 *
 * Nothing is said of what it does not ask for.
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_tag(struct sk_buff *msg, const struct ipsec_mark *mark, u32 if_id)
{
	const struct xfrm_mark told = { .v = mark->value, .m = mark->mask };

	if (mark->mask && nla_put(msg, XFRMA_MARK, sizeof(told), &told))
		return -EMSGSIZE;
	return if_id ? nla_put_u32(msg, XFRMA_IF_ID, if_id) : 0;
}

/**
 * ipsec_xfrm_put_set_mark() - write what an SA makes of marks
 * @msg: the message
 * @mark: that
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_set_mark(struct sk_buff *msg, const struct ipsec_mark *mark)
{
	if (!mark->mask)
		return 0;
	return nla_put_u32(msg, XFRMA_SET_MARK, mark->value) ?:
	       nla_put_u32(msg, XFRMA_SET_MARK_MASK, mark->mask);
}
