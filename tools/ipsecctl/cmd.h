/* SPDX-License-Identifier: GPL-2.0 */
/* What ipsecctl does, one function for each of its verbs. */
#ifndef IPSECCTL_CMD_H
#define IPSECCTL_CMD_H

#include "parse.h"

/**
 * enum show - what -s shows
 * @SHOW_FLOW: policies
 * @SHOW_SA: SAs
 * @SHOW_STATS: counters
 * @SHOW_ALL: all of these
 */
enum show {
	SHOW_FLOW	= 1 << 0,
	SHOW_SA		= 1 << 1,
	SHOW_STATS	= 1 << 2,
	SHOW_ALL	= SHOW_FLOW | SHOW_SA | SHOW_STATS,
};

/**
 * struct options - the command line
 * @del: -d
 * @flush: -F
 * @json: -j
 * @keys: -k
 * @monitor: -m
 * @dry: -n
 * @verbose: number of -v
 * @show: -s, bits of enum show
 * @file: -f
 * @define: -D
 * @n_define: how many
 * @cap_define: allocated
 */
struct options {
	bool del;
	bool flush;
	bool json;
	bool keys;
	bool monitor;
	bool dry;
	int verbose;
	unsigned int show;
	const char *file;
	struct parse_define *define;
	size_t n_define;
	size_t cap_define;
};

bool cmd_load(const struct options *o);
bool cmd_show(const struct options *o);
bool cmd_monitor(const struct options *o);

#endif
