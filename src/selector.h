/* SPDX-License-Identifier: GPL-2.0 */
/* Selectors: ranges of addresses, ports, types and codes (RFC 4301 4.4.1.1). Pure. */
#ifndef IPSEC_SELECTOR_H
#define IPSEC_SELECTOR_H

#include <linux/nfipsec.h>

#include "types.h"

#define IPSEC_ANY_PROTO	0
#define IPSEC_PROTO_MH	135	/* the IPv6 mobility header, RFC 6275 6.1 */

/**
 * struct ipsec_selector - one entry of a policy's selector list, bounds inclusive
 * @src_min: lowest source address
 * @src_max: highest source address
 * @dst_min: lowest destination address
 * @dst_max: highest destination address
 * @sport_min: lowest source port, host order; type of ICMP, ICMPv6 or a mobility header
 * @sport_max: highest source port or type
 * @dport_min: lowest destination port; code of ICMP or ICMPv6
 * @dport_max: highest destination port or code
 * @family: AF_INET or AF_INET6
 * @proto: upper protocol, or IPSEC_ANY_PROTO
 * @way: IPSEC_KEY_LOCAL or IPSEC_KEY_FORWARDED: only such packets; 0: all
 * @dev: interface index of a device or a VRF: only packets that leave by it, or arrived by it;
 *       0: all
 *
 * Has no padding, so selectors can be compared as memory.
 *
 * Ports from NFIPSEC_OPAQUE_MIN to NFIPSEC_OPAQUE_MAX, on both sides, are OPAQUE: only packets
 * match whose ports cannot be read, which are fragments that are not the first.
 */
struct ipsec_selector {
	union ipsec_addr src_min;
	union ipsec_addr src_max;
	union ipsec_addr dst_min;
	union ipsec_addr dst_max;
	__u16 sport_min;
	__u16 sport_max;
	__u16 dport_min;
	__u16 dport_max;
	__u16 family;
	__u8 proto;
	__u8 way;
	__u32 dev;
};

/**
 * enum ipsec_match - how a packet relates to a selector
 * @IPSEC_MATCH_NO: outside
 * @IPSEC_MATCH_YES: inside
 * @IPSEC_MATCH_UNKNOWN: what is known of this fragment is inside, but the selector asks
 *                       for ports, or for a protocol, that it does not carry
 */
enum ipsec_match {
	IPSEC_MATCH_NO,
	IPSEC_MATCH_YES,
	IPSEC_MATCH_UNKNOWN,
};

bool ipsec_proto_has_ports(__u8 proto);
bool ipsec_proto_has_type(__u8 proto);
bool ipsec_proto_has_code(__u8 proto);
bool ipsec_selector_any_port(const struct ipsec_selector *sel);
bool ipsec_selector_opaque(const struct ipsec_selector *sel);
enum ipsec_match ipsec_selector_match(const struct ipsec_selector *sel,
				      const struct ipsec_key *key);
bool ipsec_selectors_admit(const struct ipsec_selector *sel, unsigned int n, __u32 pfp,
			   const struct ipsec_key *key);
unsigned int ipsec_selectors_devs(const struct ipsec_selector *sel, unsigned int n);
void ipsec_selector_of(const struct ipsec_key *key, struct ipsec_selector *sel);
void ipsec_selector_populate(struct ipsec_selector *sel, __u32 pfp, const struct ipsec_key *key);
const char *ipsec_selector_check(const struct ipsec_selector *sel);

#endif /* IPSEC_SELECTOR_H */
