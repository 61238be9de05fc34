/* SPDX-License-Identifier: GPL-2.0 */
/* KTAP from a C program, and numbers that are random but the same in every run. */
#ifndef UNIT_KTAP_H
#define UNIT_KTAP_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

static int ktap_count, ktap_failed;
/* why the running case has failed, or nothing */
static char ktap_why[400];

/* Note the first thing that is wrong in the running case. */
__attribute__((format(printf, 1, 2)))
static inline void wrong(const char *format, ...)
{
	va_list arguments;

	if (ktap_why[0])
		return;
	va_start(arguments, format);
	vsnprintf(ktap_why, sizeof(ktap_why), format, arguments);
	va_end(arguments);
}

/* Note it if two numbers differ; what was compared explains it. */
#define expect(wanted, found, ...)							\
do {											\
	long long wanted_ = (long long)(wanted), found_ = (long long)(found);		\
	char what_[200];								\
											\
	if (wanted_ != found_ && !ktap_why[0]) {					\
		snprintf(what_, sizeof(what_), __VA_ARGS__);				\
		wrong("line %d: %s: expected %lld, found %lld", __LINE__, what_,	\
		      wanted_, found_);							\
	}										\
} while (0)

/* The running case is over. */
__attribute__((format(printf, 1, 2)))
static inline void end_case(const char *format, ...)
{
	va_list arguments;

	ktap_failed += ktap_why[0] != 0;
	printf("%sok %d ", ktap_why[0] ? "not " : "", ++ktap_count);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	if (ktap_why[0])
		printf("# %s\n", ktap_why);
	fflush(stdout);
	ktap_why[0] = 0;
}

static inline int end_all(void)
{
	printf("1..%d\n", ktap_count);
	return ktap_failed || !ktap_count;
}

/* splitmix64: each number names the next one */
static inline uint64_t draw(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static inline uint64_t below(uint64_t *seed, uint64_t n)
{
	return draw(seed) % n;
}

#endif /* UNIT_KTAP_H */
