/* SPDX-License-Identifier: GPL-2.0 */
/* Links of kind xfrm: where packets of route-based tunnels go in, and come out. */
#ifndef IPSEC_IFACE_H
#define IPSEC_IFACE_H

#include <linux/netdevice.h>
#include <linux/rhashtable-types.h>

#include "net.h"

/**
 * struct ipsec_iface - a link, the private part of its device
 * @dev: the device, which may be in another namespace
 * @inet: the namespace whose policies and SAs its packets have; it outlives the link [I]
 * @if_id: that of these policies and SAs; written under rtnl while no packet finds it. 0: that
 *         of each packet, which its route says
 * @link: ifindex of the device that protected packets leave by, 0: any [I]
 * @node: in the table of @inet [R]
 * @list: in the list of @inet (rtnl)
 */
struct ipsec_iface {
	struct net_device *dev;
	struct ipsec_net *inet;
	u32 if_id;
	u32 link;
	struct rhash_head node;
	struct list_head list;
};

int ipsec_iface_net_init(struct ipsec_net *inet);
void ipsec_iface_net_exit(struct ipsec_net *inet);
void ipsec_iface_net_stop(struct ipsec_net *inet, struct list_head *gone);

bool ipsec_iface_net_empty(const struct ipsec_net *inet);

int ipsec_iface_insert(struct ipsec_iface *iface);
int ipsec_iface_rename(struct ipsec_iface *iface, u32 if_id);
void ipsec_iface_remove(struct ipsec_iface *iface);
struct ipsec_iface *ipsec_iface_named(struct ipsec_net *inet, u32 if_id);

struct ipsec_iface *ipsec_iface_up(struct ipsec_net *inet, u32 if_id);
bool ipsec_iface_loops(struct ipsec_net *inet, u32 if_id, const struct net_device *dev);
bool ipsec_iface_is_abroad(const struct ipsec_iface *iface);
void ipsec_iface_scrub(const struct ipsec_iface *iface, struct sk_buff *skb);
bool ipsec_iface_name_sa(const struct ipsec_iface *iface, struct sk_buff *skb, u32 if_id);
void ipsec_iface_received(struct ipsec_iface *iface, struct sk_buff *skb);
void ipsec_iface_failed(struct ipsec_net *inet, u32 if_id);

#endif /* IPSEC_IFACE_H */
