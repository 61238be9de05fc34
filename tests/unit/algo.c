// SPDX-License-Identifier: GPL-2.0
/* The table of algorithms is sane. */
#include "ktap.h"
#include "../../src/algo.c"

#define ENC_N	ARRAY_LEN(enc_algos)
#define AUTH_N	ARRAY_LEN(auth_algos)

static bool power_of_two(unsigned int n)
{
	return n && !(n & (n - 1));
}

/* The numbers in a sentence must be those in "lens" (0 behind the last), then "salt". */
static void sentence(const char *name, const char *text, const __u8 *lens, size_t n, __u8 salt)
{
	size_t seen = 0;
	bool no = text && strstr(text, "takes no key");

	if (!text || !strstr(text, " takes ")) {
		wrong("%s: no sentence about keys", name);
		return;
	}
	text = strstr(text, " takes ");
	for (const char *s = text; *s; s++) {
		unsigned int found, wanted;

		if (*s < '0' || *s > '9')
			continue;
		found = strtoul(s, (char **)&s, 10);
		wanted = seen < n && lens[seen] ? lens[seen] : salt;
		expect(wanted, found, "%s: number %zu of \"%s\"", name, seen, text);
		seen++;
		s--;
	}
	while (n && !lens[n - 1])
		n--;
	expect(n + !!salt, seen, "%s: numbers in \"%s\"", name, text);
	expect(n == 0, no, "%s: takes no key", name);
}

static void named(const char *name, const char *driver, const char *missing)
{
	if (!name || !driver || strlen(driver) >= 64)
		wrong("%s has no good names", name ?: "a row");
	else if (!missing || !strstr(missing, "CONFIG_CRYPTO_"))
		wrong("%s: no option of the kernel to look for", name);
}

static void enc_rows(void)
{
	for (size_t i = 0; i < ENC_N; i++) {
		const struct ipsec_enc_algo *a = &enc_algos[i];

		named(a->name, a->driver, a->missing);
		expect(true, a->iv_len <= IPSEC_IV_MAX, "%s: IV", a->name);
		expect(true, a->icv_len <= IPSEC_ICV_MAX, "%s: ICV", a->name);
		expect(true, power_of_two(a->block) && a->block <= 16, "%s: block", a->name);
		/* all that count do so in 8 bytes behind a salt, in the packet or not */
		expect(a->iv == IPSEC_IV_COUNTER || a->iv == IPSEC_IV_IMPLICIT, a->salt_len != 0,
		       "%s: counter and salt", a->name);
		expect(true, !!a->nonce_flags + a->salt_len + 8 <= IPSEC_IV_MAX, "%s: nonce", a->name);
		expect(true, a->iv != IPSEC_IV_COUNTER || a->iv_len == 8, "%s: counter IV", a->name);
		expect(true, a->iv != IPSEC_IV_RANDOM || a->iv_len == a->block, "%s: random IV", a->name);
		expect(a->iv == IPSEC_IV_NONE || a->iv == IPSEC_IV_IMPLICIT, a->iv_len == 0,
		       "%s: no IV", a->name);
		expect(a->key_lens[0] != 0, a->iv != IPSEC_IV_NONE, "%s: IV and key", a->name);
		sentence(a->name, a->takes, a->key_lens, ARRAY_LEN(a->key_lens), a->salt_len);
		end_case("%s: lengths fit their places", a->name);
	}
}

/* The longest key, the last place of key_lens included, must pass netlink's limit. */
static void enc_key_lens(void)
{
	for (size_t i = 0; i < ENC_N; i++) {
		const struct ipsec_enc_algo *a = &enc_algos[i];
		unsigned int allowed = 0, listed = 0;

		for (size_t k = 0; k < ARRAY_LEN(a->key_lens) && a->key_lens[k]; k++) {
			listed++;
			expect(true, !k || a->key_lens[k] > a->key_lens[k - 1], "%s: order", a->name);
			expect(true, ipsec_enc_key_len_ok(a, a->key_lens[k] + a->salt_len),
			       "%s: %d bytes", a->name, a->key_lens[k]);
			expect(true, a->key_lens[k] + a->salt_len <= NFIPSEC_KEY_MAX,
			       "%s: longest key", a->name);
			/* RFC 8221: nothing weaker than 128 bits */
			expect(true, a->key_lens[k] >= 16, "%s: weak key", a->name);
		}
		for (size_t len = 0; len <= 70000; len++)
			allowed += ipsec_enc_key_len_ok(a, len);
		expect(listed ?: 1, allowed, "%s: lengths that are allowed", a->name);
		expect(!listed, ipsec_enc_key_len_ok(a, 0), "%s: without a key", a->name);
		end_case("%s: takes the key lengths it lists, and no other", a->name);
	}
}

/* By the RFCs, not by the table. */
static const struct enc_wanted {
	__u16 id;
	__u16 keys[3];			/* with the salt */
	__u8 salt, iv, iv_len, block, icv_len;
	const char *driver;
} enc_wanted[] = {
	/* RFC 2410 2 */
	{ NFIPSEC_ENC_NULL, { 0 }, 0, IPSEC_IV_NONE, 0, 1, 0, "ecb(cipher_null)" },
	/* RFC 2451 2.1, 2.2, 2.4, 3 */
	{ NFIPSEC_ENC_3DES, { 24 }, 0, IPSEC_IV_RANDOM, 8, 8, 0, "cbc(des3_ede)" },
	/* RFC 3602 2.1, 2.4, 3 */
	{ NFIPSEC_ENC_AES_CBC, { 16, 24, 32 }, 0, IPSEC_IV_RANDOM, 16, 16, 0, "cbc(aes)" },
	/* RFC 3686 2.1, 3.1, 5.1 */
	{ NFIPSEC_ENC_AES_CTR, { 20, 28, 36 }, 4, IPSEC_IV_COUNTER, 8, 1, 0, "rfc3686(ctr(aes))" },
	/* RFC 4309 3.1, 3.3, 4, 7.1 */
	{ NFIPSEC_ENC_AES_CCM_8, { 19, 27, 35 }, 3, IPSEC_IV_COUNTER, 8, 1, 8, "rfc4309(ccm(aes))" },
	{ NFIPSEC_ENC_AES_CCM_12, { 19, 27, 35 }, 3, IPSEC_IV_COUNTER, 8, 1, 12, "rfc4309(ccm(aes))" },
	{ NFIPSEC_ENC_AES_CCM_16, { 19, 27, 35 }, 3, IPSEC_IV_COUNTER, 8, 1, 16, "rfc4309(ccm(aes))" },
	/* RFC 4106 3, 6, 8.1 */
	{ NFIPSEC_ENC_AES_GCM_8, { 20, 28, 36 }, 4, IPSEC_IV_COUNTER, 8, 1, 8, "rfc4106(gcm(aes))" },
	{ NFIPSEC_ENC_AES_GCM_12, { 20, 28, 36 }, 4, IPSEC_IV_COUNTER, 8, 1, 12, "rfc4106(gcm(aes))" },
	{ NFIPSEC_ENC_AES_GCM_16, { 20, 28, 36 }, 4, IPSEC_IV_COUNTER, 8, 1, 16, "rfc4106(gcm(aes))" },
	/* RFC 4543 3.1, 3.2, 3.4, 5.4 */
	{ NFIPSEC_ENC_NULL_AUTH_AES_GMAC, { 20, 28, 36 }, 4, IPSEC_IV_COUNTER, 8, 1, 16,
	  "rfc4543(gcm(aes))" },
	/* RFC 7634 2 */
	{ NFIPSEC_ENC_CHACHA20_POLY1305, { 36 }, 4, IPSEC_IV_COUNTER, 8, 1, 16,
	  "rfc7539esp(chacha20,poly1305)" },
	/* RFC 8750 4: but for the IV all is as above */
	{ NFIPSEC_ENC_AES_CCM_8_IIV, { 19, 27, 35 }, 3, IPSEC_IV_IMPLICIT, 0, 1, 8, "ccm(aes)" },
	{ NFIPSEC_ENC_AES_GCM_16_IIV, { 20, 28, 36 }, 4, IPSEC_IV_IMPLICIT, 0, 1, 16, "gcm(aes)" },
	{ NFIPSEC_ENC_CHACHA20_POLY1305_IIV, { 36 }, 4, IPSEC_IV_IMPLICIT, 0, 1, 16,
	  "rfc7539(chacha20,poly1305)" },
};

static void enc_known(void)
{
	for (size_t i = 0; i < ARRAY_LEN(enc_wanted); i++) {
		const struct enc_wanted *w = &enc_wanted[i];
		const struct ipsec_enc_algo *a = ipsec_enc_algo(w->id);

		if (!a || strcmp(a->driver, w->driver)) {
			wrong("encryption algorithm %d is missing or another", w->id);
			continue;
		}
		for (size_t k = 0; k < ARRAY_LEN(w->keys) && (!k || w->keys[k]); k++)
			expect(true, ipsec_enc_key_len_ok(a, w->keys[k]), "%s: key of %d bytes",
			       a->name, w->keys[k]);
		expect(w->salt, a->salt_len, "%s: salt", a->name);
		expect(w->iv, a->iv, "%s: kind of IV", a->name);
		expect(w->iv_len, a->iv_len, "%s: IV", a->name);
		expect(w->block, a->block, "%s: block", a->name);
		expect(w->icv_len, a->icv_len, "%s: ICV", a->name);
	}
	expect(ARRAY_LEN(enc_wanted), ENC_N, "encryption algorithms");
	end_case("encryption: lengths are those of the RFCs");
}

static void auth_rows(void)
{
	for (size_t i = 0; i < AUTH_N; i++) {
		const struct ipsec_auth_algo *a = &auth_algos[i];

		named(a->name, a->driver, a->missing);
		expect(true, strlen(a->driver) < 50, "%s: room for another name", a->name);
		expect(true, a->icv_len >= 12 && a->icv_len <= IPSEC_ICV_MAX, "%s: ICV", a->name);
		/* RFC 4302 2.2: AH is a multiple of 4 bytes */
		expect(0, a->icv_len % 4, "%s: ICV in words", a->name);
		expect(true, a->key_len >= 16 && a->key_len <= NFIPSEC_KEY_MAX, "%s: key", a->name);
		expect(a->iv_len ? 8 : 0, a->iv_len, "%s: IV", a->name);
		expect(a->iv_len != 0, a->salt_len != 0, "%s: IV and salt", a->name);
		expect(true, a->salt_len + a->iv_len <= IPSEC_IV_MAX, "%s: nonce", a->name);
		expect(true, a->iv_len + a->icv_len <= IPSEC_ICV_MAX, "%s: room in AH", a->name);
		sentence(a->name, a->takes, &a->key_len, 1, a->salt_len);
		end_case("%s: lengths fit their places", a->name);
	}
}

static const struct auth_wanted {
	__u16 id;
	__u8 key_len, salt_len, iv_len, icv_len;
	const char *driver;
} auth_wanted[] = {
	/* RFC 2403 */
	{ NFIPSEC_AUTH_HMAC_MD5_96, 16, 0, 0, 12, "hmac(md5)" },
	/* RFC 2404 */
	{ NFIPSEC_AUTH_HMAC_SHA1_96, 20, 0, 0, 12, "hmac(sha1)" },
	/* RFC 3566 4.1, 4.3 */
	{ NFIPSEC_AUTH_AES_XCBC_96, 16, 0, 0, 12, "xcbc(aes)" },
	/* RFC 4494 4.1, 4 */
	{ NFIPSEC_AUTH_AES_CMAC_96, 16, 0, 0, 12, "cmac(aes)" },
	/* RFC 4543 4, 5.4 */
	{ NFIPSEC_AUTH_AES_128_GMAC, 16, 4, 8, 16, "gcm(aes)" },
	{ NFIPSEC_AUTH_AES_192_GMAC, 24, 4, 8, 16, "gcm(aes)" },
	{ NFIPSEC_AUTH_AES_256_GMAC, 32, 4, 8, 16, "gcm(aes)" },
	/* RFC 4868 2.6 */
	{ NFIPSEC_AUTH_HMAC_SHA2_256_128, 32, 0, 0, 16, "hmac(sha256)" },
	{ NFIPSEC_AUTH_HMAC_SHA2_384_192, 48, 0, 0, 24, "hmac(sha384)" },
	{ NFIPSEC_AUTH_HMAC_SHA2_512_256, 64, 0, 0, 32, "hmac(sha512)" },
	/* as the kernel's own stack had it for years */
	{ NFIPSEC_AUTH_HMAC_SHA2_256_96, 32, 0, 0, 12, "hmac(sha256)" },
};

static void auth_known(void)
{
	for (size_t i = 0; i < ARRAY_LEN(auth_wanted); i++) {
		const struct auth_wanted *w = &auth_wanted[i];
		const struct ipsec_auth_algo *a = ipsec_auth_algo(w->id);

		if (!a || strcmp(a->driver, w->driver)) {
			wrong("integrity algorithm %d is missing or another", w->id);
			continue;
		}
		expect(w->key_len, a->key_len, "%s: key", a->name);
		expect(w->salt_len, a->salt_len, "%s: salt", a->name);
		expect(w->iv_len, a->iv_len, "%s: IV", a->name);
		expect(w->icv_len, a->icv_len, "%s: ICV", a->name);
	}
	expect(ARRAY_LEN(auth_wanted), AUTH_N, "integrity algorithms");
	end_case("integrity: lengths are those of the RFCs");
}

/* Each bit counts but for those of parity. */
static void weak_keys(void)
{
	const struct ipsec_enc_algo *des = ipsec_enc_algo(NFIPSEC_ENC_3DES);
	const struct ipsec_enc_algo *cbc = ipsec_enc_algo(NFIPSEC_ENC_AES_CBC);
	__u8 key[24];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = i * 37;
	expect(false, ipsec_enc_key_is_weak(des, key), "thirds that all differ");
	memcpy(key + 16, key, 8);
	expect(false, ipsec_enc_key_is_weak(des, key), "first and last are equal, which is 3DES still");
	for (size_t pair = 0; pair < 2; pair++) {
		for (size_t bit = 0; bit < 64; bit++) {
			for (size_t i = 0; i < sizeof(key); i++)
				key[i] = i * 37;
			memcpy(key + 8 + 8 * pair, key + 8 * pair, 8);
			expect(true, ipsec_enc_key_is_weak(des, key), "pair %zu", pair);
			expect(false, ipsec_enc_key_is_weak(cbc, key), "AES has no such keys");
			key[8 * pair + bit / 8] ^= 1 << bit % 8;
			expect(bit % 8 == 0, ipsec_enc_key_is_weak(des, key), "pair %zu, bit %zu", pair, bit);
		}
	}
	end_case("keys of 3DES that are weak (RFC 2451 2.3)");
}

static void unique(void)
{
	for (size_t i = 0; i < ENC_N; i++)
		for (size_t j = 0; j < i; j++)
			if (enc_algos[i].id == enc_algos[j].id ||
			    !strcmp(enc_algos[i].name, enc_algos[j].name) ||
			    (!strcmp(enc_algos[i].driver, enc_algos[j].driver) &&
			     enc_algos[i].icv_len == enc_algos[j].icv_len))
				wrong("%s and %s", enc_algos[i].name, enc_algos[j].name);
	for (size_t i = 0; i < AUTH_N; i++)
		for (size_t j = 0; j < i; j++)
			if (auth_algos[i].id == auth_algos[j].id ||
			    !strcmp(auth_algos[i].name, auth_algos[j].name) ||
			    (!strcmp(auth_algos[i].driver, auth_algos[j].driver) &&
			     auth_algos[i].icv_len == auth_algos[j].icv_len &&
			     auth_algos[i].key_len == auth_algos[j].key_len))
				wrong("%s and %s", auth_algos[i].name, auth_algos[j].name);
	end_case("no two rows are the same algorithm");
}

static void lookup(void)
{
	unsigned int enc = 0, auth = 0;

	for (unsigned int id = 0; id < 65536; id++) {
		const struct ipsec_enc_algo *e = ipsec_enc_algo(id);
		const struct ipsec_auth_algo *a = ipsec_auth_algo(id);

		expect(true, !e || e->id == id, "encryption %u", id);
		expect(true, !a || a->id == id, "integrity %u", id);
		enc += !!e;
		auth += !!a;
	}
	expect(ENC_N, enc, "encryption algorithms found");
	expect(AUTH_N, auth, "integrity algorithms found");
	expect(true, !ipsec_auth_algo(NFIPSEC_AUTH_NONE), "none is no algorithm");
	end_case("every row is found by its number, and nothing else is");
}

/* RFC 2104 3 */
static void auth_keys_possible(void)
{
	for (size_t i = 0; i < AUTH_N; i++) {
		const struct ipsec_auth_algo *a = &auth_algos[i];
		bool hmac = a->id != NFIPSEC_AUTH_AES_XCBC_96 && a->id != NFIPSEC_AUTH_AES_CMAC_96 &&
			    !a->salt_len;
		unsigned int possible = 0;

		for (size_t len = 0; len <= 70000; len++)
			possible += ipsec_auth_key_len_possible(a, len);
		expect(hmac ? NFIPSEC_KEY_MAX : 1, possible, "%s: lengths", a->name);
		expect(true, ipsec_auth_key_len_possible(a, a->key_len + a->salt_len),
		       "%s: its own", a->name);
		expect(false, ipsec_auth_key_len_possible(a, 0), "%s: no key", a->name);
	}
	end_case("integrity: only HMAC can be computed with keys of other lengths");
}

int main(void)
{
	enc_rows();
	enc_key_lens();
	enc_known();
	weak_keys();
	auth_rows();
	auth_known();
	auth_keys_possible();
	unique();
	lookup();
	return end_all();
}
