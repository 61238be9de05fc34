/* SPDX-License-Identifier: GPL-2.0 */
/* When something was. */
#ifndef IPSEC_CLOCK_H
#define IPSEC_CLOCK_H

#include <linux/ktime.h>
#include <linux/math64.h>

#include "lifetime.h"

/**
 * DOC: times
 *
 * What packets, SAs and policies note, and lifetimes are measured with, is nanoseconds since boot,
 * those asleep included; 0 is never. Nobody can set that clock: an administrator, or NTP, who sets
 * the time of day makes nothing older or younger. The time of day is computed when it is told.
 */

static inline u64 ipsec_clock_epoch(void)
{
	return ktime_sub(ktime_mono_to_any(0, TK_OFFS_REAL), ktime_mono_to_any(0, TK_OFFS_BOOT));
}

/**
 * ipsec_clock_now() - the time
 *
 * Any context; it is as coarse as the tick.
 *
 * Return: nanoseconds since boot.
 */
static inline u64 ipsec_clock_now(void)
{
	return ktime_get_coarse_boottime_ns();
}

/**
 * ipsec_clock_told() - a time as it is told
 * @then: nanoseconds since boot, 0: never
 *
 * Return: seconds since the epoch, as the clock of the time of day has it now; 0: never.
 */
static inline u64 ipsec_clock_told(u64 then)
{
	return then ? div_u64(then + ipsec_clock_epoch(), IPSEC_NSEC) : 0;
}

/**
 * ipsec_clock_heard() - a time that somebody else tells
 * @then: seconds since the epoch, 0: never
 *
 * Return: nanoseconds since boot, neither before that nor in the future; 0: never.
 */
static inline u64 ipsec_clock_heard(s64 then)
{
	u64 now = ktime_get_boottime_ns();
	s64 ago = max_t(s64, ktime_get_real_seconds() - then, 0);

	if (!then)
		return 0;
	return (u64)ago < div_u64(now, IPSEC_NSEC) ? now - ago * IPSEC_NSEC : 1;
}

/**
 * ipsec_clock_seconds() - how long ago something was
 * @then: nanoseconds since boot
 *
 * Return: seconds.
 */
static inline u64 ipsec_clock_seconds(u64 then)
{
	u64 now = ipsec_clock_now();

	return now > then ? div_u64(now - then, IPSEC_NSEC) : 0;
}

#endif /* IPSEC_CLOCK_H */
