/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink requests and their answers, whatever they are about; for nl.c alone. */
#ifndef IPSECCTL_NL_SOCK_H
#define IPSECCTL_NL_SOCK_H

#include <libmnl/libmnl.h>

#include "nl.h"
#include "util.h"

/**
 * struct nl - a connection to the module
 * @sock: the socket
 * @family: number of the family
 * @group_changes: number of the group "changes"
 * @group_keying: number of the group "keying"
 * @seq: of the last request
 * @rx: buffer for answers
 */
struct nl {
	struct mnl_socket *sock;
	__u16 family;
	__u32 group_changes;
	__u32 group_keying;
	__u32 seq;
	char *rx;
};

/* bytes of @rx; the kernel fills messages of a dump up to the size of the buffer */
#define NL_RX_SIZE 262144

typedef void nl_cb(const struct nlmsghdr *nlh, void *data);

struct nlmsghdr *nl_begin(struct nl *nl, struct buf *msg, __u16 type, __u8 cmd,
			  __u16 flags);
struct nlmsghdr *nl_room(struct buf *msg, size_t room);
bool nl_talk(struct nl *nl, struct buf *msg, nl_cb *cb, void *data, bool *interrupted,
	     struct nl_error *e);
bool nl_fail(struct nl_error *e, int err, const char *text);

#endif
