/* SPDX-License-Identifier: GPL-2.0 */
/* Transactions: the only way to change a SADB or an SPD. All of it or nothing. */
#ifndef IPSEC_TXN_H
#define IPSEC_TXN_H

#include "sa.h"
#include "spd.h"

/**
 * struct ipsec_txn - changes that take effect together
 * @inet: the namespace, its config mutex is held from begin to commit or abort
 * @sas: SAs that are added or deleted, in the order of the operations
 * @policies: policies that are added or deleted
 * @flush: SAs are flushed
 * @flush_proto: those of this protocol, 0: of both
 * @flush_policies: policies are flushed that are no sub-policies
 * @flush_subs: sub-policies are flushed
 * @discards: what struct ipsec_net.discards will be
 */
struct ipsec_txn {
	struct ipsec_net *inet;
	struct list_head sas;
	struct list_head policies;
	bool flush;
	u8 flush_proto;
	bool flush_policies;
	bool flush_subs;
	u8 discards;
};

void ipsec_txn_begin(struct ipsec_txn *txn, struct ipsec_net *inet);
int ipsec_txn_end(struct ipsec_txn *txn, int err, struct netlink_ext_ack *extack);
int ipsec_txn_commit(struct ipsec_txn *txn, struct netlink_ext_ack *extack);
void ipsec_txn_abort(struct ipsec_txn *txn);

int ipsec_txn_add_sa(struct ipsec_txn *txn, struct ipsec_sa *sa, struct netlink_ext_ack *extack);
void ipsec_txn_delete_sa(struct ipsec_txn *txn, struct ipsec_sa *sa);
void ipsec_txn_replace_sa(struct ipsec_txn *txn, struct ipsec_sa *sa);
int ipsec_txn_add_paused_sa(struct ipsec_txn *txn, struct ipsec_sa *sa,
			    struct netlink_ext_ack *extack);
void ipsec_txn_pause_sa(struct ipsec_txn *txn, struct ipsec_sa *sa);
void ipsec_txn_flush_sas(struct ipsec_txn *txn, u8 proto);
int ipsec_txn_add_policy(struct ipsec_txn *txn, struct ipsec_policy *policy,
			 struct netlink_ext_ack *extack);
void ipsec_txn_replace_policy(struct ipsec_txn *txn, struct ipsec_policy *policy);
void ipsec_txn_delete_policy(struct ipsec_txn *txn, struct ipsec_policy *policy);
void ipsec_txn_flush_policies(struct ipsec_txn *txn, bool subs, bool mains);
void ipsec_txn_clear_defaults(struct ipsec_txn *txn);
void ipsec_txn_set_default(struct ipsec_txn *txn, u8 which, bool discard);

#endif /* IPSEC_TXN_H */
