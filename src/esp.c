// SPDX-License-Identifier: GPL-2.0
/*
 * The Encapsulating Security Payload (RFC 4303).
 *
 *	IP header | SPI, sequence number | IV | payload, padding, pad length, next header | ICV
 *	           \___ authenticated, not encrypted ___/\________ encrypted ___________/
 *
 * Of an extended sequence number only the low half is sent; both are authenticated.
 */
#include <linux/netlink.h>
#include <net/esp.h>

#include "crypto.h"
#include "esp.h"
#include "shadow.h"
#include "skb.h"

#define TRAILER_LEN	2	/* pad length and next header */

static unsigned int header_len(const struct ipsec_sa *sa)
{
	return sizeof(struct ip_esp_hdr) + sa->iv_len;
}

/* Ciphertext is a multiple of the cipher's block, and of 4 bytes (RFC 4303 2.4). */
static unsigned int block_len(const struct ipsec_sa *sa)
{
	return max_t(unsigned int, sa->block, 4);
}

static int esp_check(const struct ipsec_sa_config *config, struct netlink_ext_ack *extack)
{
	if (!config->enc) {
		NL_SET_ERR_MSG(extack, "An ESP SA needs an encryption algorithm, which may be NULL");
		return -EINVAL;
	}
	if (config->enc->icv_len && config->auth) {
		NL_SET_ERR_MSG(extack, "A combined mode brings its own integrity: leave the other algorithm out");
		return -EINVAL;
	}
	if (!config->enc->icv_len && !config->auth) {
		NL_SET_ERR_MSG(extack, "Encryption without integrity is not supported (RFC 8221 section 4): name an integrity algorithm");
		return -EINVAL;
	}
	if (config->auth && config->auth->iv_len) {
		NL_SET_ERR_MSG(extack, "This form of AES-GMAC is for AH (RFC 4543 5.3): in ESP it is an encryption algorithm");
		return -EINVAL;
	}
	if (ipsec_enc_key_is_weak(config->enc, config->enc_key)) {
		NL_SET_ERR_MSG(extack, "This key makes 3DES single DES: two neighbouring thirds are equal (RFC 2451 2.3)");
		return -EINVAL;
	}
	/* Its senders would use the same sequence numbers under one key (RFC 8750 7). */
	if (config->enc->iv == IPSEC_IV_IMPLICIT &&
	    ipsec_addr_is_multicast(&config->id.dst, config->id.family)) {
		NL_SET_ERR_MSG(extack, "An implicit IV is not for multicast, where several may send (RFC 8750 7)");
		return -EINVAL;
	}
	if (config->enc->iv == IPSEC_IV_IMPLICIT && (config->flags & NFIPSEC_SA_F_WRAP)) {
		NL_SET_ERR_MSG(extack, "An implicit IV is the sequence number, which therefore must not begin again (RFC 8750 7)");
		return -EINVAL;
	}
	return 0;
}

static int esp_init(struct ipsec_sa *sa, const struct ipsec_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	int err = esp_check(config, extack);

	if (err)
		return err;
	sa->iv_len = sa->enc->iv_len;
	sa->block = sa->enc->block;
	sa->iv = sa->enc->iv;
	sa->icv_len = sa->enc->icv_len ?: sa->auth->icv_len;
	return ipsec_crypto_keys_aead(sa, extack);
}

static void esp_exit(struct ipsec_sa *sa)
{
	ipsec_crypto_forget(sa);
	ipsec_shadow_exit(sa);
}

static unsigned int esp_payload_max(const struct ipsec_sa *sa, unsigned int len)
{
	unsigned int fixed = header_len(sa) + sa->icv_len;

	if (len < fixed + block_len(sa))
		return 0;
	return rounddown(len - fixed, block_len(sa)) - TRAILER_LEN;
}

/* Padding is 1, 2, 3 ... (RFC 4303 2.4), then pad length and next header; room for the ICV. */
static void put_trailer(struct sk_buff *skb, unsigned int pad_len, unsigned int icv_len)
{
	u8 *tail = skb_put(skb, pad_len + TRAILER_LEN + icv_len);
	unsigned int i;

	for (i = 0; i < pad_len; i++)
		tail[i] = i + 1;
	tail[pad_len] = pad_len;
	tail[pad_len + 1] = ipsec_cb(skb)->next_header;
}

/* What the cipher gets: the IV in the packet, or the number that stands for it (RFC 8750 4). */
static void give_iv(struct ipsec_crypto_op *op, u64 seq, const u8 *iv)
{
	__be64 counter = cpu_to_be64(seq);

	if (op->sa->iv == IPSEC_IV_IMPLICIT)
		ipsec_crypto_nonce(op, (const u8 *)&counter);
	else
		memcpy(op->iv, iv, op->sa->iv_len);
}

/**
 * struct esn_header - the ESP header as it is authenticated with an extended sequence number
 * @spi: as sent
 * @seq_high: not sent
 * @seq_low: as sent
 */
struct esn_header {
	__be32 spi;
	__be32 seq_high;
	__be32 seq_low;
};

/*
 * Lay out what the engine works on: @len bytes from the ESP header on. With extended sequence
 * numbers another header stands in place of that in the packet. It is what combined modes
 * authenticate (RFC 4106 5, 4309 5, 4543 3.3, 7634 2.1); authencesn() moves the high half
 * behind the payload (RFC 4303 2.8). Returns how much is not encrypted.
 */
static unsigned int lay_out(struct ipsec_crypto_op *op, u64 seq, u8 *esp, unsigned int len)
{
	const struct ip_esp_hdr *sent = (const struct ip_esp_hdr *)esp;
	struct esn_header *header = (struct esn_header *)op->aux;

	if (!(op->sa->flags & NFIPSEC_SA_F_ESN)) {
		sg_init_one(op->sg, esp, len);
		return header_len(op->sa);
	}
	header->spi = sent->spi;
	header->seq_high = htonl(upper_32_bits(seq));
	header->seq_low = sent->seq_no;
	sg_init_table(op->sg, 2);
	sg_set_buf(&op->sg[0], header, sizeof(*header));
	sg_set_buf(&op->sg[1], esp + sizeof(*sent), len - sizeof(*sent));
	return sizeof(*header) + op->sa->iv_len;
}

/* Move the IP header down and put ours between it and the payload. */
static struct ip_esp_hdr *put_header(struct sk_buff *skb, struct ipsec_sa *sa)
{
	unsigned int ip_len = skb_transport_offset(skb), len = header_len(sa);
	struct ip_esp_hdr *esph;

	skb_push(skb, len);
	memmove(skb->data, skb->data + len, ip_len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_len);
	esph = (struct ip_esp_hdr *)skb_transport_header(skb);
	esph->spi = sa->id.spi;
	esph->seq_no = htonl((u32)ipsec_cb(skb)->seq);
	ipsec_crypto_put_iv(sa, ipsec_cb(skb)->seq, esph->enc_data);
	return esph;
}

static void esp_output_complete(struct ipsec_crypto_op *op, int err)
{
	struct sk_buff *skb = op->skb;
	ipsec_done_t done = op->done;

	ipsec_crypto_op_put(op);
	done(skb, err ? IPSEC_OUT_CRYPTO : IPSEC_NO_DROP);
}

static void esp_output(struct sk_buff *skb, ipsec_done_t done)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	unsigned int payload = skb->len - skb_transport_offset(skb);
	unsigned int cipher = ALIGN(payload + TRAILER_LEN, block_len(sa));
	unsigned int grow = cipher - payload + sa->icv_len, assoc;
	struct ipsec_crypto_op *op;
	struct ip_esp_hdr *esph;

	op = ipsec_crypto_op_get(sa, skb, done, esp_output_complete);
	if (!op)
		return done(skb, IPSEC_OUT_NO_MEMORY);
	if (ipsec_skb_writable(skb, header_len(sa), grow)) {
		ipsec_crypto_op_put(op);
		return done(skb, IPSEC_OUT_NO_MEMORY);
	}
	put_trailer(skb, cipher - payload - TRAILER_LEN, sa->icv_len);
	esph = put_header(skb, sa);
	ipsec_skb_name(skb, IPPROTO_ESP);
	give_iv(op, ipsec_cb(skb)->seq, esph->enc_data);
	assoc = lay_out(op, ipsec_cb(skb)->seq, (u8 *)esph,
			header_len(sa) + cipher + sa->icv_len);
	ipsec_crypto_encrypt(op, assoc, cipher);
}

/* RFC 4303 2.4: the receiver looks at the padding. A wrong one hides something. */
static enum ipsec_stat take_trailer(struct sk_buff *skb, const struct ipsec_sa *sa)
{
	unsigned int cipher = skb->len - header_len(sa) - sa->icv_len;
	const u8 *end = skb->data + header_len(sa) + cipher;
	unsigned int pad_len = end[-2], i;

	if (pad_len + TRAILER_LEN > cipher)
		return IPSEC_IN_PADDING;
	for (i = 0; i < pad_len; i++)
		if (end[-(int)(TRAILER_LEN + pad_len) + (int)i] != i + 1)
			return IPSEC_IN_PADDING;
	ipsec_cb(skb)->next_header = end[-1];
	skb_trim(skb, skb->len - sa->icv_len - TRAILER_LEN - pad_len);
	__skb_pull(skb, header_len(sa));
	skb_reset_transport_header(skb);
	return IPSEC_NO_DROP;
}

static void esp_input_complete(struct ipsec_crypto_op *op, int err)
{
	enum ipsec_stat reason = IPSEC_IN_CRYPTO;
	struct sk_buff *skb = op->skb;
	ipsec_done_t done = op->done;
	struct ipsec_sa *sa = op->sa;

	ipsec_crypto_op_put(op);
	if (err == -EBADMSG)
		reason = IPSEC_IN_ICV;
	else if (!err)
		reason = take_trailer(skb, sa);
	done(skb, reason);
}

static void esp_input(struct sk_buff *skb, ipsec_done_t done)
{
	struct ipsec_sa *sa = ipsec_cb(skb)->sa;
	unsigned int fixed = header_len(sa) + sa->icv_len;
	struct ipsec_crypto_op *op;
	unsigned int cipher, assoc;

	if (skb->len < fixed + block_len(sa))
		return done(skb, IPSEC_IN_TRUNCATED);
	cipher = skb->len - fixed;
	if (cipher % block_len(sa))
		return done(skb, IPSEC_IN_TRUNCATED);
	op = ipsec_crypto_op_get(sa, skb, done, esp_input_complete);
	if (!op)
		return done(skb, IPSEC_IN_NO_MEMORY);
	if (ipsec_skb_writable(skb, 0, 0)) {
		ipsec_crypto_op_put(op);
		return done(skb, IPSEC_IN_NO_MEMORY);
	}
	give_iv(op, ipsec_cb(skb)->seq, skb->data + sizeof(struct ip_esp_hdr));
	assoc = lay_out(op, ipsec_cb(skb)->seq, skb->data, skb->len);
	ipsec_crypto_decrypt(op, assoc, cipher + sa->icv_len);
}

const struct ipsec_xform ipsec_esp = {
	.proto = IPPROTO_ESP,
	.init = esp_init,
	.exit = esp_exit,
	.output = esp_output,
	.input = esp_input,
	.payload_max = esp_payload_max,
};
