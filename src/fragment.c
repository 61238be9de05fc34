// SPDX-License-Identifier: GPL-2.0
/*
 * Fragments: which policy decides about packets whose ports are in another one (RFC 4301 7).
 *
 * The ports of a first fragment are remembered for the rest of its packet. Then
 *
 *	what the first one matched	decides about the others
 *	-----------------------------	------------------------------------------------
 *	nothing, BYPASS or DISCARD	the same (RFC 4301 7.4)
 *	PROTECT, stateful		the same (7.3)
 *	PROTECT, no port named		the same (7.1)
 *	PROTECT, ports named		the first policy that asks for no ports or for opaque
 *					ones, if it protects (7.1, 7.2); else dropped
 *
 * If the first one was not seen, a policy that protects or discards, names ports and stands
 * before the first one that does not is not passed by: DISCARD drops, a stateful one waits
 * for the first fragment, so drops, and of the rest only what will be protected goes on.
 *
 * Sub-policies and the others are asked so each for themselves: where two protect the first one
 * the others have the same SAs, or those of another sub-policy and another policy, or are dropped.
 */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/spinlock.h>

#include "fragment.h"
#include "header.h"
#include "spd.h"

#define BUCKETS		256	/* a power of two */
#define WAYS		4
#define LIFETIME	(30 * HZ)	/* as long as the kernel waits for the rest of a packet */

/**
 * struct packet_id - what the fragments of one packet have in common
 * @src: source address
 * @dst: destination address
 * @ident: identification field
 * @scope: as in the key
 * @family: AF_INET or AF_INET6
 * @proto: protocol of an IPv4 packet; IPv6 has none here, RFC 8200 4.5
 * @dir: enum nfipsec_dir
 *
 * Has no padding: hashed and compared as memory.
 */
struct packet_id {
	union ipsec_addr src;
	union ipsec_addr dst;
	u32 ident;
	u32 scope;
	u16 family;
	u8 proto;
	u8 dir;
};

/**
 * struct first_fragment - what is remembered of a first fragment
 * @id: the packet that it is of
 * @seen: jiffies when it came
 * @end: bytes of the packet, from what is fragmented on, that it holds
 * @sport: source port, or type
 * @dport: destination port, or code
 * @proto: the protocol above IP
 * @passed: all of its packet is let in, see ipsec_fragment_pass()
 * @used: there is such a fragment
 */
struct first_fragment {
	struct packet_id id;
	unsigned long seen;
	u32 end;
	u16 sport;
	u16 dport;
	u8 proto;
	bool passed;
	bool used;
};

/**
 * struct first_bucket - some first fragments
 * @lock: protects them; BH is off where it is taken
 * @first: the fragments
 */
struct first_bucket {
	spinlock_t lock;	/* the fragments of this bucket */
	struct first_fragment first[WAYS];
};

/**
 * struct ipsec_fragments - the first fragments of a namespace
 * @seed: of the hash
 * @bucket: by hash
 */
struct ipsec_fragments {
	u32 seed;
	struct first_bucket bucket[BUCKETS];
};

/**
 * ipsec_fragment_need() - make room for the first fragments of a namespace
 * @inet: the namespace, config held
 *
 * Process context. Called before the first policy is in force.
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_fragment_need(struct ipsec_net *inet)
{
	struct ipsec_fragments *fragments;
	unsigned int i;

	lockdep_assert_held(&inet->config);
	if (inet->fragments)
		return 0;
	fragments = kvzalloc(sizeof(*fragments), GFP_KERNEL);
	if (!fragments)
		return -ENOMEM;
	fragments->seed = get_random_u32();
	for (i = 0; i < BUCKETS; i++)
		spin_lock_init(&fragments->bucket[i].lock);
	/* Pairs with fragments_of(). */
	smp_store_release(&inet->fragments, fragments);
	return 0;
}

/**
 * ipsec_fragment_exit() - forget the first fragments of a namespace
 * @inet: a namespace that no packet passes any more
 */
void ipsec_fragment_exit(struct ipsec_net *inet)
{
	kvfree(inet->fragments);
	inet->fragments = NULL;
}

static struct ipsec_fragments *fragments_of(struct ipsec_net *inet)
{
	/* Pairs with ipsec_fragment_need(). */
	return smp_load_acquire(&inet->fragments);
}

static enum ipsec_stat reason_of(u8 dir, enum ipsec_stat in, enum ipsec_stat out)
{
	return dir == NFIPSEC_DIR_IN ? in : out;
}

/**
 * ipsec_fragment_cut() - why a packet has no key
 * @key: what ipsec_flow_key() has refused to fill
 * @dir: enum nfipsec_dir
 * @reason: the drop reason of packets that are whole
 *
 * Return: a drop reason.
 */
enum ipsec_stat ipsec_fragment_cut(const struct ipsec_key *key, u8 dir, enum ipsec_stat reason)
{
	if (!(key->flags & IPSEC_KEY_FRAGMENT))
		return reason;
	return reason_of(dir, IPSEC_IN_FRAGMENT_TINY, IPSEC_OUT_FRAGMENT_TINY);
}

static struct first_bucket *find_bucket(struct ipsec_fragments *fragments,
					const struct packet_id *id)
{
	u32 hash = jhash2((const u32 *)id, sizeof(*id) / sizeof(u32), fragments->seed);

	BUILD_BUG_ON(sizeof(*id) % sizeof(u32));
	return &fragments->bucket[hash & (BUCKETS - 1)];
}

static void id_of(u8 dir, const struct ipsec_key *key, const struct ipsec_header *header,
		  struct packet_id *id)
{
	id->src = key->src;
	id->dst = key->dst;
	id->ident = header->ident;
	id->scope = key->scope;
	id->family = key->family;
	id->proto = key->family == AF_INET ? key->proto : 0;
	id->dir = dir;
}

static bool is_live(const struct first_fragment *first)
{
	return first->used && time_before(jiffies, first->seen + LIFETIME);
}

static struct first_fragment *find_first(struct first_bucket *bucket, const struct packet_id *id)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++)
		if (is_live(&bucket->first[i]) && !memcmp(&bucket->first[i].id, id, sizeof(*id)))
			return &bucket->first[i];
	return NULL;
}

/* One that is over, else the oldest. */
static struct first_fragment *find_room(struct first_bucket *bucket)
{
	struct first_fragment *room = &bucket->first[0];
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		if (!is_live(&bucket->first[i]))
			return &bucket->first[i];
		if (time_before(bucket->first[i].seen, room->seen))
			room = &bucket->first[i];
	}
	return room;
}

static u32 bytes_held(const struct sk_buff *skb, const struct ipsec_header *header)
{
	return skb->len - skb_network_offset(skb) - header->cut;
}

static void remember(struct ipsec_fragments *fragments, u8 dir, const struct sk_buff *skb,
		     const struct ipsec_key *key, const struct ipsec_header *header, bool passed)
{
	struct first_fragment *first;
	struct first_bucket *bucket;
	struct packet_id id;

	id_of(dir, key, header, &id);
	bucket = find_bucket(fragments, &id);
	spin_lock(&bucket->lock);
	first = find_first(bucket, &id) ?: find_room(bucket);
	first->id = id;
	first->seen = jiffies;
	first->end = bytes_held(skb, header);
	first->sport = key->sport;
	first->dport = key->dport;
	first->proto = key->proto;
	first->passed = passed;
	first->used = true;
	spin_unlock(&bucket->lock);
}

/* Fills @known with what is remembered of the first fragment of a packet, if it was seen. */
static bool recall(struct ipsec_fragments *fragments, u8 dir, const struct ipsec_key *key,
		   const struct ipsec_header *header, struct first_fragment *known)
{
	const struct first_fragment *first;
	struct first_bucket *bucket;
	struct packet_id id;

	id_of(dir, key, header, &id);
	bucket = find_bucket(fragments, &id);
	spin_lock(&bucket->lock);
	first = find_first(bucket, &id);
	if (first)
		*known = *first;
	spin_unlock(&bucket->lock);
	return first;
}

static void take_ports(struct ipsec_key *key, const struct first_fragment *first)
{
	key->sport = first->sport;
	key->dport = first->dport;
	key->proto = first->proto;
	key->flags &= ~(IPSEC_KEY_NO_PORTS | IPSEC_KEY_NO_PROTO);
}

static bool protects(const struct ipsec_policy *policy)
{
	return policy && policy->action == NFIPSEC_ACTION_PROTECT;
}

/* Of what protects a packet, which may be a couple: the sub-policy, or the other one. */
static const struct ipsec_policy *part(const struct ipsec_policy *policy, bool sub)
{
	if (!protects(policy))
		return NULL;
	if (policy->main)
		return sub ? policy->sub : policy->main;
	return policy->tag.sub == sub ? policy : NULL;
}

static bool is_stateful(const struct ipsec_policy *policy)
{
	return policy->flags & NFIPSEC_POLICY_F_STATEFUL_FRAGMENTS;
}

/* RFC 4301 7.1 and 7.3: what protects the first one protects the others. */
static bool follow(const struct ipsec_policy *first, const struct ipsec_policy *opaque, bool sub)
{
	const struct ipsec_policy *policy = part(first, sub);

	return !policy || is_stateful(policy) || policy == part(opaque, sub);
}

static bool waits(const struct ipsec_policy *found, const struct ipsec_policy *opaque, bool sub)
{
	const struct ipsec_policy *policy = part(found, sub);

	return policy && is_stateful(policy) && policy != part(opaque, sub);
}

/* RFC 4301 7.2: where a sub-policy protects another one does instead; likewise the others. */
static bool replaces(const struct ipsec_policy *opaque, const struct ipsec_policy *found)
{
	return (part(opaque, true) || !part(found, true)) &&
	       (part(opaque, false) || !part(found, false));
}

/* The first policy that asks for no ports, or for opaque ones. */
static struct ipsec_flow *lookup_opaque(struct ipsec_net *inet, u8 dir, const struct ipsec_key *key)
{
	struct ipsec_key opaque = *key;

	opaque.flags |= IPSEC_KEY_OPAQUE;
	return ipsec_flow_lookup(inet, dir, &opaque);
}

static struct ipsec_flow *lookup_known(struct ipsec_net *inet, u8 dir, const struct ipsec_key *key,
				       const struct ipsec_key *whole, enum ipsec_stat *reason)
{
	struct ipsec_flow *flow = ipsec_flow_lookup(inet, dir, whole);
	const struct ipsec_policy *first = flow->policy;

	if (!protects(first))
		return flow;
	flow = lookup_opaque(inet, dir, key);
	if (follow(first, flow->policy, true) && follow(first, flow->policy, false))
		return ipsec_flow_lookup(inet, dir, whole);
	if (replaces(flow->policy, first))
		return flow;
	*reason = reason_of(dir, IPSEC_IN_FRAGMENT_PORTS, IPSEC_OUT_FRAGMENT_PORTS);
	return NULL;
}

static struct ipsec_flow *lookup_unknown(struct ipsec_net *inet, u8 dir,
					 const struct ipsec_key *key, enum ipsec_stat *reason)
{
	const struct ipsec_policy *policy = ipsec_flow_lookup(inet, dir, key)->policy;
	struct ipsec_flow *flow = lookup_opaque(inet, dir, key);

	if (!protects(policy))
		return ipsec_flow_lookup(inet, dir, key);
	if (waits(policy, flow->policy, true) || waits(policy, flow->policy, false)) {
		*reason = reason_of(dir, IPSEC_IN_FRAGMENT_FIRST, IPSEC_OUT_FRAGMENT_FIRST);
		return NULL;
	}
	if (replaces(flow->policy, policy))
		return flow;
	*reason = reason_of(dir, IPSEC_IN_FRAGMENT_PORTS, IPSEC_OUT_FRAGMENT_PORTS);
	return NULL;
}

/* RFC 1858 3: it could rewrite the flags of the TCP header that the first one began. */
static bool is_tiny(const struct ipsec_key *key, const struct ipsec_header *header)
{
	return key->proto == IPPROTO_TCP && header->offset < 16;
}

static struct ipsec_flow *lookup_later(struct ipsec_net *inet, struct ipsec_fragments *fragments,
				       u8 dir, const struct ipsec_header *header,
				       const struct ipsec_key *key, enum ipsec_stat *reason)
{
	struct ipsec_key whole = *key;
	struct first_fragment first;
	bool known;

	known = fragments && recall(fragments, dir, key, header, &first);
	if (known)
		take_ports(&whole, &first);
	if (is_tiny(&whole, header)) {
		*reason = reason_of(dir, IPSEC_IN_FRAGMENT_TINY, IPSEC_OUT_FRAGMENT_TINY);
		return NULL;
	}
	if (known && header->offset < first.end) {
		*reason = reason_of(dir, IPSEC_IN_FRAGMENT_OVERLAP, IPSEC_OUT_FRAGMENT_OVERLAP);
		return NULL;
	}
	return known ? lookup_known(inet, dir, key, &whole, reason) :
		       lookup_unknown(inet, dir, key, reason);
}

/**
 * ipsec_fragment_lookup() - find the policy of a fragment
 * @inet: the namespace
 * @dir: enum nfipsec_dir
 * @skb: the fragment
 * @key: its key, from ipsec_flow_key()
 * @reason: set to a drop reason if there is nothing to go by
 *
 * BH off, RCU read-side section.
 *
 * Return: a cache entry, right until BH is on again; its policy may be NULL; or NULL: drop
 * the fragment.
 */
struct ipsec_flow *ipsec_fragment_lookup(struct ipsec_net *inet, u8 dir,
					 const struct sk_buff *skb, struct ipsec_key *key,
					 enum ipsec_stat *reason)
{
	struct ipsec_fragments *fragments = fragments_of(inet);
	struct ipsec_header header;

	if (!ipsec_header_parse(skb, &header)) {
		*reason = reason_of(dir, IPSEC_IN_INNER_HEADER, IPSEC_OUT_HEADER);
		return NULL;
	}
	key->flags &= ~IPSEC_KEY_FRAGMENT;
	if (header.later)
		return lookup_later(inet, fragments, dir, &header, key, reason);
	if (fragments)
		remember(fragments, dir, skb, key, &header, false);
	return ipsec_flow_lookup(inet, dir, key);
}

/**
 * ipsec_fragment_pass() - let the rest of a packet for this host in, of which this is the first
 * @inet: the namespace
 * @skb: a first fragment of IPv6, which is let in unseen
 * @key: its key, from ipsec_flow_key()
 *
 * For ESP and AH, which are authenticated once they are put together. In another fragment an
 * extension header, or UDP, may be all that is seen of them. BH off, RCU read-side section.
 */
void ipsec_fragment_pass(struct ipsec_net *inet, const struct sk_buff *skb,
			 const struct ipsec_key *key)
{
	struct ipsec_fragments *fragments = fragments_of(inet);
	struct ipsec_header header;

	if (fragments && ipsec_header_parse(skb, &header))
		remember(fragments, NFIPSEC_DIR_IN, skb, key, &header, true);
}

/**
 * ipsec_fragment_passed() - whether a fragment belongs to a packet that is let in
 * @inet: the namespace
 * @skb: a later fragment
 * @key: its key, from ipsec_flow_key()
 *
 * BH off, RCU read-side section. Whoever makes one up for a packet of somebody else gains nothing:
 * without its first fragment, and with one that was not let in, it is never put together.
 *
 * Return: true: ipsec_fragment_pass() was told of its first one.
 */
bool ipsec_fragment_passed(struct ipsec_net *inet, const struct sk_buff *skb,
			   const struct ipsec_key *key)
{
	struct ipsec_fragments *fragments = fragments_of(inet);
	struct first_fragment first;
	struct ipsec_header header;

	return fragments && ipsec_header_parse(skb, &header) &&
	       recall(fragments, NFIPSEC_DIR_IN, key, &header, &first) && first.passed;
}
