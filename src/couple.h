/* SPDX-License-Identifier: GPL-2.0 */
/* Couples: a sub-policy and the policy that it leaves the rest to, as one. */
#ifndef IPSEC_COUPLE_H
#define IPSEC_COUPLE_H

#include "policy.h"

struct ipsec_couples;

struct ipsec_couples *ipsec_couples_create(struct ipsec_net *inet);
void ipsec_couples_free(struct ipsec_couples *couples);
struct ipsec_policy *ipsec_couple(struct ipsec_couples *couples, struct ipsec_policy *sub,
				  struct ipsec_policy *main);

#endif /* IPSEC_COUPLE_H */
