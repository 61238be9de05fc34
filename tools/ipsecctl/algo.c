// SPDX-License-Identifier: GPL-2.0
/*
 * The algorithms as tables: nothing else in the tool names one. Where several names
 * share a number the first whose key length fits is the one shown; a name that
 * takes several lengths comes last and stands for a key that is not shown.
 */
#include <stdio.h>
#include <string.h>

#include <linux/nfipsec.h>

#include "algo.h"
#include "util.h"

/* RFC 8221 5 and 6 */
#define LEGACY_3DES	"is legacy: its blocks of 64 bits are too small for much traffic (RFC 8221 5); aes is better"
#define LEGACY_MD5	"is legacy: it must not be used any more (RFC 8221 6); hmac-sha2-256 is better"
#define LEGACY_SHA2	"is legacy: old systems cut the ICV short by mistake (RFC 8221 6); hmac-sha2-256 is better"
/* Keys that are set by hand are often set again. RFC 8750 7 forbids numbers to repeat. */
#define IMPLICIT_IV	"counts from 1 whenever this rule is loaded, so it needs a new key each time (RFC 8750 7)"

static const struct algo enc_table[] = {
	{ "null", NFIPSEC_ENC_NULL, { 0 }, 0, false, NULL },
	{ "aes-128", NFIPSEC_ENC_AES_CBC, { 16 }, 0, false, NULL },
	{ "aes-192", NFIPSEC_ENC_AES_CBC, { 24 }, 0, false, NULL },
	{ "aes-256", NFIPSEC_ENC_AES_CBC, { 32 }, 0, false, NULL },
	{ "aes", NFIPSEC_ENC_AES_CBC, { 16, 24, 32 }, 0, false, NULL },
	{ "aes-128-ctr", NFIPSEC_ENC_AES_CTR, { 16 }, 4, false, NULL },
	{ "aes-192-ctr", NFIPSEC_ENC_AES_CTR, { 24 }, 4, false, NULL },
	{ "aes-256-ctr", NFIPSEC_ENC_AES_CTR, { 32 }, 4, false, NULL },
	{ "aesctr", NFIPSEC_ENC_AES_CTR, { 16, 24, 32 }, 4, false, NULL },
	{ "aes-128-gcm", NFIPSEC_ENC_AES_GCM_16, { 16 }, 4, true, NULL },
	{ "aes-192-gcm", NFIPSEC_ENC_AES_GCM_16, { 24 }, 4, true, NULL },
	{ "aes-256-gcm", NFIPSEC_ENC_AES_GCM_16, { 32 }, 4, true, NULL },
	{ "aes-gcm", NFIPSEC_ENC_AES_GCM_16, { 16, 24, 32 }, 4, true, NULL },
	{ "aes-128-gcm-12", NFIPSEC_ENC_AES_GCM_12, { 16 }, 4, true, NULL },
	{ "aes-192-gcm-12", NFIPSEC_ENC_AES_GCM_12, { 24 }, 4, true, NULL },
	{ "aes-256-gcm-12", NFIPSEC_ENC_AES_GCM_12, { 32 }, 4, true, NULL },
	{ "aes-gcm-12", NFIPSEC_ENC_AES_GCM_12, { 16, 24, 32 }, 4, true, NULL },
	{ "aes-128-gcm-8", NFIPSEC_ENC_AES_GCM_8, { 16 }, 4, true, NULL },
	{ "aes-192-gcm-8", NFIPSEC_ENC_AES_GCM_8, { 24 }, 4, true, NULL },
	{ "aes-256-gcm-8", NFIPSEC_ENC_AES_GCM_8, { 32 }, 4, true, NULL },
	{ "aes-gcm-8", NFIPSEC_ENC_AES_GCM_8, { 16, 24, 32 }, 4, true, NULL },
	{ "aes-128-ccm", NFIPSEC_ENC_AES_CCM_16, { 16 }, 3, true, NULL },
	{ "aes-192-ccm", NFIPSEC_ENC_AES_CCM_16, { 24 }, 3, true, NULL },
	{ "aes-256-ccm", NFIPSEC_ENC_AES_CCM_16, { 32 }, 3, true, NULL },
	{ "aes-ccm", NFIPSEC_ENC_AES_CCM_16, { 16, 24, 32 }, 3, true, NULL },
	{ "aes-128-ccm-12", NFIPSEC_ENC_AES_CCM_12, { 16 }, 3, true, NULL },
	{ "aes-192-ccm-12", NFIPSEC_ENC_AES_CCM_12, { 24 }, 3, true, NULL },
	{ "aes-256-ccm-12", NFIPSEC_ENC_AES_CCM_12, { 32 }, 3, true, NULL },
	{ "aes-ccm-12", NFIPSEC_ENC_AES_CCM_12, { 16, 24, 32 }, 3, true, NULL },
	{ "aes-128-ccm-8", NFIPSEC_ENC_AES_CCM_8, { 16 }, 3, true, NULL },
	{ "aes-192-ccm-8", NFIPSEC_ENC_AES_CCM_8, { 24 }, 3, true, NULL },
	{ "aes-256-ccm-8", NFIPSEC_ENC_AES_CCM_8, { 32 }, 3, true, NULL },
	{ "aes-ccm-8", NFIPSEC_ENC_AES_CCM_8, { 16, 24, 32 }, 3, true, NULL },
	{ "aes-128-gmac", NFIPSEC_ENC_NULL_AUTH_AES_GMAC, { 16 }, 4, true, NULL },
	{ "aes-192-gmac", NFIPSEC_ENC_NULL_AUTH_AES_GMAC, { 24 }, 4, true, NULL },
	{ "aes-256-gmac", NFIPSEC_ENC_NULL_AUTH_AES_GMAC, { 32 }, 4, true, NULL },
	{ "aes-gmac", NFIPSEC_ENC_NULL_AUTH_AES_GMAC, { 16, 24, 32 }, 4, true, NULL },
	{ "chacha20-poly1305", NFIPSEC_ENC_CHACHA20_POLY1305, { 32 }, 4, true, NULL },
	{ "aes-128-gcm-iiv", NFIPSEC_ENC_AES_GCM_16_IIV, { 16 }, 4, true, IMPLICIT_IV },
	{ "aes-192-gcm-iiv", NFIPSEC_ENC_AES_GCM_16_IIV, { 24 }, 4, true, IMPLICIT_IV },
	{ "aes-256-gcm-iiv", NFIPSEC_ENC_AES_GCM_16_IIV, { 32 }, 4, true, IMPLICIT_IV },
	{ "aes-gcm-iiv", NFIPSEC_ENC_AES_GCM_16_IIV, { 16, 24, 32 }, 4, true, IMPLICIT_IV },
	{ "aes-128-ccm-8-iiv", NFIPSEC_ENC_AES_CCM_8_IIV, { 16 }, 3, true, IMPLICIT_IV },
	{ "aes-192-ccm-8-iiv", NFIPSEC_ENC_AES_CCM_8_IIV, { 24 }, 3, true, IMPLICIT_IV },
	{ "aes-256-ccm-8-iiv", NFIPSEC_ENC_AES_CCM_8_IIV, { 32 }, 3, true, IMPLICIT_IV },
	{ "aes-ccm-8-iiv", NFIPSEC_ENC_AES_CCM_8_IIV, { 16, 24, 32 }, 3, true, IMPLICIT_IV },
	{ "chacha20-poly1305-iiv", NFIPSEC_ENC_CHACHA20_POLY1305_IIV, { 32 }, 4, true,
	  IMPLICIT_IV },
	{ "3des", NFIPSEC_ENC_3DES, { 24 }, 0, false, LEGACY_3DES },
};

static const struct algo auth_table[] = {
	{ "hmac-sha1", NFIPSEC_AUTH_HMAC_SHA1_96, { 20 }, 0, false, NULL },
	{ "hmac-sha2-256", NFIPSEC_AUTH_HMAC_SHA2_256_128, { 32 }, 0, false, NULL },
	{ "hmac-sha2-384", NFIPSEC_AUTH_HMAC_SHA2_384_192, { 48 }, 0, false, NULL },
	{ "hmac-sha2-512", NFIPSEC_AUTH_HMAC_SHA2_512_256, { 64 }, 0, false, NULL },
	{ "aes-xcbc", NFIPSEC_AUTH_AES_XCBC_96, { 16 }, 0, false, NULL },
	{ "aes-cmac", NFIPSEC_AUTH_AES_CMAC_96, { 16 }, 0, false, NULL },
	{ "aes-128-gmac", NFIPSEC_AUTH_AES_128_GMAC, { 16 }, 4, false, NULL },
	{ "aes-192-gmac", NFIPSEC_AUTH_AES_192_GMAC, { 24 }, 4, false, NULL },
	{ "aes-256-gmac", NFIPSEC_AUTH_AES_256_GMAC, { 32 }, 4, false, NULL },
	{ "hmac-sha2-256-96", NFIPSEC_AUTH_HMAC_SHA2_256_96, { 32 }, 0, false, LEGACY_SHA2 },
	{ "hmac-md5", NFIPSEC_AUTH_HMAC_MD5_96, { 16 }, 0, false, LEGACY_MD5 },
};

static const struct algo *by_name(const struct algo *t, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(t[i].name, name))
			return &t[i];
	return NULL;
}

/* key_len 0: not known */
static const char *name_of(const struct algo *t, size_t n, __u16 id, size_t key_len)
{
	const struct algo *last = NULL;

	for (size_t i = 0; i < n; i++) {
		if (t[i].id != id)
			continue;
		if (key_len && algo_key_fits(&t[i], key_len))
			return t[i].name;
		last = &t[i];
	}
	return last ? last->name : "unknown";
}

/* Of several names of one number the last, which takes keys of all lengths. */
static const char *names(const struct algo *t, size_t n, char *out, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len < size; i++)
		if (i + 1 == n || t[i + 1].id != t[i].id)
			len += snprintf(out + len, size - len, "%s%s",
					!len ? "" : i + 1 == n ? " or " : ", ", t[i].name);
	return out;
}

/**
 * algo_enc_by_name - find an encryption algorithm
 * @name: as in ipsec.conf
 *
 * Return: NULL if there is none of this name.
 */
const struct algo *algo_enc_by_name(const char *name)
{
	return by_name(enc_table, ARRAY_SIZE(enc_table), name);
}

/**
 * algo_auth_by_name - find an integrity algorithm
 * @name: as in ipsec.conf
 *
 * Return: NULL if there is none of this name.
 */
const struct algo *algo_auth_by_name(const char *name)
{
	return by_name(auth_table, ARRAY_SIZE(auth_table), name);
}

/**
 * algo_enc_name - the name of an encryption algorithm
 * @id: enum nfipsec_enc
 * @key_len: bytes of the key, 0 if it is not known
 */
const char *algo_enc_name(__u16 id, size_t key_len)
{
	return name_of(enc_table, ARRAY_SIZE(enc_table), id, key_len);
}

/**
 * algo_enc_name_bits - the name of an encryption algorithm whose key is not shown
 * @id: enum nfipsec_enc
 * @bits: length of the key without the salt
 */
const char *algo_enc_name_bits(__u16 id, unsigned int bits)
{
	for (size_t i = 0; i < ARRAY_SIZE(enc_table); i++)
		if (enc_table[i].id == id && enc_table[i].len[0] * 8U == bits)
			return enc_table[i].name;
	return algo_enc_name(id, 0);
}

/**
 * algo_auth_name - the name of an integrity algorithm
 * @id: enum nfipsec_auth
 */
const char *algo_auth_name(__u16 id)
{
	return name_of(auth_table, ARRAY_SIZE(auth_table), id, 0);
}

/**
 * algo_key_fits - whether a key has a length that the algorithm takes
 * @a: the algorithm
 * @len: bytes, with the salt
 */
bool algo_key_fits(const struct algo *a, size_t len)
{
	if (!a->len[0])
		return !len;
	for (size_t i = 0; i < ALGO_LENGTHS && a->len[i]; i++)
		if ((size_t)a->len[i] + a->salt == len)
			return true;
	return false;
}

/**
 * algo_lengths - the lengths of key that an algorithm takes, for a message
 * @a: the algorithm
 * @out: where to put the text
 *
 * Return: @out.
 */
const char *algo_lengths(const struct algo *a, char out[ALGO_TEXT])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ALGO_LENGTHS && a->len[i]; i++) {
		bool last = i + 1 == ALGO_LENGTHS || !a->len[i + 1];

		n += snprintf(out + n, ALGO_TEXT - n, "%s%u", !i ? "" : last ? " or " : ", ",
			      (a->len[i] + a->salt) * 8);
	}
	n += snprintf(out + n, ALGO_TEXT - n, " bits");
	if (a->salt)
		snprintf(out + n, ALGO_TEXT - n, " (%u of them salt)", a->salt * 8);
	return out;
}

/**
 * algo_enc_names - all encryption algorithms, for a message
 *
 * Those whose key may have several lengths are there once; "aes-gcm" for "aes-128-gcm".
 */
const char *algo_enc_names(void)
{
	static char out[512];

	return names(enc_table, ARRAY_SIZE(enc_table), out, sizeof(out));
}

/**
 * algo_auth_names - all integrity algorithms, for a message
 */
const char *algo_auth_names(void)
{
	static char out[512];

	return names(auth_table, ARRAY_SIZE(auth_table), out, sizeof(out));
}
