/* SPDX-License-Identifier: GPL-2.0 */
/* The algorithms (RFC 8221): one table row each. Pure. */
#ifndef IPSEC_ALGO_H
#define IPSEC_ALGO_H

#include <linux/types.h>

#define IPSEC_IV_MAX	16
#define IPSEC_ICV_MAX	32

/**
 * struct ipsec_enc_algo - an encryption algorithm of ESP
 * @id: enum nfipsec_enc
 * @name: for sentences
 * @driver: name in the kernel Crypto API, of a cipher or, if @icv_len is set, of an AEAD
 * @key_lens: lengths that are allowed in bytes, without the salt, 0 behind the last
 * @salt_len: bytes of salt behind the key
 * @iv_len: bytes of IV in the packet
 * @block: what the ciphertext is a multiple of
 * @icv_len: bytes of ICV if this is a combined mode, else 0
 * @counter_iv: the IV must never repeat; else it must not be predictable
 */
struct ipsec_enc_algo {
	__u16 id;
	const char *name;
	const char *driver;
	__u8 key_lens[4];
	__u8 salt_len;
	__u8 iv_len;
	__u8 block;
	__u8 icv_len;
	bool counter_iv;
};

/**
 * struct ipsec_auth_algo - an integrity algorithm of ESP and AH
 * @id: enum nfipsec_auth
 * @name: for sentences
 * @driver: name in the kernel Crypto API
 * @key_len: bytes
 * @icv_len: bytes sent, the digest is truncated to them
 */
struct ipsec_auth_algo {
	__u16 id;
	const char *name;
	const char *driver;
	__u8 key_len;
	__u8 icv_len;
};

const struct ipsec_enc_algo *ipsec_enc_algo(__u16 id);
const struct ipsec_auth_algo *ipsec_auth_algo(__u16 id);
bool ipsec_enc_key_len_ok(const struct ipsec_enc_algo *enc, size_t len);

#endif /* IPSEC_ALGO_H */
