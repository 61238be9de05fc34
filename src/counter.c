// SPDX-License-Identifier: GPL-2.0
/*
 * Counters per CPU for very many objects. alloc_percpu() searches, under a lock for the whole
 * machine, and is slow for a million small pieces; so it is asked for larger ones.
 */
#include <linux/slab.h>

#include "counter.h"

static struct ipsec_counter_chunk *chunk_create(const struct ipsec_counter_pool *pool)
{
	struct ipsec_counter_chunk *chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);

	if (!chunk)
		return NULL;
	INIT_LIST_HEAD(&chunk->node);
	chunk->memory = __alloc_percpu(IPSEC_COUNTER_SLOTS * pool->size, sizeof(u64));
	if (chunk->memory)
		return chunk;
	kfree(chunk);
	return NULL;
}

static void chunk_free(struct ipsec_counter_chunk *chunk)
{
	free_percpu(chunk->memory);
	kfree(chunk);
}

/* The lock is held. Return: number of the slot, negative: none is free. */
static int take(struct ipsec_counter_pool *pool, struct ipsec_counter_chunk **chunk)
{
	int slot;

	*chunk = list_first_entry_or_null(&pool->roomy, struct ipsec_counter_chunk, node);
	if (!*chunk)
		return -ENOSPC;
	slot = __ffs64(~(*chunk)->used);
	(*chunk)->used |= BIT_ULL(slot);
	if (!~(*chunk)->used)
		list_del_init(&(*chunk)->node);
	return slot;
}

/**
 * ipsec_counter_get() - get a counter
 * @pool: the pool
 * @chunk: set to what ipsec_counter_put() wants to know
 *
 * Process context.
 *
 * Return: the slot, zero on all CPUs; NULL: no memory.
 */
void __percpu *ipsec_counter_get(struct ipsec_counter_pool *pool,
				 struct ipsec_counter_chunk **chunk)
{
	struct ipsec_counter_chunk *fresh;
	void __percpu *memory;
	int slot, cpu;

	spin_lock_bh(&pool->lock);
	slot = take(pool, chunk);
	spin_unlock_bh(&pool->lock);
	if (slot < 0) {
		fresh = chunk_create(pool);
		if (!fresh)
			return NULL;
		spin_lock_bh(&pool->lock);
		list_add(&fresh->node, &pool->roomy);
		slot = take(pool, chunk);
		spin_unlock_bh(&pool->lock);
	}
	memory = (*chunk)->memory + slot * pool->size;
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(memory, cpu), 0, pool->size);
	return memory;
}

/**
 * ipsec_counter_put() - give a counter back
 * @pool: the pool
 * @chunk: from ipsec_counter_get()
 * @slot: from ipsec_counter_get(); nobody counts with it any more
 *
 * Process context or BH.
 */
void ipsec_counter_put(struct ipsec_counter_pool *pool, struct ipsec_counter_chunk *chunk,
		       void __percpu *slot)
{
	unsigned long offset = (unsigned long)(__force void *)slot -
			       (unsigned long)(__force void *)chunk->memory;
	bool empty;

	spin_lock_bh(&pool->lock);
	chunk->used &= ~BIT_ULL(offset / pool->size);
	if (list_empty(&chunk->node))
		list_add(&chunk->node, &pool->roomy);
	empty = !chunk->used;
	if (empty)
		list_del(&chunk->node);
	spin_unlock_bh(&pool->lock);
	if (empty)
		chunk_free(chunk);
}
