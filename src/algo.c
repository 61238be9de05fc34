// SPDX-License-Identifier: GPL-2.0
/* The algorithms (RFC 8221): one table row each. Pure. */
#include <linux/kernel.h>
#include <linux/nfipsec.h>
#include <linux/string.h>

#include "algo.h"

#define MISSING(what, option) \
	"The kernel's crypto does not have " what ": its option is CONFIG_CRYPTO_" option
#define AES_KEYS	" takes a key of 16, 24 or 32 bytes"
#define SALT3		" and behind it 3 bytes of salt"
#define SALT4		" and behind it 4 bytes of salt"

static const struct ipsec_enc_algo enc_algos[] = {
	{
		.id = NFIPSEC_ENC_NULL, .name = "NULL", .driver = "ecb(cipher_null)",
		.missing = MISSING("the NULL cipher", "NULL"), .takes = "NULL takes no key",
		.key_lens = { 0 }, .block = 1,
	}, {
		.id = NFIPSEC_ENC_3DES, .name = "3DES-CBC", .driver = "cbc(des3_ede)",
		.missing = MISSING("3DES-CBC", "DES"), .takes = "3DES takes a key of 24 bytes",
		.key_lens = { 24 }, .iv = IPSEC_IV_RANDOM, .iv_len = 8, .block = 8,
	}, {
		.id = NFIPSEC_ENC_AES_CBC, .name = "AES-CBC", .driver = "cbc(aes)",
		.missing = MISSING("AES-CBC", "CBC"), .takes = "AES-CBC" AES_KEYS,
		.key_lens = { 16, 24, 32 }, .iv = IPSEC_IV_RANDOM, .iv_len = 16, .block = 16,
	}, {
		.id = NFIPSEC_ENC_AES_CTR, .name = "AES-CTR", .driver = "rfc3686(ctr(aes))",
		.missing = MISSING("AES-CTR", "CTR"), .takes = "AES-CTR" AES_KEYS SALT4,
		.key_lens = { 16, 24, 32 }, .salt_len = 4, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1,
	}, {
		.id = NFIPSEC_ENC_AES_CCM_8, .name = "AES-CCM-8", .driver = "rfc4309(ccm(aes))",
		.missing = MISSING("AES-CCM", "CCM"), .takes = "AES-CCM" AES_KEYS SALT3,
		.key_lens = { 16, 24, 32 }, .salt_len = 3, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 8,
	}, {
		.id = NFIPSEC_ENC_AES_CCM_12, .name = "AES-CCM-12", .driver = "rfc4309(ccm(aes))",
		.missing = MISSING("AES-CCM", "CCM"), .takes = "AES-CCM" AES_KEYS SALT3,
		.key_lens = { 16, 24, 32 }, .salt_len = 3, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 12,
	}, {
		.id = NFIPSEC_ENC_AES_CCM_16, .name = "AES-CCM-16", .driver = "rfc4309(ccm(aes))",
		.missing = MISSING("AES-CCM", "CCM"), .takes = "AES-CCM" AES_KEYS SALT3,
		.key_lens = { 16, 24, 32 }, .salt_len = 3, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 16,
	}, {
		.id = NFIPSEC_ENC_AES_GCM_8, .name = "AES-GCM-8", .driver = "rfc4106(gcm(aes))",
		.missing = MISSING("AES-GCM", "GCM"), .takes = "AES-GCM" AES_KEYS SALT4,
		.key_lens = { 16, 24, 32 }, .salt_len = 4, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 8,
	}, {
		.id = NFIPSEC_ENC_AES_GCM_12, .name = "AES-GCM-12", .driver = "rfc4106(gcm(aes))",
		.missing = MISSING("AES-GCM", "GCM"), .takes = "AES-GCM" AES_KEYS SALT4,
		.key_lens = { 16, 24, 32 }, .salt_len = 4, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 12,
	}, {
		.id = NFIPSEC_ENC_AES_GCM_16, .name = "AES-GCM-16", .driver = "rfc4106(gcm(aes))",
		.missing = MISSING("AES-GCM", "GCM"), .takes = "AES-GCM" AES_KEYS SALT4,
		.key_lens = { 16, 24, 32 }, .salt_len = 4, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 16,
	}, {
		.id = NFIPSEC_ENC_NULL_AUTH_AES_GMAC, .name = "AES-GMAC",
		.driver = "rfc4543(gcm(aes))",
		.missing = MISSING("AES-GCM", "GCM"), .takes = "AES-GMAC" AES_KEYS SALT4,
		.key_lens = { 16, 24, 32 }, .salt_len = 4, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 16,
	}, {
		.id = NFIPSEC_ENC_CHACHA20_POLY1305, .name = "ChaCha20-Poly1305",
		.driver = "rfc7539esp(chacha20,poly1305)",
		.missing = MISSING("ChaCha20-Poly1305", "CHACHA20POLY1305"),
		.takes = "ChaCha20-Poly1305 takes a key of 32 bytes" SALT4,
		.key_lens = { 32 }, .salt_len = 4, .iv = IPSEC_IV_COUNTER, .iv_len = 8,
		.block = 1, .icv_len = 16,
	}, {
		.id = NFIPSEC_ENC_AES_CCM_8_IIV, .name = "AES-CCM-8 with implicit IV",
		.driver = "ccm(aes)",
		.missing = MISSING("AES-CCM", "CCM"), .takes = "AES-CCM" AES_KEYS SALT3,
		.key_lens = { 16, 24, 32 }, .salt_len = 3, .iv = IPSEC_IV_IMPLICIT,
		.block = 1, .icv_len = 8,
		/* RFC 4309 4: the counter has 4 bytes, one more than this says (RFC 3610 2.3) */
		.nonce_flags = 3,
	}, {
		.id = NFIPSEC_ENC_AES_GCM_16_IIV, .name = "AES-GCM-16 with implicit IV",
		.driver = "gcm(aes)",
		.missing = MISSING("AES-GCM", "GCM"), .takes = "AES-GCM" AES_KEYS SALT4,
		.key_lens = { 16, 24, 32 }, .salt_len = 4, .iv = IPSEC_IV_IMPLICIT,
		.block = 1, .icv_len = 16,
	}, {
		.id = NFIPSEC_ENC_CHACHA20_POLY1305_IIV,
		.name = "ChaCha20-Poly1305 with implicit IV",
		.driver = "rfc7539(chacha20,poly1305)",
		.missing = MISSING("ChaCha20-Poly1305", "CHACHA20POLY1305"),
		.takes = "ChaCha20-Poly1305 takes a key of 32 bytes" SALT4,
		.key_lens = { 32 }, .salt_len = 4, .iv = IPSEC_IV_IMPLICIT,
		.block = 1, .icv_len = 16,
	},
};

static const struct ipsec_auth_algo auth_algos[] = {
	{
		.id = NFIPSEC_AUTH_HMAC_MD5_96, .name = "HMAC-MD5-96",
		.driver = "hmac(md5)", .missing = MISSING("HMAC-MD5", "MD5"),
		.takes = "HMAC-MD5-96 takes a key of 16 bytes", .key_len = 16, .icv_len = 12,
	}, {
		.id = NFIPSEC_AUTH_HMAC_SHA1_96, .name = "HMAC-SHA1-96",
		.driver = "hmac(sha1)", .missing = MISSING("HMAC-SHA1", "SHA1"),
		.takes = "HMAC-SHA1-96 takes a key of 20 bytes", .key_len = 20, .icv_len = 12,
	}, {
		.id = NFIPSEC_AUTH_AES_XCBC_96, .name = "AES-XCBC-96",
		.driver = "xcbc(aes)", .missing = MISSING("AES-XCBC", "XCBC"),
		.takes = "AES-XCBC-96 takes a key of 16 bytes", .key_len = 16, .icv_len = 12,
	}, {
		.id = NFIPSEC_AUTH_AES_CMAC_96, .name = "AES-CMAC-96",
		.driver = "cmac(aes)", .missing = MISSING("AES-CMAC", "CMAC"),
		.takes = "AES-CMAC-96 takes a key of 16 bytes", .key_len = 16, .icv_len = 12,
	}, {
		.id = NFIPSEC_AUTH_AES_128_GMAC, .name = "AES-128-GMAC",
		.driver = "gcm(aes)", .missing = MISSING("AES-GCM", "GCM"),
		.takes = "AES-128-GMAC takes a key of 16 bytes" SALT4,
		.key_len = 16, .salt_len = 4, .iv_len = 8, .icv_len = 16,
	}, {
		.id = NFIPSEC_AUTH_AES_192_GMAC, .name = "AES-192-GMAC",
		.driver = "gcm(aes)", .missing = MISSING("AES-GCM", "GCM"),
		.takes = "AES-192-GMAC takes a key of 24 bytes" SALT4,
		.key_len = 24, .salt_len = 4, .iv_len = 8, .icv_len = 16,
	}, {
		.id = NFIPSEC_AUTH_AES_256_GMAC, .name = "AES-256-GMAC",
		.driver = "gcm(aes)", .missing = MISSING("AES-GCM", "GCM"),
		.takes = "AES-256-GMAC takes a key of 32 bytes" SALT4,
		.key_len = 32, .salt_len = 4, .iv_len = 8, .icv_len = 16,
	}, {
		.id = NFIPSEC_AUTH_HMAC_SHA2_256_96, .name = "HMAC-SHA2-256-96",
		.driver = "hmac(sha256)", .missing = MISSING("HMAC-SHA2-256", "SHA256"),
		.takes = "HMAC-SHA2-256 takes a key of 32 bytes", .key_len = 32, .icv_len = 12,
	}, {
		.id = NFIPSEC_AUTH_HMAC_SHA2_256_128, .name = "HMAC-SHA2-256-128",
		.driver = "hmac(sha256)", .missing = MISSING("HMAC-SHA2-256", "SHA256"),
		.takes = "HMAC-SHA2-256 takes a key of 32 bytes", .key_len = 32, .icv_len = 16,
	}, {
		.id = NFIPSEC_AUTH_HMAC_SHA2_384_192, .name = "HMAC-SHA2-384-192",
		.driver = "hmac(sha384)", .missing = MISSING("HMAC-SHA2-384", "SHA512"),
		.takes = "HMAC-SHA2-384 takes a key of 48 bytes", .key_len = 48, .icv_len = 24,
	}, {
		.id = NFIPSEC_AUTH_HMAC_SHA2_512_256, .name = "HMAC-SHA2-512-256",
		.driver = "hmac(sha512)", .missing = MISSING("HMAC-SHA2-512", "SHA512"),
		.takes = "HMAC-SHA2-512 takes a key of 64 bytes", .key_len = 64, .icv_len = 32,
	},
};

/**
 * ipsec_enc_algo() - find an encryption algorithm
 * @id: enum nfipsec_enc
 *
 * Return: its row, or NULL.
 */
const struct ipsec_enc_algo *ipsec_enc_algo(__u16 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(enc_algos); i++)
		if (enc_algos[i].id == id)
			return &enc_algos[i];
	return NULL;
}

/**
 * ipsec_auth_algo() - find an integrity algorithm
 * @id: enum nfipsec_auth
 *
 * Return: its row, or NULL.
 */
const struct ipsec_auth_algo *ipsec_auth_algo(__u16 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(auth_algos); i++)
		if (auth_algos[i].id == id)
			return &auth_algos[i];
	return NULL;
}

/* The lowest bit of a byte is parity, and no part of the key (RFC 2451 2.2). */
static bool des_key_is(const __u8 *a, const __u8 *b)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		if ((a[i] ^ b[i]) & 0xfe)
			return false;
	return true;
}

/**
 * ipsec_enc_key_is_weak() - whether a key makes an algorithm a weaker one
 * @enc: the algorithm
 * @key: a key of a length that it allows
 *
 * Return: true for a key of 3DES with which it is single DES (RFC 2451 2.3).
 */
bool ipsec_enc_key_is_weak(const struct ipsec_enc_algo *enc, const __u8 *key)
{
	return enc->id == NFIPSEC_ENC_3DES &&
	       (des_key_is(key, key + 8) || des_key_is(key + 8, key + 16));
}

/**
 * ipsec_enc_key_len_ok() - whether a key fits an algorithm
 * @enc: the algorithm
 * @len: bytes, with the salt
 *
 * Return: true if @len is one of the lengths that the algorithm allows.
 */
bool ipsec_enc_key_len_ok(const struct ipsec_enc_algo *enc, size_t len)
{
	unsigned int i;

	if (!enc->key_lens[0])
		return len == 0;
	for (i = 0; i < ARRAY_SIZE(enc->key_lens) && enc->key_lens[i]; i++)
		if (len == (size_t)enc->key_lens[i] + enc->salt_len)
			return true;
	return false;
}

/**
 * ipsec_auth_key_len_possible() - whether an algorithm can be computed with a key
 * @auth: the algorithm
 * @len: bytes, with the salt
 *
 * HMAC takes a key of any length (RFC 2104 3), one that is longer than a block it digests first.
 * ESP and AH allow one length only (RFC 2403 3, 2404 3, 4868 2.1.1): that of @auth.
 *
 * Return: true if it can.
 */
bool ipsec_auth_key_len_possible(const struct ipsec_auth_algo *auth, size_t len)
{
	if (!strncmp(auth->driver, "hmac(", 5))
		return len && len <= NFIPSEC_KEY_MAX;
	return len == (size_t)auth->key_len + auth->salt_len;
}
