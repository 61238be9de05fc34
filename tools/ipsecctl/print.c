// SPDX-License-Identifier: GPL-2.0
/*
 * The data model as text. Rules come out as the parser reads them; whatever else there
 * is to say is a comment, so that any listing with keys can be loaded again.
 */
#include <netinet/in.h>
#include <stdint.h>
#include <time.h>

#include "addr.h"
#include "algo.h"
#include "icmp.h"
#include "names.h"
#include "print.h"

static void print_mark(FILE *out, const char *word, const struct mark *m)
{
	if (m->mask)
		fprintf(out, " %s 0x%x", word, m->value);
	if (m->mask && m->mask != UINT32_MAX)
		fprintf(out, "/0x%x", m->mask);
}

static void print_if_id(FILE *out, __u32 if_id)
{
	if (if_id)
		fprintf(out, " if-id %u", if_id);
}

static void print_key(FILE *out, const char *word, const struct key *k)
{
	if (!k->len)
		return;
	fprintf(out, " %s 0x", word);
	for (size_t i = 0; i < k->len; i++)
		fprintf(out, "%02x", k->b[i]);
}

static void print_dscp(FILE *out, const struct outer *o)
{
	const char *before = " dscp { ";

	if (o->has_dscp)
		fprintf(out, " dscp %u", o->dscp);
	if (!o->has_map)
		return;
	for (unsigned int i = 0; i < NFIPSEC_DSCP_COUNT; i++) {
		if (o->map[i] == i)
			continue;
		fprintf(out, "%s%u:%u", before, i, o->map[i]);
		before = ", ";
	}
	/* a map that changes nothing is one nevertheless */
	fprintf(out, *before == ' ' ? " dscp { 0:0 }" : " }");
}

static void print_outer(FILE *out, const struct outer *o)
{
	if (o->df != NFIPSEC_DF_COPY)
		fprintf(out, " df %s", df_name(o->df));
	if (o->ecn != NFIPSEC_ECN_NORMAL)
		fprintf(out, " ecn %s", ecn_name(o->ecn));
	print_dscp(out, o);
	if (o->dscp_decap)
		fprintf(out, " dscp-decap copy");
	if (o->has_ttl && o->ttl)
		fprintf(out, " ttl %u", o->ttl);
	else if (o->has_ttl)
		fprintf(out, " ttl copy");
	if (o->has_flow_label)
		fprintf(out, " flowlabel 0x%x", o->flow_label);
}

static void print_udpencap(FILE *out, const struct sa *sa)
{
	if (!sa->encap_dport)
		return;
	fprintf(out, " udpencap");
	if (sa->encap_sport != UDPENCAP_PORT || sa->encap_dport != UDPENCAP_PORT)
		fprintf(out, " port %u", sa->encap_sport);
	if (sa->encap_sport != sa->encap_dport)
		fprintf(out, " to %u", sa->encap_dport);
}

static void print_range(FILE *out, const char *word, const struct port_range *r)
{
	if (!r->set)
		return;
	fprintf(out, " %s ", word);
	if (ports_opaque(r))
		fprintf(out, "opaque");
	else if (r->min != r->max)
		fprintf(out, "%u-%u", r->min, r->max);
	else
		fprintf(out, "%u", r->min);
}

static void print_type(FILE *out, const struct selector *sel)
{
	const char *name = type_name(sel->proto, sel->sport.min);

	if (sel->sport.set && sel->sport.min == sel->sport.max && name)
		fprintf(out, " type %s", name);
	else if (sel->sport.set)
		print_range(out, "type", &sel->sport);
	else if (sel->dport.set)
		fprintf(out, " type 0-255");
	if (!ports_opaque(&sel->dport))
		print_range(out, "code", &sel->dport);
}

static void print_selector(FILE *out, const struct selector *sel)
{
	bool type = proto_has_type(sel->proto);
	char text[ADDR_TEXT], proto[PROTO_TEXT], dev[DEV_TEXT];

	if (sel->dev)
		fprintf(out, " on %s", dev_text(sel->dev, dev));
	if (sel->proto != PROTO_ANY)
		fprintf(out, " proto %s", proto_text(sel->proto, proto));
	if (type)
		print_type(out, sel);
	fprintf(out, " from %s", range_text(&sel->src, text));
	if (!type)
		print_range(out, "port", &sel->sport);
	fprintf(out, " to %s", range_text(&sel->dst, text));
	if (!type)
		print_range(out, "port", &sel->dport);
}

static void print_limits(FILE *out, const char *word, const __u64 *limit)
{
	for (unsigned int i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++) {
		if (!limit[i])
			continue;
		fprintf(out, "%s %s %llu", word, limit_name(i), limit[i]);
		word = "";
	}
}

/**
 * print_sa - an SA as a rule, without a newline
 * @out: where to
 * @sa: the SA
 * @keys: with its keys, if they are known
 */
void print_sa(FILE *out, const struct sa *sa, bool keys)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];

	/* without keys it is no rule */
	if (sa->flags & NFIPSEC_SA_F_LARVAL)
		fprintf(out, "# larval: ");
	fprintf(out, "%s %s from %s to %s spi 0x%08x", ipsec_name(sa->proto), mode_name(sa->mode),
		addr_text(&sa->src, src), addr_text(&sa->dst, dst), sa->spi);
	if (sa->auth)
		fprintf(out, " auth %s", algo_auth_name(sa->auth));
	if (sa->enc)
		fprintf(out, " enc %s", sa_enc_name(sa));
	if (keys) {
		print_key(out, "authkey", &sa->auth_key);
		print_key(out, "enckey", &sa->enc_key);
	}
	if (sa->reqid)
		fprintf(out, " reqid %u", sa->reqid);
	if (sa->has_replay)
		fprintf(out, " replay %u", sa->replay);
	if (sa->flags & NFIPSEC_SA_F_ESN)
		fprintf(out, " esn");
	if (sa->flags & NFIPSEC_SA_F_WRAP)
		fprintf(out, " wrap");
	if (sa->flags & NFIPSEC_SA_F_SOURCE)
		fprintf(out, " by-source");
	if (sa->has_seq && sa->seq_out)
		fprintf(out, " sent %llu", sa->seq_out);
	if (sa->has_seq && sa->seq_in)
		fprintf(out, " received %llu", sa->seq_in);
	if (sa->tfc)
		fprintf(out, " tfc %u", sa->tfc);
	print_mark(out, "mark", &sa->mark);
	print_if_id(out, sa->if_id);
	print_mark(out, "output-mark", &sa->output_mark);
	print_udpencap(out, sa);
	if (sa->keepalive)
		fprintf(out, " keepalive %u", sa->keepalive);
	print_limits(out, " soft", sa->lifetime.soft);
	print_limits(out, " hard", sa->lifetime.hard);
	print_outer(out, &sa->outer);
	for (size_t i = 0; i < sa->n_sel; i++) {
		fprintf(out, " for");
		print_selector(out, &sa->sel[i]);
	}
}

static void print_spec_head(FILE *out, const struct spec *s)
{
	fprintf(out, " %s", ipsec_name(s->proto));
	if (s->mode != NFIPSEC_MODE_ANY)
		fprintf(out, " %s", mode_name(s->mode));
}

static void print_spec_tail(FILE *out, const struct spec *s, __u8 dir)
{
	const struct ip_addr *local = dir == NFIPSEC_DIR_OUT ? &s->src : &s->dst;
	const struct ip_addr *peer = dir == NFIPSEC_DIR_OUT ? &s->dst : &s->src;
	char text[ADDR_TEXT];

	if (local->family)
		fprintf(out, " local %s", addr_text(local, text));
	if (peer->family)
		fprintf(out, " peer %s", addr_text(peer, text));
}

static void print_spec_which(FILE *out, const struct spec *s)
{
	if (s->reqid)
		fprintf(out, " reqid %u", s->reqid);
	if (s->spi)
		fprintf(out, " spi 0x%08x", s->spi);
	if (s->optional)
		fprintf(out, " optional");
}

/* whoever made it may not have been this program: a terminal must not obey it */
static void print_char(FILE *out, unsigned char c)
{
	fputc(c < ' ' || c == 0x7f ? '?' : c, out);
}

/* Return: how long it is. */
static int print_plain(FILE *out, const char *text)
{
	int n;

	for (n = 0; text[n]; n++)
		print_char(out, text[n]);
	return n;
}

/* between quotes a backslash is two: one alone would be taken with what follows */
static void print_name(FILE *out, const char *name)
{
	if (!*name)
		return;
	fprintf(out, " name \"");
	for (; *name; name++) {
		if (*name == '\\')
			fputc('\\', out);
		print_char(out, *name == '"' ? '?' : *name);
	}
	fputc('"', out);
}

static void print_pfp(FILE *out, const struct policy *p)
{
	const char *before = " pfp { ";

	for (size_t i = 0; i < PFP_WORDS; i++) {
		if (!(p->flags & pfp_words[i].flag))
			continue;
		fprintf(out, "%s%s", before, pfp_words[i].word);
		before = ", ";
	}
	if (p->flags & NFIPSEC_POLICY_F_PFP)
		fprintf(out, " }");
}

static void print_ways(FILE *out, const struct policy *p)
{
	switch (p->flags & (NFIPSEC_POLICY_F_LOCAL | NFIPSEC_POLICY_F_FORWARDED)) {
	case NFIPSEC_POLICY_F_LOCAL:
		fprintf(out, " forward no");
		break;
	case NFIPSEC_POLICY_F_FORWARDED:
		fprintf(out, " forward only");
		break;
	}
}

static void print_flow(FILE *out, const struct policy *p, const struct selector *sel)
{
	fprintf(out, "flow");
	if (p->n_spec)
		print_spec_head(out, &p->spec[0]);
	fprintf(out, " %s", dir_name(p->dir));
	print_selector(out, sel);
	if (p->n_spec)
		print_spec_tail(out, &p->spec[0], p->dir);
	fprintf(out, " type %s", flow_type_name(p));
	if (p->has_priority)
		fprintf(out, " priority %u", p->priority);
	if (p->n_spec)
		print_spec_which(out, &p->spec[0]);
	print_mark(out, "mark", &p->mark);
	print_if_id(out, p->if_id);
	if (p->flags & NFIPSEC_POLICY_F_STATEFUL_FRAGMENTS)
		fprintf(out, " fragments stateful");
	if (p->flags & NFIPSEC_POLICY_F_NO_ICMP_ERRORS)
		fprintf(out, " icmp-errors no");
	if (p->flags & NFIPSEC_POLICY_F_NO_MSS_CLAMP)
		fprintf(out, " mss-clamp no");
	if (p->flags & NFIPSEC_POLICY_F_RELAY_ERRORS)
		fprintf(out, " relay-errors");
	if (p->flags & NFIPSEC_POLICY_F_SUB)
		fprintf(out, " sub");
	print_ways(out, p);
	print_pfp(out, p);
	print_name(out, p->name);
	for (size_t i = 1; i < p->n_spec; i++) {
		fprintf(out, " then");
		print_spec_head(out, &p->spec[i]);
		print_spec_tail(out, &p->spec[i], p->dir);
		print_spec_which(out, &p->spec[i]);
	}
}

static void print_default(FILE *out, const char *dir, int action)
{
	fprintf(out, "set default%s %s", dir,
		action == NFIPSEC_ACTION_DISCARD ? "deny" : "bypass");
}

/**
 * print_defaults - the defaults as rules, without the last newline
 * @out: where to
 * @d: the defaults
 */
void print_defaults(FILE *out, const struct defaults *d)
{
	if (d->in == d->out) {
		print_default(out, "", d->in);
		return;
	}
	if (d->in >= 0)
		print_default(out, " in", d->in);
	if (d->in >= 0 && d->out >= 0)
		fputc('\n', out);
	if (d->out >= 0)
		print_default(out, " out", d->out);
}

/**
 * print_policy - a policy as rules, without the last newline
 * @out: where to
 * @p: the policy
 *
 * Policies with several selectors come from other programs: they are as many rules.
 */
void print_policy(FILE *out, const struct policy *p)
{
	for (size_t i = 0; i < p->n_sel; i++) {
		if (i)
			fputc('\n', out);
		print_flow(out, p, &p->sel[i]);
	}
}

static void print_time(FILE *out, const char *what, __u64 when)
{
	time_t t = when;
	struct tm tm;
	char text[64];

	if (!when || !localtime_r(&t, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm))
		fprintf(out, ", %s never", what);
	else
		fprintf(out, ", %s %s", what, text);
}

static void print_left(FILE *out, const struct sa *sa)
{
	const struct lifetime *l = &sa->lifetime;
	const __u64 used[NFIPSEC_LIMIT_IDLE] = { sa->packets, sa->bytes, l->age, l->use };
	const char *before = "\t# left:";

	for (unsigned int i = 0; i < NFIPSEC_LIMIT_IDLE; i++) {
		if (!l->hard[i])
			continue;
		fprintf(out, "%s %s %llu", before, limit_name(i),
			used[i] < l->hard[i] ? l->hard[i] - used[i] : 0);
		before = ",";
	}
	if (*before == ',')
		fputc('\n', out);
}

static void print_pmtu(FILE *out, const struct sa *sa)
{
	char text[ADDR_TEXT];

	if (!sa->pmtu)
		return;
	fprintf(out, "\t# path MTU %u", sa->pmtu);
	/* In BEET mode an IPv4 header takes the place of a longer one: less than 0. */
	if (sa->pmtu_inside)
		fprintf(out, ", inside %u, overhead %d", sa->pmtu_inside,
			(int)sa->pmtu - (int)sa->pmtu_inside);
	if (sa->pmtu_router.family)
		fprintf(out, ", told by %s %u seconds ago\n",
			addr_text(&sa->pmtu_router, text), sa->pmtu_age);
	else
		fputs(", of the route\n", out);
}

static void print_sa_details(FILE *out, const struct sa *sa, int verbose)
{
	fprintf(out, "\t# packets %llu, bytes %llu, drops %llu\n",
		sa->packets, sa->bytes, sa->drops);
	print_left(out, sa);
	print_pmtu(out, sa);
	if (verbose < 2)
		return;
	fprintf(out, "\t# sent %llu, received %llu", sa->seq_out, sa->seq_in);
	print_time(out, "added", sa->add_time);
	print_time(out, "used", sa->use_time);
	fputc('\n', out);
}

static void print_policy_details(FILE *out, const struct policy *p, int verbose)
{
	fprintf(out, "\t# packets %llu, bytes %llu\n", p->packets, p->bytes);
	if (verbose > 1)
		fprintf(out, "\t# id %u, priority %u\n", p->id, p->priority);
}

/**
 * print_rules - all rules in their order, one in a line
 * @out: where to
 * @rs: the rules
 * @opts: how
 */
void print_rules(FILE *out, const struct ruleset *rs, const struct print_opts *opts)
{
	for (size_t i = 0; i < rs->n; i++) {
		const struct rule *r = &rs->v[i];

		if (!opts->live && opts->verbose > 1)
			fprintf(out, "# %s:%u:%u\n", r->loc.file, r->loc.line, r->loc.col);
		if (r->sa)
			print_sa(out, r->sa, opts->keys);
		else if (r->defaults)
			print_defaults(out, r->defaults);
		else
			print_policy(out, r->policy);
		fputc('\n', out);
		if (!opts->live || !opts->verbose || r->defaults)
			continue;
		if (r->sa)
			print_sa_details(out, r->sa, opts->verbose);
		else
			print_policy_details(out, r->policy, opts->verbose);
	}
}

/**
 * print_stats - the counters
 * @out: where to
 * @st: the counters
 * @verbose: with those that are zero, and with what they mean
 */
void print_stats(FILE *out, const struct stats *st, int verbose)
{
	for (size_t i = 0; i < st->n; i++) {
		const struct counter *c = &st->v[i];
		int width;

		if (!c->value && !verbose)
			continue;
		width = print_plain(out, c->name);
		fprintf(out, "%*s %llu", width < 32 ? 32 - width : 0, "", c->value);
		if (c->bytes)
			fprintf(out, " (%llu bytes)", c->bytes);
		fputc('\n', out);
		if (!verbose || !c->text)
			continue;
		fprintf(out, "\t# %s", c->drop ? "dropped: " : "");
		print_plain(out, c->text);
		fputc('\n', out);
	}
}

static const char *event_verb(__u8 cmd)
{
	switch (cmd) {
	case NFIPSEC_CMD_SA_NEW:
	case NFIPSEC_CMD_POLICY_NEW:
		return "add";
	case NFIPSEC_CMD_SA_DEL:
	case NFIPSEC_CMD_POLICY_DEL:
		return "delete";
	case NFIPSEC_CMD_ACQUIRE:
		return "acquire";
	case NFIPSEC_CMD_SA_MAPPING:
		return "mapping";
	case NFIPSEC_CMD_SA_EXPIRE:
		return "expire";
	case NFIPSEC_CMD_SA_ICMP:
		return "icmp";
	default:
		return NULL;
	}
}

/**
 * print_event - one line about something that happened
 * @out: where to
 * @ev: the event
 */
void print_event(FILE *out, const struct event *ev)
{
	const char *verb = event_verb(ev->cmd);

	if (ev->cmd == NFIPSEC_CMD_SA_FLUSH || ev->cmd == NFIPSEC_CMD_POLICY_FLUSH)
		fprintf(out, "flush %s", ev->cmd == NFIPSEC_CMD_SA_FLUSH ? "sa" : "flow");
	else if (verb)
		fprintf(out, "%s", verb);
	else
		fprintf(out, "event %u", ev->cmd);
	if (ev->cmd == NFIPSEC_CMD_SA_EXPIRE)
		fprintf(out, " %s %s", ev->hard ? "hard" : "soft", limit_name(ev->limit));
	if (verb && ev->rules.n) {
		const struct rule *r = &ev->rules.v[0];

		fputc(' ', out);
		if (r->sa)
			print_sa(out, r->sa, false);
		else if (r->policy->n_sel > 1)
			/* several lines would not be one event */
			print_flow(out, r->policy, &r->policy->sel[0]);
		else
			print_policy(out, r->policy);
	}
	if (ev->cmd == NFIPSEC_CMD_SA_MAPPING && ev->rules.n && ev->rules.v[0].sa) {
		const struct sa *sa = ev->rules.v[0].sa;
		char text[ADDR_TEXT];

		fprintf(out, " moved to %s port %u", addr_text(&sa->mapped_src, text),
			sa->mapped_port);
	}
	if (ev->cmd == NFIPSEC_CMD_SA_ICMP) {
		char text[ADDR_TEXT];

		fprintf(out, " %s says type %u code %u", addr_text(&ev->router, text),
			ev->icmp_type, ev->icmp_code);
	}
	if (ev->packet) {
		fprintf(out, " for packet");
		print_selector(out, ev->packet);
	}
	if (ev->wanted) {
		fprintf(out, " wants");
		print_selector(out, ev->wanted);
	}
	fputc('\n', out);
}
