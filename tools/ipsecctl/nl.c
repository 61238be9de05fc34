// SPDX-License-Identifier: GPL-2.0
/* The control channel of the kernel module, in terms of the data model. */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "nl_attr.h"
#include "nl_sock.h"

/* a database that changes during each of so many dumps is not going to hold still */
#define DUMP_TRIES 10

static void get_group(const struct nlattr *nest, struct nl *nl)
{
	const struct nlattr *a;
	const char *name = "";
	__u32 id = 0;

	mnl_attr_for_each_nested(a, nest) {
		if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(a);
		else if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(a);
	}
	if (!strcmp(name, NFIPSEC_GENL_GROUP_CHANGES))
		nl->group_changes = id;
	else if (!strcmp(name, NFIPSEC_GENL_GROUP_KEYING))
		nl->group_keying = id;
}

static void got_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a, *b;
	struct nl *nl = data;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
			nl->family = mnl_attr_get_u16(a);
		if (mnl_attr_get_type(a) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(b, a)
			get_group(b, nl);
	}
}

static bool find_family(struct nl *nl, struct nl_error *e)
{
	struct buf msg = { 0 };
	struct nlmsghdr *nlh;

	nlh = nl_begin(nl, &msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NFIPSEC_GENL_NAME);
	if (nl_talk(nl, &msg, got_family, nl, NULL, e) && nl->family)
		return true;
	if (!e->err || e->err == ENOENT)
		nl_fail(e, ENOENT, "the nfipsec module is not loaded (modprobe nfipsec)");
	return false;
}

/**
 * nl_open - connect to the module
 * @e: the error
 *
 * Return: NULL if it is not loaded or does not answer.
 */
struct nl *nl_open(struct nl_error *e)
{
	struct nl *nl = xcalloc(1, sizeof(*nl));
	int on = 1;

	*e = (struct nl_error){ 0 };
	nl->rx = xcalloc(1, NL_RX_SIZE);
	nl->sock = mnl_socket_open(NETLINK_GENERIC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID)) {
		nl_fail(e, errno, NULL);
		goto fail;
	}
	/* without the sentence of an error and with an echo of the request: no reason to stop */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	if (find_family(nl, e))
		return nl;
fail:
	nl_close(nl);
	return NULL;
}

/**
 * nl_close - end a connection
 * @nl: the connection or NULL
 */
void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		mnl_socket_close(nl->sock);
	/* answers may have had keys in them */
	wipe_free(nl->rx, NL_RX_SIZE);
	free(nl);
}

/**
 * nl_error_text - an error in words
 * @e: the error
 */
const char *nl_error_text(const struct nl_error *e)
{
	if (e->text[0])
		return e->text;
	if (e->err == EPERM)
		return "not permitted, this needs CAP_NET_ADMIN";
	return strerror(e->err);
}

static void put_flush(struct buf *msg, __u32 cmd)
{
	struct nlmsghdr *nlh = nl_room(msg, NL_OP_MAX);
	struct nlattr *op = mnl_attr_nest_start(nlh, NFIPSEC_A_OP);

	mnl_attr_put_u32(nlh, NFIPSEC_A_CMD, cmd);
	mnl_attr_nest_end(nlh, op);
}

static void put_rule(struct buf *msg, const struct rule *r, bool del)
{
	struct nlmsghdr *nlh = nl_room(msg, NL_OP_MAX);
	struct nlattr *op = mnl_attr_nest_start(nlh, NFIPSEC_A_OP);

	if (r->sa) {
		mnl_attr_put_u32(nlh, NFIPSEC_A_CMD, del ? NFIPSEC_CMD_SA_DEL :
				 NFIPSEC_CMD_SA_NEW);
		nl_put_sa(nlh, r->sa, del);
	} else if (r->defaults) {
		mnl_attr_put_u32(nlh, NFIPSEC_A_CMD, NFIPSEC_CMD_DEFAULTS_SET);
		nl_put_defaults(nlh, r->defaults, del);
	} else {
		mnl_attr_put_u32(nlh, NFIPSEC_A_CMD, del ? NFIPSEC_CMD_POLICY_DEL :
				 NFIPSEC_CMD_POLICY_NEW);
		nl_put_policy(nlh, r->policy, del);
	}
	mnl_attr_nest_end(nlh, op);
}

/* the rule in whose operation the offset is; start[i] is where operation i starts */
static const struct rule *rule_at(const struct ruleset *rs, const size_t *start, size_t offset)
{
	size_t lo = 0, hi = rs->n;

	if (!rs->n || offset < start[0])
		return NULL;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (start[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	return &rs->v[lo];
}

/**
 * nl_load - give the kernel rules, all or none of them
 * @nl: the connection
 * @rs: the rules
 * @flags: NL_LOAD_*
 * @failed: set to the rule that the kernel refused, or NULL if it did not say
 * @e: the error
 */
bool nl_load(struct nl *nl, const struct ruleset *rs, unsigned int flags,
	     const struct rule **failed, struct nl_error *e)
{
	size_t *start = xcalloc(rs->n + 1, sizeof(*start));
	struct buf msg = { 0 };
	bool ok = true;

	*failed = NULL;
	nl_begin(nl, &msg, nl->family, NFIPSEC_CMD_BATCH, NLM_F_ACK);
	if (flags & NL_LOAD_FLUSH) {
		put_flush(&msg, NFIPSEC_CMD_POLICY_FLUSH);
		put_flush(&msg, NFIPSEC_CMD_SA_FLUSH);
	}
	for (size_t i = 0; i < rs->n; i++) {
		start[i] = ((struct nlmsghdr *)msg.data)->nlmsg_len;
		if (start[i] > INT32_MAX / 2 - NL_OP_MAX) {
			ok = nl_fail(e, EMSGSIZE, "too many rules for one transaction");
			break;
		}
		put_rule(&msg, &rs->v[i], flags & NL_LOAD_DELETE);
	}
	ok = ok && nl_talk(nl, &msg, NULL, NULL, NULL, e);
	if (!ok && e->offset)
		*failed = rule_at(rs, start, e->offset);
	buf_free(&msg);
	free(start);
	return ok;
}

static void got_rule(const struct nlmsghdr *nlh, void *data)
{
	const struct place nowhere = { 0 };
	struct ruleset *rs = data;
	const struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) == NFIPSEC_A_SA)
			nl_get_sa(a, ruleset_add_sa(rs, nowhere));
		else if (mnl_attr_get_type(a) == NFIPSEC_A_POLICY)
			nl_get_policy(a, ruleset_add_policy(rs, nowhere));
	}
}

static bool dump(struct nl *nl, __u8 cmd, __u32 flags, struct ruleset *out,
		 struct nl_error *e)
{
	struct buf msg = { 0 };
	struct nlmsghdr *nlh;

	for (int i = 0; i < DUMP_TRIES; i++) {
		bool interrupted = false;

		nlh = nl_begin(nl, &msg, nl->family, cmd, NLM_F_DUMP);
		if (flags)
			mnl_attr_put_u32(nlh, NFIPSEC_A_FLAGS, flags);
		ruleset_free(out);
		if (!nl_talk(nl, &msg, got_rule, out, &interrupted, e))
			return false;
		if (!interrupted)
			return true;
	}
	return nl_fail(e, EINTR, "the database changes too fast to be listed");
}

/**
 * nl_dump_sas - all SAs
 * @nl: the connection
 * @keys: with their keys
 * @out: filled with them
 * @e: the error
 */
bool nl_dump_sas(struct nl *nl, bool keys, struct ruleset *out, struct nl_error *e)
{
	return dump(nl, NFIPSEC_CMD_SA_GET, keys ? NFIPSEC_F_SHOW_KEYS : 0, out, e);
}

/**
 * nl_dump_policies - all policies, by direction, priority and age
 * @nl: the connection
 * @out: filled with them
 * @e: the error
 */
bool nl_dump_policies(struct nl *nl, struct ruleset *out, struct nl_error *e)
{
	return dump(nl, NFIPSEC_CMD_POLICY_GET, 0, out, e);
}

static void got_defaults(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == NFIPSEC_A_DEFAULTS)
			nl_get_defaults(a, data);
}

/**
 * nl_read_defaults - what happens to packets that no policy matches
 * @nl: the connection
 * @out: filled with it
 * @e: the error
 */
bool nl_read_defaults(struct nl *nl, struct defaults *out, struct nl_error *e)
{
	struct buf msg = { 0 };

	nl_begin(nl, &msg, nl->family, NFIPSEC_CMD_DEFAULTS_GET, NLM_F_ACK);
	return nl_talk(nl, &msg, got_defaults, out, NULL, e);
}

static void got_stats(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == NFIPSEC_A_STATS)
			nl_get_counters(a, data);
}

/**
 * nl_get_stats - the counters
 * @nl: the connection
 * @out: filled with them
 * @e: the error
 */
bool nl_get_stats(struct nl *nl, struct stats *out, struct nl_error *e)
{
	struct buf msg = { 0 };

	nl_begin(nl, &msg, nl->family, NFIPSEC_CMD_STATS_GET, NLM_F_ACK);
	return nl_talk(nl, &msg, got_stats, out, NULL, e);
}

/**
 * nl_subscribe - have events sent from now on
 * @nl: the connection, of no other use afterwards
 * @e: the error
 */
bool nl_subscribe(struct nl *nl, struct nl_error *e)
{
	__u32 groups[] = { nl->group_changes, nl->group_keying };
	int size = 8 << 20;

	/* a burst of changes is larger than the default; without the right to it: try anyway */
	setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &groups[i],
					  sizeof(groups[i])))
			return nl_fail(e, errno, NULL);
	return true;
}

static struct selector *got_selector(const struct nlattr *a, struct selector *old)
{
	struct selector *sel = old ? old : xcalloc(1, sizeof(*sel));

	sel->proto = PROTO_ANY;
	nl_get_selector(a, sel);
	return sel;
}

static void got_event(const struct nlmsghdr *nlh, struct event *ev)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a;

	ev->cmd = genl->cmd;
	got_rule(nlh, &ev->rules);
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(a)) {
		case NFIPSEC_A_PACKET:
			ev->packet = got_selector(a, ev->packet);
			break;
		case NFIPSEC_A_SELECTOR:
			ev->wanted = got_selector(a, ev->wanted);
			break;
		case NFIPSEC_A_LIMIT:
			if (mnl_attr_get_payload_len(a) == sizeof(ev->limit))
				ev->limit = mnl_attr_get_u8(a);
			break;
		case NFIPSEC_A_HARD:
			ev->hard = true;
			break;
		case NFIPSEC_A_ROUTER:
			nl_get_addr(a, &ev->router);
			break;
		case NFIPSEC_A_ICMP:
			if (mnl_attr_get_payload_len(a) == sizeof(__u16)) {
				ev->icmp_type = mnl_attr_get_u16(a) >> 8;
				ev->icmp_code = mnl_attr_get_u16(a) & 0xff;
			}
			break;
		}
	}
}

/**
 * nl_wait_events - wait for events once
 * @nl: the connection, after nl_subscribe()
 * @cb: called with each of them
 * @data: for @cb
 * @lost: set if events came faster than they were read
 * @e: the error
 */
bool nl_wait_events(struct nl *nl, void (*cb)(const struct event *ev, void *data), void *data,
		    bool *lost, struct nl_error *e)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)nl->rx;
	int len = mnl_socket_recvfrom(nl->sock, nl->rx, NL_RX_SIZE);

	*lost = len < 0 && errno == ENOBUFS;
	if (*lost || (len < 0 && errno == EINTR))
		return true;
	if (len < 0)
		return nl_fail(e, errno, NULL);
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		struct event ev = { 0 };

		if (nlh->nlmsg_type != nl->family ||
		    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
			continue;
		got_event(nlh, &ev);
		cb(&ev, data);
		event_free(&ev);
	}
	return true;
}
