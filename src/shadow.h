/* SPDX-License-Identifier: GPL-2.0 */
/* What the rest of the kernel sees of our SAs: states of its own kind. */
#ifndef IPSEC_SHADOW_H
#define IPSEC_SHADOW_H

#include <net/xfrm.h>

#include "sa.h"

struct xfrm_state *ipsec_shadow_larval(struct net *net);
struct xfrm_state *ipsec_shadow(struct ipsec_sa *sa, u8 mode);
u8 ipsec_shadow_mode(const struct xfrm_state *x);
void ipsec_shadow_exit(struct ipsec_sa *sa);
int ipsec_shadow_mark(struct ipsec_sa *sa, u8 mode, struct sk_buff *skb);
bool ipsec_shadow_marked(const struct sk_buff *skb);

#endif /* IPSEC_SHADOW_H */
