// SPDX-License-Identifier: GPL-2.0
/*
 * "flow": one rule becomes a policy per direction and per pair of addresses.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "names.h"
#include "parser.h"

/* policies of one rule */
#define FLOW_MAX 65536

enum flow_word {
	WORD_LOCAL,
	WORD_PEER,
	WORD_TYPE,
	WORD_PRIORITY,
	WORD_REQID,
	WORD_FRAGMENTS,
	WORD_NAME,
	WORD_PFP,
	WORD_MARK,
	WORD_IF_ID,
	WORD_FORWARD,
	WORD_SPI,
	WORD_OPTIONAL,
	WORD_ICMP_ERRORS,
	WORD_MSS_CLAMP,
	WORD_RELAY_ERRORS,
	WORD_SUB,
};

static const char * const flow_words[] = {
	"local", "peer", "type", "priority", "reqid", "fragments", "name", "pfp",
	"mark", "if-id", "forward", "spi", "optional", "icmp-errors", "mss-clamp",
	"relay-errors", "sub",
};

/**
 * struct flow - a rule as it stands in the file
 * @loc: where
 * @in: makes an inbound policy
 * @out: makes an outbound policy
 * @spec: protocol, mode, reqid and SPI of the spec; no addresses
 * @then: the specs around it, with our address as source and the other one as destination
 * @n_then: how many
 * @traffic: the outbound packets, or the inbound ones of an inbound-only flow
 * @local: our outer address
 * @peer: the other one
 * @type: the type
 * @priority: the priority
 * @mark: the mark
 * @if_id: the link's if_id
 * @name: the name
 * @pfp: what SAs take from packets: flags of an outbound policy
 * @pfp_mirrored: those of the inbound policy for the answers
 * @ways: whether inbound policies are for packets to this host or to others: their flags
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
	struct traffic traffic;
	struct ip_addr local;
	struct ip_addr peer;
	const struct flow_type *type;
	__u32 priority;
	struct mark mark;
	__u32 if_id;
	char name[NFIPSEC_NAME_MAX + 1];
	__u32 pfp;
	__u32 pfp_mirrored;
	__u32 ways;
	struct place then_loc;
	unsigned int seen;
	struct place word_loc[ARRAY_SIZE(flow_words)];
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
	else if (p_accept(p, "beet"))
		s->mode = NFIPSEC_MODE_BEET;
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

static bool one_pfp(struct parser *p, struct flow *f)
{
	for (size_t i = 0; i < PFP_WORDS; i++) {
		if (!p_accept(p, pfp_words[i].word))
			continue;
		f->pfp |= pfp_words[i].flag;
		f->pfp_mirrored |= pfp_words[i].mirrored;
		return true;
	}
	return p_expected(p, "from, to, proto, sport or dport after \"pfp\"");
}

static bool flow_pfp(struct parser *p, struct flow *f)
{
	if (p->tok.kind != TOK_LBRACE)
		return one_pfp(p, f);
	p_next(p);
	do {
		if (!one_pfp(p, f))
			return false;
		if (p->tok.kind == TOK_COMMA)
			p_next(p);
	} while (p->tok.kind != TOK_RBRACE);
	p_next(p);
	return true;
}

/* which of the packets that arrive: those for other hosts, or those for this one */
static bool flow_forward(struct parser *p, struct flow *f)
{
	if (p_accept(p, "only"))
		f->ways = NFIPSEC_POLICY_F_FORWARDED;
	else if (p_accept(p, "no"))
		f->ways = NFIPSEC_POLICY_F_LOCAL;
	else
		return p_expected(p, "\"only\" or \"no\" after \"forward\"");
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
	case WORD_PFP:
		return flow_pfp(p, f);
	case WORD_MARK:
		return p_mark(p, "mark", &f->mark);
	case WORD_IF_ID:
		return p_number(p, "if-id", UINT32_MAX, &f->if_id);
	case WORD_FORWARD:
		return flow_forward(p, f);
	case WORD_SPI:
		return p_number(p, "spi", UINT32_MAX, &f->spec.spi);
	case WORD_OPTIONAL:
		f->spec.optional = true;
		return true;
	case WORD_ICMP_ERRORS:
		return p_accept(p, "no") || p_expected(p, "\"no\" after \"icmp-errors\"");
	case WORD_MSS_CLAMP:
		return p_accept(p, "no") || p_expected(p, "\"no\" after \"mss-clamp\"");
	case WORD_RELAY_ERRORS:
	case WORD_SUB:
		return true;
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
					  "\"local\", \"peer\", \"type\", \"priority\", \"reqid\", \"spi\", \"optional\", \"fragments\", \"icmp-errors\", \"mss-clamp\", \"relay-errors\", \"sub\", \"forward\", \"name\", \"pfp\", \"mark\", \"if-id\", \"then\" or the end of the line");
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
		else if (p_accept(p, "spi"))
			ok = p_number(p, "spi", UINT32_MAX, &s->spi);
		else if (p_accept(p, "optional"))
			s->optional = true;
		else
			return p_expected(p,
					  "\"local\", \"peer\", \"reqid\", \"spi\", \"optional\", \"then\" or the end of the line");
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

static bool has_spi(const struct flow *f)
{
	for (size_t i = 0; i < f->n_then; i++)
		if (f->then[i].spi)
			return true;
	return f->spec.spi;
}

static bool flow_check(struct parser *p, struct flow *f)
{
	static const enum flow_word protect_only[] = {
		WORD_LOCAL, WORD_PEER, WORD_REQID, WORD_FRAGMENTS, WORD_PFP, WORD_SPI,
		WORD_OPTIONAL,
	};

	if (!f->type)
		f->type = flow_type_by_name("require");
	if (f->ways && !f->in) {
		diag_add(p->diag, f->word_loc[WORD_FORWARD],
			 "\"forward\" means nothing to packets that leave");
		return false;
	}
	if (f->in && f->out && has_spi(f)) {
		diag_add(p->diag, f->loc, "an SPI is of one direction: say \"in\" or \"out\"");
		return false;
	}
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
	if (f->seen & 1 << WORD_ICMP_ERRORS)
		pol->flags |= NFIPSEC_POLICY_F_NO_ICMP_ERRORS;
	if (f->seen & 1 << WORD_MSS_CLAMP)
		pol->flags |= NFIPSEC_POLICY_F_NO_MSS_CLAMP;
	if (f->seen & 1 << WORD_RELAY_ERRORS)
		pol->flags |= NFIPSEC_POLICY_F_RELAY_ERRORS;
	if (f->seen & 1 << WORD_SUB)
		pol->flags |= NFIPSEC_POLICY_F_SUB;
	if (dir == NFIPSEC_DIR_IN)
		pol->flags |= f->ways;
	pol->flags |= mirror ? f->pfp_mirrored : f->pfp;
	pol->has_priority = f->seen & 1 << WORD_PRIORITY;
	pol->priority = f->priority;
	pol->mark = f->mark;
	pol->if_id = f->if_id;
	memcpy(pol->name, f->name, sizeof(pol->name));
	traffic_selector(&f->traffic, from, to, mirror, sel);
	if (pol->action != NFIPSEC_ACTION_PROTECT)
		return;
	add_spec(pol, &f->spec, &f->local, &f->peer);
	for (size_t i = 0; i < f->n_then; i++)
		add_spec(pol, &f->then[i], &f->then[i].src, &f->then[i].dst);
}

static bool flow_expand(struct parser *p, const struct flow *f)
{
	int outer = f->peer.family ? f->peer.family : f->local.family;
	/* transport mode keeps the packet's header, so it cannot change the family */
	int only = f->spec.mode == NFIPSEC_MODE_TRANSPORT ? outer : AF_UNSPEC;
	struct ip_range from, to;
	size_t n = 0;

	for (size_t i = 0; i < traffic_pairs(&f->traffic); i++) {
		if (!traffic_pair(&f->traffic, i, only, &from, &to))
			continue;
		if (n++ == FLOW_MAX) {
			diag_add(p->diag, f->loc, "this rule makes more than %d flows", FLOW_MAX);
			return false;
		}
		if (f->out)
			add_policy(p, f, NFIPSEC_DIR_OUT, &from, &to, false);
		if (f->in)
			add_policy(p, f, NFIPSEC_DIR_IN, &from, &to, f->out);
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
	ok = p_traffic(p, &f.traffic) && flow_tail(p, &f) && flow_then(p, &f) &&
	     p_traffic_check(p, &f.traffic) && flow_check(p, &f) && flow_expand(p, &f);
	traffic_free(&f.traffic);
	return ok;
}
