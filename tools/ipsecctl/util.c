// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that may hold keys, and a growing byte buffer. realloc() is not used:
 * it may leave the old bytes, keys among them, in freed memory.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/**
 * xcalloc - zeroed memory, or the end of the program
 * @n: number of elements
 * @size: of one element
 *
 * Running out of memory is the one condition the parser does not report as an error.
 */
void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		errx(1, "out of memory");
	return p;
}

/**
 * xgrow - at least double an array, wiping the old one
 * @old: the array, NULL at first
 * @used: elements in use
 * @cap: elements allocated, updated
 * @size: of one element
 *
 * Return: the new array.
 */
void *xgrow(void *old, size_t used, size_t *cap, size_t size)
{
	size_t n = *cap ? *cap * 2 : 16;
	void *p = xcalloc(n, size);

	if (old)
		memcpy(p, old, used * size);
	wipe_free(old, used * size);
	*cap = n;
	return p;
}

/**
 * xstrndup - copy of a string of known length
 * @s: the bytes
 * @len: how many
 */
char *xstrndup(const char *s, size_t len)
{
	char *p = xcalloc(len + 1, 1);

	memcpy(p, s, len);
	return p;
}

/**
 * wipe_free - free memory that may have held a key
 * @p: the memory or NULL
 * @len: bytes to overwrite
 */
void wipe_free(void *p, size_t len)
{
	if (!p)
		return;
	explicit_bzero(p, len);
	free(p);
}

/**
 * wipe_free_str - free a string that may have held a key
 * @s: the string or NULL
 */
void wipe_free_str(char *s)
{
	if (s)
		wipe_free(s, strlen(s));
}

/**
 * buf_reserve - make room
 * @b: the buffer
 * @room: bytes that must fit after the ones in use
 */
void buf_reserve(struct buf *b, size_t room)
{
	size_t cap = b->cap ? b->cap : 256;
	char *p;

	if (b->cap - b->len > room)
		return;
	while (cap - b->len <= room)
		cap *= 2;
	p = xcalloc(cap, 1);
	if (b->data)
		memcpy(p, b->data, b->len);
	wipe_free(b->data, b->len);
	b->data = p;
	b->cap = cap;
}

/**
 * buf_put - append bytes
 * @b: the buffer
 * @data: the bytes
 * @len: how many
 */
void buf_put(struct buf *b, const void *data, size_t len)
{
	buf_reserve(b, len);
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

/**
 * buf_putc - append one byte
 * @b: the buffer
 * @c: the byte
 */
void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

/**
 * buf_free - wipe and release
 * @b: the buffer, empty afterwards
 */
void buf_free(struct buf *b)
{
	wipe_free(b->data, b->len);
	*b = (struct buf){ 0 };
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/**
 * parse_u64 - a whole string as a number, decimal or 0x and hexadecimal
 * @s: the string, need not end with 0
 * @len: its length
 * @out: the number
 *
 * strtoul() takes signs, blanks and octal, none of which belong in a configuration.
 *
 * Return: false if it is not a number or does not fit.
 */
bool parse_u64(const char *s, size_t len, __u64 *out)
{
	__u64 v = 0;
	int base = 10;
	size_t i = 0;

	if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == len)
		return false;
	for (; i < len; i++) {
		int d = digit(s[i]);

		if (d >= base || v > (UINT64_MAX - d) / base)
			return false;
		v = v * base + d;
	}
	*out = v;
	return true;
}

/**
 * parse_u32 - the same, for a number of 32 bits
 * @s: the string, need not end with 0
 * @len: its length
 * @out: the number
 *
 * Return: false if it is not a number or does not fit.
 */
bool parse_u32(const char *s, size_t len, __u32 *out)
{
	__u64 v;

	if (!parse_u64(s, len, &v) || v > UINT32_MAX)
		return false;
	*out = v;
	return true;
}
