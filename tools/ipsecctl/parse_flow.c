// SPDX-License-Identifier: GPL-2.0
/*
 * "flow": one rule becomes a policy per direction and per pair of addresses.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "icmp.h"
#include "names.h"
#include "parser.h"

/* policies of one rule */
#define FLOW_MAX 65536

/**
 * struct flow - a rule as it stands in the file
 * @loc: where
 * @in: makes an inbound policy
 * @out: makes an outbound policy
 * @spec: protocol, mode and reqid of the spec; no addresses
 * @then: the specs around it, with our address as source and the other one as destination
 * @n_then: how many
 * @proto: upper layer protocol or PROTO_ANY
 * @from: source of the outbound packets, or of the inbound ones of an inbound-only flow
 * @to: destination
 * @sport: source ports, or types
 * @dport: destination ports, or codes
 * @port_loc: where the first "port" is
 * @local: our outer address
 * @peer: the other one
 * @type: the type
 * @priority: the priority
 * @name: the name
 * @then_loc: where the first "then" is
 * @seen: words at the end of the rule that were there, bits of their numbers
 * @word_loc: where each of them is
 */
struct flow {
	struct place loc;
	bool in;
	bool out;
	struct spec spec;
	struct spec then[NFIPSEC_SPECS_MAX - 1];
	size_t n_then;
	int proto;
	struct hosts from;
	struct hosts to;
	struct port_range sport;
	struct port_range dport;
	struct place port_loc;
	struct ip_addr local;
	struct ip_addr peer;
	const struct flow_type *type;
	__u32 priority;
	char name[NFIPSEC_NAME_MAX + 1];
	struct place then_loc;
	unsigned int seen;
	struct place word_loc[8];
};

enum flow_word {
	WORD_LOCAL,
	WORD_PEER,
	WORD_TYPE,
	WORD_PRIORITY,
	WORD_REQID,
	WORD_FRAGMENTS,
	WORD_NAME,
};

static const char * const flow_words[] = {
	"local", "peer", "type", "priority", "reqid", "fragments", "name",
};

static void spec_head(struct parser *p, struct spec *s)
{
	s->proto = IPPROTO_ESP;
	s->mode = NFIPSEC_MODE_ANY;
	if (p_accept(p, "ah"))
		s->proto = IPPROTO_AH;
	else
		p_accept(p, "esp");
	if (p_accept(p, "transport"))
		s->mode = NFIPSEC_MODE_TRANSPORT;
	else if (p_accept(p, "tunnel"))
		s->mode = NFIPSEC_MODE_TUNNEL;
}

static void flow_head(struct parser *p, struct flow *f)
{
	spec_head(p, &f->spec);
	f->in = p_accept(p, "in");
	f->out = !f->in && p_accept(p, "out");
	if (!f->in && !f->out) {
		f->in = true;
		f->out = true;
	}
}

static bool flow_icmp(struct parser *p, struct flow *f)
{
	struct place loc = p->tok.loc;

	if (!p_accept(p, "type"))
		return true;
	if (!proto_has_type(f->proto)) {
		diag_add(p->diag, loc, "\"type\" needs \"proto\" icmp, icmp6 or mobility-header");
		return false;
	}
	return p_type(p, f->proto, &f->sport, &f->dport);
}

static bool flow_proto(struct parser *p, struct flow *f)
{
	f->proto = PROTO_ANY;
	if (!p_accept(p, "proto"))
		return true;
	if (p_accept(p, "any"))
		return true;
	/* "esp" and "ah" are keywords, but here they are protocols like others */
	if (!(p_is_value(p) || p_is(p, "esp") || p_is(p, "ah")) ||
	    !proto_parse(p->tok.text.data, !p->closed, &f->proto))
		return p_expected(p, "a protocol (tcp, udp, icmp, 0 to 255, ...) after \"proto\"");
	p_next(p);
	return flow_icmp(p, f);
}

static bool flow_side(struct parser *p, struct flow *f, const char *word)
{
	bool from = !strcmp(word, "from");
	struct place loc;

	p_next(p);
	if (!p_hosts(p, word, from ? &f->from : &f->to))
		return false;
	loc = p->tok.loc;
	if (!p_accept(p, "port"))
		return true;
	if (!f->port_loc.file)
		f->port_loc = loc;
	return p_port(p, f->proto, from ? &f->sport : &f->dport);
}

/* "from A to B" or "to B from A" */
static bool flow_hosts(struct parser *p, struct flow *f)
{
	bool from_first = p_is(p, "from");

	if (!from_first && !p_is(p, "to"))
		return p_expected(p, f->proto == PROTO_ANY ? "\"proto\", \"from\" or \"to\"" :
				     "\"from\" or \"to\"");
	if (!flow_side(p, f, from_first ? "from" : "to"))
		return false;
	if (!p_is(p, from_first ? "to" : "from"))
		return p_expected(p, from_first ? "\"to\"" : "\"from\"");
	return flow_side(p, f, from_first ? "to" : "from");
}

static bool flow_type(struct parser *p, struct flow *f)
{
	if (p_is_value(p))
		f->type = flow_type_by_name(p->tok.text.data);
	if (!f->type)
		return p_expected(p,
				  "require, use, acquire, dontacq, deny or bypass after \"type\"");
	p_next(p);
	return true;
}

static bool flow_peer(struct parser *p, const char *word, int family, struct ip_addr *out)
{
	if (p_accept(p, "any"))
		return true;
	return p_addr(p, word, family, out);
}

/* what print.c can write between quotes, and a terminal can bear */
static bool flow_name(struct parser *p, struct flow *f)
{
	size_t len = p->tok.text.len;

	if (!p_is_value(p) || !len)
		return p_expected(p, "a name after \"name\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = p->tok.text.data[i];

		if (c >= ' ' && c != '"' && c != 0x7f)
			continue;
		diag_add(p->diag, p->tok.loc, "a name has neither quotes nor control characters");
		return false;
	}
	if (len > NFIPSEC_NAME_MAX) {
		diag_add(p->diag, p->tok.loc, "a name has at most %d bytes", NFIPSEC_NAME_MAX);
		return false;
	}
	memcpy(f->name, p->tok.text.data, len);
	p_next(p);
	return true;
}

static bool flow_word(struct parser *p, struct flow *f, enum flow_word w)
{
	switch (w) {
	case WORD_LOCAL:
		return flow_peer(p, "local", f->peer.family, &f->local);
	case WORD_PEER:
		return flow_peer(p, "peer", f->local.family, &f->peer);
	case WORD_TYPE:
		return flow_type(p, f);
	case WORD_PRIORITY:
		return p_number(p, "priority", UINT32_MAX, &f->priority);
	case WORD_REQID:
		return p_number(p, "reqid", UINT32_MAX, &f->spec.reqid);
	case WORD_FRAGMENTS:
		return p_accept(p, "stateful") ||
		       p_expected(p, "\"stateful\" after \"fragments\"");
	case WORD_NAME:
		return flow_name(p, f);
	}
	return false;
}

static bool flow_tail(struct parser *p, struct flow *f)
{
	size_t w;

	while (!p_is_end(p) && !p_is(p, "then")) {
		for (w = 0; w < ARRAY_SIZE(flow_words); w++)
			if (p_is(p, flow_words[w]))
				break;
		if (w == ARRAY_SIZE(flow_words))
			return p_expected(p,
					  "\"local\", \"peer\", \"type\", \"priority\", \"reqid\", \"fragments\", \"name\", \"then\" or the end of the line");
		if (f->seen & 1 << w) {
			diag_add(p->diag, p->tok.loc, "\"%s\" is there twice", flow_words[w]);
			return false;
		}
		f->seen |= 1 << w;
		f->word_loc[w] = p->tok.loc;
		p_next(p);
		if (!flow_word(p, f, w))
			return false;
	}
	return true;
}

/* one more SA, around what there is so far */
static bool flow_around(struct parser *p, struct flow *f)
{
	struct spec *s = &f->then[f->n_then];
	bool ok = true;

	if (f->n_then == ARRAY_SIZE(f->then)) {
		diag_add(p->diag, p->tok.loc, "a flow has at most %d SAs", NFIPSEC_SPECS_MAX);
		return false;
	}
	p_next(p);
	if (!p_is(p, "esp") && !p_is(p, "ah"))
		return p_expected(p, "\"esp\" or \"ah\" after \"then\"");
	f->n_then++;
	spec_head(p, s);
	while (ok && !p_is_end(p) && !p_is(p, "then")) {
		if (p_accept(p, "local"))
			ok = flow_peer(p, "local", s->dst.family, &s->src);
		else if (p_accept(p, "peer"))
			ok = flow_peer(p, "peer", s->src.family, &s->dst);
		else if (p_accept(p, "reqid"))
			ok = p_number(p, "reqid", UINT32_MAX, &s->reqid);
		else
			return p_expected(p,
					  "\"local\", \"peer\", \"reqid\", \"then\" or the end of the line");
	}
	return ok;
}

static bool flow_then(struct parser *p, struct flow *f)
{
	f->then_loc = p->tok.loc;
	while (p_is(p, "then"))
		if (!flow_around(p, f))
			return false;
	return true;
}

/* what cannot be read of one port cannot be read of the other */
static bool flow_ports(struct parser *p, struct flow *f)
{
	if (!proto_has_ports(f->proto)) {
		diag_add(p->diag, f->port_loc,
			 "\"port\" needs \"proto\" tcp, udp, sctp, dccp or udplite");
		return false;
	}
	if (!f->sport.set && ports_opaque(&f->dport))
		f->sport = f->dport;
	else if (!f->dport.set && ports_opaque(&f->sport))
		f->dport = f->sport;
	if (ports_opaque(&f->sport) == ports_opaque(&f->dport))
		return true;
	diag_add(p->diag, f->port_loc, "\"port opaque\" on one side means no port on the other");
	return false;
}

static bool flow_check(struct parser *p, struct flow *f)
{
	static const enum flow_word protect_only[] = {
		WORD_LOCAL, WORD_PEER, WORD_REQID, WORD_FRAGMENTS,
	};

	if (!f->type)
		f->type = flow_type_by_name("require");
	if (f->port_loc.file && !flow_ports(p, f))
		return false;
	if (f->type->action == NFIPSEC_ACTION_PROTECT)
		return true;
	if (f->n_then) {
		diag_add(p->diag, f->then_loc, "\"then\" means nothing to a flow of type %s",
			 f->type->name);
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(protect_only); i++) {
		enum flow_word w = protect_only[i];

		if (f->seen & 1 << w) {
			diag_add(p->diag, f->word_loc[w],
				 "\"%s\" means nothing to a flow of type %s", flow_words[w],
				 f->type->name);
			return false;
		}
	}
	return true;
}

static void add_spec(struct policy *pol, const struct spec *s, const struct ip_addr *local,
		     const struct ip_addr *peer)
{
	struct spec *out = &pol->spec[pol->n_spec++];

	*out = *s;
	out->src = pol->dir == NFIPSEC_DIR_OUT ? *local : *peer;
	out->dst = pol->dir == NFIPSEC_DIR_OUT ? *peer : *local;
}

static void add_policy(struct parser *p, const struct flow *f, __u8 dir,
		       const struct ip_range *from, const struct ip_range *to, bool mirror)
{
	struct policy *pol = ruleset_add_policy(p->rs, f->loc);
	struct selector *sel = policy_add_selector(pol);

	pol->dir = dir;
	pol->action = f->type->action;
	pol->flags = f->type->flags;
	if (f->seen & 1 << WORD_FRAGMENTS)
		pol->flags |= NFIPSEC_POLICY_F_STATEFUL_FRAGMENTS;
	pol->has_priority = f->seen & 1 << WORD_PRIORITY;
	pol->priority = f->priority;
	memcpy(pol->name, f->name, sizeof(pol->name));
	sel->proto = f->proto;
	sel->src = mirror ? *to : *from;
	sel->dst = mirror ? *from : *to;
	/* a type has no other side: the answer has another type */
	mirror = mirror && !proto_has_type(f->proto);
	sel->sport = mirror ? f->dport : f->sport;
	sel->dport = mirror ? f->sport : f->dport;
	if (pol->action != NFIPSEC_ACTION_PROTECT)
		return;
	add_spec(pol, &f->spec, &f->local, &f->peer);
	for (size_t i = 0; i < f->n_then; i++)
		add_spec(pol, &f->then[i], &f->then[i].src, &f->then[i].dst);
}

/* "any" takes the family of the other side; twice "any" is both families */
static bool pair_in_family(const struct flow *f, const struct ip_range *from,
			   const struct ip_range *to, int family, struct ip_range out[2])
{
	int outer = f->peer.family ? f->peer.family : f->local.family;

	if ((from->family && from->family != family) || (to->family && to->family != family))
		return false;
	/* transport mode keeps the packet's header, so it cannot change the family */
	if (f->spec.mode == NFIPSEC_MODE_TRANSPORT && outer && outer != family)
		return false;
	out[0] = *from;
	out[1] = *to;
	if (!from->family)
		range_any(family, &out[0]);
	if (!to->family)
		range_any(family, &out[1]);
	return true;
}

static bool flow_expand(struct parser *p, const struct flow *f)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct ip_range pair[2];
	size_t n = 0;

	for (size_t i = 0; i < f->from.n; i++) {
		for (size_t k = 0; k < f->to.n * ARRAY_SIZE(families); k++) {
			if (!pair_in_family(f, &f->from.v[i], &f->to.v[k / 2], families[k % 2],
					    pair))
				continue;
			if (n++ == FLOW_MAX) {
				diag_add(p->diag, f->loc, "this rule makes more than %d flows",
					 FLOW_MAX);
				return false;
			}
			if (f->out)
				add_policy(p, f, NFIPSEC_DIR_OUT, &pair[0], &pair[1], false);
			if (f->in)
				add_policy(p, f, NFIPSEC_DIR_IN, &pair[0], &pair[1], f->out);
		}
	}
	if (!n)
		diag_add(p->diag, f->loc, "no pair of addresses of this flow is of one family%s",
			 f->spec.mode == NFIPSEC_MODE_TRANSPORT ? ", that of the peer" : "");
	return n;
}

/**
 * p_flow - a flow
 * @p: the parser, after the word "flow"
 * @loc: where that word is
 */
bool p_flow(struct parser *p, struct place loc)
{
	struct flow f = { .loc = loc };
	bool ok;

	flow_head(p, &f);
	ok = flow_proto(p, &f) && flow_hosts(p, &f) && flow_tail(p, &f) && flow_then(p, &f) &&
	     flow_check(p, &f) && flow_expand(p, &f);
	free(f.from.v);
	free(f.to.v);
	return ok;
}
