/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_GENETLINK_H
#define COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <linux/version.h>

/* Since 6.7 a dump has a struct genl_info as well. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

/* Since 6.2 what comes after a command is told of it in another shape. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_post_ops genl_ops
#else
#define genl_post_ops genl_split_ops
#endif

#endif /* COMPAT_NET_GENETLINK_H */
