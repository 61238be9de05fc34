// SPDX-License-Identifier: GPL-2.0
/* AH packets whose every byte is known. */
#include "selftest/selftest.h"
#include "skb.h"

static bool makes(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	struct sk_buff *skb = ipsec_test_skb(sa, vector, vector->ip, vector->payload);
	enum ipsec_stat reason;
	bool good;

	if (!skb)
		return false;
	reason = ipsec_test_output(skb);
	good = !reason && ipsec_test_is(skb_transport_header(skb),
					skb_tail_pointer(skb) - skb_transport_header(skb),
					vector->packet);
	kfree_skb(skb);
	return good;
}

/* RFC 4302 3.3.3.1.1: what routers may change, and no more, may differ. */
static bool byte_is_mutable(unsigned int byte)
{
	/* TOS, flags and offset, TTL, checksum */
	return byte == 1 || byte == 6 || byte == 7 || byte == 8 || byte == 10 || byte == 11;
}

/* One byte of the packet or of its IP header without options is another. */
static enum ipsec_stat changed(struct ipsec_sa *sa, const struct ipsec_vector *vector,
			       unsigned int byte)
{
	struct sk_buff *skb = ipsec_test_skb(sa, vector, vector->ip, vector->packet);
	enum ipsec_stat reason;

	if (!skb)
		return IPSEC_STAT_COUNT;
	skb->data[byte] ^= 0x10;
	reason = ipsec_test_input(skb);
	kfree_skb(skb);
	return reason;
}

static bool guards(struct ipsec_sa *sa, const struct ipsec_vector *vector)
{
	unsigned int ip_len = strlen(vector->ip) / 2, byte;
	unsigned int len = ip_len + strlen(vector->packet) / 2;
	enum ipsec_stat wanted, reason;

	/* Without the first byte, which says how long the header is. */
	for (byte = 1; byte < len; byte++) {
		if (byte >= 20 && byte < ip_len)
			continue;
		wanted = byte < 20 && byte_is_mutable(byte) ? IPSEC_NO_DROP : IPSEC_IN_ICV;
		if (byte == ip_len + 1)
			wanted = IPSEC_IN_AH_LENGTH;
		reason = changed(sa, vector, byte);
		if (reason != wanted)
			return ipsec_test_wrong("byte %u changed: %s", byte,
						reason ? ipsec_stat_name(reason) : "accepted");
	}
	return true;
}

static void test_vector(struct ipsec_net *inet, const struct ipsec_vector *vector)
{
	struct ipsec_sa *sa = ipsec_test_sa(inet, IPPROTO_AH, vector);

	if (!sa)
		return ipsec_test_result(false, "ah", vector->name);
	ipsec_test_result(ipsec_test_accepts(sa, vector, vector->ip), "ah accepts", vector->name);
	ipsec_test_result(makes(sa, vector), "ah makes", vector->name);
	ipsec_test_result(guards(sa, vector), "ah guards what is immutable, no more", vector->name);
	if (vector->esn)
		ipsec_test_result(ipsec_test_refuses_high(sa, vector, vector->ip),
				  "ah refuses another high half", vector->name);
	ipsec_sa_put(sa);
}

/**
 * ipsec_test_ah() - test AH
 * @inet: the namespace
 */
void ipsec_test_ah(struct ipsec_net *inet)
{
	const struct ipsec_vector *vector;

	for (vector = ipsec_ah_vectors; vector->name; vector++)
		test_vector(inet, vector);
}
