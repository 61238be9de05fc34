// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: counters. */
#include "early.h"
#include "hold.h"
#include "netlink.h"

/* What waits is not counted on its way, but looked up. */
static void read_counter(struct ipsec_net *inet, enum ipsec_stat stat, struct ipsec_sum *sum)
{
	if (stat == IPSEC_OUT_WAITING)
		ipsec_hold_waiting(inet, sum);
	else if (stat == IPSEC_IN_WAITING)
		ipsec_early_waiting(inet, sum);
	else
		ipsec_stats_sum(inet->stats, stat, sum);
}

static int put_counter(struct sk_buff *msg, struct ipsec_net *inet, enum ipsec_stat stat)
{
	struct nlattr *nest = nla_nest_start(msg, NFIPSEC_STATS_A_COUNTER);
	struct ipsec_sum sum;

	read_counter(inet, stat, &sum);
	if (!nest ||
	    nla_put_string(msg, NFIPSEC_COUNTER_A_NAME, ipsec_stat_name(stat)) ||
	    nla_put_u64_64bit(msg, NFIPSEC_COUNTER_A_VALUE, sum.packets, NFIPSEC_COUNTER_A_PAD) ||
	    nla_put_u64_64bit(msg, NFIPSEC_COUNTER_A_BYTES, sum.bytes, NFIPSEC_COUNTER_A_PAD) ||
	    nla_put_string(msg, NFIPSEC_COUNTER_A_TEXT, ipsec_stat_text(stat)) ||
	    (stat >= IPSEC_DROP_FIRST && nla_put_flag(msg, NFIPSEC_COUNTER_A_DROP)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill(struct sk_buff *msg, struct genl_info *info)
{
	void *header = genlmsg_put_reply(msg, info, &ipsec_nl_family, 0, NFIPSEC_CMD_STATS_GET);
	struct ipsec_net *inet = ipsec_net(genl_info_net(info));
	struct nlattr *nest;
	int stat;

	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(msg, NFIPSEC_A_STATS);
	if (!nest)
		return -EMSGSIZE;
	for (stat = IPSEC_NO_DROP + 1; stat < IPSEC_STAT_COUNT; stat++)
		if (put_counter(msg, inet, stat))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, header);
	return 0;
}

/**
 * ipsec_nl_stats_get() - answer with the counters of the namespace
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	/* Twice what the longest texts need. */
	return ipsec_nl_answer(info, IPSEC_STAT_COUNT * 256, fill);
}
