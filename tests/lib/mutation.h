/* SPDX-License-Identifier: GPL-2.0 */
/* Random changes of packets, which the same seed makes again: net/mutate and fuzz/packets. */
#ifndef TESTS_MUTATION_H
#define TESTS_MUTATION_H

#include <stdbool.h>
#include <stdint.h>

#ifndef BYTES_ROOM
#define BYTES_ROOM	4096	/* bytes of a packet while it is made */
#endif
#define BYTES_LIMIT	1400	/* bytes that a change does not make it longer than */

struct bytes {
	int len;
	uint8_t data[BYTES_ROOM];
};

void random_begin(uint64_t seed);
uint32_t below(uint32_t limit);
bool once_in(uint32_t n);
void scribble(uint8_t *data, int len);

void put16(uint8_t *at, uint16_t value);
void put32(uint8_t *at, uint32_t value);

/* Take away, and make room for, bytes in the middle. gap() returns NULL if there is none left. */
void cut(struct bytes *b, int at, int len);
uint8_t *gap(struct bytes *b, int at, int len);

/* One to eight changes: bits, bytes, lengths, pieces that go, come or come twice. */
void mutate(struct bytes *b);

#endif /* TESTS_MUTATION_H */
