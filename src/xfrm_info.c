// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: how many SAs and policies there are. */
#include "xfrm.h"

/**
 * ipsec_xfrm_sadinfo() - answer with the number of SAs: XFRM_MSG_GETSADINFO
 * @req: the message
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_sadinfo(struct ipsec_xfrm_request *req)
{
	struct xfrmu_sadhinfo hash = {};
	struct ipsec_xfrm_to to;
	struct nlmsghdr *nlh;
	struct sk_buff *msg;
	u32 number;

	mutex_lock(&req->inet->config);
	number = ipsec_sadb_number(req->inet, &hash.sadhcnt);
	mutex_unlock(&req->inet->config);
	/* The table grows as it must. `ip xfrm` takes this for a signed number. */
	hash.sadhmcnt = S32_MAX;
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ipsec_xfrm_answer_to(req, &to);
	nlh = nlmsg_put(msg, to.portid, to.seq, XFRM_MSG_NEWSADINFO, sizeof(u32), 0);
	if (!nlh || nla_put_u32(msg, XFRMA_SAD_CNT, number) ||
	    nla_put(msg, XFRMA_SAD_HINFO, sizeof(hash), &hash)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	/* Flags that nobody has ever defined come back as they were sent. */
	memcpy(nlmsg_data(nlh), req->body, sizeof(u32));
	nlmsg_end(msg, nlh);
	return ipsec_xfrm_answer(req, msg);
}

static void count_policies(struct ipsec_net *inet, struct xfrmu_spdinfo *info)
{
	struct ipsec_policy *policy;

	memset(info, 0, sizeof(*info));
	for (policy = ipsec_spd_first(inet); policy; policy = ipsec_spd_next(policy)) {
		switch (ipsec_xfrm_dir(policy)) {
		case XFRM_POLICY_IN:
			info->incnt++;
			break;
		case XFRM_POLICY_OUT:
			info->outcnt++;
			break;
		default:
			info->fwdcnt++;
		}
	}
}

/**
 * ipsec_xfrm_spdinfo() - answer with the numbers of policies: XFRM_MSG_GETSPDINFO
 * @req: the message
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_spdinfo(struct ipsec_xfrm_request *req)
{
	struct xfrmu_spdhthresh hash4, hash6;
	struct xfrmu_spdhinfo hash = {};
	struct xfrmu_spdinfo info;
	struct ipsec_xfrm_to to;
	struct nlmsghdr *nlh;
	struct sk_buff *msg;

	mutex_lock(&req->inet->config);
	count_policies(req->inet, &info);
	hash4 = req->inet->xfrm->hash4;
	hash6 = req->inet->xfrm->hash6;
	mutex_unlock(&req->inet->config);
	msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	ipsec_xfrm_answer_to(req, &to);
	nlh = nlmsg_put(msg, to.portid, to.seq, XFRM_MSG_NEWSPDINFO, sizeof(u32), 0);
	if (!nlh || nla_put(msg, XFRMA_SPD_INFO, sizeof(info), &info) ||
	    nla_put(msg, XFRMA_SPD_HINFO, sizeof(hash), &hash) ||
	    nla_put(msg, XFRMA_SPD_IPV4_HTHRESH, sizeof(hash4), &hash4) ||
	    nla_put(msg, XFRMA_SPD_IPV6_HTHRESH, sizeof(hash6), &hash6)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	memcpy(nlmsg_data(nlh), req->body, sizeof(u32));
	nlmsg_end(msg, nlh);
	return ipsec_xfrm_answer(req, msg);
}

static int take_thresholds(const struct ipsec_xfrm_request *req, const struct nlattr *attr,
			   u8 longest, struct xfrmu_spdhthresh *thresholds)
{
	if (!attr)
		return 0;
	nla_memcpy(thresholds, attr, sizeof(*thresholds));
	if (thresholds->lbits <= longest && thresholds->rbits <= longest)
		return 0;
	NL_SET_ERR_MSG_ATTR(req->extack, attr, "A prefix is longer than an address");
	return -EINVAL;
}

/**
 * ipsec_xfrm_spdinfo_set() - take note of what is of no use here: XFRM_MSG_NEWSPDINFO
 * @req: the message
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_spdinfo_set(struct ipsec_xfrm_request *req)
{
	static const struct nla_policy policy[XFRMA_SPD_MAX + 1] = {
		[XFRMA_SPD_IPV4_HTHRESH] = { .len = sizeof(struct xfrmu_spdhthresh) },
		[XFRMA_SPD_IPV6_HTHRESH] = { .len = sizeof(struct xfrmu_spdhthresh) },
	};
	struct nlattr *attrs[XFRMA_SPD_MAX + 1];
	struct xfrmu_spdhthresh hash4, hash6;
	int err;

	err = nlmsg_parse_deprecated(req->nlh, sizeof(u32), attrs, XFRMA_SPD_MAX, policy,
				     req->extack);
	if (err)
		return err;
	mutex_lock(&req->inet->config);
	hash4 = req->inet->xfrm->hash4;
	hash6 = req->inet->xfrm->hash6;
	err = take_thresholds(req, attrs[XFRMA_SPD_IPV4_HTHRESH], 32, &hash4) ?:
	      take_thresholds(req, attrs[XFRMA_SPD_IPV6_HTHRESH], 128, &hash6);
	if (!err) {
		req->inet->xfrm->hash4 = hash4;
		req->inet->xfrm->hash6 = hash6;
	}
	mutex_unlock(&req->inet->config);
	return err;
}
