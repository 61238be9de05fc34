/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's <linux/types.h> has beyond the one for userspace. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif /* SHIM_LINUX_TYPES_H */
