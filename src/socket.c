// SPDX-License-Identifier: GPL-2.0
/*
 * Policies that a program has set on a socket of its own, by IP_XFRM_POLICY or
 * IPV6_XFRM_POLICY: an IKE daemon does so, lest a policy protect or drop what it negotiates
 * SAs with. They go before the SPD.
 *
 * The kernel keeps them with the socket, and gives copies of them to the connections that a
 * listening one accepts; the front end has told it what they are (xfrm_socket.c). Only who may
 * configure IPsec can set them.
 *
 *	bypass or discard	is what the kernel keeps
 *	protect, outbound	the kernel keeps a number, by which the policy is found here: to
 *				it this is no policy, so its own stack leaves packets alone
 *	protect, inbound	is the kernel's to check, with the SAs that a packet came under,
 *				when it is given to the socket
 */
#include <linux/nfipsec.h>
#include <linux/xarray.h>
#include <net/sock.h>
#include <net/udp.h>
#include <net/xfrm.h>

#include "socket.h"
#include "spd.h"

/**
 * struct ipsec_sockets - what sockets of a namespace are to be protected with
 * @policies: by their numbers; they differ from each other, and stay until the namespace ends, as
 *            nobody says when the last socket that has one is closed
 */
struct ipsec_sockets {
	struct xarray policies;
};

/**
 * ipsec_socket_net_init() - no policies of sockets in a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_socket_net_init(struct ipsec_net *inet)
{
	struct ipsec_sockets *sockets = kzalloc(sizeof(*sockets), GFP_KERNEL);

	if (!sockets)
		return -ENOMEM;
	xa_init_flags(&sockets->policies, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH);
	inet->sockets = sockets;
	return 0;
}

/**
 * ipsec_socket_net_exit() - forget all policies of sockets
 * @inet: a namespace in which no packet is sent any more
 */
void ipsec_socket_net_exit(struct ipsec_net *inet)
{
	struct ipsec_policy *policy;
	unsigned long id;

	xa_for_each(&inet->sockets->policies, id, policy)
		ipsec_socket_policy_free(policy);
	xa_destroy(&inet->sockets->policies);
	kfree(inet->sockets);
}

/**
 * ipsec_socket_policy_create() - make a policy of a socket
 * @inet: the namespace
 *
 * Any context. It is in no SPD, does not pin the module, and nothing waits for its SAs.
 *
 * Return: a policy with one selector to be filled in, or NULL: no memory.
 */
struct ipsec_policy *ipsec_socket_policy_create(struct ipsec_net *inet)
{
	struct ipsec_policy *policy = kzalloc(struct_size(policy, selector, 1), GFP_ATOMIC);

	if (!policy)
		return NULL;
	policy->cpu = alloc_percpu_gfp(struct ipsec_policy_cpu, GFP_ATOMIC);
	if (!policy->cpu) {
		kfree(policy);
		return NULL;
	}
	policy->inet = inet;
	policy->dir = NFIPSEC_DIR_OUT;
	policy->flags = NFIPSEC_POLICY_F_NO_ACQUIRE;
	policy->n_selectors = 1;
	return policy;
}

/**
 * ipsec_socket_policy_free() - free a policy of a socket
 * @policy: one that nobody keeps
 */
void ipsec_socket_policy_free(struct ipsec_policy *policy)
{
	free_percpu(policy->cpu);
	kfree(policy);
}

static bool is_alike(const struct ipsec_policy *a, const struct ipsec_policy *b)
{
	return a->flags == b->flags && a->n_specs == b->n_specs &&
	       !memcmp(a->selector, b->selector, sizeof(a->selector[0])) &&
	       !memcmp(a->spec, b->spec, sizeof(a->spec));
}

/**
 * ipsec_socket_policy_keep() - give a policy of a socket a number
 * @policy: complete; consumed
 *
 * Any context, RCU read-side section.
 *
 * Return: its number, that of one like it, or -ENOBUFS: there are too many.
 */
int ipsec_socket_policy_keep(struct ipsec_policy *policy)
{
	struct xarray *policies = &policy->inet->sockets->policies;
	struct ipsec_policy *kept;
	unsigned long index;
	u32 id;

	xa_for_each(policies, index, kept) {
		if (!is_alike(kept, policy))
			continue;
		ipsec_socket_policy_free(policy);
		return index;
	}
	WRITE_ONCE(policy->inet->sockets_protect, true);
	if (!xa_alloc_bh(policies, &id, policy, XA_LIMIT(1, IPSEC_SOCKET_POLICIES), GFP_ATOMIC))
		return id;
	ipsec_socket_policy_free(policy);
	return -ENOBUFS;
}

static bool port_fits(u16 port, __be16 wanted, __be16 mask)
{
	return !((htons(port) ^ wanted) & mask);
}

static bool fits(const struct xfrm_selector *sel, const struct ipsec_key *key)
{
	return (!sel->proto || sel->proto == key->proto) &&
	       addr_match(&key->src, &sel->saddr, sel->prefixlen_s) &&
	       addr_match(&key->dst, &sel->daddr, sel->prefixlen_d) &&
	       port_fits(key->sport, sel->sport, sel->sport_mask) &&
	       port_fits(key->dport, sel->dport, sel->dport_mask);
}

/* RCU read-side section. Inbound ones with templates are the kernel's to check. */
static const struct xfrm_policy *find(const struct sock *sk, u8 dir, const struct ipsec_key *key)
{
	const struct xfrm_policy *policy = rcu_dereference(sk->sk_policy[dir]);

	if (!policy || READ_ONCE(policy->xfrm_nr) || policy->family != key->family ||
	    !fits(&policy->selector, key))
		return NULL;
	smp_rmb();	/* its number stands since it has no templates (xfrm_socket.c) */
	return policy;
}

/* For marks that no packet has: to the kernel it is no policy. */
static u32 number(const struct xfrm_policy *policy)
{
	return policy->mark.m ? 0 : READ_ONCE(policy->mark.v);
}

/**
 * ipsec_socket_out() - what the sender of a packet asks for
 * @inet: the namespace
 * @skb: a packet of this host
 * @key: its key
 * @policy: set to the policy if @action is PROTECT, else to NULL
 * @action: enum nfipsec_action
 *
 * RCU read-side section.
 *
 * Return: false: nothing, the SPD says what happens.
 */
bool ipsec_socket_out(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_key *key,
		      struct ipsec_policy **policy, u8 *action)
{
	const struct sock *sk = skb_to_full_sk(skb);
	const struct xfrm_policy *asked;

	*policy = NULL;
	if (!sk || !sk_fullsock(sk))
		return false;
	asked = find(sk, XFRM_POLICY_OUT, key);
	if (!asked)
		return false;
	*action = NFIPSEC_ACTION_DISCARD;
	if (asked->action != XFRM_POLICY_ALLOW)
		return true;
	*action = NFIPSEC_ACTION_BYPASS;
	if (!number(asked))
		return true;
	*policy = xa_load(&inet->sockets->policies, number(asked));
	*action = *policy ? NFIPSEC_ACTION_PROTECT : NFIPSEC_ACTION_DISCARD;
	return true;
}

static struct sock *receiver(struct ipsec_net *inet, const struct sk_buff *skb,
			     const struct ipsec_key *key)
{
	__be16 sport = htons(key->sport), dport = htons(key->dport);
	int dev = skb->dev->ifindex;

	if (key->proto != IPPROTO_UDP || key->flags & IPSEC_KEY_NO_PORTS)
		return NULL;
	if (key->family == AF_INET)
		return udp4_lib_lookup(inet->net, key->src.v4, sport, key->dst.v4, dport, dev);
	return udp6_lib_lookup(inet->net, (const struct in6_addr *)&key->src, sport,
			       (const struct in6_addr *)&key->dst, dport, dev);
}

static bool allows(const struct sock *sk, const struct ipsec_key *key)
{
	const struct xfrm_policy *policy = find(sk, XFRM_POLICY_IN, key);

	return policy && policy->action == XFRM_POLICY_ALLOW;
}

/**
 * ipsec_socket_in() - whether the receiver of a packet wants it though the SPD does not
 * @inet: the namespace
 * @skb: a packet in clear for this host, before it is given to a socket
 * @key: its key
 *
 * Sockets of UDP, and connections of TCP, are known here.
 *
 * RCU read-side section.
 *
 * Return: true if the policy of its socket allows it.
 */
bool ipsec_socket_in(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_key *key)
{
	struct sock *sk;
	bool allowed;

	if (!READ_ONCE(inet->net->xfrm.policy_count[XFRM_POLICY_MAX + XFRM_POLICY_IN]))
		return false;
	if (skb->sk)
		return sk_fullsock(skb->sk) && allows(skb->sk, key);
	sk = receiver(inet, skb, key);
	if (!sk)
		return false;
	allowed = allows(sk, key);
	sock_put(sk);
	return allowed;
}
