/* SPDX-License-Identifier: GPL-2.0 */
/* The data model as text that the parser reads again. */
#ifndef IPSECCTL_PRINT_H
#define IPSECCTL_PRINT_H

#include <stdio.h>

#include "model.h"

/**
 * struct print_opts - how to print
 * @keys: show keys
 * @verbose: 1: comments with counters, 2: with everything there is
 * @live: from the kernel, so that there are counters, not places in a file
 */
struct print_opts {
	bool keys;
	int verbose;
	bool live;
};

void print_sa(FILE *out, const struct sa *sa, bool keys);
void print_defaults(FILE *out, const struct defaults *d);
void print_policy(FILE *out, const struct policy *p);
void print_rules(FILE *out, const struct ruleset *rs, const struct print_opts *opts);
void print_stats(FILE *out, const struct stats *st, int verbose);
void print_event(FILE *out, const struct event *ev);

#endif
