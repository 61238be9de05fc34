// SPDX-License-Identifier: GPL-2.0
/* The table of transforms. */
#include <linux/in.h>

#include "xform.h"

/* Filled when the module is loaded, before anything can look. */
static const struct ipsec_xform *xforms[2];

/**
 * ipsec_xform_register() - make a transform known
 * @xform: ESP or AH, static
 *
 * Only while the module is being loaded.
 */
void ipsec_xform_register(const struct ipsec_xform *xform)
{
	xforms[xform->proto == IPPROTO_AH] = xform;
}

/**
 * ipsec_xform_find() - the transform of a protocol
 * @proto: protocol number
 *
 * Return: NULL if @proto is neither ESP nor AH.
 */
const struct ipsec_xform *ipsec_xform_find(u8 proto)
{
	if (proto != IPPROTO_ESP && proto != IPPROTO_AH)
		return NULL;
	return xforms[proto == IPPROTO_AH];
}
