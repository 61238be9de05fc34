// SPDX-License-Identifier: GPL-2.0
/*
 * To be preloaded: lets one allocation of the kernel fail, in what a program asks of netlink, or
 * when it gives a socket a policy.
 *
 *	NTH=N		the Nth that the kernel tries while it handles the program's calls of
 *			sendmsg(), sendto(), recvmsg() and recvfrom() on netlink sockets, and of
 *			setsockopt() for IP_XFRM_POLICY and IPV6_XFRM_POLICY, counted over all of
 *			them
 *	NTH_SAYS=FILE	what has become of it, when the program ends: "hit", or "missed" if there
 *			were fewer
 *
 * The kernel must have CONFIG_FAULT_INJECTION: see /proc/PID/fail-nth there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int file = -1;
static long left;

__attribute__((constructor)) static void begin(void)
{
	const char *nth = getenv("NTH");

	left = nth ? strtol(nth, NULL, 10) : 0;
	file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (file < 0)
		abort();
}

__attribute__((destructor)) static void end(void)
{
	const char *name = getenv("NTH_SAYS");
	FILE *says = name ? fopen(name, "w") : NULL;

	if (!says)
		return;
	fputs(left > 0 ? "missed\n" : "hit\n", says);
	fclose(says);
}

static bool is_netlink(int fd)
{
	int domain = 0;
	socklen_t length = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) && domain == AF_NETLINK;
}

static bool is_policy(int level, int option)
{
	return (level == IPPROTO_IP && option == IP_XFRM_POLICY) ||
	       (level == IPPROTO_IPV6 && option == IPV6_XFRM_POLICY);
}

static void arm(void)
{
	char text[24];
	int length = snprintf(text, sizeof(text), "%ld", left);

	if (pwrite(file, text, length, 0) != length)
		abort();
}

/* The kernel has counted down to 0 when it has failed. */
static void disarm(void)
{
	char text[24] = "";

	if (pread(file, text, sizeof(text) - 1, 0) < 0)
		abort();
	left = strtol(text, NULL, 10);
	if (pwrite(file, "0", 1, 0) != 1)
		abort();
}

#define WITH_NTH(type, name, condition, arguments, ...)			\
type name arguments							\
{									\
	static type (*real) arguments;					\
	bool armed = left > 0 && (condition);				\
	type result;							\
									\
	if (!real)							\
		*(void **)&real = dlsym(RTLD_NEXT, #name);		\
	if (armed)							\
		arm();							\
	result = real(__VA_ARGS__);					\
	if (armed)							\
		disarm();						\
	return result;							\
}

WITH_NTH(ssize_t, sendmsg, is_netlink(fd), (int fd, const struct msghdr *msg, int flags),
	 fd, msg, flags)
WITH_NTH(ssize_t, recvmsg, is_netlink(fd), (int fd, struct msghdr *msg, int flags),
	 fd, msg, flags)
WITH_NTH(ssize_t, sendto, is_netlink(fd),
	 (int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
	  socklen_t size),
	 fd, data, length, flags, to, size)
WITH_NTH(ssize_t, recvfrom, is_netlink(fd),
	 (int fd, void *data, size_t length, int flags, struct sockaddr *from, socklen_t *size),
	 fd, data, length, flags, from, size)
WITH_NTH(int, setsockopt, is_policy(level, option),
	 (int fd, int level, int option, const void *value, socklen_t size),
	 fd, level, option, value, size)
