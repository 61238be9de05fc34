/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to the databases, told upward: to the paths and to the netlink doors. */
#ifndef IPSEC_EVENT_H
#define IPSEC_EVENT_H

#include <linux/list.h>

#include "net.h"

struct ipsec_key;
struct ipsec_policy;
struct ipsec_sa;

/**
 * struct ipsec_listener - somebody who wants to know
 * @node: in the list of listeners, set by ipsec_event_listen()
 * @sa_added: an SA is in the SADB
 * @sa_gone: an SA has left the SADB; packets may still be under way with it
 * @sa_deleted: the same, of an SA that @sa_added has told of
 * @sa_expired: an SA has reached a limit of its lifetime, enum nfipsec_limit; a hard one: it
 *              is about to be deleted, or stops
 * @policy_added: a policy is in force
 * @policy_deleted: a policy is no longer in force
 * @spd_changed: a transaction has changed the SPD; once, after the others
 * @acquire: a packet needs an SA; packet path
 * @sa_mapping: NAT has given the peer of an SA another address or port; packet path
 *
 * Each may be NULL. All but @acquire and @sa_mapping run in process context under the config
 * mutex, after the change is visible to packets.
 */
struct ipsec_listener {
	struct list_head node;
	void (*sa_added)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_gone)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_deleted)(struct ipsec_net *inet, struct ipsec_sa *sa);
	void (*sa_expired)(struct ipsec_net *inet, struct ipsec_sa *sa, unsigned int limit,
			   bool hard);
	void (*policy_added)(struct ipsec_net *inet, struct ipsec_policy *policy);
	void (*policy_deleted)(struct ipsec_net *inet, struct ipsec_policy *policy);
	void (*spd_changed)(struct ipsec_net *inet);
	void (*acquire)(struct ipsec_net *inet, const struct ipsec_policy *policy,
			const struct ipsec_key *key);
	void (*sa_mapping)(struct ipsec_net *inet, struct ipsec_sa *sa);
};

void ipsec_event_listen(struct ipsec_listener *listener);
void ipsec_event_sa_added(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_gone(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_deleted(struct ipsec_net *inet, struct ipsec_sa *sa);
void ipsec_event_sa_expired(struct ipsec_net *inet, struct ipsec_sa *sa, unsigned int limit,
			    bool hard);
void ipsec_event_policy_added(struct ipsec_net *inet, struct ipsec_policy *policy);
void ipsec_event_policy_deleted(struct ipsec_net *inet, struct ipsec_policy *policy);
void ipsec_event_spd_changed(struct ipsec_net *inet);
void ipsec_event_acquire(struct ipsec_net *inet, const struct ipsec_policy *policy,
			 const struct ipsec_key *key);
void ipsec_event_sa_mapping(struct ipsec_net *inet, struct ipsec_sa *sa);

#endif /* IPSEC_EVENT_H */
