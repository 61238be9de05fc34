// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: what happens is told to those who listen. */
#include <net/sock.h>

#include "event.h"
#include "expire.h"
#include "xfrm.h"
#include "xfrm_front.h"

/**
 * ipsec_xfrm_begin() - begin to tell of something
 * @inet: the namespace
 * @group: enum xfrm_nlgroups
 * @size: bytes that the message may have
 *
 * Return: an empty message, or NULL: nobody listens, or no memory.
 */
struct sk_buff *ipsec_xfrm_begin(const struct ipsec_net *inet, int group, size_t size)
{
	if (!inet->xfrm || !inet->xfrm->sock ||
	    !netlink_has_listeners(inet->xfrm->sock, group))
		return NULL;
	return nlmsg_new(size, gfp_any());
}

/**
 * ipsec_xfrm_tell() - tell it
 * @inet: the namespace
 * @group: enum xfrm_nlgroups
 * @msg: the message, consumed
 * @err: of writing it: then it is not sent
 */
void ipsec_xfrm_tell(const struct ipsec_net *inet, int group, struct sk_buff *msg, int err)
{
	if (err)
		nlmsg_free(msg);
	else
		nlmsg_multicast(inet->xfrm->sock, msg, 0, group, gfp_any());
}

static void event_sa_added(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	const struct ipsec_xfrm_front *front = sa->front;
	const struct ipsec_xfrm_to all = {};
	struct sk_buff *msg;
	u16 type;

	/* Who has asked for the SPI has it, and nobody else cares. */
	if (ipsec_sa_is_larval(sa) || (front && front->moved && !front->updated))
		return;
	type = front && front->updated ? XFRM_MSG_UPDSA : XFRM_MSG_NEWSA;
	msg = ipsec_xfrm_begin(inet, XFRMNLGRP_SA, ipsec_xfrm_sa_size(sa));
	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_SA, msg,
				ipsec_xfrm_sa_message(msg, sa, type, &all));
}

/* Its name, and what it was. */
static int put_deleted(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_DELSA,
					 sizeof(struct xfrm_usersa_id), 0);
	struct nlattr *attr;

	if (!nlh)
		return -EMSGSIZE;
	ipsec_xfrm_put_id(sa, nlmsg_data(nlh));
	attr = nla_reserve(msg, XFRMA_SA, sizeof(struct xfrm_usersa_info));
	if (!attr || ipsec_xfrm_put_sa(msg, nla_data(attr), sa))
		return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

static void event_sa_deleted(struct ipsec_net *inet, struct ipsec_sa *sa, bool flushed)
{
	struct sk_buff *msg;

	/* The end of a lifetime has been told, and of a larval SA nobody knows. */
	if (flushed || ipsec_sa_is_larval(sa) || ipsec_expire_is_over(sa))
		return;
	msg = ipsec_xfrm_begin(inet, XFRMNLGRP_SA, ipsec_xfrm_sa_size(sa));
	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_SA, msg, put_deleted(msg, sa));
}

static int put_expired(struct sk_buff *msg, const struct ipsec_sa *sa, bool hard)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_EXPIRE,
					 sizeof(struct xfrm_user_expire), 0);
	struct xfrm_user_expire *expire;

	if (!nlh)
		return -EMSGSIZE;
	expire = nlmsg_data(nlh);
	memset(expire, 0, sizeof(*expire));
	ipsec_xfrm_sa_info(sa, &expire->state);
	expire->hard = hard;
	if (ipsec_xfrm_put_tag(msg, &sa->mark, sa->if_id) ||
	    ipsec_xfrm_put_direction(msg, sa))
		return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

static void event_sa_expired(struct ipsec_net *inet, struct ipsec_sa *sa, unsigned int limit,
			     bool hard)
{
	struct sk_buff *msg = ipsec_xfrm_begin(inet, XFRMNLGRP_EXPIRE, NLMSG_DEFAULT_SIZE);

	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_EXPIRE, msg, put_expired(msg, sa, hard));
}

static void event_sas_flushed(struct ipsec_net *inet, u8 proto)
{
	struct sk_buff *msg = ipsec_xfrm_begin(inet, XFRMNLGRP_SA, NLMSG_DEFAULT_SIZE);
	struct xfrm_usersa_flush *flush;
	struct nlmsghdr *nlh;

	if (!msg)
		return;
	nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_FLUSHSA, sizeof(*flush), 0);
	if (nlh) {
		flush = nlmsg_data(nlh);
		memset(flush, 0, NLMSG_ALIGN(sizeof(*flush)));
		flush->proto = proto;
		nlmsg_end(msg, nlh);
	}
	ipsec_xfrm_tell(inet, XFRMNLGRP_SA, msg, nlh ? 0 : -EMSGSIZE);
}

static void event_policy_added(struct ipsec_net *inet, struct ipsec_policy *policy)
{
	const struct ipsec_xfrm_policy_front *front = policy->front;
	const struct ipsec_xfrm_to all = {};
	struct sk_buff *msg;
	u16 type;

	if (front && front->moved)
		return;
	type = front && front->updated ? XFRM_MSG_UPDPOLICY : XFRM_MSG_NEWPOLICY;
	msg = ipsec_xfrm_begin(inet, XFRMNLGRP_POLICY, ipsec_xfrm_policy_size());
	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_POLICY, msg,
				ipsec_xfrm_policy_message(msg, policy, type, &all));
}

/* Its name, and what it was. */
static int put_deleted_policy(struct sk_buff *msg, const struct ipsec_policy *policy)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_DELPOLICY,
					 sizeof(struct xfrm_userpolicy_id), 0);
	struct xfrm_userpolicy_info info;
	struct xfrm_userpolicy_id *id;
	struct nlattr *attr;

	if (!nlh)
		return -EMSGSIZE;
	attr = nla_reserve(msg, XFRMA_POLICY, sizeof(info));
	if (!attr)
		return -EMSGSIZE;
	ipsec_xfrm_policy_info(policy, &info);
	memcpy(nla_data(attr), &info, sizeof(info));
	id = nlmsg_data(nlh);
	memset(id, 0, sizeof(*id));
	id->dir = info.dir;
	id->sel = info.sel;
	if (ipsec_xfrm_put_policy(msg, policy))
		return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

static void event_policy_deleted(struct ipsec_net *inet, struct ipsec_policy *policy, bool told)
{
	struct sk_buff *msg;

	if (told)
		return;
	msg = ipsec_xfrm_begin(inet, XFRMNLGRP_POLICY, ipsec_xfrm_policy_size());
	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_POLICY, msg, put_deleted_policy(msg, policy));
}

static void event_policies_flushed(struct ipsec_net *inet, bool sub)
{
	struct sk_buff *msg = ipsec_xfrm_begin(inet, XFRMNLGRP_POLICY, NLMSG_DEFAULT_SIZE);
	struct nlmsghdr *nlh;
	int err = -EMSGSIZE;

	if (!msg)
		return;
	nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_FLUSHPOLICY, 0, 0);
	if (nlh) {
		err = ipsec_xfrm_put_type(msg, sub);
		nlmsg_end(msg, nlh);
	}
	ipsec_xfrm_tell(inet, XFRMNLGRP_POLICY, msg, err);
}

static int put_policy_expired(struct sk_buff *msg, const struct ipsec_policy *policy, bool hard)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_POLEXPIRE,
					 sizeof(struct xfrm_user_polexpire), 0);
	struct xfrm_user_polexpire *expire;

	if (!nlh)
		return -EMSGSIZE;
	expire = nlmsg_data(nlh);
	memset(expire, 0, sizeof(*expire));
	ipsec_xfrm_policy_info(policy, &expire->pol);
	expire->hard = hard;
	if (ipsec_xfrm_put_policy(msg, policy))
		return -EMSGSIZE;
	nlmsg_end(msg, nlh);
	return 0;
}

static void event_policy_expired(struct ipsec_net *inet, struct ipsec_policy *policy, bool hard)
{
	struct sk_buff *msg = ipsec_xfrm_begin(inet, XFRMNLGRP_EXPIRE, ipsec_xfrm_policy_size());

	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_EXPIRE, msg, put_policy_expired(msg, policy, hard));
}

static int put_mapping(struct sk_buff *msg, struct ipsec_sa *sa)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, 0, 0, XFRM_MSG_MAPPING,
					 sizeof(struct xfrm_user_mapping), 0);
	struct xfrm_user_mapping *mapping;
	struct ipsec_mapping now;

	if (!nlh)
		return -EMSGSIZE;
	ipsec_sa_mapping(sa, &now);
	mapping = nlmsg_data(nlh);
	memset(mapping, 0, sizeof(*mapping));
	ipsec_xfrm_put_id(sa, &mapping->id);
	mapping->reqid = sa->reqid;
	memcpy(&mapping->old_saddr, &sa->src, sizeof(sa->src));
	memcpy(&mapping->new_saddr, &now.addr, sizeof(now.addr));
	mapping->old_sport = sa->encap.sport;
	mapping->new_sport = now.port;
	nlmsg_end(msg, nlh);
	return 0;
}

static void event_sa_mapping(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	struct sk_buff *msg = ipsec_xfrm_begin(inet, XFRMNLGRP_MAPPING,
					       NLMSG_ALIGN(sizeof(struct xfrm_user_mapping)));

	if (msg)
		ipsec_xfrm_tell(inet, XFRMNLGRP_MAPPING, msg, put_mapping(msg, sa));
}

static struct ipsec_listener xfrm_listener = {
	.sa_added = event_sa_added,
	.sa_changed = event_sa_added,
	.sa_deleted = event_sa_deleted,
	.sas_flushed = event_sas_flushed,
	.sa_expired = event_sa_expired,
	.policy_added = event_policy_added,
	.policy_deleted = event_policy_deleted,
	.policy_expired = event_policy_expired,
	.policies_flushed = event_policies_flushed,
	.acquire = ipsec_xfrm_tell_acquire,
	.sa_mapping = event_sa_mapping,
};

/**
 * ipsec_xfrm_event_init() - listen to what happens
 */
void ipsec_xfrm_event_init(void)
{
	ipsec_event_listen(&xfrm_listener);
}
