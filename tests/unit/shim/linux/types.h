/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's <linux/types.h> has beyond the one for userspace. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define __force

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#endif /* SHIM_LINUX_TYPES_H */
