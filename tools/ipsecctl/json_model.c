// SPDX-License-Identifier: GPL-2.0
/* The data model as JSON. */
#include <string.h>

#include "addr.h"
#include "algo.h"
#include "icmp.h"
#include "json.h"
#include "names.h"
#include "util.h"

static void put_addr(struct json *j, const char *key, const struct ip_addr *a)
{
	char text[ADDR_TEXT];

	if (a->family)
		json_string(j, key, addr_text(a, text));
	else
		json_null(j, key);
}

static void put_key(struct json *j, const char *key, const struct key *k)
{
	char text[2 * NFIPSEC_KEY_MAX + 3] = "0x";

	if (!k->len)
		return;
	for (size_t i = 0; i < k->len; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", k->b[i]);
	json_string(j, key, text);
	explicit_bzero(text, sizeof(text));
}

static void put_bounds(struct json *j, const char *min, const char *max, const struct ip_range *r)
{
	struct ip_addr a = { .family = r->family };
	char text[ADDR_TEXT];

	for (size_t i = 0; i < sizeof(a.b); i++)
		a.b[i] = r->min[i];
	json_string(j, min, addr_text(&a, text));
	for (size_t i = 0; i < sizeof(a.b); i++)
		a.b[i] = r->max[i];
	json_string(j, max, addr_text(&a, text));
}

static void put_ports(struct json *j, const char *min, const char *max, const struct port_range *r,
		      bool has)
{
	if (has && r->set && !ports_opaque(r)) {
		json_number(j, min, r->min);
		json_number(j, max, r->max);
	} else {
		json_null(j, min);
		json_null(j, max);
	}
}

static void put_optional(struct json *j, const char *key, bool there, __u32 value)
{
	if (there)
		json_number(j, key, value);
	else
		json_null(j, key);
}

/**
 * json_selector - a selector
 * @j: the writer
 * @key: its key, NULL in an array
 * @sel: the selector
 */
void json_selector(struct json *j, const char *key, const struct selector *sel)
{
	bool type = proto_has_type(sel->proto);
	char proto[PROTO_TEXT];

	json_open(j, key, '{');
	put_bounds(j, "src_min", "src_max", &sel->src);
	put_bounds(j, "dst_min", "dst_max", &sel->dst);
	if (sel->proto == PROTO_ANY) {
		json_null(j, "proto");
		json_null(j, "proto_name");
	} else {
		json_number(j, "proto", sel->proto);
		json_string(j, "proto_name", proto_text(sel->proto, proto));
	}
	put_ports(j, "sport_min", "sport_max", &sel->sport, !type);
	put_ports(j, "dport_min", "dport_max", &sel->dport, !type);
	put_ports(j, "type_min", "type_max", &sel->sport, type);
	put_ports(j, "code_min", "code_max", &sel->dport, type);
	json_bool(j, "opaque", ports_opaque(&sel->sport));
	put_optional(j, "ifindex", sel->dev, sel->dev);
	json_close(j, '}');
}

static void put_outer(struct json *j, const struct outer *o)
{
	json_string(j, "df", df_name(o->df));
	json_string(j, "ecn", ecn_name(o->ecn));
	put_optional(j, "dscp", o->has_dscp, o->dscp);
	if (o->has_map) {
		json_open(j, "dscp_map", '[');
		for (size_t i = 0; i < NFIPSEC_DSCP_COUNT; i++)
			json_number(j, NULL, o->map[i]);
		json_close(j, ']');
	} else {
		json_null(j, "dscp_map");
	}
	json_bool(j, "dscp_decap", o->dscp_decap);
	put_optional(j, "ttl", o->has_ttl, o->ttl);
	put_optional(j, "flow_label", o->has_flow_label, o->flow_label);
}

static void put_mark(struct json *j, const char *key, const struct mark *m)
{
	if (!m->mask) {
		json_null(j, key);
		return;
	}
	json_open(j, key, '{');
	json_number(j, "value", m->value);
	json_number(j, "mask", m->mask);
	json_close(j, '}');
}

static void put_udpencap(struct json *j, const struct sa *sa)
{
	if (!sa->encap_dport) {
		json_null(j, "udpencap");
		return;
	}
	json_open(j, "udpencap", '{');
	json_number(j, "sport", sa->encap_sport);
	json_number(j, "dport", sa->encap_dport);
	if (sa->mapped_port) {
		put_addr(j, "mapped_src", &sa->mapped_src);
		json_number(j, "mapped_port", sa->mapped_port);
	}
	json_close(j, '}');
}

static void put_limits(struct json *j, const char *key, const __u64 *limit)
{
	json_open(j, key, '{');
	for (unsigned int i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++)
		if (limit[i])
			json_number(j, limit_name(i), limit[i]);
	json_close(j, '}');
}

static void put_pmtu(struct json *j, const struct sa *sa)
{
	if (!sa->pmtu) {
		json_null(j, "pmtu");
		return;
	}
	json_open(j, "pmtu", '{');
	json_number(j, "mtu", sa->pmtu);
	if (sa->pmtu_inside) {
		json_number(j, "inside", sa->pmtu_inside);
		/* In BEET mode an IPv4 header takes the place of a longer one. */
		json_signed(j, "overhead", (__s64)sa->pmtu - sa->pmtu_inside);
	}
	if (sa->pmtu_router.family) {
		put_addr(j, "router", &sa->pmtu_router);
		json_number(j, "age", sa->pmtu_age);
	}
	json_close(j, '}');
}

/**
 * json_sa - an SA
 * @j: the writer
 * @key: its key, NULL in an array
 * @sa: the SA
 * @keys: with its keys, if they are known
 */
void json_sa(struct json *j, const char *key, const struct sa *sa, bool keys)
{
	json_open(j, key, '{');
	json_number(j, "spi", sa->spi);
	json_string(j, "proto", ipsec_name(sa->proto));
	json_string(j, "mode", mode_name(sa->mode));
	put_addr(j, "src", &sa->src);
	put_addr(j, "dst", &sa->dst);
	json_number(j, "reqid", sa->reqid);
	if (sa->auth)
		json_string(j, "auth", algo_auth_name(sa->auth));
	else
		json_null(j, "auth");
	if (sa->enc)
		json_string(j, "enc", sa_enc_name(sa));
	else
		json_null(j, "enc");
	if (keys) {
		put_key(j, "auth_key", &sa->auth_key);
		put_key(j, "enc_key", &sa->enc_key);
	}
	json_number(j, "replay_window",
		    sa->has_replay ? sa->replay : NFIPSEC_REPLAY_WINDOW_DEFAULT);
	json_bool(j, "esn", sa->flags & NFIPSEC_SA_F_ESN);
	json_bool(j, "wrap", sa->flags & NFIPSEC_SA_F_WRAP);
	json_bool(j, "by_source", sa->flags & NFIPSEC_SA_F_SOURCE);
	json_bool(j, "larval", sa->flags & NFIPSEC_SA_F_LARVAL);
	json_number(j, "tfc", sa->tfc);
	put_mark(j, "mark", &sa->mark);
	json_number(j, "if_id", sa->if_id);
	put_mark(j, "output_mark", &sa->output_mark);
	put_udpencap(j, sa);
	json_number(j, "keepalive", sa->keepalive);
	if (sa->mode != NFIPSEC_MODE_TRANSPORT)
		put_outer(j, &sa->outer);
	json_open(j, "selectors", '[');
	for (size_t i = 0; i < sa->n_sel; i++)
		json_selector(j, NULL, &sa->sel[i]);
	json_close(j, ']');
	put_pmtu(j, sa);
	json_number(j, "seq_out", sa->seq_out);
	json_number(j, "seq_in", sa->seq_in);
	put_limits(j, "soft", sa->lifetime.soft);
	put_limits(j, "hard", sa->lifetime.hard);
	json_number(j, "packets", sa->packets);
	json_number(j, "bytes", sa->bytes);
	json_number(j, "drops", sa->drops);
	json_number(j, "add_time", sa->add_time);
	json_number(j, "use_time", sa->use_time);
	json_close(j, '}');
}

static void put_spec(struct json *j, const struct spec *s)
{
	json_open(j, NULL, '{');
	json_string(j, "proto", ipsec_name(s->proto));
	json_string(j, "mode", mode_name(s->mode));
	put_addr(j, "src", &s->src);
	put_addr(j, "dst", &s->dst);
	json_number(j, "reqid", s->reqid);
	if (s->spi)
		json_number(j, "spi", s->spi);
	json_bool(j, "optional", s->optional);
	json_close(j, '}');
}

/**
 * json_defaults - what happens to packets that no policy matches
 * @j: the writer
 * @key: its key, NULL in an array
 * @d: the defaults
 */
void json_defaults(struct json *j, const char *key, const struct defaults *d)
{
	json_open(j, key, '{');
	json_string(j, "in", action_name(d->in));
	json_string(j, "out", action_name(d->out));
	json_close(j, '}');
}

/**
 * json_policy - a policy
 * @j: the writer
 * @key: its key, NULL in an array
 * @p: the policy
 */
void json_policy(struct json *j, const char *key, const struct policy *p)
{
	json_open(j, key, '{');
	json_number(j, "id", p->id);
	json_string(j, "dir", dir_name(p->dir));
	json_number(j, "priority", p->has_priority ? p->priority : NFIPSEC_PRIORITY_DEFAULT);
	put_mark(j, "mark", &p->mark);
	json_number(j, "if_id", p->if_id);
	json_string(j, "action", action_name(p->action));
	json_string(j, "type", flow_type_name(p));
	json_bool(j, "optional", p->flags & NFIPSEC_POLICY_F_OPTIONAL);
	json_bool(j, "no_acquire", p->flags & NFIPSEC_POLICY_F_NO_ACQUIRE);
	json_bool(j, "stateful_fragments", p->flags & NFIPSEC_POLICY_F_STATEFUL_FRAGMENTS);
	json_bool(j, "icmp_errors", !(p->flags & NFIPSEC_POLICY_F_NO_ICMP_ERRORS));
	json_bool(j, "relay_errors", p->flags & NFIPSEC_POLICY_F_RELAY_ERRORS);
	json_bool(j, "sub", p->flags & NFIPSEC_POLICY_F_SUB);
	json_bool(j, "mss_clamp", !(p->flags & NFIPSEC_POLICY_F_NO_MSS_CLAMP));
	json_bool(j, "forward_no", p->flags & NFIPSEC_POLICY_F_LOCAL);
	json_bool(j, "forward_only", p->flags & NFIPSEC_POLICY_F_FORWARDED);
	json_bool(j, "pfp_src", p->flags & NFIPSEC_POLICY_F_PFP_SRC);
	json_bool(j, "pfp_dst", p->flags & NFIPSEC_POLICY_F_PFP_DST);
	json_bool(j, "pfp_proto", p->flags & NFIPSEC_POLICY_F_PFP_PROTO);
	json_bool(j, "pfp_sport", p->flags & NFIPSEC_POLICY_F_PFP_SPORT);
	json_bool(j, "pfp_dport", p->flags & NFIPSEC_POLICY_F_PFP_DPORT);
	if (p->name[0])
		json_string(j, "name", p->name);
	else
		json_null(j, "name");
	json_open(j, "selectors", '[');
	for (size_t i = 0; i < p->n_sel; i++)
		json_selector(j, NULL, &p->sel[i]);
	json_close(j, ']');
	json_open(j, "specs", '[');
	for (size_t i = 0; i < p->n_spec; i++)
		put_spec(j, &p->spec[i]);
	json_close(j, ']');
	json_number(j, "packets", p->packets);
	json_number(j, "bytes", p->bytes);
	json_close(j, '}');
}

/**
 * json_counter - a counter
 * @j: the writer
 * @key: its key, NULL in an array
 * @c: the counter
 */
void json_counter(struct json *j, const char *key, const struct counter *c)
{
	json_open(j, key, '{');
	json_string(j, "name", c->name);
	json_number(j, "value", c->value);
	json_bool(j, "drop", c->drop);
	json_number(j, "bytes", c->bytes);
	json_string(j, "text", c->text ? c->text : "");
	json_close(j, '}');
}

static const char *event_name(__u8 cmd)
{
	static const char * const names[] = {
		[NFIPSEC_CMD_SA_NEW] = "sa_new",
		[NFIPSEC_CMD_SA_DEL] = "sa_del",
		[NFIPSEC_CMD_SA_FLUSH] = "sa_flush",
		[NFIPSEC_CMD_POLICY_NEW] = "policy_new",
		[NFIPSEC_CMD_POLICY_DEL] = "policy_del",
		[NFIPSEC_CMD_POLICY_FLUSH] = "policy_flush",
		[NFIPSEC_CMD_ACQUIRE] = "acquire",
		[NFIPSEC_CMD_SA_MAPPING] = "sa_mapping",
		[NFIPSEC_CMD_SA_EXPIRE] = "sa_expire",
		[NFIPSEC_CMD_SA_ICMP] = "sa_icmp",
	};

	return cmd < ARRAY_SIZE(names) && names[cmd] ? names[cmd] : "unknown";
}

/**
 * json_event - an event, in one line
 * @j: the writer, at its top
 * @ev: the event
 */
void json_event(struct json *j, const struct event *ev)
{
	json_open(j, NULL, '{');
	json_string(j, "event", event_name(ev->cmd));
	for (size_t i = 0; i < ev->rules.n; i++) {
		if (ev->rules.v[i].sa)
			json_sa(j, "sa", ev->rules.v[i].sa, false);
		else
			json_policy(j, "policy", ev->rules.v[i].policy);
	}
	if (ev->packet)
		json_selector(j, "packet", ev->packet);
	if (ev->wanted)
		json_selector(j, "wanted", ev->wanted);
	if (ev->cmd == NFIPSEC_CMD_SA_EXPIRE) {
		json_string(j, "limit", limit_name(ev->limit));
		json_bool(j, "hard", ev->hard);
	}
	if (ev->cmd == NFIPSEC_CMD_SA_ICMP) {
		put_addr(j, "router", &ev->router);
		json_number(j, "icmp_type", ev->icmp_type);
		json_number(j, "icmp_code", ev->icmp_code);
	}
	json_close(j, '}');
}
