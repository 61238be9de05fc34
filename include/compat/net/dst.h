/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_DST_H
#define COMPAT_NET_DST_H

#include_next <net/dst.h>
#include <linux/version.h>

/* Before 6.12 there was an initial reference count, always 1. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define dst_alloc(ops, dev, obsolete, flags) dst_alloc(ops, dev, 1, obsolete, flags)
#endif

#endif /* COMPAT_NET_DST_H */
