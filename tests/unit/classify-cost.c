// SPDX-License-Identifier: GPL-2.0
/*
 * What the classifier costs, in numbers that are the same in every run: nodes that a
 * lookup reads, nodes that a change of one rule copies, bytes for a rule. From one rule to a
 * million, of many shapes.
 */
#include "ktap.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "../../src/node.c"
#include "../../src/classify.c"

#define MOST	1000000
#define LOOKUPS	20000

static struct ipsec_selector *selectors;

static void anything(struct ipsec_selector *sel)
{
	memset(sel, 0, sizeof(*sel));
	sel->family = AF_INET;
	sel->src_max.v4 = 0xffffffff;
	sel->dst_max.v4 = 0xffffffff;
	sel->sport_max = 65535;
	sel->dport_max = 65535;
}

static void range(union ipsec_addr *min, union ipsec_addr *max, __u32 first, __u32 last)
{
	min->v4 = __builtin_bswap32(first);
	max->v4 = __builtin_bswap32(last < first ? first : last);
}

static void host_pairs(uint64_t *seed, int i, struct ipsec_selector *sel)
{
	range(&sel->src_min, &sel->src_max, 0x0a000000 + i, 0);
	range(&sel->dst_min, &sel->dst_max, 0xac000000 + i, 0);
}

static void networks(uint64_t *seed, int i, struct ipsec_selector *sel)
{
	range(&sel->dst_min, &sel->dst_max, i << 8, (i << 8) + 255);
}

/* Each in all of those that are larger around it. */
static void nested(uint64_t *seed, int i, struct ipsec_selector *sel)
{
	__u32 src = draw(seed), dst = draw(seed);
	__u32 src_rest = 0xffffffffULL >> below(seed, 5) * 8;
	__u32 dst_rest = 0xffffffffULL >> below(seed, 5) * 8;

	range(&sel->src_min, &sel->src_max, src & ~src_rest, src | src_rest);
	range(&sel->dst_min, &sel->dst_max, dst & ~dst_rest, dst | dst_rest);
}

/* Ranges that begin anywhere, up to 1/64 of all addresses on both sides. */
static void overlapping(uint64_t *seed, int i, struct ipsec_selector *sel)
{
	__u32 src = draw(seed), dst = draw(seed);

	range(&sel->src_min, &sel->src_max, src, src + below(seed, 1 << 26));
	range(&sel->dst_min, &sel->dst_max, dst, dst + below(seed, 1 << 26));
}

/* Half of the rules are about the source only, half about the destination only. */
static void crossing(uint64_t *seed, int i, struct ipsec_selector *sel)
{
	if (i % 2)
		range(&sel->src_min, &sel->src_max, i << 8, (i << 8) + 255);
	else
		range(&sel->dst_min, &sel->dst_max, i << 8, (i << 8) + 255);
}

static void ports(uint64_t *seed, int i, struct ipsec_selector *sel)
{
	sel->proto = 17;
	sel->sport_min = draw(seed);
	sel->sport_max = sel->sport_min | 1023;
	sel->dport_min = draw(seed);
	sel->dport_max = sel->dport_min;
}

/* Nothing tells them apart but their places in the order. */
static void all_the_same(uint64_t *seed, int i, struct ipsec_selector *sel)
{
}

static void hosts_ipv6(uint64_t *seed, int i, struct ipsec_selector *sel)
{
	sel->family = AF_INET6;
	memset(&sel->src_max, 0xff, 16);
	sel->dst_min = (union ipsec_addr){ .bytes = { 0x20, 0x01, 0x0d, 0xb8 } };
	sel->dst_min.v6[3] = __builtin_bswap32(i);
	sel->dst_max = sel->dst_min;
}

static struct ipsec_classify_rule rule_of(int i)
{
	return (struct ipsec_classify_rule){
		.sel = &selectors[i], .owner = &selectors[i], .rank = i + 1,
		.dir = NFIPSEC_DIR_OUT, .take_unknown = true,
	};
}

static const struct ipsec_node *root_of(const struct ipsec_classifier *classifier)
{
	return classifier->root[NFIPSEC_DIR_OUT][selectors[0].family == AF_INET6];
}

/* All rules in one change: each node is made once, and nothing is copied. */
static void build(struct ipsec_classifier *classifier, int n)
{
	struct ipsec_classify_change change;
	long enough = 1L << 40;

	slab_left = enough;
	ipsec_classify_begin(&change, NULL);
	for (int i = 0; i < n; i++) {
		struct ipsec_classify_rule rule = rule_of(i);

		expect(0, ipsec_classify_add(&change, &rule), "rule %d", i);
	}
	expect(true, !ipsec_classify_commit(&change, classifier), "nothing is retired");
	/* and the memory to split with */
	expect(slab_objects + 1, enough - slab_left, "allocations");
	slab_left = -1;
}

/* Packets that a rule is about, or that are about anything. Return: nodes in 1/10. */
static long visits(const struct ipsec_classifier *classifier, int n, unsigned int *most)
{
	unsigned long total = 0;
	uint64_t seed = 5;

	*most = 0;
	for (int i = 0; i < LOOKUPS; i++) {
		const struct ipsec_selector *sel = &selectors[below(&seed, n)];
		struct ipsec_key key = {
			.family = sel->family, .proto = 17, .src = sel->src_min,
			.dst = sel->dst_max, .sport = sel->sport_min, .dport = sel->dport_max,
		};
		unsigned int visited = 0;

		if (i % 2 && sel->family == AF_INET) {
			key.src.v4 = draw(&seed);
			key.dst.v4 = draw(&seed);
		}
		find_first(root_of(classifier), &key, &visited);
		total += visited;
		*most = visited > *most ? visited : *most;
	}
	return total * 10 / LOOKUPS;
}

/* Takes rules out one by one and adds them again. Return: nodes copied, in 1/10 per change. */
static long copies(struct ipsec_classifier *classifier, int n)
{
	int changes = n < 1000 ? n : 1000;
	struct ipsec_classify_change change;
	long copied = 0;

	for (int i = 0; i < 2 * changes; i++) {
		struct ipsec_classify_rule rule = rule_of((long)(i / 2) * n / changes);
		struct ipsec_node *retired;

		ipsec_classify_begin(&change, classifier);
		expect(0, i % 2 ? ipsec_classify_add(&change, &rule) :
				  ipsec_classify_remove(&change, &rule), "change %d", i);
		retired = ipsec_classify_commit(&change, classifier);
		for (struct ipsec_node *node = retired; node; node = node->retired)
			copied++;
		ipsec_classify_free_retired(retired);
	}
	return copied * 10 / (2 * changes);
}

/* Bounds: @mean in 1/10 nodes for a lookup, @worst nodes for any. */
static void shape(const char *name, void (*make)(uint64_t *seed, int i, struct ipsec_selector *sel),
		  int n, long mean, unsigned int worst)
{
	struct ipsec_classifier classifier = { 0 };
	uint64_t seed = 3;
	unsigned int most;
	long visited, copied, bytes;

	for (int i = 0; i < n; i++) {
		anything(&selectors[i]);
		make(&seed, i, &selectors[i]);
	}
	build(&classifier, n);
	bytes = slab_bytes / n;
	visited = visits(&classifier, n, &most);
	copied = copies(&classifier, n);
	printf("# %s, %d rules: lookup %ld.%ld nodes, at most %u; change %ld.%ld copies; %ld bytes for a rule\n",
	       name, n, visited / 10, visited % 10, most, copied / 10, copied % 10, bytes);
	expect(true, visited <= mean, "%ld.%ld nodes for a lookup", visited / 10, visited % 10);
	expect(true, most <= worst, "%u nodes for a lookup", most);
	/* the way down, now and then a sibling, and in the smallest a whole tree */
	expect(true, copied <= 10 * (root_of(&classifier)->level + 3), "%ld.%ld copies", copied / 10,
	       copied % 10);
	expect(true, n < 100 || bytes <= (selectors[0].family == AF_INET ? 180 : 320),
	       "%ld bytes for a rule", bytes);
	ipsec_classify_free(&classifier);
	expect(0, slab_objects, "nodes that were not freed");
	end_case("%s, %d rules", name, n);
}

int main(void)
{
	selectors = calloc(MOST, sizeof(*selectors));
	shape("host pairs", host_pairs, 1, 10, 1);
	shape("host pairs", host_pairs, 1000, 30, 4);
	shape("host pairs", host_pairs, 100000, 50, 6);
	shape("host pairs", host_pairs, MOST, 60, 7);
	shape("networks", networks, 100000, 50, 6);
	shape("nested networks", nested, 100000, 80, 25);
	shape("nested networks", nested, MOST, 110, 40);
	shape("overlapping ranges", overlapping, 1000, 60, 20);
	shape("overlapping ranges", overlapping, 100000, 100, 30);
	shape("overlapping ranges", overlapping, MOST, 150, 60);
	shape("crossing networks", crossing, 100000, 60, 12);
	shape("ports", ports, 100000, 80, 25);
	shape("all the same", all_the_same, 100000, 60, 6);
	shape("IPv6 hosts", hosts_ipv6, 100000, 50, 6);
	free(selectors);
	return end_all();
}
