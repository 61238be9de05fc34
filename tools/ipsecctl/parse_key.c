// SPDX-License-Identifier: GPL-2.0
/* Keys, in the rule or in files of their own. No message here repeats one. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "parser.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0x" is optional in files */
static const char *key_hex(const char *s, size_t len, bool prefix, struct key *out)
{
	if (len >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		s += 2;
		len -= 2;
	} else if (prefix) {
		return "a key starts with 0x";
	}
	if (!len)
		return "the key is empty";
	if (len % 2)
		return "the key has an odd number of hexadecimal digits";
	if (len / 2 > sizeof(out->b))
		return "the key is longer than that of any algorithm";
	for (size_t i = 0; i < len; i++) {
		if (hex(s[i]) < 0)
			return "the key has characters that are not hexadecimal digits";
		out->b[i / 2] = (i % 2 ? out->b[i / 2] : 0) << 4 | hex(s[i]);
	}
	out->len = len / 2;
	return NULL;
}

static bool keys_in_word(struct parser *p, struct keys *out)
{
	const char *text = p->tok.text.data, *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	const char *why = key_hex(text, len, true, &out->key[0]);

	if (why) {
		diag_add(p->diag, p->tok.loc, "%s", why);
		return false;
	}
	out->n = 1;
	if (!colon)
		return true;
	why = key_hex(colon + 1, strlen(colon + 1), true, &out->key[1]);
	if (why) {
		diag_add(p->diag, p_inside(p, len + 1), "%s", why);
		return false;
	}
	out->n = 2;
	return true;
}

static bool key_in_file(struct parser *p, const char *name, size_t len, struct key *out)
{
	char *rel = xstrndup(name, len), *path = file_beside(p->tok.loc.file, rel);
	char why_read[FILE_WHY];
	const char *why = why_read, *s;
	struct buf text = { 0 };
	struct file_id id;

	if (p->closed) {
		why = "files cannot be read here";
	} else if (file_read(path, FILE_KEY, &text, &id, why_read)) {
		s = text.data;
		while (text.len && isspace((unsigned char)s[text.len - 1]))
			text.len--;
		why = key_hex(s, text.len, false, out);
	}
	if (why)
		diag_add(p->diag, p->tok.loc, "cannot use the key file \"%s\": %s", path, why);
	buf_free(&text);
	free(path);
	free(rel);
	return !why;
}

static bool keys_in_files(struct parser *p, struct keys *out)
{
	const char *text, *colon;

	if (!p_is_value(p))
		return p_expected(p, "the name of a key file after \"file\"");
	text = p->tok.text.data;
	colon = strchr(text, ':');
	if (!key_in_file(p, text, colon ? (size_t)(colon - text) : strlen(text), &out->key[0]))
		return false;
	out->n = 1;
	if (!colon)
		return true;
	if (!key_in_file(p, colon + 1, strlen(colon + 1), &out->key[1]))
		return false;
	out->n = 2;
	return true;
}

/**
 * p_keys - one key or two
 * @p: the parser
 * @after: the keyword before it
 * @out: the keys
 */
bool p_keys(struct parser *p, const char *after, struct keys *out)
{
	char what[96];
	bool ok;

	out->loc = p->tok.loc;
	if (p_accept(p, "file")) {
		ok = keys_in_files(p, out);
	} else if (p_is_value(p)) {
		ok = keys_in_word(p, out);
	} else {
		snprintf(what, sizeof(what), "a key (0x...) or \"file\" after \"%s\"", after);
		return p_expected(p, what);
	}
	if (ok)
		p_next(p);
	return ok;
}
