// SPDX-License-Identifier: GPL-2.0
/*
 * A packet goes through a tunnel, however that is configured: nothing of its header is lost that
 * RFC 4301 5.1.2 and RFC 6040 say it keeps, and a router that marks congestion is heard.
 */
#include "fuzz.h"
#include "../../src/outer.c"

enum { CONGESTION = 3 };	/* RFC 3168 5 */

static void draw_outer(struct input *in, struct ipsec_outer *outer, const __u8 *map)
{
	uint8_t said = take(in, 1);

	ipsec_outer_defaults(outer);
	outer->df = take(in, 1) % __NFIPSEC_DF_MAX;
	outer->ecn = take(in, 1) % __NFIPSEC_ECN_MAX;
	if (said & 1)
		outer->dscp = take(in, 1) % 64;
	if (said & 2)
		outer->dscp_map = map;
	if (said & 4)
		outer->ttl = take(in, 1);
	if (said & 8)
		outer->flow_label = take(in, 3) & NFIPSEC_FLOW_LABEL_MAX;
	outer->dscp_decap = said & 16;
}

/* RFC 3168 5: what a router may do to the mark. */
static __u8 pass_router(__u8 dsfield, bool congested)
{
	return congested && dsfield % 4 ? dsfield | CONGESTION : dsfield;
}

static void through(const struct ipsec_outer *outer, __u8 inner, bool congested, __u8 rewritten)
{
	__u8 outside = ipsec_outer_dsfield(outer, inner), arrived, found = inner;
	bool heard = congested && outside % 4;
	enum ipsec_ecn_odd odd;

	holds(outer->ecn != NFIPSEC_ECN_COMPAT || !(outside % 4), "compatible: %x", outside);
	/* a router may give another DSCP as well */
	arrived = (rewritten & ~3) | pass_router(outside, congested) % 4;
	odd = ipsec_outer_decap(outer, arrived, &found);
	holds(odd == IPSEC_ECN_FINE, "%x in %x is odd", inner, arrived);
	holds(found / 4 == (outer->dscp_decap ? arrived : inner) / 4, "DSCP %x", found);
	holds(found % 4 == (heard ? CONGESTION : inner % 4), "%x in %x: %x", inner, arrived, found);
}

/* No mark that was ever set is taken away, whatever arrives around it. */
static void any_pair(const struct ipsec_outer *outer, __u8 inner, __u8 arrived)
{
	__u8 found = inner;
	enum ipsec_ecn_odd odd = ipsec_outer_decap(outer, arrived, &found);
	bool marked = inner % 4 == CONGESTION || arrived % 4 == CONGESTION;

	holds((odd == IPSEC_ECN_LOST) == (!(inner % 4) && arrived % 4 == CONGESTION), "%x in %x",
	      inner, arrived);
	holds(odd == IPSEC_ECN_LOST || (found % 4 == CONGESTION) == marked, "%x in %x", inner,
	      arrived);
	holds((found % 4 == 0) == (inner % 4 == 0), "%x in %x: ECT", inner, arrived);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	__u8 inner = take(&in, 1), arrived = take(&in, 1), ttl = take(&in, 1), *map;
	__u32 label = take(&in, 3) & NFIPSEC_FLOW_LABEL_MAX;
	struct ipsec_outer outer;
	__u8 values[64];

	for (unsigned int i = 0; i < sizeof(values); i++)
		values[i] = (i + ttl) % 64;
	/* of just its size, for the sanitizer */
	map = copy_of(values, sizeof(values));
	draw_outer(&in, &outer, map);
	through(&outer, inner, take(&in, 1) & 1, arrived);
	any_pair(&outer, inner, arrived);
	holds(ipsec_outer_dsfield(&outer, inner) / 4 ==
	      (outer.dscp >= 0 ? outer.dscp : outer.dscp_map ? (inner / 4 + ttl) % 64 : inner / 4),
	      "DSCP of %x", inner);
	holds(ipsec_outer_ttl(&outer, ttl, 64) ==
	      (outer.ttl < 0 ? 64 : outer.ttl ? outer.ttl : ttl), "TTL of %u", ttl);
	holds(ipsec_outer_flow_label(&outer, label) <= NFIPSEC_FLOW_LABEL_MAX, "20 bits");
	holds(outer.df != NFIPSEC_DF_COPY || ipsec_outer_df(&outer, ttl & 1) == (ttl & 1), "DF");
	free(map);
	return 0;
}
