/* SPDX-License-Identifier: GPL-2.0 */
/* The data model as JSON; the keys are documented in ipsecctl(8) and do not change. */
#ifndef IPSECCTL_JSON_H
#define IPSECCTL_JSON_H

#include <stdio.h>

#include "model.h"

#define JSON_DEPTH 16

/**
 * struct json - a writer
 * @out: where to
 * @lines: put each element of an outer list on a line of its own
 * @depth: open objects and arrays
 * @used: whether something is in each of them already
 */
struct json {
	FILE *out;
	bool lines;
	unsigned int depth;
	bool used[JSON_DEPTH];
};

void json_open(struct json *j, const char *key, char bracket);
void json_close(struct json *j, char bracket);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, __u64 value);
void json_signed(struct json *j, const char *key, __s64 value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

void json_sa(struct json *j, const char *key, const struct sa *sa, bool keys);
void json_defaults(struct json *j, const char *key, const struct defaults *d);
void json_policy(struct json *j, const char *key, const struct policy *p);
void json_selector(struct json *j, const char *key, const struct selector *sel);
void json_counter(struct json *j, const char *key, const struct counter *c);
void json_event(struct json *j, const struct event *ev);

#endif
