// SPDX-License-Identifier: GPL-2.0
/* -f, -F, -d, -n: from a file to the kernel, as one transaction. */
#include <err.h>
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "print.h"

static void report(const struct rule *failed, const struct nl_error *e)
{
	const char *what = nl_error_text(e);

	if (!failed)
		warnx("%s", what);
	else if (e->text[0])
		fprintf(stderr, "%s:%u:%u: %s (%s)\n", failed->loc.file, failed->loc.line,
			failed->loc.col, what, strerror(e->err));
	else
		fprintf(stderr, "%s:%u:%u: the kernel refuses this rule: %s\n", failed->loc.file,
			failed->loc.line, failed->loc.col, what);
}

static bool apply(const struct options *o, const struct ruleset *rs)
{
	const struct rule *failed = NULL;
	unsigned int flags = 0;
	struct nl_error e;
	struct nl *nl;
	bool ok;

	if (o->flush)
		flags |= NL_LOAD_FLUSH;
	if (o->del)
		flags |= NL_LOAD_DELETE;
	nl = nl_open(&e);
	ok = nl && (!(flags & NL_LOAD_FLUSH || rs->n) || nl_load(nl, rs, flags, &failed, &e));
	if (!ok)
		report(failed, &e);
	nl_close(nl);
	return ok;
}

/**
 * cmd_load - parse a file and give its rules to the kernel
 * @o: the command line
 *
 * Return: false if there was an error, which has been printed.
 */
bool cmd_load(const struct options *o)
{
	struct parse_opts po = {
		.define = o->define, .n_define = o->n_define, .duplicates = o->del,
	};
	/* without -n the rules are shown to whoever watches an administrator at work */
	struct print_opts pr = { .keys = o->dry || o->keys, .verbose = o->verbose };
	struct ruleset rs = { 0 };
	struct diag diag = { 0 };
	bool ok = true;

	if (!o->file && !o->flush)
		return true;
	if (o->file)
		ok = parse_file(o->file, &po, &rs, &diag);
	/* whoever deletes a rule need not hear what is wrong with it */
	if (!o->del)
		diag_print_warnings(&diag, stderr);
	diag_print(&diag, stderr);
	if (ok && o->verbose)
		print_rules(stdout, &rs, &pr);
	if (ok && !o->dry)
		ok = apply(o, &rs);
	diag_free(&diag);
	ruleset_free(&rs);
	return ok;
}
