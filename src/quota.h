/* SPDX-License-Identifier: GPL-2.0 */
/* What is left of the lifetime of an SA. */
#ifndef IPSEC_QUOTA_H
#define IPSEC_QUOTA_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "lifetime.h"

/**
 * DOC: quotas
 *
 * A limit in packets or bytes is a pool. CPUs take pieces of it under a lock, and each
 * packet is then charged to the quota of its CPU, which nobody else looks at: as long as
 * there is much left nothing that CPUs share is written for a packet. Towards the end the
 * pieces become smaller, and when the pool does not have what a packet needs the quotas of
 * all CPUs go back into it. So exactly as many packets pass as the limit says.
 */

/**
 * struct ipsec_quota_cpu - the part of a CPU
 * @left: packets and bytes that it may still spend, by enum nfipsec_limit; taken back by
 *        others at the end [A]
 * @last: time of its last packet, nanoseconds since boot; kept where there is an idle limit
 */
struct ipsec_quota_cpu {
	atomic64_t left[NFIPSEC_LIMIT_BYTES + 1];
	u64 last;
};

/**
 * struct ipsec_quota - the lifetime of an SA that has one
 * @limits: the limits [I]
 * @cpu: parts of the CPUs [A]
 * @lock: guards @pool, and what moves between it and @cpu
 * @pool: by enum nfipsec_limit [L]
 * @added: nanoseconds since boot [I]
 * @first: time of the first packet, nanoseconds since boot, 0: none yet [A]
 */
struct ipsec_quota {
	struct ipsec_limits limits;
	struct ipsec_quota_cpu __percpu *cpu;
	spinlock_t lock;	/* the pools */
	struct ipsec_pool pool[NFIPSEC_LIMIT_BYTES + 1];
	u64 added;
	atomic64_t first;
};

struct ipsec_quota *ipsec_quota_create(const struct ipsec_limits *limits,
				       const struct ipsec_past *past);
void ipsec_quota_free(struct ipsec_quota *quota);
unsigned int ipsec_quota_charge(struct ipsec_quota *quota, unsigned int bytes);
void ipsec_quota_times(const struct ipsec_quota *quota, struct ipsec_times *times);

#endif /* IPSEC_QUOTA_H */
