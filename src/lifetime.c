// SPDX-License-Identifier: GPL-2.0
/* The arithmetic of lifetimes (RFC 4301 4.4.2.1). Pure. */
#include "lifetime.h"

#define UNLIMITED	(~0ULL >> 1)	/* more than there will ever be packets or bytes */
#define SECONDS_MAX	(~0ULL / IPSEC_NSEC)	/* NETLINK_XFRM takes more */

/**
 * ipsec_limits_none() - whether there is no limit at all
 * @limits: the limits
 *
 * Return: true if there is none.
 */
bool ipsec_limits_none(const struct ipsec_limits *limits)
{
	unsigned int i;

	for (i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++)
		if (limits->soft[i] || limits->hard[i])
			return false;
	return true;
}

/**
 * ipsec_pool_init() - fill a pool
 * @pool: filled up to the soft limit, or if there is none to the hard one
 * @soft: soft limit, 0: none; below the hard one
 * @hard: hard limit, 0: none
 */
void ipsec_pool_init(struct ipsec_pool *pool, __u64 soft, __u64 hard)
{
	if (!hard)
		hard = UNLIMITED;
	pool->soft = soft;
	pool->left = soft ?: hard;
	pool->behind = hard - pool->left;
}

/**
 * ipsec_pool_draw() - take from a pool
 * @pool: the pool
 * @need: what a packet needs
 * @most: what may be taken for the packets that follow
 * @cpus: how many take from this pool
 * @spare: filled: what was taken for them, less and less towards the end of the pool, so
 *         that little has to be collected from others there
 *
 * Return: false if the pool does not have @need; then nothing is taken.
 */
bool ipsec_pool_draw(struct ipsec_pool *pool, __u64 need, __u64 most, unsigned int cpus,
		     __u64 *spare)
{
	*spare = 0;
	if (pool->left < need)
		return false;
	pool->left -= need;
	*spare = pool->left / 2 / cpus;
	if (*spare > most)
		*spare = most;
	pool->left -= *spare;
	return true;
}

/**
 * ipsec_pool_pass_soft() - go on behind the soft limit
 * @pool: a pool that does not have what a packet needs, nor does any CPU
 *
 * Return: false if the soft limit is behind already, or there was none.
 */
bool ipsec_pool_pass_soft(struct ipsec_pool *pool)
{
	if (!pool->soft)
		return false;
	pool->soft = false;
	pool->left += pool->behind;
	pool->behind = 0;
	return true;
}

/* One limit, from a moment on. Returns whether it is reached, else when it will be. */
static bool reached(__u64 from, __u64 seconds, __u64 now, __u64 *next)
{
	__u64 at = from + seconds * IPSEC_NSEC;

	if (!seconds || seconds > SECONDS_MAX || at < from)
		return false;
	if (at <= now)
		return true;
	if (at < *next)
		*next = at;
	return false;
}

/**
 * ipsec_lifetime_due() - which limits in seconds are reached
 * @limits: the limits
 * @times: what they are measured from
 * @now: nanoseconds since boot
 * @next: filled: when this has to be asked again, ~0: never
 *
 * An SA that is not used yet could be at any moment: no limit from its first use on can be
 * reached before @now and that limit.
 *
 * Return: set of IPSEC_DUE().
 */
unsigned int ipsec_lifetime_due(const struct ipsec_limits *limits,
				const struct ipsec_times *times, __u64 now, __u64 *next)
{
	const __u64 from[] = {
		[NFIPSEC_LIMIT_AGE] = times->added,
		[NFIPSEC_LIMIT_USE] = times->first ?: now,
		[NFIPSEC_LIMIT_IDLE] = times->last ?: times->added,
	};
	unsigned int due = 0, i;

	*next = ~0ULL;
	for (i = NFIPSEC_LIMIT_AGE; i <= NFIPSEC_LIMIT_IDLE; i++) {
		if (reached(from[i], limits->soft[i], now, next))
			due |= IPSEC_DUE(i, false);
		if (reached(from[i], limits->hard[i], now, next))
			due |= IPSEC_DUE(i, true);
	}
	return due;
}

/**
 * ipsec_lifetime_over() - whether a packet comes too late
 * @limits: the limits
 * @added: when the SA was added, nanoseconds since boot
 * @first: time of its first packet
 * @now: time of this packet
 *
 * Return: set of IPSEC_DUE(): hard limits of age and use that are reached.
 */
unsigned int ipsec_lifetime_over(const struct ipsec_limits *limits, __u64 added, __u64 first,
				 __u64 now)
{
	unsigned int due = 0;
	__u64 next = ~0ULL;

	if (reached(added, limits->hard[NFIPSEC_LIMIT_AGE], now, &next))
		due |= IPSEC_DUE(NFIPSEC_LIMIT_AGE, true);
	if (reached(first, limits->hard[NFIPSEC_LIMIT_USE], now, &next))
		due |= IPSEC_DUE(NFIPSEC_LIMIT_USE, true);
	return due;
}
