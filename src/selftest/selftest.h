/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that run when the module is loaded, built with SELFTEST=1: what only the kernel
 * itself can show, that its crypto and ours make the packets that the RFCs print.
 */
#ifndef IPSEC_SELFTEST_H
#define IPSEC_SELFTEST_H

#include "sa.h"

/**
 * struct ipsec_vector - a packet and what it is made of; bytes are hexadecimal text
 * @name: what it is
 * @ip: the IP header in front of it; AH only
 * @enc_key: with the salt; NULL: none
 * @auth_key: NULL: none
 * @iv: IV in the packet, where it is a counter; NULL: it is random, or there is none
 * @payload: what is inside; NULL: nothing
 * @packet: what is on the wire behind the IP header
 * @spi: of the SA
 * @seq: sequence number
 * @esn: it is an extended one
 * @enc: enum nfipsec_enc, 0: none
 * @auth: enum nfipsec_auth
 * @next_header: what is inside
 */
struct ipsec_vector {
	const char *name;
	const char *ip;
	const char *enc_key;
	const char *auth_key;
	const char *iv;
	const char *payload;
	const char *packet;
	u32 spi;
	u64 seq;
	bool esn;
	u16 enc;
	u16 auth;
	u8 next_header;
};

/**
 * struct ipsec_test_bytes - a piece of memory
 * @data: allocated
 * @len: bytes
 */
struct ipsec_test_bytes {
	u8 *data;
	unsigned int len;
};

#ifdef IPSEC_SELFTEST

int ipsec_selftest(struct ipsec_net *inet);

/* selftest.c */
void ipsec_test_result(bool good, const char *suite, const char *name);
__printf(1, 2) bool ipsec_test_wrong(const char *format, ...);

/* packet.c */
bool ipsec_test_bytes(struct ipsec_test_bytes *bytes, const char *hex);
bool ipsec_test_is(const void *found, unsigned int len, const char *hex);
struct ipsec_sa *ipsec_test_sa(struct ipsec_net *inet, u8 proto, const struct ipsec_vector *vector);
struct sk_buff *ipsec_test_skb(struct ipsec_sa *sa, const struct ipsec_vector *vector,
			       const char *ip, const char *payload);
enum ipsec_stat ipsec_test_input(struct sk_buff *skb);
enum ipsec_stat ipsec_test_output(struct sk_buff *skb);
bool ipsec_test_accepts(struct ipsec_sa *sa, const struct ipsec_vector *vector, const char *ip);
bool ipsec_test_refuses_high(struct ipsec_sa *sa, const struct ipsec_vector *vector,
			     const char *ip);

/* esp_vectors.c and ah_vectors.c, each until one without a name */
extern const struct ipsec_vector ipsec_esp_vectors[];
extern const struct ipsec_vector ipsec_padding_vectors[];
extern const struct ipsec_vector ipsec_ah_vectors[];
extern const struct ipsec_vector ipsec_digest_vectors[];

/* one file each */
void ipsec_test_replay(void);
void ipsec_test_selector(void);
void ipsec_test_classify(void);
void ipsec_test_digest(struct ipsec_net *inet);
void ipsec_test_esp(struct ipsec_net *inet);
void ipsec_test_ah(struct ipsec_net *inet);

#else

static inline int ipsec_selftest(struct ipsec_net *inet)
{
	return 0;
}

#endif

#endif /* IPSEC_SELFTEST_H */
