/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMPAT_NET_IP6_ROUTE_H
#define COMPAT_NET_IP6_ROUTE_H

#include_next <net/ip6_route.h>
#include <linux/version.h>

/* As long as IPv6 could be a module, it was reached by a table. Drop with 6.12. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
#include <net/ipv6_stubs.h>

#define ip6_fragment(net, sk, skb, output) ipv6_stub->ipv6_fragment(net, sk, skb, output)
#endif

#endif /* COMPAT_NET_IP6_ROUTE_H */
