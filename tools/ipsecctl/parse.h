/* SPDX-License-Identifier: GPL-2.0 */
/* From the text of ipsec.conf(5) to the data model. */
#ifndef IPSECCTL_PARSE_H
#define IPSECCTL_PARSE_H

#include "diag.h"
#include "model.h"

/**
 * struct parse_define - a macro from the command line
 * @name: its name
 * @value: its text
 */
struct parse_define {
	const char *name;
	const char *value;
};

/**
 * struct parse_opts - how to parse
 * @define: macros that files cannot override
 * @n_define: how many
 * @duplicates: the same SA may be there twice (its rules are to be deleted)
 * @closed: touch nothing outside: no files, no names of hosts and services. For fuzzing
 */
struct parse_opts {
	const struct parse_define *define;
	size_t n_define;
	bool duplicates;
	bool closed;
};

bool parse_file(const char *path, const struct parse_opts *opts, struct ruleset *rs,
		struct diag *diag);
bool parse_text(const char *text, size_t len, const struct parse_opts *opts,
		struct ruleset *rs, struct diag *diag);

#endif
