/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_HEX_H
#define COMPAT_LINUX_HEX_H

#include <linux/version.h>

/* Before 6.4 hex2bin() stood in linux/kernel.h. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#include <linux/kernel.h>
#else
#include_next <linux/hex.h>
#endif

#endif /* COMPAT_LINUX_HEX_H */
