/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses: from text, to text, and as ranges. */
#ifndef IPSECCTL_ADDR_H
#define IPSECCTL_ADDR_H

#include "model.h"

/* room for what addr_text() and range_text() write */
#define ADDR_TEXT 128

/**
 * enum addr_error - why a text is not an address
 * @ADDR_OK: it is one
 * @ADDR_NOT_NUMERIC: it may be the name of a host
 * @ADDR_BAD_PREFIX: the number after the slash is too large or no number
 * @ADDR_BAD_RANGE: the end of the range is no address of the same family
 * @ADDR_EMPTY_RANGE: the end of the range is before its start
 */
enum addr_error {
	ADDR_OK,
	ADDR_NOT_NUMERIC,
	ADDR_BAD_PREFIX,
	ADDR_BAD_RANGE,
	ADDR_EMPTY_RANGE,
};

size_t addr_len(int family);
bool addr_parse(const char *text, struct ip_addr *out);
const char *addr_text(const struct ip_addr *a, char out[ADDR_TEXT]);
bool addr_equal(const struct ip_addr *a, const struct ip_addr *b);
size_t addr_resolve(const char *name, struct ip_addr *out, size_t max, const char **why);

enum addr_error range_parse(const char *text, struct ip_range *out);
void range_host(const struct ip_addr *a, struct ip_range *out);
void range_any(int family, struct ip_range *out);
const char *range_text(const struct ip_range *r, char out[ADDR_TEXT]);

#endif
