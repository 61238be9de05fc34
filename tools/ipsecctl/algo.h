/* SPDX-License-Identifier: GPL-2.0 */
/* The algorithms: names, numbers, lengths of keys. */
#ifndef IPSECCTL_ALGO_H
#define IPSECCTL_ALGO_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* different lengths that a key of one algorithm may have */
#define ALGO_LENGTHS 3
/* room for what algo_lengths() writes */
#define ALGO_TEXT 96

/**
 * struct algo - one name of an algorithm
 * @name: as in ipsec.conf
 * @id: the kernel's number, enum nfipsec_enc or enum nfipsec_auth
 * @len: lengths of the key in bytes without the salt, 0 after the last
 * @salt: bytes of salt at the end of the key
 * @combined: encrypts and authenticates, so that there is no other integrity algorithm
 * @warning: what is bad about it, behind its name; NULL: nothing
 */
struct algo {
	const char *name;
	__u16 id;
	__u8 len[ALGO_LENGTHS];
	__u8 salt;
	bool combined;
	const char *warning;
};

const struct algo *algo_enc_by_name(const char *name);
const struct algo *algo_auth_by_name(const char *name);
const char *algo_enc_name(__u16 id, size_t key_len);
const char *algo_enc_name_bits(__u16 id, unsigned int bits);
const char *algo_auth_name(__u16 id);
bool algo_key_fits(const struct algo *a, size_t len);
const char *algo_lengths(const struct algo *a, char out[ALGO_TEXT]);
const char *algo_enc_names(void);
const char *algo_auth_names(void);

#endif
