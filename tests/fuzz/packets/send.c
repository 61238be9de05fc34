// SPDX-License-Identifier: GPL-2.0
/*
 * Each round sends one packet, or the fragments of one: a good one, one that was changed before
 * it was protected, one that was changed behind that, an error, one in clear.
 */
#include <stddef.h>
#include <string.h>

#include "fuzz.h"

static struct bytes packet, pieces[PIECES_MAX];

/* Who speaks with whom inside of an SA: mostly the same two hosts. */
static void inside_of(struct inside *in, const struct sa *sa, bool outward, enum mark mark)
{
	bool plain = mark == MARK_GOOD_IN || mark == MARK_GOOD_OUT;
	bool v6 = sa->mode == MODE_TUNNEL && once_in(2);
	int host = plain || once_in(3) ? 2 : (int)below(512);
	struct addr near, there;

	addr_there(&there, sa, v6, host);
	if (sa->mode == MODE_TRANSPORT)
		near = sa->here;
	else
		addr_near(&near, v6, plain || below(8) ? 2 : 1);
	in->src = outward ? near : there;
	in->dst = outward ? there : near;
	in->mark = mark;
	in->number = sa->number;
	in->plain = plain;
}

/* What the SA protects, and its next header: the packet, or what is behind its header. */
static uint8_t content(struct bytes *b, const struct sa *sa, const struct inside *in)
{
	if (sa->mode != MODE_TUNNEL)
		return inside_upper(b, in);
	inside_packet(b, in);
	return in->src.v6 ? PROTO_IPV6 : PROTO_IPIP;
}

static uint8_t strange(uint8_t next_header)
{
	static const uint8_t some[] = { 0, 1, 4, 6, 17, 41, 43, 44, 50, 51, 58, 59, 60, 94, 135, 255 };

	return once_in(8) ? some[below(sizeof(some))] : next_header;
}

static void make_good(struct bytes *b)
{
	struct seal how = { .sound = true };
	struct sa *sa = some_sa();
	struct inside in;

	inside_of(&in, sa, false, MARK_GOOD_IN);
	how.next_header = content(b, sa, &in);
	seal(b, sa, &how);
	counts.good[sa->number][MARK_GOOD_IN]++;
}

static void good_in(void)
{
	make_good(&packet);
	wire_send(WIRE_FAR, &packet, NULL);
}

/* Offload that a device may have said of a packet, or nobody would. */
static const struct virtio_net_hdr *some_vnet(struct virtio_net_hdr *vnet)
{
	static const uint8_t types[] = { 0, 0, VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_TCPV6,
					 VIRTIO_NET_HDR_GSO_UDP, 5, 0x81, 0x84 };

	if (below(12))
		return NULL;
	*vnet = (struct virtio_net_hdr){
		.flags = below(4),
		.gso_type = types[below(8)],
		.hdr_len = below(2) * below(200),
		.gso_size = below(1500),
		.csum_start = below(8) * 20,
		.csum_offset = below(4) ? 2 * below(10) : below(3000),
	};
	return vnet;
}

static void send_some(enum wire wire, const struct bytes *b)
{
	struct virtio_net_hdr vnet;

	wire_send(wire, b, some_vnet(&vnet));
}

/* A packet under one SA, or too many, as what another one holds. */
static uint8_t nested(struct bytes *b, const struct sa *sa)
{
	struct seal how = { .sound = once_in(2) };
	int depth = below(4) ? 1 : 5;
	struct sa *other = some_sa();
	struct inside in;

	inside_of(&in, other, false, MARK_BAD_IN);
	how.next_header = content(b, other, &in);
	while (depth--) {
		seal(b, other, &how);
		how.next_header = held(b, depth ? other : sa);
		if (b->len > 3000)
			break;
	}
	return how.next_header;
}

static void addr_of(struct addr *addr, const uint8_t *ip, bool v6, bool dst)
{
	addr->v6 = v6;
	memcpy(addr->bytes, ip + (v6 ? 8 + 16 * dst : 12 + 4 * dst), v6 ? 16 : 4);
}

/* What came out near, as if it had been sent the other way. */
static void turned(struct recent *r, const struct recent *from)
{
	int size = from->data[0] >> 4 == 6 ? 16 : 4, at = size == 16 ? 8 : 12;

	memcpy(r, from, sizeof(*r));
	memcpy(r->data + at, from->data + at + size, size);
	memcpy(r->data + at + size, from->data + at, size);
}

/* An error inside a tunnel, about what has gone out through it. */
static uint8_t error_inside(struct bytes *b, struct sa **sa)
{
	bool v6;
	struct inside in = { .mark = MARK_NONE };
	struct recent r;
	int number;

	turned(&r, &recent[WIRE_NEAR][below(RECENTS)]);
	v6 = r.data[0] >> 4 == 6;
	addr_of(&in.dst, r.data, v6, false);
	addr_of(&in.src, r.data, v6, true);
	number = in.src.bytes[v6 ? 3 : 2];
	if (number < n_sas && sas[number].mode == MODE_TUNNEL && !sas[number].around)
		*sa = &sas[number];
	if (below(4))
		addr_router(&in.src, v6);
	icmp_error(b, &in, r.data, r.len ? (int)below(r.len) : 0);
	return v6 ? PROTO_IPV6 : PROTO_IPIP;
}

/* Changed before it was encrypted and signed, so the change is behind that. */
static void make_bad(struct bytes *b, bool touch)
{
	struct seal how = { .sound = false };
	struct sa *sa = some_sa();
	struct inside in;

	inside_of(&in, sa, false, MARK_BAD_IN);
	if (once_in(10))
		how.next_header = nested(b, sa);
	else if (once_in(10) && sa->mode == MODE_TUNNEL)
		how.next_header = error_inside(b, &sa);
	else
		how.next_header = content(b, sa, &in);
	if (touch && below(5))
		mutate(b);
	how.next_header = strange(how.next_header);
	if (sa[1].around && once_in(3))
		seal_wrongly(b, sa, &how);
	else
		seal(b, sa, &how);
}

static void bad_in(void)
{
	make_bad(&packet, true);
	send_some(WIRE_FAR, &packet);
}

/* As one can who has no keys. */
static void forged(void)
{
	make_bad(&packet, false);
	mutate(&packet);
	send_some(WIRE_FAR, &packet);
}

static void swap(struct bytes *a, struct bytes *b)
{
	static struct bytes c;

	memcpy(&c, a, offsetof(struct bytes, data) + a->len);
	memcpy(a, b, offsetof(struct bytes, data) + b->len);
	memcpy(b, &c, offsetof(struct bytes, data) + c.len);
}

/* Where a fragment belongs, in units of 8 bytes; more: whether others follow. */
static void move_piece(struct bytes *b)
{
	bool v6 = b->data[0] >> 4 == 6;
	uint8_t *at = b->data + (v6 ? 42 : 6);
	int field = at[0] << 8 | at[1], step = v6 ? 8 : 1;

	switch (below(4)) {
	case 0:
		field -= step * (1 + below(3));
		break;
	case 1:
		field += step * (1 + below(3));
		break;
	case 2:
		field ^= v6 ? 1 : 0x2000;
		break;
	default:
		field = below(0x10000);
	}
	put16(at, field);
	if (!v6) {
		put16(b->data + 10, 0);
		put16(b->data + 10, checksum(b->data, (b->data[0] & 15) * 4, 0));
	}
}

static void spoil_pieces(int n)
{
	int i = below(n), k = below(n);

	switch (below(5)) {
	case 0:
		move_piece(&pieces[i]);
		break;
	case 1:
		mutate(&pieces[i]);
		break;
	case 2:
		memcpy(&pieces[i], &pieces[k], offsetof(struct bytes, data) + pieces[k].len);
		break;
	case 3:
		if (i != k)
			swap(&pieces[i], &pieces[k]);
		break;
	default:
		cut(&pieces[i], pieces[i].len / 2, below(40));
	}
}

static void send_pieces(enum wire wire, int n)
{
	int i;

	for (i = 0; i < n; i++)
		wire_send(wire, &pieces[i], NULL);
}

static int some_size(void)
{
	return 8 + (below(4) ? 56 + below(600) : below(3) * 8);
}

/* The protected packet in fragments, which this host puts together. */
static void outer_fragments(void)
{
	bool good = once_in(3);
	int n;

	if (good)
		make_good(&packet);
	else
		make_bad(&packet, false);
	/* The first fragment of a good packet has all headers (RFC 8200 4.5). */
	n = fragment(&packet, good ? 160 + (int)below(200) : some_size(), pieces);
	/* A fragment header that stays, for there is nothing to put together, counts for AH. */
	if (good && n == 1)
		return wire_send(WIRE_FAR, &packet, NULL);
	if (!good && n)
		spoil_pieces(n);
	send_pieces(WIRE_FAR, n);
}

/* Fragments inside a tunnel, each protected; most of them arrive, and not always in order. */
static void inner_fragments(void)
{
	struct seal how = { .sound = true };
	struct sa *sa = some_sa();
	struct inside in;
	int n, i;

	if (sa->mode != MODE_TUNNEL)
		return;
	inside_of(&in, sa, false, MARK_BAD_IN);
	inside_packet(&packet, &in);
	n = fragment(&packet, some_size(), pieces);
	if (n && below(3))
		spoil_pieces(n);
	how.next_header = in.src.v6 ? PROTO_IPV6 : PROTO_IPIP;
	for (i = 0; i < n; i++)
		if (below(10))
			seal(&pieces[i], sa, &how);
		else
			pieces[i].len = 0;
	for (i = 0; i < n; i++)
		if (pieces[i].len)
			wire_send(WIRE_FAR, &pieces[i], NULL);
}

/* A router says that a protected packet did not arrive. */
static void error_in(void)
{
	const struct recent *r = &recent[WIRE_FAR][below(RECENTS)];
	bool v6 = r->data[0] >> 4 == 6;
	struct inside in = { .mark = MARK_NONE };

	addr_router(&in.src, v6);
	addr_here(&in.dst, v6);
	icmp_error(&packet, &in, r->data, below(4) ? r->len : (int)below(r->len + 1));
	wire_send(WIRE_FAR, &packet, NULL);
}

/* ... and one near, that what came out of a tunnel did not. */
static void error_out(void)
{
	const struct recent *r = &recent[WIRE_NEAR][below(RECENTS)];
	bool v6 = r->data[0] >> 4 == 6;
	struct inside in = { .mark = MARK_NONE };

	if (once_in(3))
		addr_router(&in.src, v6);
	else
		addr_near(&in.src, v6, below(8));
	addr_of(&in.dst, r->data, v6, false);
	icmp_error(&packet, &in, r->data, below(4) ? r->len : (int)below(r->len + 1));
	wire_send(WIRE_NEAR, &packet, NULL);
}

static struct sa *out_inside(struct inside *in, enum mark mark)
{
	struct sa *sa;

	do
		sa = some_sa();
	while (sa->mode == MODE_TRANSPORT);
	inside_of(in, sa, true, mark);
	return sa;
}

/* Of SAs that leave it readable it is seen whether it comes out. */
static void good_out(void)
{
	struct inside in;
	struct sa *sa = out_inside(&in, MARK_GOOD_OUT);

	if (sa->cipher || sa[1].around)
		in.mark = MARK_BAD_OUT;
	else
		counts.good[sa->number][MARK_GOOD_OUT]++;
	inside_packet(&packet, &in);
	wire_send(WIRE_NEAR, &packet, NULL);
}

static void bad_out(void)
{
	struct inside in;

	out_inside(&in, MARK_BAD_OUT);
	if (once_in(20)) {
		in.dst = (struct addr){ .bytes = { 10, 5, 0, below(8) } };
		in.src = (struct addr){ .bytes = { 10, 1, 0, 2 } };
	}
	inside_packet(&packet, &in);
	if (below(3))
		mutate(&packet);
	send_some(WIRE_NEAR, &packet);
}

static void fragments_out(void)
{
	struct inside in;
	int n;

	out_inside(&in, MARK_BAD_OUT);
	inside_packet(&packet, &in);
	n = fragment(&packet, some_size(), pieces);
	if (n && below(3))
		spoil_pieces(n);
	send_pieces(WIRE_NEAR, n);
}

/* Large ones of TCP, and such as claim to be. */
static void large_out(void)
{
	struct virtio_net_hdr vnet;
	struct inside in;

	out_inside(&in, MARK_BAD_OUT);
	inside_tcp(&packet, &in, below(10) ? 1500 + below(4000) : below(65000), &vnet);
	switch (below(6)) {
	case 0:
		mutate(&packet);
		break;
	case 1:
		vnet.gso_size = below(3000);
		break;
	case 2:
		vnet.hdr_len = below(400);
		break;
	case 3:
		vnet.gso_type = once_in(2) ? VIRTIO_NET_HDR_GSO_UDP : vnet.gso_type | 0x80;
		break;
	}
	if (once_in(20))
		((uint8_t *)&vnet)[below(sizeof(vnet))] = below(256);
	wire_send(WIRE_NEAR, &packet, &vnet);
}

/* In clear from outside: to hosts that only hear what is protected, and to this one. */
static void clear_in(void)
{
	struct sa *sa = some_sa();
	struct inside in;

	inside_of(&in, sa, false, MARK_CLEAR);
	if (once_in(8))
		addr_router(&in.src, in.src.v6);
	inside_packet(&packet, &in);
	if (once_in(2))
		mutate(&packet);
	send_some(WIRE_FAR, &packet);
}

void send_good(void)
{
	if (once_in(2))
		good_in();
	else
		good_out();
}

void send_round(void)
{
	static void (*const kinds[])(void) = {
		good_in, good_in, good_in, good_in, good_out, good_out, good_out,
		bad_in, bad_in, bad_in, bad_in, bad_in, bad_in, bad_in, bad_in,
		forged, forged, forged, outer_fragments, inner_fragments, error_in, error_out,
		bad_out, bad_out, bad_out, fragments_out, large_out, clear_in,
	};

	kinds[below(sizeof(kinds) / sizeof(kinds[0]))]();
}
