// SPDX-License-Identifier: GPL-2.0
/* Policies: what is done to which packets (RFC 4301 4.4.1). */
#include <linux/jhash.h>
#include <linux/module.h>

#include "policy.h"

static struct ipsec_counter_pool policy_counters = {
	.lock = __SPIN_LOCK_UNLOCKED(policy_counters.lock),
	.roomy = LIST_HEAD_INIT(policy_counters.roomy),
	.size = sizeof(struct ipsec_policy_cpu),
};

/**
 * ipsec_policy_alloc() - make a policy that has no counters
 * @inet: the namespace
 * @n_selectors: room for so many
 * @gfp: how memory is asked for
 *
 * Any context. The policy pins the module.
 *
 * Return: a policy with one reference to be filled in, or NULL.
 */
struct ipsec_policy *ipsec_policy_alloc(struct ipsec_net *inet, unsigned int n_selectors,
					gfp_t gfp)
{
	struct ipsec_policy *policy;

	policy = kzalloc(struct_size(policy, selector, n_selectors), gfp);
	if (!policy)
		return NULL;
	__module_get(THIS_MODULE);
	policy->inet = inet;
	policy->n_selectors = n_selectors;
	skb_queue_head_init(&policy->held);
	INIT_HLIST_NODE(&policy->hold_node);
	INIT_LIST_HEAD(&policy->txn_node);
	refcount_set(&policy->refcnt, 1);
	return policy;
}

/**
 * ipsec_policy_create() - make a policy that is in no SPD yet
 * @inet: the namespace
 * @n_selectors: room for so many
 *
 * Process context. The policy pins the module.
 *
 * Return: a policy with one reference to be filled in, or NULL.
 */
struct ipsec_policy *ipsec_policy_create(struct ipsec_net *inet, unsigned int n_selectors)
{
	struct ipsec_policy *policy = ipsec_policy_alloc(inet, n_selectors, GFP_KERNEL);

	if (!policy)
		return NULL;
	policy->cpu = ipsec_counter_get(&policy_counters, &policy->cpu_chunk);
	if (policy->cpu)
		return policy;
	ipsec_policy_put(policy);
	return NULL;
}

/**
 * ipsec_policy_copy() - make another policy that is like one
 * @policy: the policy
 *
 * Process context. The copy is in no SPD, has no id, no front, and has decided about no packet.
 *
 * Return: a policy with one reference, or NULL: no memory.
 */
struct ipsec_policy *ipsec_policy_copy(const struct ipsec_policy *policy)
{
	struct ipsec_policy *copy = ipsec_policy_create(policy->inet, policy->n_selectors);

	if (!copy)
		return NULL;
	if (policy->name) {
		copy->name = kstrdup(policy->name, GFP_KERNEL);
		if (!copy->name) {
			ipsec_policy_put(copy);
			return NULL;
		}
	}
	copy->priority = policy->priority;
	copy->flags = policy->flags;
	copy->dir = policy->dir;
	copy->tag = policy->tag;
	copy->action = policy->action;
	copy->n_specs = policy->n_specs;
	copy->hash = policy->hash;
	memcpy(copy->spec, policy->spec, sizeof(copy->spec));
	memcpy(copy->selector, policy->selector,
	       policy->n_selectors * sizeof(copy->selector[0]));
	return copy;
}

static void policy_free_rcu(struct rcu_head *rcu)
{
	struct ipsec_policy *policy = container_of(rcu, struct ipsec_policy, rcu);

	WARN_ON_ONCE(!skb_queue_empty(&policy->held));
	if (policy->cpu_chunk)
		ipsec_counter_put(&policy_counters, policy->cpu_chunk, policy->cpu);
	kfree(policy->name);
	kfree(policy->front);
	kfree(policy);
	module_put(THIS_MODULE);
}

/**
 * ipsec_policy_put() - give a reference back
 * @policy: the policy; freed with the last one after a grace period
 *
 * Any context.
 */
void ipsec_policy_put(struct ipsec_policy *policy)
{
	if (refcount_dec_and_test(&policy->refcnt))
		call_rcu(&policy->rcu, policy_free_rcu);
}

/**
 * ipsec_policy_hash() - complete a policy whose identity is filled in
 * @policy: direction, flags, tag and selectors are set
 */
void ipsec_policy_hash(struct ipsec_policy *policy)
{
	u32 ways = policy->flags & (NFIPSEC_POLICY_F_LOCAL | NFIPSEC_POLICY_F_FORWARDED);
	unsigned int i;
	u8 way = 0;

	if (ways == NFIPSEC_POLICY_F_LOCAL)
		way = IPSEC_KEY_LOCAL;
	else if (ways == NFIPSEC_POLICY_F_FORWARDED)
		way = IPSEC_KEY_FORWARDED;
	for (i = 0; i < policy->n_selectors; i++)
		policy->selector[i].way = way;
	policy->tag.sub = !!(policy->flags & NFIPSEC_POLICY_F_SUB);
	policy->hash = jhash(policy->selector,
			     policy->n_selectors * sizeof(policy->selector[0]),
			     jhash(&policy->tag, sizeof(policy->tag), policy->dir));
}

/* Whether two ends are known to differ: an address that is open may be any. */
static bool differs(const union ipsec_addr *a, u16 a_family, const union ipsec_addr *b,
		    u16 b_family)
{
	if (ipsec_addr_is_any(a) || ipsec_addr_is_any(b))
		return false;
	return a_family != b_family || ipsec_addr_cmp(a, b, a_family);
}

/**
 * ipsec_policy_check() - whether the specs of a policy can be done one around the other
 * @policy: its specs are filled in
 *
 * RFC 4301 4.5: what a tunnel has wrapped goes from one end of the tunnel to the other. A
 * transport mode SA around it takes just that way: between other ends it would be applied
 * to packets that never get there. Where a tunnel around it ends only routes can say.
 *
 * Return: NULL, or a sentence that says why not.
 */
const char *ipsec_policy_check(const struct ipsec_policy *policy)
{
	const struct ipsec_spec *tunnel = NULL, *spec;
	unsigned int i;

	for (i = 0; i < policy->n_specs; i++) {
		spec = &policy->spec[i];
		if (i && spec->mode == NFIPSEC_MODE_BEET)
			return "Only the innermost SA of a policy can be in BEET mode";
		if (spec->mode != NFIPSEC_MODE_TRANSPORT) {
			tunnel = spec->mode == NFIPSEC_MODE_ANY ? NULL : spec;
			continue;
		}
		if (tunnel && (differs(&tunnel->src, tunnel->family, &spec->src, spec->family) ||
			       differs(&tunnel->dst, tunnel->family, &spec->dst, spec->family)))
			return "The tunnel is not enclosed by the SA around it: its ends differ";
	}
	return NULL;
}

/**
 * ipsec_policy_sum() - the counters of a policy over all CPUs
 * @policy: the policy
 * @packets: packets that it decided about
 * @bytes: their length
 */
void ipsec_policy_sum(const struct ipsec_policy *policy, u64 *packets, u64 *bytes)
{
	int i;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(i) {
		const struct ipsec_policy_cpu *cpu = per_cpu_ptr(policy->cpu, i);

		*packets += READ_ONCE(cpu->packets);
		*bytes += READ_ONCE(cpu->bytes);
	}
}

/**
 * ipsec_policy_used() - when a policy decided about a packet last
 * @policy: the policy
 *
 * Return: nanoseconds since boot, 0: never.
 */
u64 ipsec_policy_used(const struct ipsec_policy *policy)
{
	u64 last = 0;
	int i;

	for_each_possible_cpu(i)
		last = max_t(u64, last, READ_ONCE(per_cpu_ptr(policy->cpu, i)->use_time));
	return last;
}
