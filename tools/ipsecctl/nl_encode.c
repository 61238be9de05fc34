// SPDX-License-Identifier: GPL-2.0
/* The data model as attributes. The caller has made room for NL_OP_MAX bytes. */
#include "addr.h"
#include "nl_attr.h"
#include "util.h"

static void put_addr(struct nlmsghdr *nlh, __u16 type, const struct ip_addr *a)
{
	if (a->family)
		mnl_attr_put(nlh, type, addr_len(a->family), a->b);
}

static void put_selector(struct nlmsghdr *nlh, __u16 type, const struct selector *sel)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put(nlh, NFIPSEC_SEL_A_SRC_MIN, addr_len(sel->src.family), sel->src.min);
	mnl_attr_put(nlh, NFIPSEC_SEL_A_SRC_MAX, addr_len(sel->src.family), sel->src.max);
	mnl_attr_put(nlh, NFIPSEC_SEL_A_DST_MIN, addr_len(sel->dst.family), sel->dst.min);
	mnl_attr_put(nlh, NFIPSEC_SEL_A_DST_MAX, addr_len(sel->dst.family), sel->dst.max);
	if (sel->proto != PROTO_ANY)
		mnl_attr_put_u8(nlh, NFIPSEC_SEL_A_PROTO, sel->proto);
	if (sel->sport.set) {
		mnl_attr_put_u16(nlh, NFIPSEC_SEL_A_SPORT_MIN, sel->sport.min);
		mnl_attr_put_u16(nlh, NFIPSEC_SEL_A_SPORT_MAX, sel->sport.max);
	}
	if (sel->dport.set) {
		mnl_attr_put_u16(nlh, NFIPSEC_SEL_A_DPORT_MIN, sel->dport.min);
		mnl_attr_put_u16(nlh, NFIPSEC_SEL_A_DPORT_MAX, sel->dport.max);
	}
	if (sel->dev)
		mnl_attr_put_u32(nlh, NFIPSEC_SEL_A_IFINDEX, sel->dev);
	mnl_attr_nest_end(nlh, nest);
}

static void put_key(struct nlmsghdr *nlh, __u16 type, const struct key *k)
{
	if (k->len)
		mnl_attr_put(nlh, type, k->len, k->b);
}

static void put_outer(struct nlmsghdr *nlh, const struct outer *o)
{
	if (o->df != NFIPSEC_DF_COPY)
		mnl_attr_put_u8(nlh, NFIPSEC_SA_A_DF, o->df);
	if (o->ecn != NFIPSEC_ECN_NORMAL)
		mnl_attr_put_u8(nlh, NFIPSEC_SA_A_ECN, o->ecn);
	if (o->has_dscp)
		mnl_attr_put_u8(nlh, NFIPSEC_SA_A_DSCP, o->dscp);
	if (o->has_map)
		mnl_attr_put(nlh, NFIPSEC_SA_A_DSCP_MAP, sizeof(o->map), o->map);
	if (o->dscp_decap)
		mnl_attr_put(nlh, NFIPSEC_SA_A_DSCP_DECAP, 0, NULL);
	if (o->has_ttl)
		mnl_attr_put_u8(nlh, NFIPSEC_SA_A_TTL, o->ttl);
	if (o->has_flow_label)
		mnl_attr_put_u32(nlh, NFIPSEC_SA_A_FLOW_LABEL, o->flow_label);
}

static void put_limit(struct nlmsghdr *nlh, __u16 type, __u64 value)
{
	if (value)
		mnl_attr_put_u64(nlh, type, value);
}

static void put_lifetime(struct nlmsghdr *nlh, const struct lifetime *l)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFIPSEC_SA_A_LIFETIME);

	for (size_t i = 0; i < ARRAY_SIZE(l->soft); i++) {
		put_limit(nlh, NFIPSEC_LIFE_A_SOFT_PACKETS + 2 * i, l->soft[i]);
		put_limit(nlh, NFIPSEC_LIFE_A_HARD_PACKETS + 2 * i, l->hard[i]);
	}
	mnl_attr_nest_end(nlh, nest);
}

/* the attribute of the mask follows that of the mark */
static void put_mark(struct nlmsghdr *nlh, __u16 type, const struct mark *m)
{
	if (!m->mask)
		return;
	mnl_attr_put_u32(nlh, type, m->value);
	mnl_attr_put_u32(nlh, type + 1, m->mask);
}

/**
 * nl_put_sa - NFIPSEC_A_SA
 * @nlh: the message
 * @sa: the SA
 * @name_only: only what tells it apart from others
 */
void nl_put_sa(struct nlmsghdr *nlh, const struct sa *sa, bool name_only)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFIPSEC_A_SA);

	mnl_attr_put_u32(nlh, NFIPSEC_SA_A_SPI, sa->spi);
	mnl_attr_put_u8(nlh, NFIPSEC_SA_A_PROTO, sa->proto);
	put_addr(nlh, NFIPSEC_SA_A_DST, &sa->dst);
	put_mark(nlh, NFIPSEC_SA_A_MARK, &sa->mark);
	if (!name_only || sa->flags & NFIPSEC_SA_F_SOURCE) {
		put_addr(nlh, NFIPSEC_SA_A_SRC, &sa->src);
		if (sa->flags)
			mnl_attr_put_u32(nlh, NFIPSEC_SA_A_FLAGS, sa->flags);
	}
	if (!name_only) {
		mnl_attr_put_u8(nlh, NFIPSEC_SA_A_MODE, sa->mode);
		if (sa->reqid)
			mnl_attr_put_u32(nlh, NFIPSEC_SA_A_REQID, sa->reqid);
		if (sa->enc)
			mnl_attr_put_u16(nlh, NFIPSEC_SA_A_ENC, sa->enc);
		put_key(nlh, NFIPSEC_SA_A_ENC_KEY, &sa->enc_key);
		if (sa->auth)
			mnl_attr_put_u16(nlh, NFIPSEC_SA_A_AUTH, sa->auth);
		put_key(nlh, NFIPSEC_SA_A_AUTH_KEY, &sa->auth_key);
		if (sa->has_replay)
			mnl_attr_put_u32(nlh, NFIPSEC_SA_A_REPLAY_WINDOW, sa->replay);
		if (lifetime_is_set(&sa->lifetime))
			put_lifetime(nlh, &sa->lifetime);
		if (sa->has_seq) {
			mnl_attr_put_u64(nlh, NFIPSEC_SA_A_SEQ_OUT, sa->seq_out);
			mnl_attr_put_u64(nlh, NFIPSEC_SA_A_SEQ_IN, sa->seq_in);
		}
		if (sa->tfc)
			mnl_attr_put_u16(nlh, NFIPSEC_SA_A_TFC, sa->tfc);
		if (sa->encap_dport) {
			mnl_attr_put_u16(nlh, NFIPSEC_SA_A_ENCAP_SPORT, sa->encap_sport);
			mnl_attr_put_u16(nlh, NFIPSEC_SA_A_ENCAP_DPORT, sa->encap_dport);
		}
		if (sa->keepalive)
			mnl_attr_put_u32(nlh, NFIPSEC_SA_A_KEEPALIVE, sa->keepalive);
		if (sa->if_id)
			mnl_attr_put_u32(nlh, NFIPSEC_SA_A_IF_ID, sa->if_id);
		put_mark(nlh, NFIPSEC_SA_A_SET_MARK, &sa->output_mark);
		put_outer(nlh, &sa->outer);
		for (size_t i = 0; i < sa->n_sel; i++)
			put_selector(nlh, NFIPSEC_SA_A_SELECTOR, &sa->sel[i]);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_spec(struct nlmsghdr *nlh, const struct spec *s)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFIPSEC_POLICY_A_SPEC);

	mnl_attr_put_u8(nlh, NFIPSEC_SPEC_A_PROTO, s->proto);
	if (s->mode != NFIPSEC_MODE_ANY)
		mnl_attr_put_u8(nlh, NFIPSEC_SPEC_A_MODE, s->mode);
	put_addr(nlh, NFIPSEC_SPEC_A_SRC, &s->src);
	put_addr(nlh, NFIPSEC_SPEC_A_DST, &s->dst);
	if (s->reqid)
		mnl_attr_put_u32(nlh, NFIPSEC_SPEC_A_REQID, s->reqid);
	if (s->spi)
		mnl_attr_put_u32(nlh, NFIPSEC_SPEC_A_SPI, s->spi);
	if (s->optional)
		mnl_attr_put(nlh, NFIPSEC_SPEC_A_OPTIONAL, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

/* What tells policies apart that differ in nothing else. */
#define NAME_FLAGS	(NFIPSEC_POLICY_F_SUB | NFIPSEC_POLICY_F_LOCAL | NFIPSEC_POLICY_F_FORWARDED)

/**
 * nl_put_policy - NFIPSEC_A_POLICY
 * @nlh: the message
 * @p: the policy
 * @name_only: only what tells it apart from others
 */
void nl_put_policy(struct nlmsghdr *nlh, const struct policy *p, bool name_only)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFIPSEC_A_POLICY);
	__u32 flags = name_only ? p->flags & NAME_FLAGS : p->flags;

	mnl_attr_put_u8(nlh, NFIPSEC_POLICY_A_DIR, p->dir);
	if (p->has_priority)
		mnl_attr_put_u32(nlh, NFIPSEC_POLICY_A_PRIORITY, p->priority);
	put_mark(nlh, NFIPSEC_POLICY_A_MARK, &p->mark);
	if (p->if_id)
		mnl_attr_put_u32(nlh, NFIPSEC_POLICY_A_IF_ID, p->if_id);
	for (size_t i = 0; i < p->n_sel; i++)
		put_selector(nlh, NFIPSEC_POLICY_A_SELECTOR, &p->sel[i]);
	if (flags)
		mnl_attr_put_u32(nlh, NFIPSEC_POLICY_A_FLAGS, flags);
	if (!name_only) {
		mnl_attr_put_u8(nlh, NFIPSEC_POLICY_A_ACTION, p->action);
		if (p->name[0])
			mnl_attr_put_strz(nlh, NFIPSEC_POLICY_A_NAME, p->name);
		for (size_t i = 0; i < p->n_spec; i++)
			put_spec(nlh, &p->spec[i]);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_default(struct nlmsghdr *nlh, __u16 type, int action, bool del)
{
	if (action >= 0)
		mnl_attr_put_u8(nlh, type, del ? NFIPSEC_ACTION_BYPASS : action);
}

/**
 * nl_put_defaults - NFIPSEC_A_DEFAULTS
 * @nlh: the message
 * @d: the defaults
 * @del: what they are when nobody says so, instead
 */
void nl_put_defaults(struct nlmsghdr *nlh, const struct defaults *d, bool del)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NFIPSEC_A_DEFAULTS);

	put_default(nlh, NFIPSEC_DEFAULTS_A_IN, d->in, del);
	put_default(nlh, NFIPSEC_DEFAULTS_A_OUT, d->out, del);
	mnl_attr_nest_end(nlh, nest);
}
