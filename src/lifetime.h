/* SPDX-License-Identifier: GPL-2.0 */
/* The arithmetic of lifetimes (RFC 4301 4.4.2.1). Pure. */
#ifndef IPSEC_LIFETIME_H
#define IPSEC_LIFETIME_H

#include <linux/nfipsec.h>
#include <linux/types.h>

#define IPSEC_NSEC	1000000000ULL	/* nanoseconds in a second */

/* Sets of limits that were reached: enum nfipsec_limit, soft or hard. */
#define IPSEC_DUE(limit, hard)	(1U << ((limit) * 2 + ((hard) ? 1 : 0)))
#define IPSEC_DUE_HARD		0x2aaU	/* the hard ones but SEQUENCE: those that end an SA */

/**
 * struct ipsec_limits - the lifetime of an SA, by enum nfipsec_limit
 * @soft: where the key manager is told
 * @hard: where the SA ends
 *
 * Packets, bytes or seconds; 0: no limit.
 */
struct ipsec_limits {
	__u64 soft[NFIPSEC_LIMIT_SEQUENCE];
	__u64 hard[NFIPSEC_LIMIT_SEQUENCE];
};

/**
 * struct ipsec_past - what an SA has behind it, and its limits count from
 * @packets: protected or authenticated
 * @bytes: of the packets inside
 * @added: when it was added, in nanoseconds since boot; 0: now
 * @first: when its first packet came, likewise; 0: there was none
 */
struct ipsec_past {
	__u64 packets;
	__u64 bytes;
	__u64 added;
	__u64 first;
};

/**
 * struct ipsec_pool - what is left of a limit that is counted
 * @left: nobody has taken it
 * @behind: what is between the soft limit and the hard one, as long as the soft one is ahead
 * @soft: it is
 */
struct ipsec_pool {
	__u64 left;
	__u64 behind;
	bool soft;
};

/**
 * struct ipsec_times - what limits in seconds are measured from
 * @added: when the SA was added
 * @first: of its first packet, 0: there was none
 * @last: of its last packet, 0: there was none
 *
 * Nanoseconds since boot, including those asleep.
 */
struct ipsec_times {
	__u64 added;
	__u64 first;
	__u64 last;
};

bool ipsec_limits_none(const struct ipsec_limits *limits);
void ipsec_pool_init(struct ipsec_pool *pool, __u64 soft, __u64 hard);
bool ipsec_pool_draw(struct ipsec_pool *pool, __u64 need, __u64 most, unsigned int cpus,
		     __u64 *spare);
bool ipsec_pool_pass_soft(struct ipsec_pool *pool);
unsigned int ipsec_lifetime_due(const struct ipsec_limits *limits,
				const struct ipsec_times *times, __u64 now, __u64 *next);
unsigned int ipsec_lifetime_over(const struct ipsec_limits *limits, __u64 added, __u64 first,
				 __u64 now);

#endif /* IPSEC_LIFETIME_H */
