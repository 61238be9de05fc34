/* SPDX-License-Identifier: GPL-2.0 */
/* Counters per CPU for very many objects: cut out of larger pieces of per-CPU memory. */
#ifndef IPSEC_COUNTER_H
#define IPSEC_COUNTER_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#define IPSEC_COUNTER_SLOTS	64

/**
 * struct ipsec_counter_pool - where the counters of one kind of object come from
 * @lock: protects @roomy and the chunks
 * @roomy: chunks with a free slot
 * @size: bytes of a slot on each CPU, a multiple of 8
 */
struct ipsec_counter_pool {
	spinlock_t lock;	/* roomy and the chunks */
	struct list_head roomy;
	size_t size;
};

/**
 * struct ipsec_counter_chunk - a piece of per-CPU memory
 * @node: in the list of chunks with a free slot, empty if there is none (pool's lock)
 * @memory: the slots [I]
 * @used: a bit for each slot (pool's lock)
 */
struct ipsec_counter_chunk {
	struct list_head node;
	void __percpu *memory;
	u64 used;
};

void __percpu *ipsec_counter_get(struct ipsec_counter_pool *pool,
				 struct ipsec_counter_chunk **chunk);
void ipsec_counter_put(struct ipsec_counter_pool *pool, struct ipsec_counter_chunk *chunk,
		       void __percpu *slot);

#endif /* IPSEC_COUNTER_H */
