// SPDX-License-Identifier: GPL-2.0
/* What happened to the databases, told upward. */
#include "event.h"

/* Filled when the module is loaded, before anything can happen; never changed after. */
static LIST_HEAD(listeners);

/* Calls @event of each listener that has it. */
#define tell(event, ...)						\
do {									\
	const struct ipsec_listener *listener;				\
									\
	list_for_each_entry(listener, &listeners, node) {		\
		__auto_type call = listener->event;			\
									\
		if (call)						\
			call(__VA_ARGS__);				\
	}								\
} while (0)

/**
 * ipsec_event_listen() - add a listener
 * @listener: static; those added first are told first
 *
 * Only while the module is being loaded.
 */
void ipsec_event_listen(struct ipsec_listener *listener)
{
	list_add_tail(&listener->node, &listeners);
}

/**
 * ipsec_event_sa_added() - tell that an SA is in the SADB
 * @inet: the namespace, config held
 * @sa: the SA
 */
void ipsec_event_sa_added(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	lockdep_assert_held(&inet->config);
	tell(sa_added, inet, sa);
}

/**
 * ipsec_event_sa_changed() - tell that an SA in the SADB has other limits or ports
 * @inet: the namespace, config held
 * @sa: the SA
 */
void ipsec_event_sa_changed(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	lockdep_assert_held(&inet->config);
	tell(sa_changed, inet, sa);
}

/**
 * ipsec_event_sa_pause_over() - tell that an SA pauses no longer
 * @inet: the namespace, config held
 * @sa: the SA
 */
void ipsec_event_sa_pause_over(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	lockdep_assert_held(&inet->config);
	tell(sa_pause_over, inet, sa);
}

/**
 * ipsec_event_sa_gone() - tell that packets find an SA no more
 * @inet: the namespace, config held
 * @sa: the SA, the caller holds a reference
 */
void ipsec_event_sa_gone(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	lockdep_assert_held(&inet->config);
	tell(sa_gone, inet, sa);
}

/**
 * ipsec_event_sa_deleted() - tell that an SA has left the SADB
 * @inet: the namespace, config held
 * @sa: the SA, the caller holds a reference
 * @flushed: with all others, ipsec_event_sas_flushed() will tell
 */
void ipsec_event_sa_deleted(struct ipsec_net *inet, struct ipsec_sa *sa, bool flushed)
{
	lockdep_assert_held(&inet->config);
	tell(sa_deleted, inet, sa, flushed);
}

/**
 * ipsec_event_sas_flushed() - tell that all SAs have left the SADB
 * @inet: the namespace, config held
 * @proto: those of this protocol, 0: of both
 */
void ipsec_event_sas_flushed(struct ipsec_net *inet, u8 proto)
{
	lockdep_assert_held(&inet->config);
	tell(sas_flushed, inet, proto);
}

/**
 * ipsec_event_sa_expired() - tell that an SA has reached a limit of its lifetime
 * @inet: the namespace, config held
 * @sa: the SA
 * @limit: enum nfipsec_limit
 * @hard: it is the end of the SA
 */
void ipsec_event_sa_expired(struct ipsec_net *inet, struct ipsec_sa *sa, unsigned int limit,
			    bool hard)
{
	lockdep_assert_held(&inet->config);
	tell(sa_expired, inet, sa, limit, hard);
}

/**
 * ipsec_event_policy_added() - tell that a policy is in force
 * @inet: the namespace, config held
 * @policy: the policy
 */
void ipsec_event_policy_added(struct ipsec_net *inet, struct ipsec_policy *policy)
{
	lockdep_assert_held(&inet->config);
	tell(policy_added, inet, policy);
}

/**
 * ipsec_event_policy_deleted() - tell that a policy is no longer in force
 * @inet: the namespace, config held
 * @policy: the policy, the caller holds a reference
 * @told: it is one of all, or another takes its place, which is told of as well
 */
void ipsec_event_policy_deleted(struct ipsec_net *inet, struct ipsec_policy *policy, bool told)
{
	lockdep_assert_held(&inet->config);
	tell(policy_deleted, inet, policy, told);
}

/**
 * ipsec_event_policy_expired() - tell that a policy has reached a limit of its lifetime
 * @inet: the namespace, config held
 * @policy: the policy
 * @hard: it is no longer in force
 */
void ipsec_event_policy_expired(struct ipsec_net *inet, struct ipsec_policy *policy, bool hard)
{
	lockdep_assert_held(&inet->config);
	tell(policy_expired, inet, policy, hard);
}

/**
 * ipsec_event_policies_flushed() - tell that all policies were deleted
 * @inet: the namespace, config held
 * @sub: all sub-policies, else all others
 */
void ipsec_event_policies_flushed(struct ipsec_net *inet, bool sub)
{
	lockdep_assert_held(&inet->config);
	tell(policies_flushed, inet, sub);
}

/**
 * ipsec_event_spd_changed() - tell that another SPD is in force
 * @inet: the namespace, config held
 */
void ipsec_event_spd_changed(struct ipsec_net *inet)
{
	lockdep_assert_held(&inet->config);
	tell(spd_changed, inet);
}

/**
 * ipsec_event_acquire() - tell that a packet needs an SA
 * @inet: the namespace
 * @policy: the policy that demands it
 * @key: the packet
 *
 * Packet path: BH off, RCU read-side section.
 */
void ipsec_event_acquire(struct ipsec_net *inet, const struct ipsec_policy *policy,
			 const struct ipsec_key *key)
{
	tell(acquire, inet, policy, key);
}

/**
 * ipsec_event_sa_mapping() - tell that NAT has moved a peer
 * @inet: the namespace
 * @sa: the inbound SA; it says where its packets come from now
 *
 * Packet path: BH off, RCU read-side section.
 */
void ipsec_event_sa_mapping(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	tell(sa_mapping, inet, sa);
}

/**
 * ipsec_event_sa_icmp() - tell of an ICMP error about what an SA has protected
 * @inet: the namespace
 * @sa: the outbound SA
 * @quote: the error
 * @router: who has sent it, of the family of the SA
 *
 * Packet path: softirq, RCU read-side section.
 */
void ipsec_event_sa_icmp(struct ipsec_net *inet, struct ipsec_sa *sa,
			 const struct ipsec_quote *quote, const union ipsec_addr *router)
{
	tell(sa_icmp, inet, sa, quote, router);
}
