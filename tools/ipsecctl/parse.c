// SPDX-License-Identifier: GPL-2.0
/*
 * The frame of the parser: lines, macros, includes, and the helpers of the rules.
 *
 * Recursive descent with one token of lookahead. A function that returns false has
 * noted an error; the rest of the line is skipped and parsing goes on with the next,
 * so that one run shows all errors.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "file.h"
#include "parser.h"

static const char * const reserved[] = {
	"ah", "any", "auth", "authkey", "beet", "by-source", "code", "default", "df",
	"dscp", "dscp-decap", "ecn", "enc", "enckey", "esn", "esp", "file", "flow",
	"flowlabel", "for", "fragments", "from", "hard", "icmp-errors", "if-id", "in",
	"include", "keepalive", "local", "mark", "mss-clamp", "name", "on", "opaque",
	"optional", "out", "output-mark", "peer", "pfp", "port", "priority", "proto",
	"received", "relay-errors", "replay", "reqid", "sent", "set", "soft", "spi", "sub", "tfc",
	"then", "to", "transport", "ttl", "tunnel", "type", "udpencap", "wrap",
};

/**
 * p_reserved - whether a word means something to the grammar
 * @word: the word
 */
bool p_reserved(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (!strcmp(reserved[i], word))
			return true;
	return false;
}

/**
 * p_next - look at the next token
 * @p: the parser
 */
void p_next(struct parser *p)
{
	lex_next(&p->lx, &p->tok);
}

/**
 * p_is - whether the token is a keyword
 * @p: the parser
 * @keyword: the keyword
 */
bool p_is(const struct parser *p, const char *keyword)
{
	return p->tok.kind == TOK_WORD && !strcmp(p->tok.text.data, keyword);
}

/**
 * p_accept - go past a keyword if it is there
 * @p: the parser
 * @keyword: the keyword
 *
 * Return: whether it was.
 */
bool p_accept(struct parser *p, const char *keyword)
{
	if (!p_is(p, keyword))
		return false;
	p_next(p);
	return true;
}

/**
 * p_is_value - whether the token is a string or a word that is no keyword
 * @p: the parser
 */
bool p_is_value(const struct parser *p)
{
	return p->tok.kind == TOK_STRING ||
	       (p->tok.kind == TOK_WORD && !p_reserved(p->tok.text.data));
}

/**
 * p_is_end - whether the line is at its end
 * @p: the parser
 */
bool p_is_end(const struct parser *p)
{
	return p->tok.kind == TOK_EOL || p->tok.kind == TOK_EOF;
}

/**
 * p_expected - note that the token is not what it should be
 * @p: the parser
 * @what: what it should be
 *
 * Return: false.
 */
bool p_expected(struct parser *p, const char *what)
{
	char q[QUOTE_MAX];

	switch (p->tok.kind) {
	case TOK_BAD:
		break;
	case TOK_EOF:
		diag_add(p->diag, p->tok.loc, "expected %s, found the end of the file", what);
		break;
	case TOK_EOL:
		diag_add(p->diag, p->tok.loc, "expected %s, found the end of the line", what);
		break;
	default:
		diag_add(p->diag, p->tok.loc, "expected %s, found %s", what,
			 diag_quote(q, p->tok.text.data));
	}
	return false;
}

/**
 * p_number64 - a number
 * @p: the parser
 * @after: the keyword before it
 * @max: the largest that is allowed
 * @out: the number
 */
bool p_number64(struct parser *p, const char *after, __u64 max, __u64 *out)
{
	char what[96];

	snprintf(what, sizeof(what), "a number from 0 to %llu after \"%s\"", max, after);
	if (!p_is_value(p) || !parse_u64(p->tok.text.data, p->tok.text.len, out) || *out > max)
		return p_expected(p, what);
	p_next(p);
	return true;
}

/**
 * p_number - a number of 32 bits
 * @p: the parser
 * @after: the keyword before it
 * @max: the largest that is allowed
 * @out: the number
 */
bool p_number(struct parser *p, const char *after, __u32 max, __u32 *out)
{
	__u64 v;

	if (!p_number64(p, after, max, &v))
		return false;
	*out = v;
	return true;
}

/**
 * p_inside - the place of a character of the token
 * @p: the parser
 * @offset: of the character
 */
struct place p_inside(const struct parser *p, size_t offset)
{
	struct place loc = p->tok.loc;

	if (!p->tok.expanded && p->tok.kind == TOK_WORD)
		loc.col += offset;
	return loc;
}

static bool macro_definition(struct parser *p, const char *name, struct place loc)
{
	struct buf value = { 0 };
	bool ok = false;
	char q[QUOTE_MAX];

	if (!lex_macro_name(name) || p_reserved(name)) {
		diag_add(p->diag, loc, p_reserved(name) ?
			 "%s is a keyword and cannot be the name of a macro" :
			 "%s cannot be the name of a macro: letters, digits and _ can",
			 diag_quote(q, name));
		return false;
	}
	for (p_next(p); !p_is_end(p); p_next(p)) {
		if (p->tok.kind == TOK_BAD || p->tok.kind == TOK_EQUALS) {
			p_expected(p, "the value of the macro");
			goto out;
		}
		if (value.len)
			buf_putc(&value, ' ');
		buf_put(&value, p->tok.text.data, p->tok.text.len);
		if (value.len > LEX_MACRO_MAX) {
			diag_add(p->diag, loc, "the value of the macro is longer than %d bytes",
				 LEX_MACRO_MAX);
			goto out;
		}
	}
	if (!value.len) {
		p_expected(p, "the value of the macro");
		goto out;
	}
	lex_set_macro(&p->lx, name, value.data, false);
	ok = true;
out:
	buf_free(&value);
	return ok;
}

/* "-" is the standard input only where the command line says it */
static bool open_file(struct parser *p, const char *path, struct place loc, bool is_main)
{
	char why[FILE_WHY];
	struct buf text = { 0 };
	struct file_id id = { 0 };
	const char *shown = is_main && !strcmp(path, "-") ? "stdin" : path;

	if (p->closed) {
		diag_add(p->diag, loc, "files cannot be read here");
		return false;
	}
	if (!file_read(path, FILE_RULES, &text, &id, why)) {
		if (is_main)
			diag_add(p->diag, (struct place){ .file = shown },
				 "cannot read this file: %s", why);
		else
			diag_add(p->diag, loc, "cannot read \"%s\": %s", path, why);
		goto fail;
	}
	if (lex_is_open(&p->lx, &id)) {
		diag_add(p->diag, loc, "\"%s\" includes itself", path);
		goto fail;
	}
	if (lex_push_file(&p->lx, ruleset_file(p->rs, shown), &text, &id))
		return true;
	diag_add(p->diag, loc, "more than %d files include one another", LEX_DEPTH_MAX);
fail:
	buf_free(&text);
	return false;
}

static bool include_line(struct parser *p)
{
	struct place loc = p->tok.loc;
	bool ok = false;
	char *path;

	if (!p_is_value(p))
		return p_expected(p, "the name of a file after \"include\"");
	path = file_beside(loc.file, p->tok.text.data);
	p_next(p);
	if (!p_is_end(p))
		p_expected(p, "the end of the line");
	else if (!strcmp(path, "-"))
		diag_add(p->diag, loc, "the standard input cannot be included");
	else
		ok = open_file(p, path, loc, false);
	free(path);
	return ok;
}

/* "set default [in | out] deny | bypass" */
static bool set_line(struct parser *p, struct place loc)
{
	struct defaults *d;
	bool in, out;
	int action;

	if (!p_accept(p, "default"))
		return p_expected(p, "\"default\" after \"set\"");
	in = p_accept(p, "in");
	out = !in && p_accept(p, "out");
	if (p_is_value(p) && !strcmp(p->tok.text.data, "deny"))
		action = NFIPSEC_ACTION_DISCARD;
	else if (p_is_value(p) && !strcmp(p->tok.text.data, "bypass"))
		action = NFIPSEC_ACTION_BYPASS;
	else
		return p_expected(p, in || out ? "deny or bypass" : "in, out, deny or bypass");
	p_next(p);
	if (!p_is_end(p))
		return p_expected(p, "the end of the line");
	d = ruleset_add_defaults(p->rs, loc);
	d->in = out ? -1 : action;
	d->out = in ? -1 : action;
	return true;
}

/* one line, from its first word; tok is that word */
static bool statement(struct parser *p)
{
	struct place loc = p->tok.loc;
	bool ok = false;
	char *word, q[QUOTE_MAX];

	if (p->tok.kind != TOK_WORD)
		return p_expected(p, "\"flow\", \"esp\", \"ah\", \"set\", \"include\" or a macro");
	word = xstrndup(p->tok.text.data, p->tok.text.len);
	p_next(p);
	if (p->tok.kind == TOK_EQUALS)
		ok = macro_definition(p, word, loc);
	else if (!strcmp(word, "flow"))
		ok = p_flow(p, loc);
	else if (!strcmp(word, "esp"))
		ok = p_sa(p, loc, IPPROTO_ESP);
	else if (!strcmp(word, "ah"))
		ok = p_sa(p, loc, IPPROTO_AH);
	else if (!strcmp(word, "include"))
		ok = include_line(p);
	else if (!strcmp(word, "set"))
		ok = set_line(p, loc);
	else if (!strcmp(word, "ike"))
		diag_add(p->diag, loc,
			 "\"ike\" rules are the business of a key management daemon such as strongSwan or libreswan");
	else
		diag_add(p->diag, loc,
			 "expected \"flow\", \"esp\", \"ah\", \"set\", \"include\" or a macro, found %s",
			 diag_quote(q, word));
	wipe_free_str(word);
	return ok;
}

/* all zero where it is not part of the name */
static const void *name_source(const struct sa *sa)
{
	static const struct ip_addr none;

	return sa->flags & NFIPSEC_SA_F_SOURCE ? sa->src.b : none.b;
}

static int compare_u32(__u32 a, __u32 b)
{
	return a < b ? -1 : a > b;
}

static int compare_sa(const void *a, const void *b)
{
	const struct rule *ra = *(const struct rule * const *)a;
	const struct rule *rb = *(const struct rule * const *)b;
	int d;

	if (ra->sa->spi != rb->sa->spi)
		return ra->sa->spi < rb->sa->spi ? -1 : 1;
	if (ra->sa->proto != rb->sa->proto)
		return ra->sa->proto < rb->sa->proto ? -1 : 1;
	if (ra->sa->dst.family != rb->sa->dst.family)
		return ra->sa->dst.family < rb->sa->dst.family ? -1 : 1;
	d = memcmp(ra->sa->dst.b, rb->sa->dst.b, sizeof(ra->sa->dst.b));
	if (!d)
		d = memcmp(name_source(ra->sa), name_source(rb->sa), sizeof(ra->sa->src.b));
	if (!d)
		d = compare_u32(ra->sa->mark.value, rb->sa->mark.value);
	if (!d)
		d = compare_u32(ra->sa->mark.mask, rb->sa->mark.mask);
	if (d)
		return d;
	return ra < rb ? -1 : ra > rb;
}

static bool same_sa(const struct sa *a, const struct sa *b)
{
	return a->spi == b->spi && a->proto == b->proto && addr_equal(&a->dst, &b->dst) &&
	       !memcmp(name_source(a), name_source(b), sizeof(a->src.b)) &&
	       !memcmp(&a->mark, &b->mark, sizeof(a->mark));
}

/* the kernel would refuse them as well, but -n never asks the kernel */
static void check_duplicates(struct parser *p)
{
	struct rule **sas = xcalloc(p->rs->n + 1, sizeof(*sas));
	size_t n = 0;

	for (size_t i = 0; i < p->rs->n; i++)
		if (p->rs->v[i].sa)
			sas[n++] = &p->rs->v[i];
	qsort(sas, n, sizeof(*sas), compare_sa);
	for (size_t i = 1; i < n; i++) {
		const struct sa *sa = sas[i]->sa;
		const struct place *first = &sas[i - 1]->loc;
		char dst[ADDR_TEXT];

		if (same_sa(sa, sas[i - 1]->sa))
			diag_add(p->diag, sas[i]->loc,
				 "the SA with spi 0x%08x to %s exists already, from %s:%u:%u",
				 sa->spi, addr_text(&sa->dst, dst), first->file, first->line,
				 first->col);
	}
	free(sas);
}

static void start(struct parser *p, const struct parse_opts *opts)
{
	p->lx.diag = p->diag;
	p->closed = opts->closed;
	for (size_t i = 0; i < opts->n_define; i++) {
		const struct parse_define *def = &opts->define[i];
		char q[QUOTE_MAX];

		if (lex_macro_name(def->name) && !p_reserved(def->name))
			lex_set_macro(&p->lx, def->name, def->value, true);
		else
			diag_add(p->diag, (struct place){ 0 }, "%s cannot be the name of a macro",
				 diag_quote(q, def->name));
	}
}

static bool run(struct parser *p, const struct parse_opts *opts)
{
	for (;;) {
		p_next(p);
		if (p->tok.kind == TOK_EOF)
			break;
		if (p->tok.kind == TOK_EOL || statement(p))
			continue;
		p->lx.quiet = true;
		while (!p_is_end(p))
			p_next(p);
		p->lx.quiet = false;
	}
	if (!p->diag->errors.total && !opts->duplicates)
		check_duplicates(p);
	return !p->diag->errors.total;
}

static void finish(struct parser *p)
{
	buf_free(&p->tok.text);
	lex_free(&p->lx);
}

/**
 * parse_file - parse a file
 * @path: its name, "-" is the standard input
 * @opts: how
 * @rs: the rules are appended here
 * @diag: errors are added here
 *
 * Return: false if there were errors; @rs is to be freed in any case.
 */
bool parse_file(const char *path, const struct parse_opts *opts, struct ruleset *rs,
		struct diag *diag)
{
	struct parser p = { .rs = rs, .diag = diag };
	bool ok;

	start(&p, opts);
	ok = open_file(&p, path, (struct place){ 0 }, true) && run(&p, opts);
	finish(&p);
	return ok;
}

/**
 * parse_text - parse a text in memory
 * @text: the text
 * @len: its length
 * @opts: how
 * @rs: the rules are appended here
 * @diag: errors are added here
 *
 * Return: false if there were errors; @rs is to be freed in any case.
 */
bool parse_text(const char *text, size_t len, const struct parse_opts *opts,
		struct ruleset *rs, struct diag *diag)
{
	struct parser p = { .rs = rs, .diag = diag };
	struct file_id id = { 0 };
	struct buf copy = { 0 };
	bool ok;

	buf_put(&copy, text, len);
	start(&p, opts);
	lex_push_file(&p.lx, ruleset_file(rs, "text"), &copy, &id);
	ok = run(&p, opts);
	finish(&p);
	return ok;
}
