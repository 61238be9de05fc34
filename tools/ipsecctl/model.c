// SPDX-License-Identifier: GPL-2.0
/* Life and death of the data model; everything that may hold a key is wiped. */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "util.h"

static struct rule *ruleset_add(struct ruleset *rs, struct place loc)
{
	if (rs->n == rs->cap)
		rs->v = xgrow(rs->v, rs->n, &rs->cap, sizeof(*rs->v));
	rs->v[rs->n].loc = loc;
	return &rs->v[rs->n++];
}

/**
 * ruleset_add_sa - append an SA
 * @rs: the ruleset
 * @loc: where it was written
 *
 * Return: the SA, all zero, owned by @rs.
 */
struct sa *ruleset_add_sa(struct ruleset *rs, struct place loc)
{
	struct rule *r = ruleset_add(rs, loc);

	r->sa = xcalloc(1, sizeof(*r->sa));
	return r->sa;
}

/**
 * ruleset_add_policy - append a policy
 * @rs: the ruleset
 * @loc: where it was written
 *
 * Return: the policy, all zero, owned by @rs.
 */
struct policy *ruleset_add_policy(struct ruleset *rs, struct place loc)
{
	struct rule *r = ruleset_add(rs, loc);

	r->policy = xcalloc(1, sizeof(*r->policy));
	return r->policy;
}

/**
 * ruleset_add_defaults - append defaults
 * @rs: the ruleset
 * @loc: where they were written
 *
 * Return: the defaults, of which nothing is said yet, owned by @rs.
 */
struct defaults *ruleset_add_defaults(struct ruleset *rs, struct place loc)
{
	struct rule *r = ruleset_add(rs, loc);

	r->defaults = xcalloc(1, sizeof(*r->defaults));
	r->defaults->in = -1;
	r->defaults->out = -1;
	return r->defaults;
}

/**
 * ruleset_file - a file name that lives as long as the ruleset
 * @rs: the ruleset
 * @name: the name
 */
const char *ruleset_file(struct ruleset *rs, const char *name)
{
	if (rs->n_file == rs->cap_file)
		rs->file = xgrow(rs->file, rs->n_file, &rs->cap_file, sizeof(*rs->file));
	rs->file[rs->n_file] = xstrndup(name, strlen(name));
	return rs->file[rs->n_file++];
}

/**
 * ruleset_free - release all rules
 * @rs: the ruleset, empty afterwards
 */
void ruleset_free(struct ruleset *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		if (rs->v[i].sa)
			free(rs->v[i].sa->sel);
		wipe_free(rs->v[i].sa, sizeof(struct sa));
		if (rs->v[i].policy)
			free(rs->v[i].policy->sel);
		free(rs->v[i].policy);
		free(rs->v[i].defaults);
	}
	for (size_t i = 0; i < rs->n_file; i++)
		free(rs->file[i]);
	free(rs->v);
	free(rs->file);
	*rs = (struct ruleset){ 0 };
}

static struct selector *add_selector(struct selector **list, size_t *n)
{
	struct selector *sel = xcalloc(*n + 1, sizeof(*sel));

	if (*n)
		memcpy(sel, *list, *n * sizeof(*sel));
	free(*list);
	*list = sel;
	sel += (*n)++;
	sel->proto = PROTO_ANY;
	return sel;
}

/**
 * policy_add_selector - append a selector
 * @p: the policy
 *
 * Return: the selector, matching no family yet and any protocol, owned by @p.
 */
struct selector *policy_add_selector(struct policy *p)
{
	return add_selector(&p->sel, &p->n_sel);
}

/**
 * sa_add_selector - append a selector
 * @sa: the SA
 *
 * Return: the selector, matching no family yet and any protocol, owned by @sa.
 */
struct selector *sa_add_selector(struct sa *sa)
{
	return add_selector(&sa->sel, &sa->n_sel);
}

/**
 * ports_opaque - whether these are ports that cannot be read
 * @r: the ports
 */
bool ports_opaque(const struct port_range *r)
{
	return r->set && r->min == NFIPSEC_OPAQUE_MIN && r->max == NFIPSEC_OPAQUE_MAX;
}

/**
 * lifetime_is_set - whether there is any limit
 * @l: the lifetime
 */
bool lifetime_is_set(const struct lifetime *l)
{
	for (size_t i = 0; i < ARRAY_SIZE(l->soft); i++)
		if (l->soft[i] || l->hard[i])
			return true;
	return false;
}

/**
 * stats_add - append a counter
 * @st: the counters
 *
 * Return: the counter, all zero, owned by @st.
 */
struct counter *stats_add(struct stats *st)
{
	if (st->n == st->cap)
		st->v = xgrow(st->v, st->n, &st->cap, sizeof(*st->v));
	return &st->v[st->n++];
}

/**
 * stats_free - release all counters
 * @st: the counters, none afterwards
 */
void stats_free(struct stats *st)
{
	for (size_t i = 0; i < st->n; i++) {
		free(st->v[i].name);
		free(st->v[i].text);
	}
	free(st->v);
	*st = (struct stats){ 0 };
}

/**
 * event_free - release what an event holds
 * @ev: the event
 */
void event_free(struct event *ev)
{
	ruleset_free(&ev->rules);
	free(ev->packet);
	free(ev->wanted);
	ev->packet = NULL;
	ev->wanted = NULL;
}
