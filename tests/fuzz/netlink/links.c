// SPDX-License-Identifier: GPL-2.0
/* Links of kind xfrm that come, change, move and go, and routes into them. */
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "fuzz.h"

#define LINKS	4

static void name_of(unsigned int i, char *name)
{
	snprintf(name, IFNAMSIZ, "x%u", i);
}

static void put_kind(struct worker *w, unsigned int i)
{
	size_t info = msg_nest(w->msg, IFLA_LINKINFO), data;

	msg_put(w->msg, IFLA_INFO_KIND, "xfrm", 4);
	data = msg_nest(w->msg, IFLA_INFO_DATA);
	if (!i)
		msg_put(w->msg, 3, NULL, 0);	/* IFLA_XFRM_COLLECT_METADATA */
	else if (!one_in(&w->rng, 10))
		msg_put_u32(w->msg, IFLA_XFRM_IF_ID, i);
	if (!one_in(&w->rng, 3))
		msg_put_u32(w->msg, IFLA_XFRM_LINK, below(&w->rng, 5));
	msg_nest_end(w->msg, data);
	msg_nest_end(w->msg, info);
}

static void link_message(struct worker *w, uint16_t type, uint16_t flags, unsigned int i)
{
	struct ifinfomsg *body;
	char name[IFNAMSIZ];

	name_of(i, name);
	msg_begin(w->msg, type, flags | NLM_F_ACK, ++w->seq);
	body = msg_body(w->msg, sizeof(*body));
	body->ifi_flags = one_in(&w->rng, 6) ? 0 : IFF_UP;
	body->ifi_change = IFF_UP;
	msg_put(w->msg, IFLA_IFNAME, name, strlen(name) + 1);
}

/* 10.66.I.0/24 and fd66:I::/32 lead into link I. */
static void route_message(struct worker *w, unsigned int i, uint16_t family)
{
	uint8_t dst4[] = { 10, 66, i, 0 };
	uint8_t dst6[16] = { 0xfd, 0x66, 0, i };
	struct rtmsg *body;
	char name[IFNAMSIZ];

	name_of(i, name);
	msg_begin(w->msg, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, ++w->seq);
	body = msg_body(w->msg, sizeof(*body));
	body->rtm_family = family;
	body->rtm_dst_len = family == AF_INET ? 24 : 32;
	body->rtm_table = RT_TABLE_MAIN;
	body->rtm_protocol = RTPROT_STATIC;
	body->rtm_scope = RT_SCOPE_LINK;
	body->rtm_type = RTN_UNICAST;
	msg_put(w->msg, RTA_DST, family == AF_INET ? dst4 : dst6, family == AF_INET ? 4 : 16);
	msg_put_u32(w->msg, RTA_OIF, if_nametoindex(name));
}

static void talk(struct worker *w)
{
	static uint8_t answer[1 << 16];
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (sock < 0)
		err(1, "links: socket");
	w->stats.sent++;
	send(sock, w->msg->data, w->msg->len, 0);
	while (recv(sock, answer, sizeof(answer), MSG_DONTWAIT) > 0)
		;
	close(sock);
}

void links_round(struct worker *w)
{
	struct rng *rng = &w->rng;
	unsigned int i = below(rng, LINKS);

	if (enter(below(rng, NAMESPACES)))
		err(1, "setns");
	w->msg->len = 0;
	switch (below(rng, 10)) {
	case 0 ... 3:
		link_message(w, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, i);
		put_kind(w, i);
		break;
	case 4:
		link_message(w, RTM_NEWLINK, 0, i);
		put_kind(w, below(rng, LINKS));
		break;
	case 5:
		link_message(w, RTM_DELLINK, 0, i);
		break;
	case 6:
		link_message(w, RTM_NEWLINK, 0, i);
		/* to the namespace that the main thread has looked at last */
		msg_put(w->msg, IFLA_NET_NS_PID, (uint32_t[]){ getpid() }, 4);
		break;
	default:
		route_message(w, i, one_in(rng, 2) ? AF_INET : AF_INET6);
	}
	msg_end(w->msg);
	talk(w);
}
