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

static void enc_rows(void)
{
	for (size_t i = 0; i < ENC_N; i++) {
		const struct ipsec_enc_algo *a = &enc_algos[i];

		if (!a->name || !a->driver || strlen(a->driver) >= 64)
			wrong("row %zu has no good name", i);
		expect(true, a->iv_len <= IPSEC_IV_MAX, "%s: IV", a->name);
		expect(true, a->icv_len <= IPSEC_ICV_MAX, "%s: ICV", a->name);
		expect(true, power_of_two(a->block) && a->block <= 16, "%s: block", a->name);
		/* the kernel's counter modes count in 8 bytes of IV behind a salt */
		expect(a->counter_iv, a->salt_len != 0, "%s: counter and salt", a->name);
		expect(true, !a->counter_iv || a->iv_len == 8, "%s: counter IV", a->name);
		expect(a->key_lens[0] != 0, a->iv_len != 0, "%s: IV and key", a->name);
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

static void enc_known(void)
{
	const struct ipsec_enc_algo *gcm = ipsec_enc_algo(NFIPSEC_ENC_AES_GCM_16);
	const struct ipsec_enc_algo *cbc = ipsec_enc_algo(NFIPSEC_ENC_AES_CBC);
	const struct ipsec_enc_algo *null = ipsec_enc_algo(NFIPSEC_ENC_NULL);

	if (!gcm || !cbc || !null) {
		wrong("an algorithm is missing");
	} else {
		/* RFC 4106 3, 8.1: 8 bytes of IV, 16 of ICV, 4 of salt behind the key */
		expect(1, ipsec_enc_key_len_ok(gcm, 20) && ipsec_enc_key_len_ok(gcm, 28) &&
		       ipsec_enc_key_len_ok(gcm, 36), "GCM keys");
		expect(8 << 16 | 16 << 8 | 4, gcm->iv_len << 16 | gcm->icv_len << 8 | gcm->salt_len, "GCM");
		/* RFC 3602 2.1, 2.4, 3: blocks and IV of 16 bytes, no salt, ICV by another */
		expect(1, ipsec_enc_key_len_ok(cbc, 16) && ipsec_enc_key_len_ok(cbc, 24) &&
		       ipsec_enc_key_len_ok(cbc, 32), "CBC keys");
		expect(16 << 16 | 16 << 8, cbc->iv_len << 16 | cbc->block << 8 | cbc->icv_len, "CBC");
		expect(false, cbc->counter_iv, "CBC IVs are random");
		/* RFC 2410 2: no key, no IV */
		expect(1, ipsec_enc_key_len_ok(null, 0), "NULL key");
		expect(0, null->iv_len | null->icv_len | null->salt_len, "NULL");
	}
	end_case("encryption: lengths are those of RFC 4106, RFC 3602 and RFC 2410");
}

static void auth_rows(void)
{
	static const struct {
		__u16 id;
		__u8 key_len, icv_len;
		const char *driver;
	} wanted[] = {
		{ NFIPSEC_AUTH_HMAC_SHA1_96, 20, 12, "hmac(sha1)" },
		{ NFIPSEC_AUTH_HMAC_SHA2_256_128, 32, 16, "hmac(sha256)" },
		{ NFIPSEC_AUTH_HMAC_SHA2_384_192, 48, 24, "hmac(sha384)" },
		{ NFIPSEC_AUTH_HMAC_SHA2_512_256, 64, 32, "hmac(sha512)" },
	};

	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		const struct ipsec_auth_algo *a = ipsec_auth_algo(wanted[i].id);

		if (!a || strcmp(a->driver, wanted[i].driver))
			wrong("integrity algorithm %d is missing or another", wanted[i].id);
		else
			expect(wanted[i].key_len << 8 | wanted[i].icv_len, a->key_len << 8 | a->icv_len,
			       "%s", a->name);
	}
	for (size_t i = 0; i < AUTH_N; i++) {
		const struct ipsec_auth_algo *a = &auth_algos[i];

		expect(true, a->name && a->driver && strlen(a->driver) < 50, "row %zu: names", i);
		expect(true, a->icv_len >= 12 && a->icv_len <= IPSEC_ICV_MAX, "%s: ICV", a->name);
		/* RFC 4302 2.2: AH is a multiple of 4 bytes */
		expect(0, a->icv_len % 4, "%s: ICV in words", a->name);
		expect(true, a->key_len >= 16 && a->key_len <= NFIPSEC_KEY_MAX, "%s: key", a->name);
	}
	end_case("integrity: lengths are those of RFC 2404 and RFC 4868");
}

static void unique(void)
{
	for (size_t i = 0; i < ENC_N; i++)
		for (size_t j = 0; j < i; j++)
			if (enc_algos[i].id == enc_algos[j].id ||
			    !strcmp(enc_algos[i].name, enc_algos[j].name) ||
			    !strcmp(enc_algos[i].driver, enc_algos[j].driver))
				wrong("%s and %s", enc_algos[i].name, enc_algos[j].name);
	for (size_t i = 0; i < AUTH_N; i++)
		for (size_t j = 0; j < i; j++)
			if (auth_algos[i].id == auth_algos[j].id ||
			    !strcmp(auth_algos[i].name, auth_algos[j].name) ||
			    !strcmp(auth_algos[i].driver, auth_algos[j].driver))
				wrong("%s and %s", auth_algos[i].name, auth_algos[j].name);
	end_case("numbers, names and drivers are each there once");
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

int main(void)
{
	enc_rows();
	enc_key_lens();
	enc_known();
	auth_rows();
	unique();
	lookup();
	return end_all();
}
