// SPDX-License-Identifier: GPL-2.0
/*
 * NETLINK_XFRM: a host has moved (RFC 4555): its SAs and its policy get other addresses. Keys
 * stay, sequence numbers go on, and what was received is still known.
 */
#include <net/sock.h>

#include "xfrm.h"
#include "xfrm_front.h"
#include "xfrm_successor.h"

static bool is_addr(const xfrm_address_t *a, const union ipsec_addr *b, u16 family)
{
	return !memcmp(a, b, ipsec_addr_len(family));
}

static bool is_nowhere(const xfrm_address_t *addr, u16 family)
{
	static const union ipsec_addr any;

	return is_addr(addr, &any, family);
}

static bool is_family(u16 family)
{
	return family == AF_INET || family == AF_INET6;
}

static bool is_same(const struct xfrm_user_migrate *a, const struct xfrm_user_migrate *b)
{
	size_t len = ipsec_addr_len(a->old_family);

	return a->old_family == b->old_family &&
	       !memcmp(&a->old_daddr, &b->old_daddr, len) &&
	       !memcmp(&a->old_saddr, &b->old_saddr, len) &&
	       a->proto == b->proto && a->mode == b->mode && a->reqid == b->reqid;
}

static int check(const struct ipsec_xfrm_request *req, const struct xfrm_user_migrate *moves,
		 unsigned int n)
{
	unsigned int i, k;

	if (!n || n > NFIPSEC_SPECS_MAX)
		return ipsec_xfrm_refuse(req, XFRMA_MIGRATE, -EINVAL,
					 "From 1 to 4 pairs of addresses can change at once");
	for (i = 0; i < n; i++) {
		if (!is_family(moves[i].old_family) || !is_family(moves[i].new_family) ||
		    is_nowhere(&moves[i].new_daddr, moves[i].new_family) ||
		    is_nowhere(&moves[i].new_saddr, moves[i].new_family))
			return ipsec_xfrm_refuse(req, XFRMA_MIGRATE, -EINVAL,
						 "An SA moves to two addresses, of IPv4 or of IPv6");
		for (k = 0; k < i; k++)
			if (is_same(&moves[i], &moves[k]))
				return ipsec_xfrm_refuse(req, XFRMA_MIGRATE, -EINVAL,
							 "An SA cannot move to two places");
	}
	return 0;
}

/* @if_id: that of the SA, 0: any. */
static bool is_meant(const struct xfrm_user_migrate *move, u32 if_id, const struct ipsec_sa *sa)
{
	return (!if_id || sa->if_id == if_id) &&
	       sa->id.proto == move->proto && sa->mode == ipsec_xfrm_mode(move->mode) &&
	       sa->id.family == move->old_family &&
	       (!move->reqid || sa->reqid == move->reqid) && !ipsec_sa_is_larval(sa) &&
	       is_addr(&move->old_daddr, &sa->id.dst, sa->id.family) &&
	       is_addr(&move->old_saddr, &sa->src, sa->id.family);
}

/* The newest one: it is what the peers send with. */
static struct ipsec_sa *sa_of(struct ipsec_net *inet, const struct xfrm_user_migrate *move,
			      u32 if_id)
{
	struct ipsec_sa *sa, *found = NULL;
	u32 number = 0;

	while ((sa = ipsec_sadb_next(inet, number))) {
		number = sa->number;
		if (is_meant(move, if_id, sa) && !(sa->txn_state & IPSEC_TXN_DOOMED) &&
		    READ_ONCE(sa->use) != IPSEC_SA_ENDED)
			found = sa;
	}
	return found;
}

static void take_ports(const struct ipsec_xfrm_request *req, struct ipsec_xfrm_front *front,
		       struct ipsec_sa_config *config)
{
	if (!req->attrs[XFRMA_ENCAP])
		return;
	nla_memcpy(&front->encap, req->attrs[XFRMA_ENCAP], sizeof(front->encap));
	front->has_encap = front->encap.encap_dport;
	config->encap.sport = front->encap.encap_sport;
	config->encap.dport = front->encap.encap_dport;
}

/* The templates that name old addresses name the new ones. Return: how many did. */
static unsigned int move_specs(struct ipsec_policy *policy, const struct xfrm_user_migrate *move)
{
	struct ipsec_xfrm_policy_front *front = policy->front;
	unsigned int i, n = 0;
	struct ipsec_spec *spec;

	for (i = 0; i < policy->n_specs; i++) {
		spec = &policy->spec[i];
		if (spec->proto != move->proto || spec->mode != ipsec_xfrm_mode(move->mode) ||
		    (move->reqid && spec->reqid != move->reqid))
			continue;
		if (spec->mode == NFIPSEC_MODE_TRANSPORT) {
			n++;
			continue;
		}
		if (spec->family != move->old_family ||
		    !is_addr(&move->old_daddr, &spec->dst, spec->family) ||
		    !is_addr(&move->old_saddr, &spec->src, spec->family))
			continue;
		n++;
		spec->family = move->new_family;
		ipsec_xfrm_addr(&move->new_daddr, spec->family, &spec->dst);
		ipsec_xfrm_addr(&move->new_saddr, spec->family, &spec->src);
		front->tmpl[i].family = move->new_family;
		front->tmpl[i].id.daddr = move->new_daddr;
		front->tmpl[i].saddr = move->new_saddr;
	}
	return n;
}

static int policy_moved(const struct ipsec_xfrm_request *req, struct ipsec_txn *txn,
			struct ipsec_policy *old, const struct xfrm_user_migrate *moves,
			unsigned int n)
{
	const struct ipsec_xfrm_policy_front *front = old->front;
	struct ipsec_policy *policy;
	unsigned int i, changed = 0;

	if (!front)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EOPNOTSUPP,
					 "This policy was made by generic netlink, as ipsecctl does: it does not move");
	policy = ipsec_policy_copy(old);
	if (!policy)
		return -ENOMEM;
	policy->front = kmemdup(front, struct_size(front, tmpl, front->n_tmpl), GFP_KERNEL);
	if (!policy->front) {
		ipsec_policy_put(policy);
		return -ENOMEM;
	}
	((struct ipsec_xfrm_policy_front *)policy->front)->moved = true;
	for (i = 0; i < n; i++)
		changed += move_specs(policy, &moves[i]);
	if (!changed) {
		ipsec_policy_put(policy);
		return ipsec_xfrm_refuse(req, XFRMA_MIGRATE, -ENODATA,
					 "No template of the policy has these addresses");
	}
	ipsec_txn_replace_policy(txn, old);
	return ipsec_txn_add_policy(txn, policy, req->extack);
}

static int sa_move(const struct ipsec_xfrm_request *req, struct ipsec_txn *txn,
		   const struct xfrm_user_migrate *where, struct ipsec_xfrm_successor *successor)
{
	struct ipsec_sa *old = sa_of(req->inet, where, ipsec_xfrm_if_id(req));
	struct ipsec_xfrm_front *front;
	struct ipsec_sa_config config;

	if (!old)
		return 0;
	front = ipsec_xfrm_successor_begin(successor, txn, old, &config);
	if (!front)
		return -ENOMEM;
	config.id.family = where->new_family;
	ipsec_xfrm_addr(&where->new_daddr, where->new_family, &config.id.dst);
	ipsec_xfrm_addr(&where->new_saddr, where->new_family, &config.src);
	front->updated = false;
	front->moved = true;
	take_ports(req, front, &config);
	return ipsec_xfrm_successor_add(successor, txn, &config, req->extack);
}

/* The request as it was, told to those who listen; what attributes have behind their end is not. */
static int put_migrate(struct sk_buff *msg, const struct ipsec_xfrm_request *req)
{
	static const struct {
		int type;
		int len;
	} told[] = {
		{ XFRMA_KMADDRESS, sizeof(struct xfrm_user_kmaddress) },
		{ XFRMA_ENCAP, sizeof(struct xfrm_encap_tmpl) },
	};
	const struct xfrm_userpolicy_id *asked = req->body;
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_MIGRATE, sizeof(*asked), 0);
	const struct nlattr *moves = req->attrs[XFRMA_MIGRATE], *attr;
	struct xfrm_userpolicy_id *id;
	unsigned int i;

	if (!nlh)
		return -EMSGSIZE;
	id = nlmsg_data(nlh);
	memset(id, 0, sizeof(*id));
	id->sel = asked->sel;
	id->dir = asked->dir;
	for (i = 0; i < ARRAY_SIZE(told); i++) {
		attr = req->attrs[told[i].type];
		if (attr && nla_put(msg, told[i].type, told[i].len, nla_data(attr)))
			return -EMSGSIZE;
	}
	if (ipsec_xfrm_put_type(msg, ipsec_xfrm_is_sub(req)))
		return -EMSGSIZE;
	for (i = 0; i < nla_len(moves) / sizeof(struct xfrm_user_migrate); i++)
		if (nla_put(msg, XFRMA_MIGRATE, sizeof(struct xfrm_user_migrate),
			    (const struct xfrm_user_migrate *)nla_data(moves) + i))
			return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

static int migrate(struct ipsec_xfrm_request *req, const struct xfrm_user_migrate *where,
		   unsigned int n)
{
	struct ipsec_xfrm_successor successors[NFIPSEC_SPECS_MAX] = {};
	struct ipsec_policy *policy;
	struct ipsec_txn txn;
	unsigned int i;
	int err;

	ipsec_txn_begin(&txn, req->inet);
	policy = ipsec_xfrm_policy_named(req);
	err = PTR_ERR_OR_ZERO(policy) ?: policy_moved(req, &txn, policy, where, n);
	for (i = 0; !err && i < n; i++)
		err = sa_move(req, &txn, &where[i], &successors[i]);
	return ipsec_xfrm_successors_end(successors, n, &txn, err, req->extack);
}

/**
 * ipsec_xfrm_migrate() - move SAs and the policy that needs them: XFRM_MSG_MIGRATE
 * @req: the message
 *
 * Return: 0, -ENOENT: no such policy, -ENODATA: it has other addresses, or another negative
 * errno.
 */
int ipsec_xfrm_migrate(struct ipsec_xfrm_request *req)
{
	const struct nlattr *attr = req->attrs[XFRMA_MIGRATE];
	unsigned int n = attr ? nla_len(attr) / sizeof(struct xfrm_user_migrate) : 0;
	struct sk_buff *msg;
	int err = check(req, attr ? nla_data(attr) : NULL, n);

	if (!err)
		err = migrate(req, nla_data(attr), n);
	if (err)
		return err;
	msg = ipsec_xfrm_begin(req->inet, XFRMNLGRP_MIGRATE, NLMSG_DEFAULT_SIZE);
	if (msg)
		ipsec_xfrm_tell(req->inet, XFRMNLGRP_MIGRATE, msg, put_migrate(msg, req));
	return 0;
}
