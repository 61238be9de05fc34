// SPDX-License-Identifier: GPL-2.0
/*
 * Adds or deletes policies or SAs that are made here, so that what is measured is the kernel.
 *
 *	load nfipsec|xfrm add|del policies|sas NUMBER [BATCH]
 *
 * BATCH of them are one transaction, default 1; xfrm has no transactions. Policy i lets 16
 * addresses pass, from 16.0.0.0 + 16 * i on, for packets from 10.9.0.0/16. SAs are those of a
 * gateway at 192.0.2.2 with as many peers as there are pairs: AES-128-GCM in tunnel mode.
 * Prints how many microseconds it took.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nfipsec.h>
#include <linux/xfrm.h>

#define OP_MAX		320		/* bytes of a policy or an SA, more than enough */
#define GATEWAY		0xc0000202	/* 192.0.2.2 */
#define PEERS		0x20000000	/* 32.0.0.0 and on */
#define SPIS		0x10000

static const unsigned char key[20] = "16 bytes and a salt.";
static struct mnl_socket *sock;
static char *message;
static unsigned int seq;
static uint16_t family;
static bool del, sas;

static struct nlmsghdr *begin(uint16_t type)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | (del ? 0 : NLM_F_CREATE | NLM_F_EXCL);
	nlh->nlmsg_seq = ++seq;
	return nlh;
}

static struct nlmsghdr *begin_genl(uint16_t type, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *nlh = begin(type);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static void talk(struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	char answer[16384];
	int n = 1;

	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		err(1, "sendto");
	while (n > 0) {
		n = mnl_socket_recvfrom(sock, answer, sizeof(answer));
		if (n < 0)
			err(1, "recvfrom");
		n = mnl_cb_run(answer, n, seq, mnl_socket_get_portid(sock), cb, data);
		if (n < 0)
			err(1, "the kernel");
	}
}

/* An SA and its name: every second one is inbound. */
struct ends {
	uint32_t src, dst, spi;
};

static struct ends ends_of(uint32_t i)
{
	uint32_t peer = htonl(PEERS + i / 2);
	struct ends ends = { htonl(GATEWAY), peer, htonl(SPIS + i) };

	if (i % 2) {
		ends.src = peer;
		ends.dst = htonl(GATEWAY);
	}
	return ends;
}

/* --- nfipsec -------------------------------------------------------------------------- */

static int take_id(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*(uint16_t *)data = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static void put_policy(struct nlmsghdr *nlh, uint32_t i)
{
	struct nlattr *policy = mnl_attr_nest_start(nlh, NFIPSEC_A_POLICY), *sel;
	uint32_t dst = 0x10000000 + i * 16;

	mnl_attr_put_u8(nlh, NFIPSEC_POLICY_A_DIR, NFIPSEC_DIR_OUT);
	if (!del)
		mnl_attr_put_u8(nlh, NFIPSEC_POLICY_A_ACTION, NFIPSEC_ACTION_BYPASS);
	sel = mnl_attr_nest_start(nlh, NFIPSEC_POLICY_A_SELECTOR);
	mnl_attr_put_u32(nlh, NFIPSEC_SEL_A_SRC_MIN, htonl(0x0a090000));
	mnl_attr_put_u32(nlh, NFIPSEC_SEL_A_SRC_MAX, htonl(0x0a09ffff));
	mnl_attr_put_u32(nlh, NFIPSEC_SEL_A_DST_MIN, htonl(dst));
	mnl_attr_put_u32(nlh, NFIPSEC_SEL_A_DST_MAX, htonl(dst + 15));
	mnl_attr_nest_end(nlh, sel);
	mnl_attr_nest_end(nlh, policy);
}

static void put_sa(struct nlmsghdr *nlh, uint32_t i)
{
	struct nlattr *sa = mnl_attr_nest_start(nlh, NFIPSEC_A_SA);
	struct ends ends = ends_of(i);

	mnl_attr_put_u32(nlh, NFIPSEC_SA_A_SPI, ntohl(ends.spi));
	mnl_attr_put_u8(nlh, NFIPSEC_SA_A_PROTO, IPPROTO_ESP);
	mnl_attr_put_u32(nlh, NFIPSEC_SA_A_DST, ends.dst);
	if (!del) {
		mnl_attr_put_u32(nlh, NFIPSEC_SA_A_SRC, ends.src);
		mnl_attr_put_u8(nlh, NFIPSEC_SA_A_MODE, NFIPSEC_MODE_TUNNEL);
		mnl_attr_put_u16(nlh, NFIPSEC_SA_A_ENC, NFIPSEC_ENC_AES_GCM_16);
		mnl_attr_put(nlh, NFIPSEC_SA_A_ENC_KEY, sizeof(key), key);
	}
	mnl_attr_nest_end(nlh, sa);
}

static void change(uint32_t first, uint32_t n)
{
	void (*put)(struct nlmsghdr *nlh, uint32_t i) = sas ? put_sa : put_policy;
	uint32_t cmd = sas ? del ? NFIPSEC_CMD_SA_DEL : NFIPSEC_CMD_SA_NEW :
			     del ? NFIPSEC_CMD_POLICY_DEL : NFIPSEC_CMD_POLICY_NEW;
	struct nlmsghdr *nlh;
	struct nlattr *op;

	nlh = begin_genl(family, n > 1 ? NFIPSEC_CMD_BATCH : cmd, NFIPSEC_GENL_VERSION);
	if (n == 1)
		put(nlh, first);
	for (uint32_t i = first; n > 1 && i < first + n; i++) {
		op = mnl_attr_nest_start(nlh, NFIPSEC_A_OP);
		mnl_attr_put_u32(nlh, NFIPSEC_A_CMD, cmd);
		put(nlh, i);
		mnl_attr_nest_end(nlh, op);
	}
	talk(nlh, NULL, NULL);
}

/* --- xfrm ----------------------------------------------------------------------------- */

static void forever(struct xfrm_lifetime_cfg *lft)
{
	lft->soft_byte_limit = lft->hard_byte_limit = XFRM_INF;
	lft->soft_packet_limit = lft->hard_packet_limit = XFRM_INF;
}

static void xfrm_policy(uint32_t i)
{
	struct nlmsghdr *nlh = begin(del ? XFRM_MSG_DELPOLICY : XFRM_MSG_NEWPOLICY);
	struct xfrm_selector sel = {
		.family = AF_INET, .prefixlen_s = 16, .prefixlen_d = 28,
		.saddr.a4 = htonl(0x0a090000), .daddr.a4 = htonl(0x10000000 + i * 16),
	};

	if (del) {
		struct xfrm_userpolicy_id *id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));

		id->sel = sel;
		id->dir = XFRM_POLICY_OUT;
	} else {
		struct xfrm_userpolicy_info *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

		info->sel = sel;
		info->dir = XFRM_POLICY_OUT;
		info->action = XFRM_POLICY_ALLOW;
		forever(&info->lft);
	}
	talk(nlh, NULL, NULL);
}

static void xfrm_sa_new(const struct ends *ends)
{
	struct nlmsghdr *nlh = begin(XFRM_MSG_NEWSA);
	struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	char room[sizeof(struct xfrm_algo_aead) + sizeof(key)];
	struct xfrm_algo_aead aead = { .alg_key_len = sizeof(key) * 8, .alg_icv_len = 128 };

	info->sel.family = AF_INET;
	info->id.daddr.a4 = ends->dst;
	info->id.spi = ends->spi;
	info->id.proto = IPPROTO_ESP;
	info->saddr.a4 = ends->src;
	info->family = AF_INET;
	info->mode = XFRM_MODE_TUNNEL;
	info->replay_window = 32;
	forever(&info->lft);
	strcpy(aead.alg_name, "rfc4106(gcm(aes))");
	memcpy(room, &aead, sizeof(aead));
	memcpy(room + sizeof(aead), key, sizeof(key));
	mnl_attr_put(nlh, XFRMA_ALG_AEAD, sizeof(room), room);
	talk(nlh, NULL, NULL);
}

static void xfrm_sa_del(const struct ends *ends)
{
	struct nlmsghdr *nlh = begin(XFRM_MSG_DELSA);
	struct xfrm_usersa_id *id = mnl_nlmsg_put_extra_header(nlh, sizeof(*id));

	id->daddr.a4 = ends->dst;
	id->spi = ends->spi;
	id->family = AF_INET;
	id->proto = IPPROTO_ESP;
	talk(nlh, NULL, NULL);
}

static void xfrm_change(uint32_t i)
{
	struct ends ends = ends_of(i);

	if (!sas)
		xfrm_policy(i);
	else if (del)
		xfrm_sa_del(&ends);
	else
		xfrm_sa_new(&ends);
}

/* -------------------------------------------------------------------------------------- */

static long long microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void open_socket(bool xfrm, uint32_t batch)
{
	size_t size = 4096 + (size_t)batch * OP_MAX;
	int value = size;

	message = calloc(1, size);
	sock = mnl_socket_open(xfrm ? NETLINK_XFRM : NETLINK_GENERIC);
	if (!message || !sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		err(1, "cannot begin");
	setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_SNDBUFFORCE, &value, sizeof(value));
	value = 1;
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &value, sizeof(value));
	if (xfrm)
		return;
	mnl_attr_put_strz(begin_genl(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1), CTRL_ATTR_FAMILY_NAME,
			  NFIPSEC_GENL_NAME);
	talk((struct nlmsghdr *)message, take_id, &family);
}

int main(int argc, char **argv)
{
	uint32_t n, batch = 1;
	long long start;
	bool xfrm;

	if (argc < 5)
		errx(2, "usage: load nfipsec|xfrm add|del policies|sas NUMBER [BATCH]");
	xfrm = !strcmp(argv[1], "xfrm");
	del = !strcmp(argv[2], "del");
	sas = !strcmp(argv[3], "sas");
	n = strtoul(argv[4], NULL, 10);
	if (argc > 5)
		batch = strtoul(argv[5], NULL, 10);
	open_socket(xfrm, batch);
	start = microseconds();
	for (uint32_t i = 0; i < n; i += batch) {
		if (xfrm)
			xfrm_change(i);
		else
			change(i, n - i < batch ? n - i : batch);
	}
	printf("%lld\n", microseconds() - start);
	return 0;
}
