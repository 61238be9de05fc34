/* SPDX-License-Identifier: GPL-2.0 */
/* The database of policies, the SPD (RFC 4301 4.4.1). */
#ifndef IPSEC_SPD_H
#define IPSEC_SPD_H

#include "policy.h"

struct netlink_ext_ack;

int ipsec_spd_init(struct ipsec_net *inet);
void ipsec_spd_exit(struct ipsec_net *inet);

struct ipsec_spd_view;

int ipsec_spd_insert(struct ipsec_policy *policy, struct netlink_ext_ack *extack);
void ipsec_spd_remove(struct ipsec_policy *policy);
struct ipsec_policy *ipsec_spd_find(struct ipsec_net *inet, const struct ipsec_policy *like);
struct ipsec_policy *ipsec_spd_find_any(struct ipsec_net *inet, const struct ipsec_policy *like);
struct ipsec_policy *ipsec_spd_find_id(struct ipsec_net *inet, u32 id);
struct ipsec_policy *ipsec_spd_first(struct ipsec_net *inet);
struct ipsec_policy *ipsec_spd_next(struct ipsec_policy *policy);
struct ipsec_policy *ipsec_spd_after(struct ipsec_net *inet, u8 dir, u32 priority, u32 id);
bool ipsec_spd_empty(const struct ipsec_net *inet);

struct ipsec_spd_view *ipsec_spd_prepare(struct ipsec_net *inet, const struct list_head *changed);
void ipsec_spd_publish(struct ipsec_net *inet, struct ipsec_spd_view *view);

struct ipsec_policy *ipsec_spd_lookup(struct ipsec_net *inet, u8 dir,
				      const struct ipsec_key *key);

/**
 * ipsec_spd_discards() - what happens to packets that no policy matches
 * @inet: the namespace
 * @which: enum ipsec_discards
 *
 * Any context.
 *
 * Return: true: they are dropped, as RFC 4301 5 wants it; false: they pass in clear.
 */
static inline bool ipsec_spd_discards(const struct ipsec_net *inet, u8 which)
{
	return READ_ONCE(inet->discards) & which;
}

#endif /* IPSEC_SPD_H */
