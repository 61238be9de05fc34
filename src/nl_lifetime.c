// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: lifetimes of SAs. */
#include <linux/ktime.h>

#include "netlink.h"

#define ANSWER	{ .type = NLA_REJECT, .reject_message = "Only answers have this attribute" }
#define LIMIT(name) \
	[NFIPSEC_LIFE_A_SOFT_##name]	= { .type = NLA_U64 }, \
	[NFIPSEC_LIFE_A_HARD_##name]	= { .type = NLA_U64 }

const struct nla_policy ipsec_nl_lifetime_policy[NFIPSEC_LIFE_A_MAX + 1] = {
	LIMIT(PACKETS),
	LIMIT(BYTES),
	LIMIT(AGE),
	LIMIT(USE),
	LIMIT(IDLE),
	[NFIPSEC_LIFE_A_AGE]		= ANSWER,
	[NFIPSEC_LIFE_A_USE]		= ANSWER,
};

/* Attribute of a limit, enum nfipsec_limit. */
static int soft_attr(unsigned int limit)
{
	return NFIPSEC_LIFE_A_SOFT_PACKETS + 2 * limit;
}

static int hard_attr(unsigned int limit)
{
	return NFIPSEC_LIFE_A_HARD_PACKETS + 2 * limit;
}

static int one_limit(const struct nlattr *attr, unsigned int limit, u64 *value,
		     struct netlink_ext_ack *extack)
{
	u64 max = limit < NFIPSEC_LIMIT_AGE ? S64_MAX : U32_MAX;

	if (!attr)
		return 0;
	*value = nla_get_u64(attr);
	if (*value <= max)
		return 0;
	ipsec_nl_refuse(extack, attr, limit < NFIPSEC_LIMIT_AGE ?
			"A limit is at most 9223372036854775807" :
			"A limit is at most 4294967295 seconds");
	return -ERANGE;
}

/**
 * ipsec_nl_lifetime() - read the lifetime of an SA
 * @nest: NFIPSEC_SA_A_LIFETIME
 * @limits: filled; was all 0
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_lifetime(const struct nlattr *nest, struct ipsec_limits *limits,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_LIFE_A_MAX + 1];
	unsigned int i;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_LIFE_A_MAX, nest, ipsec_nl_lifetime_policy, extack);
	for (i = 0; !err && i < NFIPSEC_LIMIT_SEQUENCE; i++) {
		err = one_limit(tb[soft_attr(i)], i, &limits->soft[i], extack) ?:
		      one_limit(tb[hard_attr(i)], i, &limits->hard[i], extack);
		if (!err && limits->hard[i] && limits->soft[i] >= limits->hard[i])
			err = ipsec_nl_refuse(extack, tb[soft_attr(i)],
					      "A soft limit has to be below the hard one");
	}
	return err;
}

static int put_u64(struct sk_buff *msg, int type, u64 value)
{
	return nla_put_u64_64bit(msg, type, value, NFIPSEC_LIFE_A_PAD);
}

static u64 seconds_since(u64 then)
{
	return div_u64(ktime_get_boottime_ns() - then, IPSEC_NSEC);
}

/**
 * ipsec_nl_put_lifetime() - write the lifetime of an SA
 * @msg: the message
 * @quota: the lifetime
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_lifetime(struct sk_buff *msg, const struct ipsec_quota *quota)
{
	struct nlattr *nest = nla_nest_start(msg, NFIPSEC_SA_A_LIFETIME);
	const struct ipsec_limits *limits = &quota->limits;
	u64 first = atomic64_read(&quota->first);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++)
		if ((limits->soft[i] && put_u64(msg, soft_attr(i), limits->soft[i])) ||
		    (limits->hard[i] && put_u64(msg, hard_attr(i), limits->hard[i])))
			return -EMSGSIZE;
	if (put_u64(msg, NFIPSEC_LIFE_A_AGE, seconds_since(quota->added)) ||
	    (first && put_u64(msg, NFIPSEC_LIFE_A_USE, seconds_since(first))))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}
