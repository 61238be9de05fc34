// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's Crypto API, for the transforms.
 *
 * An operation that ends at once, as nearly all do, takes no reference and writes
 * nothing that CPUs share: the packet's SA, route and device live in the caller's RCU
 * read-side section. One that goes on in the background is met by its submitter, which
 * takes the references before it lets the section end; whichever of submitter and
 * completion comes second continues with the packet.
 */
#include <crypto/aead.h>
#include <crypto/algapi.h>
#include <crypto/authenc.h>
#include <crypto/hash.h>
#include <crypto/skcipher.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/wait_bit.h>
#include <net/dst.h>

#include "crypto.h"
#include "skb.h"

/**
 * struct ipsec_crypto - the keyed transforms of an SA
 * @aead: for ESP, and for AH with GMAC, else NULL
 * @hash: for AH without GMAC, else NULL
 * @request_size: bytes of a request
 * @nonce: where the transform takes a whole nonce: what stands before the IV
 * @nonce_len: bytes of @nonce
 */
struct ipsec_crypto {
	struct crypto_aead *aead;
	struct crypto_ahash *hash;
	unsigned int request_size;
	u8 nonce[IPSEC_IV_MAX - IPSEC_COUNTER_LEN];
	unsigned int nonce_len;
};

/* Enough for every engine but those that put one engine into another (pcrypt). */
#define REQUEST_ROOM	(4096 - sizeof(struct ipsec_crypto_op))

static struct kmem_cache *op_cache __read_mostly;

/* The operation that ended last on a CPU waits for the next packet. */
static DEFINE_PER_CPU(struct ipsec_crypto_op *, spare_op);

/**
 * ipsec_crypto_init() - make the pool of operations
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_crypto_init(void)
{
	op_cache = kmem_cache_create("nfipsec_op", sizeof(struct ipsec_crypto_op) + REQUEST_ROOM,
				     __alignof__(struct ipsec_crypto_op), SLAB_HWCACHE_ALIGN, NULL);
	return op_cache ? 0 : -ENOMEM;
}

/**
 * ipsec_crypto_exit() - free the pool of operations
 *
 * No packet is in crypto any more.
 */
void ipsec_crypto_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (per_cpu(spare_op, cpu))
			kmem_cache_free(op_cache, per_cpu(spare_op, cpu));
	kmem_cache_destroy(op_cache);
}

/* authenc() and authencesn() take both keys in one piece: a struct rtattr, then the keys. */
static int set_authenc_key(struct crypto_aead *aead, const struct ipsec_sa *sa)
{
	size_t len = RTA_SPACE(sizeof(struct crypto_authenc_key_param)) +
		     sa->enc_key_len + sa->auth_key_len;
	struct crypto_authenc_key_param *param;
	struct rtattr *rta;
	u8 *blob, *p;
	int err;

	blob = kzalloc(len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;
	rta = (struct rtattr *)blob;
	rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	rta->rta_len = RTA_LENGTH(sizeof(*param));
	param = RTA_DATA(rta);
	param->enckeylen = cpu_to_be32(sa->enc_key_len);
	p = blob + RTA_SPACE(sizeof(*param));
	memcpy(p, sa->keys + sa->enc_key_len, sa->auth_key_len);
	memcpy(p + sa->auth_key_len, sa->keys, sa->enc_key_len);
	err = crypto_aead_setkey(aead, blob, len);
	kfree_sensitive(blob);
	return err;
}

static struct ipsec_crypto *crypto_alloc(struct ipsec_sa *sa)
{
	sa->crypto = kzalloc(sizeof(*sa->crypto), GFP_KERNEL);
	return sa->crypto;
}

/* Which part of an AEAD it is that the kernel does not have. */
static const char *missing_part(const struct ipsec_sa *sa)
{
	if (sa->enc->icv_len || !crypto_has_skcipher(sa->enc->driver, 0, 0))
		return sa->enc->missing;
	if (!crypto_has_ahash(sa->auth->driver, 0, 0))
		return sa->auth->missing;
	return "The kernel's crypto does not have authenc: its option is CONFIG_CRYPTO_AUTHENC";
}

/* Why there is no transform. Sentences that are not literals cannot pass NL_SET_ERR_MSG(). */
static int refuse(struct netlink_ext_ack *extack, long err, const char *missing)
{
	if (err != -ENOENT) {
		NL_SET_ERR_MSG(extack, "The kernel's crypto cannot make the transform of this SA");
		/* Its sender is killed. Netlink takes this for a dump that has begun: no answer. */
		return err == -EINTR ? -ECANCELED : err;
	}
	if (extack)
		extack->_msg = missing;
	return -EOPNOTSUPP;
}

/* The salt is behind the key. */
static void keep_salt(struct ipsec_crypto *crypto, u8 flags, const u8 *salt, unsigned int len)
{
	if (flags)
		crypto->nonce[crypto->nonce_len++] = flags;
	memcpy(crypto->nonce + crypto->nonce_len, salt, len);
	crypto->nonce_len += len;
}

/* Give a combined mode its key: it takes the salt with it, or the whole nonce later. */
static int set_combined_key(struct crypto_aead *aead, const struct ipsec_sa *sa)
{
	unsigned int len = sa->enc_key_len;

	if (sa->enc->iv == IPSEC_IV_IMPLICIT) {
		len -= sa->enc->salt_len;
		keep_salt(sa->crypto, sa->enc->nonce_flags, sa->keys + len, sa->enc->salt_len);
	}
	return crypto_aead_setkey(aead, sa->keys, len);
}

/**
 * ipsec_crypto_keys_aead() - key an ESP SA
 * @sa: its algorithms and keys are set
 * @extack: a sentence if it fails
 *
 * Process context. ipsec_crypto_forget() undoes it, also after it failed.
 *
 * Return: 0 or a negative errno.
 */
int ipsec_crypto_keys_aead(struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	struct ipsec_crypto *crypto = crypto_alloc(sa);
	char name[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *aead;
	int err;

	if (!crypto)
		return -ENOMEM;
	if (sa->enc->icv_len)
		strscpy(name, sa->enc->driver, sizeof(name));
	else
		snprintf(name, sizeof(name), "%s(%s,%s)",
			 sa->flags & NFIPSEC_SA_F_ESN ? "authencesn" : "authenc",
			 sa->auth->driver, sa->enc->driver);
	aead = crypto_alloc_aead(name, 0, 0);
	if (IS_ERR(aead))
		return refuse(extack, PTR_ERR(aead), missing_part(sa));
	crypto->aead = aead;
	crypto->request_size = sizeof(struct aead_request) + crypto_aead_reqsize(aead);
	err = crypto_aead_setauthsize(aead, sa->icv_len);
	if (!err)
		err = sa->enc->icv_len ? set_combined_key(aead, sa) : set_authenc_key(aead, sa);
	if (err)
		NL_SET_ERR_MSG(extack, "The kernel's crypto refuses the keys of this SA");
	return err;
}

static int keys_gmac(struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	unsigned int len = sa->auth->key_len;
	struct crypto_aead *aead;
	int err;

	aead = crypto_alloc_aead(sa->auth->driver, 0, 0);
	if (IS_ERR(aead))
		return refuse(extack, PTR_ERR(aead), sa->auth->missing);
	sa->crypto->aead = aead;
	sa->crypto->request_size = sizeof(struct aead_request) + crypto_aead_reqsize(aead);
	keep_salt(sa->crypto, 0, sa->keys + len, sa->auth->salt_len);
	err = crypto_aead_setauthsize(aead, sa->icv_len) ?:
	      crypto_aead_setkey(aead, sa->keys, len);
	if (err)
		NL_SET_ERR_MSG(extack, "The kernel's crypto refuses the key of this SA");
	return err;
}

static int keys_hash(struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	struct ipsec_crypto *crypto = sa->crypto;
	struct crypto_ahash *hash;
	int err;

	hash = crypto_alloc_ahash(sa->auth->driver, 0, 0);
	if (IS_ERR(hash))
		return refuse(extack, PTR_ERR(hash), sa->auth->missing);
	crypto->hash = hash;
	crypto->request_size = sizeof(struct ahash_request) + crypto_ahash_reqsize(hash);
	if (WARN_ON(crypto_ahash_digestsize(hash) > IPSEC_DIGEST_MAX))
		return -EINVAL;
	err = crypto_ahash_setkey(hash, sa->keys, sa->auth_key_len);
	if (err)
		NL_SET_ERR_MSG(extack, "The kernel's crypto refuses the key of this SA");
	return err;
}

/**
 * ipsec_crypto_keys_digest() - key an AH SA
 * @sa: its algorithm and key are set
 * @extack: a sentence if it fails
 *
 * Process context. ipsec_crypto_forget() undoes it, also after it failed.
 *
 * Return: 0 or a negative errno.
 */
int ipsec_crypto_keys_digest(struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	if (!crypto_alloc(sa))
		return -ENOMEM;
	return sa->auth->iv_len ? keys_gmac(sa, extack) : keys_hash(sa, extack);
}

/**
 * ipsec_crypto_forget() - free the keyed transforms of an SA
 * @sa: the SA, keyed or not
 *
 * Process context.
 */
void ipsec_crypto_forget(struct ipsec_sa *sa)
{
	if (!sa->crypto)
		return;
	if (sa->crypto->aead)
		crypto_free_aead(sa->crypto->aead);
	if (sa->crypto->hash)
		crypto_free_ahash(sa->crypto->hash);
	kfree_sensitive(sa->crypto);
}

static struct ipsec_crypto_op *op_alloc(unsigned int request_size)
{
	struct ipsec_crypto_op *op;

	if (unlikely(request_size > REQUEST_ROOM)) {
		op = kmalloc(struct_size(op, request, request_size), GFP_ATOMIC);
	} else {
		op = this_cpu_read(spare_op);
		if (likely(op))
			this_cpu_write(spare_op, NULL);
		else
			op = kmem_cache_alloc(op_cache, GFP_ATOMIC);
	}
	if (likely(op))
		op->size = request_size;
	return op;
}

/**
 * ipsec_crypto_op_get() - an operation for a packet
 * @sa: its SA
 * @skb: the packet
 * @done: continuation of the direction
 * @complete: continuation of the transform
 *
 * BH off. As long as crypto is synchronous, every packet gets the same one back.
 *
 * Return: an operation, or NULL: no memory.
 */
struct ipsec_crypto_op *ipsec_crypto_op_get(struct ipsec_sa *sa, struct sk_buff *skb,
					    ipsec_done_t done, ipsec_crypto_complete_t complete)
{
	struct ipsec_crypto_op *op = op_alloc(sa->crypto->request_size);

	if (unlikely(!op))
		return NULL;
	op->skb = skb;
	op->sa = sa;
	op->done = done;
	op->complete = complete;
	op->dev = NULL;
	atomic_set(&op->meet, 0);
	return op;
}

/**
 * ipsec_crypto_op_put() - give an operation back
 * @op: the operation
 *
 * BH off.
 */
void ipsec_crypto_op_put(struct ipsec_crypto_op *op)
{
	if (unlikely(op->size > REQUEST_ROOM))
		kfree_sensitive(op);
	else if (this_cpu_read(spare_op))
		kmem_cache_free(op_cache, op);
	else
		this_cpu_write(spare_op, op);
}

/* The second of submitter and completion gets here, with the result. */
static void op_resume(struct ipsec_crypto_op *op)
{
	struct net_device *dev = op->dev;
	struct ipsec_sa *sa = op->sa;
	struct ipsec_net *inet = sa->inet;

	rcu_read_lock();
	local_bh_disable();
	ipsec_cb(op->skb)->late = true;
	op->complete(op, op->err);
	local_bh_enable();
	rcu_read_unlock();
	dev_put(dev);
	ipsec_sa_put(sa);
	/* The namespace may end from here on. */
	if (atomic_dec_and_test(&inet->parked))
		wake_up_var(&inet->parked);
}

/* Keep alive what an asynchronous operation needs, then meet its completion. */
static void op_park(struct ipsec_crypto_op *op)
{
	atomic_inc(&op->sa->inet->parked);
	ipsec_sa_hold(op->sa);
	op->dev = op->skb->dev;
	dev_hold(op->dev);
	skb_dst_force(op->skb);
	if (atomic_inc_return(&op->meet) == 2)
		op_resume(op);
}

static void op_submitted(struct ipsec_crypto_op *op, int err)
{
	if (unlikely(err == -EINPROGRESS))
		op_park(op);
	else
		op->complete(op, err);
}

static void op_completed(struct ipsec_crypto_op *op, int err)
{
	/* Only tells that a queued request has been begun. */
	if (err == -EINPROGRESS)
		return;
	op->err = err;
	if (atomic_inc_return(&op->meet) == 2)
		op_resume(op);
}

/**
 * ipsec_crypto_put_iv() - write the IV of a packet that is sent
 * @sa: the SA
 * @seq: sequence number of the packet, 64 bits
 * @iv: where to; as long as the SA's IVs are
 */
void ipsec_crypto_put_iv(const struct ipsec_sa *sa, u64 seq, u8 *iv)
{
	__be64 counter;

	switch (sa->iv) {
	case IPSEC_IV_RANDOM:
		/* CBC needs IVs that nobody can predict (RFC 3602 3). */
		get_random_bytes(iv, sa->iv_len);
		break;
	case IPSEC_IV_COUNTER:
		/* Counter modes need IVs that never repeat under a key (RFC 4106 3.1). */
		counter = cpu_to_be64(sa->iv_base ^ seq);
		memcpy(iv, &counter, sizeof(counter));
		break;
	default:
		break;
	}
}

/**
 * ipsec_crypto_nonce() - give an operation its nonce
 * @op: of an SA whose transform takes a whole nonce
 * @counter: the IV, what makes the nonce unique
 */
void ipsec_crypto_nonce(struct ipsec_crypto_op *op, const u8 counter[IPSEC_COUNTER_LEN])
{
	const struct ipsec_crypto *crypto = op->sa->crypto;

	memcpy(op->iv, crypto->nonce, crypto->nonce_len);
	memcpy(op->iv + crypto->nonce_len, counter, IPSEC_COUNTER_LEN);
}

DEFINE_CRYPTO_CALLBACK(crypto_callback, op_completed, struct ipsec_crypto_op)

static struct aead_request *aead_prepare(struct ipsec_crypto_op *op, unsigned int assoc_len,
					 unsigned int len)
{
	struct aead_request *req = (struct aead_request *)op->request;

	aead_request_set_tfm(req, op->sa->crypto->aead);
	aead_request_set_callback(req, 0, crypto_callback, op);
	aead_request_set_ad(req, assoc_len);
	aead_request_set_crypt(req, op->sg, op->sg, len, op->iv);
	return req;
}

/**
 * ipsec_crypto_encrypt() - encrypt in place and append the ICV
 * @op: its sg and iv are set; consumed: ends in its complete
 * @assoc_len: bytes that are only authenticated
 * @len: bytes that are encrypted
 *
 * BH off, RCU read-side section.
 */
void ipsec_crypto_encrypt(struct ipsec_crypto_op *op, unsigned int assoc_len, unsigned int len)
{
	op_submitted(op, crypto_aead_encrypt(aead_prepare(op, assoc_len, len)));
}

/**
 * ipsec_crypto_decrypt() - check the ICV and decrypt in place
 * @op: its sg and iv are set; consumed: ends in its complete
 * @assoc_len: bytes that are only authenticated
 * @len: bytes that are encrypted, and the ICV
 *
 * BH off, RCU read-side section.
 */
void ipsec_crypto_decrypt(struct ipsec_crypto_op *op, unsigned int assoc_len, unsigned int len)
{
	op_submitted(op, crypto_aead_decrypt(aead_prepare(op, assoc_len, len)));
}

static void digest_hash(struct ipsec_crypto_op *op, unsigned int len)
{
	struct ahash_request *req = (struct ahash_request *)op->request;

	ahash_request_set_tfm(req, op->sa->crypto->hash);
	ahash_request_set_callback(req, 0, crypto_callback, op);
	ahash_request_set_crypt(req, op->sg, op->icv, len);
	op_submitted(op, crypto_ahash_digest(req));
}

/**
 * ipsec_crypto_digest() - compute a digest
 * @op: its sg is set, and with GMAC its nonce; consumed: ends in its complete, with the
 *      digest in icv
 * @len: bytes; behind them sg has icv
 *
 * BH off, RCU read-side section.
 */
void ipsec_crypto_digest(struct ipsec_crypto_op *op, unsigned int len)
{
	if (op->sa->crypto->hash)
		digest_hash(op, len);
	else
		/* GMAC is GCM with nothing to encrypt (RFC 4543 2): all that comes out is a tag. */
		op_submitted(op, crypto_aead_encrypt(aead_prepare(op, len, 0)));
}

/**
 * ipsec_crypto_drain() - wait until no packet of a namespace is in asynchronous crypto
 * @inet: a namespace that no packet enters any more
 *
 * Process context.
 */
void ipsec_crypto_drain(struct ipsec_net *inet)
{
	wait_var_event(&inet->parked, !atomic_read(&inet->parked));
}

/**
 * ipsec_crypto_differs() - compare without telling by time where the difference is
 * @a: one memory
 * @b: the other
 * @len: bytes
 *
 * Return: true if they differ.
 */
bool ipsec_crypto_differs(const void *a, const void *b, size_t len)
{
	return crypto_memneq(a, b, len);
}
