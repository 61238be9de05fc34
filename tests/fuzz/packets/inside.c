// SPDX-License-Identifier: GPL-2.0
/* What is protected: packets with right checksums, which say what they are. */
#include <string.h>

#include "fuzz.h"

#define MARK_LEN	8

/* Far from each other: a change of one does not make another one. */
static const char *const marks[MARKS] = {
	[MARK_GOOD_IN] = "pf/goodI", [MARK_BAD_IN] = "pf/rI.lt", [MARK_GOOD_OUT] = "pf/OgooD",
	[MARK_BAD_OUT] = "pf/spout", [MARK_CLEAR] = "pf/CLEAR",
};

static void put_mark(struct bytes *b, const struct inside *in)
{
	if (in->mark) {
		memcpy(b->data + b->len, marks[in->mark], MARK_LEN);
		b->data[b->len + MARK_LEN] = in->number;
		b->len += MARK_LEN + 1;
	}
}

/* @number: of its SA. */
enum mark mark_of(const uint8_t *data, int len, int *number)
{
	const uint8_t *at = data, *end = data + len;
	enum mark mark;

	while ((at = memmem(at, end - at, "pf/", 3)) && end - at > MARK_LEN) {
		for (mark = MARK_NONE + 1; mark < MARKS; mark++)
			if (!memcmp(at, marks[mark], MARK_LEN)) {
				*number = at[MARK_LEN] % SAS_MAX;
				return mark;
			}
		at++;
	}
	return MARK_NONE;
}

static uint8_t datagram(struct bytes *b, const struct inside *in)
{
	static const uint16_t ports[] = { PORT_SINK, 53, 500, PORT_ESP, 7000 };
	int more = below(in->plain ? 200 : 1200);

	b->len = 8;
	put16(b->data, in->plain ? 4000 : ports[below(5)]);
	put16(b->data + 2, in->plain ? PORT_SINK : ports[below(5)]);
	put_mark(b, in);
	scribble(b->data + b->len, more);
	b->len += more;
	put16(b->data + 4, b->len);
	upper_checksum(b, 6, &in->src, &in->dst, IPPROTO_UDP);
	return IPPROTO_UDP;
}

/* SYNs have an MSS, which the path may clamp. */
static void tcp_header(struct bytes *b, bool syn)
{
	static const uint8_t options[] = { 2, 4, 0x23, 0x00, 1, 3, 3, 7, 4, 2, 1, 1 };

	b->len = syn ? 32 : 20;
	memset(b->data, 0, b->len);
	put16(b->data, 1024 + below(4));
	put16(b->data + 2, 80);
	put32(b->data + 4, below(1U << 31));
	b->data[12] = b->len / 4 << 4;
	b->data[13] = syn ? (once_in(2) ? 2 : 0x12) : (once_in(4) ? 4 : 0x10);
	put16(b->data + 14, 8192);
	if (syn)
		memcpy(b->data + 20, options, 12);
	if (syn && once_in(3))
		scribble(b->data + 20, 12);
}

static uint8_t tcp(struct bytes *b, const struct inside *in)
{
	tcp_header(b, once_in(2));
	if (once_in(2))
		put_mark(b, in);
	upper_checksum(b, 16, &in->src, &in->dst, IPPROTO_TCP);
	return IPPROTO_TCP;
}

static uint8_t echo(struct bytes *b, const struct inside *in)
{
	uint8_t proto = in->src.v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int len = below(600);

	b->len = 8;
	memset(b->data, 0, 8);
	b->data[0] = in->src.v6 ? 128 + below(2) : below(2) * 8;
	scribble(b->data + 4, 4);
	put_mark(b, in);
	scribble(b->data + b->len, len);
	b->len += len;
	upper_checksum(b, 2, &in->src, &in->dst, proto);
	return proto;
}

static uint8_t something(struct bytes *b, const struct inside *in)
{
	static const uint8_t protos[] = { 99, PROTO_NONE, 132, 47, 94, 135, 2 };

	b->len = 0;
	put_mark(b, in);
	scribble(b->data + b->len, 24);
	b->len += below(25);
	return protos[below(sizeof(protos))];
}

/* What is above IP, and its protocol. */
uint8_t inside_upper(struct bytes *b, const struct inside *in)
{
	if (in->plain)
		return datagram(b, in);
	switch (below(8)) {
	case 0:
	case 1:
		return tcp(b, in);
	case 2:
	case 3:
		return echo(b, in);
	case 4:
		return something(b, in);
	default:
		return datagram(b, in);
	}
}

void inside_packet(struct bytes *b, const struct inside *in)
{
	uint8_t proto = inside_upper(b, in);
	struct head h;

	head_make(&h, &in->src, &in->dst, in->plain);
	head_push(b, &h, proto);
}

/* One that the device cuts: its checksum is that of the pseudo header. */
void inside_tcp(struct bytes *b, const struct inside *in, int len, struct virtio_net_hdr *vnet)
{
	struct head h;
	int tcp_len;

	tcp_header(b, false);
	b->data[13] = 0x10 | (once_in(4) ? 0x80 : 0);
	tcp_len = b->len;
	while (b->len < len) {
		put_mark(b, in);
		memset(b->data + b->len, b->len, 91);
		b->len += 91;
	}
	put16(b->data + 16, ~checksum(NULL, 0, pseudo_sum(&in->src, &in->dst, IPPROTO_TCP, b->len)));
	head_make(&h, &in->src, &in->dst, below(4));
	*vnet = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = in->src.v6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = h.len + tcp_len,
		.gso_size = 200 + below(1200),
		.csum_start = h.len,
		.csum_offset = 16,
	};
	head_push(b, &h, IPPROTO_TCP);
}

/* --- errors ------------------------------------------------------------------------------- */

static uint32_t some_mtu(void)
{
	static const uint16_t some[] = { 0, 1, 68, 552, 576, 1280, 1279, 1281, 1499, 1500, 0xffff };

	return once_in(2) ? below(1600) : once_in(2) ? some[below(11)] : below(0x10000);
}

static void error_kind(uint8_t *icmp, bool v6)
{
	static const uint8_t types4[] = { 3, 3, 11, 12, 4, 5 };

	memset(icmp, 0, 8);
	if (below(3)) {
		icmp[0] = v6 ? 2 : 3;
		icmp[1] = v6 ? 0 : 4;
		put32(icmp + 4, some_mtu());
		if (once_in(40))
			put32(icmp + 4, below(0xffffffff));
	} else {
		icmp[0] = v6 ? 1 + below(4) : types4[below(6)];
		icmp[1] = below(16);
		scribble(icmp + 4, 4);
	}
}

/* About a packet that begins so; the error is a whole packet. */
void icmp_error(struct bytes *b, const struct inside *in, const uint8_t *quoted, int len)
{
	uint8_t proto = in->src.v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	struct head h;

	memcpy(b->data, quoted, len);
	b->len = len;
	if (once_in(4))
		mutate(b);
	memmove(b->data + 8, b->data, b->len);
	b->len += 8;
	error_kind(b->data, in->src.v6);
	upper_checksum(b, 2, &in->src, &in->dst, proto);
	if (once_in(20))
		b->data[2] ^= 1;
	head_make(&h, &in->src, &in->dst, below(3));
	head_push(b, &h, proto);
}
