/* SPDX-License-Identifier: GPL-2.0 */
/* The classifier: from a packet to the first policy that matches it. Pure. */
#ifndef IPSEC_CLASSIFY_H
#define IPSEC_CLASSIFY_H

#include <linux/nfipsec.h>

#include "selector.h"

struct ipsec_node;
struct ipsec_split;

/**
 * struct ipsec_classify_rule - one selector of one policy
 * @sel: the selector; stays where it is until the rule is removed and all readers are gone
 * @owner: the policy, what a lookup returns
 * @rank: place of the policy in the order, equal for all selectors of one policy and of no
 *        other
 * @dir: enum nfipsec_dir
 * @take_unknown: IPSEC_MATCH_UNKNOWN counts as a match. Set for policies that protect or
 *                discard, not for those that bypass: a fragment without ports never
 *                slips past a policy that names ports
 */
struct ipsec_classify_rule {
	const struct ipsec_selector *sel;
	void *owner;
	__u64 rank;
	__u8 dir;
	bool take_unknown;
};

/**
 * struct ipsec_classifier - a version of the ordered set of rules
 * @root: a tree for each direction and family, IPv4 first; NULL: no rules
 * @version: one more than that of the version before
 *
 * Never changes once readers can see it.
 */
struct ipsec_classifier {
	struct ipsec_node *root[__NFIPSEC_DIR_MAX][2];
	__u64 version;
};

/**
 * struct ipsec_classify_change - a classifier on its way from one version to the next
 * @now: the next version
 * @retired: nodes of the version before that the next one has no more
 * @split: memory to work with
 */
struct ipsec_classify_change {
	struct ipsec_classifier now;
	struct ipsec_node *retired;
	struct ipsec_split *split;
};

void *ipsec_classify(const struct ipsec_classifier *classifier, __u8 dir,
		     const struct ipsec_key *key);

int ipsec_classify_begin(struct ipsec_classify_change *change,
			 const struct ipsec_classifier *classifier);
int ipsec_classify_add(struct ipsec_classify_change *change,
		       const struct ipsec_classify_rule *rule);
int ipsec_classify_remove(struct ipsec_classify_change *change,
			  const struct ipsec_classify_rule *rule);
struct ipsec_node *ipsec_classify_commit(struct ipsec_classify_change *change,
					 struct ipsec_classifier *classifier);
void ipsec_classify_abort(struct ipsec_classify_change *change);

void ipsec_classify_free_retired(struct ipsec_node *retired);
void ipsec_classify_free(struct ipsec_classifier *classifier);

#endif /* IPSEC_CLASSIFY_H */
