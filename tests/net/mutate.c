// SPDX-License-Identifier: GPL-2.0
/*
 * Makes mutated ESP and AH packets and sends them: mutate SEED COUNT DEVICE MAC. What they
 * are made of comes on stdin, from mutate.py:
 *
 *	sa esp|ah tunnel|transport SPI ENCRYPTION KEY INTEGRITY KEY ICV
 *		encryption: null, cbc or gcm; a key: hex, or "-"; ICV in bytes
 *	outer ESP|AH NAMED HEADERS IMAGE
 *		an IP header with options or extension headers, the offset of the byte that
 *		names what follows, and the headers as AH authenticates them
 *	inside tunnel|transport NEXT-HEADER PACKET
 *
 * In the end it prints the last sequence number of each SA. Digests and ciphers are the
 * kernel's, by AF_ALG.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <linux/if_alg.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mutation.h"

#define ROOM		BYTES_ROOM
#define MAX		256	/* SAs, headers, insides */
#define PROTO_ESP	50
#define PROTO_AH	51
#define CBC_BLOCK	16
#define GCM_IV		8

enum cipher { CIPHER_NULL, CIPHER_CBC, CIPHER_GCM };

struct sa {
	int proto, cipher_fd, digest_fd;
	bool tunnel;
	uint32_t spi, seq;
	enum cipher cipher;
	int iv_len, icv_len, block;
};

struct outer {
	int named;
	uint8_t headers[256], image[256];
	int len;
};

struct inside {
	bool tunnel;
	uint8_t next_header;
	struct bytes packet;
};

static struct sa sas[MAX];
static struct outer outers[MAX];
static struct inside insides[MAX];
static int n_sas, n_outers, n_insides;

/* --- crypto ---------------------------------------------------------------------------- */

static int hex(const char *text, uint8_t *data, int room)
{
	int len = 0;
	unsigned int byte;

	for (; *text != '-' && sscanf(text, "%2x", &byte) == 1 && len < room; text += 2)
		data[len++] = byte;
	return len;
}

static int algorithm(const char *type, const char *name, const char *key_text, int icv)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG };
	int fd = socket(AF_ALG, SOCK_SEQPACKET, 0), op;
	uint8_t key[128];
	int key_len = hex(key_text, key, sizeof(key));

	strcpy((char *)address.salg_type, type);
	strcpy((char *)address.salg_name, name);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key, key_len) ||
	    (icv && setsockopt(fd, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL, icv)))
		error(1, errno, "%s", name);
	op = accept(fd, NULL, NULL);
	if (op < 0)
		error(1, errno, "accept %s", name);
	close(fd);
	return op;
}

static void digest(int fd, const uint8_t *data, int len, uint8_t *icv, int icv_len)
{
	if (send(fd, data, len, 0) != len || read(fd, icv, icv_len) != icv_len)
		error(1, errno, "digest");
}

static void *control(struct msghdr *msg, struct cmsghdr **cmsg, int type, int len)
{
	*cmsg = *cmsg ? CMSG_NXTHDR(msg, *cmsg) : CMSG_FIRSTHDR(msg);
	(*cmsg)->cmsg_level = SOL_ALG;
	(*cmsg)->cmsg_type = type;
	(*cmsg)->cmsg_len = CMSG_LEN(len);
	return CMSG_DATA(*cmsg);
}

/* data: associated data, if any, then what is encrypted; the ICV is put behind it. */
static void encrypt(int fd, const uint8_t *iv, int iv_len, int assoc, uint8_t *data, int len, int icv)
{
	char room[128] = { 0 };
	struct iovec iov = { data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = room };
	struct cmsghdr *cmsg = NULL;
	struct af_alg_iv *alg_iv;
	uint32_t op = ALG_OP_ENCRYPT;

	msg.msg_controllen = CMSG_SPACE(4) + CMSG_SPACE(sizeof(*alg_iv) + iv_len) +
			     (icv ? CMSG_SPACE(4) : 0);
	memcpy(control(&msg, &cmsg, ALG_SET_OP, 4), &op, 4);
	alg_iv = control(&msg, &cmsg, ALG_SET_IV, sizeof(*alg_iv) + iv_len);
	alg_iv->ivlen = iv_len;
	memcpy(alg_iv->iv, iv, iv_len);
	if (icv)
		memcpy(control(&msg, &cmsg, ALG_SET_AEAD_ASSOCLEN, 4), &assoc, 4);
	if (sendmsg(fd, &msg, 0) != len || read(fd, data, len + icv) != len + icv)
		error(1, errno, "encrypt %d bytes", len);
}

/* --- packets ----------------------------------------------------------------------------- */

/* Mostly the next one. */
static uint32_t number(struct sa *sa)
{
	const uint32_t some[] = { 0, 1, sa->seq > 64 ? sa->seq - 64 : 0,
				  sa->seq > 1024 ? sa->seq - 1024 : 0, sa->seq };

	return once_in(40) ? some[below(5)] : ++sa->seq;
}

static uint16_t checksum(const uint8_t *data, int len)
{
	uint32_t sum = 0;

	for (int i = 0; i < len; i += 2)
		sum += data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void set_length_of(uint8_t *headers, int len)
{
	if (headers[0] >> 4 == 4)
		put16(headers + 2, len);
	else
		put16(headers + 4, len - 40);
}

/* The headers of the packet before it. */
static void push_outer(struct bytes *b, const struct outer *outer, uint8_t proto)
{
	memmove(b->data + outer->len, b->data, b->len);
	memcpy(b->data, outer->headers, outer->len);
	b->len += outer->len;
	b->data[outer->named] = proto;
	set_length_of(b->data, b->len);
	if (b->data[0] >> 4 == 4) {
		put16(b->data + 10, 0);
		put16(b->data + 10, checksum(b->data, outer->len));
	}
}

/* RFC 4303 2: the trailer, mostly a sound one, and then at least as long as it has to be. */
static void push_trailer(struct bytes *b, const struct sa *sa, uint8_t next_header, bool sound)
{
	int pad = (sa->block - (b->len + 2) % sa->block) % sa->block;

	for (int i = 1; i <= pad; i++)
		b->data[b->len++] = i;
	b->data[b->len++] = pad;
	b->data[b->len++] = next_header;
	if (sound || below(3))
		return;
	if (once_in(2) && b->len > 18)
		cut(b, 0, b->len - 18);
	mutate(b);
	pad = (sa->block - b->len % sa->block) % sa->block;
	scribble(b->data + b->len, pad);
	b->len += pad;
}

static void seal_esp(struct bytes *b, struct sa *sa)
{
	int head = 8 + sa->iv_len;

	memmove(b->data + head, b->data, b->len);
	put32(b->data, sa->spi);
	put32(b->data + 4, number(sa));
	scribble(b->data + 8, sa->iv_len);
	b->len += head;
	if (sa->cipher == CIPHER_CBC)
		encrypt(sa->cipher_fd, b->data + 8, sa->iv_len, 0, b->data + head, b->len - head, 0);
	if (sa->cipher == CIPHER_GCM)
		encrypt(sa->cipher_fd, b->data + 8, sa->iv_len, head, b->data, b->len, sa->icv_len);
	else
		digest(sa->digest_fd, b->data, b->len, b->data + b->len, sa->icv_len);
	b->len += sa->icv_len;
}

static void seal_ah(struct bytes *b, struct sa *sa, const struct outer *outer, uint8_t next_header)
{
	int unit = outer->headers[0] >> 4 == 6 ? 8 : 4;
	int len = (12 + sa->icv_len + unit - 1) / unit * unit;
	uint8_t image[ROOM + 512];

	memmove(b->data + len, b->data, b->len);
	memset(b->data, 0, len);
	b->data[0] = next_header;
	b->data[1] = len / 4 - 2;
	put32(b->data + 4, sa->spi);
	put32(b->data + 8, number(sa));
	b->len += len;
	memcpy(image, outer->image, outer->len);
	image[outer->named] = PROTO_AH;
	set_length_of(image, outer->len + b->len);
	memcpy(image + outer->len, b->data, b->len);
	digest(sa->digest_fd, image, outer->len + b->len, b->data + 12, sa->icv_len);
}

static const struct inside *some_inside(bool tunnel)
{
	const struct inside *inside;

	do
		inside = &insides[below(n_insides)];
	while (inside->tunnel != tunnel);
	return inside;
}

/* What a forger can do who has no key, or who signs something else. */
static void forge(struct bytes *b, const struct sa *sa)
{
	if (sa->proto == PROTO_AH && once_in(4))
		b->data[12] ^= 1;
	else
		mutate(b);
}

static bool is_extension(uint8_t proto)
{
	return proto == 0 || proto == 43 || proto == 44 || proto == 60;
}

/* Past the extension headers at a place: what stands behind them, and where. */
static int walk(const struct bytes *b, int at, uint8_t *proto)
{
	for (uint8_t next; is_extension(*proto) && at + 2 <= b->len; *proto = next) {
		next = b->data[at];
		at += *proto == 44 ? 8 : (b->data[at + 1] + 1) * 8;
	}
	return at;
}

static void make(struct bytes *b, bool nested);

static uint8_t strange(uint8_t next_header)
{
	static const uint8_t some[] = { 0, 1, 4, 6, 17, 41, 43, 44, 50, 51, 58, 59, 60, 255 };

	return once_in(5) ? some[below(sizeof(some))] : next_header;
}

/*
 * A packet under some SA, as the payload that another one protects: all of it, or what is
 * behind its headers.
 */
static uint8_t make_nested(struct bytes *b, bool tunnel)
{
	uint8_t next_header;
	int at;

	make(b, true);
	if (tunnel)
		return b->data[0] >> 4 == 6 ? 41 : 4;
	if (b->data[0] >> 4 == 6) {
		next_header = b->data[6];
		at = walk(b, 40, &next_header);
	} else {
		next_header = b->data[9];
		at = (b->data[0] & 15) * 4;
	}
	cut(b, 0, at);
	return next_header;
}

/*
 * ESP and AH behind an extension header, or inside a tunnel, go through the IP layer, which
 * drops in books of its own what is malformed there. So that is not made.
 */
static uint8_t defused(const struct bytes *b, uint8_t next_header)
{
	uint8_t proto = next_header;

	walk(b, 0, &proto);
	return proto != next_header && (proto == PROTO_ESP || proto == PROTO_AH) ? 17 : next_header;
}

/* A packet under some SA: changed inside and then protected, or changed as a forger could. */
static void make(struct bytes *b, bool nested)
{
	struct sa *sa = &sas[below(n_sas)];
	const struct outer *outer = &outers[below(n_outers)];
	bool forger = once_in(4), deeper = !nested && once_in(12), sound;
	const struct inside *inside = some_inside(sa->tunnel);
	uint8_t next_header = inside->next_header;

	sound = forger || (deeper && sa->tunnel);
	if (deeper) {
		next_header = make_nested(b, sa->tunnel);
	} else {
		*b = inside->packet;
	}
	if (!sound && below(5))
		mutate(b);
	if (!sound)
		next_header = strange(next_header);
	if (!sa->tunnel)
		next_header = defused(b, next_header);
	if (sa->proto == PROTO_ESP) {
		push_trailer(b, sa, next_header, sound);
		if (!sa->tunnel)
			b->data[b->len - 1] = defused(b, b->data[b->len - 1]);
		seal_esp(b, sa);
	} else {
		seal_ah(b, sa, outer, next_header);
	}
	if (forger && !nested)
		forge(b, sa);
	push_outer(b, outer, sa->proto);
}

/* --- what mutate.py says ------------------------------------------------------------------- */

static void read_sa(const char *proto, const char *mode, const char *spi, char *more)
{
	struct sa *sa = &sas[n_sas++];
	char cipher[16], key[256], hash[64], hash_key[256];

	if (sscanf(more, "%15s %255s %63s %255s %d", cipher, key, hash, hash_key, &sa->icv_len) != 5)
		error(1, 0, "sa: %s", more);
	sa->proto = strcmp(proto, "ah") ? PROTO_ESP : PROTO_AH;
	sa->tunnel = !strcmp(mode, "tunnel");
	sa->spi = strtoul(spi, NULL, 0);
	sa->block = 4;
	if (!strcmp(cipher, "cbc")) {
		sa->cipher = CIPHER_CBC;
		sa->block = sa->iv_len = CBC_BLOCK;
		sa->cipher_fd = algorithm("skcipher", "cbc(aes)", key, 0);
	} else if (!strcmp(cipher, "gcm")) {
		sa->cipher = CIPHER_GCM;
		sa->iv_len = GCM_IV;
		sa->cipher_fd = algorithm("aead", "rfc4106(gcm(aes))", key, sa->icv_len);
		return;
	}
	sa->digest_fd = algorithm("hash", hash, hash_key, 0);
}

static void read_outer(const char *named, const char *headers, const char *image)
{
	struct outer *outer = &outers[n_outers++];

	outer->named = atoi(named);
	outer->len = hex(headers, outer->headers, sizeof(outer->headers));
	if (hex(image, outer->image, sizeof(outer->image)) != outer->len)
		error(1, 0, "outer: %s %s", headers, image);
}

static void read_all(void)
{
	static char line[3 * ROOM], a[ROOM], b[ROOM], c[ROOM], kind[16];
	int at;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%15s %4095s %4095s %4095s %n", kind, a, b, c, &at) < 4)
			error(1, 0, "what is: %s", line);
		if (n_sas == MAX || n_outers == MAX || n_insides == MAX)
			error(1, 0, "too many");
		if (!strcmp(kind, "sa")) {
			read_sa(a, b, c, line + at);
		} else if (!strcmp(kind, "outer")) {
			read_outer(a, b, c);
		} else {
			struct inside *inside = &insides[n_insides++];

			inside->tunnel = !strcmp(a, "tunnel");
			inside->next_header = atoi(b);
			inside->packet.len = hex(c, inside->packet.data, ROOM);
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	static struct bytes packet;
	long count;

	if (argc != 5)
		error(1, 0, "mutate SEED COUNT DEVICE MAC");
	random_begin(strtoull(argv[1], NULL, 0));
	count = atol(argv[2]);
	to.sll_ifindex = if_nametoindex(argv[3]);
	hex(argv[4], to.sll_addr, 6);
	read_all();
	while (count--) {
		make(&packet, false);
		to.sll_protocol = htons(packet.data[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
		if (sendto(fd, packet.data, packet.len, 0, (struct sockaddr *)&to, sizeof(to)) != packet.len)
			error(1, errno, "send");
	}
	for (int i = 0; i < n_sas; i++)
		printf("%u %u\n", sas[i].spi, sas[i].seq);
	return 0;
}
