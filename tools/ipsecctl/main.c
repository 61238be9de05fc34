// SPDX-License-Identifier: GPL-2.0
/*
 * ipsecctl: load, show and watch the flows and SAs of nfipsec. The options are those
 * of OpenBSD's ipsecctl(8), with -j added.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "util.h"

ATTRIBUTE(noreturn)
static void show_usage(void)
{
	fprintf(stderr,
		"usage: ipsecctl [-dFjkmnv] [-D macro=value] [-f file] [-s flow|sa|stats|all]\n");
	exit(1);
}

static void add_define(struct options *o, char *arg)
{
	char *equals = strchr(arg, '=');

	if (!equals)
		errx(1, "-D: expected macro=value, found \"%s\"", arg);
	*equals = '\0';
	if (o->n_define == o->cap_define)
		o->define = xgrow(o->define, o->n_define, &o->cap_define, sizeof(*o->define));
	o->define[o->n_define++] = (struct parse_define){ arg, equals + 1 };
}

/* as on OpenBSD a modifier may be abbreviated */
static enum show show_what(const char *arg)
{
	static const struct {
		const char *name;
		enum show show;
	} words[] = {
		{ "flow", SHOW_FLOW },
		{ "sa", SHOW_SA },
		{ "stats", SHOW_STATS },
		{ "all", SHOW_ALL },
	};

	for (size_t i = 0; *arg && i < ARRAY_SIZE(words); i++)
		if (!strncmp(words[i].name, arg, strlen(arg)))
			return words[i].show;
	errx(1, "-s: expected flow, sa, stats or all, found \"%s\"", arg);
}

static void parse_options(struct options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "dD:Ff:jkmns:v")) != -1) {
		switch (c) {
		case 'd':
			o->del = true;
			break;
		case 'D':
			add_define(o, optarg);
			break;
		case 'F':
			o->flush = true;
			break;
		case 'f':
			if (o->file)
				errx(1, "-f: only one file can be loaded; it may include others");
			o->file = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 'k':
			o->keys = true;
			break;
		case 'm':
			o->monitor = true;
			break;
		case 'n':
			o->dry = true;
			break;
		case 's':
			o->show |= show_what(optarg);
			break;
		case 'v':
			o->verbose++;
			break;
		default:
			show_usage();
		}
	}
	if (optind != argc)
		errx(1, "unexpected argument \"%s\"", argv[optind]);
	if (o->del && (!o->file || o->flush))
		errx(1, "-d deletes the rules of a file: it needs -f and excludes -F");
	if (!o->file && !o->flush && !o->show && !o->monitor)
		show_usage();
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	bool ok;

	parse_options(&o, argc, argv);
	ok = cmd_load(&o) && cmd_show(&o) && cmd_monitor(&o);
	free(o.define);
	if (fflush(stdout) || ferror(stdout)) {
		warnx("cannot write the output");
		ok = false;
	}
	return ok ? 0 : 1;
}
