/* SPDX-License-Identifier: GPL-2.0 */
/* NETLINK_XFRM: an SA that takes the place of another one, and goes on where that stands. */
#ifndef IPSEC_XFRM_SUCCESSOR_H
#define IPSEC_XFRM_SUCCESSOR_H

#include "sa.h"
#include "txn.h"
#include "xfrm_front.h"

/**
 * struct ipsec_xfrm_successor - an SA and what takes its place; zeroed: none does
 * @old: the SA, which sends no packets for the time being
 * @new: the other one, NULL: it has not been made
 */
struct ipsec_xfrm_successor {
	struct ipsec_sa *old;
	struct ipsec_sa *new;
};

struct ipsec_xfrm_front *ipsec_xfrm_successor_begin(struct ipsec_xfrm_successor *successor,
						    struct ipsec_txn *txn, struct ipsec_sa *old,
						    struct ipsec_sa_config *config);
int ipsec_xfrm_successor_add(struct ipsec_xfrm_successor *successor, struct ipsec_txn *txn,
			     struct ipsec_sa_config *config, struct netlink_ext_ack *extack);
int ipsec_xfrm_successors_end(struct ipsec_xfrm_successor *successors, unsigned int n,
			      struct ipsec_txn *txn, int err, struct netlink_ext_ack *extack);

#endif /* IPSEC_XFRM_SUCCESSOR_H */
