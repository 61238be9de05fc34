// SPDX-License-Identifier: GPL-2.0
/* Packets, so that SAs and policies are in use while they change. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

#ifndef UDP_ENCAP
#define UDP_ENCAP		100
#endif
#define UDP_ENCAP_ESPINUDP	2
#define PACKET_MAX		4000

enum { UDP, ESP, AH, ICMP, ENCAP, SOCKETS };

static __thread int socks[SOCKETS][2];	/* IPv4, IPv6 */

static int open_one(int which, int family)
{
	int icmp = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int encap = UDP_ENCAP_ESPINUDP;
	struct sockaddr_in6 any = { .sin6_family = family };
	int sock;

	switch (which) {
	case UDP:
		return socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	case ESP:
		return socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ESP);
	case AH:
		return socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_AH);
	case ICMP:
		return socket(family, SOCK_RAW | SOCK_CLOEXEC, icmp);
	default:
		sock = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		any.sin6_port = htons(4500);
		setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 1 }, sizeof(int));
		bind(sock, (void *)&any,
		     family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(any));
		setsockopt(sock, IPPROTO_UDP, UDP_ENCAP, &encap, sizeof(encap));
		return sock;
	}
}

void traffic_begin(struct worker *w)
{
	int i;

	(void)w;
	for (i = 0; i < SOCKETS; i++) {
		socks[i][0] = open_one(i, AF_INET);
		socks[i][1] = open_one(i, AF_INET6);
	}
}

void traffic_end(struct worker *w)
{
	int i;

	(void)w;
	for (i = 0; i < SOCKETS; i++) {
		close(socks[i][0]);
		close(socks[i][1]);
	}
}

static socklen_t address(struct rng *rng, bool six, uint16_t port, struct sockaddr_in6 *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct addr addr;

	memset(to, 0, sizeof(*to));
	pool_addr(rng, six ? AF_INET6 : AF_INET, &addr);
	to->sin6_family = addr.family;
	/* A raw socket of IPv6 takes no port. */
	to->sin6_port = htons(port);
	if (!six) {
		memcpy(&in->sin_addr, addr.bytes, 4);
		return sizeof(*in);
	}
	memcpy(&to->sin6_addr, addr.bytes, 16);
	return sizeof(*to);
}

/* An SPI of the pool, a sequence number, and what nobody has encrypted. */
static size_t fill(struct rng *rng, int which, bool six, uint8_t *packet, size_t len)
{
	uint32_t *words = (uint32_t *)packet;
	size_t i;

	for (i = 0; i < len / 4; i++)
		words[i] = below(rng, 0xffffffff);
	switch (which) {
	case ESP:
	case ENCAP:
		words[0] = htonl(pool_spi(rng));
		words[1] = htonl(below(rng, 200));
		return len;
	case AH:
		packet[0] = IPPROTO_UDP;
		packet[1] = one_in(rng, 2) ? 4 : below(rng, 256);
		words[1] = htonl(pool_spi(rng));
		words[2] = htonl(below(rng, 200));
		return len;
	case ICMP:
		packet[0] = six ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
		packet[1] = 0;
		return len;
	default:
		return len;
	}
}

static void send_packet(struct worker *w)
{
	static __thread uint8_t packet[PACKET_MAX] __attribute__((aligned(8)));
	struct rng *rng = &w->rng;
	int which = one_in(rng, 2) ? UDP : below(rng, SOCKETS);
	bool six = one_in(rng, 2);
	int sock = socks[which][six], mark = one_in(rng, 4) ? below(rng, 4) : 0;
	size_t len = 12 + (one_in(rng, 8) ? below(rng, PACKET_MAX - 12) : below(rng, 200));
	uint16_t port = which == ENCAP ? 4500 :
			which == UDP ? 1000 * below(rng, 3) + below(rng, 2) : 0;
	struct sockaddr_in6 to;
	socklen_t to_len;

	to_len = address(rng, six, port, &to);
	setsockopt(sock, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
	len = fill(rng, which, six, packet, len);
	sendto(sock, packet, len, MSG_DONTWAIT, (void *)&to, to_len);
	w->stats.sent++;
	/* What has arrived, and errors, are of no interest: but they must not stay. */
	while (recv(sock, packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC) >= 0)
		;
}

static void connect_once(struct worker *w)
{
	bool six = one_in(&w->rng, 2);
	int sock = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 to;
	socklen_t len = address(&w->rng, six, 1000 * below(&w->rng, 3), &to);

	connect(sock, (void *)&to, len);
	w->stats.sent++;
	close(sock);
}

/* Each kind of them stays in memory as long as its namespace: there are few. */
static void set_policy(struct worker *w)
{
	struct {
		struct xfrm_userpolicy_info info;
		struct xfrm_user_tmpl tmpl;
	} policy = { 0 };
	struct rng *rng = &w->rng;
	bool six = one_in(rng, 2), odd = one_in(rng, 5);
	const struct tunnel *tunnel = pool_tunnel(below(rng, TUNNELS));
	size_t len = one_in(rng, 2) ? sizeof(policy) : sizeof(policy.info);
	int sock = one_in(rng, 3) ? socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) :
		   socks[one_in(rng, 2) ? UDP : ENCAP][six];

	policy.info.sel.family = six ? AF_INET6 : AF_INET;
	policy.info.dir = below(rng, odd ? 5 : 2);
	policy.info.action = below(rng, odd ? 4 : 2);
	policy.tmpl.family = tunnel->src.family;
	policy.tmpl.id.proto = tunnel->proto;
	policy.tmpl.mode = tunnel->mode == NFIPSEC_MODE_TUNNEL ? XFRM_MODE_TUNNEL :
			   XFRM_MODE_TRANSPORT;
	memcpy(&policy.tmpl.id.daddr, tunnel->dst.bytes, tunnel->dst.len);
	memcpy(&policy.tmpl.saddr, tunnel->src.bytes, tunnel->src.len);
	policy.tmpl.reqid = tunnel->reqid;
	setsockopt(sock, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_XFRM_POLICY : IP_XFRM_POLICY,
		   &policy, odd ? below(rng, sizeof(policy) + 1) : len);
	if (one_in(rng, 2))
		setsockopt(sock, six ? IPPROTO_IPV6 : IPPROTO_IP,
			   six ? IPV6_XFRM_POLICY : IP_XFRM_POLICY, NULL, 0);
	if (sock != socks[UDP][six] && sock != socks[ENCAP][six])
		close(sock);
}

void traffic_round(struct worker *w)
{
	switch (below(&w->rng, 40)) {
	case 0:
		connect_once(w);
		break;
	case 1:
		set_policy(w);
		break;
	default:
		send_packet(w);
	}
}
