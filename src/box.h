/* SPDX-License-Identifier: GPL-2.0 */
/* Boxes: what a selector, or many of them, cover in the space of packets. Pure. */
#ifndef IPSEC_BOX_H
#define IPSEC_BOX_H

#include <linux/bitops.h>

#include "selector.h"

/**
 * enum ipsec_axis - the dimensions of a box
 * @IPSEC_AXIS_RANK: place in the order of policies
 * @IPSEC_AXIS_SRC: source address
 * @IPSEC_AXIS_DST: destination address
 * @IPSEC_AXIS_SPORT: source port
 * @IPSEC_AXIS_DPORT: destination port
 * @IPSEC_AXIS_PROTO: protocol
 */
enum ipsec_axis {
	IPSEC_AXIS_RANK,
	IPSEC_AXIS_SRC,
	IPSEC_AXIS_DST,
	IPSEC_AXIS_SPORT,
	IPSEC_AXIS_DPORT,
	IPSEC_AXIS_PROTO,
	__IPSEC_AXIS_MAX,
};

/**
 * struct ipsec_wide - a number of 128 bits; not every compiler has one
 * @hi: upper half
 * @lo: lower half
 */
struct ipsec_wide {
	__u64 hi;
	__u64 lo;
};

/**
 * struct ipsec_box - a range on each axis, bounds inclusive
 * @min: lowest numbers, by enum ipsec_axis
 * @max: highest numbers
 *
 * All of one box are of one family, so it has no axis for that.
 */
struct ipsec_box {
	struct ipsec_wide min[__IPSEC_AXIS_MAX];
	struct ipsec_wide max[__IPSEC_AXIS_MAX];
};

/* What ipsec_box_overlap() says of boxes that have nothing in common. */
#define IPSEC_BOX_APART	(-1)

void ipsec_box_of(struct ipsec_box *box, const struct ipsec_selector *sel, __u64 rank);
void ipsec_box_join(struct ipsec_box *box, const struct ipsec_box *other);
bool ipsec_box_covers(const struct ipsec_box *box, const struct ipsec_box *other);
int ipsec_box_log_extent(const struct ipsec_wide *min, const struct ipsec_wide *max);
int ipsec_box_volume(const struct ipsec_box *box);
int ipsec_box_overlap(const struct ipsec_box *a, const struct ipsec_box *b);

/**
 * ipsec_wide_cmp() - order of two numbers
 * @a: one
 * @b: another
 *
 * Return: less than, equal to or greater than 0.
 */
static inline int ipsec_wide_cmp(const struct ipsec_wide *a, const struct ipsec_wide *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return 0;
}

/* 1 as a logarithm has 8 bits behind the point, see ipsec_box_log(). */
#define IPSEC_BOX_LOG_ONE	256

/**
 * ipsec_box_log() - logarithm of a number to the base of 2
 * @n: the number, not 0
 *
 * Straight lines between the powers of two.
 *
 * Return: the logarithm, with 8 bits behind the point.
 */
static inline int ipsec_box_log(__u64 n)
{
	int shift = 64 - fls64(n);

	return (63 - shift) * IPSEC_BOX_LOG_ONE + ((n << shift) >> 55) % IPSEC_BOX_LOG_ONE;
}

#endif /* IPSEC_BOX_H */
