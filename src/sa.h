/* SPDX-License-Identifier: GPL-2.0 */
/* Security associations and their database, the SADB (RFC 4301 4.4.2). */
#ifndef IPSEC_SA_H
#define IPSEC_SA_H

#include <linux/jhash.h>
#include <linux/llist.h>
#include <linux/nfipsec.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "algo.h"
#include "counter.h"
#include "net.h"
#include "outer.h"
#include "quota.h"
#include "replay.h"
#include "selector.h"
#include "types.h"
#include "xform.h"

struct ipsec_bundle;
struct ipsec_crypto;
struct netlink_ext_ack;
struct xfrm_state;

#define IPSEC_SHADOWS	2	/* of an SA, one for each mode */

/**
 * struct ipsec_sa_id - what names an SA
 * @dst: destination address of the outer header
 * @family: of @dst
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @pad: zero
 * @spi: security parameters index, wire order
 *
 * Has no padding. SAs that differ in their sources may share all of it, see NFIPSEC_SA_F_SOURCE,
 * and so may those that are for different marks.
 */
struct ipsec_sa_id {
	union ipsec_addr dst;
	u16 family;
	u8 proto;
	u8 pad;
	__be32 spi;
};

/**
 * struct ipsec_encap - the ports of ESP in UDP (RFC 3948)
 * @sport: source port, wire order
 * @dport: destination port, wire order; 0: the SA does not send in UDP
 *
 * As in the packets of the SA: the peer's port is @sport of an inbound SA. Read and written as
 * one word.
 */
struct ipsec_encap {
	__be16 sport;
	__be16 dport;
} __aligned(4);

/**
 * struct ipsec_mapping - what NAT has made of the peer's address and port
 * @addr: source address of its packets
 * @port: their source port, wire order
 * @pad: zero, so that mappings can be compared as memory
 */
struct ipsec_mapping {
	union ipsec_addr addr;
	__be16 port;
	u16 pad;
};

/**
 * struct ipsec_sa_config - what a front end asks for
 * @id: name of the SA
 * @src: source address of the outer header
 * @mode: enum nfipsec_mode; ANY: that of the policy
 * @reqid: ties it to policies, 0: to none
 * @replay_window: packets
 * @flags: enum nfipsec_sa_flags
 * @seq_out: last sequence number sent
 * @seq_in: highest sequence number received
 * @encap: ports, for ESP in UDP
 * @mark: packets that it is for: inbound, what their mark is; outbound, what that of the policy is
 * @set_mark: what the mark of its packets becomes
 * @if_id: policies, and the link, that it is for
 * @selector: packets that it is for, or NULL: all
 * @n_selectors: how many
 * @limits: its lifetime
 * @past: what it has behind it, if it takes the place of another one
 * @enc: encryption algorithm, NULL for AH
 * @auth: integrity algorithm, NULL for combined modes
 * @enc_key: key of @enc, with its salt
 * @auth_key: key of @auth
 * @enc_key_len: bytes
 * @auth_key_len: bytes
 * @outer: fields of the outer header
 * @tfc: ESP: pad shorter payloads to this length, in bytes
 * @keepalive: ESP in UDP: seconds of silence before a NAT keepalive, 0: none are sent
 * @front: what the front end wants to keep with the SA, from kmalloc(), or NULL. Becomes the
 *         SA's if that is made
 */
struct ipsec_sa_config {
	struct ipsec_sa_id id;
	union ipsec_addr src;
	u8 mode;
	u32 reqid;
	u32 replay_window;
	u32 flags;
	u64 seq_out;
	u64 seq_in;
	struct ipsec_encap encap;
	struct ipsec_mark mark;
	struct ipsec_mark set_mark;
	u32 if_id;
	struct ipsec_selector *selector;
	unsigned int n_selectors;
	struct ipsec_limits limits;
	struct ipsec_past past;
	const struct ipsec_enc_algo *enc;
	const struct ipsec_auth_algo *auth;
	const u8 *enc_key;
	const u8 *auth_key;
	u16 enc_key_len;
	u16 auth_key_len;
	struct ipsec_outer outer;
	u16 tfc;
	u32 keepalive;
	void *front;
};

/**
 * struct ipsec_sa_cpu - what every packet writes
 * @packets: protected or authenticated
 * @bytes: of the packets inside
 * @drops: packets that died under this SA
 * @use_time: nanoseconds since boot, of the last packet
 * @first_time: nanoseconds since boot, of the first packet
 * @mark: carries the skb extension that says "came in under this SA", one for each of its
 *        shadows, see shadow.c
 *
 * @packets, @bytes and @drops by this_cpu operations, any context; the rest with BH off.
 */
struct ipsec_sa_cpu {
	unsigned long packets;
	unsigned long bytes;
	unsigned long drops;
	u64 use_time;
	u64 first_time;
	struct sk_buff *mark[IPSEC_SHADOWS];
};

/**
 * struct ipsec_pmtu - what the network has said may pass at most (RFC 4301 8.2.1)
 * @mtu: bytes of a protected packet with its IP header, 0: nothing was said
 * @since: jiffies when it was said
 * @expires: jiffies when it is to be forgotten
 * @router: who has said it, an address of the family of the SA's destination
 */
struct ipsec_pmtu {
	unsigned int mtu;
	unsigned long since;
	unsigned long expires;
	union ipsec_addr router;
};

/**
 * enum ipsec_txn_state - where an object stands in the running transaction
 * @IPSEC_TXN_NEW: it was added by it
 * @IPSEC_TXN_DOOMED: it will be deleted when it commits
 * @IPSEC_TXN_TOLD: so will all others be, or another takes its place, and that is what is told
 * @IPSEC_TXN_PAUSED: it sends nothing, nor does the one that takes its place, or whose it takes
 */
enum ipsec_txn_state {
	IPSEC_TXN_NEW		= 1 << 0,
	IPSEC_TXN_DOOMED	= 1 << 1,
	IPSEC_TXN_TOLD		= 1 << 2,
	IPSEC_TXN_PAUSED	= 1 << 3,
};

/**
 * enum ipsec_sa_use - whether packets are sent with an SA
 * @IPSEC_SA_SENDS: they are
 * @IPSEC_SA_PAUSES: they wait: another one is about to take its place and go on where it stands,
 *                   or it is that other one
 * @IPSEC_SA_ENDED: it has left the SADB, or is about to: nobody chooses it
 * @IPSEC_SA_SUCCEEDED: the same, and another one goes on where it stood
 */
enum ipsec_sa_use {
	IPSEC_SA_SENDS,
	IPSEC_SA_PAUSES,
	IPSEC_SA_ENDED,
	IPSEC_SA_SUCCEEDED,
};

/**
 * struct ipsec_sa - a security association
 * @id: name [I]
 * @src: source address of the outer header [I]
 * @xform: ESP or AH [I]
 * @crypto: keyed transforms, owned by crypto.c [I]
 * @replay: anti-replay window, used inbound [A]
 * @cpu: counters [A]
 * @cpu_chunk: where @cpu comes from [I]
 * @quota: what is left of its lifetime, NULL: it has no limits; see ipsec_expire_renew() [R]
 * @bundles: cached output bundles of which this SA is the innermost, owned by bundle.c
 *           (its lock)
 * @outer_of: bundles in which this SA is not the innermost (bundle.c's lock)
 * @use: enum ipsec_sa_use; written under config, but for what a packet ends by expire.c [A]
 * @shadow: what the rest of the kernel sees of this SA in transport and in tunnel mode, made
 *          when it is first asked for, owned by shadow.c [A]
 * @iv_base: counter IVs are this exclusive-or the sequence number [I]
 * @pmtu: what the network has said may pass at most (@pmtu_lock; its mtu and expires [A])
 * @reqid: ties it to policies [I]
 * @flags: enum nfipsec_sa_flags [I]
 * @mode: enum nfipsec_mode; ANY: that of the policy [I]
 * @iv_len: bytes of IV [I]
 * @icv_len: bytes of ICV [I]
 * @block: ciphertext is a multiple of this [I]
 * @iv: enum ipsec_iv [I]
 * @encap: ports, for ESP in UDP; whether there are any never changes [A]
 * @mark: packets that it is for; a part of its name [I]
 * @set_mark: what the mark of its packets becomes [I]
 * @if_id: policies, and the link, that it is for [I]
 * @selector: packets that it is for, or NULL: all [I]
 * @n_selectors: how many [I]
 * @tfc: shorter payloads are padded to this length, in bytes [I]
 * @unreachable: when a router said so last of its packets, in jiffies, or 0 (icmp_error.c,
 *               output.c) [A]
 * @outer: fields of the outer header; owns its DSCP map [I]
 * @seq: last sequence number sent; the one line that every outgoing packet writes [A]
 * @mapping: where the last packet that came in UDP came from (@mapping_lock)
 * @mapping_lock: for @mapping, taken when it changes
 * @pmtu_lock: for @pmtu, taken when it changes
 * @icmp_told: when an ICMP error was told last, in jiffies; 0: never (icmp_error.c) [A]
 * @inet: its namespace [I]
 * @by_id: in the table of full names [R]
 * @to: the SAs to its destination that have its if_id, owned by sa.c [C]
 * @by_dst: one of those [R]
 * @number: key in the SADB's index; later SAs have higher ones [I]
 * @refcnt: one for the SADB, one for each bundle and each packet in asynchronous crypto [A]
 * @txn_node: in the running transaction [C]
 * @txn_state: enum ipsec_txn_state [C]
 * @due: limits that were reached, IPSEC_DUE(); owned by expire.c [A]
 * @due_node: in the list of SAs of which packets have reached a limit (expire.c)
 * @told: those of @due that were told [C]
 * @deadline: when limits in seconds are to be looked at, nanoseconds since boot [C]
 * @deadline_node: in the tree of deadlines, or empty (expire.c) [C]
 * @keepalive: seconds of silence before a NAT keepalive, 0: none are sent [I]
 * @kept_time: when the last one was sent, nanoseconds since boot (keepalive.c) [C]
 * @keepalive_node: in the list of SAs that send some, or empty (keepalive.c) [C]
 * @retired: gives the reference of the SADB back after a grace period
 * @free_work: frees it in process context, after another
 * @add_time: nanoseconds since boot [I]
 * @enc: encryption algorithm, NULL for AH [I]
 * @auth: integrity algorithm, NULL for combined modes [I]
 * @enc_key_len: bytes [I]
 * @auth_key_len: bytes [I]
 * @keys: encryption key, then integrity key [I]
 * @front: of the front end that made it, which knows what it is, or NULL [I]
 */
struct ipsec_sa {
	struct ipsec_sa_id id;
	union ipsec_addr src;
	const struct ipsec_xform *xform;
	struct ipsec_crypto *crypto;
	struct ipsec_replay *replay;
	struct ipsec_sa_cpu __percpu *cpu;
	struct ipsec_counter_chunk *cpu_chunk;
	struct ipsec_quota __rcu *quota;
	struct ipsec_bundle __rcu *bundles;
	unsigned int outer_of;
	u32 use;
	struct xfrm_state *shadow[IPSEC_SHADOWS];
	u64 iv_base;
	struct ipsec_pmtu pmtu;
	u32 reqid;
	u32 flags;
	u8 mode;
	u8 iv_len;
	u8 icv_len;
	u8 block;
	u8 iv;
	u16 tfc;
	unsigned long unreachable;
	struct ipsec_outer outer;
	u8 n_selectors;
	struct ipsec_selector *selector;
	struct ipsec_encap encap;
	struct ipsec_mark mark;
	struct ipsec_mark set_mark;
	u32 if_id;

	atomic64_t seq ____cacheline_aligned_in_smp;

	struct ipsec_mapping mapping ____cacheline_aligned_in_smp;
	spinlock_t mapping_lock;	/* mapping */
	spinlock_t pmtu_lock;		/* pmtu */
	unsigned long icmp_told;

	struct ipsec_net *inet ____cacheline_aligned_in_smp;
	struct rhlist_head by_id;
	struct sa_dst *to;
	struct list_head by_dst;
	u32 number;
	refcount_t refcnt;
	struct list_head txn_node;
	u8 txn_state;
	atomic_t due;
	struct llist_node due_node;
	unsigned int told;
	u64 deadline;
	struct rb_node deadline_node;
	u32 keepalive;
	u64 kept_time;
	struct list_head keepalive_node;
	struct rcu_head retired;
	struct rcu_work free_work;
	u64 add_time;
	const struct ipsec_enc_algo *enc;
	const struct ipsec_auth_algo *auth;
	u16 enc_key_len;
	u16 auth_key_len;
	u8 *keys;
	void *front;
};

int ipsec_sadb_init(struct ipsec_net *inet);
void ipsec_sadb_exit(struct ipsec_net *inet);

void ipsec_sa_past(const struct ipsec_sa *sa, struct ipsec_past *past);
void ipsec_sa_config_of(const struct ipsec_sa *sa, struct ipsec_sa_config *config);
void ipsec_sa_pause(struct ipsec_sa *sa);
void ipsec_sa_resume(struct ipsec_sa *sa);
struct ipsec_sa *ipsec_sa_create(struct ipsec_net *inet, const struct ipsec_sa_config *config,
				 struct netlink_ext_ack *extack);
void ipsec_sa_put(struct ipsec_sa *sa);
void ipsec_sa_retire(struct ipsec_sa *sa);
int ipsec_sadb_insert(struct ipsec_sa *sa, struct netlink_ext_ack *extack);
void ipsec_sadb_remove(struct ipsec_sa *sa);
struct ipsec_sa *ipsec_sadb_find(struct ipsec_net *inet, const struct ipsec_sa_id *id,
				 const union ipsec_addr *src, const struct ipsec_mark *mark);
struct ipsec_sa *ipsec_sadb_next(struct ipsec_net *inet, u32 number);
u32 ipsec_sadb_number(struct ipsec_net *inet, u32 *buckets);
bool ipsec_sadb_empty(struct ipsec_net *inet);
void ipsec_sa_settle(void);

struct ipsec_sa *ipsec_sa_lookup(struct ipsec_net *inet, const struct ipsec_sa_id *id,
				 const union ipsec_addr *src, u32 mark);

/**
 * struct ipsec_sa_wanted - what an outbound SA must be like
 * @id: destination and protocol, and the SPI, or 0 for any
 * @tag: of the policy: the SA has its if_id, and is for its mark
 * @src: source of a tunnel mode SA, or NULL for any
 * @packet_src: source of the packet: that of a transport mode SA
 * @packet_dst: destination of the packet
 * @packet_family: of both
 * @key: the packet, NULL: selectors of SAs do not count
 * @pfp: what the selectors must have from the packet, NFIPSEC_POLICY_F_PFP flags
 * @mode: enum nfipsec_mode, ANY for either
 * @reqid: its reqid, or 0 for any
 * @pauses: set by ipsec_sa_newest(): the one that was found pauses
 */
struct ipsec_sa_wanted {
	struct ipsec_sa_id id;
	struct ipsec_tag tag;
	const union ipsec_addr *src;
	const union ipsec_addr *packet_src;
	const union ipsec_addr *packet_dst;
	u16 packet_family;
	const struct ipsec_key *key;
	u32 pfp;
	u8 mode;
	u32 reqid;
	bool pauses;
};

/**
 * ipsec_sa_towards() - under what those are found that a packet can be sent with
 * @id: destination and protocol
 * @if_id: of the policy
 *
 * Return: these, the if_id in the place of the SPI.
 */
static inline struct ipsec_sa_id ipsec_sa_towards(const struct ipsec_sa_id *id, u32 if_id)
{
	struct ipsec_sa_id key = *id;

	key.spi = (__force __be32)if_id;
	return key;
}

/**
 * ipsec_sa_awaited() - a number for what is found under the same, and has a reqid
 * @id: destination and protocol
 * @if_id: of the policy, and of the SA
 * @reqid: of the SA; or of the policy, 0: any
 *
 * So those who want an SA are found when it comes, with few others: asked with its reqid, and
 * with 0.
 *
 * Return: the number, never 0.
 */
static inline u32 ipsec_sa_awaited(const struct ipsec_sa_id *id, u32 if_id, u32 reqid)
{
	struct ipsec_sa_id key = ipsec_sa_towards(id, if_id);

	return jhash(&key, sizeof(key), reqid) ?: 1;
}

u8 ipsec_sa_mode(const struct ipsec_sa *sa, const struct ipsec_sa_wanted *wanted);
struct ipsec_sa *ipsec_sa_newest(struct ipsec_net *inet, struct ipsec_sa_wanted *wanted);

/**
 * struct ipsec_sa_sums - the counters of an SA over all CPUs
 * @packets: protected or authenticated
 * @bytes: of the packets inside
 * @drops: packets that died under this SA
 * @use_time: of the last packet, nanoseconds since boot, 0 if never used
 * @first_time: of the first packet, likewise
 */
struct ipsec_sa_sums {
	u64 packets;
	u64 bytes;
	u64 drops;
	u64 use_time;
	u64 first_time;
};

void ipsec_sa_sum(const struct ipsec_sa *sa, struct ipsec_sa_sums *sums);
void ipsec_sa_mapping(struct ipsec_sa *sa, struct ipsec_mapping *mapping);
bool ipsec_sa_advance(struct ipsec_sa *sa, u64 seq);
bool ipsec_sa_moved(struct ipsec_sa *sa, const struct ipsec_mapping *mapping);
void ipsec_sa_count(struct ipsec_sa *sa, unsigned int bytes);
void ipsec_sa_drop(struct ipsec_sa *sa, struct sk_buff *skb, unsigned int bytes,
		   enum ipsec_stat reason);

/**
 * ipsec_sa_quota() - the lifetime of an SA
 * @sa: the SA, config held or in an RCU read-side section
 *
 * Return: the quota, or NULL: it has no limits.
 */
static inline struct ipsec_quota *ipsec_sa_quota(const struct ipsec_sa *sa)
{
	return rcu_dereference_check(sa->quota, lockdep_is_held(&sa->inet->config));
}

/**
 * ipsec_sa_name_src() - the source, where it is part of the name of an SA
 * @sa: the SA
 *
 * Return: the source, or NULL.
 */
static inline const union ipsec_addr *ipsec_sa_name_src(const struct ipsec_sa *sa)
{
	return sa->flags & NFIPSEC_SA_F_SOURCE ? &sa->src : NULL;
}

/**
 * ipsec_sa_is_larval() - whether an SA has only a name as yet
 * @sa: the SA
 *
 * Return: true if it has no keys: nothing can be sent or received with it.
 */
static inline bool ipsec_sa_is_larval(const struct ipsec_sa *sa)
{
	return sa->flags & NFIPSEC_SA_F_LARVAL;
}

/**
 * ipsec_seq_max() - the last sequence number that an SA sends
 * @flags: enum nfipsec_sa_flags of the SA
 *
 * With ESN it could be twice as much. So the counter, which goes on when it is at its end,
 * has no way to come around; nobody will miss the second half.
 *
 * Return: the number.
 */
static inline u64 ipsec_seq_max(u32 flags)
{
	return flags & NFIPSEC_SA_F_ESN ? S64_MAX : U32_MAX;
}

/**
 * ipsec_sa_seq_is_over() - whether a sequence number is behind the last one of an SA
 * @sa: the SA
 * @seq: the number, as the SA counts
 *
 * Where the numbers on the wire may begin again the SA goes on counting: its IVs do not repeat.
 *
 * Return: true if it is.
 */
static inline bool ipsec_sa_seq_is_over(const struct ipsec_sa *sa, u64 seq)
{
	return seq > ipsec_seq_max(sa->flags) && !(sa->flags & NFIPSEC_SA_F_WRAP);
}

/**
 * ipsec_sa_seq_sent() - the last sequence number that an SA has sent
 * @sa: the SA
 *
 * Return: the number.
 */
static inline u64 ipsec_sa_seq_sent(const struct ipsec_sa *sa)
{
	u64 seq = atomic64_read(&sa->seq);

	/* The counter goes on when it has reached the last number that is sent. */
	if (!(sa->flags & NFIPSEC_SA_F_WRAP))
		return min(seq, ipsec_seq_max(sa->flags));
	return lower_32_bits(seq);
}

/**
 * ipsec_sa_hold() - take a reference
 * @sa: an SA that cannot go away meanwhile: found in this RCU read-side section, or referenced
 */
static inline void ipsec_sa_hold(struct ipsec_sa *sa)
{
	refcount_inc(&sa->refcnt);
}

#endif /* IPSEC_SA_H */
