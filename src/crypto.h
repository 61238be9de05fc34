/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's Crypto API, for the transforms. Only crypto.c knows <crypto/...>. */
#ifndef IPSEC_CRYPTO_H
#define IPSEC_CRYPTO_H

#include <linux/scatterlist.h>

#include "sa.h"

#define IPSEC_DIGEST_MAX	64	/* bytes of an untruncated digest */
#define IPSEC_AUX_MAX		1024	/* bytes of IP headers with AH that can be authenticated */

struct ipsec_crypto_op;

/**
 * typedef ipsec_crypto_complete_t - what a transform does when the crypto is over
 * @op: the operation; to be given back with ipsec_crypto_op_put()
 * @err: 0, -EBADMSG: the ICV is wrong, or another errno
 *
 * BH off, RCU read-side section.
 */
typedef void (*ipsec_crypto_complete_t)(struct ipsec_crypto_op *op, int err);

/**
 * struct ipsec_crypto_op - one packet in the crypto engine
 * @skb: the packet
 * @sa: its SA
 * @done: continuation of the direction
 * @complete: continuation of the transform
 * @sg: what the engine works on
 * @iv: a copy of the IV, or the nonce, that the engine may write to
 * @icv: digest that was computed
 * @aux: a place for headers that are authenticated but differ from those sent
 * @seq_high: a place for the high half of a sequence number, which is not sent
 * @meet: submitter and completion of an asynchronous operation: the second one goes on
 * @err: result of an asynchronous operation
 * @dev: device of the packet, held while the operation is asynchronous
 * @size: bytes behind @request
 * @request: the engine's request
 */
struct ipsec_crypto_op {
	struct sk_buff *skb;
	struct ipsec_sa *sa;
	ipsec_done_t done;
	ipsec_crypto_complete_t complete;
	struct scatterlist sg[4];
	u8 iv[IPSEC_IV_MAX];
	u8 icv[IPSEC_DIGEST_MAX];
	u8 aux[IPSEC_AUX_MAX] __aligned(8);
	__be32 seq_high;
	atomic_t meet;
	int err;
	struct net_device *dev;
	unsigned int size;
	char request[] __aligned(64);
};

int ipsec_crypto_init(void);
void ipsec_crypto_exit(void);

int ipsec_crypto_keys_aead(struct ipsec_sa *sa, struct netlink_ext_ack *extack);
int ipsec_crypto_keys_digest(struct ipsec_sa *sa, struct netlink_ext_ack *extack);
void ipsec_crypto_forget(struct ipsec_sa *sa);

struct ipsec_crypto_op *ipsec_crypto_op_get(struct ipsec_sa *sa, struct sk_buff *skb,
					    ipsec_done_t done, ipsec_crypto_complete_t complete);
void ipsec_crypto_op_put(struct ipsec_crypto_op *op);

void ipsec_crypto_put_iv(const struct ipsec_sa *sa, u64 seq, u8 *iv);
void ipsec_crypto_nonce(struct ipsec_crypto_op *op, const u8 counter[IPSEC_COUNTER_LEN]);
void ipsec_crypto_encrypt(struct ipsec_crypto_op *op, unsigned int assoc_len, unsigned int len);
void ipsec_crypto_decrypt(struct ipsec_crypto_op *op, unsigned int assoc_len, unsigned int len);
void ipsec_crypto_digest(struct ipsec_crypto_op *op, unsigned int len);
void ipsec_crypto_drain(struct ipsec_net *inet);
bool ipsec_crypto_differs(const void *a, const void *b, size_t len);

#endif /* IPSEC_CRYPTO_H */
