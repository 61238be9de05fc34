// SPDX-License-Identifier: GPL-2.0
/* What messages and packets are about. */
#include <arpa/inet.h>
#include <err.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* tests/fuzz/netlink.sh has given them to the three namespaces; nobody has the last ones. */
static const char *const addresses4[] = {
	"10.9.1.1", "10.9.1.2", "10.9.2.2", "10.9.2.3", "127.0.0.1", "10.66.1.1", "10.66.2.1",
	"224.0.0.251",
};

static const char *const addresses6[] = {
	"fd09:1::1", "fd09:1::2", "fd09:2::2", "fd09:2::3", "::1", "fd66:1::1", "fd66:2::1",
	"ff02::fb",
};

static const struct algorithm ciphers[] = {
	{ NFIPSEC_ENC_NULL, 0, 0, "ecb(cipher_null)" },
	{ NFIPSEC_ENC_AES_CBC, 16, 0, "cbc(aes)" },
	{ NFIPSEC_ENC_AES_CBC, 32, 0, "aes" },
	{ NFIPSEC_ENC_3DES, 24, 0, "des3_ede" },
	{ NFIPSEC_ENC_AES_CTR, 20, 0, "rfc3686(ctr(aes))" },
};

static const struct algorithm combined[] = {
	{ NFIPSEC_ENC_AES_GCM_16, 20, 128, "rfc4106(gcm(aes))" },
	{ NFIPSEC_ENC_AES_GCM_16, 36, 128, "rfc4106(gcm(aes))" },
	{ NFIPSEC_ENC_AES_GCM_8, 20, 64, "rfc4106(gcm(aes))" },
	{ NFIPSEC_ENC_AES_CCM_12, 19, 96, "rfc4309(ccm(aes))" },
	{ NFIPSEC_ENC_NULL_AUTH_AES_GMAC, 20, 128, "rfc4543(gcm(aes))" },
	{ NFIPSEC_ENC_CHACHA20_POLY1305, 36, 128, "rfc7539esp(chacha20,poly1305)" },
	{ NFIPSEC_ENC_AES_GCM_16_IIV, 20, 128, NULL },
	{ NFIPSEC_ENC_CHACHA20_POLY1305_IIV, 36, 128, NULL },
};

static const struct algorithm digests[] = {
	{ NFIPSEC_AUTH_HMAC_SHA2_256_128, 32, 128, "hmac(sha256)" },
	{ NFIPSEC_AUTH_HMAC_SHA1_96, 20, 96, "hmac(sha1)" },
	{ NFIPSEC_AUTH_HMAC_MD5_96, 16, 96, "md5" },
	{ NFIPSEC_AUTH_HMAC_SHA2_512_256, 64, 256, "hmac(sha512)" },
	{ NFIPSEC_AUTH_AES_XCBC_96, 16, 96, "xcbc(aes)" },
	{ NFIPSEC_AUTH_AES_CMAC_96, 16, 96, "cmac(aes)" },
	{ NFIPSEC_AUTH_AES_128_GMAC, 20, 0, NULL },	/* AH only */
};

static struct tunnel tunnels[TUNNELS];
static struct match matches[MATCHES];

static void parse(const char *text, struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	addr->len = addr->family == AF_INET ? 4 : 16;
	if (inet_pton(addr->family, text, addr->bytes) != 1)
		errx(1, "%s is no address", text);
}

void pool_addr(struct rng *rng, uint16_t family, struct addr *addr)
{
	uint32_t i = below(rng, COUNT(addresses4));

	if (!one_in(rng, 4))
		i %= 4;
	parse(family == AF_INET ? addresses4[i] : addresses6[i], addr);
}

static void make_tunnel(struct rng *rng, unsigned int i, struct tunnel *tunnel)
{
	static const uint8_t modes[] = {
		NFIPSEC_MODE_TUNNEL, NFIPSEC_MODE_TRANSPORT, NFIPSEC_MODE_TUNNEL, NFIPSEC_MODE_BEET,
	};
	uint16_t family = i % 3 == 2 ? AF_INET6 : AF_INET;

	do {
		pool_addr(rng, family, &tunnel->src);
		pool_addr(rng, family, &tunnel->dst);
	} while (!memcmp(&tunnel->src, &tunnel->dst, sizeof(tunnel->src)));
	tunnel->mode = modes[i % 4];
	tunnel->proto = i % 5 == 1 && tunnel->mode != NFIPSEC_MODE_BEET ? IPPROTO_AH : IPPROTO_ESP;
	tunnel->reqid = i % 4;
}

static void make_match(struct rng *rng, unsigned int i, struct match *match)
{
	static const uint8_t protos[] = { 0, IPPROTO_UDP, 0, IPPROTO_ICMP, IPPROTO_TCP, 0 };
	uint8_t longest;

	match->dir = i % 3;
	match->family = i / 3 % 2 ? AF_INET6 : AF_INET;
	longest = match->family == AF_INET ? 32 : 128;
	pool_addr(rng, match->family, &match->src);
	pool_addr(rng, match->family, &match->dst);
	match->src_len = one_in(rng, 3) ? 0 : longest - 8 * below(rng, 2);
	match->dst_len = one_in(rng, 4) ? 0 : longest - 8 * below(rng, 2);
	match->proto = protos[below(rng, COUNT(protos))];
	if (match->proto == IPPROTO_UDP || match->proto == IPPROTO_TCP)
		match->dport = below(rng, 3) * 1000;
	do
		match->tunnel = below(rng, TUNNELS);
	while (tunnels[match->tunnel].src.family != match->family);
}

/* The same in each run: what is sent of them is what a seed is for. */
void pool_init(void)
{
	struct rng rng = { 0x6e66697073656331 };
	unsigned int i;

	for (i = 0; i < TUNNELS; i++)
		make_tunnel(&rng, i, &tunnels[i]);
	for (i = 0; i < MATCHES; i++)
		make_match(&rng, i, &matches[i]);
}

const struct tunnel *pool_tunnel(unsigned int i)
{
	return &tunnels[i % TUNNELS];
}

const struct match *pool_match(unsigned int i)
{
	return &matches[i % MATCHES];
}

uint32_t pool_spi(struct rng *rng)
{
	return 0x1000 + below(rng, 5);
}

uint32_t pool_if_id(struct rng *rng)
{
	return one_in(rng, 4) ? below(rng, 4) : 0;
}

/* Return: false: there is none. */
bool pool_mark(struct rng *rng, struct xfrm_mark *mark)
{
	static const uint32_t masks[] = { 0xff, 0xffffffff, 0xf0, 0 };

	mark->v = 1 + below(rng, 3);
	mark->m = masks[below(rng, COUNT(masks))];
	return one_in(rng, 6);
}

uint32_t pool_limit(struct rng *rng)
{
	return one_in(rng, 5) ? odd_number(rng) : 1 + below(rng, 50);
}

const uint8_t *pool_key(void)
{
	static const uint8_t key[NFIPSEC_KEY_MAX] =
		"0123456789abcdef" "fedcba9876543210" "a key of 3DES: three parts, all different";

	return key;
}

const struct algorithm *pool_cipher(struct rng *rng)
{
	return &ciphers[below(rng, COUNT(ciphers))];
}

const struct algorithm *pool_combined(struct rng *rng)
{
	return &combined[below(rng, COUNT(combined))];
}

const struct algorithm *pool_digest(struct rng *rng, bool ah)
{
	return &digests[below(rng, COUNT(digests) - !ah)];
}
