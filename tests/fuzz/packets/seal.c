// SPDX-License-Identifier: GPL-2.0
/* ESP and AH under an SA, as its other end would make them, and as nobody would. */
#include <err.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fuzz.h"

#define IMAGE_ROOM	(BYTES_ROOM + 512)

static const EVP_MD *digest_of(const struct sa *sa)
{
	return sa->digest == DIGEST_SHA1 ? EVP_sha1() : EVP_sha256();
}

static int icv_len(const struct sa *sa)
{
	return sa->digest == DIGEST_SHA1 ? 12 : 16;
}

static int iv_len(const struct sa *sa)
{
	static const int lens[] = { [CIPHER_NULL] = 0, [CIPHER_CBC] = 16, [CIPHER_GCM] = 8 };

	return lens[sa->cipher];
}

void seal_begin(struct sa *sa)
{
	const EVP_CIPHER *cipher = sa->cipher == CIPHER_CBC ? EVP_aes_128_cbc() : EVP_aes_128_gcm();

	if (sa->cipher == CIPHER_NULL)
		return;
	sa->ctx = EVP_CIPHER_CTX_new();
	if (!sa->ctx || EVP_EncryptInit_ex(sa->ctx, cipher, NULL, sa->key, NULL) != 1)
		errx(1, "libcrypto has no such cipher");
	EVP_CIPHER_CTX_set_padding(sa->ctx, 0);
}

static void digest(const struct sa *sa, const uint8_t *data, int len, uint8_t *icv)
{
	uint8_t whole[EVP_MAX_MD_SIZE];

	if (!HMAC(digest_of(sa), sa->key, sa->digest == DIGEST_SHA1 ? 20 : 32, data, len, whole,
		  NULL))
		errx(1, "HMAC");
	memcpy(icv, whole, icv_len(sa));
}

/* Mostly the next one. What is authenticated may move the window, so it does not jump far. */
static uint64_t number(struct sa *sa, bool sound)
{
	uint64_t odd[] = { sa->seq > 64 ? sa->seq - 64 : 0, sa->seq > 4096 ? sa->seq - 4096 : 0,
			   sa->seq, 0, sa->seq + 40 };
	unsigned int which;

	if (sound || below(30))
		return ++sa->seq;
	which = below(5);
	if (which == 4)
		sa->seq = odd[which];
	return odd[which];
}

/* RFC 4303 2: the trailer, mostly a sound one, and then at least as long as it has to be. */
static void push_trailer(struct bytes *b, const struct sa *sa, const struct seal *how)
{
	int block = sa->cipher == CIPHER_CBC ? 16 : 4, i;
	int pad = (block - (b->len + 2) % block) % block;

	if (how->sound && once_in(8))
		pad += below(8) * block;
	for (i = 1; i <= pad; i++)
		b->data[b->len++] = i;
	b->data[b->len++] = pad;
	b->data[b->len++] = how->next_header;
	if (how->sound || below(3))
		return;
	if (once_in(2) && b->len > 18)
		cut(b, 0, b->len - 18);
	mutate(b);
	pad = (block - b->len % block) % block;
	scribble(b->data + b->len, pad);
	b->len += pad;
}

static void encrypt_cbc(const struct sa *sa, uint8_t *iv, uint8_t *text, int len)
{
	int out;

	if (EVP_EncryptInit_ex(sa->ctx, NULL, NULL, NULL, iv) != 1 ||
	    EVP_EncryptUpdate(sa->ctx, text, &out, text, len) != 1 || out != len)
		errx(1, "CBC, %d bytes", len);
}

static void encrypt_gcm(const struct sa *sa, const uint8_t *assoc, int assoc_len, const uint8_t *iv,
			uint8_t *text, int len)
{
	uint8_t nonce[12];
	int out;

	memcpy(nonce, sa->key + 16, 4);
	memcpy(nonce + 4, iv, 8);
	if (EVP_EncryptInit_ex(sa->ctx, NULL, NULL, NULL, nonce) != 1 ||
	    EVP_EncryptUpdate(sa->ctx, NULL, &out, assoc, assoc_len) != 1 ||
	    EVP_EncryptUpdate(sa->ctx, text, &out, text, len) != 1 ||
	    EVP_EncryptFinal_ex(sa->ctx, text + len, &out) != 1 ||
	    EVP_CIPHER_CTX_ctrl(sa->ctx, EVP_CTRL_GCM_GET_TAG, 16, text + len) != 1)
		errx(1, "GCM, %d bytes", len);
}

static void seal_esp(struct bytes *b, struct sa *sa, const struct seal *how)
{
	uint64_t seq = number(sa, how->sound);
	int head = 8 + iv_len(sa);
	uint8_t assoc[12];

	push_trailer(b, sa, how);
	memmove(b->data + head, b->data, b->len);
	put32(b->data, sa->spi);
	put32(b->data + 4, seq);
	scribble(b->data + 8, head - 8);
	b->len += head;
	memcpy(assoc, b->data, 8);
	if (sa->esn) {
		put32(assoc + 4, seq >> 32);
		put32(assoc + 8, seq);
	}
	if (sa->cipher == CIPHER_CBC)
		encrypt_cbc(sa, b->data + 8, b->data + head, b->len - head);
	if (sa->cipher == CIPHER_GCM) {
		encrypt_gcm(sa, assoc, sa->esn ? 12 : 8, b->data + 8, b->data + head, b->len - head);
	} else {
		put32(b->data + b->len, seq >> 32);
		digest(sa, b->data, b->len + (sa->esn ? 4 : 0), b->data + b->len);
	}
	b->len += icv_len(sa);
}

static void seal_ah(struct bytes *b, struct sa *sa, const struct seal *how, struct head *h)
{
	int unit = h->v6 ? 8 : 4, len = (12 + icv_len(sa) + unit - 1) / unit * unit, end;
	uint64_t seq = number(sa, how->sound);
	static uint8_t image[IMAGE_ROOM];

	memmove(b->data + len, b->data, b->len);
	memset(b->data, 0, len);
	b->data[0] = how->next_header;
	b->data[1] = len / 4 - 2;
	put32(b->data + 4, sa->spi);
	put32(b->data + 8, seq);
	b->len += len;
	if (!how->sound && once_in(20))
		b->data[below(4)] ^= 1 << below(8);
	head_lengths(h, PROTO_AH, b->len);
	memcpy(image, h->image, h->len);
	memcpy(image + h->len, b->data, b->len);
	end = h->len + b->len;
	put32(image + end, seq >> 32);
	digest(sa, image, end + (sa->esn ? 4 : 0), b->data + 12);
}

static void push_udp(struct bytes *b, const struct sa *sa, bool sound)
{
	memmove(b->data + 8, b->data, b->len);
	b->len += 8;
	put16(b->data, sound || below(20) ? PORT_ESP : below(0x10000));
	put16(b->data + 2, PORT_ESP);
	put16(b->data + 4, sound || below(20) ? b->len : (int)below(2 * b->len));
	put16(b->data + 6, 0);
	if (sa->v6 || once_in(3))
		upper_checksum(b, 6, &sa->there, &sa->here, IPPROTO_UDP);
}

/* A whole packet becomes what an SA protects of it. Returns the next header. */
uint8_t held(struct bytes *b, const struct sa *sa)
{
	uint8_t proto;
	int at;

	if (sa->mode == MODE_TUNNEL)
		return b->data[0] >> 4 == 6 ? PROTO_IPV6 : PROTO_IPIP;
	proto = upper_of(b, &at);
	cut(b, 0, at < b->len ? at : b->len);
	return proto;
}

/* What a packet holds becomes the whole packet, under this SA alone. */
void seal_alone(struct bytes *b, struct sa *sa, const struct seal *how)
{
	uint8_t proto = sa->proto;
	struct head h;

	head_make(&h, &sa->there, &sa->here, how->sound && once_in(2));
	/* A router on the way may drop, or mark, what the host at the end cannot say. */
	if (how->sound) {
		h.data[h.v6 ? 7 : 8] = 64;
		h.data[1] &= h.v6 ? 0x0f : 0xfc;
	}
	if (proto == PROTO_AH)
		seal_ah(b, sa, how, &h);
	else
		seal_esp(b, sa, how);
	if (sa->udp && (how->sound || below(10))) {
		push_udp(b, sa, how->sound);
		proto = IPPROTO_UDP;
	}
	head_push(b, &h, proto);
}

/* Under the SA and that around it. How says what the inner one is: the outer one is sound. */
void seal(struct bytes *b, struct sa *sa, const struct seal *how)
{
	struct seal more = { .sound = true };

	seal_alone(b, sa, how);
	if (!sa[1].around)
		return;
	more.next_header = held(b, &sa[1]);
	seal_alone(b, sa + 1, &more);
}

/* The other way round, or without one of them. */
void seal_wrongly(struct bytes *b, struct sa *sa, const struct seal *how)
{
	struct seal more = { .sound = true };

	seal_alone(b, sa + 1, how);
	if (once_in(3))
		return;
	more.next_header = held(b, sa);
	seal_alone(b, sa, &more);
}
