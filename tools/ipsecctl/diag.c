// SPDX-License-Identifier: GPL-2.0
/* Errors are collected, not printed where they are found: the parser is a library. */
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

/**
 * diag_add - note an error
 * @d: the errors
 * @loc: where it is
 * @fmt: what it is, one sentence
 */
void diag_add(struct diag *d, struct place loc, const char *fmt, ...)
{
	char msg[1024];
	char *text;
	size_t size;
	va_list ap;

	d->total++;
	if (d->n == DIAG_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	size = strlen(msg) + (loc.file ? strlen(loc.file) : 0) + 64;
	text = xcalloc(size, 1);
	if (!loc.file)
		snprintf(text, size, "ipsecctl: %s", msg);
	else if (!loc.line)
		snprintf(text, size, "%s: %s", loc.file, msg);
	else
		snprintf(text, size, "%s:%u:%u: %s", loc.file, loc.line, loc.col, msg);
	d->text[d->n++] = text;
}

/**
 * diag_print - show the errors
 * @d: the errors
 * @out: usually stderr
 */
void diag_print(const struct diag *d, FILE *out)
{
	for (size_t i = 0; i < d->n; i++)
		fprintf(out, "%s\n", d->text[i]);
	if (d->total > d->n)
		fprintf(out, "ipsecctl: %zu more errors\n", d->total - d->n);
}

/**
 * diag_free - forget the errors
 * @d: the errors, none afterwards
 */
void diag_free(struct diag *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->text[i]);
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
