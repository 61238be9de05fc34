// SPDX-License-Identifier: GPL-2.0
/* nfipsec: an IPsec stack of its own. Loading, unloading, namespaces. */
#include <linux/module.h>
#include <linux/netdevice.h>

#include "ah.h"
#include "bundle.h"
#include "crypto.h"
#include "early.h"
#include "esp.h"
#include "expire.h"
#include "flow.h"
#include "fragment.h"
#include "hold.h"
#include "hooks.h"
#include "iface.h"
#include "iface_link.h"
#include "iface_route.h"
#include "input.h"
#include "keepalive.h"
#include "netlink.h"
#include "output.h"
#include "proto.h"
#include "selftest/selftest.h"
#include "shadow.h"
#include "socket.h"
#include "txn.h"
#include "xfrm.h"

static void net_begin(struct ipsec_net *inet, struct net *net)
{
	inet->net = net;
	mutex_init(&inet->config);
	INIT_LIST_HEAD(&inet->bundles);
	inet->spd_gen = ipsec_next_gen();
	inet->sadb_gen = ipsec_next_gen();
}

static int stats_init(struct ipsec_net *inet)
{
	inet->stats = alloc_percpu(struct ipsec_stats);
	return inet->stats ? 0 : -ENOMEM;
}

static void stats_exit(struct ipsec_net *inet)
{
	free_percpu(inet->stats);
}

static int larval_init(struct ipsec_net *inet)
{
	inet->larval = ipsec_shadow_larval(inet->net);
	return inet->larval ? 0 : -ENOMEM;
}

static void larval_exit(struct ipsec_net *inet)
{
	xfrm_state_put(inet->larval);
}

/* What a namespace has, in the order in which it is made. */
static const struct part {
	int (*init)(struct ipsec_net *inet);
	void (*exit)(struct ipsec_net *inet);
} parts[] = {
	{ stats_init, stats_exit },
	{ larval_init, larval_exit },
	{ ipsec_sadb_init, ipsec_sadb_exit },
	{ ipsec_spd_init, ipsec_spd_exit },
	{ ipsec_socket_net_init, ipsec_socket_net_exit },
	{ ipsec_hold_init, ipsec_hold_exit },
	{ ipsec_early_init, ipsec_early_exit },
	{ ipsec_iface_net_init, ipsec_iface_net_exit },
	{ ipsec_expire_init, ipsec_expire_exit },
	{ ipsec_keepalive_init, ipsec_keepalive_exit },
	{ ipsec_xfrm_net_init, ipsec_xfrm_net_exit },
};

static void exit_parts(struct ipsec_net *inet, unsigned int n)
{
	while (n--)
		parts[n].exit(inet);
}

static int __net_init net_init(struct net *net)
{
	struct ipsec_net *inet = ipsec_net(net);
	unsigned int i;
	int err;

	net_begin(inet, net);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init(inet);
		if (!err)
			continue;
		exit_parts(inet, i);
		return err;
	}
	return 0;
}

/* Nothing is protected or received from here on. */
static void net_stop(struct ipsec_net *inet)
{
	struct ipsec_txn txn;

	ipsec_xfrm_net_stop(inet);
	ipsec_hooks_exit(inet);
	ipsec_txn_begin(&txn, inet);
	ipsec_txn_flush_policies(&txn, true, true);
	ipsec_txn_clear_defaults(&txn);
	ipsec_txn_flush_sas(&txn, 0);
	/* A view without policies needs no memory, so this cannot fail. */
	ipsec_txn_commit(&txn, NULL);
}

static void net_free(struct ipsec_net *inet)
{
	ipsec_crypto_drain(inet);
	ipsec_hold_flush_all(inet, true, true);
	ipsec_fragment_exit(inet);
	exit_parts(inet, ARRAY_SIZE(parts));
}

/* The devices of the namespaces are gone: until then their policies stay in force. */
static void __net_exit net_exit_batch(struct list_head *nets)
{
	struct net *net;

	ipsec_iface_link_stop(nets);
	list_for_each_entry(net, nets, exit_list)
		net_stop(ipsec_net(net));
	synchronize_rcu();
	list_for_each_entry(net, nets, exit_list)
		net_free(ipsec_net(net));
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit_batch = net_exit_batch,
	.id = &ipsec_net_id,
	.size = sizeof(struct ipsec_net),
};

static int device_event(struct notifier_block *block, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	if (event == NETDEV_DOWN || event == NETDEV_UNREGISTER)
		ipsec_bundle_drop_dev(ipsec_net(dev_net(dev)), dev);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

/* Tables and pools that are the same for all namespaces. */
static int __init tables_init(void)
{
	int err;

	ipsec_xform_register(&ipsec_esp);
	ipsec_xform_register(&ipsec_ah);
	err = ipsec_flow_init();
	if (err)
		return err;
	err = ipsec_crypto_init();
	if (err)
		goto exit_flow;
	err = ipsec_bundle_init(ipsec_output_dst);
	if (err)
		goto exit_crypto;
	ipsec_output_init();
	ipsec_expire_listen();
	ipsec_keepalive_listen();
	ipsec_hooks_init();
	ipsec_xfrm_event_init();
	ipsec_xfrm_policy_expire_listen();
	err = ipsec_input_init();
	if (err)
		goto exit_bundle;
	return 0;

exit_bundle:
	ipsec_bundle_exit();
exit_crypto:
	ipsec_crypto_exit();
exit_flow:
	ipsec_flow_exit();
	return err;
}

static void tables_exit(void)
{
	ipsec_input_exit();
	ipsec_bundle_exit();
	ipsec_crypto_exit();
	ipsec_flow_exit();
}

static int __init nfipsec_init(void)
{
	int err;

	ipsec_wq = alloc_workqueue("nfipsec", WQ_UNBOUND, 0);
	if (!ipsec_wq)
		return -ENOMEM;
	err = tables_init();
	if (err)
		goto destroy_wq;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto exit_tables;
	err = register_netdevice_notifier(&device_notifier);
	if (err)
		goto unregister_net;
	err = ipsec_selftest(ipsec_net(&init_net));
	if (err)
		goto unregister_notifier;
	err = ipsec_proto_init();
	if (err)
		goto unregister_notifier;
	err = ipsec_netlink_init();
	if (err)
		goto exit_proto;
	ipsec_xfrm_socket_init();
	ipsec_iface_link_init();
	ipsec_iface_route_init();
	return 0;

exit_proto:
	ipsec_proto_exit();
unregister_notifier:
	unregister_netdevice_notifier(&device_notifier);
unregister_net:
	unregister_pernet_subsys(&net_ops);
exit_tables:
	tables_exit();
destroy_wq:
	destroy_workqueue(ipsec_wq);
	return err;
}

/* Every SA, policy and bundle pins the module: when this runs there is none. */
static void __exit nfipsec_exit(void)
{
	ipsec_iface_route_exit();
	ipsec_iface_link_exit();
	ipsec_xfrm_socket_exit();
	ipsec_netlink_exit();
	ipsec_proto_exit();
	unregister_netdevice_notifier(&device_notifier);
	unregister_pernet_subsys(&net_ops);
	tables_exit();
	rcu_barrier();
	destroy_workqueue(ipsec_wq);
}

module_init(nfipsec_init);
module_exit(nfipsec_exit);

MODULE_DESCRIPTION("IPsec stack: SPD, SADB, AH and ESP");
MODULE_LICENSE("GPL");
