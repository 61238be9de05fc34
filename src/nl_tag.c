// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: the marks of SAs and policies, and the links of kind xfrm that they are for. */
#include "netlink.h"

/**
 * ipsec_nl_mark() - read a mark
 * @value: what it must be, or becomes; or NULL
 * @mask: in which bits, NULL: in all
 * @mark: filled
 * @extack: a sentence if it fails
 *
 * Return: 0 or -EINVAL.
 */
int ipsec_nl_mark(const struct nlattr *value, const struct nlattr *mask, struct ipsec_mark *mark,
		  struct netlink_ext_ack *extack)
{
	memset(mark, 0, sizeof(*mark));
	if (!value)
		return mask ? ipsec_nl_refuse(extack, mask, "A mask needs a mark") : 0;
	mark->value = nla_get_u32(value);
	mark->mask = mask ? nla_get_u32(mask) : U32_MAX;
	if (mark->value & ~mark->mask)
		return ipsec_nl_refuse(extack, value, "The mark has bits outside its mask");
	return 0;
}

/**
 * ipsec_nl_put_mark() - write a mark
 * @msg: the message
 * @type: of the attribute for the mark; that for its mask is the next one
 * @mark: the mark; nothing is written of one that asks for nothing
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_mark(struct sk_buff *msg, int type, const struct ipsec_mark *mark)
{
	if (!mark->mask)
		return 0;
	return nla_put_u32(msg, type, mark->value) ?: nla_put_u32(msg, type + 1, mark->mask);
}
