// SPDX-License-Identifier: GPL-2.0
/* The fields of an outer header against RFC 4301 5.1.2 and RFC 6040: every combination. */
#include "ktap.h"
#include "../../src/outer.c"

static struct ipsec_outer defaults(void)
{
	struct ipsec_outer outer;

	memset(&outer, 0xaa, sizeof(outer));
	ipsec_outer_defaults(&outer);
	return outer;
}

/*
 * RFC 6040, figure 4, as it is printed: rows are what is inside, columns what is outside,
 * both as Not-ECT, ECT(0), ECT(1), CE. "x": dropped; "!": "(!!!)" stands behind it.
 */
static const char *figure4[4][4] = {
	{ "Not-ECT", "Not-ECT!", "Not-ECT!", "x" },
	{ "ECT(0)", "ECT(0)", "ECT(1)", "CE" },
	{ "ECT(1)", "ECT(1)", "ECT(1)", "CE" },
	{ "CE", "CE", "CE!", "CE" },
};

static const char *marks[4] = { "Not-ECT", "ECT(0)", "ECT(1)", "CE" };
static const __u8 codes[4] = { 0, 2, 1, 3 };	/* RFC 3168 5 */

static __u8 code_of(const char *text)
{
	for (unsigned int i = 0; i < 4; i++)
		if (!strncmp(text, marks[i], strlen(marks[i])))
			return codes[i];
	return 0;
}

static void decap_case(unsigned int in, unsigned int out)
{
	const char *text = figure4[in][out];
	enum ipsec_ecn_odd odd = *text == 'x' ? IPSEC_ECN_LOST :
				 strchr(text, '!') ? IPSEC_ECN_ODD : IPSEC_ECN_FINE;
	struct ipsec_outer outer = defaults();

	for (unsigned int mode = 0; mode < __NFIPSEC_ECN_MAX; mode++)
		for (unsigned int copy = 0; copy < 2; copy++)
			for (unsigned int dscp = 0; dscp < 64 * 64; dscp++) {
				__u8 inner = dscp % 64 << 2 | codes[in], was = inner;
				__u8 outside = dscp / 64 << 2 | codes[out];

				outer.ecn = mode;
				outer.dscp_decap = copy;
				expect(odd, ipsec_outer_decap(&outer, outside, &inner),
				       "verdict on %s in %s", marks[in], marks[out]);
				if (odd == IPSEC_ECN_LOST)
					continue;
				expect(code_of(text), inner & 3, "ECN of %#x in %#x", was, outside);
				expect(copy ? dscp / 64 : dscp % 64, inner >> 2,
				       "DSCP of %#x in %#x", was, outside);
			}
	end_case("%s inside, %s outside: %s", marks[in], marks[out], text);
}

static void encap_ecn(void)
{
	struct ipsec_outer outer = defaults();

	for (unsigned int inner = 0; inner < 256; inner++)
		expect(inner, ipsec_outer_dsfield(&outer, inner), "of %#x", inner);
	end_case("normal mode copies DSCP and ECN");
	outer.ecn = NFIPSEC_ECN_COMPAT;
	for (unsigned int inner = 0; inner < 256; inner++)
		expect(inner & 0xfc, ipsec_outer_dsfield(&outer, inner), "of %#x", inner);
	end_case("compatibility mode begins without a mark");
}

static void encap_dscp(void)
{
	struct ipsec_outer outer = defaults();
	__u8 map[NFIPSEC_DSCP_COUNT];

	for (outer.dscp = 0; outer.dscp < 64; outer.dscp++)
		for (unsigned int inner = 0; inner < 256; inner++)
			expect(outer.dscp << 2 | (inner & 3), ipsec_outer_dsfield(&outer, inner),
			       "%d for %#x", outer.dscp, inner);
	end_case("DSCP set to each value");
	outer.dscp = IPSEC_OUTER_DEFAULT;
	outer.dscp_map = map;
	for (unsigned int to = 0; to < 64; to++) {
		for (unsigned int from = 0; from < 64; from++)
			map[from] = (from * 5 + to) % 64;
		for (unsigned int inner = 0; inner < 256; inner++)
			expect(map[inner >> 2] << 2 | (inner & 3),
			       ipsec_outer_dsfield(&outer, inner), "map %u of %#x", to, inner);
	}
	end_case("DSCP mapped from each value to each");
}

static void df(void)
{
	struct ipsec_outer outer = defaults();

	for (unsigned int inner = 0; inner < 2; inner++) {
		outer.df = NFIPSEC_DF_COPY;
		expect(inner, ipsec_outer_df(&outer, inner), "copied from %u", inner);
		outer.df = NFIPSEC_DF_SET;
		expect(1, ipsec_outer_df(&outer, inner), "set over %u", inner);
		outer.df = NFIPSEC_DF_CLEAR;
		expect(0, ipsec_outer_df(&outer, inner), "cleared over %u", inner);
	}
	end_case("DF");
}

static void ttl(void)
{
	struct ipsec_outer outer = defaults();

	for (unsigned int inner = 0; inner < 256; inner++) {
		outer.ttl = IPSEC_OUTER_DEFAULT;
		expect(64, ipsec_outer_ttl(&outer, inner, 64), "the route's over %u", inner);
		outer.ttl = 0;
		expect(inner, ipsec_outer_ttl(&outer, inner, 64), "copied from %u", inner);
		for (outer.ttl = 1; outer.ttl < 256; outer.ttl++)
			expect(outer.ttl, ipsec_outer_ttl(&outer, inner, 64), "set over %u", inner);
	}
	end_case("TTL");
}

static void flow_label(void)
{
	struct ipsec_outer outer = defaults();

	for (__u32 inner = 0; inner <= 0xfffff; inner += 0x11111) {
		outer.flow_label = IPSEC_OUTER_DEFAULT;
		expect(inner, ipsec_outer_flow_label(&outer, inner), "copied from %#x", inner);
		for (outer.flow_label = 0; outer.flow_label <= 0xfffff; outer.flow_label += 0x11111)
			expect(outer.flow_label, ipsec_outer_flow_label(&outer, inner),
			       "set over %#x", inner);
	}
	end_case("flow label");
}

int main(void)
{
	for (unsigned int in = 0; in < 4; in++)
		for (unsigned int out = 0; out < 4; out++)
			decap_case(in, out);
	encap_ecn();
	encap_dscp();
	df();
	ttl();
	flow_label();
	return end_all();
}
