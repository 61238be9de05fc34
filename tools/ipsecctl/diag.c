// SPDX-License-Identifier: GPL-2.0
/* Messages are collected, not printed where they are found: the parser is a library. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "util.h"

/* longest piece of the input that a message repeats */
#define QUOTE_TEXT 48
/* hexadecimal longer than any number the grammar knows is likely a key */
#define QUOTE_HEX 18

ATTRIBUTE(format(printf, 4, 0))
static void add(struct diag_list *l, struct place loc, const char *kind, const char *fmt,
		va_list ap)
{
	char msg[1024];
	char *text;
	size_t size;

	l->total++;
	if (l->n == DIAG_MAX)
		return;
	vsnprintf(msg, sizeof(msg), fmt, ap);
	size = strlen(kind) + strlen(msg) + (loc.file ? strlen(loc.file) : 0) + 64;
	text = xcalloc(size, 1);
	if (!loc.file)
		snprintf(text, size, "ipsecctl: %s%s", kind, msg);
	else if (!loc.line)
		snprintf(text, size, "%s: %s%s", loc.file, kind, msg);
	else
		snprintf(text, size, "%s:%u:%u: %s%s", loc.file, loc.line, loc.col, kind, msg);
	l->text[l->n++] = text;
}

/**
 * diag_add - note an error
 * @d: what was found so far
 * @loc: where it is
 * @fmt: what it is, one sentence
 */
void diag_add(struct diag *d, struct place loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(&d->errors, loc, "", fmt, ap);
	va_end(ap);
}

/**
 * diag_warn - note something that is no error, but not good either
 * @d: what was found so far
 * @loc: where it is
 * @fmt: what it is, one sentence
 */
void diag_warn(struct diag *d, struct place loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(&d->warnings, loc, "warning: ", fmt, ap);
	va_end(ap);
}

static void print(const struct diag_list *l, const char *kind, FILE *out)
{
	for (size_t i = 0; i < l->n; i++)
		fprintf(out, "%s\n", l->text[i]);
	if (l->total > l->n)
		fprintf(out, "ipsecctl: %zu more %s\n", l->total - l->n, kind);
}

/**
 * diag_print - show the errors
 * @d: what was found
 * @out: usually stderr
 */
void diag_print(const struct diag *d, FILE *out)
{
	print(&d->errors, "errors", out);
}

/**
 * diag_print_warnings - show the warnings
 * @d: what was found
 * @out: usually stderr
 */
void diag_print_warnings(const struct diag *d, FILE *out)
{
	print(&d->warnings, "warnings", out);
}

static void forget(struct diag_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->text[i]);
}

/**
 * diag_free - forget what was found
 * @d: errors and warnings, none afterwards
 */
void diag_free(struct diag *d)
{
	forget(&d->errors);
	forget(&d->warnings);
	*d = (struct diag){ 0 };
}

/**
 * diag_quote - a piece of the input in the form messages show it
 * @out: where to put it
 * @text: the input
 *
 * A message must neither carry a key into a log nor control bytes to a terminal.
 *
 * Return: @out.
 */
const char *diag_quote(char out[QUOTE_MAX], const char *text)
{
	size_t len = strlen(text), n = 0;

	if (len > QUOTE_HEX && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		strncpy(out, "\"0x...\"", QUOTE_MAX);
		return out;
	}
	out[n++] = '"';
	for (size_t i = 0; i < len && i < QUOTE_TEXT; i++) {
		unsigned char c = text[i];

		if (isprint(c))
			out[n++] = c;
		else
			n += snprintf(out + n, 5, "\\x%02x", c);
	}
	snprintf(out + n, QUOTE_MAX - n, len > QUOTE_TEXT ? "...\"" : "\"");
	return out;
}
