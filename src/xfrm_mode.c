// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: the modes of SAs and templates. */
#include "xfrm.h"

/* ANY is not a mode of this protocol. */
static const u8 modes[] = {
	[NFIPSEC_MODE_TRANSPORT]	= XFRM_MODE_TRANSPORT,
	[NFIPSEC_MODE_TUNNEL]		= XFRM_MODE_TUNNEL,
	[NFIPSEC_MODE_BEET]		= XFRM_MODE_BEET,
};

/**
 * ipsec_xfrm_mode() - read a mode
 * @mode: as it is in a message
 *
 * Return: enum nfipsec_mode, or -EINVAL: nfipsec has no such mode.
 */
int ipsec_xfrm_mode(u8 mode)
{
	u8 i;

	for (i = NFIPSEC_MODE_TRANSPORT; i < ARRAY_SIZE(modes); i++)
		if (modes[i] == mode)
			return i;
	return -EINVAL;
}

/**
 * ipsec_xfrm_told_mode() - a mode as it is told to who asks
 * @mode: enum nfipsec_mode
 *
 * Return: XFRM_MODE_TUNNEL for ANY, else the same mode.
 */
u8 ipsec_xfrm_told_mode(u8 mode)
{
	return mode == NFIPSEC_MODE_ANY ? XFRM_MODE_TUNNEL : modes[mode];
}
