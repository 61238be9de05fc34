/* SPDX-License-Identifier: GPL-2.0 */
/* Memory. Tests can say when there is no more, and see whether all of it was freed. */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <stdlib.h>

#define GFP_KERNEL	0

/* Allocations that will succeed, -1: all. */
static long slab_left = -1;
/* Objects that are allocated, and their bytes. */
static long slab_objects, slab_bytes;

/* The kernel's sizes. */
static inline size_t slab_size(size_t size)
{
	size_t class = 8;

	while (class < size)
		class <<= 1;
	return class;
}

static inline void *kmalloc(size_t size, int gfp)
{
	size_t *memory;

	(void)gfp;
	if (!slab_left)
		return NULL;
	if (slab_left > 0)
		slab_left--;
	memory = malloc(16 + size);
	if (!memory)
		return NULL;
	/* What is used before it is written is not what was hoped for. */
	for (size_t i = 0; i < size; i++)
		((unsigned char *)memory)[16 + i] = 0xa5;
	*memory = slab_size(size);
	__atomic_fetch_add(&slab_objects, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&slab_bytes, *memory, __ATOMIC_RELAXED);
	return (char *)memory + 16;
}

static inline void kfree(const void *object)
{
	const size_t *memory = object ? (const void *)((const char *)object - 16) : NULL;

	if (!memory)
		return;
	__atomic_fetch_sub(&slab_objects, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&slab_bytes, *memory, __ATOMIC_RELAXED);
	free((void *)memory);
}

#endif /* SHIM_LINUX_SLAB_H */
