/* SPDX-License-Identifier: GPL-2.0 */
/* AF_INET and AF_INET6. */
#ifndef SHIM_LINUX_SOCKET_H
#define SHIM_LINUX_SOCKET_H

#include_next <linux/socket.h>
#include <sys/socket.h>

#endif /* SHIM_LINUX_SOCKET_H */
