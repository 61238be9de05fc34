// SPDX-License-Identifier: GPL-2.0
/*
 * Bundles: the SAs that protect a packet and the route it then takes, cached as a dst.
 *
 * The dst has the shape of the kernel's own struct xfrm_dst, so that firewalls
 * (dst->xfrm), conntrack, NAT and flowtables treat the packet as one on its way into
 * IPsec. There is one for all packets that the same SAs protect; attaching it allocates
 * nothing.
 */
#include <linux/module.h>
#include <net/ip6_route.h>
#include <net/route.h>

#include "bundle.h"
#include "chain.h"
#include "couple.h"
#include "event.h"
#include "header.h"
#include "iface.h"
#include "pmtu.h"
#include "shadow.h"
#include "udpencap.h"

static struct kmem_cache *bundle_cache __read_mostly;
static ipsec_dst_output_t bundle_output __read_mostly;

/* Protects the lists of bundles. Taken in the packet path only when a bundle is made. */
static DEFINE_SPINLOCK(bundle_lock);

static struct ipsec_bundle *from_dst(const struct dst_entry *dst)
{
	return container_of(dst, struct ipsec_bundle, xdst.u.dst);
}

/* Flowtables and sockets ask before they use a dst that they have kept. */
static struct dst_entry *bundle_check(struct dst_entry *dst, u32 cookie)
{
	struct ipsec_bundle *bundle = from_dst(dst);

	return ipsec_bundle_usable(bundle) ? dst : NULL;
}

static unsigned int bundle_dst_mtu(const struct dst_entry *dst)
{
	return ipsec_bundle_mtu(from_dst(dst));
}

static unsigned int bundle_advmss(const struct dst_entry *dst)
{
	return ipsec_bundle_mss(from_dst(dst));
}

static struct neighbour *bundle_neigh(const struct dst_entry *dst, struct sk_buff *skb,
				      const void *daddr)
{
	const struct dst_entry *child = from_dst(dst)->xdst.child;

	/* The address is one of the clear packet's family. */
	if (child->ops->family != dst->ops->family)
		return NULL;
	return child->ops->neigh_lookup(child, skb, daddr);
}

/* The kernel releases the child itself, and frees the memory after this. */
static void bundle_destroy(struct dst_entry *dst)
{
	struct ipsec_bundle *bundle = from_dst(dst);
	int i;

	for (i = 0; i < bundle->n; i++)
		ipsec_sa_put(bundle->sa[i]);
	if (!bundle->n)
		xfrm_state_put(dst->xfrm);
	module_put(THIS_MODULE);
}

#define BUNDLE_OPS(FAMILY) {			\
	.family = FAMILY,			\
	.check = bundle_check,			\
	.mtu = bundle_dst_mtu,			\
	.default_advmss = bundle_advmss,	\
	.neigh_lookup = bundle_neigh,		\
	.destroy = bundle_destroy,		\
}

static struct dst_ops bundle_ops4 = BUNDLE_OPS(AF_INET), bundle_ops6 = BUNDLE_OPS(AF_INET6);

/**
 * ipsec_bundle_of() - the bundle of a packet
 * @skb: a packet on its way out
 *
 * Return: the bundle, or NULL: the packet is not going to be protected.
 */
struct ipsec_bundle *ipsec_bundle_of(const struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	if (!dst || (dst->ops != &bundle_ops4 && dst->ops != &bundle_ops6))
		return NULL;
	return from_dst(dst);
}

/**
 * ipsec_bundle_usable() - whether a bundle still is what it was made for
 * @bundle: the bundle
 *
 * RCU read-side section.
 *
 * Return: false if an SA is gone, the route has changed or the device is gone.
 */
bool ipsec_bundle_usable(const struct ipsec_bundle *bundle)
{
	int i;

	if (bundle->xdst.u.dst.obsolete != DST_OBSOLETE_FORCE_CHK || !bundle->n)
		return false;
	for (i = 0; i < bundle->n; i++)
		if (READ_ONCE(bundle->sa[i]->use) != IPSEC_SA_SENDS)
			return false;
	return dst_check(bundle->xdst.child, bundle->xdst.path_cookie);
}

/* What fits inside all SAs of a bundle that are around one of them. */
static unsigned int fits_around(const struct ipsec_bundle *bundle, int step, unsigned int mtu)
{
	int i;

	for (i = bundle->n - 1; i > step; i--)
		mtu = ipsec_pmtu_inside(bundle->sa[i], bundle->mode[i], mtu);
	return mtu;
}

/**
 * ipsec_bundle_outside() - the largest protected packet that fits the path of a bundle
 * @bundle: the bundle, not larval
 *
 * Return: bytes, with the IP header.
 */
unsigned int ipsec_bundle_outside(const struct ipsec_bundle *bundle)
{
	return ipsec_pmtu_outside(bundle->sa[bundle->n - 1], bundle->xdst.child);
}

/**
 * ipsec_bundle_inside() - the largest packet that a bundle makes fit
 * @bundle: the bundle
 * @mtu: what the protected packet may be at most
 *
 * Return: bytes, with the IP header.
 */
unsigned int ipsec_bundle_inside(const struct ipsec_bundle *bundle, unsigned int mtu)
{
	return fits_around(bundle, -1, mtu);
}

/**
 * ipsec_bundle_payload() - the longest payload of one of its SAs that fits the path
 * @bundle: the bundle, not larval
 * @step: index of the SA
 * @headers: bytes before the SA's own header
 *
 * Return: bytes; 0 if nothing fits.
 */
unsigned int ipsec_bundle_payload(const struct ipsec_bundle *bundle, unsigned int step,
				  unsigned int headers)
{
	unsigned int mtu = fits_around(bundle, step, ipsec_bundle_outside(bundle));

	headers += ipsec_udpencap_len(bundle->sa[step]);
	if (mtu <= headers)
		return 0;
	return bundle->sa[step]->xform->payload_max(bundle->sa[step], mtu - headers);
}

/**
 * ipsec_bundle_df() - what is configured about DF of the protected packet (RFC 4301 8.1)
 * @bundle: the bundle
 *
 * An outer tunnel with the default copies what an inner one has set or cleared.
 *
 * Return: enum nfipsec_df.
 */
u8 ipsec_bundle_df(const struct ipsec_bundle *bundle)
{
	int i;

	for (i = bundle->n - 1; i >= 0; i--)
		if (bundle->sa[i]->outer.df != NFIPSEC_DF_COPY)
			return bundle->sa[i]->outer.df;
	return NFIPSEC_DF_COPY;
}

/**
 * ipsec_bundle_mtu() - the largest packet that fits the path of a bundle
 * @bundle: the bundle
 *
 * Return: bytes, with the IP header.
 */
unsigned int ipsec_bundle_mtu(const struct ipsec_bundle *bundle)
{
	unsigned int mtu;

	/* A larval bundle has no SA yet. */
	mtu = bundle->n ? ipsec_bundle_outside(bundle) : dst_mtu(bundle->xdst.child);
	mtu = ipsec_bundle_inside(bundle, mtu);
	/* RFC 8200 5: whatever the link, an IPv6 packet of this size must pass, if it can. */
	if (ipsec_bundle_family(bundle) == AF_INET6 && ipsec_bundle_df(bundle) != NFIPSEC_DF_SET)
		mtu = max_t(unsigned int, mtu, IPV6_MIN_MTU);
	return mtu;
}

/**
 * ipsec_bundle_mss() - the largest segment of TCP that fits the path of a bundle
 * @bundle: the bundle
 *
 * Return: bytes that it carries, or would without options of IP and TCP (RFC 6691).
 */
unsigned int ipsec_bundle_mss(const struct ipsec_bundle *bundle)
{
	unsigned int headers = ipsec_header_len(ipsec_bundle_family(bundle)) +
			       sizeof(struct tcphdr);

	return max(ipsec_bundle_mtu(bundle), headers) - headers;
}

/**
 * ipsec_bundle_path() - what fits the path that the packets of an SA take
 * @sa: an SA that is the innermost of what protects them
 * @outside: filled: the largest protected packet, in bytes with its IP header
 * @inside: filled: the largest packet before it is protected; 0: none
 *
 * RCU read-side section.
 *
 * Return: false: no packet has come since the SA was made, or its route changed.
 */
bool ipsec_bundle_path(const struct ipsec_sa *sa, unsigned int *outside, unsigned int *inside)
{
	const struct ipsec_bundle *bundle = rcu_dereference(sa->bundles);

	if (!bundle || !ipsec_bundle_usable(bundle))
		return false;
	*outside = ipsec_bundle_outside(bundle);
	*inside = ipsec_bundle_inside(bundle, *outside);
	return true;
}

/* What the kernel reads of an IPv4 route besides its dst. */
static void shape_v4(struct rtable *shape, const struct dst_entry *child)
{
	const struct rtable *rt = (const struct rtable *)child;

	shape->rt_type = RTN_UNICAST;
	if (child->ops->family != AF_INET)
		return;
	shape->rt_uses_gateway = rt->rt_uses_gateway;
	shape->rt_gw_family = rt->rt_gw_family;
	if (rt->rt_gw_family == AF_INET)
		shape->rt_gw4 = rt->rt_gw4;
	else if (rt->rt_gw_family == AF_INET6)
		shape->rt_gw6 = rt->rt_gw6;
}

/* The same of an IPv6 route. It has no idev, which all of the kernel's readers allow. */
static void shape_v6(struct rt6_info *shape, const struct dst_entry *child)
{
	const struct rt6_info *rt = (const struct rt6_info *)child;

	if (child->ops->family != AF_INET6)
		return;
	shape->rt6i_flags = rt->rt6i_flags & RTF_GATEWAY;
	shape->rt6i_gateway = rt->rt6i_gateway;
}

static u32 route_cookie(const struct dst_entry *route)
{
	return route->ops->family == AF_INET6 ? rt6_get_cookie((const struct rt6_info *)route) : 0;
}

static struct ipsec_bundle *bundle_alloc(struct ipsec_net *inet, u16 family,
					 struct dst_entry *child)
{
	struct ipsec_bundle *bundle;
	struct xfrm_dst *xdst;

	BUILD_BUG_ON(offsetof(struct ipsec_bundle, xdst.u.dst));
	bundle = dst_alloc(family == AF_INET6 ? &bundle_ops6 : &bundle_ops4, child->dev,
			   DST_OBSOLETE_FORCE_CHK, DST_NOXFRM | DST_NOPOLICY | DST_NOCOUNT);
	if (!bundle)
		return NULL;
	__module_get(THIS_MODULE);
	memset((u8 *)bundle + sizeof(struct dst_entry), 0,
	       sizeof(*bundle) - sizeof(struct dst_entry));
	INIT_LIST_HEAD(&bundle->node);
	bundle->inet = inet;
	xdst = &bundle->xdst;
	/* NAT that changes the source asks for the route again: it is this one. */
	xdst->route = ipsec_bundle_dst(bundle);
	xdst->child = child;
	xdst->path = child;
	xdst->path_cookie = route_cookie(child);
	if (family == AF_INET6)
		shape_v6(&xdst->u.rt6, child);
	else
		shape_v4(&xdst->u.rt, child);
	xdst->u.dst.output = bundle_output;
	return bundle;
}

/**
 * ipsec_bundle_larval() - a bundle for one packet whose SA is not there yet
 * @inet: the namespace
 * @route: the route that the packet has, any kind of dst
 *
 * So that the firewall sees the packet as one that will be protected, and drops it, if it
 * wants to, before it is held. RCU read-side section.
 *
 * Return: a bundle with one reference, or NULL: no memory.
 */
struct ipsec_bundle *ipsec_bundle_larval(struct ipsec_net *inet, struct dst_entry *route)
{
	struct ipsec_bundle *bundle;

	if (!dst_hold_safe(route))
		return NULL;
	bundle = bundle_alloc(inet, route->ops->family, route);
	if (!bundle) {
		dst_release(route);
		return NULL;
	}
	xfrm_state_hold(inet->larval);
	bundle->xdst.u.dst.xfrm = inet->larval;
	return bundle;
}

static struct ipsec_bundle *bundle_find(const struct ipsec_key *key,
					const struct ipsec_chain *chain)
{
	struct ipsec_bundle *bundle;

	for (bundle = rcu_dereference(chain->sa[0]->bundles); bundle;
	     bundle = rcu_dereference(bundle->next))
		if (bundle->n == chain->n &&
		    !memcmp(bundle->sa, chain->sa, chain->n * sizeof(chain->sa[0])) &&
		    !memcmp(bundle->mode, chain->mode, chain->n * sizeof(chain->mode[0])) &&
		    ipsec_bundle_family(bundle) == key->family && bundle->scope == key->scope &&
		    bundle->if_id == key->if_id && bundle->mark == chain->mark &&
		    ipsec_bundle_usable(bundle))
			return bundle;
	return NULL;
}

static void bundle_retired(struct rcu_head *head)
{
	dst_release(ipsec_bundle_dst(container_of(head, struct ipsec_bundle, retired)));
}

/*
 * Give the reference of the lists back after a grace period: the packets of RCU read-side
 * sections that have found the bundle there can take one when they have to wait. Flow caches may
 * point to it with a stamp that is right: a new generation makes them look again before that.
 */
static void bundle_retire(struct ipsec_bundle *bundle)
{
	ipsec_net_sadb_changed(bundle->inet);
	call_rcu(&bundle->retired, bundle_retired);
}

/* Take a bundle out of all lists. */
static void bundle_unlink(struct ipsec_bundle *bundle)
{
	struct ipsec_bundle __rcu **link = &bundle->sa[0]->bundles;
	struct ipsec_bundle *other;
	int i;

	lockdep_assert_held(&bundle_lock);
	while ((other = rcu_dereference_protected(*link, lockdep_is_held(&bundle_lock))) != bundle)
		link = &other->next;
	rcu_assign_pointer(*link, rcu_dereference_protected(bundle->next,
							    lockdep_is_held(&bundle_lock)));
	list_del_init(&bundle->node);
	for (i = 1; i < bundle->n; i++)
		bundle->sa[i]->outer_of--;
	bundle_retire(bundle);
}

/* Unlink what an innermost SA has that is no longer usable. */
static void bundle_prune(struct ipsec_sa *sa)
{
	struct ipsec_bundle *bundle, *next;

	lockdep_assert_held(&bundle_lock);
	bundle = rcu_dereference_protected(sa->bundles, lockdep_is_held(&bundle_lock));
	for (; bundle; bundle = next) {
		next = rcu_dereference_protected(bundle->next, lockdep_is_held(&bundle_lock));
		if (!ipsec_bundle_usable(bundle))
			bundle_unlink(bundle);
	}
}

/* Link a new bundle unless it has gone stale already: then it serves this one packet. */
static void bundle_link(struct ipsec_bundle *bundle)
{
	struct ipsec_sa *sa = bundle->sa[0];
	int i;

	spin_lock_bh(&bundle_lock);
	bundle_prune(sa);
	if (ipsec_bundle_usable(bundle)) {
		for (i = 1; i < bundle->n; i++)
			bundle->sa[i]->outer_of++;
		rcu_assign_pointer(bundle->next,
				   rcu_dereference_protected(sa->bundles,
							     lockdep_is_held(&bundle_lock)));
		list_add(&bundle->node, &bundle->inet->bundles);
		rcu_assign_pointer(sa->bundles, bundle);
	} else {
		bundle_retire(bundle);
	}
	spin_unlock_bh(&bundle_lock);
}

static struct dst_entry *route_v4(struct ipsec_net *inet, const struct ipsec_ends *ends, u32 scope,
				  u32 mark)
{
	struct flowi4 fl4 = {
		.daddr = ends->dst.v4,
		.saddr = ends->src.v4,
		.flowi4_oif = scope,
		.flowi4_mark = mark,
		/* A transport mode packet that is forwarded has a source that is not ours. */
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
	};
	struct rtable *rt = ip_route_output_key(inet->net, &fl4);

	return IS_ERR(rt) ? NULL : &rt->dst;
}

static struct dst_entry *route_v6(struct ipsec_net *inet, const struct ipsec_ends *ends, u32 scope,
				  u32 mark)
{
	struct flowi6 fl6 = {
		.flowi6_oif = scope,
		.flowi6_mark = mark,
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
	};
	struct dst_entry *dst;

	memcpy(&fl6.daddr, &ends->dst, sizeof(fl6.daddr));
	memcpy(&fl6.saddr, &ends->src, sizeof(fl6.saddr));
	dst = ip6_route_output(inet->net, NULL, &fl6);
	if (!dst->error)
		return dst;
	dst_release(dst);
	return NULL;
}

static struct dst_entry *outer_route(struct ipsec_net *inet, const struct ipsec_key *key,
				     const struct ipsec_chain *chain)
{
	struct ipsec_ends ends;

	ipsec_chain_ends(key, chain, &ends);
	return ends.family == AF_INET6 ? route_v6(inet, &ends, key->scope, chain->mark) :
					 route_v4(inet, &ends, key->scope, chain->mark);
}

static struct ipsec_bundle *bundle_create(struct ipsec_net *inet, const struct ipsec_key *key,
					  const struct ipsec_chain *chain,
					  enum ipsec_stat *reason)
{
	struct xfrm_state *shadow = ipsec_shadow(chain->sa[0], chain->mode[0]);
	struct ipsec_bundle *bundle;
	struct dst_entry *route;

	*reason = IPSEC_OUT_NO_MEMORY;
	if (!shadow)
		return NULL;
	route = outer_route(inet, key, chain);
	if (!route) {
		*reason = IPSEC_OUT_NO_ROUTE;
		return NULL;
	}
	if (key->if_id && ipsec_iface_loops(inet, key->if_id, route->dev)) {
		*reason = IPSEC_OUT_LINK_LOOP;
		dst_release(route);
		return NULL;
	}
	bundle = bundle_alloc(inet, key->family, route);
	if (!bundle) {
		dst_release(route);
		return NULL;
	}
	bundle->scope = key->scope;
	bundle->if_id = key->if_id;
	bundle->mark = chain->mark;
	bundle->xdst.u.dst.xfrm = shadow;
	for (; bundle->n < chain->n; bundle->n++) {
		ipsec_sa_hold(chain->sa[bundle->n]);
		bundle->sa[bundle->n] = chain->sa[bundle->n];
		bundle->mode[bundle->n] = chain->mode[bundle->n];
	}
	bundle_link(bundle);
	return bundle;
}

static void lacks(struct ipsec_flow *flow, const struct ipsec_chain *chain, unsigned long gen)
{
	flow->sadb_gen = gen;
	flow->awaits = chain->awaits;
	flow->pauses = chain->pauses;
}

/**
 * ipsec_bundle_get() - what protects the packets of a flow
 * @inet: the namespace
 * @flow: its policy says PROTECT
 * @reason: set to a drop reason if there is nothing; IPSEC_OUT_NO_SA: an SA is missing, and
 *          the flow knows which
 *
 * BH off, RCU read-side section, in which the bundle lives.
 *
 * Return: a bundle, or NULL.
 */
struct ipsec_bundle *ipsec_bundle_get(struct ipsec_net *inet, struct ipsec_flow *flow,
				      enum ipsec_stat *reason)
{
	/* Read before the SADB: whatever changes it afterwards makes the stamp wrong. */
	unsigned long gen = smp_load_acquire(&inet->sadb_gen);
	struct ipsec_bundle *bundle;
	struct ipsec_chain chain;

	if (flow->sadb_gen == gen && flow->bundle && ipsec_bundle_usable(flow->bundle))
		return flow->bundle;
	if (!ipsec_chain_find(inet, flow->policy, &flow->key, &chain)) {
		flow->bundle = NULL;
		lacks(flow, &chain, gen);
		*reason = IPSEC_OUT_NO_SA;
		return NULL;
	}
	bundle = bundle_find(&flow->key, &chain);
	if (!bundle)
		bundle = bundle_create(inet, &flow->key, &chain, reason);
	flow->bundle = bundle;
	flow->sadb_gen = gen;
	return bundle;
}

/**
 * ipsec_bundle_look_again() - whether a flow lacks an SA still, and which
 * @inet: the namespace
 * @flow: ipsec_bundle_get() has said so a moment ago; it says from now on what is missing now
 *
 * BH off, RCU read-side section. Looks once: who changes the SADB again and again delays nobody.
 *
 * Return: false: nothing is missing.
 */
bool ipsec_bundle_look_again(struct ipsec_net *inet, struct ipsec_flow *flow)
{
	/* As in ipsec_bundle_get(). */
	unsigned long gen = smp_load_acquire(&inet->sadb_gen);
	struct ipsec_chain chain;

	if (likely(flow->sadb_gen == gen))
		return true;
	if (ipsec_chain_find(inet, flow->policy, &flow->key, &chain))
		return false;
	lacks(flow, &chain, gen);
	return true;
}

/**
 * ipsec_bundle_lacks() - which policy names the SA that a flow lacks
 * @inet: the namespace
 * @flow: an SA is missing
 *
 * As in the kernel's own stack those of a sub-policy are asked for first. BH off, RCU read-side
 * section.
 *
 * Return: the policy of the flow, or of a couple the one of which an SA is missing.
 */
struct ipsec_policy *ipsec_bundle_lacks(struct ipsec_net *inet, const struct ipsec_flow *flow)
{
	struct ipsec_policy *policy = flow->policy;
	struct ipsec_chain chain;

	if (likely(!policy->main))
		return policy;
	if (!ipsec_couple_needs_sub(policy) ||
	    ipsec_chain_find(inet, policy->sub, &flow->key, &chain) || chain.pauses)
		return policy->main;
	return policy->sub;
}

/**
 * ipsec_bundle_drop_dev() - let go of all bundles that use a device
 * @inet: the namespace
 * @dev: a device that goes down or away
 *
 * Process context, rtnl held.
 */
void ipsec_bundle_drop_dev(struct ipsec_net *inet, const struct net_device *dev)
{
	struct ipsec_bundle *bundle, *next;

	spin_lock_bh(&bundle_lock);
	list_for_each_entry_safe(bundle, next, &inet->bundles, node) {
		struct dst_entry *dst = ipsec_bundle_dst(bundle);

		if (dst->dev != dev)
			continue;
		/* Whoever has kept it must not keep the device. */
		dst_dev_put(dst);
		bundle_unlink(bundle);
	}
	spin_unlock_bh(&bundle_lock);
}

/* No packet finds the SA any more; what was made with it goes, too. */
static void bundle_sa_gone(struct ipsec_net *inet, struct ipsec_sa *sa)
{
	struct ipsec_bundle *bundle, *next;

	spin_lock_bh(&bundle_lock);
	bundle_prune(sa);
	if (sa->outer_of)
		list_for_each_entry_safe(bundle, next, &inet->bundles, node)
			if (!ipsec_bundle_usable(bundle))
				bundle_unlink(bundle);
	spin_unlock_bh(&bundle_lock);
}

static struct ipsec_listener bundle_listener = {
	.sa_gone = bundle_sa_gone,
};

/**
 * ipsec_bundle_init() - make the pool of bundles
 * @output: where a packet goes that has a bundle as its dst
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_bundle_init(ipsec_dst_output_t output)
{
	bundle_cache = kmem_cache_create("nfipsec_bundle", sizeof(struct ipsec_bundle), 0,
					 SLAB_HWCACHE_ALIGN, NULL);
	if (!bundle_cache)
		return -ENOMEM;
	bundle_ops4.kmem_cachep = bundle_cache;
	bundle_ops6.kmem_cachep = bundle_cache;
	bundle_output = output;
	ipsec_event_listen(&bundle_listener);
	return 0;
}

/**
 * ipsec_bundle_exit() - free the pool of bundles
 *
 * Each bundle pins the module, so none is left; their last RCU callbacks may still run.
 */
void ipsec_bundle_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(bundle_cache);
}
