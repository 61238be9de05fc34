// SPDX-License-Identifier: GPL-2.0
/*
 * Flowtables. A rule of the FORWARD hook gives them a connection, both directions at
 * once, and from then on they forward it past all hooks: this direction with the dst that
 * the packet has, so with ours if it is protected, the other one with a route.
 *
 *	ipsec_flowtable_guard	keeps connections from them that are not to be clear text
 *				wherever there is a route instead of our dst
 *	ipsec_flowtable_forget	takes connections back that they got before there was a
 *				policy for them
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_flow_table.h>

#include "bundle.h"
#include "flow.h"
#include "flowtable.h"
#include "selector.h"
#include "spd.h"

static bool flowtables_exist(const struct net *net)
{
#if IS_ENABLED(CONFIG_NF_FLOW_TABLE)
	return READ_ONCE(net->ft.stat);
#else
	return false;
#endif
}

/**
 * ipsec_flowtable_forget() - take all connections back that flowtables have
 * @inet: a namespace whose SPD has changed
 *
 * Process context. Their next packets are classified, and flowtables that take them again
 * get our dst, which protects. As this is done for every change of policies, nothing is
 * waited for where there are no flowtables, and where there are, not for long.
 */
void ipsec_flowtable_forget(struct ipsec_net *inet)
{
	void (*cleanup)(struct net_device *dev);
	struct net_device *dev;

	if (!flowtables_exist(inet->net))
		return;
	cleanup = symbol_get(nf_flow_table_cleanup);
	if (!cleanup)
		return;
	/* Packets that saw the old SPD may still be adding flows. */
	synchronize_rcu_expedited();
	rtnl_lock();
	for_each_netdev(inet->net, dev)
		cleanup(dev);
	rtnl_unlock();
	symbol_put(nf_flow_table_cleanup);
}

/* How packets with a tuple look when they arrive, before NAT. */
static void key_arriving(struct ipsec_key *key, const struct nf_conntrack_tuple *tuple)
{
	memset(key, 0, sizeof(*key));
	key->family = tuple->src.l3num == NFPROTO_IPV6 ? AF_INET6 : AF_INET;
	key->proto = tuple->dst.protonum;
	memcpy(&key->src, &tuple->src.u3, ipsec_addr_len(key->family));
	memcpy(&key->dst, &tuple->dst.u3, ipsec_addr_len(key->family));
	if (!ipsec_proto_has_ports(key->proto))
		return;
	key->sport = ntohs(tuple->src.u.all);
	key->dport = ntohs(tuple->dst.u.all);
}

/* How packets look when they leave, after NAT, that are answered by those with a tuple. */
static void key_leaving(struct ipsec_key *key, const struct nf_conntrack_tuple *answer)
{
	key_arriving(key, answer);
	swap(key->src, key->dst);
	swap(key->sport, key->dport);
}

static bool is_clear(struct ipsec_net *inet, u8 dir, const struct ipsec_key *key)
{
	const struct ipsec_policy *policy = ipsec_flow_lookup(inet, dir, key)->policy;

	if (policy)
		return policy->action == NFIPSEC_ACTION_BYPASS;
	return !ipsec_spd_discards(inet, dir == NFIPSEC_DIR_OUT ? IPSEC_DISCARD_OUT :
								 IPSEC_DISCARD_FORWARDED);
}

/* Will a flowtable do to a connection what the policies want? */
static bool may_have(struct ipsec_net *inet, const struct sk_buff *skb, const struct nf_conn *ct,
		     enum ip_conntrack_dir dir)
{
	const struct nf_conntrack_tuple *this = &ct->tuplehash[dir].tuple;
	const struct nf_conntrack_tuple *other = &ct->tuplehash[!dir].tuple;
	bool protected = ipsec_bundle_of(skb);
	struct ipsec_key key;

	/*
	 * Which mark its packets would have here, only rules know that they no longer pass; which
	 * device they would use, only the routes.
	 */
	if (READ_ONCE(inet->marks) || READ_ONCE(inet->devs))
		return false;
	/* The bundle is for the addresses before NAT. */
	if (protected && (READ_ONCE(ct->status) & IPS_NAT_MASK))
		return false;
	key_leaving(&key, this);
	if (!is_clear(inet, NFIPSEC_DIR_OUT, &key))
		return false;
	if (protected)
		return true;
	key_leaving(&key, other);
	if (!is_clear(inet, NFIPSEC_DIR_OUT, &key))
		return false;
	key_arriving(&key, other);
	return is_clear(inet, NFIPSEC_DIR_IN, &key);
}

/**
 * ipsec_flowtable_guard() - keep a connection from flowtables if they must not have it
 * @inet: the namespace
 * @skb: a packet of it that is forwarded, before any rule of the hook sees it
 *
 * BH off, RCU read-side section. What keeps it away is a bit that only flowtables and the
 * timeouts of UDP look at; it stays, for who has set it is not to be seen.
 */
void ipsec_flowtable_guard(struct ipsec_net *inet, const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;

	/* A packet that came in under an SA is none that flowtables learn from. */
	if (!flowtables_exist(inet->net) || skb_sec_path(skb))
		return;
	ct = nf_ct_get(skb, &ctinfo);
	/* The first packet is not confirmed yet, and not offloaded. */
	if (!ct || !nf_ct_is_confirmed(ct) || (READ_ONCE(ct->status) & IPS_NAT_CLASH))
		return;
	if (!may_have(inet, skb, ct, CTINFO2DIR(ctinfo)))
		set_bit(IPS_NAT_CLASH_BIT, &ct->status);
}
