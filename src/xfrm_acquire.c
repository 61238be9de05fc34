// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: a packet needs an SA that is not there. */
#include <net/sock.h>

#include "xfrm.h"

/* The ends of an SA that a packet under a policy needs. */
static void wanted_ends(const struct ipsec_policy *policy, const struct ipsec_key *key,
			struct xfrm_user_acquire *acquire)
{
	const struct ipsec_spec *spec = &policy->spec[0];
	const union ipsec_addr *dst = ipsec_addr_is_any(&spec->dst) ? &key->dst : &spec->dst;
	const union ipsec_addr *src = ipsec_addr_is_any(&spec->src) ? &key->src : &spec->src;

	memcpy(&acquire->id.daddr, dst, sizeof(*dst));
	memcpy(&acquire->saddr, src, sizeof(*src));
	acquire->id.proto = spec->proto;
}

/* Who answers says which request it was; 0 would be none. */
static u32 next_request(void)
{
	static atomic_t requests;

	return (u32)atomic_inc_return(&requests) ?: (u32)atomic_inc_return(&requests);
}

static int put_acquire(struct sk_buff *msg, const struct ipsec_policy *policy,
		       const struct ipsec_key *key)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_ACQUIRE,
					 sizeof(struct xfrm_user_acquire), 0);
	struct xfrm_user_acquire *acquire;
	struct ipsec_selector packet;

	if (!nlh)
		return -EMSGSIZE;
	acquire = nlmsg_data(nlh);
	memset(acquire, 0, sizeof(*acquire));
	wanted_ends(policy, key, acquire);
	ipsec_selector_of(key, &packet);
	ipsec_xfrm_put_selector(&packet, &acquire->sel);
	ipsec_xfrm_policy_info(policy, &acquire->policy);
	acquire->aalgos = ~0;
	acquire->ealgos = ~0;
	acquire->calgos = ~0;
	acquire->seq = next_request();
	if (ipsec_xfrm_put_policy(msg, policy))
		return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

/**
 * ipsec_xfrm_tell_acquire() - tell that a packet needs an SA
 * @inet: the namespace
 * @policy: the policy that says so
 * @key: the packet
 *
 * Softirq, or BH off.
 */
void ipsec_xfrm_tell_acquire(struct ipsec_net *inet, const struct ipsec_policy *policy,
			     const struct ipsec_key *key)
{
	struct sk_buff *msg = ipsec_xfrm_begin(inet, XFRMNLGRP_ACQUIRE, ipsec_xfrm_policy_size());

	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_ACQUIRE, msg, put_acquire(msg, policy, key));
}

/* Which algorithms are wanted is said for all templates at once. */
static void set_algorithms(struct xfrm_user_tmpl *tmpl, unsigned int n,
			   const struct xfrm_user_acquire *acquire)
{
	while (n--) {
		tmpl[n].aalgos = acquire->aalgos;
		tmpl[n].ealgos = acquire->ealgos;
		tmpl[n].calgos = acquire->calgos;
	}
}

/* The request as it came, for one of its templates. Bytes behind the last of them are not told. */
static int put_relayed(struct sk_buff *msg, const struct ipsec_xfrm_request *req,
		       const struct xfrm_user_tmpl *tmpl)
{
	const struct nlattr *tmpls = req->attrs[XFRMA_TMPL];
	const unsigned int n = nla_len(tmpls) / sizeof(*tmpl);
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_ACQUIRE,
					 sizeof(struct xfrm_user_acquire), 0);
	struct xfrm_user_acquire *acquire;
	struct ipsec_mark mark;
	struct nlattr *attr;

	if (!nlh)
		return -EMSGSIZE;
	acquire = nlmsg_data(nlh);
	memcpy(acquire, req->body, sizeof(*acquire));
	acquire->id = tmpl->id;
	acquire->seq = next_request();
	attr = nla_reserve(msg, XFRMA_TMPL, n * sizeof(*tmpl));
	if (!attr)
		return -EMSGSIZE;
	memcpy(nla_data(attr), nla_data(tmpls), n * sizeof(*tmpl));
	set_algorithms(nla_data(attr), n, acquire);
	ipsec_xfrm_mark(req, &mark);
	if (ipsec_xfrm_put_type(msg, ipsec_xfrm_is_sub(req)) ||
	    ipsec_xfrm_put_tag(msg, &mark, 0))
		return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

/**
 * ipsec_xfrm_acquire() - ask the IKE daemon for an SA, as a packet would: XFRM_MSG_ACQUIRE
 * @req: the message
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_acquire(struct ipsec_xfrm_request *req)
{
	const struct nlattr *attr = req->attrs[XFRMA_TMPL];
	const struct xfrm_user_tmpl *tmpl;
	int err = ipsec_xfrm_check_type(req);
	unsigned int n, i;
	struct sk_buff *msg;

	if (err)
		return err;
	n = attr ? nla_len(attr) / sizeof(*tmpl) : 0;
	if (!n || n > NFIPSEC_SPECS_MAX)
		return ipsec_xfrm_refuse(req, XFRMA_TMPL, -EINVAL,
					 "From 1 to 4 templates say which SAs are needed");
	tmpl = nla_data(attr);
	for (i = 0; i < n; i++) {
		msg = ipsec_xfrm_begin(req->inet, XFRMNLGRP_ACQUIRE, ipsec_xfrm_policy_size());
		if (msg)
			ipsec_xfrm_tell(req->inet, XFRMNLGRP_ACQUIRE, msg,
					put_relayed(msg, req, &tmpl[i]));
	}
	return 0;
}
