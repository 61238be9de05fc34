/* SPDX-License-Identifier: GPL-2.0 */
/* The stack in one network namespace. */
#ifndef IPSEC_NET_H
#define IPSEC_NET_H

#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "stats.h"

struct ipsec_fragments;
struct ipsec_sadb;
struct ipsec_spd;
struct ipsec_holding;
struct ipsec_expiry;
struct xfrm_state;

/**
 * DOC: locking
 *
 * @ipsec_net.config is the only lock of the control path: every change of a SADB or an
 * SPD happens inside one transaction (txn.h), which holds it. The packet path never takes
 * it. Order: genl_mutex, config, rtnl; the device notifier, under rtnl, never takes config.
 *
 * Packets read the SADB and the SPD under RCU. What they find lives until the end of
 * their read-side section; beyond it (asynchronous crypto, a held packet) they hold a
 * reference, taken where the section ends early (crypto.c, hold.c).
 *
 * Fields of a struct are marked: [I] never changes once visible, [C] config mutex,
 * [R] RCU, written under config, [A] atomic or per CPU, [L] a lock named beside it.
 */

/**
 * struct ipsec_net - the stack in one network namespace
 * @net: the namespace [I]
 * @config: serialises changes, see "locking"
 * @stats: counters [A]
 * @sadb: security associations [I]
 * @spd: policies [I]
 * @holding: packets that wait for an SA [I]
 * @fragments: first fragments, NULL before the first policy, owned by fragment.c [A]
 * @expiry: SAs that come to their ends [I]
 * @larval: what the rest of the kernel sees of an SA that is not there yet [I]
 * @bundles: all cached output bundles, owned by bundle.c (its lock)
 * @parked: packets in asynchronous crypto [A]
 * @spd_gen: generation of the SPD [A]
 * @sadb_gen: generation of the SADB [A]
 * @discards: directions (bits of enum nfipsec_dir) in which a packet is dropped that no policy
 *            matches; written under config [A]
 * @hooked: the netfilter hooks are in place [C]
 *
 * Generations are drawn from one counter for all namespaces, so a number that was seen
 * once names one state of one SPD or SADB. Whatever was derived from that state is right
 * as long as the number still stands here.
 */
struct ipsec_net {
	struct net *net;
	struct mutex config;	/* every change of the SADB and the SPD */
	struct ipsec_stats __percpu *stats;
	struct ipsec_sadb *sadb;
	struct ipsec_spd *spd;
	struct ipsec_holding *holding;
	struct ipsec_fragments *fragments;
	struct ipsec_expiry *expiry;
	struct xfrm_state *larval;
	struct list_head bundles;
	atomic_t parked;
	unsigned long spd_gen;
	unsigned long sadb_gen;
	u8 discards;
	bool hooked;
};

extern unsigned int ipsec_net_id;
extern struct workqueue_struct *ipsec_wq;

unsigned long ipsec_next_gen(void);
void ipsec_drop_note(struct ipsec_net *inet, const struct sk_buff *skb, enum ipsec_stat reason,
		     u32 spi);
void ipsec_drop(struct ipsec_net *inet, struct sk_buff *skb, enum ipsec_stat reason, u32 spi);

/**
 * ipsec_net() - the stack in a namespace
 * @net: a namespace that lives
 *
 * Return: never NULL.
 */
static inline struct ipsec_net *ipsec_net(const struct net *net)
{
	return net_generic(net, ipsec_net_id);
}

/**
 * ipsec_count() - count one packet
 * @inet: the namespace
 * @stat: what to count
 *
 * Any context.
 */
static inline void ipsec_count(struct ipsec_net *inet, enum ipsec_stat stat)
{
	this_cpu_inc(inet->stats->count[stat]);
}

#endif /* IPSEC_NET_H */
