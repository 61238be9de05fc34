// SPDX-License-Identifier: GPL-2.0
/* What is left of the lifetime of an SA. */
#include <linux/cpumask.h>
#include <linux/slab.h>

#include "clock.h"
#include "quota.h"

/* The largest pieces that a CPU takes from a pool at once. */
static const u64 piece[] = {
	[NFIPSEC_LIMIT_PACKETS] = 256,
	[NFIPSEC_LIMIT_BYTES] = 256 * 1024,
};

/* What is left of a limit: something, so that a packet finds out that it was the last. */
static u64 rest(u64 limit, u64 spent)
{
	if (!limit)
		return 0;
	return limit > spent ? limit - spent : 1;
}

static void fill(struct ipsec_quota *quota, unsigned int limit, u64 spent)
{
	u64 soft = rest(quota->limits.soft[limit], spent);
	u64 hard = rest(quota->limits.hard[limit], spent);

	ipsec_pool_init(&quota->pool[limit], hard && soft >= hard ? 0 : soft, hard);
}

/**
 * ipsec_quota_create() - the lifetime of an SA
 * @limits: its limits, those that are soft below those that are hard
 * @past: what has been spent of them
 *
 * Process context.
 *
 * Return: the quota, or NULL: no memory.
 */
struct ipsec_quota *ipsec_quota_create(const struct ipsec_limits *limits,
				       const struct ipsec_past *past)
{
	struct ipsec_quota *quota = kzalloc(sizeof(*quota), GFP_KERNEL);

	if (!quota)
		return NULL;
	quota->cpu = alloc_percpu(struct ipsec_quota_cpu);
	if (!quota->cpu) {
		kfree(quota);
		return NULL;
	}
	spin_lock_init(&quota->lock);
	quota->limits = *limits;
	fill(quota, NFIPSEC_LIMIT_PACKETS, past->packets);
	fill(quota, NFIPSEC_LIMIT_BYTES, past->bytes);
	quota->added = past->added ?: ipsec_clock_now();
	atomic64_set(&quota->first, past->first);
	return quota;
}

/**
 * ipsec_quota_free() - free a quota
 * @quota: the quota, or NULL
 */
void ipsec_quota_free(struct ipsec_quota *quota)
{
	if (!quota)
		return;
	free_percpu(quota->cpu);
	kfree(quota);
}

/* All that CPUs have not spent goes back. The lock is held. */
static void collect(struct ipsec_quota *quota, unsigned int limit)
{
	int cpu;

	for_each_possible_cpu(cpu)
		quota->pool[limit].left +=
			atomic64_xchg(&per_cpu_ptr(quota->cpu, cpu)->left[limit], 0);
}

/* The quota of this CPU is not enough. Returns the set of limits that are reached. */
static noinline unsigned int refill(struct ipsec_quota *quota, unsigned int limit, u64 need)
{
	struct ipsec_pool *pool = &quota->pool[limit];
	unsigned int due = 0;
	u64 spare;
	bool enough;

	spin_lock(&quota->lock);
	enough = ipsec_pool_draw(pool, need, piece[limit], num_online_cpus(), &spare);
	if (!enough) {
		collect(quota, limit);
		enough = ipsec_pool_draw(pool, need, piece[limit], num_online_cpus(), &spare);
	}
	if (!enough && ipsec_pool_pass_soft(pool)) {
		due |= IPSEC_DUE(limit, false);
		enough = ipsec_pool_draw(pool, need, piece[limit], num_online_cpus(), &spare);
	}
	if (!enough)
		due |= IPSEC_DUE(limit, true);
	atomic64_add(spare, &this_cpu_ptr(quota->cpu)->left[limit]);
	spin_unlock(&quota->lock);
	return due;
}

static unsigned int spend(struct ipsec_quota *quota, unsigned int limit, u64 need)
{
	atomic64_t *left = &this_cpu_ptr(quota->cpu)->left[limit];
	s64 old;

	if (!quota->limits.soft[limit] && !quota->limits.hard[limit])
		return 0;
	old = atomic64_read(left);
	while ((u64)old >= need)
		if (atomic64_try_cmpxchg(left, &old, old - need))
			return 0;
	return refill(quota, limit, need);
}

/*
 * Packets look at the clock themselves: the worker that looks after limits in seconds comes a
 * little late, and much when the machine has slept. Returns the set of limits that are reached.
 */
static unsigned int look_at_clock(struct ipsec_quota *quota)
{
	const struct ipsec_limits *limits = &quota->limits;
	u64 first = atomic64_read(&quota->first), now;
	bool idle = limits->soft[NFIPSEC_LIMIT_IDLE] || limits->hard[NFIPSEC_LIMIT_IDLE];

	if (first && !idle && !limits->hard[NFIPSEC_LIMIT_AGE] &&
	    !limits->hard[NFIPSEC_LIMIT_USE])
		return 0;
	now = ipsec_clock_now();
	if (!first)
		first = atomic64_cmpxchg(&quota->first, 0, now) ?: now;
	if (idle)
		WRITE_ONCE(this_cpu_ptr(quota->cpu)->last, now);
	return ipsec_lifetime_over(limits, quota->added, first, now);
}

/**
 * ipsec_quota_charge() - charge a packet
 * @quota: the quota
 * @bytes: length of the packet inside
 *
 * BH off. If a hard limit is reached the packet must not pass, nor any after it.
 *
 * Return: set of IPSEC_DUE(): limits that this packet has reached.
 */
unsigned int ipsec_quota_charge(struct ipsec_quota *quota, unsigned int bytes)
{
	unsigned int due = look_at_clock(quota);

	if (due)
		return due;
	return spend(quota, NFIPSEC_LIMIT_PACKETS, 1) |
	       spend(quota, NFIPSEC_LIMIT_BYTES, bytes);
}

/**
 * ipsec_quota_times() - what limits in seconds are measured from
 * @quota: the quota
 * @times: filled
 */
void ipsec_quota_times(const struct ipsec_quota *quota, struct ipsec_times *times)
{
	int cpu;

	times->added = quota->added;
	times->first = atomic64_read(&quota->first);
	times->last = times->first;
	for_each_possible_cpu(cpu)
		times->last = max(times->last, READ_ONCE(per_cpu_ptr(quota->cpu, cpu)->last));
}
