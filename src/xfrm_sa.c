// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: SAs, which are called states there. */
#include <linux/ipsec.h>
#include <linux/random.h>

#include "clock.h"
#include "event.h"
#include "expire.h"
#include "xfrm.h"
#include "xfrm_front.h"
#include "xfrm_successor.h"

#define SPI_TRIES	1000	/* at random */

/**
 * ipsec_xfrm_addr() - read an address
 * @from: what is behind an address of IPv4 may be anything
 * @family: AF_INET or AF_INET6
 * @addr: filled
 */
void ipsec_xfrm_addr(const xfrm_address_t *from, u16 family, union ipsec_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, from, ipsec_addr_len(family));
}

static int sa_family(const struct ipsec_xfrm_request *req, u16 family, u8 proto)
{
	if (family != AF_INET && family != AF_INET6)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "An SA is of IPv4 or of IPv6");
	if (proto != IPPROTO_ESP && proto != IPPROTO_AH)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL, "An SA is of ESP or of AH");
	return 0;
}

static void sa_id(const xfrm_address_t *daddr, u16 family, u8 proto, __be32 spi,
		  struct ipsec_sa_id *id)
{
	memset(id, 0, sizeof(*id));
	ipsec_xfrm_addr(daddr, family, &id->dst);
	id->family = family;
	id->proto = proto;
	id->spi = spi;
}

static int sa_mode(const struct ipsec_xfrm_request *req, const struct xfrm_usersa_info *info,
		   struct ipsec_sa_config *config)
{
	int mode = ipsec_xfrm_mode(info->mode);

	if (mode < 0)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, mode,
					 "The mode of an SA is transport, tunnel or beet");
	config->mode = mode;
	return 0;
}

static bool is_everything(const struct xfrm_selector *sel)
{
	return !sel->prefixlen_s && !sel->prefixlen_d && !sel->proto && !sel->sport_mask &&
	       !sel->dport_mask;
}

/* An SA that is for all packets needs no selector. */
static int sa_selector(const struct ipsec_xfrm_request *req, const struct xfrm_usersa_info *info,
		       struct ipsec_selector *sel, struct ipsec_sa_config *config)
{
	const char *why;

	if (is_everything(&info->sel) && !info->sel.ifindex)
		return 0;
	why = ipsec_xfrm_selector(&info->sel, info->family, sel);
	if (why)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL, why);
	config->selector = sel;
	config->n_selectors = 1;
	return 0;
}

static int beet_selector(const struct ipsec_xfrm_request *req,
			 const struct ipsec_sa_config *config)
{
	const struct ipsec_selector *sel = config->selector;

	if (config->mode != NFIPSEC_MODE_BEET)
		return 0;
	if (config->id.proto != IPPROTO_ESP)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL, "BEET mode is for ESP");
	if (!sel || ipsec_addr_cmp(&sel->src_min, &sel->src_max, sel->family) ||
	    ipsec_addr_cmp(&sel->dst_min, &sel->dst_max, sel->family))
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "BEET mode needs a selector of one source and one destination: the addresses inside");
	return 0;
}

static u64 limit(u64 value)
{
	return value == XFRM_INF ? 0 : value;
}

static void sa_limits(const struct xfrm_lifetime_cfg *lft, struct ipsec_limits *limits)
{
	limits->soft[NFIPSEC_LIMIT_PACKETS] = limit(lft->soft_packet_limit);
	limits->hard[NFIPSEC_LIMIT_PACKETS] = limit(lft->hard_packet_limit);
	limits->soft[NFIPSEC_LIMIT_BYTES] = limit(lft->soft_byte_limit);
	limits->hard[NFIPSEC_LIMIT_BYTES] = limit(lft->hard_byte_limit);
	limits->soft[NFIPSEC_LIMIT_AGE] = limit(lft->soft_add_expires_seconds);
	limits->hard[NFIPSEC_LIMIT_AGE] = limit(lft->hard_add_expires_seconds);
	limits->soft[NFIPSEC_LIMIT_USE] = limit(lft->soft_use_expires_seconds);
	limits->hard[NFIPSEC_LIMIT_USE] = limit(lft->hard_use_expires_seconds);
}

static void sa_outer(const struct ipsec_xfrm_front *front, struct ipsec_outer *outer)
{
	ipsec_outer_defaults(outer);
	if (front->flags & XFRM_STATE_NOPMTUDISC)
		outer->df = NFIPSEC_DF_CLEAR;
	if (front->flags & XFRM_STATE_NOECN)
		outer->ecn = NFIPSEC_ECN_COMPAT;
	if (front->flags & XFRM_STATE_DECAP_DSCP)
		outer->dscp_decap = true;
	if (front->extra_flags & XFRM_SA_XFLAG_DONT_ENCAP_DSCP)
		outer->dscp = 0;
}

static int sa_encap(const struct ipsec_xfrm_request *req, struct ipsec_xfrm_front *front,
		    struct ipsec_sa_config *config)
{
	if (req->attrs[XFRMA_NAT_KEEPALIVE_INTERVAL])
		config->keepalive = nla_get_u32(req->attrs[XFRMA_NAT_KEEPALIVE_INTERVAL]);
	if (!req->attrs[XFRMA_ENCAP] && config->keepalive)
		return ipsec_xfrm_refuse(req, XFRMA_NAT_KEEPALIVE_INTERVAL, -EINVAL,
					 "NAT keepalives are for ESP in UDP");
	if (!req->attrs[XFRMA_ENCAP])
		return 0;
	nla_memcpy(&front->encap, req->attrs[XFRMA_ENCAP], sizeof(front->encap));
	front->has_encap = true;
	/* 2 is that of RFC 3948, which the header for userspace has no name for. */
	if (front->encap.encap_type != 2 || config->id.proto != IPPROTO_ESP)
		return ipsec_xfrm_refuse(req, XFRMA_ENCAP, -EINVAL,
					 "nfipsec encapsulates ESP in UDP as RFC 3948 says, and in nothing else");
	config->encap.sport = front->encap.encap_sport;
	config->encap.dport = front->encap.encap_dport;
	return 0;
}

/* What an SA has behind it that was moved to other addresses. */
static void sa_past(const struct ipsec_xfrm_request *req, struct ipsec_past *past)
{
	struct xfrm_lifetime_cur cur;

	if (!req->attrs[XFRMA_LTIME_VAL])
		return;
	nla_memcpy(&cur, req->attrs[XFRMA_LTIME_VAL], sizeof(cur));
	past->packets = cur.packets;
	past->bytes = cur.bytes;
	past->added = ipsec_clock_heard(cur.add_time);
	past->first = ipsec_clock_heard(cur.use_time);
}

/* What cannot be done is refused, not passed over. */
static int sa_unsupported(const struct ipsec_xfrm_request *req)
{
	static const struct {
		int attr;
		const char *sentence;
	} none[] = {
		{ XFRMA_SEC_CTX, "nfipsec has no security contexts" },
		{ XFRMA_OFFLOAD_DEV, "nfipsec does not offload to network cards" },
		{ XFRMA_COADDR, "nfipsec has no Mobile IPv6" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++)
		if (req->attrs[none[i].attr])
			return ipsec_xfrm_refuse(req, none[i].attr, -EOPNOTSUPP,
						 none[i].sentence);
	return 0;
}

static void sa_direction(const struct ipsec_xfrm_request *req, struct ipsec_sa_config *config)
{
	const struct nlattr *attr = req->attrs[XFRMA_SA_DIR];

	if (!attr)
		return;
	config->flags |= nla_get_u8(attr) == XFRM_SA_DIR_IN ? NFIPSEC_SA_F_IN : NFIPSEC_SA_F_OUT;
}

static int sa_name(const struct ipsec_xfrm_request *req, const struct xfrm_usersa_info *info,
		   struct ipsec_sa_config *config)
{
	int err = sa_family(req, info->family, info->id.proto);

	if (err)
		return err;
	sa_id(&info->id.daddr, info->family, info->id.proto, info->id.spi, &config->id);
	ipsec_xfrm_addr(&info->saddr, info->family, &config->src);
	config->reqid = info->reqid;
	sa_direction(req, config);
	ipsec_xfrm_mark(req, &config->mark);
	config->if_id = ipsec_xfrm_if_id(req);
	return sa_mode(req, info, config);
}

static void front_of(const struct ipsec_xfrm_request *req, const struct xfrm_usersa_info *info,
		     struct ipsec_xfrm_front *front)
{
	front->sel = info->sel;
	if (!front->sel.family && !(info->flags & XFRM_STATE_AF_UNSPEC))
		front->sel.family = info->family;
	front->lft = info->lft;
	front->seq = info->seq;
	front->flags = info->flags;
	front->window = info->replay_window;
	front->replay_window = info->replay_window;
	if (req->attrs[XFRMA_SA_EXTRA_FLAGS])
		front->extra_flags = nla_get_u32(req->attrs[XFRMA_SA_EXTRA_FLAGS]);
}

static int sa_config(const struct ipsec_xfrm_request *req, const struct xfrm_usersa_info *info,
		     struct ipsec_xfrm_front *front, struct ipsec_selector *sel,
		     struct ipsec_sa_config *config)
{
	int err = sa_unsupported(req) ?: sa_name(req, info, config);

	if (err)
		return err;
	front_of(req, info, front);
	ipsec_xfrm_set_mark(req, &config->set_mark);
	sa_outer(front, &config->outer);
	sa_limits(&info->lft, &config->limits);
	if (req->attrs[XFRMA_TFCPAD])
		config->tfc = min_t(u32, nla_get_u32(req->attrs[XFRMA_TFCPAD]), U16_MAX);
	sa_past(req, &config->past);
	err = sa_encap(req, front, config) ?: ipsec_xfrm_replay(req, front, config);
	if (!err)
		err = sa_selector(req, info, sel, config) ?: beet_selector(req, config);
	if (!err && !info->id.spi)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL, "An SPI is not 0");
	return err ?: ipsec_xfrm_algorithms(req, config);
}

/* Return: an SA that is in no SADB yet, or an ERR_PTR. */
static struct ipsec_sa *sa_create(struct ipsec_xfrm_request *req)
{
	struct ipsec_xfrm_front *front;
	struct ipsec_sa_config config = {};
	struct ipsec_selector sel;
	struct ipsec_sa *sa;
	int err;

	front = kzalloc(sizeof(*front), GFP_KERNEL);
	if (!front)
		return ERR_PTR(-ENOMEM);
	config.front = front;
	err = sa_config(req, req->body, front, &sel, &config);
	sa = err ? ERR_PTR(err) : ipsec_sa_create(req->inet, &config, req->extack);
	if (IS_ERR(sa))
		kfree(front);
	else
		ipsec_xfrm_replay_open(req, sa);
	return sa;
}

/**
 * ipsec_xfrm_sa_new() - add an SA: XFRM_MSG_NEWSA
 * @req: the message
 *
 * Return: 0, -EEXIST, -ENOSYS: an algorithm is not known, or another negative errno.
 */
int ipsec_xfrm_sa_new(struct ipsec_xfrm_request *req)
{
	struct ipsec_sa *sa = sa_create(req);
	struct ipsec_txn txn;
	int err;

	if (IS_ERR(sa))
		return PTR_ERR(sa);
	ipsec_txn_begin(&txn, req->inet);
	err = ipsec_txn_add_sa(&txn, sa, req->extack);
	return ipsec_txn_end(&txn, err, req->extack);
}

static int no_sa(const struct ipsec_xfrm_request *req)
{
	return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -ESRCH,
				 "No SA has this SPI, destination and protocol");
}

/* What was given that is part of how SAs are found: another one takes the place of the SA. */
static bool is_found_otherwise(const struct ipsec_sa *old, const struct ipsec_sa *wanted)
{
	const struct ipsec_mark *mark = &wanted->set_mark;

	return (wanted->if_id && wanted->if_id != old->if_id) ||
	       (mark->mask && (mark->mask != old->set_mark.mask ||
			       mark->value != old->set_mark.value));
}

static int sa_succeed(const struct ipsec_xfrm_request *req, struct ipsec_txn *txn,
		      struct ipsec_xfrm_successor *successor, struct ipsec_sa *old,
		      const struct ipsec_sa *wanted)
{
	const struct ipsec_quota *quota = ipsec_sa_quota(wanted);
	const struct ipsec_xfrm_front *told = wanted->front;
	static const struct ipsec_limits none;
	struct ipsec_xfrm_front *front;
	struct ipsec_sa_config config;

	if (READ_ONCE(old->use) == IPSEC_SA_ENDED)
		return -ESRCH;
	front = ipsec_xfrm_successor_begin(successor, txn, old, &config);
	if (!front)
		return -ENOMEM;
	front->encap = told->encap;
	front->lft = told->lft;
	front->updated = true;
	front->moved = false;
	config.encap = wanted->encap;
	config.limits = quota ? quota->limits : none;
	if (wanted->if_id)
		config.if_id = wanted->if_id;
	if (wanted->set_mark.mask)
		config.set_mark = wanted->set_mark;
	return ipsec_xfrm_successor_add(successor, txn, &config, req->extack);
}

/* Keys and sequence numbers stay as they are; limits, ports, if_id and output mark may change. */
static int sa_change(const struct ipsec_xfrm_request *req, struct ipsec_txn *txn,
		     struct ipsec_xfrm_successor *successor, struct ipsec_sa *old,
		     const struct ipsec_sa *wanted)
{
	static const struct ipsec_limits none;
	const struct ipsec_quota *quota = ipsec_sa_quota(wanted);
	const struct ipsec_xfrm_front *told = wanted->front;
	struct ipsec_xfrm_front *front = old->front;
	int err;

	if (!old->encap.dport != !wanted->encap.dport)
		return ipsec_xfrm_refuse(req, XFRMA_ENCAP, -EINVAL,
					 "An SA cannot begin to use UDP, or cease: delete it, and add another one");
	if (!front)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EOPNOTSUPP,
					 "This SA was made by generic netlink, as ipsecctl does: it does not change");
	if (is_found_otherwise(old, wanted))
		return sa_succeed(req, txn, successor, old, wanted);
	err = ipsec_expire_renew(old, quota ? &quota->limits : &none);
	if (err)
		return err;
	WRITE_ONCE(old->encap, wanted->encap);
	front->encap = told->encap;
	front->lft = told->lft;
	front->updated = true;
	ipsec_event_sa_changed(req->inet, old);
	return 0;
}

/* What has only a name gets its keys. @sa is consumed. */
static int sa_grow_up(const struct ipsec_xfrm_request *req, struct ipsec_txn *txn,
		      struct ipsec_sa *old, struct ipsec_sa *sa)
{
	struct ipsec_xfrm_front *front = sa->front;

	front->updated = true;
	ipsec_txn_delete_sa(txn, old);
	return ipsec_txn_add_sa(txn, sa, req->extack);
}

/**
 * ipsec_xfrm_sa_update() - give a larval SA its keys, or another one other limits, ports,
 *	if_id and output mark: XFRM_MSG_UPDSA
 * @req: the message
 *
 * Return: 0, -ESRCH: there is none, or another negative errno.
 */
int ipsec_xfrm_sa_update(struct ipsec_xfrm_request *req)
{
	struct ipsec_sa *sa = sa_create(req), *old;
	struct ipsec_xfrm_successor successor = {};
	struct ipsec_txn txn;
	int err;

	if (IS_ERR(sa))
		return PTR_ERR(sa);
	ipsec_txn_begin(&txn, req->inet);
	old = ipsec_sadb_find(req->inet, &sa->id, NULL, &sa->mark);
	if (old && ipsec_sa_is_larval(old)) {
		err = sa_grow_up(req, &txn, old, sa);
	} else {
		err = old ? sa_change(req, &txn, &successor, old, sa) : no_sa(req);
		ipsec_sa_retire(sa);
	}
	return ipsec_xfrm_successors_end(&successor, 1, &txn, err, req->extack);
}

static struct ipsec_sa *sa_find(const struct ipsec_xfrm_request *req,
				const struct xfrm_usersa_id *name)
{
	struct ipsec_mark mark;
	struct ipsec_sa_id id;
	struct ipsec_sa *sa;
	int err = sa_family(req, name->family, name->proto);

	if (err)
		return ERR_PTR(err);
	sa_id(&name->daddr, name->family, name->proto, name->spi, &id);
	ipsec_xfrm_mark(req, &mark);
	sa = ipsec_sadb_find(req->inet, &id, NULL, &mark);
	return sa ?: ERR_PTR(no_sa(req));
}

/**
 * ipsec_xfrm_sa_named() - the SA that a message names
 * @req: a message that begins with struct xfrm_usersa_id, config held
 *
 * Return: the SA, or an ERR_PTR: -ESRCH if there is none.
 */
struct ipsec_sa *ipsec_xfrm_sa_named(const struct ipsec_xfrm_request *req)
{
	return sa_find(req, req->body);
}

/**
 * ipsec_xfrm_sa_expire() - tell that an SA has reached a limit, though it has not:
 *	XFRM_MSG_EXPIRE
 * @req: the message
 *
 * Return: 0, -ENOENT: there is none, -EINVAL: it has no keys yet, or another negative errno.
 */
int ipsec_xfrm_sa_expire(struct ipsec_xfrm_request *req)
{
	const struct xfrm_user_expire *expire = req->body;
	const struct xfrm_usersa_id id = {
		.daddr = expire->state.id.daddr,
		.spi = expire->state.id.spi,
		.family = expire->state.family,
		.proto = expire->state.id.proto,
	};
	struct ipsec_txn txn;
	struct ipsec_sa *sa;
	int err;

	ipsec_txn_begin(&txn, req->inet);
	sa = sa_find(req, &id);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err && ipsec_sa_is_larval(sa))
		err = ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL, "This SA has no keys yet");
	if (!err)
		ipsec_expire_now(&txn, sa, expire->hard);
	err = ipsec_txn_end(&txn, err, req->extack);
	return err == -ESRCH ? -ENOENT : err;
}

/**
 * ipsec_xfrm_sa_del() - delete an SA: XFRM_MSG_DELSA
 * @req: the message
 *
 * Return: 0, -ESRCH: there is none, or another negative errno.
 */
int ipsec_xfrm_sa_del(struct ipsec_xfrm_request *req)
{
	struct ipsec_txn txn;
	struct ipsec_sa *sa;

	ipsec_txn_begin(&txn, req->inet);
	sa = ipsec_xfrm_sa_named(req);
	if (!IS_ERR(sa))
		ipsec_txn_delete_sa(&txn, sa);
	return ipsec_txn_end(&txn, PTR_ERR_OR_ZERO(sa), req->extack);
}

static int answer(const struct ipsec_xfrm_request *req, const struct ipsec_sa *sa)
{
	struct sk_buff *msg = nlmsg_new(ipsec_xfrm_sa_size(sa), GFP_KERNEL);
	struct ipsec_xfrm_to to;
	int err;

	if (!msg)
		return -ENOMEM;
	ipsec_xfrm_answer_to(req, &to);
	err = ipsec_xfrm_sa_message(msg, sa, XFRM_MSG_NEWSA, &to);
	if (!err)
		return ipsec_xfrm_answer(req, msg);
	nlmsg_free(msg);
	return err;
}

/**
 * ipsec_xfrm_sa_get() - answer with one SA: XFRM_MSG_GETSA
 * @req: the message
 *
 * Return: 0, -ESRCH: there is none, or another negative errno.
 */
int ipsec_xfrm_sa_get(struct ipsec_xfrm_request *req)
{
	struct ipsec_sa *sa;
	int err;

	mutex_lock(&req->inet->config);
	sa = ipsec_xfrm_sa_named(req);
	err = PTR_ERR_OR_ZERO(sa) ?: answer(req, sa);
	mutex_unlock(&req->inet->config);
	return err;
}

/**
 * ipsec_xfrm_sa_flush() - delete all SAs, or all of a protocol: XFRM_MSG_FLUSHSA
 * @req: the message
 *
 * Return: 0, also if there is none.
 */
int ipsec_xfrm_sa_flush(struct ipsec_xfrm_request *req)
{
	const struct xfrm_usersa_flush *flush = req->body;
	struct ipsec_txn txn;

	ipsec_txn_begin(&txn, req->inet);
	ipsec_txn_flush_sas(&txn, flush->proto == IPSEC_PROTO_ANY ? 0 : flush->proto);
	return ipsec_txn_commit(&txn, req->extack);
}

/* Return: false: all SPIs that were looked at have an SA. */
static bool choose_spi(struct ipsec_net *inet, u32 min, u32 max, const struct ipsec_mark *mark,
		       struct ipsec_sa_id *id)
{
	u64 number = (u64)max - min + 1;
	u32 i, tries = min_t(u64, number, SPI_TRIES), first;

	/* Of few of them, all; of many, one here and one there. */
	first = (u64)get_random_u32() * number >> 32;
	for (i = 0; i < tries; i++) {
		u32 offset = number <= SPI_TRIES ? (first + i) % (u32)number :
						   (u32)((u64)get_random_u32() * number >> 32);

		id->spi = htonl(min + offset);
		if (id->spi && !ipsec_sadb_find(inet, id, NULL, mark))
			return true;
	}
	return false;
}

/* Its ends, until more is known. */
static void larval_selector(const struct xfrm_userspi_info *wanted, struct xfrm_selector *sel)
{
	u8 longest = ipsec_addr_len(wanted->info.family) * 8;

	memset(sel, 0, sizeof(*sel));
	sel->saddr = wanted->info.saddr;
	sel->daddr = wanted->info.id.daddr;
	sel->prefixlen_s = longest;
	sel->prefixlen_d = longest;
}

static struct ipsec_sa *larval_create(const struct ipsec_xfrm_request *req,
				      const struct xfrm_userspi_info *wanted)
{
	struct ipsec_sa_config config = { .flags = NFIPSEC_SA_F_LARVAL };
	struct ipsec_xfrm_front *front;
	struct ipsec_sa *sa;
	int err = sa_name(req, &wanted->info, &config);

	if (err)
		return ERR_PTR(err);
	if (!choose_spi(req->inet, wanted->min, wanted->max, &config.mark, &config.id)) {
		NL_SET_ERR_MSG(req->extack, "All SPIs of this range are in use");
		return ERR_PTR(-ENOENT);
	}
	front = kzalloc(sizeof(*front), GFP_KERNEL);
	if (!front)
		return ERR_PTR(-ENOMEM);
	config.front = front;
	larval_selector(wanted, &front->sel);
	ipsec_xfrm_unlimited(&front->lft);
	ipsec_outer_defaults(&config.outer);
	front->lft.hard_add_expires_seconds = req->inet->net->xfrm.sysctl_acq_expires;
	sa_limits(&front->lft, &config.limits);
	sa = ipsec_sa_create(req->inet, &config, req->extack);
	if (IS_ERR(sa))
		kfree(front);
	return sa;
}

/**
 * ipsec_xfrm_sa_spi() - choose an SPI for an SA to come: XFRM_MSG_ALLOCSPI
 * @req: the message
 *
 * A larval SA has it, for net.core.xfrm_acq_expires seconds.
 *
 * Return: 0, -ENOENT: all are in use, or another negative errno.
 */
int ipsec_xfrm_sa_spi(struct ipsec_xfrm_request *req)
{
	const struct xfrm_userspi_info *wanted = req->body;
	struct ipsec_txn txn;
	struct ipsec_sa *sa;
	int err;

	if (wanted->min > wanted->max)
		return ipsec_xfrm_refuse(req, XFRMA_UNSPEC, -EINVAL,
					 "The range of SPIs ends before it begins");
	ipsec_txn_begin(&txn, req->inet);
	sa = larval_create(req, wanted);
	err = PTR_ERR_OR_ZERO(sa) ?: ipsec_txn_add_sa(&txn, sa, req->extack);
	if (!err)
		err = answer(req, sa);
	return ipsec_txn_end(&txn, err, req->extack);
}
