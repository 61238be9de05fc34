/* SPDX-License-Identifier: GPL-2.0 */
/* A file in memory: what was printed can be looked at. */
#ifndef FUZZ_MEMORY_H
#define FUZZ_MEMORY_H

#include "fuzz.h"

/**
 * struct memory - a file in memory
 * @out: to print into, until it is read
 * @text: what was printed
 * @len: its length
 */
struct memory {
	FILE *out;
	char *text;
	size_t len;
};

/* The structure must stay where it is. */
static inline FILE *memory_open(struct memory *memory)
{
	memory->out = open_memstream(&memory->text, &memory->len);
	if (!memory->out)
		abort();
	return memory->out;
}

static inline const char *memory_read(struct memory *memory)
{
	fclose(memory->out);
	return memory->text;
}

static inline void memory_free(struct memory *memory)
{
	free(memory->text);
}

#endif /* FUZZ_MEMORY_H */
