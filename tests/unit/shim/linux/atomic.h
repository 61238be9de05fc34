/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 64-bit atomics, ordered no more strongly than the kernel's: a read orders nothing, an
 * exchange that fails does not either.
 */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/types.h>

typedef struct {
	__s64 counter;
} atomic64_t;

static inline __s64 atomic64_read(const atomic64_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic64_set(atomic64_t *v, __s64 value)
{
	__atomic_store_n(&v->counter, value, __ATOMIC_RELAXED);
}

static inline bool atomic64_try_cmpxchg(atomic64_t *v, __s64 *old, __s64 new)
{
	return __atomic_compare_exchange_n(&v->counter, old, new, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

#endif /* SHIM_LINUX_ATOMIC_H */
