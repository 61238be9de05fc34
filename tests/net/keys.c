// SPDX-License-Identifier: GPL-2.0
/*
 * SAs and refused messages, each with a key of its own, and whether these keys are in memory.
 *
 * For each key a line: whether it should be in memory while the SAs are there; how many of its
 * words are, there or in errors that quote a message; how many are once all SAs have ended, each in
 * its own way; and whose it is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nfipsec.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keyscan.h"

#define SALT_BYTES	4
#define UNKNOWN		999		/* an attribute that the module does not have */
#define PAGE		4096
#define MODPROBE	"/proc/sys/kernel/modprobe"

enum whose {
	XFRM_GCM, XFRM_CBC, XFRM_HMAC, XFRM_AH, XFRM_CHACHA,
	XFRM_UPDATE, XFRM_TWICE, XFRM_MALFORMED, XFRM_CUT, XFRM_OTHER, XFRM_DUMP, XFRM_KILLED,
	TOOL_CBC, TOOL_HMAC, GENL_CHACHA, GENL_AH,
	GENL_TWICE, GENL_MALFORMED, GENL_BEFORE, GENL_BEHIND, GENL_BESIDE, GENL_DUMP,
	N_KEYS,
};

static const struct {
	bool there;
	const char *whose;
} keys[N_KEYS] = {
	[XFRM_GCM]	= { true, "XFRM: GCM, the SA is deleted" },
	[XFRM_CBC]	= { true, "XFRM: CBC, another SA takes its place, and is deleted" },
	[XFRM_HMAC]	= { true, "XFRM: the HMAC beside that CBC" },
	[XFRM_AH]	= { true, "XFRM: AH with HMAC, the SA's lifetime ends" },
	[XFRM_CHACHA]	= { true, "XFRM: ChaCha20-Poly1305, the namespace ends" },
	[XFRM_UPDATE]	= { false, "XFRM: in a message that changes what is not a key" },
	[XFRM_TWICE]	= { false, "XFRM: for an SA that is there already" },
	[XFRM_MALFORMED] = { false, "XFRM: refused for an attribute behind the key" },
	[XFRM_CUT]	= { false, "XFRM: refused for the end of the key, which is missing" },
	[XFRM_OTHER]	= { false, "XFRM: in a message that needs no key" },
	[XFRM_DUMP]	= { false, "XFRM: in a request for all SAs" },
	[XFRM_KILLED]	= { false, "XFRM: in a message whose sender is killed before it is handled" },
	[TOOL_CBC]	= { true, "ipsecctl: CBC, the SA is deleted" },
	[TOOL_HMAC]	= { true, "ipsecctl: the HMAC beside that CBC" },
	[GENL_CHACHA]	= { true, "generic netlink: ChaCha20-Poly1305, the SA is deleted" },
	[GENL_AH]	= { true, "generic netlink: AH with HMAC, the namespace ends" },
	[GENL_TWICE]	= { false, "generic netlink: for an SA that is there already" },
	[GENL_MALFORMED] = { false, "generic netlink: refused for an attribute behind the key" },
	[GENL_BEFORE]	= { false, "generic netlink: in a batch, before an operation that is malformed" },
	[GENL_BEHIND]	= { false, "generic netlink: in a batch, behind it" },
	[GENL_BESIDE]	= { false, "generic netlink: refused for an attribute beside the SA" },
	[GENL_DUMP]	= { false, "generic netlink: in a request for all SAs" },
};

/* Both doors of a network namespace. */
struct doors {
	int xfrm, genl;
};

/* In pages of its own, so that a child can have them as well. */
static unsigned char message[8 * PAGE] __attribute__((aligned(PAGE)));
static union {
	struct nlmsghdr header;
	unsigned char bytes[8192];
} answer;
static uint16_t family;
static unsigned long there[KEYS_MAX], left[KEYS_MAX];

/* --- messages ---------------------------------------------------------------------------- */

static struct nlmsghdr *const header = (struct nlmsghdr *)message;

static void *begin(uint16_t type, uint16_t flags, size_t body)
{
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	header->nlmsg_len = NLMSG_LENGTH(body);
	return NLMSG_DATA(header);
}

/* Returns where its data is: zeros, if none is given. */
static void *put(uint16_t type, const void *data, uint16_t length)
{
	struct nlattr *attr = (struct nlattr *)(message + header->nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + length;
	if (data)
		memcpy(attr + 1, data, length);
	header->nlmsg_len += NLA_ALIGN(attr->nla_len);
	return attr + 1;
}

static unsigned char *nest_begin(uint16_t type)
{
	return put(type | NLA_F_NESTED, NULL, 0);
}

static void nest_end(unsigned char *nest)
{
	((struct nlattr *)nest - 1)->nla_len = message + header->nlmsg_len - nest + NLA_HDRLEN;
}

/*
 * Returns 0 or a negative errno. An error quotes the message as it then is in the kernel's memory,
 * and no later one can have taken its place there. Neither the message nor the quote stays.
 */
static int await_answer(int door)
{
	const struct nlmsgerr *error = NLMSG_DATA(&answer.header);
	int result;

	explicit_bzero(message, sizeof(message));
	do {
		explicit_bzero(&answer, sizeof(answer));
		if (recv(door, &answer, sizeof(answer), 0) < 0)
			die("recv");
		if (answer.header.nlmsg_type == GENL_ID_CTRL ||
		    answer.header.nlmsg_type == NLMSG_DONE)
			return 0;
	} while (answer.header.nlmsg_type != NLMSG_ERROR);
	keys_count(answer.bytes, sizeof(answer), there);
	result = error->error;
	explicit_bzero(&answer, sizeof(answer));
	return result;
}

static int ask(int door)
{
	if (send(door, message, header->nlmsg_len, 0) < 0)
		die("send");
	return await_answer(door);
}

/* So long a message is in pages: what is left in them stays longer. */
static bool is_short(void)
{
	return header->nlmsg_len < sizeof(message) - 2 * sizeof(struct xfrm_algo_aead);
}

static void must(int door, enum whose key)
{
	errno = -ask(door);
	if (errno)
		die(keys[key].whose);
}

static void be(int result, enum whose key, int error)
{
	if (result == -error)
		return;
	errno = -result;
	die(keys[key].whose);
}

static void must_not(int door, enum whose key, int error)
{
	be(ask(door), key, error);
}

/* --- NETLINK_XFRM ------------------------------------------------------------------------ */

static struct xfrm_usersa_info *xfrm_sa(uint16_t type, enum whose name, uint8_t proto)
{
	struct xfrm_usersa_info *info = begin(type, NLM_F_CREATE, sizeof(*info));

	info->family = AF_INET;
	info->id.proto = proto;
	info->id.spi = htonl(0x7000 + name);
	info->id.daddr.a4 = htonl(0xc0000202);
	info->saddr.a4 = htonl(0xc0000201);
	info->mode = XFRM_MODE_TUNNEL;
	info->lft.soft_byte_limit = XFRM_INF;
	info->lft.hard_byte_limit = XFRM_INF;
	info->lft.soft_packet_limit = XFRM_INF;
	info->lft.hard_packet_limit = XFRM_INF;
	return info;
}

/* struct xfrm_algo, or one of the two others, which have the bits of an ICV as well */
static void xfrm_key(uint16_t type, const char *algorithm, enum whose key, int salt, uint32_t icv)
{
	uint32_t bits = 8 * (KEY_BYTES + salt);
	size_t fixed = icv ? sizeof(struct xfrm_algo_aead) : sizeof(struct xfrm_algo);
	unsigned char *at = put(type, NULL, fixed + KEY_BYTES + salt);

	strcpy((char *)at, algorithm);
	memcpy(at + offsetof(struct xfrm_algo_aead, alg_key_len), &bits, sizeof(bits));
	if (icv)
		memcpy(at + offsetof(struct xfrm_algo_aead, alg_icv_len), &icv, sizeof(icv));
	key_put(key, at + fixed);
}

static void xfrm_gcm(enum whose key)
{
	xfrm_key(XFRMA_ALG_AEAD, "rfc4106(gcm(aes))", key, SALT_BYTES, 128);
}

static void xfrm_hmac(enum whose key)
{
	xfrm_key(XFRMA_ALG_AUTH_TRUNC, "hmac(sha256)", key, 0, 128);
}

static void xfrm_cbc(enum whose key, enum whose hmac)
{
	xfrm_hmac(hmac);
	xfrm_key(XFRMA_ALG_CRYPT, "cbc(aes)", key, 0, 0);
}

static void xfrm_name(uint16_t type, enum whose name)
{
	struct xfrm_usersa_id *id = begin(type, 0, sizeof(*id));

	id->family = AF_INET;
	id->proto = IPPROTO_ESP;
	id->spi = htonl(0x7000 + name);
	id->daddr.a4 = htonl(0xc0000202);
}

static void xfrm_add(int door)
{
	const uint32_t if_id = 7;

	xfrm_sa(XFRM_MSG_NEWSA, XFRM_GCM, IPPROTO_ESP);
	xfrm_gcm(XFRM_GCM);
	must(door, XFRM_GCM);
	xfrm_sa(XFRM_MSG_NEWSA, XFRM_AH, IPPROTO_AH);
	xfrm_hmac(XFRM_AH);
	must(door, XFRM_AH);
	xfrm_sa(XFRM_MSG_NEWSA, XFRM_CBC, IPPROTO_ESP);
	xfrm_cbc(XFRM_CBC, XFRM_HMAC);
	must(door, XFRM_CBC);
	xfrm_sa(XFRM_MSG_UPDSA, XFRM_CBC, IPPROTO_ESP);
	xfrm_cbc(XFRM_UPDATE, XFRM_UPDATE);
	put(XFRMA_IF_ID, &if_id, sizeof(if_id));
	must(door, XFRM_UPDATE);
}

static void xfrm_refused(int door)
{
	xfrm_sa(XFRM_MSG_NEWSA, XFRM_GCM, IPPROTO_ESP);
	xfrm_gcm(XFRM_TWICE);
	must_not(door, XFRM_TWICE, EEXIST);
	xfrm_sa(XFRM_MSG_NEWSA, XFRM_MALFORMED, IPPROTO_ESP);
	xfrm_gcm(XFRM_MALFORMED);
	put(XFRMA_IF_ID, NULL, 2);
	must_not(door, XFRM_MALFORMED, ERANGE);
	xfrm_sa(XFRM_MSG_NEWSA, XFRM_CUT, IPPROTO_ESP);
	xfrm_gcm(XFRM_CUT);
	header->nlmsg_len -= 8;
	must_not(door, XFRM_CUT, EINVAL);
	xfrm_name(XFRM_MSG_DELSA, XFRM_OTHER);
	xfrm_gcm(XFRM_OTHER);
	must_not(door, XFRM_OTHER, ESRCH);
}

/* Of a protocol of which there is none: the answers have keys. */
static void xfrm_dump(int door)
{
	const uint8_t none = IPPROTO_COMP;

	begin(XFRM_MSG_GETSA, NLM_F_DUMP, 0);
	put(XFRMA_PROTO, &none, sizeof(none));
	while (is_short())
		xfrm_gcm(XFRM_DUMP);
	must(door, XFRM_DUMP);
}

/* --- a sender that is killed ------------------------------------------------------------- */

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	if (!file || fputs(text, file) == EOF || fclose(file))
		die(name);
}

/* Who needs the template rfc4309 waits for it. Returns what found modules before. */
static const char *modprobe_slow(void)
{
	static char before[PATH_MAX], path[PATH_MAX + 16];
	FILE *file = fopen(MODPROBE, "r");

	if (!file || fscanf(file, "%4095s", before) != 1 || !getcwd(path, PATH_MAX))
		die(MODPROBE);
	fclose(file);
	write_file("modprobe", "#!/bin/sh\ncase $* in *crypto-rfc4309) ;; *) exit 1 ;; esac\n"
		   ": > \"${0%/*}/called\"; sleep 3\n");
	if (chmod("modprobe", 0755))
		die("modprobe");
	write_file(MODPROBE, strcat(path, "/modprobe"));
	return before;
}

/* The kernel makes a transform, and the sender waits for it: unless it is killed. */
static void xfrm_killed(int door)
{
	const char *before = modprobe_slow();
	pid_t child;
	int status;

	xfrm_sa(XFRM_MSG_NEWSA, XFRM_KILLED, IPPROTO_ESP);
	xfrm_key(XFRMA_ALG_AEAD, "rfc4309(ccm(aes))", XFRM_KILLED, 3, 128);
	child = fork();
	if (!child)
		_exit(send(door, message, header->nlmsg_len, 0) < 0);
	while (access("called", F_OK) && !waitpid(child, &status, WNOHANG))
		usleep(10000);
	kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		die("the sender does not wait");
	write_file(MODPROBE, before);
	be(await_answer(door), XFRM_KILLED, ECANCELED);
}

static void xfrm_end(int door)
{
	xfrm_name(XFRM_MSG_DELSA, XFRM_GCM);
	must(door, XFRM_GCM);
	xfrm_name(XFRM_MSG_DELSA, XFRM_CBC);
	must(door, XFRM_CBC);
	xfrm_sa(XFRM_MSG_UPDSA, XFRM_AH, IPPROTO_AH)->lft.hard_add_expires_seconds = 1;
	xfrm_hmac(XFRM_AH);
	must(door, XFRM_AH);
}

/* --- generic netlink --------------------------------------------------------------------- */

static void put_u8(uint16_t type, uint8_t value)
{
	put(type, &value, sizeof(value));
}

static void put_u16(uint16_t type, uint16_t value)
{
	put(type, &value, sizeof(value));
}

static void put_u32(uint16_t type, uint32_t value)
{
	put(type, &value, sizeof(value));
}

static void genl_begin(uint16_t type, uint8_t command)
{
	((struct genlmsghdr *)begin(type, 0, GENL_HDRLEN))->cmd = command;
}

/* The number of the family is what the answer has in an attribute. */
static void find_family(void)
{
	int door = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	const struct nlattr *attr;

	genl_begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	put(CTRL_ATTR_FAMILY_NAME, NFIPSEC_GENL_NAME, sizeof(NFIPSEC_GENL_NAME));
	if (door < 0 || ask(door))
		die("GETFAMILY");
	attr = (const struct nlattr *)(answer.bytes + NLMSG_LENGTH(GENL_HDRLEN));
	while (attr->nla_type != CTRL_ATTR_FAMILY_ID)
		attr = (const struct nlattr *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	memcpy(&family, attr + 1, sizeof(family));
	close(door);
}

/* Begins the nest of an SA, of which its key comes last. */
static unsigned char *genl_sa(enum whose name, uint8_t proto)
{
	const uint32_t src = htonl(0xc0000201), dst = htonl(0xc0000202);
	unsigned char *nest = nest_begin(NFIPSEC_A_SA);

	put_u32(NFIPSEC_SA_A_SPI, 0x7000 + name);
	put_u8(NFIPSEC_SA_A_PROTO, proto);
	put(NFIPSEC_SA_A_SRC, &src, sizeof(src));
	put(NFIPSEC_SA_A_DST, &dst, sizeof(dst));
	put_u8(NFIPSEC_SA_A_MODE, NFIPSEC_MODE_TUNNEL);
	return nest;
}

static void genl_ah(void)
{
	unsigned char *nest = genl_sa(GENL_AH, IPPROTO_AH);

	put_u16(NFIPSEC_SA_A_AUTH, NFIPSEC_AUTH_HMAC_SHA2_256_128);
	key_put(GENL_AH, put(NFIPSEC_SA_A_AUTH_KEY, NULL, KEY_BYTES));
	nest_end(nest);
}

static void genl_chacha(enum whose name, enum whose key)
{
	unsigned char *nest = genl_sa(name, IPPROTO_ESP);

	put_u16(NFIPSEC_SA_A_ENC, NFIPSEC_ENC_CHACHA20_POLY1305);
	key_put(key, put(NFIPSEC_SA_A_ENC_KEY, NULL, KEY_BYTES + SALT_BYTES));
	if (key == GENL_MALFORMED)
		put(UNKNOWN, NULL, 0);
	nest_end(nest);
}

static void genl_op(enum whose key)
{
	unsigned char *nest = nest_begin(NFIPSEC_A_OP);

	put_u32(NFIPSEC_A_CMD, NFIPSEC_CMD_SA_NEW);
	genl_chacha(key, key);
	nest_end(nest);
}

static void genl_refused(int door)
{
	genl_begin(family, NFIPSEC_CMD_SA_NEW);
	genl_chacha(GENL_CHACHA, GENL_TWICE);
	must_not(door, GENL_TWICE, EEXIST);
	genl_begin(family, NFIPSEC_CMD_SA_NEW);
	genl_chacha(GENL_MALFORMED, GENL_MALFORMED);
	must_not(door, GENL_MALFORMED, EINVAL);
	genl_begin(family, NFIPSEC_CMD_SA_NEW);
	genl_chacha(GENL_BESIDE, GENL_BESIDE);
	put(UNKNOWN, NULL, 0);
	must_not(door, GENL_BESIDE, EINVAL);
	genl_begin(family, NFIPSEC_CMD_BATCH);
	genl_op(GENL_BEFORE);
	genl_op(GENL_MALFORMED);
	genl_op(GENL_BEHIND);
	must_not(door, GENL_BEHIND, EINVAL);
}

static void genl_dump(int door)
{
	unsigned char *nest;

	genl_begin(family, NFIPSEC_CMD_SA_GET);
	header->nlmsg_flags |= NLM_F_DUMP;
	nest = nest_begin(NFIPSEC_A_SA);
	while (is_short())
		key_put(GENL_DUMP, put(NFIPSEC_SA_A_ENC_KEY, NULL, KEY_BYTES));
	nest_end(nest);
	must(door, GENL_DUMP);
}

/* --- ipsecctl ---------------------------------------------------------------------------- */

/* In the pipe the keys are text. */
static void ipsecctl(const char *command)
{
	FILE *rules = popen(command, "w");

	if (!rules)
		die(command);
	fprintf(rules, "esp tunnel from 192.0.2.1 to 192.0.2.2 spi 0x7100 auth hmac-sha2-256 enc aes-256");
	fprintf(rules, " authkey 0x");
	key_print(rules, TOOL_HMAC);
	fprintf(rules, " enckey 0x");
	key_print(rules, TOOL_CBC);
	fprintf(rules, "\n");
	if (pclose(rules))
		die(command);
}

/* --- all of them ------------------------------------------------------------------------- */

static struct doors doors_open(void)
{
	struct doors doors = {
		.xfrm = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM),
		.genl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC),
	};
	const struct timeval patience = { .tv_sec = 30 };

	if (doors.xfrm < 0 || doors.genl < 0 ||
	    setsockopt(doors.xfrm, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("socket");
	return doors;
}

/* A namespace that is there as long as these are open. */
static struct doors namespace_begin(void)
{
	int home = open("/proc/self/ns/net", O_RDONLY);
	struct doors doors;

	if (home < 0 || unshare(CLONE_NEWNET))
		die("unshare");
	doors = doors_open();
	xfrm_sa(XFRM_MSG_NEWSA, XFRM_CHACHA, IPPROTO_ESP);
	xfrm_key(XFRMA_ALG_AEAD, "rfc7539esp(chacha20,poly1305)", XFRM_CHACHA, SALT_BYTES, 128);
	must(doors.xfrm, XFRM_CHACHA);
	genl_begin(family, NFIPSEC_CMD_SA_NEW);
	genl_ah();
	must(doors.genl, GENL_AH);
	if (setns(home, CLONE_NEWNET))
		die("setns");
	close(home);
	return doors;
}

/* Each SA has a reference to the module, which it gives back when all of it is freed. */
static long references(void)
{
	FILE *file = fopen("/sys/module/nfipsec/refcnt", "r");
	long count;

	if (!file || fscanf(file, "%ld", &count) != 1)
		die("refcnt");
	fclose(file);
	return count;
}

static void await_references(long count, time_t seconds)
{
	time_t end = time(NULL) + seconds;

	while (references() != count) {
		if (time(NULL) > end)
			die("an SA does not end");
		usleep(100000);
	}
}

static unsigned long scan_twice(void)
{
	struct doors doors = doors_open(), passing;
	long others = references();

	find_family();
	passing = namespace_begin();
	xfrm_add(doors.xfrm);
	genl_begin(family, NFIPSEC_CMD_SA_NEW);
	genl_chacha(GENL_CHACHA, GENL_CHACHA);
	must(doors.genl, GENL_CHACHA);
	ipsecctl("ipsecctl -f -");
	xfrm_refused(doors.xfrm);
	genl_refused(doors.genl);
	xfrm_killed(doors.xfrm);
	xfrm_dump(doors.xfrm);
	genl_dump(doors.genl);
	keys_scan(there);

	xfrm_end(doors.xfrm);
	genl_begin(family, NFIPSEC_CMD_SA_DEL);
	genl_chacha(GENL_CHACHA, GENL_CHACHA);
	must(doors.genl, GENL_CHACHA);
	ipsecctl("ipsecctl -d -f -");
	close(passing.xfrm);
	close(passing.genl);
	await_references(others, 60);
	return keys_scan(left);
}

int main(void)
{
	int i;

	/* Pages that a child shares: those of its own would be freed with the key in them. */
	if (mmap(message, sizeof(message), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != message)
		die("mmap");
	keys_make();
	printf("%lu MB\n", scan_twice());
	for (i = 0; i < N_KEYS; i++)
		printf("%d %lu %lu %s\n", keys[i].there, there[i], left[i], keys[i].whose);
	return 0;
}
