// SPDX-License-Identifier: GPL-2.0
/* -s: what the kernel has. */
#include <err.h>

#include "cmd.h"
#include "json.h"
#include "nl.h"
#include "print.h"

/* all that -s asks for is read before any of it is shown */
struct listing {
	struct defaults defaults;
	struct ruleset flows;
	struct ruleset sas;
	struct stats stats;
};

static bool fetch(struct nl *nl, const struct options *o, struct listing *l, struct nl_error *e)
{
	return (!(o->show & SHOW_FLOW) || (nl_read_defaults(nl, &l->defaults, e) &&
					   nl_dump_policies(nl, &l->flows, e))) &&
	       (!(o->show & SHOW_SA) || nl_dump_sas(nl, o->keys, &l->sas, e)) &&
	       (!(o->show & SHOW_STATS) || nl_get_stats(nl, &l->stats, e));
}

/* those that have to be said */
static void show_defaults(const struct defaults *d)
{
	if (d->in == NFIPSEC_ACTION_BYPASS && d->out == NFIPSEC_ACTION_BYPASS)
		return;
	print_defaults(stdout, d);
	putchar('\n');
}

static void as_text(const struct options *o, const struct listing *l)
{
	struct print_opts pr = { .keys = o->keys, .verbose = o->verbose, .live = true };
	/* comments, so that a listing can be loaded again */
	bool titles = o->show & (o->show - 1);

	if (o->show & SHOW_FLOW) {
		if (titles)
			printf("# FLOWS\n");
		show_defaults(&l->defaults);
		print_rules(stdout, &l->flows, &pr);
	}
	if (o->show & SHOW_SA) {
		if (titles)
			printf("# SAD\n");
		print_rules(stdout, &l->sas, &pr);
	}
	if (o->show & SHOW_STATS) {
		if (titles)
			printf("# STATS\n");
		print_stats(stdout, &l->stats, o->verbose);
	}
}

static void as_json(const struct options *o, const struct listing *l)
{
	struct json j = { .out = stdout, .lines = true };

	json_open(&j, NULL, '{');
	if (o->show & SHOW_FLOW) {
		json_defaults(&j, "default", &l->defaults);
		json_open(&j, "flow", '[');
		for (size_t i = 0; i < l->flows.n; i++)
			json_policy(&j, NULL, l->flows.v[i].policy);
		json_close(&j, ']');
	}
	if (o->show & SHOW_SA) {
		json_open(&j, "sa", '[');
		for (size_t i = 0; i < l->sas.n; i++)
			json_sa(&j, NULL, l->sas.v[i].sa, o->keys);
		json_close(&j, ']');
	}
	if (o->show & SHOW_STATS) {
		json_open(&j, "stats", '[');
		for (size_t i = 0; i < l->stats.n; i++)
			json_counter(&j, NULL, &l->stats.v[i]);
		json_close(&j, ']');
	}
	json_close(&j, '}');
}

/**
 * cmd_show - list what the kernel has
 * @o: the command line
 *
 * Return: false if there was an error, which has been printed.
 */
bool cmd_show(const struct options *o)
{
	struct listing l = { 0 };
	struct nl_error e;
	struct nl *nl;
	bool ok;

	if (!o->show)
		return true;
	nl = nl_open(&e);
	ok = nl && fetch(nl, o, &l, &e);
	if (!ok)
		warnx("%s", nl_error_text(&e));
	else if (o->json)
		as_json(o, &l);
	else
		as_text(o, &l);
	nl_close(nl);
	ruleset_free(&l.flows);
	ruleset_free(&l.sas);
	stats_free(&l.stats);
	return ok;
}
