/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_RTNETLINK_H
#define COMPAT_NET_RTNETLINK_H

#include_next <net/rtnetlink.h>
#include <linux/version.h>

/* Since 6.15 newlink() gets what it needs in a struct. Drop with 6.12. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
struct rtnl_newlink_params {
	struct net *src_net;
	struct nlattr **tb;
	struct nlattr **data;
};

#define COMPAT_NEWLINK_OP(fn)	compat_##fn
#define COMPAT_NEWLINK(fn)						\
static int compat_##fn(struct net *src_net, struct net_device *dev,	\
		       struct nlattr *tb[], struct nlattr *data[],	\
		       struct netlink_ext_ack *extack)			\
{									\
	struct rtnl_newlink_params params = {				\
		.src_net = src_net, .tb = tb, .data = data,		\
	};								\
									\
	return fn(dev, &params, extack);				\
}
#else
#define COMPAT_NEWLINK_OP(fn)	fn
#define COMPAT_NEWLINK(fn)
#endif

#endif /* COMPAT_NET_RTNETLINK_H */
