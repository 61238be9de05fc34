// SPDX-License-Identifier: GPL-2.0
/* Boxes against numbers of 128 bits: what covers, what overlaps, and by how much. */
#include <math.h>

#include "fuzz.h"
#include "../../src/selector.c"
#include "../../src/box.c"
#include "draw.h"

typedef unsigned __int128 u128;

static u128 number(const struct ipsec_wide *wide)
{
	return (u128)wide->hi << 64 | wide->lo;
}

/* Straight lines between powers of two are never further off than this: log2(3/2) - 1/2. */
static void is_log(int found, u128 count_less_one)
{
	double wanted = 256 * log2((double)count_less_one + 1);

	holds(found <= wanted + 1 && found > wanted - 24, "%d, not %f", found, wanted);
}

static int model_overlap(const struct ipsec_box *a, const struct ipsec_box *b)
{
	int sum = 0;

	for (int axis = IPSEC_AXIS_SRC; axis < __IPSEC_AXIS_MAX; axis++) {
		u128 min = number(&a->min[axis]), max = number(&a->max[axis]);
		struct ipsec_wide low, high;

		if (number(&b->min[axis]) > min)
			min = number(&b->min[axis]);
		if (number(&b->max[axis]) < max)
			max = number(&b->max[axis]);
		if (min > max)
			return IPSEC_BOX_APART;
		low = (struct ipsec_wide){ min >> 64, min };
		high = (struct ipsec_wide){ max >> 64, max };
		is_log(ipsec_box_log_extent(&low, &high), max - min);
		sum += ipsec_box_log_extent(&low, &high);
	}
	return sum;
}

static bool model_covers(const struct ipsec_box *a, const struct ipsec_box *b)
{
	for (int axis = 0; axis < __IPSEC_AXIS_MAX; axis++)
		if (number(&a->min[axis]) > number(&b->min[axis]) ||
		    number(&a->max[axis]) < number(&b->max[axis]))
			return false;
	return true;
}

/* A range on each axis, any numbers. */
static void draw_box(struct input *in, struct ipsec_box *box)
{
	for (int axis = 0; axis < __IPSEC_AXIS_MAX; axis++) {
		struct ipsec_wide *min = &box->min[axis], *max = &box->max[axis], swap;

		*min = (struct ipsec_wide){ take(in, 8), take(in, 8) };
		*max = (struct ipsec_wide){ take(in, 8), take(in, 8) };
		if (number(min) > number(max)) {
			swap = *min;
			*min = *max;
			*max = swap;
		}
	}
}

/* What a selector matches is in its box, with all that is not known of it. */
static void selector_in_box(struct input *in)
{
	struct ipsec_selector sel, one;
	struct ipsec_box box, point;
	struct ipsec_key key;

	draw_selector(in, &sel);
	draw_key(in, &key);
	if (ipsec_selector_check(&sel) || ipsec_selector_match(&sel, &key) != IPSEC_MATCH_YES)
		return;
	ipsec_selector_of(&key, &one);
	if (!key.proto || key.flags & IPSEC_KEY_NO_PORTS)
		return;
	ipsec_box_of(&box, &sel, 7);
	ipsec_box_of(&point, &one, 7);
	if (!ipsec_proto_has_ports(key.proto))
		return;
	holds(ipsec_box_covers(&box, &point), "protocol %u", key.proto);
	holds(ipsec_box_volume(&point) == 0, "%d", ipsec_box_volume(&point));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct ipsec_box a, b, both;

	if (take(&in, 1) % 2) {
		selector_in_box(&in);
		return 0;
	}
	draw_box(&in, &a);
	draw_box(&in, &b);
	holds(ipsec_box_covers(&a, &b) == model_covers(&a, &b), "a, b");
	holds(ipsec_box_overlap(&a, &b) == model_overlap(&a, &b), "not %d", model_overlap(&a, &b));
	both = a;
	ipsec_box_join(&both, &b);
	holds(model_covers(&both, &a) && model_covers(&both, &b), "what was joined is inside");
	for (int axis = 0; axis < __IPSEC_AXIS_MAX; axis++)
		holds((!ipsec_wide_cmp(&both.min[axis], &a.min[axis]) ||
		       !ipsec_wide_cmp(&both.min[axis], &b.min[axis])) &&
		      (!ipsec_wide_cmp(&both.max[axis], &a.max[axis]) ||
		       !ipsec_wide_cmp(&both.max[axis], &b.max[axis])), "and no more is");
	return 0;
}
