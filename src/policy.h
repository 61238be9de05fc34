/* SPDX-License-Identifier: GPL-2.0 */
/* Policies: what is done to which packets (RFC 4301 4.4.1). */
#ifndef IPSEC_POLICY_H
#define IPSEC_POLICY_H

#include <linux/nfipsec.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/skbuff.h>
#include <linux/timekeeping.h>

#include "clock.h"
#include "counter.h"
#include "net.h"
#include "selector.h"

/**
 * struct ipsec_spec - one step of what is done to a packet
 * @src: source of the SA, or any: not looked at
 * @dst: destination of the SA, or any: that of the packet
 * @reqid: reqid of the SA, 0: any
 * @spi: SPI of the SA, wire order, 0: any
 * @family: of @src and @dst, AF_UNSPEC if neither was given
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @mode: enum nfipsec_mode
 * @optional: packets go, and may come, without the SA
 *
 * Source and destination are those of the SA in the direction of the policy.
 */
struct ipsec_spec {
	union ipsec_addr src;
	union ipsec_addr dst;
	u32 reqid;
	__be32 spi;
	u16 family;
	u8 proto;
	u8 mode;
	bool optional;
};

/**
 * struct ipsec_policy_cpu - what every packet writes
 * @packets: packets that the policy decided about
 * @bytes: their length
 * @use_time: of the last one, nanoseconds since boot
 */
struct ipsec_policy_cpu {
	unsigned long packets;
	unsigned long bytes;
	u64 use_time;
};

/**
 * struct ipsec_policy - an entry of the SPD
 * @inet: its namespace [I]
 * @id: unique in the namespace, later ones are higher [I]
 * @priority: lower is looked at first [I]
 * @flags: enum nfipsec_policy_flags [I]
 * @dir: enum nfipsec_dir [I]
 * @tag: the packets that it is for, besides its selectors [I]
 * @action: enum nfipsec_action [I]
 * @n_specs: number of @spec, 0 unless PROTECT [I]
 * @n_selectors: number of @selector [I]
 * @spec: innermost first [I]
 * @name: for the key manager, or NULL [I]
 * @front: of the front end that made it, from kmalloc(), or NULL [I]
 * @cpu: counters [A]
 * @main: of a couple: the policy that counts as well (couple.c), else NULL [I]
 * @sub: of a couple: the sub-policy, whose counters it has, else NULL [I]
 * @cpu_chunk: where @cpu comes from, NULL: it is another policy's [I]
 * @held: packets that wait for an SA, owned by hold.c [its own lock]
 * @hold_node: in the table of policies that hold packets, owned by hold.c
 * @awaits: its key there, owned by hold.c
 * @acquired: jiffies when requests for an SA began to be counted, owned by hold.c
 * @acquires: requests in the second since then, owned by hold.c
 * @node: in the tree of its direction, by @priority and @id [C]
 * @couple_node: of a couple: among those of its version of the SPD, owned by couple.c
 * @by_hash: in the table of identities [C]
 * @hash: of direction, tag and selectors [I]
 * @refcnt: one for the SPD, one while packets are held [A]
 * @txn_node: in the running transaction [C]
 * @coupled: some couple was made of it; any CPU may set it, and nobody clears it
 * @txn_state: enum ipsec_txn_state [C]
 * @rcu: frees it
 * @selector: a packet matches if it matches one of them [I]
 */
struct ipsec_policy {
	struct ipsec_net *inet;
	u32 id;
	u32 priority;
	u32 flags;
	u8 dir;
	u8 action;
	u8 n_specs;
	u16 n_selectors;
	struct ipsec_tag tag;
	struct ipsec_spec spec[NFIPSEC_SPECS_MAX];
	char *name;
	void *front;
	struct ipsec_policy_cpu __percpu *cpu;
	struct ipsec_policy *main;
	struct ipsec_policy *sub;
	struct ipsec_counter_chunk *cpu_chunk;

	struct sk_buff_head held;
	struct hlist_node hold_node;
	u32 awaits;
	unsigned long acquired;
	unsigned int acquires;

	union {
		struct rb_node node;
		struct hlist_node couple_node;
	};
	struct rhlist_head by_hash;
	u32 hash;
	refcount_t refcnt;
	struct list_head txn_node;
	bool coupled;
	u8 txn_state;
	struct rcu_head rcu;
	struct ipsec_selector selector[];
};

struct ipsec_policy *ipsec_policy_alloc(struct ipsec_net *inet, unsigned int n_selectors,
					gfp_t gfp);
struct ipsec_policy *ipsec_policy_create(struct ipsec_net *inet, unsigned int n_selectors);
struct ipsec_policy *ipsec_policy_copy(const struct ipsec_policy *policy);
void ipsec_policy_put(struct ipsec_policy *policy);
void ipsec_policy_hash(struct ipsec_policy *policy);
u64 ipsec_policy_used(const struct ipsec_policy *policy);
const char *ipsec_policy_check(const struct ipsec_policy *policy);
void ipsec_policy_sum(const struct ipsec_policy *policy, u64 *packets, u64 *bytes);

/**
 * ipsec_policy_count() - count a packet that a policy decided about
 * @policy: the policy
 * @bytes: length of the packet
 *
 * Any context.
 */
static inline void ipsec_policy_count(struct ipsec_policy *policy, unsigned int bytes)
{
	u64 now = ipsec_clock_now();

	do {
		this_cpu_inc(policy->cpu->packets);
		this_cpu_add(policy->cpu->bytes, bytes);
		if (this_cpu_read(policy->cpu->use_time) != now)
			this_cpu_write(policy->cpu->use_time, now);
		policy = policy->main;
	} while (unlikely(policy));
}

/**
 * ipsec_policy_hold() - take a reference
 * @policy: a policy that cannot go away meanwhile
 */
static inline void ipsec_policy_hold(struct ipsec_policy *policy)
{
	refcount_inc(&policy->refcnt);
}

#endif /* IPSEC_POLICY_H */
