// SPDX-License-Identifier: GPL-2.0
/*
 * What ipsecctl would send to the kernel, decoded as if the kernel had answered with
 * it: "wire FILE" prints the rules of FILE after that trip, "wire -j FILE" as JSON.
 * What got lost or changed on the way is missing in the output.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "nl_attr.h"
#include "parse.h"
#include "print.h"
#include "util.h"

static void travel(const struct rule *r, struct ruleset *out)
{
	const struct place nowhere = { 0 };
	char *data = xcalloc(1, NL_OP_MAX);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(data);
	const struct nlattr *a;

	/* the tool takes sequence numbers that it reads for state, not for rules */
	bool has_seq = r->sa && r->sa->has_seq;

	if (r->sa)
		nl_put_sa(nlh, r->sa, false);
	else if (r->defaults)
		nl_put_defaults(nlh, r->defaults, false);
	else
		nl_put_policy(nlh, r->policy, false);
	mnl_attr_for_each(a, nlh, 0) {
		if (mnl_attr_get_type(a) == NFIPSEC_A_SA) {
			struct sa *sa = ruleset_add_sa(out, nowhere);

			nl_get_sa(a, sa);
			sa->has_seq = has_seq;
		} else if (mnl_attr_get_type(a) == NFIPSEC_A_DEFAULTS) {
			nl_get_defaults(a, ruleset_add_defaults(out, nowhere));
		} else if (mnl_attr_get_type(a) == NFIPSEC_A_POLICY) {
			nl_get_policy(a, ruleset_add_policy(out, nowhere));
		}
	}
	wipe_free(data, NL_OP_MAX);
}

static void as_json(const struct ruleset *rs)
{
	struct json j = { .out = stdout, .lines = true };

	json_open(&j, NULL, '{');
	json_open(&j, "rules", '[');
	for (size_t i = 0; i < rs->n; i++) {
		if (rs->v[i].sa)
			json_sa(&j, NULL, rs->v[i].sa, true);
		else
			json_policy(&j, NULL, rs->v[i].policy);
	}
	json_close(&j, ']');
	json_string(&j, "odd \"key\"\n", "odd \\ value\t\x1b\xff");
	json_close(&j, '}');
}

int main(int argc, char **argv)
{
	const struct print_opts pr = { .keys = true, .live = true };
	struct ruleset sent = { 0 }, answered = { 0 };
	const struct parse_opts po = { 0 };
	bool json = argc > 2 && !strcmp(argv[1], "-j");
	struct diag diag = { 0 };
	bool ok;

	ok = argc > 1 && parse_file(argv[argc - 1], &po, &sent, &diag);
	diag_print(&diag, stderr);
	for (size_t i = 0; ok && i < sent.n; i++)
		travel(&sent.v[i], &answered);
	if (json)
		as_json(&answered);
	else
		print_rules(stdout, &answered, &pr);
	diag_free(&diag);
	ruleset_free(&sent);
	ruleset_free(&answered);
	return ok ? 0 : 1;
}
