// SPDX-License-Identifier: GPL-2.0
/*
 * ipsec.conf(5), any text: what the parser takes, print.c writes so that it is read again as the
 * same rules, and netlink carries to the kernel and back; what it does not take, it says why.
 *
 * fuzz: with=tool max_len=512 seeds=tests/ipsecctl words=tools/ipsecctl
 */
#include "addr.h"
#include "nl_attr.h"
#include "parse.h"
#include "print.h"
#include "util.h"

#include "memory.h"
#include "words.h"

/* one line of a list of addresses can make thousands of rules */
#define RULES_MAX	200

static bool read_rules(const char *text, size_t len, struct ruleset *rs)
{
	const struct parse_opts opts = { .closed = true };
	struct diag diag = { 0 };
	bool ok = parse_text(text, len, &opts, rs, &diag);

	/* an error without a message would leave the user in the dark */
	holds(ok == !diag.errors.total, "%zu errors", diag.errors.total);
	diag_free(&diag);
	return ok;
}

static bool same_ports(const struct port_range *a, const struct port_range *b)
{
	return a->set == b->set && a->min == b->min && a->max == b->max;
}

static bool same_range(const struct ip_range *a, const struct ip_range *b)
{
	return a->family == b->family && !memcmp(a->min, b->min, sizeof(a->min)) &&
	       !memcmp(a->max, b->max, sizeof(a->max));
}

static void same_selectors(const struct selector *a, size_t n, const struct selector *b,
			   size_t n_b)
{
	holds(n == n_b, "%zu, not %zu selectors", n_b, n);
	for (size_t i = 0; i < n; i++, a++, b++) {
		holds(same_range(&a->src, &b->src) && same_range(&a->dst, &b->dst), "addresses");
		holds(a->proto == b->proto && a->dev == b->dev, "protocol %d", b->proto);
		holds(same_ports(&a->sport, &b->sport), "source ports");
		holds(same_ports(&a->dport, &b->dport), "destination ports");
	}
}

static bool same_mark(const struct mark *a, const struct mark *b)
{
	return a->value == b->value && a->mask == b->mask;
}

static void same_policy(const struct policy *a, const struct policy *b)
{
	holds(a->dir == b->dir && a->action == b->action && a->flags == b->flags,
	      "flags %x, not %x", b->flags, a->flags);
	holds(a->has_priority == b->has_priority && a->priority == b->priority, "priority %u",
	      b->priority);
	holds(same_mark(&a->mark, &b->mark) && a->if_id == b->if_id, "mark, if_id");
	holds(!strcmp(a->name, b->name), "name %s, not %s", b->name, a->name);
	same_selectors(a->sel, a->n_sel, b->sel, b->n_sel);
	holds(a->n_spec == b->n_spec, "%zu SAs", b->n_spec);
	for (size_t i = 0; i < a->n_spec; i++) {
		const struct spec *s = &a->spec[i], *t = &b->spec[i];

		holds(s->proto == t->proto && s->mode == t->mode && addr_equal(&s->src, &t->src) &&
		      addr_equal(&s->dst, &t->dst) && s->reqid == t->reqid && s->spi == t->spi &&
		      s->optional == t->optional, "SA %zu", i);
	}
}

static bool same_key(const struct key *a, const struct key *b)
{
	return a->len == b->len && !memcmp(a->b, b->b, a->len);
}

static bool same_outer(const struct outer *a, const struct outer *b)
{
	return a->df == b->df && a->ecn == b->ecn && a->has_dscp == b->has_dscp &&
	       a->dscp == b->dscp && a->has_map == b->has_map &&
	       !memcmp(a->map, b->map, sizeof(a->map)) && a->dscp_decap == b->dscp_decap &&
	       a->has_ttl == b->has_ttl && a->ttl == b->ttl &&
	       a->has_flow_label == b->has_flow_label && a->flow_label == b->flow_label;
}

static void same_sa(const struct sa *a, const struct sa *b)
{
	holds(a->spi == b->spi && a->proto == b->proto && a->mode == b->mode, "spi %x", b->spi);
	holds(addr_equal(&a->src, &b->src) && addr_equal(&a->dst, &b->dst), "ends");
	holds(a->enc == b->enc && a->auth == b->auth, "%u %u", b->enc, b->auth);
	holds(same_key(&a->enc_key, &b->enc_key) && same_key(&a->auth_key, &b->auth_key), "keys");
	holds(a->has_replay == b->has_replay && a->replay == b->replay, "window %u", b->replay);
	holds(a->reqid == b->reqid && a->flags == b->flags && a->tfc == b->tfc, "flags %x",
	      b->flags);
	holds(!memcmp(&a->lifetime, &b->lifetime, sizeof(a->lifetime)), "lifetime");
	holds(a->seq_out == b->seq_out && a->seq_in == b->seq_in, "sequence numbers");
	holds(a->encap_sport == b->encap_sport && a->encap_dport == b->encap_dport &&
	      a->keepalive == b->keepalive, "UDP %u", b->encap_dport);
	holds(same_mark(&a->mark, &b->mark) && same_mark(&a->output_mark, &b->output_mark) &&
	      a->if_id == b->if_id, "mark, if_id");
	holds(same_outer(&a->outer, &b->outer), "outer header");
	same_selectors(a->sel, a->n_sel, b->sel, b->n_sel);
}

static void same_rules(const struct ruleset *a, const struct ruleset *b)
{
	holds(a->n == b->n, "%zu, not %zu rules", b->n, a->n);
	for (size_t i = 0; i < a->n; i++) {
		const struct rule *r = &a->v[i], *s = &b->v[i];

		holds(!r->sa == !s->sa && !r->policy == !s->policy, "rule %zu", i);
		if (r->sa)
			same_sa(r->sa, s->sa);
		else if (r->policy)
			same_policy(r->policy, s->policy);
		else
			holds(r->defaults->in == s->defaults->in &&
			      r->defaults->out == s->defaults->out, "defaults");
	}
}

static void print_and_read(const struct ruleset *rs)
{
	const struct print_opts opts = { .keys = true };
	struct ruleset again = { 0 };
	struct memory printed;
	const char *text;

	print_rules(memory_open(&printed), rs, &opts);
	text = memory_read(&printed);
	holds(read_rules(text, printed.len, &again), "is not read again:\n%s", text);
	same_rules(rs, &again);
	ruleset_free(&again);
	memory_free(&printed);
}

static void get_rule(const struct nlattr *a, struct ruleset *out)
{
	const struct place nowhere = { 0 };

	if (mnl_attr_get_type(a) == NFIPSEC_A_SA)
		nl_get_sa(a, ruleset_add_sa(out, nowhere));
	else if (mnl_attr_get_type(a) == NFIPSEC_A_DEFAULTS)
		nl_get_defaults(a, ruleset_add_defaults(out, nowhere));
	else if (mnl_attr_get_type(a) == NFIPSEC_A_POLICY)
		nl_get_policy(a, ruleset_add_policy(out, nowhere));
}

/* The kernel says the default of what is not said, and does not say which was meant. */
static void as_kernel(struct ruleset *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct policy *p = rs->v[i].policy;
		struct sa *sa = rs->v[i].sa;

		if (p && (!p->has_priority || p->priority == NFIPSEC_PRIORITY_DEFAULT)) {
			p->has_priority = false;
			p->priority = 0;
		}
		if (sa && (!sa->has_replay || sa->replay == NFIPSEC_REPLAY_WINDOW_DEFAULT)) {
			sa->has_replay = false;
			sa->replay = 0;
		}
	}
}

static void send_and_get(struct ruleset *rs)
{
	char *data = xcalloc(1, NL_OP_MAX);
	struct ruleset again = { 0 };

	for (size_t i = 0; i < rs->n; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
		const struct rule *r = &rs->v[i];
		const struct nlattr *a;

		if (r->sa)
			nl_put_sa(nlh, r->sa, false);
		else if (r->defaults)
			nl_put_defaults(nlh, r->defaults, false);
		else
			nl_put_policy(nlh, r->policy, false);
		holds(nlh->nlmsg_len <= NL_OP_MAX, "%u bytes", nlh->nlmsg_len);
		mnl_attr_for_each(a, nlh, 0)
			get_rule(a, &again);
	}
	as_kernel(rs);
	as_kernel(&again);
	same_rules(rs, &again);
	ruleset_free(&again);
	wipe_free(data, NL_OP_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ruleset rs = { 0 };

	if (read_rules((const char *)data, size, &rs) && rs.n <= RULES_MAX) {
		print_and_read(&rs);
		send_and_get(&rs);
	}
	ruleset_free(&rs);
	return 0;
}
