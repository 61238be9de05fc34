/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters and drop reasons: the one list that makes the enums, the names that
 * userspace sees, the tracepoint's symbols and Documentation/counters.md.
 */
#ifndef IPSEC_STATS_H
#define IPSEC_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/*
 * X(NAME, "what it counts"), packets unless it says otherwise. Documentation/counters.md, "The
 * books", says what their sums are: who adds one looks there, and into tests/lib/books.sh.
 */
#define IPSEC_COUNTERS(X) \
	X(OUT_SEEN, "left in clear, came to be protected, or were refused before") \
	X(OUT_BYPASSED, "left in clear as the policies allow") \
	X(OUT_OFFERED, "came to the output path to be protected") \
	X(OUT_CUT, "were cut into smaller ones in the output path") \
	X(OUT_PIECES, "were made by cutting larger ones") \
	X(OUT_MSS, "SYNs that left offering a smaller maximum segment size: one that fits") \
	X(OUT_OVERHEAD, "went through an SA, each of a bundle's; bytes: by how much they grew") \
	X(OUT_PROTECTED, "left the output path protected") \
	X(OUT_HELD, "were held because no SA was there yet") \
	X(OUT_RELEASED, "were held and went on when their SA came") \
	X(OUT_WAITING, "are being held now") \
	X(OUT_ACQUIRES, "requests for an SA sent to the key manager") \
	X(OUT_KEEPALIVES, "NAT keepalives sent") \
	X(IN_SEEN, "arrived as ESP or AH for this host, or in clear where policies are asked") \
	X(IN_ESP, "ESP packets arrived for this host") \
	X(IN_AH, "AH packets arrived for this host") \
	X(IN_HELD, "arrived before the keys of their SA and were held") \
	X(IN_RELEASED, "were held and went on when the keys came") \
	X(IN_WAITING, "are being held now") \
	X(IN_NOT_OURS, "ESP or AH packets left to the kernel's own stack, which has SAs here") \
	X(IN_OVERHEAD, "came out of an SA, each of a bundle's; bytes: by how much they shrank") \
	X(IN_PROTECTED, "were authenticated, passed the policies and were delivered") \
	X(IN_NESTED, "were authenticated and hold another ESP or AH packet for this host") \
	X(IN_MSS, "SYNs that arrived and then offered a smaller maximum segment size") \
	X(IN_ECN_ODD, "left a tunnel with congestion marks that cannot be right (RFC 6040 4.2)") \
	X(IN_ICMP_PMTU, "ICMP errors that told a path MTU of protected packets") \
	X(IN_ICMP_OTHER, "other ICMP errors, that protected packets did not arrive") \
	X(IN_ICMP_REFUSED, "ICMP errors about protected packets that cannot be true") \
	X(IN_CLEAR, "arrived in clear as the policies allow")

#define IPSEC_DROPS(X) \
	X(IN_TRUNCATED, "ESP or AH packet is shorter than its headers, IV, trailer and ICV") \
	X(IN_NO_SA, "no SA has this SPI, destination and protocol") \
	X(IN_LARVAL, "the keys of its SA did not come in time, or too many packets wait for keys") \
	X(IN_DIRECTION, "the SA was added for packets that leave, not for those that arrive") \
	X(IN_REPLAY, "sequence number was received before, or is 0") \
	X(IN_LATE, "sequence number is left of the anti-replay window") \
	X(IN_ICV, "integrity check failed: wrong key, or the packet was changed on its way") \
	X(IN_CRYPTO, "the crypto engine failed on a received packet") \
	X(IN_PADDING, "padding of an authenticated packet is not 1, 2, 3, or too long") \
	X(IN_AH_LENGTH, "AH length field does not fit the algorithm of the SA") \
	X(IN_DUMMY, "dummy packet, next header 59: discarded as RFC 4303 2.6 asks") \
	X(IN_EXPIRED, "the lifetime of the SA is over") \
	X(IN_NEXT_HEADER, "next header does not fit the mode of the SA") \
	X(IN_INNER_HEADER, "the IP header inside the tunnel is malformed") \
	X(IN_ECN, "congestion was marked outside, the packet inside cannot say so (RFC 6040)") \
	X(IN_NESTING, "more ESP and AH headers inside each other than a bundle can have") \
	X(IN_NO_POLICY, "no inbound policy matches: out of a tunnel, or the default is deny") \
	X(IN_WRONG_SA, "was protected by other SAs than the inbound policy names") \
	X(IN_SA_SELECTOR, "is none of the packets that its SA is for") \
	X(IN_WRONG_ORDER, "was protected by the SAs that the policy names, in another order") \
	X(IN_CLEAR_PROTECT, "arrived in clear although an inbound policy demands protection") \
	X(IN_DISCARD, "an inbound policy says deny") \
	X(IN_FRAGMENT_TINY, "ports are not in the first fragment, or could be overwritten") \
	X(IN_FRAGMENT_OVERLAP, "fragment overlaps the first one of its packet") \
	X(IN_FRAGMENT_FIRST, "fragment came without the first one, for a stateful policy") \
	X(IN_FRAGMENT_PORTS, "later fragment, whose ports an inbound policy that protects wants") \
	X(IN_BACKLOG, "decapsulated, but the receive queue was full or the interface went down") \
	X(IN_NO_MEMORY, "memory was short on input") \
	X(OUT_DISCARD, "an outbound policy says deny") \
	X(OUT_NO_POLICY, "no outbound policy matches, and the default is deny") \
	X(OUT_LINK_POLICY, "was routed into a link for whose if_id no policy protects it") \
	X(OUT_LINK_LOOP, "the route to the end of the SA leads back into the link it is for") \
	X(OUT_NO_SA, "no SA is there for the policy, and it is not to be waited for") \
	X(OUT_HOLD_FULL, "no SA is there yet and enough packets are held already") \
	X(OUT_HOLD_TIMEOUT, "was held, but no SA came in time") \
	X(OUT_HOLD_FLUSHED, "was held when its policy was deleted or the namespace ended") \
	X(OUT_NO_ROUTE, "no route to the other end of the SA") \
	X(OUT_TOO_BIG, "does not fit the path once protected, and has DF; its sender was told") \
	X(OUT_FRAGMENT, "transport mode never protects a fragment (RFC 4303 3.3.4)") \
	X(OUT_FRAGMENT_TINY, "ports are not in the first fragment, or could be overwritten") \
	X(OUT_FRAGMENT_OVERLAP, "fragment overlaps the first one of its packet") \
	X(OUT_FRAGMENT_FIRST, "fragment came without the first one, for a stateful policy") \
	X(OUT_FRAGMENT_PORTS, "later fragment, whose ports a policy that protects wants to know") \
	X(OUT_SEQ_OVERFLOW, "the SA has used all its sequence numbers (RFC 4303 3.3.3)") \
	X(OUT_EXPIRED, "the lifetime of the SA is over") \
	X(OUT_NAT, "NAT moved it out of the policy that protects it: exempt it from NAT") \
	X(OUT_SEGMENT, "a large packet could not be split into segments") \
	X(OUT_HEADER, "IP header is malformed, or of a family that the SA cannot carry") \
	X(OUT_CRYPTO, "the crypto engine failed on a packet to be sent") \
	X(OUT_SA_GONE, "the SA was deleted while the packet was on its way to it") \
	X(OUT_NO_MEMORY, "memory was short on output")

#define IPSEC_ENUM(NAME, text) IPSEC_##NAME,
/**
 * enum ipsec_stat - indices into struct ipsec_stats: counters first, then drop reasons
 * @IPSEC_NO_DROP: "go on", where a function returns a drop reason; never counted
 */
enum ipsec_stat {
	IPSEC_NO_DROP,
	IPSEC_COUNTERS(IPSEC_ENUM)
	IPSEC_DROPS(IPSEC_ENUM)
	IPSEC_STAT_COUNT,
};

#undef IPSEC_ENUM

#define IPSEC_DROP_FIRST	IPSEC_IN_TRUNCATED

/**
 * struct ipsec_sum - what a counter says
 * @packets: how many
 * @bytes: of all of them, from their IP headers on; 0 where nobody counts them
 */
struct ipsec_sum {
	u64 packets;
	u64 bytes;
};

/**
 * struct ipsec_stats - the counters of a namespace on one CPU
 * @count: by enum ipsec_stat. this_cpu_inc() and this_cpu_add() only, so any context may count
 */
struct ipsec_stats {
	struct ipsec_sum count[IPSEC_STAT_COUNT];
};

const char *ipsec_stat_name(enum ipsec_stat stat);
const char *ipsec_stat_text(enum ipsec_stat stat);
void ipsec_stats_sum(const struct ipsec_stats __percpu *stats, enum ipsec_stat stat,
		     struct ipsec_sum *sum);

#endif /* IPSEC_STATS_H */
