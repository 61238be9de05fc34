/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys that are looked for in the machine's memory.
 *
 * Here no key is ever in one piece: it is known by what differs from a mask. Each is of random
 * words of 8 bytes that begin with the same 4, so one comparison tells that memory has none of
 * them, and what is left of a key in memory that others have begun to use is found as well.
 */
#ifndef KEYSCAN_H
#define KEYSCAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define KEYS_MAX	32
#define KEY_WORDS	4
#define KEY_BYTES	(8 * KEY_WORDS)

/* Makes all of them. */
void keys_make(void);

/* Writes a key into a message, which the caller wipes once it is sent. */
void key_put(unsigned int key, unsigned char to[KEY_BYTES]);

/* Writes a key into a text. */
void key_print(FILE *to, unsigned int key);

/* Adds the words of each key that are in a message. */
void keys_count(const unsigned char *message, size_t length, unsigned long found[KEYS_MAX]);

/* Adds the words of each key that are in memory. Returns how many megabytes it has looked at. */
unsigned long keys_scan(unsigned long found[KEYS_MAX]);

/* Says what has failed, with errno, and ends. */
void die(const char *what) __attribute__((noreturn));

#endif /* KEYSCAN_H */
