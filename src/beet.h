/* SPDX-License-Identifier: GPL-2.0 */
/* BEET mode: other addresses outside, and no header inside. */
#ifndef IPSEC_BEET_H
#define IPSEC_BEET_H

#include "stats.h"

struct ipsec_sa;
struct sk_buff;

enum ipsec_stat ipsec_beet_push(struct sk_buff *skb, const struct ipsec_sa *sa);
enum ipsec_stat ipsec_beet_pull(struct sk_buff *skb, const struct ipsec_sa *sa);

#endif /* IPSEC_BEET_H */
