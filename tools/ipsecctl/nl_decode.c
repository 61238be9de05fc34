// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes as the data model. Attributes this tool does not know are skipped: the
 * module may be newer. Those that are too short read as 0.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "nl_attr.h"
#include "util.h"

static __u64 get_uint(const struct nlattr *a)
{
	const void *data = mnl_attr_get_payload(a);
	__u64 v64 = 0;
	__u32 v32;
	__u16 v16;

	switch (mnl_attr_get_payload_len(a)) {
	case 1:
		return *(const __u8 *)data;
	case 2:
		memcpy(&v16, data, sizeof(v16));
		return v16;
	case 4:
		memcpy(&v32, data, sizeof(v32));
		return v32;
	case 8:
		memcpy(&v64, data, sizeof(v64));
		break;
	}
	return v64;
}

static int get_bytes(const struct nlattr *a, __u8 out[16])
{
	size_t len = mnl_attr_get_payload_len(a);

	if (len != 4 && len != 16)
		return 0;
	memset(out, 0, 16);
	memcpy(out, mnl_attr_get_payload(a), len);
	return len == 4 ? AF_INET : AF_INET6;
}

/**
 * nl_get_addr - read an address
 * @a: the attribute, of 4 or 16 bytes
 * @out: filled; without a family if it is neither
 */
void nl_get_addr(const struct nlattr *a, struct ip_addr *out)
{
	out->family = get_bytes(a, out->b);
}

static void get_key(const struct nlattr *a, struct key *out)
{
	size_t len = mnl_attr_get_payload_len(a);

	out->len = len < sizeof(out->b) ? len : sizeof(out->b);
	memcpy(out->b, mnl_attr_get_payload(a), out->len);
}

static char *get_string(const struct nlattr *a)
{
	const char *s = mnl_attr_get_payload(a);

	return xstrndup(s, strnlen(s, mnl_attr_get_payload_len(a)));
}

static void get_lifetime(const struct nlattr *nest, struct lifetime *l)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		unsigned int type = mnl_attr_get_type(a), i = type - NFIPSEC_LIFE_A_SOFT_PACKETS;

		if (type == NFIPSEC_LIFE_A_AGE)
			l->age = get_uint(a);
		else if (type == NFIPSEC_LIFE_A_USE)
			l->use = get_uint(a);
		else if (i / 2 < ARRAY_SIZE(l->soft))
			*(i % 2 ? &l->hard[i / 2] : &l->soft[i / 2]) = get_uint(a);
	}
}

static void get_sa_config(const struct nlattr *a, struct sa *sa)
{
	switch (mnl_attr_get_type(a)) {
	case NFIPSEC_SA_A_SPI:
		sa->spi = get_uint(a);
		break;
	case NFIPSEC_SA_A_PROTO:
		sa->proto = get_uint(a);
		break;
	case NFIPSEC_SA_A_SRC:
		nl_get_addr(a, &sa->src);
		break;
	case NFIPSEC_SA_A_DST:
		nl_get_addr(a, &sa->dst);
		break;
	case NFIPSEC_SA_A_MODE:
		sa->mode = get_uint(a);
		break;
	case NFIPSEC_SA_A_REQID:
		sa->reqid = get_uint(a);
		break;
	case NFIPSEC_SA_A_ENC:
		sa->enc = get_uint(a);
		break;
	case NFIPSEC_SA_A_ENC_KEY:
		get_key(a, &sa->enc_key);
		break;
	case NFIPSEC_SA_A_AUTH:
		sa->auth = get_uint(a);
		break;
	case NFIPSEC_SA_A_AUTH_KEY:
		get_key(a, &sa->auth_key);
		break;
	case NFIPSEC_SA_A_REPLAY_WINDOW:
		sa->replay = get_uint(a);
		sa->has_replay = sa->replay != NFIPSEC_REPLAY_WINDOW_DEFAULT;
		break;
	case NFIPSEC_SA_A_FLAGS:
		sa->flags = get_uint(a);
		break;
	case NFIPSEC_SA_A_TFC:
		sa->tfc = get_uint(a);
		break;
	case NFIPSEC_SA_A_ENCAP_SPORT:
		sa->encap_sport = get_uint(a);
		break;
	case NFIPSEC_SA_A_ENCAP_DPORT:
		sa->encap_dport = get_uint(a);
		break;
	case NFIPSEC_SA_A_KEEPALIVE:
		sa->keepalive = get_uint(a);
		break;
	case NFIPSEC_SA_A_LIFETIME:
		get_lifetime(a, &sa->lifetime);
		break;
	}
}

static void get_sa_tag(const struct nlattr *a, struct sa *sa)
{
	switch (mnl_attr_get_type(a)) {
	case NFIPSEC_SA_A_MARK:
		sa->mark.value = get_uint(a);
		break;
	case NFIPSEC_SA_A_MARK_MASK:
		sa->mark.mask = get_uint(a);
		break;
	case NFIPSEC_SA_A_IF_ID:
		sa->if_id = get_uint(a);
		break;
	case NFIPSEC_SA_A_SET_MARK:
		sa->output_mark.value = get_uint(a);
		break;
	case NFIPSEC_SA_A_SET_MARK_MASK:
		sa->output_mark.mask = get_uint(a);
		break;
	}
}

static void get_sa_state(const struct nlattr *a, struct sa *sa)
{
	switch (mnl_attr_get_type(a)) {
	case NFIPSEC_SA_A_SEQ_OUT:
		sa->seq_out = get_uint(a);
		break;
	case NFIPSEC_SA_A_SEQ_IN:
		sa->seq_in = get_uint(a);
		break;
	case NFIPSEC_SA_A_PACKETS:
		sa->packets = get_uint(a);
		break;
	case NFIPSEC_SA_A_BYTES:
		sa->bytes = get_uint(a);
		break;
	case NFIPSEC_SA_A_DROPS:
		sa->drops = get_uint(a);
		break;
	case NFIPSEC_SA_A_ADD_TIME:
		sa->add_time = get_uint(a);
		break;
	case NFIPSEC_SA_A_USE_TIME:
		sa->use_time = get_uint(a);
		break;
	case NFIPSEC_SA_A_MAPPED_SRC:
		nl_get_addr(a, &sa->mapped_src);
		break;
	case NFIPSEC_SA_A_MAPPED_PORT:
		sa->mapped_port = get_uint(a);
		break;
	case NFIPSEC_SA_A_PMTU:
		sa->pmtu = get_uint(a);
		break;
	case NFIPSEC_SA_A_PMTU_INSIDE:
		sa->pmtu_inside = get_uint(a);
		break;
	case NFIPSEC_SA_A_PMTU_ROUTER:
		nl_get_addr(a, &sa->pmtu_router);
		break;
	case NFIPSEC_SA_A_PMTU_AGE:
		sa->pmtu_age = get_uint(a);
		break;
	case NFIPSEC_SA_A_ENC_KEY_BITS:
		sa->enc_key_bits = get_uint(a);
		break;
	}
}

static void get_map(const struct nlattr *a, struct outer *o)
{
	if (mnl_attr_get_payload_len(a) != sizeof(o->map))
		return;
	memcpy(o->map, mnl_attr_get_payload(a), sizeof(o->map));
	o->has_map = true;
}

static void get_outer(const struct nlattr *a, struct outer *o)
{
	switch (mnl_attr_get_type(a)) {
	case NFIPSEC_SA_A_DF:
		o->df = get_uint(a);
		break;
	case NFIPSEC_SA_A_ECN:
		o->ecn = get_uint(a);
		break;
	case NFIPSEC_SA_A_DSCP:
		o->dscp = get_uint(a);
		o->has_dscp = true;
		break;
	case NFIPSEC_SA_A_DSCP_MAP:
		get_map(a, o);
		break;
	case NFIPSEC_SA_A_DSCP_DECAP:
		o->dscp_decap = true;
		break;
	case NFIPSEC_SA_A_TTL:
		o->ttl = get_uint(a);
		o->has_ttl = true;
		break;
	case NFIPSEC_SA_A_FLOW_LABEL:
		o->flow_label = get_uint(a);
		o->has_flow_label = true;
		break;
	}
}

/**
 * nl_get_sa - NFIPSEC_A_SA
 * @nest: the attribute
 * @sa: the SA
 */
void nl_get_sa(const struct nlattr *nest, struct sa *sa)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		get_sa_config(a, sa);
		get_sa_state(a, sa);
		get_sa_tag(a, sa);
		get_outer(a, &sa->outer);
		if (mnl_attr_get_type(a) == NFIPSEC_SA_A_SELECTOR)
			nl_get_selector(a, sa_add_selector(sa));
	}
}

static void get_port(const struct nlattr *a, struct port_range *r, bool max)
{
	r->set = true;
	*(max ? &r->max : &r->min) = get_uint(a);
}

/**
 * nl_get_selector - a nest of enum nfipsec_selector_attr
 * @nest: the attribute
 * @sel: the selector
 */
void nl_get_selector(const struct nlattr *nest, struct selector *sel)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		switch (mnl_attr_get_type(a)) {
		case NFIPSEC_SEL_A_SRC_MIN:
			sel->src.family = get_bytes(a, sel->src.min);
			break;
		case NFIPSEC_SEL_A_SRC_MAX:
			get_bytes(a, sel->src.max);
			break;
		case NFIPSEC_SEL_A_DST_MIN:
			sel->dst.family = get_bytes(a, sel->dst.min);
			break;
		case NFIPSEC_SEL_A_DST_MAX:
			get_bytes(a, sel->dst.max);
			break;
		case NFIPSEC_SEL_A_PROTO:
			sel->proto = get_uint(a);
			break;
		case NFIPSEC_SEL_A_SPORT_MIN:
		case NFIPSEC_SEL_A_SPORT_MAX:
			get_port(a, &sel->sport,
				 mnl_attr_get_type(a) == NFIPSEC_SEL_A_SPORT_MAX);
			break;
		case NFIPSEC_SEL_A_DPORT_MIN:
		case NFIPSEC_SEL_A_DPORT_MAX:
			get_port(a, &sel->dport,
				 mnl_attr_get_type(a) == NFIPSEC_SEL_A_DPORT_MAX);
			break;
		case NFIPSEC_SEL_A_IFINDEX:
			sel->dev = get_uint(a);
			break;
		}
	}
}

static void get_spec(const struct nlattr *nest, struct policy *p)
{
	const struct nlattr *a;
	struct spec *s;

	if (p->n_spec == NFIPSEC_SPECS_MAX)
		return;
	s = &p->spec[p->n_spec++];
	mnl_attr_for_each_nested(a, nest) {
		switch (mnl_attr_get_type(a)) {
		case NFIPSEC_SPEC_A_PROTO:
			s->proto = get_uint(a);
			break;
		case NFIPSEC_SPEC_A_MODE:
			s->mode = get_uint(a);
			break;
		case NFIPSEC_SPEC_A_SRC:
			nl_get_addr(a, &s->src);
			break;
		case NFIPSEC_SPEC_A_DST:
			nl_get_addr(a, &s->dst);
			break;
		case NFIPSEC_SPEC_A_REQID:
			s->reqid = get_uint(a);
			break;
		case NFIPSEC_SPEC_A_SPI:
			s->spi = get_uint(a);
			break;
		case NFIPSEC_SPEC_A_OPTIONAL:
			s->optional = true;
			break;
		}
	}
}

/**
 * nl_get_policy - NFIPSEC_A_POLICY
 * @nest: the attribute
 * @p: the policy
 */
void nl_get_policy(const struct nlattr *nest, struct policy *p)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		switch (mnl_attr_get_type(a)) {
		case NFIPSEC_POLICY_A_ID:
			p->id = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_DIR:
			p->dir = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_PRIORITY:
			p->priority = get_uint(a);
			p->has_priority = p->priority != NFIPSEC_PRIORITY_DEFAULT;
			break;
		case NFIPSEC_POLICY_A_ACTION:
			p->action = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_FLAGS:
			p->flags = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_MARK:
			p->mark.value = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_MARK_MASK:
			p->mark.mask = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_IF_ID:
			p->if_id = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_NAME:
			snprintf(p->name, sizeof(p->name), "%.*s",
				 (int)mnl_attr_get_payload_len(a),
				 (const char *)mnl_attr_get_payload(a));
			break;
		case NFIPSEC_POLICY_A_SELECTOR:
			nl_get_selector(a, policy_add_selector(p));
			break;
		case NFIPSEC_POLICY_A_SPEC:
			get_spec(a, p);
			break;
		case NFIPSEC_POLICY_A_PACKETS:
			p->packets = get_uint(a);
			break;
		case NFIPSEC_POLICY_A_BYTES:
			p->bytes = get_uint(a);
			break;
		}
	}
}

/**
 * nl_get_defaults - NFIPSEC_A_DEFAULTS
 * @nest: the attribute
 * @d: the defaults
 */
void nl_get_defaults(const struct nlattr *nest, struct defaults *d)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		if (mnl_attr_get_type(a) == NFIPSEC_DEFAULTS_A_IN)
			d->in = get_uint(a);
		else if (mnl_attr_get_type(a) == NFIPSEC_DEFAULTS_A_OUT)
			d->out = get_uint(a);
	}
}

static void get_counter(const struct nlattr *nest, struct counter *c)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) {
		switch (mnl_attr_get_type(a)) {
		case NFIPSEC_COUNTER_A_NAME:
			c->name = c->name ? c->name : get_string(a);
			break;
		case NFIPSEC_COUNTER_A_VALUE:
			c->value = get_uint(a);
			break;
		case NFIPSEC_COUNTER_A_TEXT:
			c->text = c->text ? c->text : get_string(a);
			break;
		case NFIPSEC_COUNTER_A_DROP:
			c->drop = true;
			break;
		case NFIPSEC_COUNTER_A_BYTES:
			c->bytes = get_uint(a);
			break;
		}
	}
	if (!c->name)
		c->name = xstrndup("unnamed", 7);
}

/**
 * nl_get_counters - NFIPSEC_A_STATS
 * @nest: the attribute
 * @st: counters are appended here
 */
void nl_get_counters(const struct nlattr *nest, struct stats *st)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest)
		if (mnl_attr_get_type(a) == NFIPSEC_STATS_A_COUNTER)
			get_counter(a, stats_add(st));
}
