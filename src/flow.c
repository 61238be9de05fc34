// SPDX-License-Identifier: GPL-2.0
/* From a packet to its policy: the key, and the per-CPU cache in front of the SPD. */
#include <linux/ip.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "flow.h"
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

/**
 * ipsec_flow_key() - read the key from a packet
 * @skb: an IPv4 packet with its network header set
 * @key: filled
 *
 * Any context. Changes nothing in the packet.
 *
 * Return: false if the packet is cut off before what selectors look at.
 */
bool ipsec_flow_key(const struct sk_buff *skb, struct ipsec_key *key)
{
	int offset = skb_network_offset(skb);
	const struct iphdr *iph;
	struct iphdr buffer;

	memset(key, 0, sizeof(*key));
	iph = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!iph || iph->version != 4 || iph->ihl < 5)
		return false;
	key->family = AF_INET;
	key->proto = iph->protocol;
	key->src.v4 = iph->saddr;
	key->dst.v4 = iph->daddr;
	if (!ipsec_proto_has_ports(key->proto))
		return true;
	if (iph->frag_off & htons(IP_OFFSET)) {
		key->flags |= IPSEC_KEY_NO_PORTS;
		return true;
	}
	return key_ports(skb, offset + iph->ihl * 4, key);
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
	key->src.v4 = tuple->src.u3.ip;
	key->dst.v4 = tuple->dst.u3.ip;
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
	return flow;
}
