// SPDX-License-Identifier: GPL-2.0
/* IP headers with options or extension headers, as AH sees them as well; and fragments. */
#include <string.h>

#include "fuzz.h"

/* An option, with its length. What routers may change AH takes for zeros. */
static int option4(uint8_t *at, uint8_t *image, uint8_t kind)
{
	int len = kind == 0x94 ? 4 : 4 + below(3) * 4, i;

	memset(at, 0, len);
	memset(image, 0, len);
	if (kind == 1) {
		memset(at, 1, len);
		memset(image, 1, len);
		return len;
	}
	at[0] = kind;
	at[1] = len;
	/* A route of whole addresses, and one byte behind it. */
	if (kind == 7) {
		at[1] = len - 1;
		at[2] = 4;
		at[len - 1] = image[len - 1] = 1;
	}
	if (kind == 0x44)
		at[2] = 5;
	else if (kind != 7 && kind != 0x94)
		scribble(at + 2, len - 2);
	if (kind == 7 || kind == 0x44 || kind == 0x1e)
		return len;
	for (i = 0; i < len; i++)
		image[i] = at[i];
	return len;
}

static void make4(struct head *h, const struct addr *src, const struct addr *dst, bool plain)
{
	static const uint8_t kinds[] = { 1, 7, 0x44, 0x82, 0x85, 0x94, 0x95, 0x1e };
	int n = plain || below(4) ? 0 : 1 + below(3), kind = below(sizeof(kinds));

	h->named = 9;
	h->len = 20;
	h->data[8] = plain || below(20) ? 64 : 1 + below(2);
	put16(h->data + 4, below(0x10000));
	if (plain || once_in(3))
		h->data[6] = 0x40;
	memcpy(h->data + 12, src->bytes, 4);
	memcpy(h->data + 16, dst->bytes, 4);
	/* Of each kind one: a second one is an error. */
	while (n-- && h->len <= 48)
		h->len += option4(h->data + h->len, h->image + h->len, kinds[kind++ % 8]);
	h->data[0] = 0x40 | h->len / 4;
	if (!plain && once_in(4))
		h->data[1] = below(4) | below(4) << 4;
	memcpy(h->image, h->data, 20);
	h->image[1] = h->image[6] = h->image[7] = h->image[8] = 0;
}

/* Options that are skipped by who does not know them. */
static int options6(uint8_t *at, uint8_t *image)
{
	static const uint8_t kinds[] = { 0x1e, 0x3e, 0x0b, 0x2b };
	int room = 6 + below(3) * 8, len = room - 2;
	uint8_t kind = kinds[below(4)];

	at[0] = kind;
	at[1] = len;
	scribble(at + 2, len);
	memcpy(image, at, room);
	if (kind & 0x20)
		memset(image + 2, 0, len);
	return room;
}

static void extend6(struct head *h, uint8_t proto)
{
	uint8_t *at = h->data + h->len, *image = h->image + h->len;
	int len = 24;

	h->data[h->named] = h->image[h->named] = proto;
	memset(at, 0, 64);
	memset(image, 0, 64);
	if (proto == PROTO_ROUTING) {
		at[1] = image[1] = 2;
		scribble(at + 8, 16);
		memcpy(image + 8, at + 8, 16);
	} else {
		len = 2 + options6(at + 2, image + 2);
		at[1] = image[1] = len / 8 - 1;
	}
	h->named = h->len;
	h->len += len;
}

static void make6(struct head *h, const struct addr *src, const struct addr *dst, bool plain)
{
	h->named = 6;
	h->len = 40;
	put32(h->data, 6U << 28 | (plain ? 0 : below(1 << 20)));
	if (!plain && once_in(4))
		h->data[1] |= below(4) << 4;
	h->data[7] = plain || below(20) ? 64 : 1 + below(2);
	memcpy(h->data + 8, src->bytes, 16);
	memcpy(h->data + 24, dst->bytes, 16);
	memcpy(h->image, h->data, 40);
	put32(h->image, 6U << 28);
	h->image[7] = 0;
	if (plain)
		return;
	if (once_in(6))
		extend6(h, PROTO_HOP);
	if (once_in(10))
		extend6(h, PROTO_DSTOPTS);
	if (once_in(10))
		extend6(h, PROTO_ROUTING);
	if (once_in(10))
		extend6(h, PROTO_DSTOPTS);
}

void head_make(struct head *h, const struct addr *src, const struct addr *dst, bool plain)
{
	h->v6 = src->v6;
	memset(h->data, 0, 64);
	if (h->v6)
		make6(h, src, dst, plain);
	else
		make4(h, src, dst, plain);
}

uint16_t checksum(const uint8_t *data, int len, uint32_t sum)
{
	int i;

	for (i = 0; i + 1 < len; i += 2)
		sum += data[i] << 8 | data[i + 1];
	if (len & 1)
		sum += data[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* What is known when it is clear how much follows. */
void head_lengths(struct head *h, uint8_t proto, int payload)
{
	h->data[h->named] = h->image[h->named] = proto;
	if (h->v6) {
		put16(h->data + 4, h->len - 40 + payload);
		memcpy(h->image + 4, h->data + 4, 2);
		return;
	}
	put16(h->data + 2, h->len + payload);
	memcpy(h->image + 2, h->data + 2, 2);
	memset(h->data + 10, 0, 2);
	memset(h->image + 10, 0, 2);
	put16(h->data + 10, checksum(h->data, h->len, 0));
}

static void push(struct bytes *b, const uint8_t *data, int len)
{
	memmove(b->data + len, b->data, b->len);
	memcpy(b->data, data, len);
	b->len += len;
}

void head_push(struct bytes *b, const struct head *h, uint8_t proto)
{
	struct head copy = *h;

	head_lengths(&copy, proto, b->len);
	push(b, copy.data, copy.len);
}

uint32_t pseudo_sum(const struct addr *src, const struct addr *dst, uint8_t proto, int len)
{
	int size = src->v6 ? 16 : 4;
	uint8_t both[32];

	memcpy(both, src->bytes, size);
	memcpy(both + size, dst->bytes, size);
	return (uint16_t)~checksum(both, 2 * size, 0) + proto + len;
}

/* @at: where in the header it stands. ICMP has no pseudo header. */
void upper_checksum(struct bytes *b, int at, const struct addr *src, const struct addr *dst,
		    uint8_t proto)
{
	uint32_t sum = proto == IPPROTO_ICMP ? 0 : pseudo_sum(src, dst, proto, b->len);
	uint16_t value;

	put16(b->data + at, 0);
	value = checksum(b->data, b->len, sum);
	put16(b->data + at, value || proto != IPPROTO_UDP ? value : 0xffff);
}

static bool is_extension(uint8_t proto)
{
	return proto == PROTO_HOP || proto == PROTO_ROUTING || proto == PROTO_DSTOPTS ||
	       proto == PROTO_FRAGMENT;
}

/* The protocol above IP, and where it begins. */
uint8_t upper_of(const struct bytes *b, int *at)
{
	uint8_t proto, next;

	if (b->data[0] >> 4 == 4) {
		*at = (b->data[0] & 15) * 4;
		return b->data[9];
	}
	*at = 40;
	for (proto = b->data[6]; is_extension(proto) && *at + 8 <= b->len; proto = next) {
		next = b->data[*at];
		*at += proto == PROTO_FRAGMENT ? 8 : (b->data[*at + 1] + 1) * 8;
	}
	return proto;
}

/* --- fragments ----------------------------------------------------------------------------- */

/* Another number for each packet, the same for its fragments. */
static uint32_t fragmented;

static void piece4(struct bytes *to, const struct bytes *b, int head, int at, int len)
{
	bool more = head + at + len < b->len;

	memcpy(to->data, b->data, head);
	memcpy(to->data + head, b->data + head + at, len);
	to->len = head + len;
	put16(to->data + 2, to->len);
	put16(to->data + 6, (more ? 0x2000 : 0) | at / 8);
	put16(to->data + 10, 0);
	put16(to->data + 10, checksum(to->data, head, 0));
}

/* @head: the part that each has, before the fragment header; @named: the byte in it. */
static void piece6(struct bytes *to, const struct bytes *b, int head, int named, int at, int len)
{
	bool more = head + at + len < b->len;
	uint8_t *header = to->data + head;

	memcpy(to->data, b->data, head);
	to->data[named] = PROTO_FRAGMENT;
	header[0] = b->data[named];
	header[1] = 0;
	put16(header + 2, at | more);
	put32(header + 4, fragmented);
	memcpy(header + 8, b->data + head + at, len);
	to->len = head + 8 + len;
	put16(to->data + 4, to->len - 40);
}

int fragment(const struct bytes *b, int size, struct bytes *pieces)
{
	int head = (b->data[0] & 15) * 4, named = 6, n = 0, at, len;
	bool v6 = b->data[0] >> 4 == 6;

	size &= ~7;
	fragmented++;
	if (v6) {
		head = 40;
		if (b->data[6] == PROTO_HOP && b->len > 48) {
			named = 40;
			head += (b->data[41] + 1) * 8;
		}
	}
	for (at = 0; head + at < b->len && n < PIECES_MAX; at += size) {
		len = b->len - head - at;
		if (len > size)
			len = size;
		if (v6)
			piece6(&pieces[n++], b, head, named, at, len);
		else
			piece4(&pieces[n++], b, head, at, len);
	}
	return n;
}
