// SPDX-License-Identifier: GPL-2.0
/*
 * Boxes: what a selector, or many of them, cover in the space of packets. Pure.
 *
 * Volumes are logarithms, see ipsec_box_log(): the number of packets in a box has up to 300
 * bits.
 */
#include <asm/byteorder.h>

#include "box.h"

/* Of an address in wire order, behind an IPv4 address nothing counts. */
static struct ipsec_wide wide_addr(const union ipsec_addr *addr, __u16 family)
{
	struct ipsec_wide wide = {};

	if (family == AF_INET) {
		wide.lo = __be32_to_cpu(addr->v4);
	} else {
		wide.hi = (__u64)__be32_to_cpu(addr->v6[0]) << 32 | __be32_to_cpu(addr->v6[1]);
		wide.lo = (__u64)__be32_to_cpu(addr->v6[2]) << 32 | __be32_to_cpu(addr->v6[3]);
	}
	return wide;
}

/* A range of ports that ends before it begins means no ports: it may be anywhere. */
static void box_ports(struct ipsec_box *box, enum ipsec_axis axis, __u16 min, __u16 max)
{
	box->min[axis].lo = min <= max ? min : 0;
	box->max[axis].lo = min <= max ? max : 0xffff;
}

/**
 * ipsec_box_of() - the box of a selector
 * @box: filled
 * @sel: the selector
 * @rank: place of its policy in the order
 *
 * Every packet that the selector matches is inside, as far as it is known: who asks with a
 * fragment does not ask about ports.
 */
void ipsec_box_of(struct ipsec_box *box, const struct ipsec_selector *sel, __u64 rank)
{
	memset(box, 0, sizeof(*box));
	box->min[IPSEC_AXIS_RANK].lo = rank;
	box->max[IPSEC_AXIS_RANK].lo = rank;
	box->min[IPSEC_AXIS_SRC] = wide_addr(&sel->src_min, sel->family);
	box->max[IPSEC_AXIS_SRC] = wide_addr(&sel->src_max, sel->family);
	box->min[IPSEC_AXIS_DST] = wide_addr(&sel->dst_min, sel->family);
	box->max[IPSEC_AXIS_DST] = wide_addr(&sel->dst_max, sel->family);
	box_ports(box, IPSEC_AXIS_SPORT, sel->sport_min, sel->sport_max);
	box_ports(box, IPSEC_AXIS_DPORT, sel->dport_min, sel->dport_max);
	box->min[IPSEC_AXIS_PROTO].lo = sel->proto;
	box->max[IPSEC_AXIS_PROTO].lo = sel->proto == IPSEC_ANY_PROTO ? 0xff : sel->proto;
}

/**
 * ipsec_box_join() - let a box grow around another
 * @box: grows
 * @other: the other
 */
void ipsec_box_join(struct ipsec_box *box, const struct ipsec_box *other)
{
	int axis;

	for (axis = 0; axis < __IPSEC_AXIS_MAX; axis++) {
		if (ipsec_wide_cmp(&other->min[axis], &box->min[axis]) < 0)
			box->min[axis] = other->min[axis];
		if (ipsec_wide_cmp(&other->max[axis], &box->max[axis]) > 0)
			box->max[axis] = other->max[axis];
	}
}

/**
 * ipsec_box_covers() - whether a box is inside another
 * @box: the outer one
 * @other: the inner one
 *
 * Return: true if it is, on the axis of ranks as well.
 */
bool ipsec_box_covers(const struct ipsec_box *box, const struct ipsec_box *other)
{
	int axis;

	for (axis = 0; axis < __IPSEC_AXIS_MAX; axis++)
		if (ipsec_wide_cmp(&other->min[axis], &box->min[axis]) < 0 ||
		    ipsec_wide_cmp(&other->max[axis], &box->max[axis]) > 0)
			return false;
	return true;
}

/**
 * ipsec_box_log_extent() - how many numbers there are from one to another
 * @min: one
 * @max: another, not below
 *
 * Return: a logarithm, 0 or more.
 */
int ipsec_box_log_extent(const struct ipsec_wide *min, const struct ipsec_wide *max)
{
	__u64 hi = max->hi - min->hi - (max->lo < min->lo), lo = max->lo - min->lo;
	int shift;

	if (!++lo && !++hi)
		return 128 * IPSEC_BOX_LOG_ONE;
	if (!hi)
		return ipsec_box_log(lo);
	/* The upper 64 bits of it will do. */
	shift = 64 - fls64(hi);
	return ipsec_box_log(shift ? hi << shift | lo >> (64 - shift) : hi) +
	       (64 - shift) * IPSEC_BOX_LOG_ONE;
}

/**
 * ipsec_box_volume() - how many packets are in a box
 * @box: the box; ranks do not count
 *
 * Return: a logarithm, 0 or more.
 */
int ipsec_box_volume(const struct ipsec_box *box)
{
	int axis, volume = 0;

	for (axis = IPSEC_AXIS_SRC; axis < __IPSEC_AXIS_MAX; axis++)
		volume += ipsec_box_log_extent(&box->min[axis], &box->max[axis]);
	return volume;
}

/**
 * ipsec_box_overlap() - how many packets are in both of two boxes
 * @a: one
 * @b: another
 *
 * Return: a logarithm, 0 or more, or IPSEC_BOX_APART.
 */
int ipsec_box_overlap(const struct ipsec_box *a, const struct ipsec_box *b)
{
	const struct ipsec_wide *min, *max;
	int axis, volume = 0;

	for (axis = IPSEC_AXIS_SRC; axis < __IPSEC_AXIS_MAX; axis++) {
		min = ipsec_wide_cmp(&a->min[axis], &b->min[axis]) > 0 ? &a->min[axis] :
									  &b->min[axis];
		max = ipsec_wide_cmp(&a->max[axis], &b->max[axis]) < 0 ? &a->max[axis] :
									  &b->max[axis];
		if (ipsec_wide_cmp(min, max) > 0)
			return IPSEC_BOX_APART;
		volume += ipsec_box_log_extent(min, max);
	}
	return volume;
}
