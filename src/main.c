// SPDX-License-Identifier: GPL-2.0
/* nfipsec: an IPsec stack of its own. Loading, unloading, namespaces. */
#include <linux/module.h>
#include <linux/netdevice.h>

#include "ah.h"
#include "bundle.h"
#include "crypto.h"
#include "esp.h"
#include "expire.h"
#include "flow.h"
#include "fragment.h"
#include "hold.h"
#include "hooks.h"
#include "input.h"
#include "netlink.h"
#include "output.h"
#include "proto.h"
#include "selftest/selftest.h"
#include "shadow.h"
#include "txn.h"

static int __net_init net_init(struct net *net)
{
	struct ipsec_net *inet = ipsec_net(net);
	int err = -ENOMEM;

	inet->net = net;
	mutex_init(&inet->config);
	INIT_LIST_HEAD(&inet->bundles);
	inet->spd_gen = ipsec_next_gen();
	inet->sadb_gen = ipsec_next_gen();
	inet->stats = alloc_percpu(struct ipsec_stats);
	if (!inet->stats)
		return -ENOMEM;
	inet->larval = ipsec_shadow_larval(net);
	if (!inet->larval)
		goto free_stats;
	err = ipsec_sadb_init(inet);
	if (err)
		goto put_larval;
	err = ipsec_spd_init(inet);
	if (err)
		goto exit_sadb;
	err = ipsec_hold_init(inet);
	if (err)
		goto exit_spd;
	err = ipsec_expire_init(inet);
	if (err)
		goto exit_hold;
	return 0;

exit_hold:
	ipsec_hold_exit(inet);
exit_spd:
	ipsec_spd_exit(inet);
exit_sadb:
	ipsec_sadb_exit(inet);
put_larval:
	xfrm_state_put(inet->larval);
free_stats:
	free_percpu(inet->stats);
	return err;
}

/* Nothing is protected or received from here on. */
static void net_stop(struct ipsec_net *inet)
{
	struct ipsec_txn txn;

	ipsec_hooks_exit(inet);
	ipsec_txn_begin(&txn, inet);
	ipsec_txn_flush_policies(&txn);
	ipsec_txn_flush_sas(&txn);
	/* A view without policies needs no memory, so this cannot fail. */
	ipsec_txn_commit(&txn, NULL);
}

static void net_free(struct ipsec_net *inet)
{
	ipsec_crypto_drain(inet);
	ipsec_expire_exit(inet);
	ipsec_hold_flush_all(inet);
	ipsec_hold_exit(inet);
	ipsec_fragment_exit(inet);
	ipsec_spd_exit(inet);
	ipsec_sadb_exit(inet);
	xfrm_state_put(inet->larval);
	free_percpu(inet->stats);
}

/* The devices of the namespaces are gone: until then their policies stay in force. */
static void __net_exit net_exit_batch(struct list_head *nets)
{
	struct net *net;

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
	ipsec_hooks_init();
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
	int err = -ENOMEM;

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
