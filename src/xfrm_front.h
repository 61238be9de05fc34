/* SPDX-License-Identifier: GPL-2.0 */
/* NETLINK_XFRM: what it says of an SA that the rest of the module does not need. */
#ifndef IPSEC_XFRM_FRONT_H
#define IPSEC_XFRM_FRONT_H

#include <linux/xfrm.h>

struct ipsec_sa_config;

/**
 * struct ipsec_xfrm_front - what was said of an SA, to be told to who asks
 * @sel: selector
 * @lft: limits
 * @encap: ports of ESP in UDP, and the address that NAT has hidden
 * @extra_flags: XFRM_SA_XFLAG_ flags
 * @seq: number of the request for which the SA was made, or 0
 * @window: anti-replay window as it was asked for, in packets; that of the SA may be wider
 * @flags: XFRM_STATE_ flags
 * @replay_window: packets, where nothing but struct xfrm_usersa_info told it
 * @has_encap: @encap was given
 * @updated: it came, or was changed, by XFRM_MSG_UPDSA
 * @moved: by XFRM_MSG_MIGRATE, which has told of it
 * @has_esn_val: anti-replay was given as struct xfrm_replay_state_esn, and is shown so
 */
struct ipsec_xfrm_front {
	struct xfrm_selector sel;
	struct xfrm_lifetime_cfg lft;
	struct xfrm_encap_tmpl encap;
	u32 extra_flags;
	u32 seq;
	u32 window;
	u8 flags;
	u8 replay_window;
	bool has_encap;
	bool updated;
	bool moved;
	bool has_esn_val;
};

/**
 * struct ipsec_xfrm_policy_front - what was said of a policy, to be told to who asks
 * @sel: selector
 * @lft: limits
 * @add_time: nanoseconds since boot
 * @flags: XFRM_POLICY_LOCALOK and the like
 * @share: who may share its SAs; nobody looks at it
 * @updated: it came by XFRM_MSG_UPDPOLICY
 * @moved: by XFRM_MSG_MIGRATE, which has told of it
 * @policy: whose front it is, once that is in force [C]
 * @limited: in the list of policies with limits in seconds (xfrm_policy_expire.c) [C]
 * @soft_told: when a soft limit was told of, nanoseconds since boot, 0: never [C]
 * @n_tmpl: number of @tmpl
 * @tmpl: templates, innermost first
 */
struct ipsec_xfrm_policy_front {
	struct xfrm_selector sel;
	struct xfrm_lifetime_cfg lft;
	u64 add_time;
	u8 flags;
	u8 share;
	bool updated;
	bool moved;
	struct ipsec_policy *policy;
	struct list_head limited;
	u64 soft_told;
	unsigned int n_tmpl;
	struct xfrm_user_tmpl tmpl[];
};

/**
 * ipsec_xfrm_unlimited() - limits that are none
 * @lft: those in packets and bytes are set; those in seconds are none if they are 0
 */
static inline void ipsec_xfrm_unlimited(struct xfrm_lifetime_cfg *lft)
{
	lft->soft_byte_limit = XFRM_INF;
	lft->hard_byte_limit = XFRM_INF;
	lft->soft_packet_limit = XFRM_INF;
	lft->hard_packet_limit = XFRM_INF;
}

#endif /* IPSEC_XFRM_FRONT_H */
