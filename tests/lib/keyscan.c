// SPDX-License-Identifier: GPL-2.0
/*
 * Is a key still in memory, once its SA is gone?
 *
 *	keyscan keep|delete
 *
 * Adds an SA with a key from random numbers in this network namespace, deletes it or not, and
 * prints how often the key is in the machine's memory. Here the key is never in one piece: it is
 * known by what differs from a mask, and put together in the message only, which is wiped.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEY_WORDS	4		/* 32 bytes of 36: the salt is not looked for */
#define KEY_BYTES	36
#define CHUNK		(1 << 20)
#define NO_MEMORY	UINT64_MAX	/* physical address of segments that are not RAM */

static uint64_t mask[KEY_WORDS], masked[KEY_WORDS];
static unsigned char message[1024];
static unsigned char chunk[CHUNK + KEY_WORDS * 8];

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static struct nlmsghdr *begin(uint16_t type, uint16_t flags, size_t body)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)message;

	explicit_bzero(message, sizeof(message));
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_len = NLMSG_LENGTH(body);
	return nlh;
}

static struct nlattr *attr(uint16_t type, const void *data, uint16_t length)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)message;
	struct nlattr *attr = (struct nlattr *)(message + NLMSG_ALIGN(nlh->nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + length;
	if (data)
		memcpy(attr + 1, data, length);
	nlh->nlmsg_len = NLMSG_ALIGN(nlh->nlmsg_len) + NLMSG_ALIGN(attr->nla_len);
	return attr;
}

/* Into the message, where nobody but the kernel sees it. */
static void put_key(unsigned char *to)
{
	unsigned int i;
	uint64_t word;

	for (i = 0; i < KEY_WORDS; i++) {
		word = masked[i] ^ mask[i];
		memcpy(to + 8 * i, &word, 8);
	}
	explicit_bzero(&word, sizeof(word));
}

static int ask(int fd)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)message;
	union {
		struct nlmsghdr nlh;
		unsigned char bytes[8192];
	} answer;
	const struct nlmsgerr *err = NLMSG_DATA(&answer.nlh);

	if (send(fd, message, nlh->nlmsg_len, 0) < 0)
		die("send");
	explicit_bzero(message, sizeof(message));
	if (recv(fd, &answer, sizeof(answer), 0) < 0)
		die("recv");
	if (answer.nlh.nlmsg_type != NLMSG_ERROR)
		return 0;
	errno = -err->error;
	return err->error;
}

static const char aead[] = "rfc4106(gcm(aes))";

static void xfrm_add(int fd)
{
	struct xfrm_usersa_info *info;
	struct xfrm_algo_aead *alg;

	info = NLMSG_DATA(begin(XFRM_MSG_NEWSA, NLM_F_CREATE, sizeof(*info)));
	info->family = AF_INET;
	info->id.proto = IPPROTO_ESP;
	info->id.spi = htonl(0x7001);
	info->id.daddr.a4 = htonl(0xc0000202);
	info->saddr.a4 = htonl(0xc0000201);
	info->mode = XFRM_MODE_TUNNEL;
	info->lft.soft_byte_limit = XFRM_INF;
	info->lft.hard_byte_limit = XFRM_INF;
	info->lft.soft_packet_limit = XFRM_INF;
	info->lft.hard_packet_limit = XFRM_INF;
	alg = (void *)(attr(XFRMA_ALG_AEAD, NULL, sizeof(*alg) + KEY_BYTES) + 1);
	strcpy(alg->alg_name, aead);
	alg->alg_key_len = KEY_BYTES * 8;
	alg->alg_icv_len = 128;
	put_key((unsigned char *)alg->alg_key);
	if (ask(fd))
		die("NEWSA");
}

static void xfrm_delete(int fd)
{
	struct xfrm_usersa_id *id;

	id = NLMSG_DATA(begin(XFRM_MSG_DELSA, 0, sizeof(*id)));
	id->family = AF_INET;
	id->proto = IPPROTO_ESP;
	id->spi = htonl(0x7001);
	id->daddr.a4 = htonl(0xc0000202);
	if (ask(fd))
		die("DELSA");
}

/* How often the key is in what was read. Words of 4 bytes are what everything is aligned to. */
static unsigned long count(size_t length)
{
	unsigned long found = 0;
	uint64_t word;
	size_t at;
	int i;

	for (at = 0; at + KEY_WORDS * 8 <= length; at += 4) {
		for (i = 0; i < KEY_WORDS; i++) {
			memcpy(&word, chunk + at + 8 * i, 8);
			if ((word ^ mask[i]) != masked[i])
				break;
		}
		found += i == KEY_WORDS;
	}
	return found;
}

static unsigned long scan_segment(int fd, uint64_t at, uint64_t size, unsigned long *bytes)
{
	const size_t overlap = KEY_WORDS * 8 - 4;
	unsigned long found = 0;
	uint64_t done;
	ssize_t got;

	for (done = 0; done < size; done += CHUNK) {
		size_t want = size - done < CHUNK + overlap ? size - done : CHUNK + overlap;

		got = pread(fd, chunk, want, at + done);
		if (got <= 0)
			continue;
		found += count(got);
		explicit_bzero(chunk, sizeof(chunk));
		*bytes += got;
	}
	return found;
}

static unsigned long scan(unsigned long *bytes)
{
	int fd = open("/proc/kcore", O_RDONLY), i;
	unsigned long found = 0;
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		die("/proc/kcore");
	for (i = 0; i < header.e_phnum; i++) {
		if (pread(fd, &segment, sizeof(segment), header.e_phoff + i * sizeof(segment)) !=
		    sizeof(segment))
			die("/proc/kcore");
		if (segment.p_type == PT_LOAD && segment.p_paddr != NO_MEMORY)
			found += scan_segment(fd, segment.p_offset, segment.p_filesz, bytes);
	}
	close(fd);
	return found;
}

int main(int argc, char **argv)
{
	unsigned long bytes = 0, found;
	int fd;

	if (argc != 2)
		return 2;
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM);
	if (fd < 0)
		die("socket");
	if (getrandom(mask, sizeof(mask), 0) != sizeof(mask) ||
	    getrandom(masked, sizeof(masked), 0) != sizeof(masked))
		die("getrandom");
	xfrm_add(fd);
	if (!strcmp(argv[1], "delete")) {
		xfrm_delete(fd);
		sleep(3);	/* grace periods, and the work behind them */
	}
	found = scan(&bytes);
	printf("%lu times in %lu MB\n", found, bytes >> 20);
	if (strcmp(argv[1], "delete"))
		xfrm_delete(fd);
	return 0;
}
