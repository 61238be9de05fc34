// SPDX-License-Identifier: GPL-2.0
/*
 * What the rest of the kernel sees of our SAs.
 *
 * Firewalls ask two questions: is this packet about to be protected (dst->xfrm), and did
 * it come in protected (the sec_path extension). Both are answered with struct
 * xfrm_state. Ours are shadows: never in the kernel's own SADB, they only describe.
 *
 * A shadow may outlive its SA inside a queued packet, and its type points into this
 * module, so each pins the module until the kernel's own garbage collection is done.
 */
#include <linux/module.h>

#include "shadow.h"

static void shadow_destructor(struct xfrm_state *x)
{
}

/* Read by the kernel when it checks a packet against a native policy, and when it frees. */
static const struct xfrm_type shadow_type = {
	.owner = THIS_MODULE,
	.destructor = shadow_destructor,
};

static const u8 shadow_modes[] = {
	[NFIPSEC_MODE_TRANSPORT]	= XFRM_MODE_TRANSPORT,
	[NFIPSEC_MODE_TUNNEL]		= XFRM_MODE_TUNNEL,
	[NFIPSEC_MODE_BEET]		= XFRM_MODE_BEET,
};

/**
 * ipsec_shadow_mode() - the mode that a shadow shows
 * @x: the shadow
 *
 * Return: enum nfipsec_mode, not ANY.
 */
u8 ipsec_shadow_mode(const struct xfrm_state *x)
{
	u8 mode = NFIPSEC_MODE_TRANSPORT;

	while (mode + 1 < ARRAY_SIZE(shadow_modes) && shadow_modes[mode] != x->props.mode)
		mode++;
	return mode;
}

static struct xfrm_state *shadow_create(const struct ipsec_sa *sa, u8 mode)
{
	struct xfrm_state *x = xfrm_state_alloc(sa->inet->net);

	if (!x)
		return NULL;
	__module_get(THIS_MODULE);
	x->type = &shadow_type;
	x->id.spi = sa->id.spi;
	x->id.proto = sa->id.proto;
	memcpy(&x->id.daddr, &sa->id.dst, sizeof(x->id.daddr));
	memcpy(&x->props.saddr, &sa->src, sizeof(x->props.saddr));
	x->props.family = sa->id.family;
	x->props.reqid = sa->reqid;
	x->props.mode = shadow_modes[mode];
	/*
	 * The kernel drops what came out of a tunnel that its own, empty SPD does not know.
	 * States of offloaded tunnels are believed: our SPD has checked the packet.
	 */
	x->xso.type = XFRM_DEV_OFFLOAD_CRYPTO;
	/* It is in no table, so whoever holds the last reference may free it. */
	x->km.state = XFRM_STATE_DEAD;
	return x;
}

/**
 * ipsec_shadow_larval() - what the rest of the kernel sees of SAs that are still to come
 * @net: the namespace
 *
 * Never part of a sec_path, so it needs no type and does not pin the module.
 *
 * Return: a shadow with one reference, or NULL: no memory.
 */
struct xfrm_state *ipsec_shadow_larval(struct net *net)
{
	struct xfrm_state *x = xfrm_state_alloc(net);

	if (!x)
		return NULL;
	x->id.proto = IPPROTO_ESP;
	x->props.family = AF_INET;
	x->props.mode = XFRM_MODE_TUNNEL;
	x->km.state = XFRM_STATE_DEAD;
	return x;
}

/* An SA whose mode is that of the policy has two. */
static unsigned int shadow_index(u8 mode)
{
	return mode == NFIPSEC_MODE_TUNNEL;
}

/**
 * ipsec_shadow() - the shadow of an SA
 * @sa: the SA
 * @mode: enum nfipsec_mode, the one it is used in
 *
 * Any context. Made when it is first asked for.
 *
 * Return: the shadow, which lives as long as the SA, or NULL: no memory.
 */
struct xfrm_state *ipsec_shadow(struct ipsec_sa *sa, u8 mode)
{
	struct xfrm_state **shadow = &sa->shadow[shadow_index(mode)];
	struct xfrm_state *x = READ_ONCE(*shadow), *other;

	if (likely(x))
		return x;
	x = shadow_create(sa, mode);
	if (!x)
		return NULL;
	other = cmpxchg(shadow, NULL, x);
	if (!other)
		return x;
	xfrm_state_put(x);
	return other;
}

/**
 * ipsec_shadow_exit() - let go of an SA's shadow and marks
 * @sa: an SA that is being freed
 */
void ipsec_shadow_exit(struct ipsec_sa *sa)
{
	int cpu, i;

	for (i = 0; i < ARRAY_SIZE(sa->shadow); i++) {
		if (sa->cpu)
			for_each_possible_cpu(cpu)
				kfree_skb(per_cpu_ptr(sa->cpu, cpu)->mark[i]);
		if (sa->shadow[i])
			xfrm_state_put(sa->shadow[i]);
	}
}

/* Append the SA to the sec_path of a packet. */
static int mark_append(struct ipsec_sa *sa, u8 mode, struct sk_buff *skb)
{
	struct xfrm_state *x = ipsec_shadow(sa, mode);
	struct sec_path *sp;

	if (!x)
		return -ENOMEM;
	sp = secpath_set(skb);
	if (!sp)
		return -ENOMEM;
	/* An empty one would panic the kernel; a full one belongs to somebody else's SAs. */
	if (sp->len == XFRM_MAX_DEPTH)
		return -ENOSPC;
	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	return 0;
}

static struct sk_buff *mark_template(struct ipsec_sa *sa, u8 mode)
{
	struct sk_buff *template = alloc_skb(0, GFP_ATOMIC);

	if (template && mark_append(sa, mode, template)) {
		kfree_skb(template);
		return NULL;
	}
	return template;
}

/**
 * ipsec_shadow_mark() - mark a packet as having come in under an SA
 * @sa: the SA
 * @mode: enum nfipsec_mode, the one it was used in
 * @skb: the packet
 *
 * BH off. Extensions are reference counted and copied on write, so all packets of an SA
 * on a CPU share one that was made for the first of them: no allocation, no shared
 * counter.
 *
 * Return: 0, or a negative errno.
 */
int ipsec_shadow_mark(struct ipsec_sa *sa, u8 mode, struct sk_buff *skb)
{
	struct sk_buff **mark = &this_cpu_ptr(sa->cpu)->mark[shadow_index(mode)];

	if (skb_has_extensions(skb))
		return mark_append(sa, mode, skb);
	if (unlikely(!*mark)) {
		*mark = mark_template(sa, mode);
		if (!*mark)
			return -ENOMEM;
	}
	__skb_ext_copy(skb, *mark);
	/* So that GRO, when it merges the packet into another, lets go of the extension. */
	skb->slow_gro = 1;
	return 0;
}

/**
 * ipsec_shadow_marked() - whether a packet came in under one of our SAs
 * @skb: a packet
 *
 * It then has passed the inbound policies (input.c).
 *
 * Return: true if it did.
 */
bool ipsec_shadow_marked(const struct sk_buff *skb)
{
	const struct sec_path *sp = skb_sec_path(skb);

	return sp && sp->len && sp->xvec[sp->len - 1]->type == &shadow_type;
}
