// SPDX-License-Identifier: GPL-2.0
/* Selectors: ranges of addresses and ports (RFC 4301 4.4.1.1). Pure. */
#include "selector.h"

/**
 * ipsec_proto_has_ports() - whether selectors may name ports for a protocol
 * @proto: protocol above IP
 *
 * Return: true for the protocols whose first four bytes are two ports.
 */
bool ipsec_proto_has_ports(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_UDPLITE:
		return true;
	default:
		return false;
	}
}

/**
 * ipsec_selector_any_port() - whether a selector leaves the ports open
 * @sel: a checked selector
 *
 * Return: true if every port is inside.
 */
bool ipsec_selector_any_port(const struct ipsec_selector *sel)
{
	return !sel->sport_min && sel->sport_max == 0xffff &&
	       !sel->dport_min && sel->dport_max == 0xffff;
}

static bool addr_inside(const union ipsec_addr *min, const union ipsec_addr *max,
			const union ipsec_addr *addr, __u16 family)
{
	return ipsec_addr_cmp(min, addr, family) <= 0 &&
	       ipsec_addr_cmp(addr, max, family) <= 0;
}

/**
 * ipsec_selector_match() - compare a packet with a selector
 * @sel: a checked selector
 * @key: the packet
 *
 * Return: enum ipsec_match.
 */
enum ipsec_match ipsec_selector_match(const struct ipsec_selector *sel,
				      const struct ipsec_key *key)
{
	if (sel->family != key->family)
		return IPSEC_MATCH_NO;
	if (sel->proto != IPSEC_ANY_PROTO && sel->proto != key->proto &&
	    !(key->flags & IPSEC_KEY_NO_PROTO))
		return IPSEC_MATCH_NO;
	if (!addr_inside(&sel->src_min, &sel->src_max, &key->src, key->family) ||
	    !addr_inside(&sel->dst_min, &sel->dst_max, &key->dst, key->family))
		return IPSEC_MATCH_NO;
	if (sel->proto != IPSEC_ANY_PROTO && (key->flags & IPSEC_KEY_NO_PROTO))
		return IPSEC_MATCH_UNKNOWN;
	if (ipsec_selector_any_port(sel))
		return IPSEC_MATCH_YES;
	if (key->flags & IPSEC_KEY_NO_PORTS)
		return IPSEC_MATCH_UNKNOWN;
	if (key->sport < sel->sport_min || key->sport > sel->sport_max ||
	    key->dport < sel->dport_min || key->dport > sel->dport_max)
		return IPSEC_MATCH_NO;
	return IPSEC_MATCH_YES;
}

/**
 * ipsec_selector_check() - find what is wrong with a selector
 * @sel: a selector as it was configured
 *
 * Return: NULL, or a sentence for the user.
 */
const char *ipsec_selector_check(const struct ipsec_selector *sel)
{
	if (ipsec_addr_cmp(&sel->src_min, &sel->src_max, sel->family) > 0)
		return "The source address range ends before it begins";
	if (ipsec_addr_cmp(&sel->dst_min, &sel->dst_max, sel->family) > 0)
		return "The destination address range ends before it begins";
	if (sel->sport_min > sel->sport_max)
		return "The source port range ends before it begins";
	if (sel->dport_min > sel->dport_max)
		return "The destination port range ends before it begins";
	if (!ipsec_selector_any_port(sel) && !ipsec_proto_has_ports(sel->proto))
		return "Ports need a protocol that has ports (tcp, udp, sctp, dccp or udplite)";
	return NULL;
}
