/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to the databases, told upward: to the paths and to the netlink doors. */
#ifndef IPSEC_EVENT_H
#define IPSEC_EVENT_H

#include <linux/list.h>

#include "net.h"

struct ipsec_key;
struct ipsec_policy;
struct ipsec_quote;
struct ipsec_sa;
union ipsec_addr;

/**
 * struct ipsec_listener - somebody who wants to know
 * @node: in the list of listeners, set by ipsec_event_listen()
 * @sa_added: an SA is in the SADB
 * @sa_changed: an SA in the SADB has other limits or ports
 * @sa_pause_over: an SA pauses no longer: it sends again, or is gone and another in its place
 * @sa_gone: an SA has left the SADB; packets may still be under way with it
 * @sa_deleted: the same, of an SA that @sa_added has told of; one of many that were flushed, of
 *              which @sas_flushed tells in one word
 * @sas_flushed: all SAs of a protocol are gone, or of both: 0; once, after the others
 * @sa_expired: an SA has reached a limit of its lifetime, enum nfipsec_limit; a hard one: it
 *              is about to be deleted, or stops
 * @policy_added: a policy is in force
 * @policy_deleted: a policy is no longer in force; one of many that were flushed, of which
 *                  @policies_flushed tells in one word, or in whose place another has come
 * @policy_expired: the key manager says that a policy has reached a limit of its lifetime; a hard
 *                  one: it is no longer in force
 * @policies_flushed: all policies are gone, or all sub-policies; once, after the others
 * @spd_changed: a transaction has changed the SPD; once, after the others
 * @acquire: a packet needs an SA; packet path
 * @sa_mapping: NAT has given the peer of an SA another address or port; packet path
 * @sa_icmp: a router says that packets of an SA do not arrive; packet path
 *
 * Each may be NULL. All but @acquire, @sa_mapping and @sa_icmp run in process context under the
 * config mutex, after the change is visible to packets.
 */
struct ipsec_listener {
	struct list_head node;
	void (*sa_added)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_changed)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_pause_over)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_gone)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_deleted)(struct ipsec_net *inet, struct ipsec_sa *sa, bool flushed);
	void (*sas_flushed)(struct ipsec_net *inet, u8 proto);
	void (*sa_expired)(struct ipsec_net *inet, struct ipsec_sa *sa, unsigned int limit,
			   bool hard);
	void (*policy_added)(struct ipsec_net *inet, struct ipsec_policy *policy);
	void (*policy_deleted)(struct ipsec_net *inet, struct ipsec_policy *policy, bool told);
	void (*policy_expired)(struct ipsec_net *inet, struct ipsec_policy *policy, bool hard);
	void (*policies_flushed)(struct ipsec_net *inet, bool sub);
	void (*spd_changed)(struct ipsec_net *inet);
	void (*acquire)(struct ipsec_net *inet, const struct ipsec_policy *policy,
			const struct ipsec_key *key);
	void (*sa_mapping)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_icmp)(struct ipsec_net *inet, struct ipsec_sa *sa,
			const struct ipsec_quote *quote, const union ipsec_addr *router);
};

void ipsec_event_listen(struct ipsec_listener *listener);
void ipsec_event_sa_added(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_changed(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_pause_over(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_gone(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_deleted(struct ipsec_net *inet, struct ipsec_sa *sa, bool flushed);
void ipsec_event_sas_flushed(struct ipsec_net *inet, u8 proto);
void ipsec_event_sa_expired(struct ipsec_net *inet, struct ipsec_sa *sa, unsigned int limit,
			    bool hard);
void ipsec_event_policy_added(struct ipsec_net *inet, struct ipsec_policy *policy);
void ipsec_event_policy_deleted(struct ipsec_net *inet, struct ipsec_policy *policy, bool told);
void ipsec_event_policy_expired(struct ipsec_net *inet, struct ipsec_policy *policy, bool hard);
void ipsec_event_policies_flushed(struct ipsec_net *inet, bool sub);
void ipsec_event_spd_changed(struct ipsec_net *inet);
void ipsec_event_acquire(struct ipsec_net *inet, const struct ipsec_policy *policy,
			 const struct ipsec_key *key);
void ipsec_event_sa_mapping(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_icmp(struct ipsec_net *inet, struct ipsec_sa *sa,
			 const struct ipsec_quote *quote, const union ipsec_addr *router);

#endif /* IPSEC_EVENT_H */
