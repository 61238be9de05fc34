/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzers share: an input is read like a file, and what does not hold is the end. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct input - what is left of an input
 * @at: the next byte
 * @left: bytes
 */
struct input {
	const uint8_t *at;
	size_t left;
};

/* A number of so many bytes, the first one lowest; behind the end all bytes are 0. */
static inline uint64_t take(struct input *in, unsigned int bytes)
{
	uint64_t number = 0;

	for (unsigned int i = 0; i < bytes && in->left; i++, in->left--)
		number |= (uint64_t)*in->at++ << 8 * i;
	return number;
}

/* Memory of just the size of its content, for the sanitizer to see a byte too far. */
static inline void *copy_of(const void *bytes, size_t n)
{
	void *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, bytes, n);
	return copy;
}

/* What a target asserts. */
#define holds(condition, ...)								\
do {											\
	if (!(condition)) {								\
		fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);	\
		fprintf(stderr, __VA_ARGS__);						\
		fputc('\n', stderr);							\
		abort();								\
	}										\
} while (0)

#endif /* FUZZ_H */
