// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says, any bytes as attributes: ipsecctl reads them without looking behind their
 * end, prints lines that a terminal can bear, and JSON that is JSON.
 *
 * fuzz: with=tool max_len=512
 */
#include "json.h"
#include "nl_attr.h"
#include "print.h"
#include "util.h"

#include "memory.h"

/* RFC 8259, in as much as a writer may use. Each takes what it is about, or ends the program. */
static const char *value(const char *s, int depth);

static const char *string(const char *s)
{
	holds(*s == '"', "a string at \"%.20s\"", s);
	for (s++; *s != '"'; s++) {
		holds(*s >= ' ' && *s <= '~', "byte %02x in a string", (uint8_t)*s);
		if (*s != '\\')
			continue;
		s++;
		holds(*s && strchr("\"\\u", *s), "\\%c", *s);
		if (*s == 'u')
			for (int i = 0; i < 4; i++, s++)
				holds(s[1] && strchr("0123456789abcdef", s[1]), "\\u%.4s",
				      s + 1 - i);
	}
	return s + 1;
}

static const char *number(const char *s)
{
	s += *s == '-';
	holds(*s >= '0' && *s <= '9', "a number at \"%.20s\"", s);
	holds(*s != '0' || s[1] < '0' || s[1] > '9', "a number that begins with 0");
	return s + strspn(s, "0123456789");
}

static const char *blanks(const char *s)
{
	return s + strspn(s, "\n ");
}

static const char *members(const char *s, char close, int depth)
{
	s = blanks(s + 1);
	if (*s == close)
		return s + 1;
	for (;; s = blanks(s + 1)) {
		if (close == '}') {
			s = string(s);
			holds(*s == ':', "no colon at \"%.20s\"", s);
			s++;
		}
		s = blanks(value(s, depth + 1));
		if (*s == close)
			return s + 1;
		holds(*s == ',', "neither comma nor end at \"%.20s\"", s);
	}
}

static const char *value(const char *s, int depth)
{
	static const char *const words[] = { "true", "false", "null" };

	holds(depth < JSON_DEPTH, "too deep");
	if (*s == '{' || *s == '[')
		return members(s, *s == '{' ? '}' : ']', depth);
	if (*s == '"')
		return string(s);
	for (int i = 0; i < 3; i++)
		if (!strncmp(s, words[i], strlen(words[i])))
			return s + strlen(words[i]);
	return number(s);
}

static void is_json(const char *text)
{
	text = value(text, 0);
	holds(!strcmp(text, "\n"), "behind the end: \"%.20s\"", text);
}

/* Bytes of a name may be UTF-8; what a terminal obeys is below a blank. */
static void is_plain(struct memory *printed)
{
	const char *text = memory_read(printed);

	for (size_t i = 0; i < printed->len; i++)
		holds(text[i] == '\n' || text[i] == '\t' || (uint8_t)text[i] >= ' ',
		      "byte %02x in the text", (uint8_t)text[i]);
	holds(!memchr(text, 0x7f, printed->len), "DEL in the text");
}

static void all_as_json(FILE *out, const struct ruleset *rs, const struct stats *st)
{
	struct json j = { .out = out, .lines = true };

	json_open(&j, NULL, '{');
	json_open(&j, "rules", '[');
	for (size_t i = 0; i < rs->n; i++) {
		if (rs->v[i].sa)
			json_sa(&j, NULL, rs->v[i].sa, true);
		else if (rs->v[i].policy)
			json_policy(&j, NULL, rs->v[i].policy);
	}
	json_close(&j, ']');
	json_open(&j, "stats", '[');
	for (size_t i = 0; i < st->n; i++)
		json_counter(&j, NULL, &st->v[i]);
	json_close(&j, ']');
	json_close(&j, '}');
}

static void all_as_text(FILE *out, const struct ruleset *rs, const struct stats *st)
{
	const struct print_opts opts = { .keys = true, .verbose = 2, .live = true };

	print_rules(out, rs, &opts);
	print_stats(out, st, 1);
}

/* Events are about one SA or one policy: here each of them is about the first rule. */
static struct event event_of(const struct ruleset *rs, __u8 cmd)
{
	struct event ev = { .cmd = cmd, .limit = cmd, .hard = cmd & 1 };

	if (!rs->n || rs->v[0].defaults)
		return ev;
	ev.rules = (struct ruleset){ .v = rs->v, .n = 1 };
	if (rs->v[0].sa)
		ev.packet = rs->v[0].sa->sel;
	else
		ev.wanted = rs->v[0].policy->sel;
	return ev;
}

static void is_shown(const struct ruleset *rs, const struct stats *st)
{
	struct memory json, text;

	all_as_json(memory_open(&json), rs, st);
	all_as_text(memory_open(&text), rs, st);
	is_json(memory_read(&json));
	is_plain(&text);
	memory_free(&json);
	memory_free(&text);
}

static void is_shown_as_event(const struct ruleset *rs, __u8 cmd)
{
	struct memory json, text;
	struct event ev = event_of(rs, cmd);
	struct json j = { .out = memory_open(&json) };

	json_event(&j, &ev);
	print_event(memory_open(&text), &ev);
	is_json(memory_read(&json));
	is_plain(&text);
	/* whoever reads events takes a line for each */
	holds(strchr(text.text, '\n') == text.text + text.len - 1, "%s", text.text);
	memory_free(&json);
	memory_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place nowhere = { 0 };
	struct ruleset rs = { 0 };
	struct stats st = { 0 };
	void *message = copy_of(data, size);
	const struct nlattr *attr;

	/* what libmnl has checked before it gives attributes to anybody: their lengths */
	mnl_attr_for_each_payload(message, size) {
		switch (mnl_attr_get_type(attr) % 4) {
		case 0:
			nl_get_sa(attr, ruleset_add_sa(&rs, nowhere));
			break;
		case 1:
			nl_get_policy(attr, ruleset_add_policy(&rs, nowhere));
			break;
		case 2:
			nl_get_counters(attr, &st);
			break;
		default:
			nl_get_defaults(attr, ruleset_add_defaults(&rs, nowhere));
			break;
		}
	}
	is_shown(&rs, &st);
	is_shown_as_event(&rs, size);
	ruleset_free(&rs);
	stats_free(&st);
	free(message);
	return 0;
}
