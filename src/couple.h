/* SPDX-License-Identifier: GPL-2.0 */
/* Couples: a sub-policy and the policy that it leaves the rest to, as one. */
#ifndef IPSEC_COUPLE_H
#define IPSEC_COUPLE_H

#include "policy.h"

struct ipsec_couples;

struct ipsec_couples *ipsec_couples_create(void);
void ipsec_couples_free(struct ipsec_couples *couples);
struct ipsec_policy *ipsec_couple(struct ipsec_couples *couples, struct ipsec_policy *sub,
				  struct ipsec_policy *main, u16 family);
bool ipsec_couple_needs_sub(const struct ipsec_policy *couple);
bool ipsec_couple_is_none(const struct ipsec_policy *policy);

/**
 * ipsec_couple_discards() - why a policy drops packets
 * @policy: a DISCARD policy
 * @dir: enum nfipsec_dir
 *
 * Return: a drop reason.
 */
static inline enum ipsec_stat ipsec_couple_discards(const struct ipsec_policy *policy, u8 dir)
{
	if (unlikely(ipsec_couple_is_none(policy)))
		return dir == NFIPSEC_DIR_IN ? IPSEC_IN_NO_MEMORY : IPSEC_OUT_NO_MEMORY;
	return dir == NFIPSEC_DIR_IN ? IPSEC_IN_DISCARD : IPSEC_OUT_DISCARD;
}

#endif /* IPSEC_COUPLE_H */
