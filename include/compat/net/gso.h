/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_GSO_H
#define COMPAT_NET_GSO_H

#include <linux/version.h>

/* Before 6.5 skb_gso_segment() stood in linux/netdevice.h. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#include <linux/netdevice.h>
#else
#include_next <net/gso.h>
#endif

#endif /* COMPAT_NET_GSO_H */
