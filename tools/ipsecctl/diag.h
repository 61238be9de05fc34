/* SPDX-License-Identifier: GPL-2.0 */
/* Where something stands in the configuration, and what is wrong with it. */
#ifndef IPSECCTL_DIAG_H
#define IPSECCTL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DIAG_MAX 20

/**
 * struct place - a place in the configuration
 * @file: its name, NULL: no place
 * @line: from 1
 * @col: from 1, in bytes
 */
struct place {
	const char *file;
	unsigned int line;
	unsigned int col;
};

/**
 * struct diag_list - messages of one kind
 * @text: one line each, without a newline
 * @n: how many are kept
 * @total: how many there were
 */
struct diag_list {
	char *text[DIAG_MAX];
	size_t n;
	size_t total;
};

/**
 * struct diag - what was found so far
 * @errors: why the configuration cannot be used
 * @warnings: what its author should know, though it can be used
 */
struct diag {
	struct diag_list errors;
	struct diag_list warnings;
};

#define ATTRIBUTE(a) __attribute__((a))

void diag_add(struct diag *d, struct place loc, const char *fmt, ...)
	ATTRIBUTE(format(printf, 3, 4));
void diag_warn(struct diag *d, struct place loc, const char *fmt, ...)
	ATTRIBUTE(format(printf, 3, 4));
void diag_print(const struct diag *d, FILE *out);
void diag_print_warnings(const struct diag *d, FILE *out);
void diag_free(struct diag *d);

/* room for what diag_quote() writes */
#define QUOTE_MAX 256

const char *diag_quote(char out[QUOTE_MAX], const char *text);

#endif
