// SPDX-License-Identifier: GPL-2.0
/*
 * The maximum segment size that TCP offers, no more than what fits when it is protected.
 *
 * A SYN says how large the segments may be that are sent to its sender (RFC 9293 3.7.1). Lowered
 * to what the SAs leave room for, TCP fits from its first segment on, even where a firewall keeps
 * the ICMP errors from it that would tell it (RFC 2923 2.1).
 */
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/tcp.h>

#include "bundle.h"
#include "mss.h"

/* Offset of the TCP header of a SYN that is no fragment, from the network header on, or 0. */
static unsigned int syn_at(const struct sk_buff *skb)
{
	struct ipsec_header header;
	const u8 *flags;
	u8 buffer;

	if (!ipsec_header_parse(skb, &header) || header.fragment || header.proto != IPPROTO_TCP)
		return 0;
	/* RFC 9293 3.1: behind ports, numbers and the length of the header. */
	flags = skb_header_pointer(skb, skb_network_offset(skb) + header.upper + 13, 1, &buffer);
	return flags && *flags & TCPHDR_SYN ? header.upper : 0;
}

/**
 * ipsec_mss_is_syn() - whether a packet is a SYN of TCP
 * @skb: a packet with its network header set
 *
 * Return: true: it is, and no fragment.
 */
bool ipsec_mss_is_syn(const struct sk_buff *skb)
{
	return syn_at(skb);
}

/* What the option says, in a header that is all there: where in it; or 0. */
static unsigned int find_mss(const u8 *tcp, unsigned int len)
{
	unsigned int at = sizeof(struct tcphdr);

	while (at < len && tcp[at] != TCPOPT_EOL) {
		if (tcp[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= len || tcp[at + 1] < 2 || tcp[at + 1] > len - at)
			return 0;
		if (tcp[at] == TCPOPT_MSS)
			return tcp[at + 1] == TCPOLEN_MSS ? at + 2 : 0;
		at += tcp[at + 1];
	}
	return 0;
}

/* The checksum is of words: behind an odd number of NOPs the value lies in two of them. */
static void set_mss(struct sk_buff *skb, struct tcphdr *tcph, unsigned int at, u16 mss)
{
	u8 *words = (u8 *)tcph + (at & ~1u);
	unsigned int n = 1 + (at & 1), i;
	__be16 before[2], after[2];

	memcpy(before, words, n * sizeof(*before));
	put_unaligned_be16(mss, (u8 *)tcph + at);
	memcpy(after, words, n * sizeof(*after));
	for (i = 0; i < n; i++)
		inet_proto_csum_replace2(&tcph->check, skb, before[i], after[i], false);
}

/* Return: whether it was lowered. */
static bool lower(struct sk_buff *skb, u16 mss)
{
	unsigned int at = skb_network_offset(skb) + syn_at(skb), len, option;
	const struct tcphdr *tcph;

	if (!pskb_may_pull(skb, at + sizeof(*tcph)))
		return false;
	tcph = (const struct tcphdr *)(skb->data + at);
	len = tcph->doff * 4;
	if (len <= sizeof(*tcph) || !pskb_may_pull(skb, at + len))
		return false;
	option = find_mss(skb->data + at, len);
	if (!option || get_unaligned_be16(skb->data + at + option) <= mss ||
	    skb_ensure_writable(skb, at + len))
		return false;
	set_mss(skb, (struct tcphdr *)(skb->data + at), option, mss);
	return true;
}

static bool is_clamped(const struct ipsec_policy *policy)
{
	return !policy || !(policy->flags & NFIPSEC_POLICY_F_NO_MSS_CLAMP);
}

/**
 * ipsec_mss_leaves() - lower what a SYN offers to the other end
 * @inet: the namespace
 * @skb: the SYN, its dst is the bundle that protects it; its headers may be moved
 * @key: its key
 *
 * The answers come back through the SAs of the peer, which have the same room as ours where the
 * path is the same. BH off, RCU read-side section.
 */
void ipsec_mss_leaves(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_key *key)
{
	if (is_clamped(ipsec_flow_lookup(inet, NFIPSEC_DIR_OUT, key)->policy) &&
	    lower(skb, ipsec_bundle_mss(ipsec_bundle_of(skb))))
		ipsec_count(inet, IPSEC_OUT_MSS);
}

/* What would protect the answer to a packet that has arrived; NULL: nothing, now. */
static struct ipsec_bundle *answer_bundle(struct ipsec_net *inet, const struct sk_buff *skb,
					  u32 if_id, u32 link)
{
	enum ipsec_stat reason;
	struct ipsec_flow *flow;
	struct ipsec_key key;

	if (!ipsec_flow_key(skb, &key))
		return NULL;
	swap(key.src, key.dst);
	swap(key.sport, key.dport);
	ipsec_flow_mark(inet, &key, skb->mark);
	ipsec_flow_out(inet, &key, skb->dev, if_id, link);
	flow = ipsec_flow_lookup(inet, NFIPSEC_DIR_OUT, &key);
	if (!flow->policy || flow->policy->action != NFIPSEC_ACTION_PROTECT ||
	    !is_clamped(flow->policy))
		return NULL;
	return ipsec_bundle_get(inet, flow, &reason);
}

/**
 * ipsec_mss_arrives() - lower what a SYN that came out of an SA offers to this end
 * @inet: the namespace
 * @skb: the SYN, in clear; its headers may be moved
 * @if_id: that of the link of kind xfrm that it comes out of, or 0: none
 * @link: interface index of the device of that link, or 0
 *
 * BH off, RCU read-side section.
 */
void ipsec_mss_arrives(struct ipsec_net *inet, struct sk_buff *skb, u32 if_id, u32 link)
{
	const struct ipsec_bundle *bundle = answer_bundle(inet, skb, if_id, link);

	if (bundle && lower(skb, ipsec_bundle_mss(bundle)))
		ipsec_count(inet, IPSEC_IN_MSS);
}
