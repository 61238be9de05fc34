/* SPDX-License-Identifier: GPL-2.0 */
/* The classifier: from a packet to the first policy that matches it. Pure. */
#ifndef IPSEC_CLASSIFY_H
#define IPSEC_CLASSIFY_H

#include "selector.h"

#define IPSEC_CLASSIFY_NONE	0xffffffffU

/**
 * struct ipsec_classify_rule - one selector of one policy
 * @sel: the selector
 * @policy: rank of the policy, equal for all selectors of one
 * @take_unknown: IPSEC_MATCH_UNKNOWN counts as a match. Set for policies that protect or
 *                discard, not for those that bypass: a fragment without ports never
 *                slips past a policy that names ports
 */
struct ipsec_classify_rule {
	struct ipsec_selector sel;
	__u32 policy;
	bool take_unknown;
};

/**
 * struct ipsec_classifier - an ordered set of rules, never changed once it is looked up
 * @n: number of rules
 * @rule: the rules, ordered by rank
 */
struct ipsec_classifier {
	__u32 n;
	struct ipsec_classify_rule rule[];
};

size_t ipsec_classifier_bytes(__u32 n);
__u32 ipsec_classify(const struct ipsec_classifier *classifier, const struct ipsec_key *key);

#endif /* IPSEC_CLASSIFY_H */
