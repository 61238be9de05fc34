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

/**
 * enum ipsec_discards - packets that are dropped if no policy matches
 * @IPSEC_DISCARD_LOCAL: those that arrive, and are for this host
 * @IPSEC_DISCARD_FORWARDED: those that arrive, and are for another one
 * @IPSEC_DISCARD_OUT: those that leave
 */
enum ipsec_discards {
	IPSEC_DISCARD_LOCAL	= 1 << 0,
	IPSEC_DISCARD_FORWARDED	= 1 << 1,
	IPSEC_DISCARD_OUT	= 1 << 2,
};

#define IPSEC_DISCARD_IN	(IPSEC_DISCARD_LOCAL | IPSEC_DISCARD_FORWARDED)

struct ipsec_fragments;
struct ipsec_sadb;
struct ipsec_spd;
struct ipsec_holding;
struct ipsec_sockets;
struct ipsec_early;
struct ipsec_ifaces;
struct ipsec_expiry;
struct ipsec_keepalives;
struct ipsec_xfrm;
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
 * @ifaces: links of kind xfrm, owned by iface.c [I]
 * @sockets: policies of sockets, owned by socket.c [I]
 * @holding: packets that wait for an SA [I]
 * @early: packets that came before the keys of their SA [I]
 * @fragments: first fragments, NULL before the first policy, owned by fragment.c [A]
 * @expiry: SAs that come to their ends [I]
 * @keepalives: SAs that send NAT keepalives, owned by keepalive.c [I]
 * @xfrm: the door NETLINK_XFRM, owned by xfrm.c [I]
 * @larval: what the rest of the kernel sees of an SA that is not there yet [I]
 * @bundles: all cached output bundles, owned by bundle.c (its lock)
 * @parked: packets in asynchronous crypto [A]
 * @spd_gen: generation of the SPD [A]
 * @sadb_gen: generation of the SADB [A]
 * @discards: enum ipsec_discards; written under config [A]
 * @marks: the bits of marks that some policy or SA asks for, see ipsec_flow_mark(); written under
 *         config [A]
 * @mark_users: of each of these bits, by how many [C]
 * @ways: policies that are only for packets that go one way, see ipsec_flow_way(); written under
 *        config [A]
 * @devs: selectors that are only for one device, see ipsec_flow_dev(); written under config [A]
 * @hooked: the netfilter hooks are in place; read without config where a late answer does no harm
 *          [C]
 * @sockets_protect: some socket has a policy that protects [A]
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
	struct ipsec_ifaces *ifaces;
	struct ipsec_sockets *sockets;
	struct ipsec_holding *holding;
	struct ipsec_early *early;
	struct ipsec_fragments *fragments;
	struct ipsec_expiry *expiry;
	struct ipsec_keepalives *keepalives;
	struct ipsec_xfrm *xfrm;
	struct xfrm_state *larval;
	struct list_head bundles;
	atomic_t parked;
	unsigned long spd_gen;
	unsigned long sadb_gen;
	u8 discards;
	u32 marks;
	u32 ways;
	u32 devs;
	u32 mark_users[32];
	bool hooked;
	bool sockets_protect;
};

extern unsigned int ipsec_net_id;
extern struct workqueue_struct *ipsec_wq;

unsigned long ipsec_next_gen(void);
void ipsec_net_sadb_changed(struct ipsec_net *inet);
void ipsec_net_use_marks(struct ipsec_net *inet, u32 mask);
void ipsec_net_unuse_marks(struct ipsec_net *inet, u32 mask);
void ipsec_net_use_devs(struct ipsec_net *inet, u32 n);
void ipsec_net_unuse_devs(struct ipsec_net *inet, u32 n);
void ipsec_drop_note(struct ipsec_net *inet, const struct sk_buff *skb, enum ipsec_stat reason,
		     u32 spi);
void ipsec_drop(struct ipsec_net *inet, struct sk_buff *skb, enum ipsec_stat reason, u32 spi);
void ipsec_drop_as(struct ipsec_net *inet, struct sk_buff *skb, unsigned int bytes,
		   enum ipsec_stat reason, u32 spi);

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
 * ipsec_count() - count something whose bytes are not counted
 * @inet: the namespace
 * @stat: what to count
 *
 * Any context.
 */
static inline void ipsec_count(struct ipsec_net *inet, enum ipsec_stat stat)
{
	this_cpu_inc(inet->stats->count[stat].packets);
}

/**
 * ipsec_book() - count one packet and its bytes
 * @inet: the namespace
 * @stat: what to count: all that the laws of Documentation/counters.md, "The books", are about
 * @bytes: its bytes
 *
 * Any context.
 */
static inline void ipsec_book(struct ipsec_net *inet, enum ipsec_stat stat, u64 bytes)
{
	this_cpu_inc(inet->stats->count[stat].packets);
	this_cpu_add(inet->stats->count[stat].bytes, bytes);
}

/**
 * ipsec_bytes() - the bytes by which a packet is counted
 * @skb: a packet whose network header is set
 *
 * Return: how many it has from its IP header on, wherever its data begins.
 */
static inline unsigned int ipsec_bytes(const struct sk_buff *skb)
{
	return skb->len - skb_network_offset(skb);
}

#endif /* IPSEC_NET_H */
