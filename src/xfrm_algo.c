// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: algorithms have names there, those of the kernel Crypto API. */
#include "algo.h"
#include "xfrm.h"

#define ICV_ANY		0

/**
 * struct name - how an algorithm is called
 * @name: by the kernel's own stack
 * @alias: by programs that are older than that name, or NULL
 * @icv_bits: of the ICV, as the message says it: several algorithms share a name; ICV_ANY: the
 *            message does not say it
 * @id: enum nfipsec_enc or enum nfipsec_auth
 */
struct name {
	const char *name;
	const char *alias;
	u16 icv_bits;
	u16 id;
};

static const struct name ciphers[] = {
	{ "ecb(cipher_null)", "cipher_null", ICV_ANY, NFIPSEC_ENC_NULL },
	{ "cbc(des3_ede)", "des3_ede", ICV_ANY, NFIPSEC_ENC_3DES },
	{ "cbc(aes)", "aes", ICV_ANY, NFIPSEC_ENC_AES_CBC },
	{ "rfc3686(ctr(aes))", NULL, ICV_ANY, NFIPSEC_ENC_AES_CTR },
	{}
};

static const struct name combined[] = {
	{ "rfc4106(gcm(aes))", NULL, 64, NFIPSEC_ENC_AES_GCM_8 },
	{ "rfc4106(gcm(aes))", NULL, 96, NFIPSEC_ENC_AES_GCM_12 },
	{ "rfc4106(gcm(aes))", NULL, 128, NFIPSEC_ENC_AES_GCM_16 },
	{ "rfc4309(ccm(aes))", NULL, 64, NFIPSEC_ENC_AES_CCM_8 },
	{ "rfc4309(ccm(aes))", NULL, 96, NFIPSEC_ENC_AES_CCM_12 },
	{ "rfc4309(ccm(aes))", NULL, 128, NFIPSEC_ENC_AES_CCM_16 },
	{ "rfc4543(gcm(aes))", NULL, 128, NFIPSEC_ENC_NULL_AUTH_AES_GMAC },
	{ "rfc7539esp(chacha20,poly1305)", NULL, 128, NFIPSEC_ENC_CHACHA20_POLY1305 },
	{}
};

/* The first of a name is what it means without a word about the ICV. */
static const struct name digests[] = {
	{ "hmac(md5)", "md5", 96, NFIPSEC_AUTH_HMAC_MD5_96 },
	{ "hmac(sha1)", "sha1", 96, NFIPSEC_AUTH_HMAC_SHA1_96 },
	{ "hmac(sha256)", "sha256", 96, NFIPSEC_AUTH_HMAC_SHA2_256_96 },
	{ "hmac(sha256)", "sha256", 128, NFIPSEC_AUTH_HMAC_SHA2_256_128 },
	{ "hmac(sha384)", NULL, 192, NFIPSEC_AUTH_HMAC_SHA2_384_192 },
	{ "hmac(sha512)", NULL, 256, NFIPSEC_AUTH_HMAC_SHA2_512_256 },
	{ "xcbc(aes)", NULL, 96, NFIPSEC_AUTH_AES_XCBC_96 },
	{ "cmac(aes)", NULL, 96, NFIPSEC_AUTH_AES_CMAC_96 },
	{}
};

static bool is_called(const struct name *name, const char *what)
{
	const size_t longest = sizeof_field(struct xfrm_algo, alg_name);

	return !strncmp(name->name, what, longest) ||
	       (name->alias && !strncmp(name->alias, what, longest));
}

static const struct name *find(const struct name *name, const char *what, u32 icv_bits)
{
	for (; name->name; name++)
		if (is_called(name, what) && (icv_bits == ICV_ANY || icv_bits == name->icv_bits))
			return name;
	return NULL;
}

static const struct name *find_id(const struct name *name, u16 id)
{
	for (; name->name; name++)
		if (name->id == id)
			return name;
	return NULL;
}

/* A key in bits, behind a head. Return: its bytes, or a negative errno. */
static int key_bytes(const struct ipsec_xfrm_request *req, int attr, size_t head, u32 bits)
{
	size_t bytes = DIV_ROUND_UP(bits, 8);

	if (bits > U16_MAX || nla_len(req->attrs[attr]) < head + bytes)
		return ipsec_xfrm_refuse(req, attr, -EINVAL,
					 "The key is shorter than the message says");
	return bytes;
}

static int take_enc(const struct ipsec_xfrm_request *req, int attr, const struct name *name,
		    const char *key, int key_len, struct ipsec_sa_config *config)
{
	if (key_len < 0)
		return key_len;
	if (!name)
		return ipsec_xfrm_refuse(req, attr, -ENOSYS,
					 "This encryption algorithm is not known");
	config->enc = ipsec_enc_algo(name->id);
	config->enc_key = key;
	config->enc_key_len = key_len;
	if (!ipsec_enc_key_len_ok(config->enc, key_len))
		return ipsec_xfrm_refuse(req, attr, -EINVAL, config->enc->takes);
	return 0;
}

static int take_auth(const struct ipsec_xfrm_request *req, int attr, const struct name *name,
		     const char *key, int key_len, struct ipsec_sa_config *config)
{
	if (key_len < 0)
		return key_len;
	if (!name)
		return ipsec_xfrm_refuse(req, attr, -ENOSYS,
					 "This integrity algorithm, or this length of its ICV, is not known");
	config->auth = ipsec_auth_algo(name->id);
	config->auth_key = key;
	config->auth_key_len = key_len;
	/* Those who set keys by hand are used to any: the kernel's own stack takes it. */
	if (!ipsec_auth_key_len_possible(config->auth, key_len))
		return ipsec_xfrm_refuse(req, attr, -EINVAL, config->auth->takes);
	return 0;
}

static int cipher(const struct ipsec_xfrm_request *req, struct ipsec_sa_config *config)
{
	const struct xfrm_algo *alg = nla_data(req->attrs[XFRMA_ALG_CRYPT]);

	return take_enc(req, XFRMA_ALG_CRYPT, find(ciphers, alg->alg_name, ICV_ANY),
			alg->alg_key, key_bytes(req, XFRMA_ALG_CRYPT, sizeof(*alg),
						alg->alg_key_len), config);
}

static int aead(const struct ipsec_xfrm_request *req, struct ipsec_sa_config *config)
{
	const struct xfrm_algo_aead *alg = nla_data(req->attrs[XFRMA_ALG_AEAD]);

	/* An ICV of no length is none of those that there are. */
	return take_enc(req, XFRMA_ALG_AEAD,
			alg->alg_icv_len ? find(combined, alg->alg_name, alg->alg_icv_len) : NULL,
			alg->alg_key, key_bytes(req, XFRMA_ALG_AEAD, sizeof(*alg),
						alg->alg_key_len), config);
}

static int digest(const struct ipsec_xfrm_request *req, struct ipsec_sa_config *config)
{
	const struct xfrm_algo *alg = nla_data(req->attrs[XFRMA_ALG_AUTH]);

	return take_auth(req, XFRMA_ALG_AUTH, find(digests, alg->alg_name, ICV_ANY),
			 alg->alg_key, key_bytes(req, XFRMA_ALG_AUTH, sizeof(*alg),
						 alg->alg_key_len), config);
}

static int digest_trunc(const struct ipsec_xfrm_request *req, struct ipsec_sa_config *config)
{
	const struct xfrm_algo_auth *alg = nla_data(req->attrs[XFRMA_ALG_AUTH_TRUNC]);

	return take_auth(req, XFRMA_ALG_AUTH_TRUNC,
			 find(digests, alg->alg_name, alg->alg_trunc_len),
			 alg->alg_key, key_bytes(req, XFRMA_ALG_AUTH_TRUNC, sizeof(*alg),
						 alg->alg_key_len), config);
}

/**
 * ipsec_xfrm_algorithms() - read the algorithms of an SA and their keys
 * @req: the message
 * @config: the algorithms and keys are filled in; points into the message
 *
 * Return: 0, -ENOSYS: one is not known, or -EINVAL.
 */
int ipsec_xfrm_algorithms(const struct ipsec_xfrm_request *req, struct ipsec_sa_config *config)
{
	struct nlattr *const *attrs = req->attrs;
	int err = 0;

	if (attrs[XFRMA_ALG_COMP])
		return ipsec_xfrm_refuse(req, XFRMA_ALG_COMP, -EINVAL,
					 "nfipsec does not compress (IPComp)");
	if (attrs[XFRMA_ALG_AEAD] && (attrs[XFRMA_ALG_CRYPT] || attrs[XFRMA_ALG_AUTH] ||
				      attrs[XFRMA_ALG_AUTH_TRUNC]))
		return ipsec_xfrm_refuse(req, XFRMA_ALG_AEAD, -EINVAL,
					 "A combined mode needs no other algorithm");
	if (attrs[XFRMA_ALG_AEAD])
		err = aead(req, config);
	else if (attrs[XFRMA_ALG_CRYPT])
		err = cipher(req, config);
	if (err)
		return err;
	/* Who knows both sends both, for who knows only the older one. */
	if (attrs[XFRMA_ALG_AUTH_TRUNC])
		return digest_trunc(req, config);
	return attrs[XFRMA_ALG_AUTH] ? digest(req, config) : 0;
}

static int put_enc(struct sk_buff *msg, const struct ipsec_sa *sa, const struct name *name)
{
	struct nlattr *attr = nla_reserve(msg, XFRMA_ALG_CRYPT,
					  sizeof(struct xfrm_algo) + sa->enc_key_len);
	struct xfrm_algo *alg;

	if (!attr)
		return -EMSGSIZE;
	alg = nla_data(attr);
	strscpy_pad(alg->alg_name, name->name, sizeof(alg->alg_name));
	alg->alg_key_len = sa->enc_key_len * 8;
	memcpy(alg->alg_key, sa->keys, sa->enc_key_len);
	return 0;
}

static int put_combined(struct sk_buff *msg, const struct ipsec_sa *sa, const struct name *name)
{
	struct nlattr *attr = nla_reserve(msg, XFRMA_ALG_AEAD,
					  sizeof(struct xfrm_algo_aead) + sa->enc_key_len);
	struct xfrm_algo_aead *alg;

	if (!attr)
		return -EMSGSIZE;
	alg = nla_data(attr);
	strscpy_pad(alg->alg_name, name->name, sizeof(alg->alg_name));
	alg->alg_key_len = sa->enc_key_len * 8;
	alg->alg_icv_len = name->icv_bits;
	memcpy(alg->alg_key, sa->keys, sa->enc_key_len);
	return 0;
}

/* In the way of old programs, and in that of new ones. */
static int put_digest(struct sk_buff *msg, const struct ipsec_sa *sa, const struct name *name)
{
	const u8 *key = sa->keys + sa->enc_key_len;
	struct xfrm_algo_auth *trunc;
	struct xfrm_algo *alg;
	struct nlattr *attr;

	attr = nla_reserve(msg, XFRMA_ALG_AUTH, sizeof(*alg) + sa->auth_key_len);
	if (!attr)
		return -EMSGSIZE;
	alg = nla_data(attr);
	strscpy_pad(alg->alg_name, name->name, sizeof(alg->alg_name));
	alg->alg_key_len = sa->auth_key_len * 8;
	memcpy(alg->alg_key, key, sa->auth_key_len);
	attr = nla_reserve(msg, XFRMA_ALG_AUTH_TRUNC, sizeof(*trunc) + sa->auth_key_len);
	if (!attr)
		return -EMSGSIZE;
	trunc = nla_data(attr);
	strscpy_pad(trunc->alg_name, name->name, sizeof(trunc->alg_name));
	trunc->alg_key_len = sa->auth_key_len * 8;
	trunc->alg_trunc_len = name->icv_bits;
	memcpy(trunc->alg_key, key, sa->auth_key_len);
	return 0;
}

/**
 * ipsec_xfrm_put_algorithms() - write the algorithms of an SA and their keys
 * @msg: the message
 * @sa: the SA
 *
 * Algorithms that have no name in this protocol are left out.
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_algorithms(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	const struct name *name;
	int err = 0;

	if (sa->enc && sa->enc->icv_len) {
		name = find_id(combined, sa->enc->id);
		return name ? put_combined(msg, sa, name) : 0;
	}
	name = sa->auth ? find_id(digests, sa->auth->id) : NULL;
	if (name)
		err = put_digest(msg, sa, name);
	name = sa->enc ? find_id(ciphers, sa->enc->id) : NULL;
	return !err && name ? put_enc(msg, sa, name) : err;
}
