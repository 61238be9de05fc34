// SPDX-License-Identifier: GPL-2.0
/* The headers that AH authenticates, against RFC 4302 3.3.3.1 and appendix A. */
#include "ktap.h"
#include "../../src/mutable.c"

static __u8 packet[512] __attribute__((aligned(8)));

static unsigned int put(const char *hex)
{
	unsigned int n = 0, byte;

	for (; *hex; hex++)
		if (*hex != ' ' && sscanf(hex, "%2x", &byte) == 1) {
			packet[n++] = byte;
			hex++;
		}
	return n;
}

/* What comes in, and what is authenticated of it; NULL: nobody can say. */
static void blanked(const char *name, const char *in, const char *out)
{
	static __u8 wanted[sizeof(packet)];
	unsigned int len = 0;
	bool good;

	if (out) {
		len = put(out);
		memcpy(wanted, packet, len);
	}
	expect(!out || len == put(in), true, "%s: lengths of the test", name);
	len = put(in);
	good = ipsec_mutable_blank(packet, len);
	expect(!!out, good, "%s", name);
	if (good && out && memcmp(packet, wanted, len))
		wrong("%s: other bytes", name);
	end_case("%s", name);
}

/* Any bytes, of any length, in memory of just that length: the sanitizers are the judges. */
static void noise(void)
{
	uint64_t seed = 4302;

	for (unsigned int n = 0; n < 1000000; n++) {
		unsigned int len = below(&seed, 120);
		__u8 *headers = malloc(len ? len : 1);

		for (unsigned int i = 0; i < len; i++)
			headers[i] = below(&seed, below(&seed, 4) ? 16 : 256);
		if (len)
			headers[0] = below(&seed, 2) ? 0x60 : 0x40 | (len / 4 > 15 ? 15 : len / 4);
		ipsec_mutable_blank(headers, len);
		free(headers);
	}
	end_case("a million headers of noise");
}

#define V6(NEXT)	"6afabcde 0100 " NEXT " 40 "
#define V6_BLANK(NEXT)	"60000000 0100 " NEXT " 00 "
#define A		"20010db8000000000000000000000001 "
#define B		"20010db8000000000000000000000002 "
#define C		"20010db8000000000000000000000003 "
#define D		"20010db8000000000000000000000004 "

int main(void)
{
	blanked("IPv4: TOS, fragment, TTL and checksum are zero",
		"45b80054 12344000 40330bad c0000201 c0000202",
		"45000054 12340000 00330000 c0000201 c0000202");
	blanked("IPv4: a record route is zero, a router alert stays",
		"48000054 00000000 40330bad c0000201 c0000202 94040000 07 07 04 00000000 00",
		"48000054 00000000 00330000 c0000201 c0000202 94040000 00000000 000000 00");
	blanked("IPv4: a source route says where the packet will arrive",
		"48000054 00000000 40330bad c0000201 c0000202 01 83 0b 04 0a000001 0a000002",
		"48000054 00000000 00330000 c0000201 0a000002 01 00 00 00 00000000 00000000");
	blanked("IPv4: a source route that is done",
		"48000054 00000000 40330bad c0000201 c0000202 01 83 0b 0c 0a000001 0a000002",
		"48000054 00000000 00330000 c0000201 c0000202 01 00 00 00 00000000 00000000");
	blanked("IPv4: an option that is longer than the header",
		"46000054 00000000 40330bad c0000201 c0000202 07 09 04 00", NULL);
	blanked("IPv4: an option of length 1",
		"46000054 00000000 40330bad c0000201 c0000202 07 01 04 00", NULL);
	blanked("IPv4: a header of another length", "46000054 00000000 40330bad c0000201 c0000202", NULL);

	blanked("IPv6: traffic class, flow label and hop limit are zero",
		V6("33") A B, V6_BLANK("33") A B);
	blanked("IPv6: options that may change are zero, others stay",
		V6("00") A B "33 01 3e04aabbccdd 1e04aabbccdd 0100",
		V6_BLANK("00") A B "33 01 3e0400000000 1e04aabbccdd 0100");
	blanked("IPv6: destination options alike",
		V6("3c") A B "33 00 2004aabbccdd", V6_BLANK("3c") A B "33 00 200400000000");
	blanked("IPv6: an option beyond its header",
		V6("00") A B "33 00 3e05aabbccdd", NULL);
	blanked("IPv6: a routing header counts as it arrives",
		V6("2b") A B "33 04 00 02 00000000" C D,
		V6_BLANK("2b") A D "33 04 00 00 00000000" B C);
	blanked("IPv6: the same, one hop later",
		V6("2b") A C "33 04 00 01 00000000" B D,
		V6_BLANK("2b") A D "33 04 00 00 00000000" B C);
	blanked("IPv6: the same, arrived",
		V6("2b") A D "33 04 00 00 00000000" B C,
		V6_BLANK("2b") A D "33 04 00 00 00000000" B C);
	blanked("IPv6: segment routing ends with the first of its list",
		V6("2b") A C "33 04 04 01 01000000" B C,
		V6_BLANK("2b") A B "33 04 04 00 01000000" B C);
	blanked("IPv6: more segments than addresses",
		V6("2b") A B "33 02 00 02 00000000" C, NULL);
	blanked("IPv6: a routing header of an unknown type",
		V6("2b") A B "33 02 fd 01 00000000" C, NULL);
	blanked("IPv6: an atomic fragment",
		V6("2c") A B "33 00 0000 12345678", V6_BLANK("2c") A B "33 00 0000 12345678");
	blanked("IPv6: a header that is cut off", V6("00") A B "33 01 0104000000", NULL);
	blanked("IPv6: something that is no extension header", V6("06") A B "33 00 0000 12345678", NULL);
	blanked("neither", "55000054", NULL);
	blanked("nothing", "", NULL);
	noise();
	return end_all();
}
