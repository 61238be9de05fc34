/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_LINUX_NETDEVICE_H
#define COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>
#include <linux/version.h>

/* Dummy devices come from an allocator, and are freed as others, since 6.10. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#include <linux/slab.h>

static inline struct net_device *alloc_netdev_dummy(int sizeof_priv)
{
	struct net_device *dev = kzalloc(sizeof(*dev) + sizeof_priv, GFP_KERNEL);

	if (dev)
		init_dummy_netdev(dev);
	return dev;
}

static inline void compat_free_netdev(struct net_device *dev)
{
	if (dev->reg_state == NETREG_DUMMY)
		kfree(dev);
	else
		free_netdev(dev);
}

#define free_netdev(dev) compat_free_netdev(dev)
#endif

/* Whether a device needs no lock to transmit is a bit of its own since 6.12. Drop with 6.1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
static inline void netdev_set_lltx(struct net_device *dev)
{
	dev->features |= NETIF_F_LLTX;
}
#else
static inline void netdev_set_lltx(struct net_device *dev)
{
	dev->lltx = true;
}
#endif

#endif /* COMPAT_LINUX_NETDEVICE_H */
