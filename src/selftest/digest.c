// SPDX-License-Identifier: GPL-2.0
/* HMAC as RFC 4231 prints it, through the path that AH takes. */
#include <linux/completion.h>
#include <linux/slab.h>

#include "crypto.h"
#include "selftest/selftest.h"

static DECLARE_COMPLETION(computed);
static u8 result[IPSEC_DIGEST_MAX];
static int result_err;

static void digest_complete(struct ipsec_crypto_op *op, int err)
{
	memcpy(result, op->icv, sizeof(result));
	result_err = err;
	ipsec_crypto_op_put(op);
	complete(&computed);
}

static bool compute(struct ipsec_sa *sa, struct sk_buff *skb, const struct ipsec_test_bytes *data)
{
	struct ipsec_crypto_op *op;

	reinit_completion(&computed);
	memset(result, 0, sizeof(result));
	rcu_read_lock();
	local_bh_disable();
	op = ipsec_crypto_op_get(sa, skb, NULL, digest_complete);
	if (op) {
		sg_init_one(op->sg, data->data, data->len);
		ipsec_crypto_digest(op, data->len);
	}
	local_bh_enable();
	rcu_read_unlock();
	if (!op)
		return false;
	wait_for_completion(&computed);
	return !result_err || ipsec_test_wrong("error %d", result_err);
}

static bool test_vector(struct ipsec_net *inet, const struct ipsec_vector *vector)
{
	struct ipsec_sa *sa = ipsec_test_sa(inet, IPPROTO_AH, vector);
	struct sk_buff *skb = alloc_skb(1, GFP_KERNEL);
	struct ipsec_test_bytes data = {};
	bool good = false;

	if (sa && skb && ipsec_test_bytes(&data, vector->payload))
		good = compute(sa, skb, &data) &&
		       ipsec_test_is(result, strlen(vector->packet) / 2, vector->packet);
	kfree(data.data);
	kfree_skb(skb);
	if (sa)
		ipsec_sa_put(sa);
	return good;
}

/**
 * ipsec_test_digest() - test HMAC
 * @inet: the namespace
 */
void ipsec_test_digest(struct ipsec_net *inet)
{
	const struct ipsec_vector *vector;

	for (vector = ipsec_digest_vectors; vector->name; vector++)
		ipsec_test_result(test_vector(inet, vector), "digest", vector->name);
}
