// SPDX-License-Identifier: GPL-2.0
/*
 * The header that AH authenticates (RFC 4302 3.3.3.1): made from a header of any bytes, it is the
 * same after routers have done with that what RFC 791, 8200, 2460, 6275 and 8754 let them do, and
 * the same when it is made twice; and nothing beside the header is touched.
 */
#include "fuzz.h"
#include "../../src/mutable.c"

/* RFC 4302 appendix A1: what a router may write into. */
static bool may_change4(uint8_t type)
{
	return type != 0x82 && type != 0x85 && type != 0x86 && type != 0x94 && type != 0x95;
}

/* RFC 791 3.1: the next address becomes the destination, the router's own is recorded. */
static void route4(uint8_t *h, uint8_t *option, unsigned int router)
{
	uint8_t next[4];

	if (option[1] < 7 || (option[1] - 3) % 4 || option[2] % 4 || option[2] < 4 ||
	    option[2] + 3 > option[1])
		return;
	memcpy(next, option + option[2] - 1, 4);
	memset(option + option[2] - 1, router, 4);
	memcpy(h + 16, next, 4);
	option[2] += 4;
}

static void pass4(uint8_t *h, size_t n, struct input *in)
{
	unsigned int router = take(in, 1);
	bool routed = false;
	size_t at = 20;

	h[1] = take(in, 1);		/* TOS */
	h[6] = take(in, 1);		/* flags and offset */
	h[7] = take(in, 1);
	h[8]--;
	h[10] = take(in, 1);		/* checksum */
	while (at < n && h[at] != 0) {
		size_t len = h[at] == 1 ? 1 : h[at + 1];

		if ((h[at] == 0x83 || h[at] == 0x89) && !routed) {
			route4(h, h + at, router);
			routed = true;
		} else if (h[at] != 1 && h[at] != 0x83 && h[at] != 0x89 && may_change4(h[at])) {
			for (size_t i = 2; i < len; i++)
				h[at + i] = take(in, 1);
		}
		at += len;
	}
}

/* RFC 8200 4.2: the third bit of its type says that an option may change. */
static void options6(uint8_t *at, const uint8_t *end, struct input *in)
{
	while (at < end) {
		if (*at == 0) {
			at++;
			continue;
		}
		for (int i = 0; *at & 0x20 && i < at[1]; i++)
			at[2 + i] = take(in, 1);
		at += 2 + at[1];
	}
}

/* RFC 2460 4.4, RFC 6275 6.4.3, RFC 8754 4.3.1.1. Return: whether it was for this node. */
static bool route6(uint8_t *h, uint8_t *routing)
{
	unsigned int n = routing[1] / 2, i;
	uint8_t swap[16];

	if (!routing[3])
		return false;
	i = routing[2] == 4 ? --routing[3] : n - routing[3]--;
	memcpy(swap, routing + 8 + 16 * i, 16);
	if (routing[2] != 4)
		memcpy(routing + 8 + 16 * i, h + 24, 16);
	memcpy(h + 24, swap, 16);
	return true;
}

static void pass6(uint8_t *h, size_t n, struct input *in)
{
	uint8_t type = h[6];
	bool routed = false;
	size_t at = 40, len;

	h[0] = (h[0] & 0xf0) | take(in, 1) % 16;	/* traffic class and flow label */
	h[1] = take(in, 1);
	h[2] = take(in, 1);
	h[3] = take(in, 1);
	h[7]--;
	for (; at < n; at += len) {
		len = type == 44 ? 8 : 8 * (h[at + 1] + 1);
		if (type == 0 || type == 60)
			options6(h + at + 2, h + at + len, in);
		else if (type == 43 && !routed)
			routed = route6(h, h + at);
		type = h[at];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t n = take(&in, 1);
	uint8_t hops = take(&in, 1) % 4, *sent, *arrived;
	bool good;

	if (n > in.left)
		n = in.left;
	/* of just the size, and aligned as struct ipv6hdr */
	sent = copy_of(in.at, n);
	arrived = copy_of(in.at, n);
	in.at += n;
	in.left -= n;
	good = ipsec_mutable_blank(sent, n);
	for (; good && hops; hops--) {
		if (arrived[0] >> 4 == 4)
			pass4(arrived, n, &in);
		else
			pass6(arrived, n, &in);
	}
	if (good) {
		holds(ipsec_mutable_blank(arrived, n), "it has arrived");
		holds(!memcmp(sent, arrived, n), "other bytes have arrived");
		holds(ipsec_mutable_blank(arrived, n), "once more");
		holds(!memcmp(sent, arrived, n), "other bytes when it is made twice");
	}
	free(sent);
	free(arrived);
	return 0;
}
