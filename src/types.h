/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses and the key of a flow: the nouns that every layer shares.
 * Pure: also compiled in userspace by tests/unit.
 */
#ifndef IPSEC_TYPES_H
#define IPSEC_TYPES_H

#include <linux/in.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * union ipsec_addr - an address of either family, in wire order
 * @bytes: the address; an IPv4 address is the first four, the rest is zero
 * @v4: as IPv4 address
 * @v6: as IPv6 address
 */
union ipsec_addr {
	__u8 bytes[16];
	__be32 v4;
	__be32 v6[4];
};

/**
 * struct ipsec_mark - some bits of a packet's mark, and what they must be
 * @value: what they must be, no bit outside @mask
 * @mask: which bits; 0: none, so every packet fits
 *
 * The mark is that of the firewall and of routing rules, skb->mark.
 */
struct ipsec_mark {
	__u32 value;
	__u32 mask;
};

/**
 * struct ipsec_tag - which packets a policy is for, whatever its selectors say
 * @if_id: those that go through the link of kind xfrm with this if_id, 0: through none
 * @mark: what their mark must be
 * @sub: 1: sub-policies, which are asked before the others; 0: those
 *
 * Part of the name of a policy. Has no padding, so tags can be compared as memory.
 */
struct ipsec_tag {
	__u32 if_id;
	struct ipsec_mark mark;
	__u32 sub;
};

/**
 * enum ipsec_key_flags - what could not be read from a packet, and how it is looked for
 * @IPSEC_KEY_NO_PORTS: a fragment that is not the first: its ports are unknown (RFC 4301 7)
 * @IPSEC_KEY_NO_PROTO: what is more, an extension header hides its protocol in the first one
 * @IPSEC_KEY_FRAGMENT: a fragment, be it the first; never in a key that is looked up
 * @IPSEC_KEY_OPAQUE: match only selectors that do not ask for what is unknown
 * @IPSEC_KEY_LOCAL: the packet arrived, and is for this host
 * @IPSEC_KEY_FORWARDED: the packet arrived, and is for another one
 *
 * The last two only where some policy asks, see ipsec_flow_way().
 */
enum ipsec_key_flags {
	IPSEC_KEY_NO_PORTS	= 1 << 0,
	IPSEC_KEY_NO_PROTO	= 1 << 1,
	IPSEC_KEY_FRAGMENT	= 1 << 2,
	IPSEC_KEY_OPAQUE	= 1 << 3,
	IPSEC_KEY_LOCAL		= 1 << 4,
	IPSEC_KEY_FORWARDED	= 1 << 5,
};

#define IPSEC_KEY_WAYS	(IPSEC_KEY_LOCAL | IPSEC_KEY_FORWARDED)

/**
 * struct ipsec_key - what selectors are matched against (RFC 4301 4.4.1.1)
 * @src: source address
 * @dst: destination address
 * @sport: source port in host order, or the type of an ICMP, ICMPv6 or mobility header; else 0
 * @dport: destination port in host order, or the code of ICMP and ICMPv6; else 0
 * @family: AF_INET or AF_INET6
 * @proto: the protocol above IP
 * @flags: enum ipsec_key_flags
 * @scope: interface index where the addresses alone do not say which route is meant, or 0:
 *         that of the link for link-local destinations, that of the VRF in a VRF, that below a
 *         link of kind xfrm
 * @mark: those bits of the packet's mark that some policy or SA asks for, see ipsec_flow_mark()
 * @if_id: that of the link of kind xfrm which the packet goes through, or 0
 * @dev: interface index of the device that the packet leaves by, or arrived by; 0 as long as no
 *       selector asks, see ipsec_flow_dev()
 * @vrf: that of the VRF which @dev is in, or is, or 0
 *
 * Has no padding, so keys can be hashed and compared as memory.
 */
struct ipsec_key {
	union ipsec_addr src;
	union ipsec_addr dst;
	__u16 sport;
	__u16 dport;
	__u16 family;
	__u8 proto;
	__u8 flags;
	__u32 scope;
	__u32 mark;
	__u32 if_id;
	__u32 dev;
	__u32 vrf;
};

/**
 * ipsec_mark_fits() - whether a mark is as it must be
 * @wanted: what it must be
 * @mark: the mark
 *
 * Return: true if it is.
 */
static inline bool ipsec_mark_fits(const struct ipsec_mark *wanted, __u32 mark)
{
	return (mark & wanted->mask) == wanted->value;
}

/**
 * ipsec_mark_apply() - change some bits of a mark
 * @mark: the mark
 * @set: the bits, and what they become
 *
 * Return: the new mark.
 */
static inline __u32 ipsec_mark_apply(__u32 mark, const struct ipsec_mark *set)
{
	return (mark & ~set->mask) | set->value;
}

/**
 * ipsec_tag_is_none() - whether a tag says nothing
 * @tag: the tag
 *
 * Return: true if it is that of no sub-policy, and for all packets that go through no link of
 * kind xfrm.
 */
static inline bool ipsec_tag_is_none(const struct ipsec_tag *tag)
{
	return !(tag->if_id | tag->mark.mask | tag->sub);
}

/**
 * ipsec_addr_len() - length of an address on the wire
 * @family: AF_INET or AF_INET6
 *
 * Return: 4 or 16.
 */
static inline size_t ipsec_addr_len(__u16 family)
{
	return family == AF_INET ? 4 : 16;
}

/**
 * ipsec_addr_cmp() - order of two addresses of one family
 * @a: one address
 * @b: another
 * @family: AF_INET or AF_INET6
 *
 * Return: less than, equal to or greater than 0, as memcmp().
 */
static inline int ipsec_addr_cmp(const union ipsec_addr *a,
				 const union ipsec_addr *b, __u16 family)
{
	return memcmp(a->bytes, b->bytes, ipsec_addr_len(family));
}

/**
 * ipsec_addr_is_any() - whether an address is 0.0.0.0 or ::
 * @a: an address, zero behind its length
 *
 * Return: true if all bytes are zero.
 */
static inline bool ipsec_addr_is_any(const union ipsec_addr *a)
{
	return !(a->v6[0] | a->v6[1] | a->v6[2] | a->v6[3]);
}

/**
 * ipsec_addr_is_multicast() - whether many hosts may have an address
 * @a: an address
 * @family: AF_INET or AF_INET6
 *
 * Return: true if it is in 224.0.0.0/4 or ff00::/8.
 */
static inline bool ipsec_addr_is_multicast(const union ipsec_addr *a, __u16 family)
{
	return family == AF_INET ? (a->bytes[0] & 0xf0) == 0xe0 : a->bytes[0] == 0xff;
}

#endif /* IPSEC_TYPES_H */
