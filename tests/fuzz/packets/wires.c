// SPDX-License-Identifier: GPL-2.0
/*
 * The two TUN devices: what is written to them, and what comes out.
 *
 *	hosts near --- near [the namespace] far --- peers, and the hosts behind them
 *
 * What comes out of "far" and has in it what went into "near" must be protected; what went into
 * "far" in clear must not come out of "near". Errors of this host may quote either.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#define VNET_LEN	((int)sizeof(struct virtio_net_hdr))
#define UDP_ENCAP	100
#define ENCAP_ESPINUDP	2
#define LEAKS_SHOWN	10

const char *const device[WIRES] = { [WIRE_FAR] = "far", [WIRE_NEAR] = "near" };
struct recent recent[WIRES][RECENTS];
struct counts counts;

static int fds[WIRES], sink, managers[2];

static int tun(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK), len = VNET_LEN;

	strcpy(request.ifr_name, name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) || ioctl(fd, TUNSETVNETHDRSZ, &len))
		err(1, "device %s", name);
	return fd;
}

/* For this host: UDP of both families. */
static int udp_socket(int family, int port, bool esp)
{
	struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in addr4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1, how = ENCAP_ESPINUDP;

	if (esp && ((family == AF_INET6 &&
		     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
		    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &how, sizeof(how))))
		err(1, "a key manager's socket");
	if (bind(fd, family == AF_INET6 ? (struct sockaddr *)&addr6 : (struct sockaddr *)&addr4,
		 family == AF_INET6 ? sizeof(addr6) : sizeof(addr4)))
		err(1, "port %d", port);
	return fd;
}

void wires_open(void)
{
	int i;

	for (i = 0; i < WIRES; i++)
		fds[i] = tun(device[i]);
	sink = udp_socket(AF_INET6, PORT_SINK, false);
	managers[0] = udp_socket(AF_INET, PORT_ESP, true);
	managers[1] = udp_socket(AF_INET6, PORT_ESP, true);
}

void wire_send(enum wire wire, const struct bytes *b, const struct virtio_net_hdr *vnet)
{
	static const struct virtio_net_hdr none;
	struct iovec iov[] = {
		{ (void *)(vnet ? vnet : &none), VNET_LEN },
		{ (void *)b->data, b->len },
	};

	counts.sent[wire]++;
	if (writev(fds[wire], iov, 2) >= 0)
		return;
	/* Not IP, or offload that cannot be. */
	if (errno != EINVAL && errno != EIO && errno != EMSGSIZE)
		err(1, "%s: %d bytes", device[wire], b->len);
	counts.refused++;
}

static void remember(enum wire wire, const struct bytes *b)
{
	static unsigned int turn[WIRES];
	struct recent *r = &recent[wire][turn[wire]++ % RECENTS];

	r->len = b->len < (int)sizeof(r->data) ? b->len : (int)sizeof(r->data);
	memcpy(r->data, b->data, r->len);
}

/* UDP from the port of ESP counts as such: nothing else here sends from it. */
static bool is_protected(const struct bytes *b)
{
	bool v6 = b->data[0] >> 4 == 6;
	uint8_t proto;
	int at;

	proto = upper_of(b, &at);
	if (proto == PROTO_ESP || proto == PROTO_AH)
		return true;
	if (proto != IPPROTO_UDP)
		return false;
	/* A fragment behind the first one has no ports. */
	if (!v6 && (b->data[6] & 0x1f || b->data[7]))
		return true;
	if (v6 && b->data[6] == PROTO_FRAGMENT && (b->data[42] || b->data[43] & 0xf8))
		return true;
	return at + 2 <= b->len && (b->data[at] << 8 | b->data[at + 1]) == PORT_ESP;
}

static bool is_error_of_ours(const struct bytes *b)
{
	static const uint8_t types4[] = { 3, 4, 5, 11, 12 };
	bool v6 = b->data[0] >> 4 == 6;
	struct addr src;
	uint8_t proto;
	int at;

	proto = upper_of(b, &at);
	if (proto != (v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP) || at >= b->len)
		return false;
	if (v6 ? b->data[at] > 4 : !memchr(types4, b->data[at], sizeof(types4)))
		return false;
	addr_here(&src, v6);
	if (!memcmp(b->data + (v6 ? 8 : 12), src.bytes, v6 ? 16 : 4))
		return true;
	addr_near(&src, v6, 1);
	return !memcmp(b->data + (v6 ? 8 : 12), src.bytes, v6 ? 16 : 4);
}

static void leak(enum wire wire, const struct bytes *b, enum mark mark)
{
	int i;

	if (is_error_of_ours(b) || counts.leaks++ >= LEAKS_SHOWN)
		return;
	printf("complaint: what must not (%d) came out of %s, after %llu packets:", mark,
	       device[wire], (unsigned long long)(counts.sent[0] + counts.sent[1]));
	for (i = 0; i < b->len && i < 160; i++)
		printf("%s%02x", i % 4 ? "" : " ", b->data[i]);
	putchar('\n');
}

static void came(enum wire wire, const struct bytes *b)
{
	bool protected = wire == WIRE_FAR && is_protected(b);
	int number = 0, at;
	enum mark mark = mark_of(b->data, b->len, &number);
	bool went_out = mark == MARK_GOOD_OUT || mark == MARK_BAD_OUT;

	counts.came[wire]++;
	/* Errors quote what came out before. */
	if (wire == WIRE_FAR ? protected && went_out : upper_of(b, &at) == IPPROTO_UDP)
		counts.marks[number][mark]++;
	counts.protected += protected;
	if (wire == WIRE_NEAR ? mark == MARK_CLEAR : !protected && went_out)
		leak(wire, b, mark);
	if (wire == WIRE_NEAR || protected)
		remember(wire, b);
}

static void drain_socket(int fd, bool count)
{
	static struct bytes b;
	int number = 0;
	enum mark mark;

	while ((b.len = recv(fd, b.data, sizeof(b.data), 0)) >= 0 || errno != EAGAIN)
		if (count && b.len > 0) {
			mark = mark_of(b.data, b.len, &number);
			counts.marks[number][mark]++;
		}
}

void wires_drain(void)
{
	static struct bytes b;
	struct virtio_net_hdr vnet;
	struct iovec iov[] = { { &vnet, VNET_LEN }, { b.data, sizeof(b.data) } };
	int wire, len;

	for (wire = 0; wire < WIRES; wire++) {
		while ((len = readv(fds[wire], iov, 2)) > VNET_LEN) {
			b.len = len - VNET_LEN;
			came(wire, &b);
		}
		if (len < 0 && errno != EAGAIN)
			err(1, "%s", device[wire]);
	}
	drain_socket(sink, true);
	drain_socket(managers[0], false);
	drain_socket(managers[1], false);
}
