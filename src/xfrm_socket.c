// SPDX-License-Identifier: GPL-2.0
/*
 * NETLINK_XFRM: policies of sockets. The kernel asks whoever knows the protocol what such a
 * policy means, and keeps the answer with the socket (socket.c).
 */
#include <net/sock.h>
#include <net/xfrm.h>

#include "hooks.h"
#include "socket.h"
#include "xfrm.h"

/* Return: 0 or a negative errno. */
static int check(const struct sock *sk, int option, const struct xfrm_userpolicy_info *info)
{
	struct ipsec_selector sel;

	if (option != (sk->sk_family == AF_INET ? IP_XFRM_POLICY : IPV6_XFRM_POLICY))
		return -EOPNOTSUPP;
	if (info->dir != XFRM_POLICY_IN && info->dir != XFRM_POLICY_OUT)
		return -EINVAL;
	if (info->action != XFRM_POLICY_ALLOW && info->action != XFRM_POLICY_BLOCK)
		return -EINVAL;
	/* The device is not looked at. */
	if (info->sel.ifindex)
		return -EINVAL;
	return ipsec_xfrm_selector(&info->sel, AF_UNSPEC, &sel) ? -EINVAL : 0;
}

/* Which algorithms an SA has is its own matter. */
static void keep_template(const struct xfrm_user_tmpl *from, u16 family, struct xfrm_tmpl *to)
{
	to->id = from->id;
	to->saddr = from->saddr;
	to->encap_family = from->family ?: family;
	to->reqid = from->reqid;
	to->mode = from->mode;
	to->share = from->share;
	to->optional = from->optional;
	to->allalgs = 1;
}

/* Return: the number of a policy that protects as the templates say, or a negative errno. */
static int protection(struct ipsec_net *inet, const struct xfrm_userpolicy_info *info,
		      const struct xfrm_user_tmpl *tmpl, unsigned int n)
{
	struct ipsec_policy *policy = ipsec_socket_policy_create(inet);
	const struct ipsec_xfrm_request none = { .inet = inet };
	int err;

	if (!policy)
		return -ENOBUFS;
	ipsec_xfrm_selector(&info->sel, AF_UNSPEC, &policy->selector[0]);
	err = ipsec_xfrm_specs(&none, tmpl, n, policy);
	if (!err && info->dir == XFRM_POLICY_OUT)
		return ipsec_socket_policy_keep(policy);
	ipsec_socket_policy_free(policy);
	return err;
}

/**
 * struct arming - a policy of a namespace that has no hooks yet
 * @work: puts them in place
 * @policy: the policy as the kernel keeps it, referenced. Until there are hooks it has templates,
 *          for which the kernel's own stack finds no SAs: packets are refused, not sent in clear
 * @id: its number
 */
struct arming {
	struct work_struct work;
	struct xfrm_policy *policy;
	u32 id;
};

/* What was copied meanwhile, for a connection that came in, goes on refusing. */
static void arm(struct work_struct *work)
{
	struct arming *arming = container_of(work, struct arming, work);
	struct xfrm_policy *policy = arming->policy;
	struct net *net = xp_net(policy);
	struct ipsec_net *inet = ipsec_net(net);
	int err;

	mutex_lock(&inet->config);
	err = ipsec_hooks_need(inet);
	mutex_unlock(&inet->config);
	if (!err) {
		WRITE_ONCE(policy->mark.v, arming->id);
		/* Whoever sees that there are no templates knows the number. */
		smp_wmb();
		WRITE_ONCE(policy->xfrm_nr, 0);
	}
	xfrm_pol_put(policy);
	kfree(arming);
	put_net(net);
}

static void keep_templates(struct xfrm_policy *policy, const struct xfrm_user_tmpl *tmpl,
			   unsigned int n)
{
	for (; policy->xfrm_nr < n; policy->xfrm_nr++)
		keep_template(&tmpl[policy->xfrm_nr], policy->family,
			      &policy->xfrm_vec[policy->xfrm_nr]);
}

/* Return: 0 or -ENOBUFS. */
static int keep_outbound(struct net *net, struct xfrm_policy *policy, u32 id,
			 const struct xfrm_user_tmpl *tmpl, unsigned int n)
{
	struct arming *arming;

	if (READ_ONCE(ipsec_net(net)->hooked)) {
		policy->mark.v = id;
		return 0;
	}
	arming = kmalloc(sizeof(*arming), GFP_ATOMIC);
	if (!arming)
		return -ENOBUFS;
	keep_templates(policy, tmpl, n);
	INIT_WORK(&arming->work, arm);
	xfrm_pol_hold(policy);
	arming->policy = policy;
	arming->id = id;
	get_net(net);
	queue_work(ipsec_wq, &arming->work);
	return 0;
}

static int keep_protection(struct net *net, struct xfrm_policy *policy, u8 dir, int id,
			   const struct xfrm_user_tmpl *tmpl, unsigned int n)
{
	if (dir == XFRM_POLICY_OUT)
		return keep_outbound(net, policy, id, tmpl, n);
	keep_templates(policy, tmpl, n);
	return 0;
}

/* Return: a policy as the kernel keeps it, or an ERR_PTR. */
static struct xfrm_policy *compile(struct net *net, const struct xfrm_userpolicy_info *info,
				   const struct xfrm_user_tmpl *tmpl, unsigned int n)
{
	int id = n ? protection(ipsec_net(net), info, tmpl, n) : 0;
	struct xfrm_policy *policy;

	if (id < 0)
		return ERR_PTR(id);
	policy = xfrm_policy_alloc(net, GFP_ATOMIC);
	if (!policy)
		return ERR_PTR(-ENOBUFS);
	policy->priority = info->priority;
	policy->selector = info->sel;
	policy->lft = info->lft;
	policy->action = info->action;
	policy->flags = info->flags;
	policy->family = info->sel.family;
	policy->type = XFRM_POLICY_TYPE_MAIN;
	if (!n || !keep_protection(net, policy, info->dir, id, tmpl, n))
		return policy;
	policy->walk.dead = 1;
	xfrm_pol_put(policy);
	return ERR_PTR(-ENOBUFS);
}

/*
 * @dir: the direction, or a negative errno. The caller has looked for CAP_NET_ADMIN, and is in
 * an RCU read-side section.
 */
static struct xfrm_policy *compile_policy(struct sock *sk, int option, u8 *data, int len, int *dir)
{
	const struct xfrm_userpolicy_info *info = (const struct xfrm_userpolicy_info *)data;
	const struct xfrm_user_tmpl *tmpl = (const struct xfrm_user_tmpl *)(info + 1);
	struct xfrm_policy *policy;
	unsigned int n;

	*dir = -EINVAL;
	if (len < sizeof(*info))
		return NULL;
	*dir = check(sk, option, info);
	if (*dir)
		return NULL;
	n = info->action == XFRM_POLICY_ALLOW ? (len - sizeof(*info)) / sizeof(*tmpl) : 0;
	policy = compile(sock_net(sk), info, tmpl, n);
	*dir = IS_ERR(policy) ? PTR_ERR(policy) : info->dir;
	return IS_ERR(policy) ? NULL : policy;
}

/* The kernel's own stack needs an SA: it is not us who know of that. */
static int acquire(struct xfrm_state *x, struct xfrm_tmpl *tmpl, struct xfrm_policy *policy)
{
	return -EINVAL;
}

static struct xfrm_mgr manager = {
	.acquire = acquire,
	.compile_policy = compile_policy,
};

/**
 * ipsec_xfrm_socket_init() - answer for policies of sockets
 *
 * If the kernel's own stack has its front end, that is asked first.
 */
void ipsec_xfrm_socket_init(void)
{
	xfrm_register_km(&manager);
}

/**
 * ipsec_xfrm_socket_exit() - answer no longer
 *
 * Policies that sockets have stay with them: they are the kernel's.
 */
void ipsec_xfrm_socket_exit(void)
{
	xfrm_unregister_km(&manager);
}
