// SPDX-License-Identifier: GPL-2.0
/*
 * A module of its own, for tests/lab/faults-crypto.sh: an engine of the kernel's Crypto API that is
 * in trouble. It is preferred to all others, lets them do the work, and then fails or is late as
 * its parameters say, which may change while it works.
 */
#include <crypto/internal/aead.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/workqueue.h>

/**
 * enum troubled_way - how a request ends
 * @TROUBLED_SYNC: when it is made
 * @TROUBLED_LATE: some time later
 * @TROUBLED_AT_ONCE: later, but its submitter learns that only afterwards
 */
enum troubled_way {
	TROUBLED_SYNC,
	TROUBLED_LATE,
	TROUBLED_AT_ONCE,
};

static unsigned int way = TROUBLED_SYNC;
module_param(way, uint, 0600);
MODULE_PARM_DESC(way, "0: sync, 1: late, 2: at once");

static unsigned int error;
module_param(error, uint, 0600);
MODULE_PARM_DESC(error, "the errno with which requests end, 0: none");

static unsigned int every = 1;
module_param(every, uint, 0600);
MODULE_PARM_DESC(every, "every so many requests are in trouble, by chance");

static unsigned int delay;
module_param(delay, uint, 0600);
MODULE_PARM_DESC(delay, "the longest time that one is late, in ms");

static atomic_t troubles = ATOMIC_INIT(0);

static int get_seen(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&troubles));
}

static const struct kernel_param_ops seen_ops = { .get = get_seen };
module_param_cb(seen, &seen_ops, NULL, 0400);
MODULE_PARM_DESC(seen, "how many were in trouble");

static struct workqueue_struct *troubled_wq;

/**
 * struct trouble - what belongs to a request
 * @work: ends it
 * @request: the request
 * @result: of the engine, or @error
 * @sub: that of the engine that works; its context follows
 */
struct trouble {
	struct delayed_work work;
	struct aead_request *request;
	int result;
	struct aead_request sub;
};

static struct crypto_aead **engine_of(struct crypto_aead *aead)
{
	return crypto_aead_ctx(aead);
}

static void end_request(struct aead_request *request, int result)
{
	local_bh_disable();
	aead_request_complete(request, result);
	local_bh_enable();
}

static void trouble_work(struct work_struct *work)
{
	struct trouble *trouble = container_of(to_delayed_work(work), struct trouble, work);

	/* What the engines say of a request that was queued: it has been begun. */
	end_request(trouble->request, -EINPROGRESS);
	end_request(trouble->request, trouble->result);
}

static int troubled_end(struct trouble *trouble, struct aead_request *request)
{
	unsigned int most = READ_ONCE(delay);

	switch (READ_ONCE(way)) {
	case TROUBLED_LATE:
		trouble->request = request;
		INIT_DELAYED_WORK(&trouble->work, trouble_work);
		queue_delayed_work(troubled_wq, &trouble->work,
				   msecs_to_jiffies(most ? get_random_u32() % most : 0));
		return -EINPROGRESS;
	case TROUBLED_AT_ONCE:
		end_request(request, trouble->result);
		return -EINPROGRESS;
	default:
		return trouble->result;
	}
}

static int troubled(struct aead_request *request, int (*crypt)(struct aead_request *))
{
	struct crypto_aead *aead = crypto_aead_reqtfm(request);
	struct trouble *trouble = aead_request_ctx(request);
	struct aead_request *sub = &trouble->sub;
	bool in_trouble = get_random_u32() % max(READ_ONCE(every), 1U) == 0;

	trouble->result = in_trouble ? -(int)READ_ONCE(error) : 0;
	if (!trouble->result) {
		aead_request_set_tfm(sub, *engine_of(aead));
		aead_request_set_callback(sub, aead_request_flags(request), NULL, NULL);
		aead_request_set_ad(sub, request->assoclen);
		aead_request_set_crypt(sub, request->src, request->dst, request->cryptlen,
				       request->iv);
		trouble->result = crypt(sub);
	}
	if (!in_trouble)
		return trouble->result;
	atomic_inc(&troubles);
	return troubled_end(trouble, request);
}

static int troubled_encrypt(struct aead_request *request)
{
	return troubled(request, crypto_aead_encrypt);
}

static int troubled_decrypt(struct aead_request *request)
{
	return troubled(request, crypto_aead_decrypt);
}

static int troubled_setkey(struct crypto_aead *aead, const u8 *key, unsigned int len)
{
	return crypto_aead_setkey(*engine_of(aead), key, len);
}

static int troubled_setauthsize(struct crypto_aead *aead, unsigned int size)
{
	return crypto_aead_setauthsize(*engine_of(aead), size);
}

static int troubled_begin(struct crypto_aead *aead)
{
	struct crypto_aead *engine;

	engine = crypto_alloc_aead(crypto_tfm_alg_name(crypto_aead_tfm(aead)), 0,
				   CRYPTO_ALG_NEED_FALLBACK | CRYPTO_ALG_ASYNC);
	if (IS_ERR(engine))
		return PTR_ERR(engine);
	*engine_of(aead) = engine;
	crypto_aead_set_reqsize(aead, sizeof(struct trouble) + crypto_aead_reqsize(engine));
	return 0;
}

static void troubled_exit(struct crypto_aead *aead)
{
	crypto_free_aead(*engine_of(aead));
}

#define TROUBLED(name, driver, iv_len, icv_len) {				\
	.base.cra_name = name,						\
	.base.cra_driver_name = "troubled-" driver,			\
	.base.cra_priority = 100000,					\
	.base.cra_flags = CRYPTO_ALG_ASYNC | CRYPTO_ALG_NEED_FALLBACK,	\
	.base.cra_blocksize = 1,					\
	.base.cra_ctxsize = sizeof(struct crypto_aead *),		\
	.base.cra_module = THIS_MODULE,					\
	.ivsize = iv_len,						\
	.maxauthsize = icv_len,						\
	.init = troubled_begin,						\
	.exit = troubled_exit,						\
	.setkey = troubled_setkey,					\
	.setauthsize = troubled_setauthsize,				\
	.encrypt = troubled_encrypt,					\
	.decrypt = troubled_decrypt,					\
}

/* ESP with a combined mode and with two algorithms, and AH, whose GMAC is GCM. */
static struct aead_alg algs[] = {
	TROUBLED("rfc4106(gcm(aes))", "rfc4106", 8, 16),
	TROUBLED("authenc(hmac(sha256),cbc(aes))", "authenc", 16, 32),
	TROUBLED("gcm(aes)", "gcm", 12, 16),
};

static int __init troubled_init(void)
{
	int err;

	troubled_wq = alloc_workqueue("troubled", WQ_UNBOUND, 0);
	if (!troubled_wq)
		return -ENOMEM;
	err = crypto_register_aeads(algs, ARRAY_SIZE(algs));
	if (err)
		destroy_workqueue(troubled_wq);
	return err;
}
module_init(troubled_init);

static void __exit troubled_unload(void)
{
	crypto_unregister_aeads(algs, ARRAY_SIZE(algs));
	/* Who has ended a request may be about to return. */
	destroy_workqueue(troubled_wq);
}
module_exit(troubled_unload);

MODULE_DESCRIPTION("An engine in trouble, for tests");
MODULE_LICENSE("GPL");
