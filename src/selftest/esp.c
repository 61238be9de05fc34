// SPDX-License-Identifier: GPL-2.0
/* ESP packets whose every byte is known. */
#include <linux/slab.h>

#include "selftest/selftest.h"
#include "skb.h"

/* Bytes from the transport header on. */
static unsigned int behind_header(const struct sk_buff *skb)
{
	return skb_tail_pointer(skb) - skb_transport_header(skb);
}

/* A clone shares its data with others, who must find it as it was. */
static bool decrypts_clone(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	struct sk_buff *skb = ipsec_test_skb(sa, vector, NULL, vector->packet), *clone;
	enum ipsec_stat reason;
	bool good;

	if (!skb)
		return false;
	clone = skb_clone(skb, GFP_KERNEL);
	if (!clone) {
		kfree_skb(skb);
		return false;
	}
	reason = ipsec_test_input(clone);
	good = !reason && ipsec_test_is(clone->data, clone->len, vector->payload) &&
	       ipsec_test_is(skb_transport_header(skb), behind_header(skb), vector->packet);
	kfree_skb(clone);
	kfree_skb(skb);
	return good;
}

/* One bit of the packet is another. */
static bool refuses_bit(struct ipsec_sa *sa, const struct ipsec_vector *vector, unsigned int bit)
{
	struct sk_buff *skb = ipsec_test_skb(sa, vector, NULL, vector->packet);
	enum ipsec_stat reason;

	if (!skb)
		return false;
	skb_transport_header(skb)[bit / 8] ^= 1 << bit % 8;
	reason = ipsec_test_input(skb);
	kfree_skb(skb);
	return reason == IPSEC_IN_ICV || ipsec_test_wrong("bit %u changed: %s", bit,
							  ipsec_stat_name(reason));
}

static bool refuses_forgeries(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	unsigned int bits = strlen(vector->packet) * 4, bit;

	/* SPI, sequence number and IV, then some of each, then the ICV. */
	for (bit = 0; bit < bits; bit += bit < 256 || bit >= bits - 256 ? 1 : 61)
		if (!refuses_bit(sa, vector, bit))
			return false;
	return true;
}

/* Cut at every place. */
static bool refuses_truncated(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	unsigned int len = strlen(vector->packet) / 2, cut;

	for (cut = 8; cut < len; cut += cut < 64 || cut >= len - 64 ? 1 : 17) {
		struct sk_buff *skb = ipsec_test_skb(sa, vector, NULL, vector->packet);
		enum ipsec_stat reason;

		if (!skb)
			return false;
		skb_trim(skb, skb_transport_offset(skb) + cut);
		reason = ipsec_test_input(skb);
		kfree_skb(skb);
		if (reason != IPSEC_IN_TRUNCATED && reason != IPSEC_IN_ICV)
			return ipsec_test_wrong("%u bytes of %u: %s", cut, len,
						ipsec_stat_name(reason));
	}
	return true;
}

static struct sk_buff *encrypted(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	struct sk_buff *skb = ipsec_test_skb(sa, vector, NULL, vector->payload);
	enum ipsec_stat reason;

	if (!skb)
		return NULL;
	reason = ipsec_test_output(skb);
	if (!reason)
		return skb;
	ipsec_test_wrong("dropped: %s", ipsec_stat_name(reason));
	kfree_skb(skb);
	return NULL;
}

/* The payload becomes the packet on the wire: for IVs that are counters, or none. */
static bool encrypts(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	struct sk_buff *skb = encrypted(sa, vector);
	bool good;

	if (!skb)
		return false;
	good = ip_hdr(skb)->protocol == IPPROTO_ESP &&
	       ipsec_test_is(skb_transport_header(skb), behind_header(skb), vector->packet);
	kfree_skb(skb);
	return good;
}

/* With a random IV: no two packets are alike, and each becomes the payload again. */
static bool encrypts_randomly(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	struct sk_buff *a = encrypted(sa, vector), *b = encrypted(sa, vector);
	unsigned int iv = sizeof(struct ip_esp_hdr);
	bool good = false;

	if (!a || !b)
		goto free;
	if (a->len != b->len || !memcmp(skb_transport_header(a) + iv, skb_transport_header(b) + iv,
					sa->iv_len)) {
		ipsec_test_wrong("two packets have the same IV");
	} else if (behind_header(a) != strlen(vector->packet) / 2) {
		ipsec_test_wrong("%u bytes", behind_header(a));
	} else {
		good = !ipsec_test_input(a) && !ipsec_test_input(b) &&
		       ipsec_test_is(a->data, a->len, vector->payload) &&
		       ipsec_test_is(b->data, b->len, vector->payload) &&
		       ipsec_cb(b)->next_header == vector->next_header;
	}
free:
	kfree_skb(a);
	kfree_skb(b);
	return good;
}

static void test_vector(struct ipsec_net *inet, const struct ipsec_vector *vector)
{
	struct ipsec_sa *sa = ipsec_test_sa(inet, IPPROTO_ESP, vector);
	bool random;

	if (!sa)
		return ipsec_test_result(false, "esp", vector->name);
	random = sa->iv_len && !vector->iv;
	ipsec_test_result(ipsec_test_accepts(sa, vector, NULL), "esp decrypts", vector->name);
	ipsec_test_result(decrypts_clone(sa, vector), "esp leaves shared data alone", vector->name);
	ipsec_test_result(random ? encrypts_randomly(sa, vector) : encrypts(sa, vector),
			  "esp encrypts", vector->name);
	ipsec_test_result(refuses_forgeries(sa, vector), "esp refuses changed bits", vector->name);
	ipsec_test_result(refuses_truncated(sa, vector), "esp refuses what was cut", vector->name);
	if (vector->esn)
		ipsec_test_result(ipsec_test_refuses_high(sa, vector, NULL),
				  "esp refuses another high half", vector->name);
	ipsec_sa_put(sa);
}

static void test_padding(struct ipsec_net *inet, const struct ipsec_vector *vector)
{
	struct ipsec_sa *sa = ipsec_test_sa(inet, IPPROTO_ESP, vector);
	enum ipsec_stat reason = IPSEC_STAT_COUNT;
	struct sk_buff *skb;

	skb = sa ? ipsec_test_skb(sa, vector, NULL, vector->packet) : NULL;
	if (skb) {
		reason = ipsec_test_input(skb);
		kfree_skb(skb);
	}
	ipsec_test_result(reason == IPSEC_IN_PADDING, "esp padding", vector->name);
	if (sa)
		ipsec_sa_put(sa);
}

/**
 * ipsec_test_esp() - test ESP
 * @inet: the namespace
 */
void ipsec_test_esp(struct ipsec_net *inet)
{
	const struct ipsec_vector *vector;

	for (vector = ipsec_esp_vectors; vector->name; vector++)
		test_vector(inet, vector);
	for (vector = ipsec_padding_vectors; vector->name; vector++)
		test_padding(inet, vector);
}
