/* SPDX-License-Identifier: GPL-2.0 */
/* Bundles: the SAs that protect a packet and the route it then takes, cached as a dst. */
#ifndef IPSEC_BUNDLE_H
#define IPSEC_BUNDLE_H

#include <net/xfrm.h>

#include "flow.h"
#include "sa.h"
#include "spd.h"

/**
 * struct ipsec_bundle - a cached dst whose output is ours
 * @xdst: what the rest of the kernel sees; its child is the route of the protected packet
 * @next: in the list of the innermost SA (bundle lock, read under RCU)
 * @node: in the list of the namespace (bundle lock)
 * @retired: gives the reference of the lists back after a grace period
 * @inet: the namespace [I]
 * @scope: interface that the route had to take, see struct ipsec_key [I]
 * @if_id: that of the link of kind xfrm which its packets go through, or 0 [I]
 * @mark: that of the route, where an SA sets some bits of it, else 0 [I]
 * @sa: the SAs, innermost first; a reference on each [I]
 * @mode: enum nfipsec_mode in which each of them is used, not ANY [I]
 * @n: number of @sa; 0: larval, made for one packet while the SA is not there [I]
 *
 * Never changes once a packet can have it. What makes it wrong (an SA dies, the route
 * changes) makes another one.
 */
struct ipsec_bundle {
	struct xfrm_dst xdst;
	struct ipsec_bundle __rcu *next;
	struct list_head node;
	struct rcu_head retired;
	struct ipsec_net *inet;
	u32 scope;
	u32 if_id;
	u32 mark;
	struct ipsec_sa *sa[NFIPSEC_SPECS_MAX];
	u8 mode[NFIPSEC_SPECS_MAX];
	u8 n;
};

typedef int (*ipsec_dst_output_t)(struct net *net, struct sock *sk, struct sk_buff *skb);

int ipsec_bundle_init(ipsec_dst_output_t output);
void ipsec_bundle_exit(void);
struct ipsec_bundle *ipsec_bundle_get(struct ipsec_net *inet, struct ipsec_flow *flow,
				      enum ipsec_stat *reason);
bool ipsec_bundle_look_again(struct ipsec_net *inet, struct ipsec_flow *flow);
struct ipsec_policy *ipsec_bundle_lacks(struct ipsec_net *inet, const struct ipsec_flow *flow);
struct ipsec_bundle *ipsec_bundle_larval(struct ipsec_net *inet, struct dst_entry *route);
struct ipsec_bundle *ipsec_bundle_of(const struct sk_buff *skb);
bool ipsec_bundle_usable(const struct ipsec_bundle *bundle);
unsigned int ipsec_bundle_outside(const struct ipsec_bundle *bundle);
unsigned int ipsec_bundle_inside(const struct ipsec_bundle *bundle, unsigned int mtu);
unsigned int ipsec_bundle_payload(const struct ipsec_bundle *bundle, unsigned int step,
				  unsigned int headers);
u8 ipsec_bundle_df(const struct ipsec_bundle *bundle);
unsigned int ipsec_bundle_mtu(const struct ipsec_bundle *bundle);
unsigned int ipsec_bundle_mss(const struct ipsec_bundle *bundle);
bool ipsec_bundle_path(const struct ipsec_sa *sa, unsigned int *outside, unsigned int *inside);
void ipsec_bundle_drop_dev(struct ipsec_net *inet, const struct net_device *dev);

/**
 * ipsec_bundle_dst() - a bundle as dst
 * @bundle: the bundle
 *
 * Return: its dst.
 */
static inline struct dst_entry *ipsec_bundle_dst(struct ipsec_bundle *bundle)
{
	return &bundle->xdst.u.dst;
}

/**
 * ipsec_bundle_family() - the family of the packets that a bundle protects
 * @bundle: the bundle
 *
 * Return: AF_INET or AF_INET6, before anything is done to them.
 */
static inline u16 ipsec_bundle_family(const struct ipsec_bundle *bundle)
{
	return bundle->xdst.u.dst.ops->family;
}

#endif /* IPSEC_BUNDLE_H */
