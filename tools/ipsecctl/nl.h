/* SPDX-License-Identifier: GPL-2.0 */
/* The control channel of the kernel module, in terms of the data model. */
#ifndef IPSECCTL_NL_H
#define IPSECCTL_NL_H

#include "model.h"

struct nl;

/**
 * struct nl_error - why the kernel refused something
 * @err: errno, 0: no error
 * @text: the kernel's sentence, or empty
 * @offset: of the bad attribute in the request, 0: not known
 */
struct nl_error {
	int err;
	char text[512];
	size_t offset;
};

/**
 * enum nl_load_flags - what nl_load() does
 * @NL_LOAD_FLUSH: first of all, flush policies and SAs
 * @NL_LOAD_DELETE: delete the rules instead of adding them
 */
enum nl_load_flags {
	NL_LOAD_FLUSH	= 1 << 0,
	NL_LOAD_DELETE	= 1 << 1,
};

struct nl *nl_open(struct nl_error *e);
void nl_close(struct nl *nl);
const char *nl_error_text(const struct nl_error *e);

bool nl_load(struct nl *nl, const struct ruleset *rs, unsigned int flags,
	     const struct rule **failed, struct nl_error *e);
bool nl_dump_sas(struct nl *nl, bool keys, struct ruleset *out, struct nl_error *e);
bool nl_dump_policies(struct nl *nl, struct ruleset *out, struct nl_error *e);
bool nl_read_defaults(struct nl *nl, struct defaults *out, struct nl_error *e);
bool nl_get_stats(struct nl *nl, struct stats *out, struct nl_error *e);

bool nl_subscribe(struct nl *nl, struct nl_error *e);
bool nl_wait_events(struct nl *nl, void (*cb)(const struct event *ev, void *data), void *data,
		    bool *lost, struct nl_error *e);

#endif
