// SPDX-License-Identifier: GPL-2.0
/*
 * Couples: a sub-policy and the policy that it leaves the rest to, as one.
 *
 * Where both protect a packet it goes under the SAs of both. So that few behind the lookup need
 * know of that, the two become a third policy, which has the specs of both: as for any other one,
 * all of its SAs must be there, and packets that arrive must have come under them in that order.
 * It is made for the first packet that meets both, and is in no SPD: the two are what is
 * configured, shown and asked for, and what decides about fragments behind the first one.
 */
#include <linux/hash.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "couple.h"

#define COUPLE_BITS	6

/* A couple has these flags if both policies do, and others if one does. */
#define BOTH_SAY	(NFIPSEC_POLICY_F_OPTIONAL | NFIPSEC_POLICY_F_NO_ACQUIRE | \
			 NFIPSEC_POLICY_F_STATEFUL_FRAGMENTS | NFIPSEC_POLICY_F_RELAY_ERRORS)

/**
 * struct ipsec_couples - the couples of one version of an SPD
 * @lock: taken to add one
 * @bucket: the couples, by a hash of both policies: first those for IPv4, then those for IPv6, as
 *          either policy may be for both
 */
struct ipsec_couples {
	spinlock_t lock;	/* @bucket */
	struct hlist_head bucket[2 << COUPLE_BITS];
};

static DEFINE_PER_CPU(struct ipsec_policy_cpu, none_cpu);

/* Drops packets: there was no memory for their couple. In no SPD, and for all namespaces. */
static struct ipsec_policy none = {
	.action = NFIPSEC_ACTION_DISCARD,
	.cpu = &none_cpu,
};

/**
 * ipsec_couple_is_none() - whether there was no memory for a couple
 * @policy: from ipsec_couple(), or any other
 *
 * Return: true: it drops packets for this reason, and only until there is memory.
 */
bool ipsec_couple_is_none(const struct ipsec_policy *policy)
{
	return policy == &none;
}

/**
 * ipsec_couples_create() - no couples, for a version of an SPD with sub-policies
 *
 * Process context.
 *
 * Return: the couples, or NULL: no memory.
 */
struct ipsec_couples *ipsec_couples_create(void)
{
	struct ipsec_couples *couples = kzalloc(sizeof(*couples), GFP_KERNEL);

	if (couples)
		spin_lock_init(&couples->lock);
	return couples;
}

/**
 * ipsec_couples_free() - free couples
 * @couples: those of a version of an SPD that no packet sees, or NULL
 *
 * One for which packets wait stays until they no longer do.
 */
void ipsec_couples_free(struct ipsec_couples *couples)
{
	struct ipsec_policy *couple;
	struct hlist_node *next;
	unsigned int i;

	if (!couples)
		return;
	for (i = 0; i < ARRAY_SIZE(couples->bucket); i++)
		hlist_for_each_entry_safe(couple, next, &couples->bucket[i], couple_node)
			ipsec_policy_put(couple);
	kfree(couples);
}

static void append(struct ipsec_policy *couple, const struct ipsec_policy *policy)
{
	struct ipsec_spec *spec;
	unsigned int i;

	for (i = 0; i < policy->n_specs; i++) {
		spec = &couple->spec[couple->n_specs++];
		*spec = policy->spec[i];
		spec->optional |= !!(policy->flags & NFIPSEC_POLICY_F_OPTIONAL);
	}
}

/* Where the kernel's own stack puts an SA of IPv6 among those of two policies. */
static int place(const struct ipsec_spec *spec)
{
	if (spec->mode != NFIPSEC_MODE_TRANSPORT)
		return 2;
	return spec->proto == IPPROTO_AH;
}

/* What has the same place stays in its order. */
static void sort(struct ipsec_policy *couple)
{
	struct ipsec_spec moved;
	unsigned int i, k;

	for (i = 1; i < couple->n_specs; i++) {
		moved = couple->spec[i];
		for (k = i; k && place(&couple->spec[k - 1]) > place(&moved); k--)
			couple->spec[k] = couple->spec[k - 1];
		couple->spec[k] = moved;
	}
}

/* Return: false: no packet can be protected so. */
static bool join(struct ipsec_policy *couple, const struct ipsec_policy *sub,
		 const struct ipsec_policy *main, u16 family)
{
	/* Only for the innermost SA of a packet it is known what it was populated from. */
	if ((sub->flags | main->flags) & NFIPSEC_POLICY_F_PFP)
		return false;
	if (sub->n_specs + main->n_specs > NFIPSEC_SPECS_MAX)
		return false;
	append(couple, sub);
	append(couple, main);
	if (family == AF_INET6)
		sort(couple);
	return !ipsec_policy_check(couple);
}

/* What the sub-policy counts is counted for both. */
static struct ipsec_policy *couple_create(struct ipsec_policy *sub, struct ipsec_policy *main,
					  u16 family)
{
	struct ipsec_policy *couple = ipsec_policy_alloc(sub->inet, 0, GFP_ATOMIC);

	if (!couple)
		return NULL;
	WRITE_ONCE(sub->coupled, true);
	WRITE_ONCE(main->coupled, true);
	couple->sub = sub;
	couple->main = main;
	couple->cpu = sub->cpu;
	couple->dir = sub->dir;
	couple->tag.if_id = sub->tag.if_id;
	couple->tag.mark.mask = sub->tag.mark.mask | main->tag.mark.mask;
	couple->tag.mark.value = sub->tag.mark.value | main->tag.mark.value;
	couple->flags = (sub->flags & main->flags) | ((sub->flags | main->flags) & ~BOTH_SAY);
	couple->action = NFIPSEC_ACTION_PROTECT;
	if (!join(couple, sub, main, family)) {
		couple->action = NFIPSEC_ACTION_DISCARD;
		couple->n_specs = 0;
	}
	return couple;
}

static struct ipsec_policy *couple_find(const struct hlist_head *bucket,
					const struct ipsec_policy *sub,
					const struct ipsec_policy *main)
{
	struct ipsec_policy *couple;

	hlist_for_each_entry_rcu(couple, bucket, couple_node)
		if (couple->sub == sub && couple->main == main)
			return couple;
	return NULL;
}

/**
 * ipsec_couple() - two policies that protect a packet, as one
 * @couples: those of the version of the SPD in which both are
 * @sub: the sub-policy
 * @main: the other one
 * @family: that of the packet
 *
 * RCU read-side section.
 *
 * Return: a policy with the specs of both, innermost those of the sub-policy. It drops packets if
 * they cannot be done one around the other, or there is no memory (ipsec_couple_is_none()).
 */
struct ipsec_policy *ipsec_couple(struct ipsec_couples *couples, struct ipsec_policy *sub,
				  struct ipsec_policy *main, u16 family)
{
	u32 hash = hash_32(hash_ptr(sub, 32) ^ hash_ptr(main, 32), COUPLE_BITS);
	struct hlist_head *bucket = &couples->bucket[(family == AF_INET6) << COUPLE_BITS | hash];
	struct ipsec_policy *couple = couple_find(bucket, sub, main);

	if (likely(couple))
		return couple;
	spin_lock_bh(&couples->lock);
	couple = couple_find(bucket, sub, main);
	if (!couple) {
		couple = couple_create(sub, main, family);
		if (couple)
			hlist_add_head_rcu(&couple->couple_node, bucket);
	}
	spin_unlock_bh(&couples->lock);
	return couple ?: &none;
}

/**
 * ipsec_couple_needs_sub() - whether packets need the SAs of the sub-policy
 * @couple: the couple
 *
 * Return: false: they go without. Where they go without either's, true if these are asked for.
 */
bool ipsec_couple_needs_sub(const struct ipsec_policy *couple)
{
	if (couple->flags & NFIPSEC_POLICY_F_OPTIONAL)
		return !(couple->sub->flags & NFIPSEC_POLICY_F_NO_ACQUIRE);
	return !(couple->sub->flags & NFIPSEC_POLICY_F_OPTIONAL);
}
