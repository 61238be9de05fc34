// SPDX-License-Identifier: GPL-2.0
/* While nobody sends: both doors tell the same of a namespace, and nothing is left by a flush. */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "fuzz.h"

#define TRIES	20	/* SAs and policies may end by themselves meanwhile */

static struct message msg;

struct told {
	unsigned int messages;		/* of a dump, or of an answer */
	uint32_t number;		/* of SADINFO or SPDINFO */
	bool changed;			/* while it was dumped */
	int error;
};

/* The numbers of SAs, or of policies of all directions. */
static uint32_t number_of(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr = (const struct nlattr *)((const uint8_t *)NLMSG_DATA(nlh) + 4);
	const uint32_t *numbers = (const uint32_t *)(attr + 1);

	if (nlh->nlmsg_type == XFRM_MSG_NEWSADINFO)
		return numbers[0];
	return numbers[0] + numbers[1] + numbers[2];
}

static void hear(enum door door, const struct nlmsghdr *nlh, struct told *told, bool *end)
{
	const struct nlmsgerr *error = NLMSG_DATA(nlh);

	if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR) {
		told->error = -error->error;
		*end = true;
		return;
	}
	told->messages++;
	told->changed |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
	check_message("pause", door, nlh);
	if (door == DOOR_XFRM && (nlh->nlmsg_type == XFRM_MSG_NEWSADINFO ||
				  nlh->nlmsg_type == XFRM_MSG_NEWSPDINFO))
		told->number = number_of(nlh);
}

static void talk(enum door door, int sock, struct told *told)
{
	static uint8_t buffer[1 << 19];
	const struct nlmsghdr *nlh;
	bool end = false;
	ssize_t len;

	memset(told, 0, sizeof(*told));
	if (send(sock, msg.data, msg.len, 0) < 0)
		err(1, "pause: send");
	while (!end) {
		len = recv(sock, buffer, sizeof(buffer), 0);
		if (len < 0)
			err(1, "pause: recv");
		for (nlh = (void *)buffer; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			hear(door, nlh, told, &end);
	}
	if (told->error)
		complain("pause", "a request failed: %s", strerror(told->error));
}

static void ask_genl(int sock, uint8_t cmd, uint16_t flags, struct told *told)
{
	msg.len = 0;
	msg_begin(&msg, family_id, flags, 1);
	((struct genlmsghdr *)msg_body(&msg, GENL_HDRLEN))->cmd = cmd;
	msg_end(&msg);
	talk(DOOR_GENL, sock, told);
}

static void ask_xfrm(int sock, uint16_t type, uint16_t flags, size_t body, struct told *told)
{
	msg.len = 0;
	msg_begin(&msg, type, flags, 1);
	if (body)
		msg_body(&msg, body);
	msg_end(&msg);
	talk(DOOR_XFRM, sock, told);
}

/* Return: false: they did not agree, which may be because something ended meanwhile. */
static bool agree(const int sock[DOORS], bool sas, bool complaining)
{
	struct told count, again, genl, xfrm;
	uint16_t info = sas ? XFRM_MSG_GETSADINFO : XFRM_MSG_GETSPDINFO;

	ask_xfrm(sock[DOOR_XFRM], info, NLM_F_ACK, 4, &count);
	ask_genl(sock[DOOR_GENL], sas ? NFIPSEC_CMD_SA_GET : NFIPSEC_CMD_POLICY_GET, NLM_F_DUMP,
		 &genl);
	ask_xfrm(sock[DOOR_XFRM], sas ? XFRM_MSG_GETSA : XFRM_MSG_GETPOLICY, NLM_F_DUMP, 0, &xfrm);
	ask_xfrm(sock[DOOR_XFRM], info, NLM_F_ACK, 4, &again);
	if (count.number == again.number && genl.messages == count.number &&
	    xfrm.messages == count.number)
		return true;
	if (complaining && count.number == again.number && !genl.changed && !xfrm.changed)
		complain("pause", "there are %u %s; generic netlink dumps %u, NETLINK_XFRM %u",
			 count.number, sas ? "SAs" : "policies", genl.messages, xfrm.messages);
	return false;
}

static void flush_all(const int sock[DOORS])
{
	struct told told;

	ask_genl(sock[DOOR_GENL], NFIPSEC_CMD_POLICY_FLUSH, NLM_F_ACK, &told);
	ask_genl(sock[DOOR_GENL], NFIPSEC_CMD_SA_FLUSH, NLM_F_ACK, &told);
	ask_xfrm(sock[DOOR_XFRM], XFRM_MSG_GETSADINFO, NLM_F_ACK, 4, &told);
	if (told.number)
		complain("pause", "%u SAs are left by a flush", told.number);
	ask_xfrm(sock[DOOR_XFRM], XFRM_MSG_GETSPDINFO, NLM_F_ACK, 4, &told);
	if (told.number)
		complain("pause", "%u policies are left by a flush", told.number);
}

void quiet_check(int ns, bool flush)
{
	struct rng rng = { 1 };
	int sock[DOORS], i;
	bool sas;

	if (enter(ns))
		err(1, "setns");
	sock[DOOR_GENL] = open_door(DOOR_GENL, &rng);
	sock[DOOR_XFRM] = open_door(DOOR_XFRM, &rng);
	for (sas = false; ; sas = true) {
		for (i = 0; i < TRIES && !agree(sock, sas, i == TRIES - 1); i++)
			;
		if (sas)
			break;
	}
	if (flush)
		flush_all(sock);
	close(sock[DOOR_GENL]);
	close(sock[DOOR_XFRM]);
}
