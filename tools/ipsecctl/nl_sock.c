// SPDX-License-Identifier: GPL-2.0
/* Generic netlink requests and their answers, whatever they are about. */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "nl_sock.h"

/**
 * nl_fail - note an error of our own
 * @e: the error
 * @err: errno
 * @text: a sentence, or NULL
 *
 * Return: false.
 */
bool nl_fail(struct nl_error *e, int err, const char *text)
{
	*e = (struct nl_error){ .err = err };
	snprintf(e->text, sizeof(e->text), "%s", text ? text : "");
	return false;
}

/**
 * nl_room - make room in a message
 * @msg: the message
 * @room: bytes that will be put next
 *
 * Return: its header, which moves.
 */
struct nlmsghdr *nl_room(struct buf *msg, size_t room)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)msg->data;

	if (nlh)
		msg->len = nlh->nlmsg_len;
	buf_reserve(msg, room);
	return (struct nlmsghdr *)msg->data;
}

/**
 * nl_begin - start a request
 * @nl: the connection
 * @msg: the message
 * @type: number of the family
 * @cmd: the command
 * @flags: besides NLM_F_REQUEST
 *
 * Return: its header; there is room for some small attributes.
 */
struct nlmsghdr *nl_begin(struct nl *nl, struct buf *msg, __u16 type, __u8 cmd,
			  __u16 flags)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(nl_room(msg, 1024));
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = NFIPSEC_GENL_VERSION;
	return nlh;
}

/* the attributes of an error start after the request, which may or may not be echoed */
static void get_extack(const struct nlmsghdr *nlh, size_t offset, struct nl_error *e)
{
	const struct nlattr *a;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || nlh->nlmsg_len < NLMSG_HDRLEN + offset)
		return;
	mnl_attr_for_each(a, nlh, offset) {
		size_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG)
			snprintf(e->text, sizeof(e->text), "%.*s", (int)len,
				 (const char *)mnl_attr_get_payload(a));
		else if (mnl_attr_get_type(a) == NLMSGERR_ATTR_OFFS && len == 4)
			e->offset = mnl_attr_get_u32(a);
	}
}

/* Return: whether the message says that the request is done, well (e->err == 0) or not. */
static bool is_end(const struct nlmsghdr *nlh, struct nl_error *e)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == NLMSG_DONE) {
		int rc = 0;

		if (len >= sizeof(rc))
			memcpy(&rc, mnl_nlmsg_get_payload(nlh), sizeof(rc));
		e->err = rc < 0 ? -rc : 0;
		get_extack(nlh, MNL_ALIGN(sizeof(rc)), e);
		return true;
	}
	if (nlh->nlmsg_type != NLMSG_ERROR)
		return false;
	if (len < sizeof(*err)) {
		nl_fail(e, EBADMSG, "the answer of the kernel is too short");
		return true;
	}
	e->err = err->error < 0 ? -err->error : err->error;
	len = sizeof(*err);
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > sizeof(err->msg))
		len += MNL_ALIGN(err->msg.nlmsg_len - sizeof(err->msg));
	get_extack(nlh, len, e);
	return true;
}

static bool send_all(struct nl *nl, struct buf *msg, struct nl_error *e)
{
	int fd = mnl_socket_get_fd(nl->sock), size;
	char text[160];

	msg->len = ((struct nlmsghdr *)msg->data)->nlmsg_len;
	/* a message is one datagram; the kernel keeps some bytes of the buffer to itself */
	size = msg->len < INT32_MAX / 2 - 4096 ? msg->len + 4096 : INT32_MAX / 2;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (mnl_socket_sendto(nl->sock, msg->data, msg->len) >= 0)
		return true;
	if (errno != EMSGSIZE && errno != ENOBUFS)
		return nl_fail(e, errno, NULL);
	snprintf(text, sizeof(text),
		 "the rules make one message of %zu bytes, too large to be sent", msg->len);
	return nl_fail(e, errno, text);
}

/**
 * nl_talk - send a request and read all answers
 * @nl: the connection
 * @msg: the request, wiped and released
 * @cb: called with each answer that carries data
 * @data: for @cb
 * @interrupted: set if a dump was not of one moment; NULL if this is no dump
 * @e: the error
 */
bool nl_talk(struct nl *nl, struct buf *msg, nl_cb *cb, void *data, bool *interrupted,
	     struct nl_error *e)
{
	struct nlmsghdr *nlh;
	bool ok;
	int len;

	*e = (struct nl_error){ 0 };
	ok = send_all(nl, msg, e);
	buf_free(msg);
	while (ok) {
		len = mnl_socket_recvfrom(nl->sock, nl->rx, NL_RX_SIZE);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return nl_fail(e, errno, NULL);
		nlh = (struct nlmsghdr *)nl->rx;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != nl->seq)
				continue;
			if (interrupted && nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				*interrupted = true;
			if (is_end(nlh, e))
				return !e->err;
			if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && cb)
				cb(nlh, data);
		}
	}
	return false;
}
