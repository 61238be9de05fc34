/* SPDX-License-Identifier: GPL-2.0 */
/* Selectors and packets from an input: few different ones, so that most are near a bound. */
#ifndef FUZZ_DRAW_H
#define FUZZ_DRAW_H

#include "fuzz.h"

static const uint8_t few_bytes[] = {
	0, 1, 2, 3, 4, 0x0f, 0x10, 0x7f, 0x80, 0x81, 0xc0, 0xfd, 0xfe, 0xff, 0x55, 0xaa,
};

static const uint16_t few_ports[] = {
	0, 1, 3, 8, 53, 127, 128, 255, 256, 1023, 1024, 32767, 32768, 49152, 65534, 65535,
};

static const uint8_t few_protos[] = {
	0, 1, 6, 17, 33, 43, 50, 51, 58, 60, 89, 132, 135, 136, 255, 253,
};

/* The first byte and the last one differ, what is between is all zero or all ones. */
static inline void draw_addr(uint8_t choice, uint16_t family, union ipsec_addr *addr)
{
	size_t len = ipsec_addr_len(family);

	memset(addr, 0, sizeof(*addr));
	memset(addr->bytes, choice & 8 ? 0xff : 0, len);
	addr->bytes[0] = few_bytes[choice & 15];
	addr->bytes[len - 1] = few_bytes[choice >> 4];
}

/* Whether the first is not above the second, or they may stay as they are. */
static inline void draw_addrs(struct input *in, uint16_t family, union ipsec_addr *min,
			      union ipsec_addr *max)
{
	uint8_t a = take(in, 1), b = take(in, 1);

	draw_addr(a, family, min);
	draw_addr(b, family, max);
	if (a == b && a % 4) {
		memset(min, 0, sizeof(*min));
		memset(max->bytes, 0xff, ipsec_addr_len(family));
	} else if (memcmp(min, max, sizeof(*min)) > 0 && a != 0xee) {
		draw_addr(b, family, min);
		draw_addr(a, family, max);
	}
}

static inline void draw_ports(struct input *in, uint16_t *min, uint16_t *max)
{
	uint8_t choice = take(in, 1);

	*min = few_ports[choice & 15];
	*max = few_ports[choice >> 4];
}

/* One that ipsec_selector_check() may refuse. */
static inline void draw_selector(struct input *in, struct ipsec_selector *sel)
{
	uint8_t kind = take(in, 1);

	memset(sel, 0, sizeof(*sel));
	sel->family = kind & 1 ? AF_INET6 : AF_INET;
	sel->proto = few_protos[kind >> 4];
	sel->sport_max = 0xffff;
	sel->dport_max = 0xffff;
	if (kind & 2)
		draw_ports(in, &sel->sport_min, &sel->sport_max);
	if (kind & 4)
		draw_ports(in, &sel->dport_min, &sel->dport_max);
	if (kind & 8) {
		uint8_t where = take(in, 1);

		sel->way = where & 3 ? (where & 1 ? IPSEC_KEY_LOCAL : IPSEC_KEY_FORWARDED) : 0;
		sel->dev = where >> 2 & 3;
	}
	draw_addrs(in, sel->family, &sel->src_min, &sel->src_max);
	draw_addrs(in, sel->family, &sel->dst_min, &sel->dst_max);
}

/* A packet as ipsec_flow_key() reads it: what it does not have is 0. */
static inline void draw_key(struct input *in, struct ipsec_key *key)
{
	uint8_t kind = take(in, 1), flags = take(in, 1), ports = take(in, 1);

	memset(key, 0, sizeof(*key));
	key->family = kind & 1 ? AF_INET6 : AF_INET;
	key->proto = few_protos[kind >> 4];
	draw_addr(take(in, 1), key->family, &key->src);
	draw_addr(take(in, 1), key->family, &key->dst);
	key->dev = kind >> 1 & 3;
	key->vrf = kind & 8 ? 3 : 0;
	if (flags & IPSEC_KEY_WAYS)
		key->flags = flags & 16 ? IPSEC_KEY_LOCAL : IPSEC_KEY_FORWARDED;
	if (flags & 1) {
		key->flags |= IPSEC_KEY_NO_PORTS | (flags & IPSEC_KEY_OPAQUE);
		if (flags & 2 && key->family == AF_INET6)
			key->flags |= IPSEC_KEY_NO_PROTO;
		return;
	}
	if (ipsec_proto_has_ports(key->proto)) {
		key->sport = few_ports[ports & 15];
		key->dport = few_ports[ports >> 4];
	} else if (ipsec_proto_has_type(key->proto)) {
		key->sport = few_ports[ports & 7];
		key->dport = ipsec_proto_has_code(key->proto) ? few_ports[ports >> 4 & 7] : 0;
	}
}

#endif /* FUZZ_DRAW_H */
