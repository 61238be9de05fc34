/* SPDX-License-Identifier: GPL-2.0 */
/* The SAs that protect a packet. */
#ifndef IPSEC_CHAIN_H
#define IPSEC_CHAIN_H

#include "net.h"
#include "sa.h"
#include "types.h"

struct ipsec_policy;

/**
 * struct ipsec_ends - where a packet comes from and goes to
 * @src: source address
 * @dst: destination address
 * @family: of both
 */
struct ipsec_ends {
	union ipsec_addr src;
	union ipsec_addr dst;
	u16 family;
};

/**
 * struct ipsec_chain - the SAs that protect a packet, innermost first
 * @sa: the SAs
 * @mode: enum nfipsec_mode in which each of them is used
 * @n: their number
 * @mark: that the route of the protected packet is looked up with
 * @awaits: which SA is missing, as in struct ipsec_flow
 * @pauses: it is there, and pauses
 */
struct ipsec_chain {
	struct ipsec_sa *sa[NFIPSEC_SPECS_MAX];
	u8 mode[NFIPSEC_SPECS_MAX];
	int n;
	u32 mark;
	u32 awaits;
	bool pauses;
};

void ipsec_chain_ends(const struct ipsec_key *key, const struct ipsec_chain *chain,
		      struct ipsec_ends *ends);
bool ipsec_chain_find(struct ipsec_net *inet, const struct ipsec_policy *policy,
		      const struct ipsec_key *key, struct ipsec_chain *chain);

#endif /* IPSEC_CHAIN_H */
