// SPDX-License-Identifier: GPL-2.0
/*
 * Where the kernel's own stack has NETLINK_XFRM (its front end is built into some kernels),
 * nfipsec speaks the same protocol under another number. A program that is started with this
 * library preloaded finds it there:
 *
 *	LD_PRELOAD=libnfipsec-xfrm.so ip xfrm state
 */
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <linux/nfipsec.h>

int socket(int domain, int type, int protocol)
{
	static int (*real)(int domain, int type, int protocol);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "socket");
	if (!real) {
		errno = ENOSYS;
		return -1;
	}
	if (domain == AF_NETLINK && protocol == NETLINK_XFRM)
		protocol = NFIPSEC_NETLINK_XFRM;
	return real(domain, type, protocol);
}
