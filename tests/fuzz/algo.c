// SPDX-License-Identifier: GPL-2.0
/*
 * The module's table of algorithms against that of ipsecctl: what one takes for a key, the other
 * does as well. And which keys of 3DES make it a weaker cipher (RFC 2451 2.3), parity bits apart.
 *
 * fuzz: with=tool max_len=256
 */
#include "../../src/algo.c"
#undef ARRAY_SIZE
#include "../../tools/ipsecctl/algo.h"

#include "fuzz.h"

static void encryption(uint16_t id, size_t len)
{
	const struct ipsec_enc_algo *enc = ipsec_enc_algo(id);
	const char *name = algo_enc_name(id, len);
	const struct algo *tool = algo_enc_by_name(name);

	holds(!enc == !tool, "%u: %s", id, name);
	if (!enc)
		return;
	holds(tool->id == id, "%s is %u, not %u", name, tool->id, id);
	holds(ipsec_enc_key_len_ok(enc, len) == algo_key_fits(tool, len), "%s: %zu bytes", name,
	      len);
	holds(!!enc->icv_len == tool->combined && enc->salt_len == tool->salt, "%s", name);
}

static void integrity(uint16_t id, size_t len)
{
	const struct ipsec_auth_algo *auth = ipsec_auth_algo(id);
	const struct algo *tool = algo_auth_by_name(algo_auth_name(id));

	holds(!auth == !tool, "%u: %s", id, algo_auth_name(id));
	if (!auth)
		return;
	holds(tool->id == id && auth->salt_len == tool->salt, "%s", tool->name);
	holds((len == (size_t)auth->key_len + auth->salt_len) == algo_key_fits(tool, len),
	      "%s: %zu bytes", tool->name, len);
	holds(!algo_key_fits(tool, len) || ipsec_auth_key_len_possible(auth, len), "%s",
	      tool->name);
}

/* The key that single DES would see. */
static uint64_t without_parity(const uint8_t *key)
{
	uint64_t bits = 0;

	for (int i = 0; i < 8; i++)
		bits = bits << 7 | key[i] >> 1;
	return bits;
}

static void weak(struct input *in)
{
	uint8_t key[24] = { 0 }, *exact;
	bool wanted;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = take(in, 1);
	exact = copy_of(key, sizeof(key));
	wanted = without_parity(key) == without_parity(key + 8) ||
		 without_parity(key + 8) == without_parity(key + 16);
	holds(ipsec_enc_key_is_weak(ipsec_enc_algo(NFIPSEC_ENC_3DES), exact) == wanted, "%d",
	      wanted);
	holds(!ipsec_enc_key_is_weak(ipsec_enc_algo(NFIPSEC_ENC_AES_CBC), exact), "AES");
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint16_t id = take(&in, 1);
	size_t len = take(&in, 1);

	encryption(id, len);
	integrity(id, len);
	weak(&in);
	return 0;
}
