// SPDX-License-Identifier: GPL-2.0
/* A small JSON writer. Whoever calls it opens and closes in pairs. */

#include "json.h"

static void quoted(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c > '~')
			/* strings come from a kernel whose bytes need not be UTF-8 */
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void start(struct json *j, const char *key)
{
	bool *used = &j->used[j->depth];

	if (*used)
		fputc(',', j->out);
	if (j->lines && j->depth == 2)
		fputc('\n', j->out);
	*used = true;
	if (!key)
		return;
	quoted(j->out, key);
	fputc(':', j->out);
}

/**
 * json_open - start an object or an array
 * @j: the writer
 * @key: its key, NULL in an array and at the top
 * @bracket: { or [
 */
void json_open(struct json *j, const char *key, char bracket)
{
	start(j, key);
	fputc(bracket, j->out);
	j->used[++j->depth] = false;
}

/**
 * json_close - end an object or an array
 * @j: the writer
 * @bracket: } or ]
 */
void json_close(struct json *j, char bracket)
{
	if (j->lines && j->depth == 2 && j->used[2])
		fputc('\n', j->out);
	fputc(bracket, j->out);
	if (!--j->depth) {
		fputc('\n', j->out);
		j->used[0] = false;
	}
}

/**
 * json_string - a string
 * @j: the writer
 * @key: its key, NULL in an array
 * @value: the string
 */
void json_string(struct json *j, const char *key, const char *value)
{
	start(j, key);
	quoted(j->out, value);
}

/**
 * json_number - a number
 * @j: the writer
 * @key: its key, NULL in an array
 * @value: the number
 */
void json_number(struct json *j, const char *key, __u64 value)
{
	start(j, key);
	fprintf(j->out, "%llu", value);
}

/**
 * json_signed - a number that may be less than 0
 * @j: the writer
 * @key: its key, NULL in an array
 * @value: the value
 */
void json_signed(struct json *j, const char *key, __s64 value)
{
	start(j, key);
	fprintf(j->out, "%lld", value);
}

/**
 * json_bool - true or false
 * @j: the writer
 * @key: its key, NULL in an array
 * @value: the value
 */
void json_bool(struct json *j, const char *key, bool value)
{
	start(j, key);
	fputs(value ? "true" : "false", j->out);
}

/**
 * json_null - no value
 * @j: the writer
 * @key: its key, NULL in an array
 */
void json_null(struct json *j, const char *key)
{
	start(j, key);
	fputs("null", j->out);
}
