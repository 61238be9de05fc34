/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_XFRM_H
#define COMPAT_LINUX_XFRM_H

#include <linux/version.h>
#include_next <linux/xfrm.h>

/* 6.10 gave SAs a direction. Drop with 6.6. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define XFRM_SA_DIR_IN	1
#define XFRM_SA_DIR_OUT	2
#define XFRMA_SA_DIR	33
#endif

/* 6.11 sends NAT keepalives. Drop with 6.6. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define XFRMA_NAT_KEEPALIVE_INTERVAL	34
#undef XFRMA_MAX
#define XFRMA_MAX	XFRMA_NAT_KEEPALIVE_INTERVAL
#endif

#endif /* COMPAT_LINUX_XFRM_H */
