// SPDX-License-Identifier: GPL-2.0
/*
 * From characters to tokens. A macro is text that is read in the place of its name,
 * so that "$net/24" is one word. The text of a macro is not searched for macros:
 * they can neither recurse nor grow without bound.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"

/**
 * struct input - a file or a macro being read
 * @name: name of the file; NULL: a macro
 * @text: its content, owned
 * @pos: the next byte
 * @line: of the next byte
 * @col: of the next byte
 * @use: macros: where it is used
 * @id: files: which file
 * @up: what is read after this one
 */
struct input {
	const char *name;
	struct buf text;
	size_t pos;
	unsigned int line;
	unsigned int col;
	struct place use;
	struct file_id id;
	struct input *up;
};

static struct input *push(struct lexer *lx)
{
	struct input *in = xcalloc(1, sizeof(*in));

	in->line = 1;
	in->col = 1;
	in->up = lx->in;
	lx->in = in;
	return in;
}

static void pop(struct lexer *lx)
{
	struct input *in = lx->in;

	lx->in = in->up;
	if (in->name)
		lx->depth--;
	buf_free(&in->text);
	free(in);
}

/**
 * lex_push_file - read this before going on with what is being read
 * @lx: the lexer
 * @name: for messages, has to live as long as the places in them
 * @text: the content, taken over
 * @id: which file it is
 *
 * Return: false if there are too many files in one another.
 */
bool lex_push_file(struct lexer *lx, const char *name, struct buf *text,
		   const struct file_id *id)
{
	struct input *in;

	if (lx->depth == LEX_DEPTH_MAX)
		return false;
	lx->depth++;
	in = push(lx);
	in->name = name;
	in->text = *text;
	in->id = *id;
	*text = (struct buf){ 0 };
	return true;
}

/**
 * lex_is_open - whether a file is being read right now
 * @lx: the lexer
 * @id: the file
 */
bool lex_is_open(const struct lexer *lx, const struct file_id *id)
{
	for (const struct input *in = lx->in; in; in = in->up)
		if (in->name && in->id.ino && in->id.ino == id->ino && in->id.dev == id->dev)
			return true;
	return false;
}

static struct place here(const struct lexer *lx)
{
	const struct input *in = lx->in;

	if (!in)
		return (struct place){ 0 };
	if (!in->name)
		return in->use;
	return (struct place){ in->name, in->line, in->col };
}

/* the next character, or -1 at the end of a file */
static int peek(struct lexer *lx)
{
	while (lx->in && !lx->in->name && lx->in->pos == lx->in->text.len)
		pop(lx);
	if (!lx->in || lx->in->pos == lx->in->text.len)
		return -1;
	return (unsigned char)lx->in->text.data[lx->in->pos];
}

/* the character after the next one, of the same file or macro */
static int peek2(const struct lexer *lx)
{
	const struct input *in = lx->in;

	if (in->pos + 1 >= in->text.len)
		return -1;
	return (unsigned char)in->text.data[in->pos + 1];
}

static int take(struct lexer *lx)
{
	int c = peek(lx);

	if (c < 0)
		return c;
	lx->in->pos++;
	if (c == '\n') {
		lx->in->line++;
		lx->in->col = 1;
	} else {
		lx->in->col++;
	}
	return c;
}

static bool is_name_char(int c)
{
	return c == '_' || (c < 128 && isalnum(c));
}

static bool is_word_char(int c)
{
	return c > ' ' && c != 127 && !strchr("{},=\"#$\\", c);
}

/**
 * lex_macro_name - whether a text can be the name of a macro
 * @name: the text
 */
bool lex_macro_name(const char *name)
{
	if (!*name || isdigit((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!is_name_char((unsigned char)*name))
			return false;
	return true;
}

static struct macro *find_macro(const struct lexer *lx, const char *name)
{
	for (size_t i = 0; i < lx->n_macro; i++)
		if (!strcmp(lx->macro[i].name, name))
			return &lx->macro[i];
	return NULL;
}

/**
 * lex_set_macro - define a macro
 * @lx: the lexer
 * @name: its name
 * @value: its text
 * @fixed: from the command line: later definitions in files are ignored
 */
void lex_set_macro(struct lexer *lx, const char *name, const char *value, bool fixed)
{
	struct macro *m = find_macro(lx, name);

	if (m && m->fixed && !fixed)
		return;
	if (!m) {
		if (lx->n_macro == lx->cap_macro)
			lx->macro = xgrow(lx->macro, lx->n_macro, &lx->cap_macro, sizeof(*m));
		m = &lx->macro[lx->n_macro++];
		m->name = xstrndup(name, strlen(name));
	}
	wipe_free_str(m->value);
	m->value = xstrndup(value, strlen(value));
	m->fixed = fixed;
}

static bool bad(struct lexer *lx, struct place loc, const char *what)
{
	if (!lx->quiet)
		diag_add(lx->diag, loc, "%s", what);
	return false;
}

/* the next character is a dollar: put the macro's text in its place */
static bool expand(struct lexer *lx)
{
	struct place use = here(lx);
	struct buf name = { 0 };
	struct macro *m;
	struct input *in;

	if (!lx->in->name) {
		take(lx);
		return bad(lx, use,
			   "a macro inside of a macro is expanded only where it is defined without quotes");
	}
	take(lx);
	while (is_name_char(peek(lx)))
		buf_putc(&name, take(lx));
	if (!name.len)
		return bad(lx, use, "expected the name of a macro after \"$\"");
	m = find_macro(lx, name.data);
	if (!m) {
		char q[QUOTE_MAX];

		if (!lx->quiet)
			diag_add(lx->diag, use, "macro %s is not defined",
				 diag_quote(q, name.data));
		buf_free(&name);
		return false;
	}
	buf_free(&name);
	in = push(lx);
	in->use = use;
	buf_put(&in->text, m->value, strlen(m->value));
	return true;
}

static bool read_word(struct lexer *lx, struct token *t)
{
	int c;

	while ((c = peek(lx)) >= 0) {
		if (c == '$') {
			t->expanded = true;
			if (!expand(lx))
				return false;
		} else if (is_word_char(c)) {
			buf_putc(&t->text, take(lx));
		} else {
			break;
		}
	}
	t->kind = TOK_WORD;
	return true;
}

static bool read_string(struct lexer *lx, struct token *t)
{
	const struct input *in = lx->in;
	int c;

	take(lx);
	for (;;) {
		/* a string that a macro starts has to end in the macro */
		c = peek(lx);
		if (c < 0 || c == '\n' || lx->in != in)
			return bad(lx, t->loc, "this quote is not closed on the same line");
		take(lx);
		if (c == '"')
			break;
		if (c == '\\' && (peek(lx) == '"' || peek(lx) == '\\'))
			c = take(lx);
		if (!c)
			return bad(lx, t->loc, "there is a byte 0 in this string");
		buf_putc(&t->text, c);
	}
	buf_put(&t->text, "", 0);
	t->kind = TOK_STRING;
	return true;
}

/* blanks, continued lines and comments */
static void skip_blanks(struct lexer *lx)
{
	int c;

	while ((c = peek(lx)) >= 0) {
		if (c == '#' && lx->in->name) {
			while ((c = peek(lx)) >= 0 && c != '\n')
				take(lx);
			return;
		}
		if (c == '\\' && peek2(lx) == '\n')
			take(lx);
		else if (c != ' ' && c != '\t' && c != '\r')
			return;
		take(lx);
	}
}

static bool bad_char(struct lexer *lx, struct place loc)
{
	int c = take(lx);
	char q[QUOTE_MAX], s[2] = { c, 0 };

	if (lx->quiet)
		return false;
	if (!c)
		diag_add(lx->diag, loc, "unexpected byte 0");
	else if (c == '\\')
		diag_add(lx->diag, loc, "a backslash continues a line only at its end");
	else
		diag_add(lx->diag, loc, "unexpected character %s", diag_quote(q, s));
	return false;
}

static bool read_token(struct lexer *lx, struct token *t)
{
	static const char single[] = "{},=";
	static const enum tok kinds[] = { TOK_LBRACE, TOK_RBRACE, TOK_COMMA, TOK_EQUALS };
	const char *s;
	int c;

	skip_blanks(lx);
	c = peek(lx);
	t->loc = here(lx);
	t->expanded = lx->in && !lx->in->name;
	if (c < 0) {
		t->kind = lx->in && lx->in->up ? TOK_EOL : TOK_EOF;
		/* the outermost file stays, so that the end of it has a place */
		if (t->kind == TOK_EOL)
			pop(lx);
		return true;
	}
	if (c == '"')
		return read_string(lx, t);
	if (c == '\n' && lx->in->name) {
		take(lx);
		t->kind = TOK_EOL;
		return true;
	}
	s = c ? strchr(single, c) : NULL;
	if (s) {
		buf_putc(&t->text, take(lx));
		t->kind = kinds[s - single];
		return true;
	}
	if (c == '$' || is_word_char(c))
		return read_word(lx, t);
	return bad_char(lx, t->loc);
}

/**
 * lex_next - read one token
 * @lx: the lexer
 * @t: the token; what it held is released
 */
void lex_next(struct lexer *lx, struct token *t)
{
	do {
		buf_free(&t->text);
		if (!read_token(lx, t)) {
			t->kind = TOK_BAD;
			return;
		}
		/* a macro that is empty or starts with a blank, } or the like is no word yet */
	} while (t->kind == TOK_WORD && !t->text.len);
}

/**
 * lex_free - release everything
 * @lx: the lexer
 */
void lex_free(struct lexer *lx)
{
	while (lx->in)
		pop(lx);
	for (size_t i = 0; i < lx->n_macro; i++) {
		free(lx->macro[i].name);
		wipe_free_str(lx->macro[i].value);
	}
	free(lx->macro);
	lx->macro = NULL;
	lx->n_macro = 0;
}
