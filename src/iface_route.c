// SPDX-License-Identifier: GPL-2.0
/*
 * Routes that say which if_id the packets have that they lead into a link that has none:
 * `ip route add 10.2.0.0/24 dev ipsec0 encap xfrm if_id 42`.
 */
#include <linux/lwtunnel.h>
#include <linux/module.h>
#include <net/dst_metadata.h>
#include <net/lwtunnel.h>

#include "iface_route.h"

MODULE_ALIAS_RTNL_LWT(XFRM);

static const struct nla_policy route_policy[LWT_XFRM_MAX + 1] = {
	[LWT_XFRM_IF_ID]	= NLA_POLICY_MIN(NLA_U32, 1),
	[LWT_XFRM_LINK]		= NLA_POLICY_MIN(NLA_U32, 1),
};

static int route_build(struct net *net, struct nlattr *nest, unsigned int family,
		       const void *config, struct lwtunnel_state **made,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[LWT_XFRM_MAX + 1];
	struct lwtunnel_state *state;
	struct xfrm_md_info *info;
	int err;

	err = nla_parse_nested(tb, LWT_XFRM_MAX, nest, route_policy, extack);
	if (err)
		return err;
	if (!tb[LWT_XFRM_IF_ID]) {
		NL_SET_ERR_MSG(extack, "if_id must be set");
		return -EINVAL;
	}
	state = lwtunnel_state_alloc(sizeof(*info));
	if (!state)
		return -ENOMEM;
	state->type = LWTUNNEL_ENCAP_XFRM;
	info = lwt_xfrm_info(state);
	memset(info, 0, sizeof(*info));
	info->if_id = nla_get_u32(tb[LWT_XFRM_IF_ID]);
	if (tb[LWT_XFRM_LINK])
		info->link = nla_get_u32(tb[LWT_XFRM_LINK]);
	*made = state;
	return 0;
}

static int route_fill(struct sk_buff *msg, struct lwtunnel_state *state)
{
	const struct xfrm_md_info *info = lwt_xfrm_info(state);

	return nla_put_u32(msg, LWT_XFRM_IF_ID, info->if_id) ?:
	       (info->link ? nla_put_u32(msg, LWT_XFRM_LINK, info->link) : 0);
}

static int route_size(struct lwtunnel_state *state)
{
	return 2 * nla_total_size(sizeof(u32));
}

static int route_differs(struct lwtunnel_state *a, struct lwtunnel_state *b)
{
	return memcmp(lwt_xfrm_info(a), lwt_xfrm_info(b), sizeof(struct xfrm_md_info));
}

/* A route pins the module. */
static const struct lwtunnel_encap_ops route_ops = {
	.build_state = route_build,
	.fill_encap = route_fill,
	.get_encap_size = route_size,
	.cmp_encap = route_differs,
	.owner = THIS_MODULE,
};

/* The kernel's own stack has it, with the links of kind xfrm. */
static bool is_taken;

/**
 * ipsec_iface_route_init() - offer such routes
 */
void ipsec_iface_route_init(void)
{
	is_taken = lwtunnel_encap_add_ops(&route_ops, LWTUNNEL_ENCAP_XFRM);
}

/**
 * ipsec_iface_route_exit() - offer them no more
 *
 * There are none: the module could not be unloaded.
 */
void ipsec_iface_route_exit(void)
{
	if (!is_taken)
		lwtunnel_encap_del_ops(&route_ops, LWTUNNEL_ENCAP_XFRM);
}
