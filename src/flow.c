// SPDX-License-Identifier: GPL-2.0
/* From a packet to its policy: the key, and the per-CPU cache in front of the SPD. */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/mip6.h>
#include <net/netfilter/nf_conntrack.h>

#include "flow.h"
#include "header.h"
#include "selector.h"
#include "spd.h"

#define FLOW_SLOTS	2048	/* a power of two; 224 kB per CPU */

/* One table per CPU for all namespaces: a generation belongs to one of them only. */
static DEFINE_PER_CPU(struct ipsec_flow *, flow_table);
static u32 flow_seed __read_mostly;

/**
 * ipsec_flow_init() - make the flow caches
 *
 * Process context.
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_flow_init(void)
{
	int cpu;

	get_random_bytes(&flow_seed, sizeof(flow_seed));
	for_each_possible_cpu(cpu) {
		struct ipsec_flow *table = kvzalloc_node(FLOW_SLOTS * sizeof(*table), GFP_KERNEL,
							 cpu_to_node(cpu));

		if (!table) {
			ipsec_flow_exit();
			return -ENOMEM;
		}
		per_cpu(flow_table, cpu) = table;
	}
	return 0;
}

/**
 * ipsec_flow_exit() - free the flow caches
 *
 * No packet can look any more.
 */
void ipsec_flow_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kvfree(per_cpu(flow_table, cpu));
		per_cpu(flow_table, cpu) = NULL;
	}
}

/* Source and destination stand beside each other in both families. */
static int addrs_offset(u16 family)
{
	return family == AF_INET6 ? offsetof(struct ipv6hdr, saddr) : offsetof(struct iphdr, saddr);
}

static bool key_ports(const struct sk_buff *skb, int offset, struct ipsec_key *key)
{
	const __be16 *ports;
	__be16 buffer[2];

	ports = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!ports)
		return false;
	key->sport = ntohs(ports[0]);
	key->dport = ntohs(ports[1]);
	return true;
}

/* Where the type is, and behind it, except in a mobility header, the code. */
static bool key_type(const struct sk_buff *skb, int offset, struct ipsec_key *key)
{
	bool has_code = ipsec_proto_has_code(key->proto);
	const u8 *type;
	u8 buffer[2];

	if (!has_code)
		offset += offsetof(struct ip6_mh, ip6mh_type);
	type = skb_header_pointer(skb, offset, has_code ? 2 : 1, buffer);
	if (!type)
		return false;
	key->sport = type[0];
	key->dport = has_code ? type[1] : 0;
	return true;
}

/* What selectors look at behind the IP headers, in a packet that has it. */
static bool key_upper(const struct sk_buff *skb, int offset, struct ipsec_key *key)
{
	if (ipsec_proto_has_ports(key->proto))
		return key_ports(skb, offset, key);
	return !ipsec_proto_has_type(key->proto) || key_type(skb, offset, key);
}

static bool key_addrs(const struct sk_buff *skb, struct ipsec_key *key)
{
	union ipsec_addr buffer[2];
	const u8 *addrs;

	addrs = skb_header_pointer(skb, skb_network_offset(skb) + addrs_offset(key->family),
				   2 * ipsec_addr_len(key->family), buffer);
	if (!addrs)
		return false;
	memcpy(&key->src, addrs, ipsec_addr_len(key->family));
	memcpy(&key->dst, addrs + ipsec_addr_len(key->family), ipsec_addr_len(key->family));
	return true;
}

/**
 * ipsec_flow_key() - read the key from a packet
 * @skb: a packet with its network header set
 * @key: filled, with no scope
 *
 * Any context. Changes nothing in the packet. A key with IPSEC_KEY_FRAGMENT is for
 * ipsec_fragment_flow().
 *
 * Return: false if the packet is cut off before what selectors look at.
 */
bool ipsec_flow_key(const struct sk_buff *skb, struct ipsec_key *key)
{
	struct ipsec_header header;

	memset(key, 0, sizeof(*key));
	if (!ipsec_header_parse(skb, &header))
		return false;
	key->family = header.family;
	key->proto = header.proto;
	if (header.fragment)
		key->flags |= IPSEC_KEY_FRAGMENT;
	if (header.later) {
		key->flags |= IPSEC_KEY_NO_PORTS;
		if (ipsec_header_is_extension(header.proto) && header.family == AF_INET6)
			key->flags |= IPSEC_KEY_NO_PROTO;
	}
	if (!key_addrs(skb, key))
		return false;
	return header.later || key_upper(skb, skb_network_offset(skb) + header.upper, key);
}

static bool is_link_local(const struct ipsec_key *key)
{
	const struct in6_addr *dst = (const struct in6_addr *)&key->dst;

	return key->family == AF_INET6 &&
	       (ipv6_addr_type(dst) & IPV6_ADDR_LINKLOCAL || ipv6_addr_is_multicast(dst));
}

/**
 * ipsec_flow_scope() - say which route a key means
 * @key: an outbound key
 * @dev: the device that the route of the clear packet names
 *
 * RCU read-side section.
 */
void ipsec_flow_scope(struct ipsec_key *key, const struct net_device *dev)
{
	key->scope = is_link_local(key) ? dev->ifindex : l3mdev_master_ifindex_rcu(dev);
}

/* The tuple of a packet as it arrived, if NAT has a hand in its connection, else NULL. */
static const struct nf_conntrack_tuple *nat_tuple(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct || !(READ_ONCE(ct->status) & IPS_NAT_MASK))
		return NULL;
	/* An ICMP error is not what the tuple of its connection says. */
	if (ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY)
		return NULL;
	return &ct->tuplehash[CTINFO2DIR(ctinfo)].tuple;
}

/**
 * ipsec_flow_natted() - whether NAT may have changed the addresses of a packet
 * @skb: the packet
 *
 * Any context.
 *
 * Return: true if its connection is subject to NAT.
 */
bool ipsec_flow_natted(const struct sk_buff *skb)
{
	return nat_tuple(skb);
}

/**
 * ipsec_flow_before_nat() - put the addresses back that a packet arrived with
 * @skb: a packet that arrived
 * @key: its key
 *
 * Policies are about what is on the wire (RFC 4301 5.2), not about what DNAT made of it.
 */
void ipsec_flow_before_nat(const struct sk_buff *skb, struct ipsec_key *key)
{
	const struct nf_conntrack_tuple *tuple = nat_tuple(skb);

	if (!tuple)
		return;
	memcpy(&key->src, &tuple->src.u3, ipsec_addr_len(key->family));
	memcpy(&key->dst, &tuple->dst.u3, ipsec_addr_len(key->family));
	if (!ipsec_proto_has_ports(key->proto) || (key->flags & IPSEC_KEY_NO_PORTS))
		return;
	key->sport = ntohs(tuple->src.u.all);
	key->dport = ntohs(tuple->dst.u.all);
}

static struct ipsec_flow *flow_slot(const struct ipsec_key *key, u8 dir)
{
	u32 hash = jhash2((const u32 *)key, sizeof(*key) / sizeof(u32), flow_seed ^ dir);

	BUILD_BUG_ON(sizeof(*key) % sizeof(u32));
	return &this_cpu_read(flow_table)[hash & (FLOW_SLOTS - 1)];
}

/**
 * ipsec_flow_lookup() - find the policy of a packet
 * @inet: the namespace
 * @dir: enum nfipsec_dir
 * @key: the packet
 *
 * BH off, RCU read-side section.
 *
 * Return: a cache entry, right until BH is on again; its policy may be NULL.
 */
struct ipsec_flow *ipsec_flow_lookup(struct ipsec_net *inet, u8 dir,
				     const struct ipsec_key *key)
{
	/* Pairs with ipsec_spd_publish(): a stale view gets a stale stamp, never a new one. */
	unsigned long gen = smp_load_acquire(&inet->spd_gen);
	struct ipsec_flow *flow = flow_slot(key, dir);

	if (flow->spd_gen == gen && flow->dir == dir && !memcmp(&flow->key, key, sizeof(*key)))
		return flow;
	flow->policy = ipsec_spd_lookup(inet, dir, key);
	flow->key = *key;
	flow->dir = dir;
	flow->spd_gen = gen;
	flow->sadb_gen = 0;
	flow->bundle = NULL;
	flow->asked = 0;
	return flow;
}
