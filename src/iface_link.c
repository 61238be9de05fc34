// SPDX-License-Identifier: GPL-2.0
/* How links of kind xfrm are made: `ip link add ipsec0 type xfrm dev eth0 if_id 42`. */
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/module.h>
#include <net/ip_tunnels.h>
#include <net/rtnetlink.h>

#include "iface_link.h"
#include "iface_output.h"

MODULE_ALIAS_RTNL_LINK("xfrm");

#define FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE | NETIF_F_HW_CSUM)
/* IPv6, UDP, ESP and its IV: what stands before a packet when it leaves. */
#define HEADROOM	(40 + 8 + 8 + 16)

static int link_init(struct net_device *dev)
{
	struct ipsec_iface *iface = netdev_priv(dev);
	const struct net_device *below;
	int err;

	below = __dev_get_by_index(iface->inet->net, iface->link);
	dev->needed_headroom = HEADROOM + (below ? LL_RESERVED_SPACE(below) : 0);
	dev->needed_tailroom = below ? below->needed_tailroom : 0;
	netdev_set_lltx(dev);
	dev->features |= FEATURES;
	dev->hw_features |= FEATURES;
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return -ENOMEM;
	err = ipsec_iface_insert(iface);
	if (err)
		free_percpu(dev->tstats);
	return err;
}

static void link_uninit(struct net_device *dev)
{
	ipsec_iface_remove(netdev_priv(dev));
}

static int link_iflink(const struct net_device *dev)
{
	const struct ipsec_iface *iface = netdev_priv(dev);

	return iface->link;
}

static const struct net_device_ops link_ops = {
	.ndo_init = link_init,
	.ndo_uninit = link_uninit,
	.ndo_start_xmit = ipsec_iface_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_get_iflink = link_iflink,
};

static void link_free(struct net_device *dev)
{
	free_percpu(dev->tstats);
}

static void link_setup(struct net_device *dev)
{
	dev->netdev_ops = &link_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_NOARP;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = IP_MAX_MTU;
	dev->needs_free_netdev = true;
	dev->priv_destructor = link_free;
	/* Too big, and unreachable, are told by the route of the packet. */
	netif_keep_dst(dev);
}

static const struct nla_policy link_policy[IFLA_XFRM_MAX + 1] = {
	[IFLA_XFRM_LINK]	= { .type = NLA_U32 },
	[IFLA_XFRM_IF_ID]	= { .type = NLA_U32 },
	[IFLA_XFRM_COLLECT_METADATA] = { .type = NLA_FLAG },
};

static u32 number(struct nlattr *data[], int type)
{
	return data && data[type] ? nla_get_u32(data[type]) : 0;
}

static bool is_open(struct nlattr *data[])
{
	return data && data[IFLA_XFRM_COLLECT_METADATA];
}

/* What a link can be: one with an if_id, or one that takes that from routes. */
static int check(struct nlattr *data[], struct netlink_ext_ack *extack)
{
	bool open = is_open(data);

	if (!open && !number(data, IFLA_XFRM_IF_ID)) {
		NL_SET_ERR_MSG(extack, "if_id must be non zero");
		return -EINVAL;
	}
	if (open && (number(data, IFLA_XFRM_IF_ID) || number(data, IFLA_XFRM_LINK))) {
		NL_SET_ERR_MSG(extack, "A link that takes its if_id from routes has none, and no device below");
		return -EINVAL;
	}
	return 0;
}

static int link_validate(struct nlattr *tb[], struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	return check(data, extack);
}

static int link_new(struct net_device *dev, struct rtnl_newlink_params *params,
		    struct netlink_ext_ack *extack)
{
	struct ipsec_iface *iface = netdev_priv(dev);
	int err = check(params->data, extack);

	if (err)
		return err;
	iface->dev = dev;
	INIT_LIST_HEAD(&iface->list);
	iface->inet = ipsec_net(dev_net(dev));
	iface->if_id = number(params->data, IFLA_XFRM_IF_ID);
	iface->link = number(params->data, IFLA_XFRM_LINK);
	if (ipsec_iface_named(iface->inet, iface->if_id)) {
		NL_SET_ERR_MSG(extack, "This namespace has a link with this if_id already");
		return -EEXIST;
	}
	return register_netdevice(dev);
}

COMPAT_NEWLINK(link_new)

static void link_del(struct net_device *dev, struct list_head *head)
{
	unregister_netdevice_queue(dev, head);
}

static int link_change(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	struct ipsec_iface *iface = netdev_priv(dev), *other;
	u32 if_id = number(data, IFLA_XFRM_IF_ID);
	int err;

	if (!rtnl_dev_link_net_capable(dev, iface->inet->net))
		return -EPERM;
	if (is_open(data) != !iface->if_id) {
		NL_SET_ERR_MSG(extack, "A link does not begin, or end, to take its if_id from routes");
		return -EINVAL;
	}
	if (number(data, IFLA_XFRM_LINK) != iface->link) {
		NL_SET_ERR_MSG(extack, "The device below a link does not change");
		return -EINVAL;
	}
	other = ipsec_iface_named(iface->inet, if_id);
	if (other == iface)
		return 0;
	if (other) {
		NL_SET_ERR_MSG(extack, "This namespace has a link with this if_id already");
		return -EEXIST;
	}
	err = ipsec_iface_rename(iface, if_id);
	if (!err)
		netdev_state_change(dev);
	return err;
}

static size_t link_size(const struct net_device *dev)
{
	return 2 * nla_total_size(sizeof(u32)) + nla_total_size(0);
}

static int link_fill(struct sk_buff *msg, const struct net_device *dev)
{
	const struct ipsec_iface *iface = netdev_priv(dev);

	return nla_put_u32(msg, IFLA_XFRM_LINK, iface->link) ?:
	       nla_put_u32(msg, IFLA_XFRM_IF_ID, iface->if_id) ?:
	       (iface->if_id ? 0 : nla_put_flag(msg, IFLA_XFRM_COLLECT_METADATA));
}

static struct net *link_net(const struct net_device *dev)
{
	const struct ipsec_iface *iface = netdev_priv(dev);

	return iface->inet->net;
}

static struct rtnl_link_ops xfrm_link_ops = {
	.kind = "xfrm",
	.maxtype = IFLA_XFRM_MAX,
	.policy = link_policy,
	.priv_size = sizeof(struct ipsec_iface),
	.setup = link_setup,
	.validate = link_validate,
	.newlink = COMPAT_NEWLINK_OP(link_new),
	.dellink = link_del,
	.changelink = link_change,
	.get_size = link_size,
	.fill_info = link_fill,
	.get_link_net = link_net,
};

/* The kernel's own stack has the kind: said once, and never tried again. */
static bool is_taken;

/**
 * ipsec_iface_link_init() - offer the kind
 *
 * Without it, because the kernel's own stack has it, all else still works.
 */
void ipsec_iface_link_init(void)
{
	is_taken = rtnl_link_register(&xfrm_link_ops);
	if (is_taken)
		pr_notice("nfipsec: xfrm_interface has the links of kind xfrm: they lead to the kernel's own stack. To give them to nfipsec, blacklist xfrm_interface and load nfipsec first\n");
}

/**
 * ipsec_iface_link_exit() - delete all links, and offer no more
 */
void ipsec_iface_link_exit(void)
{
	if (!is_taken)
		rtnl_link_unregister(&xfrm_link_ops);
}

/**
 * ipsec_iface_link_stop() - delete the links of namespaces, wherever they are
 * @nets: namespaces that end
 */
void ipsec_iface_link_stop(struct list_head *nets)
{
	bool none = true;
	struct net *net;
	LIST_HEAD(gone);

	list_for_each_entry(net, nets, exit_list)
		none &= ipsec_iface_net_empty(ipsec_net(net));
	if (none)
		return;
	rtnl_lock();
	list_for_each_entry(net, nets, exit_list)
		ipsec_iface_net_stop(ipsec_net(net), &gone);
	unregister_netdevice_many(&gone);
	rtnl_unlock();
}
