// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: an SA as it is told to who asks or listens. */
#include <linux/ipsec.h>
#include <net/sock.h>
#include <net/xfrm.h>

#include "clock.h"
#include "xfrm.h"
#include "xfrm_front.h"

static u64 limit(u64 value)
{
	return value ?: XFRM_INF;
}

/* Of an SA that came through the other door. Seconds without a limit are 0 here. */
static void put_limits(const struct ipsec_sa *sa, struct xfrm_lifetime_cfg *lft)
{
	static const struct ipsec_limits none;
	const struct ipsec_quota *quota = ipsec_sa_quota(sa);
	const struct ipsec_limits *limits = quota ? &quota->limits : &none;

	lft->soft_packet_limit = limit(limits->soft[NFIPSEC_LIMIT_PACKETS]);
	lft->hard_packet_limit = limit(limits->hard[NFIPSEC_LIMIT_PACKETS]);
	lft->soft_byte_limit = limit(limits->soft[NFIPSEC_LIMIT_BYTES]);
	lft->hard_byte_limit = limit(limits->hard[NFIPSEC_LIMIT_BYTES]);
	lft->soft_add_expires_seconds = limits->soft[NFIPSEC_LIMIT_AGE];
	lft->hard_add_expires_seconds = limits->hard[NFIPSEC_LIMIT_AGE];
	lft->soft_use_expires_seconds = limits->soft[NFIPSEC_LIMIT_USE];
	lft->hard_use_expires_seconds = limits->hard[NFIPSEC_LIMIT_USE];
}

static u8 xfrm_flags(const struct ipsec_sa *sa)
{
	return (sa->outer.ecn == NFIPSEC_ECN_COMPAT ? XFRM_STATE_NOECN : 0) |
	       (sa->outer.dscp_decap ? XFRM_STATE_DECAP_DSCP : 0) |
	       (sa->outer.df == NFIPSEC_DF_CLEAR ? XFRM_STATE_NOPMTUDISC : 0) |
	       (sa->flags & NFIPSEC_SA_F_ESN ? XFRM_STATE_ESN : 0);
}

/* What an SA would have been asked for here, if it came through the other door. */
static void make_front(const struct ipsec_sa *sa, struct ipsec_xfrm_front *front)
{
	memset(front, 0, sizeof(*front));
	if (sa->n_selectors)
		ipsec_xfrm_put_selector(&sa->selector[0], &front->sel);
	else
		front->sel.family = sa->id.family;
	put_limits(sa, &front->lft);
	front->flags = xfrm_flags(sa);
	if (sa->outer.dscp == 0)
		front->extra_flags |= XFRM_SA_XFLAG_DONT_ENCAP_DSCP;
	if (sa->flags & NFIPSEC_SA_F_WRAP)
		front->extra_flags |= XFRM_SA_XFLAG_OSEQ_MAY_WRAP;
	front->window = sa->replay->size;
	front->has_esn_val = sa->replay->size > 32 || sa->flags & NFIPSEC_SA_F_ESN;
	front->replay_window = front->has_esn_val ? 0 : sa->replay->size;
	if (!sa->encap.dport)
		return;
	front->has_encap = true;
	front->encap.encap_type = 2;
	front->encap.encap_sport = sa->encap.sport;
	front->encap.encap_dport = sa->encap.dport;
}

static void put_addr(const union ipsec_addr *from, xfrm_address_t *to)
{
	memcpy(to, from, sizeof(*from));
}

static void put_info(const struct ipsec_sa *sa, const struct ipsec_xfrm_front *front,
		     const struct ipsec_sa_sums *sums, struct xfrm_usersa_info *info)
{
	memset(info, 0, sizeof(*info));
	info->sel = front->sel;
	put_addr(&sa->id.dst, &info->id.daddr);
	info->id.spi = sa->id.spi;
	info->id.proto = sa->id.proto;
	put_addr(&sa->src, &info->saddr);
	info->lft = front->lft;
	info->curlft.bytes = sums->bytes;
	info->curlft.packets = sums->packets;
	info->curlft.add_time = ipsec_clock_told(sa->add_time);
	info->curlft.use_time = ipsec_clock_told(sums->first_time);
	info->seq = front->seq;
	info->reqid = sa->reqid;
	info->family = sa->id.family;
	info->mode = ipsec_xfrm_told_mode(sa->mode);
	info->replay_window = front->replay_window;
	info->flags = front->flags;
}

/**
 * ipsec_xfrm_put_direction() - write the direction of an SA, if it has one
 * @msg: the message
 * @sa: the SA
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_direction(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	if (sa->flags & NFIPSEC_SA_F_IN)
		return nla_put_u8(msg, XFRMA_SA_DIR, XFRM_SA_DIR_IN);
	if (sa->flags & NFIPSEC_SA_F_OUT)
		return nla_put_u8(msg, XFRMA_SA_DIR, XFRM_SA_DIR_OUT);
	return 0;
}

static int put_rest(struct sk_buff *msg, const struct ipsec_sa *sa,
		    const struct ipsec_xfrm_front *front, const struct ipsec_sa_sums *sums)
{
	if (front->extra_flags &&
	    nla_put_u32(msg, XFRMA_SA_EXTRA_FLAGS, front->extra_flags))
		return -EMSGSIZE;
	if (sums->use_time &&
	    nla_put_u64_64bit(msg, XFRMA_LASTUSED, ipsec_clock_told(sums->use_time), XFRMA_PAD))
		return -EMSGSIZE;
	if (ipsec_xfrm_put_algorithms(msg, sa))
		return -EMSGSIZE;
	if (front->has_encap && nla_put(msg, XFRMA_ENCAP, sizeof(front->encap), &front->encap))
		return -EMSGSIZE;
	if (sa->tfc && nla_put_u32(msg, XFRMA_TFCPAD, sa->tfc))
		return -EMSGSIZE;
	if (sa->keepalive && nla_put_u32(msg, XFRMA_NAT_KEEPALIVE_INTERVAL, sa->keepalive))
		return -EMSGSIZE;
	if (ipsec_xfrm_put_tag(msg, &sa->mark, sa->if_id) ||
	    ipsec_xfrm_put_set_mark(msg, &sa->set_mark))
		return -EMSGSIZE;
	return ipsec_xfrm_put_replay(msg, sa, front) ?:
	       ipsec_xfrm_put_direction(msg, sa);
}

/**
 * ipsec_xfrm_front_of() - what was said of an SA
 * @sa: the SA
 * @front: filled; if the SA came through the other door, with what would have been said here
 */
void ipsec_xfrm_front_of(const struct ipsec_sa *sa, struct ipsec_xfrm_front *front)
{
	if (sa->front)
		memcpy(front, sa->front, sizeof(*front));
	else
		make_front(sa, front);
}

/**
 * ipsec_xfrm_put_id() - the name of an SA
 * @sa: the SA
 * @id: filled
 */
void ipsec_xfrm_put_id(const struct ipsec_sa *sa, struct xfrm_usersa_id *id)
{
	memset(id, 0, sizeof(*id));
	memcpy(&id->daddr, &sa->id.dst, sizeof(sa->id.dst));
	id->spi = sa->id.spi;
	id->family = sa->id.family;
	id->proto = sa->id.proto;
}

/**
 * ipsec_xfrm_sa_info() - the fixed part of what is said of an SA
 * @sa: the SA
 * @info: filled
 */
void ipsec_xfrm_sa_info(const struct ipsec_sa *sa, struct xfrm_usersa_info *info)
{
	struct ipsec_xfrm_front front;
	struct ipsec_sa_sums sums;

	ipsec_xfrm_front_of(sa, &front);
	ipsec_sa_sum(sa, &sums);
	put_info(sa, &front, &sums, info);
}

/**
 * ipsec_xfrm_put_sa() - write all that is said of an SA
 * @msg: a message that ends with room for struct xfrm_usersa_info
 * @room: that room, at a multiple of 4
 * @sa: the SA
 *
 * Keys as well: IKE daemons read them when an SA moves to other addresses.
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_sa(struct sk_buff *msg, void *room, const struct ipsec_sa *sa)
{
	struct ipsec_xfrm_front front;
	struct xfrm_usersa_info info;
	struct ipsec_sa_sums sums;

	ipsec_xfrm_front_of(sa, &front);
	ipsec_sa_sum(sa, &sums);
	put_info(sa, &front, &sums, &info);
	memcpy(room, &info, sizeof(info));
	return put_rest(msg, sa, &front, &sums);
}

/**
 * ipsec_xfrm_sa_size() - how long a message about an SA may be
 * @sa: the SA
 *
 * Return: bytes, at least as many as are needed.
 */
size_t ipsec_xfrm_sa_size(const struct ipsec_sa *sa)
{
	return NLMSG_ALIGN(sizeof(struct xfrm_usersa_info) + sizeof(struct xfrm_usersa_id)) +
	       nla_total_size(sizeof(struct xfrm_usersa_info)) +
	       nla_total_size(sizeof(u32)) +			/* XFRMA_SA_EXTRA_FLAGS */
	       nla_total_size_64bit(sizeof(u64)) +		/* XFRMA_LASTUSED */
	       nla_total_size(sizeof(struct xfrm_algo_auth) + sa->enc_key_len) +
	       2 * nla_total_size(sizeof(struct xfrm_algo_auth) + sa->auth_key_len) +
	       nla_total_size(sizeof(struct xfrm_encap_tmpl)) +
	       nla_total_size(sizeof(u32)) +			/* XFRMA_TFCPAD */
	       nla_total_size(sizeof(u32)) +			/* XFRMA_NAT_KEEPALIVE_INTERVAL */
	       ipsec_xfrm_tag_size() +
	       ipsec_xfrm_replay_size(sa) +
	       nla_total_size(sizeof(u8));			/* XFRMA_SA_DIR */
}

/**
 * ipsec_xfrm_sa_message() - write a message about an SA
 * @msg: where to
 * @sa: the SA
 * @type: XFRM_MSG_NEWSA, or one that has the same form
 * @to: whom it is for
 *
 * Return: 0 or -EMSGSIZE; then nothing was written.
 */
int ipsec_xfrm_sa_message(struct sk_buff *msg, const struct ipsec_sa *sa, u16 type,
			  const struct ipsec_xfrm_to *to)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, to->portid, to->seq, type,
					 sizeof(struct xfrm_usersa_info), to->flags);

	if (!nlh)
		return -EMSGSIZE;
	if (ipsec_xfrm_put_sa(msg, nlmsg_data(nlh), sa)) {
		nlmsg_cancel(msg, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(msg, nlh);
	return 0;
}

/**
 * struct dump - where a dump stands, in struct netlink_callback
 * @number: of the SA that was sent last
 * @proto: only those of this protocol, 0: all
 * @has_filter: only those that @filter lets through
 * @filter: prefixes of their addresses
 */
struct dump {
	u32 number;
	u8 proto;
	bool has_filter;
	struct xfrm_address_filter filter;
};

/**
 * ipsec_xfrm_sa_dump_start() - begin to answer with all SAs: XFRM_MSG_GETSA
 * @cb: the request; it has no fixed part
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_sa_dump_start(struct netlink_callback *cb)
{
	struct dump *dump = (struct dump *)cb->ctx;
	struct nlattr *attrs[XFRMA_MAX + 1];
	int err;

	BUILD_BUG_ON(sizeof(*dump) > sizeof(cb->ctx));
	err = nlmsg_parse_deprecated(cb->nlh, 0, attrs, XFRMA_MAX, ipsec_xfrm_policy, cb->extack);
	if (err)
		return err;
	if (attrs[XFRMA_PROTO])
		dump->proto = nla_get_u8(attrs[XFRMA_PROTO]);
	if (attrs[XFRMA_ADDRESS_FILTER]) {
		dump->has_filter = true;
		nla_memcpy(&dump->filter, attrs[XFRMA_ADDRESS_FILTER], sizeof(dump->filter));
	}
	return 0;
}

static bool prefix_fits(const union ipsec_addr *addr, const xfrm_address_t *prefix, u8 len)
{
	return len <= 128 && addr_match(addr, prefix, len);
}

static bool is_meant(const struct dump *dump, const struct ipsec_sa *sa)
{
	if (dump->proto && dump->proto != IPSEC_PROTO_ANY && dump->proto != sa->id.proto)
		return false;
	if (!dump->has_filter)
		return true;
	return (!dump->filter.family || dump->filter.family == sa->id.family) &&
	       prefix_fits(&sa->src, &dump->filter.saddr, dump->filter.splen) &&
	       prefix_fits(&sa->id.dst, &dump->filter.daddr, dump->filter.dplen);
}

/**
 * ipsec_xfrm_sa_dump() - answer with a part of all SAs, in the order of their creation
 * @msg: the answer
 * @cb: remembers where it stands
 *
 * Return: length of the answer; 0: over.
 */
int ipsec_xfrm_sa_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ipsec_net *inet = ipsec_net(sock_net(cb->skb->sk));
	struct dump *dump = (struct dump *)cb->ctx;
	const struct ipsec_xfrm_to to = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
	};
	struct ipsec_sa *sa;

	mutex_lock(&inet->config);
	while ((sa = ipsec_sadb_next(inet, dump->number))) {
		if (is_meant(dump, sa) && ipsec_xfrm_sa_message(msg, sa, XFRM_MSG_NEWSA, &to))
			break;
		dump->number = sa->number;
	}
	mutex_unlock(&inet->config);
	return msg->len;
}
