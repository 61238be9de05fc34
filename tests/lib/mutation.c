// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "mutation.h"

/* xorshift64*: the same seed gives the same packets. */
static uint64_t state;

void random_begin(uint64_t seed)
{
	state = seed * 2 + 1;
}

uint32_t below(uint32_t limit)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dULL >> 32) % limit;
}

bool once_in(uint32_t n)
{
	return below(n) == 0;
}

void scribble(uint8_t *data, int len)
{
	while (len--)
		*data++ = below(256);
}

void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

void cut(struct bytes *b, int at, int len)
{
	if (len > b->len - at)
		len = b->len - at;
	memmove(b->data + at, b->data + at + len, b->len - at - len);
	b->len -= len;
}

uint8_t *gap(struct bytes *b, int at, int len)
{
	if (b->len + len > BYTES_LIMIT)
		len = b->len < BYTES_LIMIT ? BYTES_LIMIT - b->len : 0;
	memmove(b->data + at + len, b->data + at, b->len - at);
	b->len += len;
	return len ? b->data + at : NULL;
}

static void repeat(struct bytes *b, int at)
{
	uint8_t copy[BYTES_ROOM];
	int len = below(b->len + 1), before = b->len;

	memcpy(copy, b->data, len);
	if (gap(b, at, len))
		memcpy(b->data + at, copy, b->len - before);
}

static void set_length(struct bytes *b, int at)
{
	const int some[] = { 0, 1, b->len - 1, b->len, b->len + 1, 0xffff };

	if (at + 2 <= b->len)
		put16(b->data + at, some[below(6)]);
}

static void change(struct bytes *b)
{
	static const uint8_t some[] = { 0, 1, 2, 3, 4, 5, 15, 16, 19, 20, 21, 40, 43, 44, 50, 51, 59,
					60, 64, 127, 128, 254, 255 };
	static const int lengths[] = { 1, 2, 4, 16 };
	int at = below(b->len + 1), len = lengths[below(4)], before = b->len;

	switch (below(7)) {
	case 0:
		if (at < b->len)
			b->data[at] ^= 1 << below(8);
		break;
	case 1:
		if (at < b->len)
			b->data[at] = some[below(sizeof(some))];
		break;
	case 2:
		b->len = at;
		break;
	case 3:
		cut(b, at, len);
		break;
	case 4:
		if (gap(b, at, len))
			scribble(b->data + at, b->len - before);
		break;
	case 5:
		repeat(b, at);
		break;
	case 6:
		set_length(b, at);
		break;
	}
}

void mutate(struct bytes *b)
{
	static const int counts[] = { 1, 1, 1, 2, 3, 8 };
	int n = counts[below(6)];

	while (n--)
		change(b);
}
