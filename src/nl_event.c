// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: events. */
#include "event.h"
#include "netlink.h"
#include "quote.h"

static struct sk_buff *event_begin(struct ipsec_net *inet, int group, u8 cmd, size_t size,
				   gfp_t gfp, void **header)
{
	struct sk_buff *msg;

	if (!genl_has_listeners(&ipsec_nl_family, inet->net, group))
		return NULL;
	msg = genlmsg_new(size, gfp);
	if (!msg)
		return NULL;
	*header = genlmsg_put(msg, 0, 0, &ipsec_nl_family, 0, cmd);
	if (*header)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static void event_end(struct ipsec_net *inet, int group, struct sk_buff *msg, void *header,
		      int err, gfp_t gfp)
{
	if (err) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&ipsec_nl_family, inet->net, msg, 0, group, gfp);
}

static void event_sa(struct ipsec_net *inet, struct ipsec_sa *sa, int group, u8 cmd, gfp_t gfp)
{
	struct sk_buff *msg;
	void *header;

	msg = event_begin(inet, group, cmd, GENLMSG_DEFAULT_SIZE, gfp, &header);
	if (msg)
		event_end(inet, group, msg, header, ipsec_nl_put_sa(msg, sa, false), gfp);
}

static void event_sa_added(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	event_sa(inet, sa, IPSEC_NL_CHANGES, NFIPSEC_CMD_SA_NEW, GFP_KERNEL);
}

static void event_sa_deleted(struct ipsec_net *inet, struct ipsec_sa *sa, bool flushed)
{
	event_sa(inet, sa, IPSEC_NL_CHANGES, NFIPSEC_CMD_SA_DEL, GFP_KERNEL);
}

static void event_sa_expired(struct ipsec_net *inet, struct ipsec_sa *sa, unsigned int limit,
			     bool hard)
{
	struct sk_buff *msg;
	void *header;
	int err;

	msg = event_begin(inet, IPSEC_NL_KEYING, NFIPSEC_CMD_SA_EXPIRE, GENLMSG_DEFAULT_SIZE,
			  GFP_KERNEL, &header);
	if (!msg)
		return;
	err = ipsec_nl_put_sa(msg, sa, false) ?: nla_put_u8(msg, NFIPSEC_A_LIMIT, limit);
	if (!err && hard)
		err = nla_put_flag(msg, NFIPSEC_A_HARD);
	event_end(inet, IPSEC_NL_KEYING, msg, header, err, GFP_KERNEL);
}

static void event_policy(struct ipsec_net *inet, struct ipsec_policy *policy, u8 cmd)
{
	struct sk_buff *msg;
	void *header;

	msg = event_begin(inet, IPSEC_NL_CHANGES, cmd,
			  ipsec_nl_policy_size(policy->n_selectors), GFP_KERNEL, &header);
	if (msg)
		event_end(inet, IPSEC_NL_CHANGES, msg, header, ipsec_nl_put_policy(msg, policy),
			  GFP_KERNEL);
}

static void event_policy_added(struct ipsec_net *inet, struct ipsec_policy *policy)
{
	event_policy(inet, policy, NFIPSEC_CMD_POLICY_NEW);
}

static void event_policy_deleted(struct ipsec_net *inet, struct ipsec_policy *policy, bool told)
{
	event_policy(inet, policy, NFIPSEC_CMD_POLICY_DEL);
}

/* What matched of the policy, with what is to come from the packet. */
static void selector_wanted(const struct ipsec_policy *policy, const struct ipsec_key *key,
			    struct ipsec_selector *sel)
{
	unsigned int i = 0;

	while (i + 1 < policy->n_selectors &&
	       ipsec_selector_match(&policy->selector[i], key) != IPSEC_MATCH_YES)
		i++;
	*sel = policy->selector[i];
	ipsec_selector_populate(sel, policy->flags, key);
}

static void event_acquire(struct ipsec_net *inet, const struct ipsec_policy *policy,
			  const struct ipsec_key *key)
{
	struct ipsec_selector packet, wanted;
	struct sk_buff *msg;
	void *header;
	int err;

	msg = event_begin(inet, IPSEC_NL_KEYING, NFIPSEC_CMD_ACQUIRE,
			  ipsec_nl_policy_size(policy->n_selectors) +
			  2 * ipsec_nl_selector_size(), GFP_ATOMIC, &header);
	if (!msg)
		return;
	ipsec_selector_of(key, &packet);
	selector_wanted(policy, key, &wanted);
	err = ipsec_nl_put_policy(msg, policy) ?:
	      ipsec_nl_put_selector(msg, NFIPSEC_A_PACKET, &packet) ?:
	      ipsec_nl_put_selector(msg, NFIPSEC_A_SELECTOR, &wanted);
	event_end(inet, IPSEC_NL_KEYING, msg, header, err, GFP_ATOMIC);
}

static void event_sa_mapping(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	event_sa(inet, sa, IPSEC_NL_KEYING, NFIPSEC_CMD_SA_MAPPING, GFP_ATOMIC);
}

static void event_sa_icmp(struct ipsec_net *inet, struct ipsec_sa *sa,
			  const struct ipsec_quote *quote, const union ipsec_addr *router)
{
	struct sk_buff *msg;
	void *header;
	int err;

	msg = event_begin(inet, IPSEC_NL_KEYING, NFIPSEC_CMD_SA_ICMP, GENLMSG_DEFAULT_SIZE,
			  GFP_ATOMIC, &header);
	if (!msg)
		return;
	err = ipsec_nl_put_sa(msg, sa, false) ?:
	      ipsec_nl_put_addr(msg, NFIPSEC_A_ROUTER, router, quote->family) ?:
	      nla_put_u16(msg, NFIPSEC_A_ICMP, quote->type << 8 | quote->code);
	event_end(inet, IPSEC_NL_KEYING, msg, header, err, GFP_ATOMIC);
}

static struct ipsec_listener nl_listener = {
	.sa_added = event_sa_added,
	.sa_deleted = event_sa_deleted,
	.sa_expired = event_sa_expired,
	.policy_added = event_policy_added,
	.policy_deleted = event_policy_deleted,
	.acquire = event_acquire,
	.sa_mapping = event_sa_mapping,
	.sa_icmp = event_sa_icmp,
};

/**
 * ipsec_nl_event_init() - tell the multicast groups what happens
 */
void ipsec_nl_event_init(void)
{
	ipsec_event_listen(&nl_listener);
}
