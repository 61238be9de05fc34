// SPDX-License-Identifier: GPL-2.0
/* "esp" and "ah": one rule becomes an SA, or two if it has two SPIs. */
#include <netinet/in.h>
#include <string.h>

#include "addr.h"
#include "names.h"
#include "parser.h"

enum sa_word {
	WORD_SPI,
	WORD_AUTH,
	WORD_ENC,
	WORD_AUTHKEY,
	WORD_ENCKEY,
	WORD_REQID,
	WORD_REPLAY,
	WORD_ESN,
	WORD_WRAP,
	WORD_BY_SOURCE,
	WORD_SENT,
	WORD_RECEIVED,
	WORD_TFC,
	WORD_UDPENCAP,
	WORD_FOR,
	WORD_SOFT,
	WORD_HARD,
	WORD_MARK,
	WORD_IF_ID,
	WORD_OUTPUT_MARK,
	WORD_KEEPALIVE,
};

static const char * const sa_words[] = {
	"spi", "auth", "enc", "authkey", "enckey", "reqid", "replay", "esn", "wrap", "by-source",
	"sent", "received", "tfc", "udpencap", "for", "soft", "hard",
	"mark", "if-id", "output-mark", "keepalive",
};

/**
 * struct sa_rule - a rule as it stands in the file
 * @loc: where
 * @base: what an algorithm has nothing to do with, of the outbound SA
 * @n_spi: number of SPIs, 1 or 2
 * @spi: the SPIs: outbound, inbound
 * @enc: encryption algorithm; NULL: none
 * @auth: integrity algorithm; NULL: none
 * @authkey: its keys
 * @enckey: those of @enc
 * @seen: words that were there, bits of their numbers
 * @word_loc: where each of them is
 * @outer: words about the outer header
 * @sel: selectors of the outbound SA, and those of the inbound one
 * @n_sel: number of each
 */
struct sa_rule {
	struct place loc;
	struct sa base;
	size_t n_spi;
	__u32 spi[2];
	const struct algo *enc;
	const struct algo *auth;
	struct keys authkey;
	struct keys enckey;
	unsigned int seen;
	struct place word_loc[ARRAY_SIZE(sa_words)];
	struct outer_words outer;
	struct selector sel[2][NFIPSEC_SA_SELECTORS_MAX];
	size_t n_sel;
};

static bool seen(const struct sa_rule *r, enum sa_word w)
{
	return r->seen & 1 << w;
}

static bool one_spi(struct parser *p, const char *s, size_t len, size_t offset, __u32 *out)
{
	if (!parse_u32(s, len, out)) {
		diag_add(p->diag, p_inside(p, offset),
			 "expected a number, or two as OUT:IN, after \"spi\"");
		return false;
	}
	if (*out < NFIPSEC_SPI_MIN) {
		diag_add(p->diag, p_inside(p, offset), "SPIs 0 to %d are reserved (RFC 4303 2.1)",
			 NFIPSEC_SPI_MIN - 1);
		return false;
	}
	return true;
}

static bool sa_spi(struct parser *p, struct sa_rule *r)
{
	const char *text, *colon;

	if (!p_is_value(p))
		return p_expected(p, "a number, or two as OUT:IN, after \"spi\"");
	text = p->tok.text.data;
	colon = strchr(text, ':');
	if (!one_spi(p, text, colon ? (size_t)(colon - text) : strlen(text), 0, &r->spi[0]))
		return false;
	r->n_spi = 1;
	if (colon) {
		if (!one_spi(p, colon + 1, strlen(colon + 1), colon - text + 1, &r->spi[1]))
			return false;
		r->n_spi = 2;
	}
	p_next(p);
	return true;
}

static bool sa_algo(struct parser *p, enum sa_word w, const struct algo **out)
{
	char what[512];

	if (p_is_value(p))
		*out = w == WORD_ENC ? algo_enc_by_name(p->tok.text.data) :
				       algo_auth_by_name(p->tok.text.data);
	if (!*out) {
		snprintf(what, sizeof(what), "%s after \"%s\"",
			 w == WORD_ENC ? algo_enc_names() : algo_auth_names(), sa_words[w]);
		return p_expected(p, what);
	}
	p_next(p);
	return true;
}

static bool one_port(struct parser *p, const char *after, __u16 *out)
{
	__u32 n;

	if (!p_is_value(p) || !parse_u32(p->tok.text.data, p->tok.text.len, &n) || !n ||
	    n > UINT16_MAX)
		return p_expected(p, after);
	*out = n;
	p_next(p);
	return true;
}

/* Without ports: those of IKE behind NAT, both (RFC 3948 2.1). */
static bool sa_udpencap(struct parser *p, struct sa *sa)
{
	sa->encap_sport = UDPENCAP_PORT;
	sa->encap_dport = UDPENCAP_PORT;
	if (!p_accept(p, "port"))
		return true;
	if (!one_port(p, "a port from 1 to 65535 after \"port\"", &sa->encap_sport))
		return false;
	sa->encap_dport = sa->encap_sport;
	return !p_accept(p, "to") ||
	       one_port(p, "a port from 1 to 65535 after \"to\"", &sa->encap_dport);
}

static bool add_selectors(struct parser *p, struct sa_rule *r, const struct traffic *t)
{
	struct place loc = r->word_loc[WORD_FOR];
	struct ip_range from, to;
	size_t before = r->n_sel;

	for (size_t i = 0; i < traffic_pairs(t); i++) {
		if (!traffic_pair(t, i, AF_UNSPEC, &from, &to))
			continue;
		if (r->n_sel == NFIPSEC_SA_SELECTORS_MAX) {
			diag_add(p->diag, loc, "this is more than %d selectors",
				 NFIPSEC_SA_SELECTORS_MAX);
			return false;
		}
		traffic_selector(t, &from, &to, false, &r->sel[0][r->n_sel]);
		traffic_selector(t, &from, &to, true, &r->sel[1][r->n_sel++]);
	}
	if (r->n_sel == before)
		diag_add(p->diag, loc, "no pair of these addresses is of one family");
	return r->n_sel > before;
}

static bool sa_for(struct parser *p, struct sa_rule *r)
{
	struct traffic t = { 0 };
	bool ok = p_traffic(p, &t) && p_traffic_check(p, &t) && add_selectors(p, r, &t);

	traffic_free(&t);
	return ok;
}

/* the limit that the token names, or NFIPSEC_LIMIT_SEQUENCE: none */
static unsigned int limit_of(const struct parser *p)
{
	unsigned int i;

	for (i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++)
		if (p_is(p, limit_name(i)))
			break;
	return i;
}

/* "packets N bytes N age N use N idle N", in any order, at least one of them */
static bool sa_limits(struct parser *p, enum sa_word w, __u64 *limit)
{
	unsigned int i = limit_of(p);
	char what[96];

	if (i == NFIPSEC_LIMIT_SEQUENCE) {
		snprintf(what, sizeof(what),
			 "\"packets\", \"bytes\", \"age\", \"use\" or \"idle\" after \"%s\"",
			 sa_words[w]);
		return p_expected(p, what);
	}
	for (; i != NFIPSEC_LIMIT_SEQUENCE; i = limit_of(p)) {
		if (limit[i]) {
			diag_add(p->diag, p->tok.loc, "\"%s\" is there twice", limit_name(i));
			return false;
		}
		p_next(p);
		if (!p_number64(p, limit_name(i), i < NFIPSEC_LIMIT_AGE ? INT64_MAX : UINT32_MAX,
				&limit[i]))
			return false;
	}
	return true;
}

static bool sa_word(struct parser *p, struct sa_rule *r, enum sa_word w)
{
	switch (w) {
	case WORD_SPI:
		return sa_spi(p, r);
	case WORD_AUTH:
		return sa_algo(p, w, &r->auth);
	case WORD_ENC:
		return sa_algo(p, w, &r->enc);
	case WORD_AUTHKEY:
		return p_keys(p, sa_words[w], &r->authkey);
	case WORD_ENCKEY:
		return p_keys(p, sa_words[w], &r->enckey);
	case WORD_REQID:
		return p_number(p, sa_words[w], UINT32_MAX, &r->base.reqid);
	case WORD_REPLAY:
		r->base.has_replay = true;
		return p_number(p, sa_words[w], NFIPSEC_REPLAY_WINDOW_MAX, &r->base.replay);
	case WORD_ESN:
		r->base.flags |= NFIPSEC_SA_F_ESN;
		return true;
	case WORD_WRAP:
		r->base.flags |= NFIPSEC_SA_F_WRAP;
		return true;
	case WORD_BY_SOURCE:
		r->base.flags |= NFIPSEC_SA_F_SOURCE;
		return true;
	case WORD_SENT:
		r->base.has_seq = true;
		return p_number64(p, sa_words[w], INT64_MAX, &r->base.seq_out);
	case WORD_RECEIVED:
		r->base.has_seq = true;
		return p_number64(p, sa_words[w], INT64_MAX, &r->base.seq_in);
	case WORD_TFC:
		return p_number(p, sa_words[w], UINT16_MAX, &r->base.tfc);
	case WORD_UDPENCAP:
		return sa_udpencap(p, &r->base);
	case WORD_FOR:
		return sa_for(p, r);
	case WORD_SOFT:
		return sa_limits(p, w, r->base.lifetime.soft);
	case WORD_HARD:
		return sa_limits(p, w, r->base.lifetime.hard);
	case WORD_MARK:
		return p_mark(p, sa_words[w], &r->base.mark);
	case WORD_IF_ID:
		return p_number(p, sa_words[w], UINT32_MAX, &r->base.if_id);
	case WORD_OUTPUT_MARK:
		return p_mark(p, sa_words[w], &r->base.output_mark);
	case WORD_KEEPALIVE:
		return p_number(p, sa_words[w], UINT32_MAX, &r->base.keepalive);
	}
	return false;
}

static bool no_sa_word(struct parser *p)
{
	struct buf what = { 0 };

	for (size_t w = 0; w < ARRAY_SIZE(sa_words) + OUTER_WORDS; w++) {
		const char *word = w < ARRAY_SIZE(sa_words) ? sa_words[w] :
							      outer_words[w - ARRAY_SIZE(sa_words)];

		buf_putc(&what, '"');
		buf_put(&what, word, strlen(word));
		buf_put(&what, "\", ", 3);
	}
	what.len -= 2;
	buf_put(&what, " or the end of the line", 23);
	p_expected(p, what.data);
	buf_free(&what);
	return false;
}

static bool sa_tail(struct parser *p, struct sa_rule *r)
{
	size_t w;

	while (!p_is_end(p)) {
		if (p_is_outer(p)) {
			if (!p_outer(p, &r->outer))
				return false;
			continue;
		}
		for (w = 0; w < ARRAY_SIZE(sa_words); w++)
			if (p_is(p, sa_words[w]))
				break;
		if (w == ARRAY_SIZE(sa_words))
			return no_sa_word(p);
		/* more than one "for" is a list of selectors */
		if (seen(r, w) && w != WORD_FOR) {
			diag_add(p->diag, p->tok.loc, "\"%s\" is there twice", sa_words[w]);
			return false;
		}
		r->seen |= 1 << w;
		r->word_loc[w] = p->tok.loc;
		p_next(p);
		if (!sa_word(p, r, w))
			return false;
	}
	return true;
}

static bool sa_head(struct parser *p, struct sa_rule *r)
{
	r->base.mode = NFIPSEC_MODE_TUNNEL;
	if (p_accept(p, "transport"))
		r->base.mode = NFIPSEC_MODE_TRANSPORT;
	else if (p_accept(p, "beet"))
		r->base.mode = NFIPSEC_MODE_BEET;
	else if (p_accept(p, "any"))
		r->base.mode = NFIPSEC_MODE_ANY;
	else
		p_accept(p, "tunnel");
	if (!p_accept(p, "from"))
		return p_expected(p, "\"from\"");
	if (!p_addr(p, "from", 0, &r->base.src))
		return false;
	if (!p_accept(p, "to"))
		return p_expected(p, "\"to\"");
	return p_addr(p, "to", r->base.src.family, &r->base.dst);
}

static bool check_key(struct parser *p, const struct sa_rule *r, enum sa_word w,
		      const struct algo *a, const struct keys *k)
{
	char lengths[ALGO_TEXT];

	if (!a->len[0]) {
		if (!k->n)
			return true;
		diag_add(p->diag, r->word_loc[w], "%s takes no key", a->name);
		return false;
	}
	if (!k->n) {
		diag_add(p->diag, r->loc, "%s needs \"%s\"", a->name, sa_words[w]);
		return false;
	}
	for (size_t i = 0; i < k->n; i++) {
		if (algo_key_fits(a, k->key[i].len))
			continue;
		diag_add(p->diag, k->loc, "%s takes a key of %s, %s has %zu bits", a->name,
			 algo_lengths(a, lengths),
			 k->n == 1 ? "this one" : i ? "the second one" : "the first one",
			 k->key[i].len * 8);
		return false;
	}
	if (k->n == r->n_spi)
		return true;
	diag_add(p->diag, k->loc, r->n_spi == 2 ?
		 "there are two SPIs, so \"%s\" needs two keys, as OUT:IN" :
		 "there is one SPI, so \"%s\" needs one key", sa_words[w]);
	return false;
}

static bool means_nothing(struct parser *p, const struct sa_rule *r, enum sa_word w,
			  const char *to)
{
	if (!seen(r, w))
		return false;
	diag_add(p->diag, r->word_loc[w], "\"%s\" means nothing to %s", sa_words[w], to);
	return true;
}

/* Nobody gets one of these without having named it. */
static void warn(struct parser *p, const struct sa_rule *r, enum sa_word w, const struct algo *a)
{
	if (a && a->warning)
		diag_warn(p->diag, r->word_loc[w], "%s %s", a->name, a->warning);
}

/* the kernel says the same, but not where */
static bool check_sequence(struct parser *p, const struct sa_rule *r)
{
	const struct sa *sa = &r->base;
	enum sa_word w = sa->seq_out > UINT32_MAX ? WORD_SENT : WORD_RECEIVED;

	if (seen(r, WORD_ESN)) {
		if (!sa->has_replay || sa->replay)
			return true;
		diag_add(p->diag, r->word_loc[WORD_REPLAY],
			 "\"esn\" needs an anti-replay window: it tells the half of the numbers that is not sent (RFC 4303 3.3.3)");
		return false;
	}
	if (seen(r, WORD_WRAP) && (!sa->has_replay || sa->replay)) {
		diag_add(p->diag, r->word_loc[WORD_WRAP],
			 "\"wrap\" needs \"replay 0\": the window takes numbers that begin again for replays (RFC 4303 3.3.3)");
		return false;
	}
	if (sa->seq_out <= UINT32_MAX && sa->seq_in <= UINT32_MAX)
		return true;
	diag_add(p->diag, r->word_loc[w], "without \"esn\" sequence numbers have 32 bits");
	return false;
}

static bool is_one(const struct ip_range *r)
{
	return !memcmp(r->min, r->max, sizeof(r->min));
}

/* the kernel says the same, but not where */
static bool check_beet(struct parser *p, const struct sa_rule *r)
{
	const struct selector *sel = &r->sel[0][0];

	if (r->base.mode != NFIPSEC_MODE_BEET)
		return true;
	if (r->base.proto == IPPROTO_AH)
		diag_add(p->diag, r->loc, "\"beet\" means nothing to AH");
	else if (r->n_sel != 1 || !is_one(&sel->src) || !is_one(&sel->dst))
		diag_add(p->diag, r->loc,
			 "\"beet\" needs \"for\" with one source and one destination: the addresses inside");
	else
		return true;
	return false;
}

static bool check_lifetime(struct parser *p, const struct sa_rule *r)
{
	const struct lifetime *l = &r->base.lifetime;

	for (unsigned int i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++) {
		if (!l->hard[i] || l->soft[i] < l->hard[i])
			continue;
		diag_add(p->diag, r->word_loc[WORD_SOFT],
			 "the soft limit of %s has to be below the hard one", limit_name(i));
		return false;
	}
	return true;
}

static bool check_source(struct parser *p, const struct sa_rule *r)
{
	static const __u8 none[sizeof(r->base.src.b)];

	if (!seen(r, WORD_BY_SOURCE) || memcmp(r->base.src.b, none, sizeof(none)))
		return true;
	diag_add(p->diag, r->word_loc[WORD_BY_SOURCE],
		 "\"by-source\" needs a source: this one stands for any");
	return false;
}

static bool sa_check(struct parser *p, struct sa_rule *r)
{
	if (!seen(r, WORD_SPI)) {
		diag_add(p->diag, r->loc, "this SA needs \"spi\"");
		return false;
	}
	if (!seen(r, WORD_UDPENCAP) &&
	    means_nothing(p, r, WORD_KEEPALIVE, "an SA without \"udpencap\""))
		return false;
	if (!check_sequence(p, r) || !check_lifetime(p, r) || !check_source(p, r) ||
	    !p_outer_check(p, &r->outer, &r->base) || !check_beet(p, r))
		return false;
	if (r->base.proto == IPPROTO_AH) {
		if (means_nothing(p, r, WORD_TFC, "AH, which does not encrypt") ||
		    means_nothing(p, r, WORD_ENC, "AH, which does not encrypt") ||
		    means_nothing(p, r, WORD_ENCKEY, "AH, which does not encrypt") ||
		    means_nothing(p, r, WORD_UDPENCAP, "AH, which does not pass NAT"))
			return false;
	} else if (!r->enc) {
		r->enc = algo_enc_by_name("aes");
	}
	if (r->enc && r->enc->combined) {
		char to[96];

		snprintf(to, sizeof(to), "%s, which authenticates by itself", r->enc->name);
		if (means_nothing(p, r, WORD_AUTH, to) || means_nothing(p, r, WORD_AUTHKEY, to))
			return false;
	} else if (!r->auth) {
		r->auth = algo_auth_by_name("hmac-sha2-256");
	}
	/* RFC 4543 5.3: in ESP this is an encryption algorithm */
	if (r->enc && r->auth && r->auth->salt) {
		diag_add(p->diag, r->word_loc[WORD_AUTH],
			 "\"auth %s\" is for AH: ESP has \"enc %s\", without \"auth\"",
			 r->auth->name, r->auth->name);
		return false;
	}
	if (r->auth && !check_key(p, r, WORD_AUTHKEY, r->auth, &r->authkey))
		return false;
	return !r->enc || check_key(p, r, WORD_ENCKEY, r->enc, &r->enckey);
}

static void add_sa(struct parser *p, const struct sa_rule *r, size_t i)
{
	struct sa *sa = ruleset_add_sa(p->rs, r->loc);

	*sa = r->base;
	sa->outer = r->outer.outer;
	if (i) {
		sa->src = r->base.dst;
		sa->dst = r->base.src;
		sa->encap_sport = r->base.encap_dport;
		sa->encap_dport = r->base.encap_sport;
		sa->keepalive = 0;
	}
	sa->spi = r->spi[i];
	for (size_t n = 0; n < r->n_sel; n++)
		*sa_add_selector(sa) = r->sel[i][n];
	if (r->enc) {
		sa->enc = r->enc->id;
		sa->enc_key = r->enckey.key[i];
	}
	if (r->auth) {
		sa->auth = r->auth->id;
		sa->auth_key = r->authkey.key[i];
	}
}

/**
 * p_sa - an SA or a pair of SAs
 * @p: the parser, after the word "esp" or "ah"
 * @loc: where that word is
 * @proto: IPPROTO_ESP or IPPROTO_AH
 */
bool p_sa(struct parser *p, struct place loc, __u8 proto)
{
	struct sa_rule r = { .loc = loc, .base.proto = proto };
	bool ok = sa_head(p, &r) && sa_tail(p, &r) && sa_check(p, &r);

	if (ok) {
		warn(p, &r, WORD_AUTH, r.auth);
		warn(p, &r, WORD_ENC, r.enc);
	}
	for (size_t i = 0; ok && i < r.n_spi; i++)
		add_sa(p, &r, i);
	explicit_bzero(&r, sizeof(r));
	return ok;
}
