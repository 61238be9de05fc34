// SPDX-License-Identifier: GPL-2.0
/* SAs and packets out of vectors, and their way through a transform. */
#include <linux/completion.h>
#include <linux/hex.h>
#include <linux/slab.h>

#include "selftest/selftest.h"
#include "skb.h"

/* Whatever a transform puts around a payload fits into this. */
#define ROOM	128

/**
 * ipsec_test_bytes() - read hexadecimal text
 * @bytes: filled; its data is to be freed
 * @hex: the text; NULL: no bytes
 *
 * Return: false if that was not possible.
 */
bool ipsec_test_bytes(struct ipsec_test_bytes *bytes, const char *hex)
{
	bytes->len = hex ? strlen(hex) / 2 : 0;
	bytes->data = kzalloc(bytes->len + 1, GFP_KERNEL);
	if (bytes->data && (!hex || !hex2bin(bytes->data, hex, bytes->len)))
		return true;
	kfree(bytes->data);
	bytes->data = NULL;
	return ipsec_test_wrong("a vector cannot be read");
}

/**
 * ipsec_test_is() - compare memory with hexadecimal text
 * @found: the memory
 * @len: its bytes
 * @hex: the text; NULL: no bytes
 *
 * Return: false, and say where, if they differ.
 */
bool ipsec_test_is(const void *found, unsigned int len, const char *hex)
{
	struct ipsec_test_bytes wanted;
	const u8 *byte = found;
	unsigned int i;
	bool same;

	if (!ipsec_test_bytes(&wanted, hex))
		return false;
	for (i = 0; i < min(len, wanted.len) && byte[i] == wanted.data[i]; i++)
		;
	same = len == wanted.len && i == len;
	if (!same)
		ipsec_test_wrong("%u bytes, %u were expected, they differ from byte %u on: %*ph, %*ph",
				 len, wanted.len, i, min_t(int, len - i, 16), byte + i,
				 min_t(int, wanted.len - i, 16), wanted.data + i);
	kfree(wanted.data);
	return same;
}

static void sa_config(struct ipsec_sa_config *config, u8 proto,
		      const struct ipsec_vector *vector,
		      const struct ipsec_test_bytes *enc_key,
		      const struct ipsec_test_bytes *auth_key)
{
	memset(config, 0, sizeof(*config));
	config->id.family = AF_INET;
	config->id.proto = proto;
	config->id.spi = htonl(vector->spi);
	config->mode = NFIPSEC_MODE_TRANSPORT;
	config->flags = vector->esn ? NFIPSEC_SA_F_ESN : 0;
	config->enc = vector->enc ? ipsec_enc_algo(vector->enc) : NULL;
	config->auth = vector->auth ? ipsec_auth_algo(vector->auth) : NULL;
	config->enc_key = enc_key->data;
	config->enc_key_len = enc_key->len;
	config->auth_key = auth_key->data;
	config->auth_key_len = auth_key->len;
}

/**
 * ipsec_test_sa() - the SA of a vector, in no SADB
 * @inet: the namespace
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @vector: the vector
 *
 * Return: an SA with one reference, or NULL.
 */
struct ipsec_sa *ipsec_test_sa(struct ipsec_net *inet, u8 proto, const struct ipsec_vector *vector)
{
	struct ipsec_test_bytes enc_key, auth_key = {}, iv = {};
	struct ipsec_sa_config config;
	struct ipsec_sa *sa = NULL;
	__be64 counter;

	if (!ipsec_test_bytes(&enc_key, vector->enc_key))
		return NULL;
	if (!ipsec_test_bytes(&auth_key, vector->auth_key) || !ipsec_test_bytes(&iv, vector->iv))
		goto free;
	sa_config(&config, proto, vector, &enc_key, &auth_key);
	sa = ipsec_sa_create(inet, &config, NULL);
	if (IS_ERR(sa)) {
		ipsec_test_wrong("the SA cannot be made: error %ld", PTR_ERR(sa));
		sa = NULL;
	} else if (vector->iv) {
		/* The IV of a packet is this exclusive-or its sequence number. */
		memcpy(&counter, iv.data, sizeof(counter));
		sa->iv_base = be64_to_cpu(counter) ^ vector->seq;
	}
free:
	kfree_sensitive(enc_key.data);
	kfree_sensitive(auth_key.data);
	kfree(iv.data);
	return sa;
}

static void put_ip_header(struct sk_buff *skb, const struct ipsec_test_bytes *ip)
{
	struct iphdr *iph;

	skb_reset_network_header(skb);
	if (ip->len) {
		skb_put_data(skb, ip->data, ip->len);
	} else {
		iph = skb_put_zero(skb, sizeof(*iph));
		iph->version = 4;
		iph->ihl = sizeof(*iph) / 4;
	}
	skb_set_transport_header(skb, skb->len);
}

/**
 * ipsec_test_skb() - a packet before its transform
 * @sa: the SA
 * @vector: the vector
 * @ip: its IP header; NULL: one that does not matter
 * @payload: what is behind the IP header
 *
 * Return: the packet, its data begins with the IP header, or NULL.
 */
struct sk_buff *ipsec_test_skb(struct ipsec_sa *sa, const struct ipsec_vector *vector,
			       const char *ip, const char *payload)
{
	struct ipsec_test_bytes header, data = {};
	struct sk_buff *skb = NULL;

	if (!ipsec_test_bytes(&header, ip))
		return NULL;
	if (!ipsec_test_bytes(&data, payload))
		goto free;
	skb = alloc_skb(ROOM + 60 + data.len, GFP_KERNEL);
	if (!skb)
		goto free;
	/* Little room on both sides: it has to be made where it is needed. */
	skb_reserve(skb, 16);
	put_ip_header(skb, &header);
	skb_put_data(skb, data.data, data.len);
	skb->protocol = htons(ETH_P_IP);
	memset(skb->cb, 0, sizeof(skb->cb));
	ipsec_cb(skb)->sa = sa;
	ipsec_cb(skb)->seq = vector->seq;
	ipsec_cb(skb)->next_header = vector->next_header;
	ipsec_cb(skb)->named = offsetof(struct iphdr, protocol);
free:
	kfree(header.data);
	kfree(data.data);
	return skb;
}

/* The end of a packet's way. Tests run one after the other. */
static DECLARE_COMPLETION(landed);
static enum ipsec_stat landed_reason;
static unsigned int landings;

static void land(struct sk_buff *skb, enum ipsec_stat reason)
{
	landed_reason = reason;
	landings++;
	complete(&landed);
}

static enum ipsec_stat pass(struct sk_buff *skb, void (*transform)(struct sk_buff *skb,
								   ipsec_done_t done))
{
	reinit_completion(&landed);
	landings = 0;
	rcu_read_lock();
	local_bh_disable();
	transform(skb, land);
	local_bh_enable();
	rcu_read_unlock();
	wait_for_completion(&landed);
	if (landings != 1)
		ipsec_test_wrong("the continuation was called %u times", landings);
	return landings == 1 ? landed_reason : IPSEC_STAT_COUNT;
}

/**
 * ipsec_test_input() - take a packet's transform off
 * @skb: from ipsec_test_skb(); afterwards its data is what was inside
 *
 * Return: IPSEC_NO_DROP or a drop reason.
 */
enum ipsec_stat ipsec_test_input(struct sk_buff *skb)
{
	ipsec_cb(skb)->next_header = 0xff;
	__skb_pull(skb, skb_transport_offset(skb));
	return pass(skb, ipsec_cb(skb)->sa->xform->input);
}

/**
 * ipsec_test_output() - put a packet's transform on
 * @skb: from ipsec_test_skb(); afterwards the transform's header is the transport header
 *
 * Return: IPSEC_NO_DROP or a drop reason.
 */
enum ipsec_stat ipsec_test_output(struct sk_buff *skb)
{
	return pass(skb, ipsec_cb(skb)->sa->xform->output);
}

/**
 * ipsec_test_accepts() - whether a packet on the wire becomes its payload
 * @sa: from ipsec_test_sa()
 * @vector: the packet
 * @ip: the IP header before it, or NULL
 *
 * Return: true if next header and payload are those of the vector.
 */
bool ipsec_test_accepts(struct ipsec_sa *sa, const struct ipsec_vector *vector, const char *ip)
{
	struct sk_buff *skb = ipsec_test_skb(sa, vector, ip, vector->packet);
	enum ipsec_stat reason;
	bool good = false;

	if (!skb)
		return false;
	reason = ipsec_test_input(skb);
	if (reason)
		ipsec_test_wrong("dropped: %s", ipsec_stat_name(reason));
	else if (ipsec_cb(skb)->next_header != vector->next_header)
		ipsec_test_wrong("next header %u", ipsec_cb(skb)->next_header);
	else
		good = ipsec_test_is(skb->data, skb->len, vector->payload);
	kfree_skb(skb);
	return good;
}

/**
 * ipsec_test_refuses_high() - whether a wrong guess of the receiver shows
 * @sa: from ipsec_test_sa()
 * @vector: a packet with an extended sequence number
 * @ip: the IP header before it, or NULL
 *
 * Return: true if the packet is not accepted with another high half of its number.
 */
bool ipsec_test_refuses_high(struct ipsec_sa *sa, const struct ipsec_vector *vector,
			     const char *ip)
{
	struct sk_buff *skb = ipsec_test_skb(sa, vector, ip, vector->packet);
	enum ipsec_stat reason;

	if (!skb)
		return false;
	ipsec_cb(skb)->seq += 1ULL << 32;
	reason = ipsec_test_input(skb);
	kfree_skb(skb);
	return reason == IPSEC_IN_ICV || ipsec_test_wrong("%s", ipsec_stat_name(reason));
}
