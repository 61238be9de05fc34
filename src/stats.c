// SPDX-License-Identifier: GPL-2.0
/* Counters and drop reasons: their names, texts and sums. */
#include <linux/build_bug.h>
#include <linux/string.h>

#include "stats.h"

#define NAME(name, text) [IPSEC_##name] = #name,
#define TEXT(name, text) [IPSEC_##name] = text,

static const char * const names[] = { IPSEC_COUNTERS(NAME) IPSEC_DROPS(NAME) };
static const char * const texts[] = { IPSEC_COUNTERS(TEXT) IPSEC_DROPS(TEXT) };

/**
 * ipsec_stat_name() - name of a counter, as in Documentation/counters.md
 * @stat: counter or drop reason
 *
 * Return: upper case, words joined by "_".
 */
const char *ipsec_stat_name(enum ipsec_stat stat)
{
	BUILD_BUG_ON(ARRAY_SIZE(names) != IPSEC_STAT_COUNT);
	return names[stat];
}

/**
 * ipsec_stat_text() - what a counter counts
 * @stat: counter or drop reason
 *
 * Return: the rest of the sentence "packets that ...".
 */
const char *ipsec_stat_text(enum ipsec_stat stat)
{
	return texts[stat];
}

/**
 * ipsec_stats_sum() - one counter over all CPUs
 * @stats: the counters of a namespace
 * @stat: which one
 * @sum: filled
 *
 * Any context; a packet that is being counted meanwhile may be in or not.
 */
void ipsec_stats_sum(const struct ipsec_stats __percpu *stats, enum ipsec_stat stat,
		     struct ipsec_sum *sum)
{
	const struct ipsec_sum *count;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		count = &per_cpu_ptr(stats, cpu)->count[stat];
		sum->packets += READ_ONCE(count->packets);
		sum->bytes += READ_ONCE(count->bytes);
	}
}
