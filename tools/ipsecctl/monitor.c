// SPDX-License-Identifier: GPL-2.0
/* -m: what happens in the kernel, until interrupted. */
#include <err.h>

#include "cmd.h"
#include "json.h"
#include "nl.h"
#include "print.h"

static void show(const struct event *ev, void *data)
{
	const struct options *o = data;
	struct json j = { .out = stdout };

	if (o->json)
		json_event(&j, ev);
	else
		print_event(stdout, ev);
	/* whoever reads this from a pipe wants to know now */
	fflush(stdout);
}

/**
 * cmd_monitor - show events for ever
 * @o: the command line
 *
 * Return: false if there was an error, which has been printed.
 */
bool cmd_monitor(const struct options *o)
{
	struct nl_error e;
	bool lost, ok;
	struct nl *nl;

	if (!o->monitor)
		return true;
	nl = nl_open(&e);
	ok = nl && nl_subscribe(nl, &e);
	while (ok && !ferror(stdout)) {
		ok = nl_wait_events(nl, show, (void *)o, &lost, &e);
		if (ok && lost)
			warnx("events were lost, they came too fast");
	}
	if (!ok)
		warnx("%s", nl_error_text(&e));
	nl_close(nl);
	return ok;
}
