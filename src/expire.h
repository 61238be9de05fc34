/* SPDX-License-Identifier: GPL-2.0 */
/* SAs come to the end of their lifetimes (RFC 4301 4.4.2.1). */
#ifndef IPSEC_EXPIRE_H
#define IPSEC_EXPIRE_H

#include "quota.h"
#include "sa.h"

struct ipsec_txn;

int ipsec_expire_init(struct ipsec_net *inet);
void ipsec_expire_exit(struct ipsec_net *inet);
void ipsec_expire_listen(void);
void ipsec_expire_note(struct ipsec_sa *sa, unsigned int due);
void ipsec_expire_now(struct ipsec_txn *txn, struct ipsec_sa *sa, bool hard);
int ipsec_expire_renew(struct ipsec_sa *sa, const struct ipsec_limits *limits);

/**
 * ipsec_expire_is_over() - whether the lifetime of an SA is over
 * @sa: the SA
 *
 * Return: true if it is; then the SA is dead.
 */
static inline bool ipsec_expire_is_over(const struct ipsec_sa *sa)
{
	return atomic_read(&sa->due) & IPSEC_DUE_HARD;
}

/**
 * ipsec_expire_charge() - charge a packet to an SA
 * @sa: the SA
 * @bytes: length of the packet inside
 *
 * BH off, RCU read-side section.
 *
 * Return: false if that is more than the lifetime of the SA has left. No packet gets true
 * after that, on any CPU that has seen it.
 */
static inline bool ipsec_expire_charge(struct ipsec_sa *sa, unsigned int bytes)
{
	struct ipsec_quota *quota = rcu_dereference(sa->quota);
	unsigned int due;

	if (!quota)
		return true;
	if (ipsec_expire_is_over(sa))
		return false;
	due = ipsec_quota_charge(quota, bytes);
	if (unlikely(due))
		ipsec_expire_note(sa, due);
	return !(due & IPSEC_DUE_HARD);
}

#endif /* IPSEC_EXPIRE_H */
