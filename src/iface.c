// SPDX-License-Identifier: GPL-2.0
/*
 * Links of kind xfrm: where packets of route-based tunnels go in, and come out.
 *
 *	iface.c		which links there are, and what comes out of them
 *	iface_output.c	what is routed into them
 *	iface_link.c	how they are made: `ip link add type xfrm`
 *	iface_route.c	routes into the one that has no if_id
 *
 * A link has an if_id, and stands for the policies and SAs of its namespace that have the same. One
 * link may have none: it stands for those that no other one stands for.
 */
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <net/dst_metadata.h>

#include "iface.h"

/**
 * struct ipsec_ifaces - the links of a namespace
 * @by_if_id: by their if_ids [R]
 * @list: all of them (rtnl)
 */
struct ipsec_ifaces {
	struct rhashtable by_if_id;
	struct list_head list;
};

static const struct rhashtable_params by_if_id_params = {
	.key_len = sizeof_field(struct ipsec_iface, if_id),
	.key_offset = offsetof(struct ipsec_iface, if_id),
	.head_offset = offsetof(struct ipsec_iface, node),
	.automatic_shrinking = true,
};

/**
 * ipsec_iface_net_init() - no links in a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_iface_net_init(struct ipsec_net *inet)
{
	struct ipsec_ifaces *ifaces = kzalloc(sizeof(*ifaces), GFP_KERNEL);
	int err;

	if (!ifaces)
		return -ENOMEM;
	err = rhashtable_init(&ifaces->by_if_id, &by_if_id_params);
	if (err) {
		kfree(ifaces);
		return err;
	}
	INIT_LIST_HEAD(&ifaces->list);
	inet->ifaces = ifaces;
	return 0;
}

/**
 * ipsec_iface_net_exit() - free what a namespace knows of links
 * @inet: the namespace; its links are gone, and no packet can look any more
 */
void ipsec_iface_net_exit(struct ipsec_net *inet)
{
	WARN_ON(!list_empty(&inet->ifaces->list));
	rhashtable_destroy(&inet->ifaces->by_if_id);
	kfree(inet->ifaces);
}

/**
 * ipsec_iface_net_stop() - delete the links of a namespace, wherever they are
 * @inet: a namespace that ends; its own devices are gone
 * @gone: they are queued there, for unregister_netdevice_many()
 *
 * Rtnl held.
 */
void ipsec_iface_net_stop(struct ipsec_net *inet, struct list_head *gone)
{
	struct ipsec_iface *iface;

	ASSERT_RTNL();
	list_for_each_entry(iface, &inet->ifaces->list, list)
		unregister_netdevice_queue(iface->dev, gone);
}

/**
 * ipsec_iface_net_empty() - whether a namespace has no links
 * @inet: a namespace that ends, in which nobody can make any
 *
 * Return: true if there is none.
 */
bool ipsec_iface_net_empty(const struct ipsec_net *inet)
{
	return list_empty(&inet->ifaces->list);
}

/**
 * ipsec_iface_insert() - let packets find a link
 * @iface: the link; no other in its namespace has its if_id
 *
 * Rtnl held.
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_iface_insert(struct ipsec_iface *iface)
{
	int err;

	ASSERT_RTNL();
	err = rhashtable_insert_fast(&iface->inet->ifaces->by_if_id, &iface->node,
				     by_if_id_params);
	if (!err)
		list_add(&iface->list, &iface->inet->ifaces->list);
	return err;
}

/**
 * ipsec_iface_remove() - let no packet find a link any more
 * @iface: the link; those that have found it are gone after a grace period
 *
 * Rtnl held.
 */
void ipsec_iface_remove(struct ipsec_iface *iface)
{
	ASSERT_RTNL();
	rhashtable_remove_fast(&iface->inet->ifaces->by_if_id, &iface->node, by_if_id_params);
	list_del_init(&iface->list);
}

/**
 * ipsec_iface_rename() - give a link another if_id
 * @iface: a link that packets can find
 * @if_id: no other in its namespace has it
 *
 * Rtnl held, process context.
 *
 * Return: 0; or -ENOMEM: it keeps its if_id.
 */
int ipsec_iface_rename(struct ipsec_iface *iface, u32 if_id)
{
	struct rhashtable *by_if_id = &iface->inet->ifaces->by_if_id;
	u32 before = iface->if_id;
	int err;

	ASSERT_RTNL();
	rhashtable_remove_fast(by_if_id, &iface->node, by_if_id_params);
	synchronize_net();
	iface->if_id = if_id;
	err = rhashtable_insert_fast(by_if_id, &iface->node, by_if_id_params);
	if (err) {
		iface->if_id = before;
		/* Without memory for that packets do not find it, but its namespace does. */
		rhashtable_insert_fast(by_if_id, &iface->node, by_if_id_params);
	}
	return err;
}

static struct ipsec_iface *find(struct ipsec_net *inet, u32 if_id)
{
	return rhashtable_lookup(&inet->ifaces->by_if_id, &if_id, by_if_id_params);
}

/**
 * ipsec_iface_named() - the link that has an if_id
 * @inet: its namespace
 * @if_id: that; 0: the link that has none
 *
 * Rtnl held.
 *
 * Return: the link, or NULL.
 */
struct ipsec_iface *ipsec_iface_named(struct ipsec_net *inet, u32 if_id)
{
	struct ipsec_iface *iface;

	ASSERT_RTNL();
	rcu_read_lock();
	iface = find(inet, if_id);
	rcu_read_unlock();
	return iface;
}

/**
 * ipsec_iface_up() - the link that packets of an SA come out of
 * @inet: the namespace of the SA
 * @if_id: that of the SA
 *
 * RCU read-side section.
 *
 * Return: the link, or NULL: there is none that is up, and packets come out of the device that
 * they have arrived by.
 */
struct ipsec_iface *ipsec_iface_up(struct ipsec_net *inet, u32 if_id)
{
	struct ipsec_iface *iface = if_id ? find(inet, if_id) ?: find(inet, 0) : NULL;

	return iface && (READ_ONCE(iface->dev->flags) & IFF_UP) ? iface : NULL;
}

/**
 * ipsec_iface_loops() - whether a route leads into the link that it is for
 * @inet: the namespace
 * @if_id: that of the link
 * @dev: device of the route of packets that were protected
 *
 * RCU read-side section.
 *
 * Return: true if they would come back.
 */
bool ipsec_iface_loops(struct ipsec_net *inet, u32 if_id, const struct net_device *dev)
{
	const struct ipsec_iface *own = find(inet, if_id), *open = find(inet, 0);

	return (own && own->dev == dev) || (open && open->dev == dev);
}

/**
 * ipsec_iface_is_abroad() - whether a link was moved into another namespace
 * @iface: the link
 *
 * Return: true if its packets cross namespaces.
 */
bool ipsec_iface_is_abroad(const struct ipsec_iface *iface)
{
	return !net_eq(iface->inet->net, dev_net(iface->dev));
}

/**
 * ipsec_iface_scrub() - let a packet forget where it came from
 * @iface: the link that it goes through
 * @skb: the packet
 */
void ipsec_iface_scrub(const struct ipsec_iface *iface, struct sk_buff *skb)
{
	bool abroad = ipsec_iface_is_abroad(iface);

	if (abroad)
		skb_orphan(skb);
	skb_scrub_packet(skb, abroad);
}

/**
 * ipsec_iface_name_sa() - let a packet say which if_id its SA had, if its link does not
 * @iface: the link that it comes out of
 * @skb: the packet, its device still the one that it has arrived by
 * @if_id: that of the SA
 *
 * Softirq, or BH off.
 *
 * Return: false: no memory.
 */
bool ipsec_iface_name_sa(const struct ipsec_iface *iface, struct sk_buff *skb, u32 if_id)
{
	struct metadata_dst *metadata;

	if (likely(iface->if_id))
		return true;
	metadata = metadata_dst_alloc(0, METADATA_XFRM, GFP_ATOMIC);
	if (!metadata)
		return false;
	metadata->u.xfrm_info.if_id = if_id;
	metadata->u.xfrm_info.link = skb->dev->ifindex;
	skb_dst_drop(skb);
	skb_dst_set(skb, &metadata->dst);
	return true;
}

/**
 * ipsec_iface_received() - let a packet come out of a link
 * @iface: the link
 * @skb: a decapsulated packet that has passed the policies
 *
 * Softirq, or BH off; RCU read-side section.
 */
void ipsec_iface_received(struct ipsec_iface *iface, struct sk_buff *skb)
{
	skb->dev = iface->dev;
	/* The link has no header of its own, and that of the device below is not its. */
	skb_reset_mac_header(skb);
	skb->mac_len = 0;
	skb->skb_iif = 0;
	dev_sw_netstats_rx_add(iface->dev, skb->len);
}

/**
 * ipsec_iface_failed() - count a packet that does not come out of a link
 * @inet: the namespace of its SA
 * @if_id: that of the SA
 *
 * RCU read-side section.
 */
void ipsec_iface_failed(struct ipsec_net *inet, u32 if_id)
{
	struct ipsec_iface *iface = ipsec_iface_up(inet, if_id);

	if (!iface)
		return;
	DEV_STATS_INC(iface->dev, rx_errors);
	DEV_STATS_INC(iface->dev, rx_dropped);
}
