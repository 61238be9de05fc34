/* SPDX-License-Identifier: GPL-2.0 */
/* The algorithms (RFC 8221): one table row each. Pure. */
#ifndef IPSEC_ALGO_H
#define IPSEC_ALGO_H

#include <linux/types.h>

#define IPSEC_IV_MAX	16
#define IPSEC_COUNTER_LEN	8	/* bytes of an IV that counts */
#define IPSEC_ICV_MAX	32

/**
 * enum ipsec_iv - where the IV of a packet comes from
 * @IPSEC_IV_NONE: there is none
 * @IPSEC_IV_RANDOM: drawn for each packet, as nobody must be able to predict it
 * @IPSEC_IV_COUNTER: the sequence number xored with a secret of the SA, so it never repeats
 * @IPSEC_IV_IMPLICIT: it is the sequence number, so it is not sent (RFC 8750)
 */
enum ipsec_iv {
	IPSEC_IV_NONE,
	IPSEC_IV_RANDOM,
	IPSEC_IV_COUNTER,
	IPSEC_IV_IMPLICIT,
};

/**
 * struct ipsec_enc_algo - an encryption algorithm of ESP
 * @id: enum nfipsec_enc
 * @name: for sentences
 * @driver: name in the kernel Crypto API, of a cipher or, if @icv_len is set, of an AEAD
 * @missing: sentence for a kernel that does not have @driver
 * @takes: sentence about the keys that are allowed
 * @key_lens: lengths that are allowed in bytes, without the salt, 0 behind the last
 * @salt_len: bytes of salt behind the key
 * @iv: enum ipsec_iv
 * @iv_len: bytes of IV in the packet
 * @block: what the ciphertext is a multiple of
 * @icv_len: bytes of ICV if this is a combined mode, else 0
 * @nonce_flags: first byte of the nonce, before the salt; 0: there is no such byte
 *
 * Most drivers take the salt with the key, and the IV of the packet. If the IV is implicit
 * the driver is one that takes the whole nonce: flags, salt, IV.
 */
struct ipsec_enc_algo {
	__u16 id;
	const char *name;
	const char *driver;
	const char *missing;
	const char *takes;
	__u8 key_lens[4];
	__u8 salt_len;
	__u8 iv;
	__u8 iv_len;
	__u8 block;
	__u8 icv_len;
	__u8 nonce_flags;
};

/**
 * struct ipsec_auth_algo - an integrity algorithm of ESP and AH
 * @id: enum nfipsec_auth
 * @name: for sentences
 * @driver: name in the kernel Crypto API, of a digest or, if @iv_len is set, of an AEAD
 * @missing: sentence for a kernel that does not have @driver
 * @takes: sentence about the key that is allowed
 * @key_len: bytes, without the salt
 * @salt_len: bytes of salt behind the key
 * @iv_len: bytes of IV, a counter, before the ICV in AH; such an algorithm is not for ESP
 * @icv_len: bytes sent, the digest is truncated to them
 */
struct ipsec_auth_algo {
	__u16 id;
	const char *name;
	const char *driver;
	const char *missing;
	const char *takes;
	__u8 key_len;
	__u8 salt_len;
	__u8 iv_len;
	__u8 icv_len;
};

const struct ipsec_enc_algo *ipsec_enc_algo(__u16 id);
const struct ipsec_auth_algo *ipsec_auth_algo(__u16 id);
bool ipsec_enc_key_is_weak(const struct ipsec_enc_algo *enc, const __u8 *key);
bool ipsec_enc_key_len_ok(const struct ipsec_enc_algo *enc, size_t len);
bool ipsec_auth_key_len_possible(const struct ipsec_auth_algo *auth, size_t len);

#endif /* IPSEC_ALGO_H */
