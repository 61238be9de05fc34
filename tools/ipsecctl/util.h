/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that may hold keys, and a growing byte buffer. */
#ifndef IPSECCTL_UTIL_H
#define IPSECCTL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * struct buf - a byte buffer that grows and leaves no copies of its content behind
 * @data: the bytes, with a terminating 0 after @len of them once something was put
 * @len: bytes in use
 * @cap: bytes allocated
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void *xcalloc(size_t n, size_t size);
void *xgrow(void *old, size_t used, size_t *cap, size_t size);
char *xstrndup(const char *s, size_t len);
void wipe_free(void *p, size_t len);
void wipe_free_str(char *s);

void buf_reserve(struct buf *b, size_t room);
void buf_put(struct buf *b, const void *data, size_t len);
void buf_putc(struct buf *b, char c);
void buf_free(struct buf *b);

bool parse_u32(const char *s, size_t len, __u32 *out);
bool parse_u64(const char *s, size_t len, __u64 *out);

#endif
