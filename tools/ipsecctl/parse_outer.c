// SPDX-License-Identifier: GPL-2.0
/* Words of an SA about the outer header of its tunnel (RFC 4301 5.1.2). */
#include <string.h>
#include <sys/socket.h>

#include "names.h"
#include "parser.h"

enum outer_word {
	WORD_DF,
	WORD_ECN,
	WORD_DSCP,
	WORD_DSCP_DECAP,
	WORD_TTL,
	WORD_FLOWLABEL,
};

const char * const outer_words[OUTER_WORDS] = {
	"df", "ecn", "dscp", "dscp-decap", "ttl", "flowlabel",
};

static size_t outer_word(const struct parser *p)
{
	size_t w;

	for (w = 0; w < OUTER_WORDS; w++)
		if (p_is(p, outer_words[w]))
			break;
	return w;
}

/**
 * p_is_outer - whether the token is a word about the outer header
 * @p: the parser
 */
bool p_is_outer(const struct parser *p)
{
	return outer_word(p) < OUTER_WORDS;
}

/* one of a few words, which are keywords only here; @what names them */
static bool choice(struct parser *p, const char *(*name)(__u8), __u8 n, const char *what, __u8 *out)
{
	for (__u8 i = 0; i < n; i++) {
		if (p_accept(p, name(i))) {
			*out = i;
			return true;
		}
	}
	return p_expected(p, what);
}

/* "copy", or a number */
static bool copy_or_number(struct parser *p, const char *what, __u32 min, __u32 max, bool *copy,
			   __u32 *out)
{
	*copy = p_accept(p, "copy");
	if (*copy)
		return true;
	if (!p_is_value(p) || !parse_u32(p->tok.text.data, p->tok.text.len, out) || *out < min ||
	    *out > max)
		return p_expected(p, what);
	p_next(p);
	return true;
}

/* FROM:TO */
static bool map_entry(struct parser *p, struct outer *outer, bool given[NFIPSEC_DSCP_COUNT])
{
	const char *text = p->tok.text.data, *colon;
	__u32 from, to;

	colon = p_is_value(p) ? strchr(text, ':') : NULL;
	if (!colon || !parse_u32(text, colon - text, &from) ||
	    !parse_u32(colon + 1, strlen(colon + 1), &to) || from >= NFIPSEC_DSCP_COUNT ||
	    to >= NFIPSEC_DSCP_COUNT)
		return p_expected(p, "two numbers from 0 to 63, as INNER:OUTER");
	if (given[from]) {
		diag_add(p->diag, p->tok.loc, "the DSCP %u is mapped twice", from);
		return false;
	}
	given[from] = true;
	outer->map[from] = to;
	p_next(p);
	return true;
}

static bool get_map(struct parser *p, struct outer *outer)
{
	bool given[NFIPSEC_DSCP_COUNT] = { false };

	for (__u8 i = 0; i < NFIPSEC_DSCP_COUNT; i++)
		outer->map[i] = i;
	outer->has_map = true;
	p_next(p);
	do {
		if (!map_entry(p, outer, given))
			return false;
		if (p->tok.kind == TOK_COMMA)
			p_next(p);
		else if (p->tok.kind != TOK_RBRACE && !p_is_value(p))
			return p_expected(p, "INNER:OUTER, \",\" or \"}\"");
	} while (p->tok.kind != TOK_RBRACE);
	p_next(p);
	return true;
}

static bool get_dscp(struct parser *p, struct outer *outer)
{
	bool copy, ok;
	__u32 v = 0;

	if (p->tok.kind == TOK_LBRACE)
		return get_map(p, outer);
	ok = copy_or_number(p, "\"copy\", a number from 0 to 63 or a list in braces after \"dscp\"",
			    0, NFIPSEC_DSCP_COUNT - 1, &copy, &v);
	outer->has_dscp = ok && !copy;
	if (outer->has_dscp)
		outer->dscp = v;
	return ok;
}

static bool get_ttl(struct parser *p, struct outer *outer)
{
	__u32 v = 0;
	bool copy;

	if (!copy_or_number(p, "\"copy\" or a number from 1 to 255 after \"ttl\"", 1, 255,
			    &copy, &v))
		return false;
	outer->has_ttl = true;
	outer->ttl = v;
	return true;
}

static bool get_flow_label(struct parser *p, struct outer *outer)
{
	bool copy;

	if (!copy_or_number(p, "\"copy\" or a number from 0 to 0xfffff after \"flowlabel\"", 0,
			    NFIPSEC_FLOW_LABEL_MAX, &copy, &outer->flow_label))
		return false;
	outer->has_flow_label = !copy;
	return true;
}

static const char *decap_name(__u8 copy)
{
	return copy ? "copy" : "keep";
}

static bool get_dscp_decap(struct parser *p, struct outer *outer)
{
	__u8 copy = 0;

	if (!choice(p, decap_name, 2, "\"keep\" or \"copy\" after \"dscp-decap\"", &copy))
		return false;
	outer->dscp_decap = copy;
	return true;
}

static bool value(struct parser *p, enum outer_word word, struct outer *outer)
{
	switch (word) {
	case WORD_DF:
		return choice(p, df_name, __NFIPSEC_DF_MAX,
			      "\"copy\", \"set\" or \"clear\" after \"df\"", &outer->df);
	case WORD_ECN:
		return choice(p, ecn_name, __NFIPSEC_ECN_MAX,
			      "\"normal\" or \"compat\" after \"ecn\"", &outer->ecn);
	case WORD_DSCP:
		return get_dscp(p, outer);
	case WORD_DSCP_DECAP:
		return get_dscp_decap(p, outer);
	case WORD_TTL:
		return get_ttl(p, outer);
	case WORD_FLOWLABEL:
		return get_flow_label(p, outer);
	}
	return false;
}

/**
 * p_outer - a word about the outer header, with its value
 * @p: the parser, at the word
 * @w: what the rule says about it
 */
bool p_outer(struct parser *p, struct outer_words *w)
{
	size_t word = outer_word(p);

	if (w->seen & 1 << word) {
		diag_add(p->diag, p->tok.loc, "\"%s\" is there twice", outer_words[word]);
		return false;
	}
	w->seen |= 1 << word;
	w->word_loc[word] = p->tok.loc;
	p_next(p);
	return value(p, word, &w->outer);
}

/**
 * p_outer_check - whether what a rule says about the outer header makes sense
 * @p: the parser
 * @w: what it says
 * @sa: its mode and addresses
 */
bool p_outer_check(struct parser *p, const struct outer_words *w, const struct sa *sa)
{
	for (size_t i = 0; i < OUTER_WORDS; i++) {
		const char *to = NULL;

		if (!(w->seen & 1 << i))
			continue;
		if (sa->mode == NFIPSEC_MODE_TRANSPORT)
			to = "transport mode, which has no outer header";
		else if (i == WORD_DF && sa->dst.family != AF_INET)
			to = "an outer header of IPv6";
		else if (i == WORD_FLOWLABEL && sa->dst.family != AF_INET6)
			to = "an outer header of IPv4";
		if (to) {
			diag_add(p->diag, w->word_loc[i], "\"%s\" means nothing to %s",
				 outer_words[i], to);
			return false;
		}
	}
	return true;
}
