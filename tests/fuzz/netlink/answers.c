// SPDX-License-Identifier: GPL-2.0
/* What the kernel says: is each message well-formed, and is each request answered? */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>

#include "fuzz.h"

#define MOST_TOLD	40
#define BUFFER		(1 << 19)

uint16_t family_id;
uint32_t family_groups[2];

static unsigned int n_complaints;
static pthread_mutex_t complaining = PTHREAD_MUTEX_INITIALIZER;

void complain(const char *who, const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&complaining);
	if (n_complaints++ < MOST_TOLD) {
		printf("complaint: %s: ", who);
		va_start(args, format);
		vprintf(format, args);
		va_end(args);
		printf("\n");
		fflush(stdout);
	}
	pthread_mutex_unlock(&complaining);
}

unsigned int complaints(void)
{
	return n_complaints;
}

/* --- attributes --------------------------------------------------------------------------- */

/*
 * What an attribute holds. A positive number: so many bytes; TEXT: of the module; NAME: what somebody
 * has sent; ADDR: 4 or 16; ANY: see adds_up(); NEST + i: those of table i.
 */
enum { NONE, FLAG = -1, TEXT = -2, NAME = -3, ADDR = -4, ANY = -5, NEST = 1000 };
enum { T_TOP, T_SA, T_POLICY, T_SEL, T_SPEC, T_LIFE, T_STATS, T_COUNTER, T_DEFAULTS, T_XFRM,
       T_SPDINFO, T_SADINFO, TABLES };

struct table {
	const char *name;
	int holds[64];
};

static const struct table tables[TABLES] = {
	[T_TOP] = { "message", {
		[NFIPSEC_A_SA] = NEST + T_SA, [NFIPSEC_A_POLICY] = NEST + T_POLICY,
		[NFIPSEC_A_STATS] = NEST + T_STATS, [NFIPSEC_A_DEFAULTS] = NEST + T_DEFAULTS,
		[NFIPSEC_A_PACKET] = NEST + T_SEL, [NFIPSEC_A_SELECTOR] = NEST + T_SEL,
		[NFIPSEC_A_LIMIT] = 1, [NFIPSEC_A_HARD] = FLAG, [NFIPSEC_A_ROUTER] = ADDR,
		[NFIPSEC_A_ICMP] = 2,
	} },
	[T_SA] = { "SA", {
		[NFIPSEC_SA_A_PAD] = FLAG, [NFIPSEC_SA_A_SPI] = 4, [NFIPSEC_SA_A_PROTO] = 1,
		[NFIPSEC_SA_A_SRC] = ADDR, [NFIPSEC_SA_A_DST] = ADDR, [NFIPSEC_SA_A_MODE] = 1,
		[NFIPSEC_SA_A_REQID] = 4, [NFIPSEC_SA_A_ENC] = 2, [NFIPSEC_SA_A_ENC_KEY] = ANY,
		[NFIPSEC_SA_A_AUTH] = 2, [NFIPSEC_SA_A_AUTH_KEY] = ANY,
		[NFIPSEC_SA_A_REPLAY_WINDOW] = 4, [NFIPSEC_SA_A_SEQ_OUT] = 8,
		[NFIPSEC_SA_A_SEQ_IN] = 8, [NFIPSEC_SA_A_PACKETS] = 8, [NFIPSEC_SA_A_BYTES] = 8,
		[NFIPSEC_SA_A_DROPS] = 8, [NFIPSEC_SA_A_ADD_TIME] = 8,
		[NFIPSEC_SA_A_USE_TIME] = 8, [NFIPSEC_SA_A_ENC_KEY_BITS] = 2,
		[NFIPSEC_SA_A_DF] = 1, [NFIPSEC_SA_A_ECN] = 1, [NFIPSEC_SA_A_DSCP] = 1,
		[NFIPSEC_SA_A_DSCP_MAP] = 64, [NFIPSEC_SA_A_DSCP_DECAP] = FLAG,
		[NFIPSEC_SA_A_TTL] = 1, [NFIPSEC_SA_A_FLOW_LABEL] = 4, [NFIPSEC_SA_A_FLAGS] = 4,
		[NFIPSEC_SA_A_TFC] = 2, [NFIPSEC_SA_A_ENCAP_SPORT] = 2,
		[NFIPSEC_SA_A_ENCAP_DPORT] = 2, [NFIPSEC_SA_A_MAPPED_SRC] = ADDR,
		[NFIPSEC_SA_A_MAPPED_PORT] = 2, [NFIPSEC_SA_A_SELECTOR] = NEST + T_SEL,
		[NFIPSEC_SA_A_LIFETIME] = NEST + T_LIFE, [NFIPSEC_SA_A_MARK] = 4,
		[NFIPSEC_SA_A_MARK_MASK] = 4, [NFIPSEC_SA_A_IF_ID] = 4,
		[NFIPSEC_SA_A_SET_MARK] = 4, [NFIPSEC_SA_A_SET_MARK_MASK] = 4,
		[NFIPSEC_SA_A_KEEPALIVE] = 4, [NFIPSEC_SA_A_PMTU] = 4,
		[NFIPSEC_SA_A_PMTU_INSIDE] = 4, [NFIPSEC_SA_A_PMTU_ROUTER] = ADDR,
		[NFIPSEC_SA_A_PMTU_AGE] = 4,
	} },
	[T_POLICY] = { "policy", {
		[NFIPSEC_POLICY_A_PAD] = FLAG, [NFIPSEC_POLICY_A_ID] = 4,
		[NFIPSEC_POLICY_A_DIR] = 1, [NFIPSEC_POLICY_A_PRIORITY] = 4,
		[NFIPSEC_POLICY_A_ACTION] = 1, [NFIPSEC_POLICY_A_FLAGS] = 4,
		[NFIPSEC_POLICY_A_SELECTOR] = NEST + T_SEL, [NFIPSEC_POLICY_A_SPEC] = NEST + T_SPEC,
		[NFIPSEC_POLICY_A_PACKETS] = 8, [NFIPSEC_POLICY_A_BYTES] = 8,
		[NFIPSEC_POLICY_A_NAME] = NAME, [NFIPSEC_POLICY_A_MARK] = 4,
		[NFIPSEC_POLICY_A_MARK_MASK] = 4, [NFIPSEC_POLICY_A_IF_ID] = 4,
	} },
	[T_SEL] = { "selector", {
		[NFIPSEC_SEL_A_SRC_MIN] = ADDR, [NFIPSEC_SEL_A_SRC_MAX] = ADDR,
		[NFIPSEC_SEL_A_DST_MIN] = ADDR, [NFIPSEC_SEL_A_DST_MAX] = ADDR,
		[NFIPSEC_SEL_A_PROTO] = 1, [NFIPSEC_SEL_A_SPORT_MIN] = 2,
		[NFIPSEC_SEL_A_SPORT_MAX] = 2, [NFIPSEC_SEL_A_DPORT_MIN] = 2,
		[NFIPSEC_SEL_A_DPORT_MAX] = 2, [NFIPSEC_SEL_A_IFINDEX] = 4,
	} },
	[T_SPEC] = { "spec", {
		[NFIPSEC_SPEC_A_PROTO] = 1, [NFIPSEC_SPEC_A_MODE] = 1, [NFIPSEC_SPEC_A_SRC] = ADDR,
		[NFIPSEC_SPEC_A_DST] = ADDR, [NFIPSEC_SPEC_A_REQID] = 4, [NFIPSEC_SPEC_A_SPI] = 4,
		[NFIPSEC_SPEC_A_OPTIONAL] = FLAG,
	} },
	[T_LIFE] = { "lifetime", {
		[NFIPSEC_LIFE_A_PAD] = FLAG,
		[NFIPSEC_LIFE_A_SOFT_PACKETS ... NFIPSEC_LIFE_A_USE] = 8,
	} },
	[T_STATS] = { "statistics", { [NFIPSEC_STATS_A_COUNTER] = NEST + T_COUNTER } },
	[T_COUNTER] = { "counter", {
		[NFIPSEC_COUNTER_A_PAD] = FLAG, [NFIPSEC_COUNTER_A_NAME] = TEXT,
		[NFIPSEC_COUNTER_A_VALUE] = 8, [NFIPSEC_COUNTER_A_TEXT] = TEXT,
		[NFIPSEC_COUNTER_A_DROP] = FLAG, [NFIPSEC_COUNTER_A_BYTES] = 8,
	} },
	[T_DEFAULTS] = { "defaults", {
		[NFIPSEC_DEFAULTS_A_IN] = 1, [NFIPSEC_DEFAULTS_A_OUT] = 1,
	} },
	[T_XFRM] = { "xfrm message", {
		[XFRMA_ALG_AUTH] = ANY, [XFRMA_ALG_CRYPT] = ANY, [XFRMA_ALG_AEAD] = ANY,
		[XFRMA_ALG_AUTH_TRUNC] = ANY, [XFRMA_TMPL] = ANY, [XFRMA_REPLAY_ESN_VAL] = ANY,
		[XFRMA_ENCAP] = sizeof(struct xfrm_encap_tmpl),
		[XFRMA_SA] = sizeof(struct xfrm_usersa_info),
		[XFRMA_POLICY] = sizeof(struct xfrm_userpolicy_info),
		[XFRMA_LTIME_VAL] = sizeof(struct xfrm_lifetime_cur),
		[XFRMA_REPLAY_VAL] = sizeof(struct xfrm_replay_state),
		[XFRMA_REPLAY_THRESH] = 4, [XFRMA_ETIMER_THRESH] = 4,
		[XFRMA_SRCADDR] = sizeof(xfrm_address_t), [XFRMA_LASTUSED] = 8,
		[XFRMA_POLICY_TYPE] = sizeof(struct xfrm_userpolicy_type),
		[XFRMA_MIGRATE] = sizeof(struct xfrm_user_migrate), [XFRMA_KMADDRESS] = ANY,
		[XFRMA_MARK] = sizeof(struct xfrm_mark), [XFRMA_TFCPAD] = 4,
		[XFRMA_SA_EXTRA_FLAGS] = 4, [XFRMA_PROTO] = 1, [XFRMA_PAD] = FLAG,
		[XFRMA_SET_MARK] = 4, [XFRMA_SET_MARK_MASK] = 4, [XFRMA_IF_ID] = 4,
		[FUZZ_XFRMA_SA_DIR] = 1, [FUZZ_XFRMA_KEEPALIVE] = 4,
	} },
	[T_SPDINFO] = { "SPD info", {
		[XFRMA_SPD_INFO] = sizeof(struct xfrmu_spdinfo),
		[XFRMA_SPD_HINFO] = sizeof(struct xfrmu_spdhinfo),
		[XFRMA_SPD_IPV4_HTHRESH] = 2, [XFRMA_SPD_IPV6_HTHRESH] = 2,
	} },
	[T_SADINFO] = { "SAD info", {
		[XFRMA_SAD_CNT] = 4, [XFRMA_SAD_HINFO] = sizeof(struct xfrmu_sadhinfo),
	} },
};

static bool printable(const char *text, size_t len)
{
	size_t i;

	if (!len || text[len - 1])
		return false;
	for (i = 0; i < len - 1; i++)
		if (!isprint((unsigned char)text[i]))
			return false;
	return true;
}

/* Attributes that say themselves how long they are. */
static bool adds_up(uint16_t type, const void *data, size_t len)
{
	const struct xfrm_replay_state_esn *esn = data;
	const struct xfrm_algo_auth *auth = data;
	const struct xfrm_algo *alg = data;

	switch (type) {
	case XFRMA_ALG_AUTH:
	case XFRMA_ALG_CRYPT:
		return len >= sizeof(*alg) && !alg->alg_name[sizeof(alg->alg_name) - 1] &&
		       len == sizeof(*alg) + (alg->alg_key_len + 7) / 8;
	case XFRMA_ALG_AEAD:
	case XFRMA_ALG_AUTH_TRUNC:
		return len >= sizeof(*auth) && !auth->alg_name[sizeof(auth->alg_name) - 1] &&
		       len == sizeof(*auth) + (auth->alg_key_len + 7) / 8;
	case XFRMA_TMPL:
		return !(len % sizeof(struct xfrm_user_tmpl));
	case XFRMA_REPLAY_ESN_VAL:
		return len >= sizeof(*esn) && len == sizeof(*esn) + esn->bmp_len * 4 &&
		       (!esn->bmp_len || esn->replay_window <= esn->bmp_len * 32);
	default:
		return true;
	}
}

static void check_attrs(const char *who, unsigned int table, const uint8_t *data, size_t len);

static void check_attr(const char *who, unsigned int table, const struct nlattr *attr)
{
	uint16_t type = attr->nla_type & NLA_TYPE_MASK;
	size_t len = attr->nla_len - NLA_HDRLEN;
	const void *data = attr + 1;
	int holds = type < 64 ? tables[table].holds[type] : NONE;
	bool nested = attr->nla_type & NLA_F_NESTED, right = true;

	if (holds >= NEST) {
		if (!nested)
			complain(who, "%s: nest %u without its flag", tables[table].name, type);
		check_attrs(who, holds - NEST, data, len);
		return;
	}
	switch (holds) {
	case NONE:
		right = false;
		break;
	case FLAG:
		right = !len;
		break;
	case TEXT:
		right = printable(data, len);
		break;
	case NAME:
		right = len > 1 && strnlen(data, len) == len - 1;
		break;
	case ADDR:
		right = len == 4 || len == 16;
		break;
	case ANY:
		right = table != T_XFRM || adds_up(type, data, len);
		break;
	default:
		right = len == (size_t)holds;
	}
	if (!right || nested)
		complain(who, "%s: attribute %u of %zu bytes", tables[table].name, type, len);
}

static void check_attrs(const char *who, unsigned int table, const uint8_t *data, size_t len)
{
	const struct nlattr *attr;

	while (len >= NLA_HDRLEN) {
		attr = (const struct nlattr *)data;
		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len) {
			complain(who, "%s: attribute %u says %u bytes, %zu are left",
				 tables[table].name, attr->nla_type, attr->nla_len, len);
			return;
		}
		check_attr(who, table, attr);
		if ((size_t)NLA_ALIGN(attr->nla_len) >= len)
			return;
		data += NLA_ALIGN(attr->nla_len);
		len -= NLA_ALIGN(attr->nla_len);
	}
	if (len)
		complain(who, "%s: %zu bytes behind the last attribute", tables[table].name, len);
}

/* --- messages ------------------------------------------------------------------------------ */

static void check_behind(const char *who, const struct nlmsghdr *nlh, unsigned int table,
			 size_t body)
{
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN;

	body = NLMSG_ALIGN(body);
	if (len < body)
		complain(who, "message of type %u has %zu bytes", nlh->nlmsg_type, len);
	else
		check_attrs(who, table, (const uint8_t *)NLMSG_DATA(nlh) + body, len - body);
}

static const uint16_t bodies[XFRM_NR_MSGTYPES] = {
	[XFRM_MSG_NEWSA - XFRM_MSG_BASE] = sizeof(struct xfrm_usersa_info),
	[XFRM_MSG_UPDSA - XFRM_MSG_BASE] = sizeof(struct xfrm_usersa_info),
	[XFRM_MSG_DELSA - XFRM_MSG_BASE] = sizeof(struct xfrm_usersa_id),
	[XFRM_MSG_NEWPOLICY - XFRM_MSG_BASE] = sizeof(struct xfrm_userpolicy_info),
	[XFRM_MSG_UPDPOLICY - XFRM_MSG_BASE] = sizeof(struct xfrm_userpolicy_info),
	[XFRM_MSG_DELPOLICY - XFRM_MSG_BASE] = sizeof(struct xfrm_userpolicy_id),
	[XFRM_MSG_ACQUIRE - XFRM_MSG_BASE] = sizeof(struct xfrm_user_acquire),
	[XFRM_MSG_EXPIRE - XFRM_MSG_BASE] = sizeof(struct xfrm_user_expire),
	[XFRM_MSG_POLEXPIRE - XFRM_MSG_BASE] = sizeof(struct xfrm_user_polexpire),
	[XFRM_MSG_FLUSHSA - XFRM_MSG_BASE] = sizeof(struct xfrm_usersa_flush),
	[XFRM_MSG_NEWAE - XFRM_MSG_BASE] = sizeof(struct xfrm_aevent_id),
	[XFRM_MSG_MIGRATE - XFRM_MSG_BASE] = sizeof(struct xfrm_userpolicy_id),
	[XFRM_MSG_NEWSADINFO - XFRM_MSG_BASE] = sizeof(uint32_t),
	[XFRM_MSG_NEWSPDINFO - XFRM_MSG_BASE] = sizeof(uint32_t),
	[XFRM_MSG_MAPPING - XFRM_MSG_BASE] = sizeof(struct xfrm_user_mapping),
	[XFRM_MSG_GETDEFAULT - XFRM_MSG_BASE] = sizeof(struct xfrm_userpolicy_default),
};

static void check_xfrm(const char *who, const struct nlmsghdr *nlh)
{
	unsigned int at = nlh->nlmsg_type - XFRM_MSG_BASE, table = T_XFRM;

	if (nlh->nlmsg_type == XFRM_MSG_FLUSHPOLICY)
		return check_behind(who, nlh, table, 0);
	if (at >= XFRM_NR_MSGTYPES || !bodies[at])
		return complain(who, "a message of type %u", nlh->nlmsg_type);
	if (nlh->nlmsg_type == XFRM_MSG_NEWSPDINFO)
		table = T_SPDINFO;
	if (nlh->nlmsg_type == XFRM_MSG_NEWSADINFO)
		table = T_SADINFO;
	check_behind(who, nlh, table, bodies[at]);
}

/* A message that is no acknowledgement. The number of the family may be that of a type of message. */
void check_message(const char *who, enum door door, const struct nlmsghdr *nlh)
{
	if (door == DOOR_XFRM)
		check_xfrm(who, nlh);
	else if (nlh->nlmsg_type == family_id)
		check_behind(who, nlh, T_TOP, GENL_HDRLEN);
}

/* --- acknowledgements ---------------------------------------------------------------------- */

static bool is_known(int error)
{
	static const int known[] = {
		0, EINVAL, ERANGE, EEXIST, ESRCH, ENOENT, EOPNOTSUPP, EPROTONOSUPPORT, ENOSYS,
		ENODATA, EBUSY, ENOBUFS, EMSGSIZE,
	};
	unsigned int i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == error)
			return true;
	return false;
}

static void check_sentence(struct worker *w, const struct nlmsghdr *nlh,
			   const struct nlmsgerr *error)
{
	size_t at = sizeof(*error), len = nlh->nlmsg_len - NLMSG_HDRLEN;
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN);
	while (at + NLA_HDRLEN <= len) {
		attr = (const struct nlattr *)((const uint8_t *)error + at);
		if (attr->nla_len < NLA_HDRLEN || at + attr->nla_len > len)
			return complain(w->name, "an extended ack is cut");
		if ((attr->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG &&
		    !printable((const char *)(attr + 1), attr->nla_len - NLA_HDRLEN))
			complain(w->name, "the sentence of an extended ack is not one");
		if (attr->nla_type == NLMSGERR_ATTR_OFFS &&
		    *(const uint32_t *)(attr + 1) >= error->msg.nlmsg_len)
			complain(w->name, "message %u: the blame is at %u of %u bytes",
				 nlh->nlmsg_seq, *(const uint32_t *)(attr + 1),
				 error->msg.nlmsg_len);
		at += NLA_ALIGN(attr->nla_len);
	}
}

static void settle(struct worker *w, uint32_t seq, int error, bool enforce)
{
	struct expected *e;

	if (!is_known(error))
		complain(w->name, "message %u: %s", seq, strerror(error));
	for (e = w->expected; e < w->expected + w->n_expected; e++) {
		if (e->seq != seq || e->answered)
			continue;
		e->answered = true;
		w->stats.answers[e->spoilt][e->kind][error < ERRNOS ? error : 0]++;
		return;
	}
	if (enforce)
		complain(w->name, "an answer to %u, which nobody has asked", seq);
}

/* So that some policies are asked for by their numbers. */
static void learn(struct worker *w, enum door door, const struct nlmsghdr *nlh)
{
	const struct nlattr *first = (const void *)((const uint8_t *)NLMSG_DATA(nlh) + GENL_HDRLEN);
	const struct xfrm_userpolicy_info *info = NLMSG_DATA(nlh);

	if (door == DOOR_GENL && nlh->nlmsg_len > NLMSG_LENGTH(GENL_HDRLEN + 12) &&
	    (first->nla_type & NLA_TYPE_MASK) == NFIPSEC_A_POLICY)
		w->policies[door][w->n_policies[door]++ % IDS] = *(const uint32_t *)(first + 2);
	if (door == DOOR_XFRM && nlh->nlmsg_type == XFRM_MSG_NEWPOLICY &&
	    nlh->nlmsg_len >= NLMSG_LENGTH(sizeof(*info)))
		w->policies[door][w->n_policies[door]++ % IDS] = info->index;
}

uint32_t known_policy(struct worker *w, enum door door)
{
	return w->policies[door][below(&w->rng, IDS)];
}

static void read_one(struct worker *w, enum door door, const struct nlmsghdr *nlh, bool enforce)
{
	const struct nlmsgerr *error = NLMSG_DATA(nlh);

	w->stats.messages_read++;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) || error->error > 0)
			return complain(w->name, "an acknowledgement makes no sense");
		check_sentence(w, nlh, error);
		settle(w, nlh->nlmsg_seq, -error->error, enforce);
		break;
	case NLMSG_DONE:
		if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(int)) || error->error > 0)
			return complain(w->name, "the end of a dump makes no sense");
		settle(w, nlh->nlmsg_seq, -error->error, enforce);
		break;
	default:
		check_message(w->name, door, nlh);
		learn(w, door, nlh);
	}
}

/* All that there is now. The kernel answers within sendmsg() and recvmsg(). */
void read_answers(struct worker *w, enum door door, bool enforce)
{
	static __thread uint8_t buffer[BUFFER];
	const struct nlmsghdr *nlh;
	ssize_t got;
	size_t len;

	while ((got = recv(w->sock[door], buffer, sizeof(buffer), MSG_DONTWAIT | MSG_TRUNC)) >= 0 ||
	       errno == EINTR || errno == ENOBUFS) {
		if (got < 0) {
			enforce = enforce && errno != ENOBUFS;
			w->stats.events_lost += errno == ENOBUFS;
			continue;
		}
		if (got > BUFFER) {
			complain(w->name, "a datagram of %zd bytes", got);
			got = BUFFER;
		}
		for (len = got, nlh = (void *)buffer; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			read_one(w, door, nlh, enforce);
		if (len >= NLMSG_HDRLEN)
			complain(w->name, "%zu bytes behind the last message", len);
	}
	if (errno != EAGAIN)
		complain(w->name, "cannot read: %s", strerror(errno));
}

/* --- sockets ------------------------------------------------------------------------------- */

int open_door(enum door door, struct rng *rng)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			  door == DOOR_GENL ? NETLINK_GENERIC : NETLINK_XFRM);
	int yes = 1, room = 1 << 23;

	if (sock < 0)
		err(1, "socket");
	setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (!one_in(rng, 8))
		setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof(yes));
	if (one_in(rng, 2))
		setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof(yes));
	if (one_in(rng, 2))
		setsockopt(sock, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &yes, sizeof(yes));
	return sock;
}

static const struct nlattr *find(const uint8_t *data, size_t len, uint16_t type)
{
	const struct nlattr *attr;

	while (len >= NLA_HDRLEN) {
		attr = (const struct nlattr *)data;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		if (attr->nla_len < NLA_HDRLEN || (size_t)NLA_ALIGN(attr->nla_len) >= len)
			break;
		data += NLA_ALIGN(attr->nla_len);
		len -= NLA_ALIGN(attr->nla_len);
	}
	errx(1, "the controller of generic netlink does not say it: %u", type);
}

/* The numbers of the family and of its two groups. */
void find_family(void)
{
	static struct message msg;
	struct rng rng = { 1 };
	int sock = open_door(DOOR_GENL, &rng), i;
	const struct nlattr *groups, *group;
	uint8_t answer[8192];
	ssize_t len;

	msg_begin(&msg, GENL_ID_CTRL, 0, 1);
	((struct genlmsghdr *)msg_body(&msg, GENL_HDRLEN))->cmd = CTRL_CMD_GETFAMILY;
	msg_put(&msg, CTRL_ATTR_FAMILY_NAME, NFIPSEC_GENL_NAME, sizeof(NFIPSEC_GENL_NAME));
	msg_end(&msg);
	if (send(sock, msg.data, msg.len, 0) < 0)
		err(1, "cannot ask for the family");
	len = recv(sock, answer, sizeof(answer), 0) - NLMSG_HDRLEN - GENL_HDRLEN;
	if (len < 0 || ((struct nlmsghdr *)answer)->nlmsg_type == NLMSG_ERROR)
		errx(1, "there is no family nfipsec");
	family_id = *(uint16_t *)(find(answer + NLMSG_HDRLEN + GENL_HDRLEN, len,
				       CTRL_ATTR_FAMILY_ID) + 1);
	groups = find(answer + NLMSG_HDRLEN + GENL_HDRLEN, len, CTRL_ATTR_MCAST_GROUPS);
	for (i = 0; i < 2; i++) {
		group = find((const uint8_t *)(groups + 1), groups->nla_len - NLA_HDRLEN, i + 1);
		family_groups[i] = *(uint32_t *)(find((const uint8_t *)(group + 1),
						      group->nla_len - NLA_HDRLEN,
						      CTRL_ATTR_MCAST_GRP_ID) + 1);
	}
	close(sock);
}
