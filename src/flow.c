// SPDX-License-Identifier: GPL-2.0
/* From a packet to its policy: the key, and the per-CPU cache in front of the SPD. */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/mip6.h>
#include <net/netfilter/nf_conntrack.h>

#include "couple.h"
#include "flow.h"
#include "header.h"
#include "quote.h"
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

/* The key of a packet that begins at an offset from the data of @skb. */
static bool key_at(const struct sk_buff *skb, int at, struct ipsec_key *key)
{
	struct ipsec_header header;

	memset(key, 0, sizeof(*key));
	if (!ipsec_header_parse_at(skb, at, &header))
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
	if (!ipsec_header_addrs_at(skb, at, key->family, &key->src, &key->dst))
		return false;
	return header.later || key_upper(skb, at + header.upper, key);
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
	return key_at(skb, skb_network_offset(skb), key);
}

/**
 * ipsec_flow_quoted() - read the key of the packet that an ICMP error is about
 * @skb: the error
 * @quote: from ipsec_quote_parse()
 * @key: filled, with no scope
 *
 * Any context.
 *
 * Return: false if too little of that packet is there, or it is a fragment.
 */
bool ipsec_flow_quoted(const struct sk_buff *skb, const struct ipsec_quote *quote,
		       struct ipsec_key *key)
{
	return key_at(skb, quote->at, key) && key->family == quote->family &&
	       !(key->flags & IPSEC_KEY_FRAGMENT);
}

/**
 * ipsec_flow_way() - say where a packet that has arrived goes
 * @inet: the namespace
 * @key: an inbound key
 * @local: it is for this host
 *
 * As long as no policy asks, packets of both ways share an entry of the flow cache.
 */
void ipsec_flow_way(const struct ipsec_net *inet, struct ipsec_key *key, bool local)
{
	if (READ_ONCE(inet->ways))
		key->flags |= local ? IPSEC_KEY_LOCAL : IPSEC_KEY_FORWARDED;
}

/**
 * ipsec_flow_mark() - say which mark a packet has
 * @inet: the namespace
 * @key: its key
 * @mark: its mark
 *
 * Only the bits that some policy or SA asks for: packets that do not differ in these share an
 * entry of the flow cache. RCU read-side section, to the end of the lookup.
 */
void ipsec_flow_mark(const struct ipsec_net *inet, struct ipsec_key *key, u32 mark)
{
	key->mark = mark & READ_ONCE(inet->marks);
}

/**
 * ipsec_flow_dev() - say which device a packet uses
 * @inet: the namespace
 * @key: its key
 * @dev: the device that it leaves by, or arrived by
 *
 * As long as no selector asks, packets of all devices share an entry of the flow cache. RCU
 * read-side section, to the end of the lookup.
 */
void ipsec_flow_dev(const struct ipsec_net *inet, struct ipsec_key *key,
		    const struct net_device *dev)
{
	if (likely(!READ_ONCE(inet->devs)))
		return;
	key->dev = dev->ifindex;
	key->vrf = l3mdev_master_ifindex_rcu(dev);
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

/**
 * ipsec_flow_link() - say which link of kind xfrm a packet goes through
 * @inet: the namespace of the link's policies
 * @key: an outbound key
 * @if_id: that of the link
 * @link: interface index of the device that the protected packet leaves by, or 0
 *
 * RCU read-side section.
 */
void ipsec_flow_link(const struct ipsec_net *inet, struct ipsec_key *key, u32 if_id, u32 link)
{
	key->if_id = if_id;
	key->scope = link;
	if (unlikely(READ_ONCE(inet->devs))) {
		key->dev = link;
		key->vrf = l3mdev_master_ifindex_by_index(inet->net, link);
	}
}

/**
 * ipsec_flow_out() - say which way a key means: a link of kind xfrm, or a route
 * @inet: the namespace of the policies
 * @key: an outbound key
 * @dev: the device that the route of the clear packet names, if it goes through no link
 * @if_id: that of the link, or 0: none
 * @link: as in ipsec_flow_link()
 *
 * RCU read-side section.
 */
void ipsec_flow_out(const struct ipsec_net *inet, struct ipsec_key *key,
		    const struct net_device *dev, u32 if_id, u32 link)
{
	if (unlikely(if_id)) {
		ipsec_flow_link(inet, key, if_id, link);
	} else {
		ipsec_flow_scope(key, dev);
		ipsec_flow_dev(inet, key, dev);
	}
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
	/* Where there was no memory there may be for the next packet. */
	flow->spd_gen = unlikely(ipsec_couple_is_none(flow->policy)) ? 0 : gen;
	flow->sadb_gen = 0;
	flow->bundle = NULL;
	flow->asked = 0;
	return flow;
}
