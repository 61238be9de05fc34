// SPDX-License-Identifier: GPL-2.0
/*
 * The Authentication Header (RFC 4302).
 *
 *	IP header | next header, length, SPI, sequence number, ICV | payload
 *	 \________________ all authenticated, mutable fields and ICV as 0 ____________/
 *
 * Of an extended sequence number only the low half is sent; the high one is authenticated
 * behind the payload (RFC 4302 3.3.3.2.2).
 *
 * With AES-GMAC there is an IV before the ICV, which is authenticated as it is (RFC 4543 7).
 *
 * The headers are authenticated as they would be without their mutable parts. That form
 * is made in a copy, so the packet itself is never changed to and fro.
 */
#include <linux/netlink.h>
#include <net/ah.h>

#include "ah.h"
#include "crypto.h"
#include "mutable.h"
#include "shadow.h"
#include "skb.h"

/* A multiple of 4 bytes in IPv4, of 8 in IPv6; padding is part of the ICV (RFC 4302 3.3.3.2.1). */
static unsigned int header_len(const struct ipsec_sa *sa)
{
	unsigned int len = sizeof(struct ip_auth_hdr) + sa->iv_len + sa->icv_len;

	return ALIGN(len, sa->id.family == AF_INET6 ? 8 : 4);
}

static int ah_init(struct ipsec_sa *sa, const struct ipsec_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	if (config->enc || config->enc_key_len) {
		NL_SET_ERR_MSG(extack, "AH does not encrypt: leave the encryption algorithm out");
		return -EINVAL;
	}
	if (!config->auth) {
		NL_SET_ERR_MSG(extack, "An AH SA needs an integrity algorithm");
		return -EINVAL;
	}
	sa->block = 1;
	sa->iv = sa->auth->iv_len ? IPSEC_IV_COUNTER : IPSEC_IV_NONE;
	sa->iv_len = sa->auth->iv_len;
	sa->icv_len = sa->auth->icv_len;
	return ipsec_crypto_keys_digest(sa, extack);
}

static void ah_exit(struct ipsec_sa *sa)
{
	ipsec_crypto_forget(sa);
	ipsec_shadow_exit(sa);
}

static unsigned int ah_payload_max(const struct ipsec_sa *sa, unsigned int len)
{
	return len > header_len(sa) ? len - header_len(sa) : 0;
}

/* The ICV in an Authentication Header. */
static u8 *icv_of(u8 *ah, const struct ipsec_sa *sa)
{
	return ah + sizeof(struct ip_auth_hdr) + sa->iv_len;
}

/* Lay out what is authenticated behind the headers, and where the ICV goes. Returns its length. */
static unsigned int lay_out_rest(struct ipsec_crypto_op *op, u64 seq, const u8 *payload,
				 unsigned int len)
{
	bool esn = op->sa->flags & NFIPSEC_SA_F_ESN;
	struct scatterlist *sg = op->sg + 1;

	if (len)
		sg_set_buf(sg++, payload, len);
	if (esn) {
		op->seq_high = htonl(upper_32_bits(seq));
		sg_set_buf(sg++, &op->seq_high, sizeof(op->seq_high));
	}
	sg_set_buf(sg, op->icv, sizeof(op->icv));
	sg_mark_end(sg);
	return len + (esn ? sizeof(op->seq_high) : 0);
}

/* Lay out what is authenticated: the copies of both headers, then the rest. */
static bool lay_out(struct ipsec_crypto_op *op, struct sk_buff *skb, unsigned int *len)
{
	const u8 *ip = skb_network_header(skb), *ah = skb_transport_header(skb);
	unsigned int ip_len = ah - ip, ah_len = header_len(op->sa);
	unsigned int payload = skb_tail_pointer(skb) - ah - ah_len;

	if (ip_len + ah_len > sizeof(op->aux))
		return false;
	memcpy(op->aux, ip, ip_len + ah_len);
	if (!ipsec_mutable_blank(op->aux, ip_len))
		return false;
	memset(icv_of(op->aux + ip_len, op->sa), 0, op->sa->icv_len);
	sg_init_table(op->sg, ARRAY_SIZE(op->sg));
	sg_set_buf(op->sg, op->aux, ip_len + ah_len);
	*len = ip_len + ah_len +
	       lay_out_rest(op, ipsec_cb(skb)->seq, ah + ah_len, payload);
	if (op->sa->iv_len)
		ipsec_crypto_nonce(op, ((const struct ip_auth_hdr *)ah)->auth_data);
	return true;
}

static void put_header(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	unsigned int ip_len = skb_transport_offset(skb), len = header_len(sa);
	struct ip_auth_hdr *ah;

	skb_push(skb, len);
	memmove(skb->data, skb->data + len, ip_len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_len);
	ah = (struct ip_auth_hdr *)skb_transport_header(skb);
	ah->nexthdr = ipsec_cb(skb)->next_header;
	ah->hdrlen = len / 4 - 2;
	ah->reserved = 0;
	ah->spi = sa->id.spi;
	ah->seq_no = htonl((u32)ipsec_cb(skb)->seq);
	ipsec_crypto_put_iv(sa, ipsec_cb(skb)->seq, ah->auth_data);
	memset(ah->auth_data + sa->iv_len, 0, len - sizeof(*ah) - sa->iv_len);
}

static void ah_output_complete(struct ipsec_crypto_op *op, int err)
{
	struct sk_buff *skb = op->skb;
	ipsec_done_t done = op->done;

	if (!err)
		memcpy(icv_of(skb_transport_header(skb), op->sa), op->icv, op->sa->icv_len);
	ipsec_crypto_op_put(op);
	done(skb, err ? IPSEC_OUT_CRYPTO : IPSEC_NO_DROP);
}

static void ah_output(struct sk_buff *skb, ipsec_done_t done)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	struct ipsec_crypto_op *op;
	unsigned int len;

	op = ipsec_crypto_op_get(sa, skb, done, ah_output_complete);
	if (!op)
		return done(skb, IPSEC_OUT_NO_MEMORY);
	if (ipsec_skb_writable(skb, header_len(sa), 0)) {
		ipsec_crypto_op_put(op);
		return done(skb, IPSEC_OUT_NO_MEMORY);
	}
	put_header(skb, sa);
	ipsec_skb_name(skb, IPPROTO_AH);
	if (!ipsec_header_set_len(skb) || !lay_out(op, skb, &len)) {
		ipsec_crypto_op_put(op);
		return done(skb, IPSEC_OUT_HEADER);
	}
	ipsec_crypto_digest(op, len);
}

static enum ipsec_stat take_header(struct sk_buff *skb, const struct ipsec_crypto_op *op)
{
	const struct ip_auth_hdr *ah = (const struct ip_auth_hdr *)skb->data;

	if (ipsec_crypto_differs(icv_of(skb->data, op->sa), op->icv, op->sa->icv_len))
		return IPSEC_IN_ICV;
	ipsec_cb(skb)->next_header = ah->nexthdr;
	__skb_pull(skb, header_len(op->sa));
	skb_reset_transport_header(skb);
	return IPSEC_NO_DROP;
}

static void ah_input_complete(struct ipsec_crypto_op *op, int err)
{
	struct sk_buff *skb = op->skb;
	ipsec_done_t done = op->done;
	enum ipsec_stat reason;

	reason = err ? IPSEC_IN_CRYPTO : take_header(skb, op);
	ipsec_crypto_op_put(op);
	done(skb, reason);
}

static void ah_input(struct sk_buff *skb, ipsec_done_t done)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	struct ipsec_crypto_op *op;
	unsigned int len;

	if (!pskb_may_pull(skb, header_len(sa)))
		return done(skb, IPSEC_IN_TRUNCATED);
	if ((((struct ip_auth_hdr *)skb->data)->hdrlen + 2U) * 4 != header_len(sa))
		return done(skb, IPSEC_IN_AH_LENGTH);
	op = ipsec_crypto_op_get(sa, skb, done, ah_input_complete);
	if (!op)
		return done(skb, IPSEC_IN_NO_MEMORY);
	if (ipsec_skb_writable(skb, 0, 0)) {
		ipsec_crypto_op_put(op);
		return done(skb, IPSEC_IN_NO_MEMORY);
	}
	if (!lay_out(op, skb, &len)) {
		ipsec_crypto_op_put(op);
		return done(skb, IPSEC_IN_ICV);
	}
	ipsec_crypto_digest(op, len);
}

const struct ipsec_xform ipsec_ah = {
	.proto = IPPROTO_AH,
	.init = ah_init,
	.exit = ah_exit,
	.output = ah_output,
	.input = ah_input,
	.payload_max = ah_payload_max,
};
