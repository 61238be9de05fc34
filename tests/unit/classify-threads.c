// SPDX-License-Identifier: GPL-2.0
/*
 * Readers look up while a writer changes the classifier and frees what no reader can see
 * any more. Each version comes with the list of its rules, so readers know its answers.
 *
 * Instead of RCU each reader has a counter that is odd while it reads. A grace period is
 * over when each has been seen even, or another than at its begin.
 */
#include <pthread.h>
#include "ktap.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "../../src/node.c"
#include "../../src/classify.c"

#define READERS	3
#define RULES	160
#define WAITING	5	/* versions whose grace period is not over, at most */

/* In memory of its own: freed when the rule goes, as a policy is. */
struct policy {
	struct ipsec_selector sel;
	struct ipsec_classify_rule rule;
};

struct view {
	struct ipsec_classifier classifier;
	const struct policy *policy[RULES];	/* by rank; NULL: not there */
	struct ipsec_node *lost;
	const struct policy *gone[RULES];
	uint64_t seen[READERS];
};

static struct view *current;
static uint64_t reading[READERS];
static bool over;
static int mistakes;
static long lookups, matches;

static void draw_range(uint64_t *seed, union ipsec_addr *min, union ipsec_addr *max)
{
	unsigned int a = below(seed, 64), b = a + below(seed, 1 << below(seed, 7));

	min->bytes[3] = a;
	max->bytes[3] = b;
}

static struct policy *policy_new(uint64_t *seed, int i)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	policy->sel.family = AF_INET;
	policy->sel.sport_max = 65535;
	policy->sel.dport_max = 65535;
	draw_range(seed, &policy->sel.src_min, &policy->sel.src_max);
	draw_range(seed, &policy->sel.dst_min, &policy->sel.dst_max);
	policy->rule.sel = &policy->sel;
	policy->rule.owner = policy;
	policy->rule.rank = i + 1;
	policy->rule.dir = NFIPSEC_DIR_OUT;
	return policy;
}

static const struct policy *scan(const struct view *view, const struct ipsec_key *key)
{
	for (int i = 0; i < RULES; i++)
		if (view->policy[i] &&
		    ipsec_selector_match(&view->policy[i]->sel, key) == IPSEC_MATCH_YES)
			return view->policy[i];
	return NULL;
}

static void *read_on(void *data)
{
	uintptr_t me = (uintptr_t)data;
	uint64_t seed = 100 + me;
	long n = 0, found = 0;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		struct ipsec_key key = { .family = AF_INET, .proto = 17 };
		const struct view *view;

		__atomic_fetch_add(&reading[me], 1, __ATOMIC_SEQ_CST);
		view = __atomic_load_n(&current, __ATOMIC_SEQ_CST);
		for (int i = 0; i < 4; i++, n++) {
			const struct policy *answer;

			key.src.bytes[3] = below(&seed, 100);
			key.dst.bytes[3] = below(&seed, 100);
			answer = ipsec_classify(&view->classifier, NFIPSEC_DIR_OUT, &key);
			found += !!answer;
			if (answer != scan(view, &key))
				__atomic_fetch_add(&mistakes, 1, __ATOMIC_RELAXED);
		}
		__atomic_fetch_add(&reading[me], 1, __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_add(&lookups, n, __ATOMIC_RELAXED);
	__atomic_fetch_add(&matches, found, __ATOMIC_RELAXED);
	return NULL;
}

/* Begins when the version behind @view is published. */
static void grace_begin(struct view *view)
{
	for (int i = 0; i < READERS; i++)
		view->seen[i] = __atomic_load_n(&reading[i], __ATOMIC_SEQ_CST);
}

static void grace_end(const struct view *view)
{
	for (int i = 0; i < READERS; i++)
		while (view->seen[i] % 2 &&
		       __atomic_load_n(&reading[i], __ATOMIC_SEQ_CST) == view->seen[i])
			sched_yield();
}

static void view_free(struct view *view, struct ipsec_node *retired)
{
	grace_end(view);
	ipsec_classify_free_retired(retired);
	for (int i = 0; i < RULES; i++)
		free((void *)view->gone[i]);
	free(view);
}

/* The next version, some rules gone and some new; NULL: it was given up. */
static struct view *next_view(struct view *old, uint64_t *seed, bool keep)
{
	struct view *view = calloc(1, sizeof(*view));
	struct ipsec_classify_change change;
	int chance = 1 << below(seed, 8);

	memcpy(view->policy, old->policy, sizeof(view->policy));
	ipsec_classify_begin(&change, &old->classifier);
	for (int i = 0; i < RULES; i++) {
		const struct policy *policy = view->policy[i];

		if (below(seed, chance))
			continue;
		if (policy) {
			expect(0, ipsec_classify_remove(&change, &policy->rule), "remove");
			old->gone[i] = policy;
			view->policy[i] = NULL;
		} else {
			policy = policy_new(seed, i);
			expect(0, ipsec_classify_add(&change, &policy->rule), "add");
			view->policy[i] = policy;
		}
	}
	if (keep) {
		view->lost = ipsec_classify_commit(&change, &view->classifier);
		return view;
	}
	ipsec_classify_abort(&change);
	for (int i = 0; i < RULES; i++)
		if (view->policy[i] && view->policy[i] != old->policy[i])
			free((void *)view->policy[i]);
	memset(old->gone, 0, sizeof(old->gone));
	free(view);
	return NULL;
}

static void write_on(int changes)
{
	struct { struct view *view; struct ipsec_node *retired; } waiting[WAITING];
	uint64_t seed = 1;
	int n = 0;

	for (int k = 0; k < changes; k++) {
		struct view *old = current, *view;

		next_view(old, &seed, false);
		view = next_view(old, &seed, true);
		__atomic_store_n(&current, view, __ATOMIC_SEQ_CST);
		grace_begin(old);
		waiting[n].view = old;
		waiting[n++].retired = view->lost;
		/* Versions wait together, and go in any order. */
		while (n && (n == WAITING || below(&seed, 3) == 0)) {
			int i = below(&seed, n);

			view_free(waiting[i].view, waiting[i].retired);
			waiting[i] = waiting[--n];
		}
	}
	while (n--)
		view_free(waiting[n].view, waiting[n].retired);
}

int main(int argc, char **argv)
{
	int changes = argc > 1 ? atoi(argv[1]) : 1000;
	pthread_t thread[READERS];

	current = calloc(1, sizeof(*current));
	for (uintptr_t i = 0; i < READERS; i++)
		pthread_create(&thread[i], NULL, read_on, (void *)i);
	write_on(changes);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (int i = 0; i < READERS; i++)
		pthread_join(thread[i], NULL);
	expect(0, mistakes, "answers that are not those of the version");
	expect(true, matches > lookups / 20 && matches < lookups, "%ld of %ld packets matched", matches,
	       lookups);
	ipsec_classify_free(&current->classifier);
	for (int i = 0; i < RULES; i++)
		free((void *)current->policy[i]);
	free(current);
	expect(0, slab_objects, "nodes that were not freed");
	end_case("%d readers have the answers of their version through %d changes and as many that were given up",
		 READERS, changes);
	return end_all();
}
