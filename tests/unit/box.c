// SPDX-License-Identifier: GPL-2.0
/* Boxes and how nodes pack them: never too small, and measured right. */
#include "ktap.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "../../src/node.c"

static union ipsec_addr addr(uint64_t *seed, int family)
{
	union ipsec_addr addr = { { 0 } };

	for (size_t i = 0; i < ipsec_addr_len(family); i++)
		addr.bytes[i] = below(seed, 3) ? (below(seed, 2) ? 0xff : 0) : draw(seed);
	return addr;
}

static void addrs(uint64_t *seed, int family, union ipsec_addr *min, union ipsec_addr *max)
{
	union ipsec_addr swap;

	*min = addr(seed, family);
	*max = addr(seed, family);
	if (ipsec_addr_cmp(min, max, family) <= 0)
		return;
	swap = *min;
	*min = *max;
	*max = swap;
}

static struct ipsec_selector selector(uint64_t *seed)
{
	struct ipsec_selector sel = { .family = below(seed, 2) ? AF_INET : AF_INET6 };

	addrs(seed, sel.family, &sel.src_min, &sel.src_max);
	addrs(seed, sel.family, &sel.dst_min, &sel.dst_max);
	sel.proto = below(seed, 3) ? 17 : below(seed, 2) ? 255 : IPSEC_ANY_PROTO;
	/* in any order: a range of ports may end before it begins */
	sel.sport_min = below(seed, 2) ? draw(seed) : 0;
	sel.sport_max = below(seed, 2) ? draw(seed) : 65535;
	sel.dport_min = below(seed, 2) ? draw(seed) : 0;
	sel.dport_max = below(seed, 2) ? draw(seed) : 65535;
	return sel;
}

/* One that is near a selector. */
static struct ipsec_key packet(uint64_t *seed, const struct ipsec_selector *sel)
{
	struct ipsec_key key = {
		.family = sel->family,
		.src = below(seed, 2) ? sel->src_min : below(seed, 2) ? sel->src_max : addr(seed, sel->family),
		.dst = below(seed, 2) ? sel->dst_max : below(seed, 2) ? sel->dst_min : addr(seed, sel->family),
		.sport = below(seed, 2) ? sel->sport_min : below(seed, 2) ? sel->sport_max : draw(seed),
		.dport = below(seed, 2) ? sel->dport_max : below(seed, 2) ? sel->dport_min : draw(seed),
		.proto = below(seed, 4) ? 17 : draw(seed),
	};

	switch (below(seed, 4)) {
	case 0: key.flags = IPSEC_KEY_NO_PORTS; break;
	case 1: key.flags = IPSEC_KEY_NO_PORTS | IPSEC_KEY_NO_PROTO; break;
	}
	return key;
}

/* In the ports that a box has: all of them, if there are none in the range. */
static bool port_inside(__u16 port, __u16 min, __u16 max)
{
	return min > max || (min <= port && port <= max);
}

/* What packed boxes have to find, written by bytes and not by words. */
static bool wanted(const struct ipsec_selector *sel, const struct ipsec_key *key)
{
	size_t len = ipsec_addr_len(sel->family);

	if (memcmp(&key->src, &sel->src_min, len) < 0 || memcmp(&key->src, &sel->src_max, len) > 0 ||
	    memcmp(&key->dst, &sel->dst_min, len) < 0 || memcmp(&key->dst, &sel->dst_max, len) > 0)
		return false;
	if (!(key->flags & IPSEC_KEY_NO_PROTO) && sel->proto && sel->proto != key->proto)
		return false;
	return key->flags & IPSEC_KEY_NO_PORTS ||
	       (port_inside(key->sport, sel->sport_min, sel->sport_max) &&
		port_inside(key->dport, sel->dport_min, sel->dport_max));
}

static void never_too_small(void)
{
	long found = 0, total = 300000;
	uint64_t seed = 1;

	for (long i = 0; i < total; i++) {
		struct ipsec_selector sel = selector(&seed);
		struct ipsec_key key = packet(&seed, &sel);
		struct ipsec_entry entry = { .child = &sel }, back;
		struct ipsec_probe probe;
		struct ipsec_node *node;
		bool hit;

		ipsec_box_of(&entry.box, &sel, i);
		node = ipsec_node_create(sel.family == AF_INET ? 1 : 4, 0, 1);
		ipsec_node_put(node, 0, &entry);
		ipsec_node_get(node, 0, &back);
		expect(0, memcmp(&entry.box, &back.box, sizeof(back.box)), "packed and unpacked");
		ipsec_probe_init(&probe, &key);
		hit = ipsec_node_hits(node, &probe, i + 1);
		expect(wanted(&sel, &key), hit, "packet %ld", i);
		expect(0, ipsec_node_hits(node, &probe, i), "its rank is not below itself");
		if (ipsec_selector_match(&sel, &key) != IPSEC_MATCH_NO)
			expect(true, hit, "packet %ld matches outside of the box", i);
		found += hit;
		kfree(node);
	}
	expect(true, found > total / 10 && found < total - total / 10, "%ld of %ld inside", found, total);
	end_case("packets that a selector matches are in its box, %ld packets", total);
}

/* By numbers of 128 bits. */
static double extent(const struct ipsec_wide *min, const struct ipsec_wide *max)
{
	unsigned __int128 a = (unsigned __int128)min->hi << 64 | min->lo;
	unsigned __int128 b = (unsigned __int128)max->hi << 64 | max->lo;

	return __builtin_log2((double)(b - a) + 1);
}

static void volumes(void)
{
	uint64_t seed = 2;

	for (int i = 0; i < 100000; i++) {
		struct ipsec_selector sel = selector(&seed);
		struct ipsec_box box;
		double real = 0;

		ipsec_box_of(&box, &sel, i);
		for (int axis = IPSEC_AXIS_SRC; axis < __IPSEC_AXIS_MAX; axis++)
			real += extent(&box.min[axis], &box.max[axis]);
		/* straight lines are off by less than a tenth of a bit on each of five axes */
		expect(true, __builtin_fabs(real - ipsec_box_volume(&box) / 256.0) < 0.5,
		       "box %d: %d / 256, not %d", i, ipsec_box_volume(&box), (int)(real * 256));
	}
	end_case("volumes are logarithms of the number of packets");
}

static int log_from_zero(__u64 hi, __u64 lo)
{
	struct ipsec_wide min = { 0 }, max = { .hi = hi, .lo = lo };

	return ipsec_box_log_extent(&min, &max);
}

/* Half of the way between two powers of two, on a straight line, is half of a bit. */
static void logarithms(void)
{
	__u64 half = 1ULL << 63, all = ~0ULL;

	expect(0, log_from_zero(0, 0), "one number");
	expect(256 + 128, log_from_zero(0, 2), "three numbers");
	expect(63 * 256, log_from_zero(0, half - 1), "2^63 numbers");
	expect(64 * 256, log_from_zero(0, all), "2^64 numbers");
	expect(64 * 256 + 128, log_from_zero(1, half - 1), "1.5 * 2^64 numbers");
	expect(65 * 256 + 64, log_from_zero(2, half - 1), "1.25 * 2^65 numbers");
	expect(127 * 256, log_from_zero(half - 1, all), "2^127 numbers");
	expect(128 * 256, log_from_zero(all, all), "2^128 numbers");
	end_case("logarithms go on from one word to the next");
}

static struct ipsec_box network(__u32 first, __u32 last)
{
	struct ipsec_selector sel = {
		.family = AF_INET, .sport_max = 65535, .dport_max = 65535,
		.src_max.v4 = 0xffffffff, .dst_min.v4 = __builtin_bswap32(first),
		.dst_max.v4 = __builtin_bswap32(last),
	};
	struct ipsec_box box;

	ipsec_box_of(&box, &sel, first);
	return box;
}

/* As nodes measure it. */
static int node_growth(const struct ipsec_box *box, const struct ipsec_box *other)
{
	__u32 packed[4 + OTHER_WORDS];
	struct growth growth;
	struct guest guest;

	pack_box(packed, box, 1, false);
	guest_init(&guest, other, 1);
	growth = grow(packed, &guest, 1);
	return new_volume(&growth);
}

static void relations(void)
{
	struct ipsec_box a = network(0x0a000000, 0x0a0000ff), b = network(0x0a000080, 0x0a00017f);
	struct ipsec_box c = network(0x0a000100, 0x0a0001ff), all = network(0, 0xffffffff);
	struct ipsec_box touching = network(0x0a0000ff, 0x0a0001ff), more = network(0x0a000100, 0x0a00013f);
	struct ipsec_box joined = a;
	int rest = (32 + 8 + 16 + 16) * 256;

	expect(rest + 7 * 256, ipsec_box_overlap(&a, &b), "half of a network");
	expect(rest, ipsec_box_overlap(&a, &touching), "one address");
	expect(IPSEC_BOX_APART, ipsec_box_overlap(&a, &c), "networks side by side");
	expect(rest + 8 * 256, ipsec_box_overlap(&all, &c), "all and one");
	expect(0, node_growth(&all, &a), "all does not grow");
	expect(true, node_growth(&a, &c) > 0, "a grows");
	expect(true, node_growth(&a, &c) < node_growth(&a, &all), "and more for more");
	expect(true, abs(node_growth(&a, &more) - rest - 6 * 256) < 128, "by a quarter: %d",
	       node_growth(&a, &more));
	ipsec_box_join(&joined, &c);
	expect(rest + 9 * 256, ipsec_box_volume(&joined), "two networks");
	expect(true, ipsec_box_covers(&joined, &a) && ipsec_box_covers(&joined, &c), "cover both");
	expect(false, ipsec_box_covers(&a, &joined), "one does not cover two");
	end_case("boxes join, cover and overlap");
}

/* By whole boxes, where ipsec_node_choose() goes axis by axis. */
static int growth(const struct ipsec_box *box, const struct ipsec_box *guest)
{
	struct ipsec_box joined = *box;
	int volume, more;

	ipsec_box_join(&joined, guest);
	volume = ipsec_box_volume(&joined);
	more = volume - ipsec_box_volume(box);
	if (!more)
		return 0;
	if (more < 256)
		volume -= 8 * 256 - ipsec_box_log(more);
	return volume > 1 ? volume : 1;
}

static __u64 gap_of(const struct ipsec_box *box, const struct ipsec_box *guest)
{
	__u64 first = box->min[IPSEC_AXIS_RANK].lo, last = box->max[IPSEC_AXIS_RANK].lo;
	__u64 rank = guest->min[IPSEC_AXIS_RANK].lo;

	return rank < first ? first - rank : rank > last ? rank - last : 0;
}

/* Whether entry a is the better one for the guest. @why counts what decided. */
static bool better(const struct ipsec_box *a, const struct ipsec_box *b,
		   const struct ipsec_box *guest, long why[3])
{
	int grows = growth(a, guest) - growth(b, guest);
	int larger = ipsec_box_volume(a) - ipsec_box_volume(b);

	why[grows ? 0 : larger ? 1 : 2]++;
	if (grows)
		return grows < 0;
	return larger ? larger < 0 : gap_of(a, guest) < gap_of(b, guest);
}

static struct ipsec_box some_box(uint64_t *seed, int family)
{
	struct ipsec_selector sel = selector(seed), shape = selector(seed);
	struct ipsec_box box;

	sel.family = family;
	addrs(seed, family, &sel.src_min, &sel.src_max);
	addrs(seed, family, &sel.dst_min, &sel.dst_max);
	/* often of few shapes, as only ranks tell those apart that are the same */
	if (below(seed, 2)) {
		sel = (struct ipsec_selector){ .family = family, .proto = shape.proto };
		memset(&sel.dst_max, below(seed, 2) ? 0xff : 0x0f, ipsec_addr_len(family));
		memset(&sel.src_max, below(seed, 2) ? 0xff : 0x0f, ipsec_addr_len(family));
	}
	ipsec_box_of(&box, &sel, below(seed, 50));
	return box;
}

static void choices(void)
{
	long why[3] = { 0 }, total = 100000;
	uint64_t seed = 3;

	for (long round = 0; round < total; round++) {
		int family = below(&seed, 2) ? AF_INET : AF_INET6, best = -1;
		struct ipsec_node *node = ipsec_node_create(family == AF_INET ? 1 : 4, 1, 1);
		__u32 candidates = 1 + below(&seed, (1 << IPSEC_NODE_FANOUT) - 1);
		struct ipsec_box guest = some_box(&seed, family);
		struct ipsec_entry entry[IPSEC_NODE_FANOUT] = { 0 };

		for (int i = 0; i < IPSEC_NODE_FANOUT; i++) {
			entry[i].box = some_box(&seed, family);
			entry[i].box.max[IPSEC_AXIS_RANK].lo += below(&seed, 3);
			ipsec_node_put(node, i, &entry[i]);
			if (!(candidates >> i & 1))
				continue;
			if (best < 0 || better(&entry[i].box, &entry[best].box, &guest, why))
				best = i;
		}
		expect(best, ipsec_node_choose(node, &guest, candidates), "choice %ld", round);
		kfree(node);
	}
	for (int i = 0; i < 3; i++)
		expect(true, why[i] > total / 10, "%ld times: %d", why[i], i);
	end_case("a box goes to the entry that grows least, is smallest, is nearest in rank");
}

static void layout(void)
{
	expect(true, node_bytes(1) <= 1024, "an IPv4 node: %zu bytes", node_bytes(1));
	expect(true, node_bytes(1) > 1024 - 60, "an IPv4 node uses its memory: %zu", node_bytes(1));
	expect(true, node_bytes(4) <= 2048, "an IPv6 node: %zu bytes", node_bytes(4));
	expect(true, IPSEC_NODE_FANOUT < 32, "a bit for each entry");
	end_case("nodes fit into the kernel's sizes of memory");
}

int main(void)
{
	never_too_small();
	volumes();
	logarithms();
	relations();
	choices();
	layout();
	return end_all();
}
