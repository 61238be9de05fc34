// SPDX-License-Identifier: GPL-2.0
/* Addresses: from text, to text, and as ranges. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "addr.h"
#include "util.h"

/**
 * addr_len - bytes of an address
 * @family: AF_INET or AF_INET6
 */
size_t addr_len(int family)
{
	return family == AF_INET ? 4 : 16;
}

/**
 * addr_parse - a numeric address of either family
 * @text: the text
 * @out: the address
 *
 * Return: false if it is none.
 */
bool addr_parse(const char *text, struct ip_addr *out)
{
	*out = (struct ip_addr){ .family = AF_INET };
	if (inet_pton(AF_INET, text, out->b) == 1)
		return true;
	out->family = AF_INET6;
	if (inet_pton(AF_INET6, text, out->b) == 1)
		return true;
	out->family = 0;
	return false;
}

/**
 * addr_text - an address as text
 * @a: the address
 * @out: where to put it
 *
 * Return: @out.
 */
const char *addr_text(const struct ip_addr *a, char out[ADDR_TEXT])
{
	if (!a->family || !inet_ntop(a->family, a->b, out, ADDR_TEXT))
		snprintf(out, ADDR_TEXT, "any");
	return out;
}

/**
 * addr_equal - the same address
 * @a: one
 * @b: the other
 */
bool addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->family == b->family && !memcmp(a->b, b->b, sizeof(a->b));
}

/**
 * addr_resolve - the addresses of a host by name
 * @name: the name
 * @out: where to put them
 * @max: how many fit
 * @why: set to the reason if there are none
 *
 * Return: how many there are.
 */
size_t addr_resolve(const char *name, struct ip_addr *out, size_t max, const char **why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *res, *ai;
	size_t n = 0;
	int rc;

	rc = getaddrinfo(name, NULL, &hints, &res);
	if (rc) {
		*why = gai_strerror(rc);
		return 0;
	}
	for (ai = res; ai && n < max; ai = ai->ai_next) {
		struct ip_addr *a = &out[n];

		*a = (struct ip_addr){ .family = ai->ai_family };
		if (ai->ai_family == AF_INET)
			memcpy(a->b, &((struct sockaddr_in *)ai->ai_addr)->sin_addr, 4);
		else if (ai->ai_family == AF_INET6)
			memcpy(a->b, &((struct sockaddr_in6 *)ai->ai_addr)->sin6_addr, 16);
		else
			continue;
		n++;
	}
	freeaddrinfo(res);
	if (!n)
		*why = "it has no address";
	return n;
}

static bool bit(const __u8 *b, unsigned int i)
{
	return b[i / 8] & (0x80 >> (i % 8));
}

static void set_bit(__u8 *b, unsigned int i, bool on)
{
	__u8 mask = 0x80 >> (i % 8);

	b[i / 8] = on ? b[i / 8] | mask : b[i / 8] & ~mask;
}

static void range_prefix(const struct ip_addr *a, unsigned int plen, struct ip_range *out)
{
	*out = (struct ip_range){ .family = a->family };
	memcpy(out->min, a->b, sizeof(out->min));
	memcpy(out->max, a->b, sizeof(out->max));
	for (unsigned int i = plen; i < addr_len(a->family) * 8; i++) {
		set_bit(out->min, i, false);
		set_bit(out->max, i, true);
	}
}

/**
 * range_host - the range of one address
 * @a: the address
 * @out: the range
 */
void range_host(const struct ip_addr *a, struct ip_range *out)
{
	range_prefix(a, addr_len(a->family) * 8, out);
}

/**
 * range_any - the range of all addresses
 * @family: AF_INET or AF_INET6
 * @out: the range
 */
void range_any(int family, struct ip_range *out)
{
	struct ip_addr zero = { .family = family };

	range_prefix(&zero, 0, out);
}

/**
 * range_parse - a numeric address, prefix or range
 * @text: "192.0.2.1", "192.0.2.0/24" or "192.0.2.1-192.0.2.9"
 * @out: the range
 *
 * Bits after a prefix are ignored, as they are by routing tools.
 */
enum addr_error range_parse(const char *text, struct ip_range *out)
{
	size_t len = strcspn(text, "/-");
	char first[INET6_ADDRSTRLEN];
	struct ip_addr a, b;
	__u32 plen;

	if (len >= sizeof(first))
		return ADDR_NOT_NUMERIC;
	snprintf(first, sizeof(first), "%.*s", (int)len, text);
	if (!addr_parse(first, &a))
		return ADDR_NOT_NUMERIC;
	range_host(&a, out);
	text += len;
	if (*text == '/') {
		text++;
		if (strlen(text) > 3 || !parse_u32(text, strlen(text), &plen) ||
		    plen > addr_len(a.family) * 8)
			return ADDR_BAD_PREFIX;
		range_prefix(&a, plen, out);
	} else if (*text == '-') {
		if (!addr_parse(text + 1, &b) || b.family != a.family)
			return ADDR_BAD_RANGE;
		if (memcmp(a.b, b.b, sizeof(a.b)) > 0)
			return ADDR_EMPTY_RANGE;
		memcpy(out->max, b.b, sizeof(b.b));
	}
	return ADDR_OK;
}

/* the length of the prefix that is exactly the range, or -1 */
static int range_prefix_len(const struct ip_range *r)
{
	unsigned int bits = addr_len(r->family) * 8, plen = 0, i;

	while (plen < bits && bit(r->min, plen) == bit(r->max, plen))
		plen++;
	for (i = plen; i < bits; i++)
		if (bit(r->min, i) || !bit(r->max, i))
			return -1;
	return plen;
}

/**
 * range_text - a range in the shortest form that range_parse() reads
 * @r: the range
 * @out: where to put it
 *
 * Return: @out.
 */
const char *range_text(const struct ip_range *r, char out[ADDR_TEXT])
{
	char min[INET6_ADDRSTRLEN] = "?", max[INET6_ADDRSTRLEN] = "?";
	int plen = range_prefix_len(r);

	inet_ntop(r->family, r->min, min, sizeof(min));
	inet_ntop(r->family, r->max, max, sizeof(max));
	if (plen < 0)
		snprintf(out, ADDR_TEXT, "%s-%s", min, max);
	else if ((size_t)plen == addr_len(r->family) * 8)
		snprintf(out, ADDR_TEXT, "%s", min);
	else
		snprintf(out, ADDR_TEXT, "%s/%d", min, plen);
	return out;
}
