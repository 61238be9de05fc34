/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_GENETLINK_H
#define COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <linux/version.h>

/* Since 6.7 a dump has a struct genl_info as well. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

#endif /* COMPAT_NET_GENETLINK_H */
