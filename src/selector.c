// SPDX-License-Identifier: GPL-2.0
/* Selectors: ranges of addresses, ports, types and codes (RFC 4301 4.4.1.1). Pure. */
#include <linux/in6.h>

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
 * ipsec_proto_has_code() - whether selectors may name a code for a protocol
 * @proto: protocol above IP
 *
 * Return: true for ICMP and ICMPv6, which have a type as well.
 */
bool ipsec_proto_has_code(__u8 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/**
 * ipsec_proto_has_type() - whether selectors may name a type for a protocol
 * @proto: protocol above IP
 *
 * Return: true for ICMP, ICMPv6 and the mobility header.
 */
bool ipsec_proto_has_type(__u8 proto)
{
	return ipsec_proto_has_code(proto) || proto == IPSEC_PROTO_MH;
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

static bool opaque(__u16 min, __u16 max)
{
	return min == NFIPSEC_OPAQUE_MIN && max == NFIPSEC_OPAQUE_MAX;
}

/**
 * ipsec_selector_opaque() - whether a selector is about ports that cannot be read
 * @sel: a checked selector
 *
 * Return: true if it matches no packet whose ports, or type, can be read.
 */
bool ipsec_selector_opaque(const struct ipsec_selector *sel)
{
	return opaque(sel->sport_min, sel->sport_max);
}

static bool addr_inside(const union ipsec_addr *min, const union ipsec_addr *max,
			const union ipsec_addr *addr, __u16 family)
{
	return ipsec_addr_cmp(min, addr, family) <= 0 &&
	       ipsec_addr_cmp(addr, max, family) <= 0;
}

static enum ipsec_match unknown(const struct ipsec_key *key)
{
	return key->flags & IPSEC_KEY_OPAQUE ? IPSEC_MATCH_NO : IPSEC_MATCH_UNKNOWN;
}

/* A key that does not say its way may go any: who changes policies may be ahead of it. */
static bool other_way(const struct ipsec_selector *sel, const struct ipsec_key *key)
{
	return sel->way && (key->flags & IPSEC_KEY_WAYS) && !(key->flags & sel->way);
}

static bool other_dev(const struct ipsec_selector *sel, const struct ipsec_key *key)
{
	return sel->dev && sel->dev != key->dev && sel->dev != key->vrf;
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
	if (sel->family != key->family || other_way(sel, key) || other_dev(sel, key))
		return IPSEC_MATCH_NO;
	if (sel->proto != IPSEC_ANY_PROTO && sel->proto != key->proto &&
	    !(key->flags & IPSEC_KEY_NO_PROTO))
		return IPSEC_MATCH_NO;
	if (!addr_inside(&sel->src_min, &sel->src_max, &key->src, key->family) ||
	    !addr_inside(&sel->dst_min, &sel->dst_max, &key->dst, key->family))
		return IPSEC_MATCH_NO;
	if (sel->proto != IPSEC_ANY_PROTO && (key->flags & IPSEC_KEY_NO_PROTO))
		return unknown(key);
	if (ipsec_selector_any_port(sel))
		return IPSEC_MATCH_YES;
	if (key->flags & IPSEC_KEY_NO_PORTS)
		return ipsec_selector_opaque(sel) ? IPSEC_MATCH_YES : unknown(key);
	if (key->sport < sel->sport_min || key->sport > sel->sport_max ||
	    key->dport < sel->dport_min || key->dport > sel->dport_max)
		return IPSEC_MATCH_NO;
	return IPSEC_MATCH_YES;
}

/* Whether a protocol has what selectors have a source port, or a destination port, for. */
static bool has_sport(__u8 proto)
{
	return ipsec_proto_has_ports(proto) || ipsec_proto_has_type(proto);
}

static bool has_dport(__u8 proto)
{
	return ipsec_proto_has_ports(proto) || ipsec_proto_has_code(proto);
}

/* Whether a selector that matches a packet names just what is to come from the packet. */
static bool populated(const struct ipsec_selector *sel, __u32 pfp, const struct ipsec_key *key)
{
	__u8 proto = key->proto;

	if ((pfp & NFIPSEC_POLICY_F_PFP_SRC) &&
	    ipsec_addr_cmp(&sel->src_min, &sel->src_max, key->family))
		return false;
	if ((pfp & NFIPSEC_POLICY_F_PFP_DST) &&
	    ipsec_addr_cmp(&sel->dst_min, &sel->dst_max, key->family))
		return false;
	if ((pfp & NFIPSEC_POLICY_F_PFP_PROTO) && sel->proto == IPSEC_ANY_PROTO)
		return false;
	if ((pfp & NFIPSEC_POLICY_F_PFP_SPORT) && has_sport(proto) &&
	    sel->sport_min != sel->sport_max && !ipsec_selector_opaque(sel))
		return false;
	return !(pfp & NFIPSEC_POLICY_F_PFP_DPORT) || !has_dport(proto) ||
	       sel->dport_min == sel->dport_max || ipsec_selector_opaque(sel);
}

/**
 * ipsec_selectors_admit() - whether an SA is for a packet
 * @sel: its selectors, checked
 * @n: how many; 0: it is for all packets
 * @pfp: the NFIPSEC_POLICY_F_PFP flags of the policy: that, the selectors have from a packet
 * @key: the packet
 *
 * Return: true if one of the selectors matches and is as narrow as the policy wants it. An SA
 * without selectors is not for a policy that wants them from packets.
 */
bool ipsec_selectors_admit(const struct ipsec_selector *sel, unsigned int n, __u32 pfp,
			   const struct ipsec_key *key)
{
	unsigned int i;

	if (!n)
		return !pfp;
	for (i = 0; i < n; i++)
		if (ipsec_selector_match(&sel[i], key) == IPSEC_MATCH_YES &&
		    populated(&sel[i], pfp, key))
			return true;
	return false;
}

/**
 * ipsec_selectors_devs() - count the selectors that ask for a device
 * @sel: selectors
 * @n: how many
 *
 * Return: how many of them do.
 */
unsigned int ipsec_selectors_devs(const struct ipsec_selector *sel, unsigned int n)
{
	unsigned int i, found = 0;

	for (i = 0; i < n; i++)
		found += sel[i].dev != 0;
	return found;
}

/* The bounds of what a packet has, or of what cannot be read of it. */
static void bounds_of(const struct ipsec_key *key, bool has, __u16 value, __u16 *min, __u16 *max)
{
	bool no_ports = key->flags & IPSEC_KEY_NO_PORTS;

	*min = 0;
	*max = 0xffff;
	if (!has)
		return;
	*min = no_ports ? NFIPSEC_OPAQUE_MIN : value;
	*max = no_ports ? NFIPSEC_OPAQUE_MAX : value;
}

/**
 * ipsec_selector_of() - a selector that only the packets of one flow match
 * @key: the flow
 * @sel: filled
 */
void ipsec_selector_of(const struct ipsec_key *key, struct ipsec_selector *sel)
{
	/* Opaque ports are so on both sides. */
	bool opaque_type = ipsec_proto_has_type(key->proto) && key->flags & IPSEC_KEY_NO_PORTS;

	memset(sel, 0, sizeof(*sel));
	sel->family = key->family;
	sel->proto = key->proto;
	sel->src_min = key->src;
	sel->src_max = key->src;
	sel->dst_min = key->dst;
	sel->dst_max = key->dst;
	bounds_of(key, has_sport(key->proto), key->sport, &sel->sport_min, &sel->sport_max);
	bounds_of(key, has_dport(key->proto) || opaque_type, key->dport,
		  &sel->dport_min, &sel->dport_max);
}

/**
 * ipsec_selector_populate() - narrow a selector to what is to come from a packet
 * @sel: a selector of a policy, which matches the packet
 * @pfp: NFIPSEC_POLICY_F_PFP flags
 * @key: the packet
 *
 * RFC 4301 4.4.1.2. Ports mean nothing without their protocol, so they bring it along.
 */
void ipsec_selector_populate(struct ipsec_selector *sel, __u32 pfp, const struct ipsec_key *key)
{
	bool sport = pfp & NFIPSEC_POLICY_F_PFP_SPORT && has_sport(key->proto);
	bool dport = pfp & NFIPSEC_POLICY_F_PFP_DPORT && has_dport(key->proto);
	struct ipsec_selector of;

	ipsec_selector_of(key, &of);
	if (pfp & NFIPSEC_POLICY_F_PFP_SRC) {
		sel->src_min = of.src_min;
		sel->src_max = of.src_max;
	}
	if (pfp & NFIPSEC_POLICY_F_PFP_DST) {
		sel->dst_min = of.dst_min;
		sel->dst_max = of.dst_max;
	}
	if (pfp & NFIPSEC_POLICY_F_PFP_PROTO || sport || dport)
		sel->proto = of.proto;
	if (sport || (dport && ipsec_selector_opaque(&of))) {
		sel->sport_min = of.sport_min;
		sel->sport_max = of.sport_max;
	}
	if (dport || (sport && ipsec_selector_opaque(&of))) {
		sel->dport_min = of.dport_min;
		sel->dport_max = of.dport_max;
	}
}

static bool any(__u16 min, __u16 max)
{
	return !min && max == 0xffff;
}

/* Types and codes are bytes. */
static const char *check_type(const struct ipsec_selector *sel)
{
	if (sel->sport_max > 255 && !any(sel->sport_min, sel->sport_max))
		return "A type is a number from 0 to 255";
	if (any(sel->dport_min, sel->dport_max))
		return NULL;
	if (!ipsec_proto_has_code(sel->proto))
		return "A mobility header has a type but no code";
	return sel->dport_max > 255 ? "A code is a number from 0 to 255" : NULL;
}

static const char *check_ports(const struct ipsec_selector *sel)
{
	bool is_opaque = opaque(sel->sport_min, sel->sport_max);

	if (is_opaque != opaque(sel->dport_min, sel->dport_max))
		return "Ports are opaque on both sides or on neither";
	if (sel->sport_min > sel->sport_max && !is_opaque)
		return "The source port range ends before it begins";
	if (sel->dport_min > sel->dport_max && !is_opaque)
		return "The destination port range ends before it begins";
	if (ipsec_selector_any_port(sel) || ipsec_proto_has_ports(sel->proto))
		return NULL;
	/* RFC 4301 7.1: any protocol has any ports. */
	if (!ipsec_proto_has_type(sel->proto))
		return "Ports need a protocol with ports (tcp, udp, sctp, dccp, udplite) or types";
	return is_opaque ? NULL : check_type(sel);
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
	return check_ports(sel);
}
