// SPDX-License-Identifier: GPL-2.0
/* The classifier: from a packet to the first policy that matches it. Pure. */
#include "classify.h"

/**
 * ipsec_classifier_bytes() - memory that a classifier needs
 * @n: number of rules
 *
 * Return: bytes to allocate.
 */
size_t ipsec_classifier_bytes(__u32 n)
{
	return sizeof(struct ipsec_classifier) + n * sizeof(struct ipsec_classify_rule);
}

/**
 * ipsec_classify() - find the first policy that matches a packet
 * @classifier: the rules of one direction
 * @key: the packet
 *
 * Return: the rank of the policy, or IPSEC_CLASSIFY_NONE.
 */
__u32 ipsec_classify(const struct ipsec_classifier *classifier, const struct ipsec_key *key)
{
	const struct ipsec_classify_rule *rule = classifier->rule;
	const struct ipsec_classify_rule *end = rule + classifier->n;

	for (; rule < end; rule++) {
		enum ipsec_match match = ipsec_selector_match(&rule->sel, key);

		if (match == IPSEC_MATCH_YES ||
		    (match == IPSEC_MATCH_UNKNOWN && rule->take_unknown))
			return rule->policy;
	}
	return IPSEC_CLASSIFY_NONE;
}
