/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family "nfipsec": include/uapi/linux/nfipsec.h describes it. */
#ifndef IPSEC_NETLINK_H
#define IPSEC_NETLINK_H

#include <linux/nfipsec.h>
#include <net/genetlink.h>

#include "selector.h"
#include "txn.h"

/* netlink.c */

/**
 * enum ipsec_nl_group - indices of the multicast groups
 * @IPSEC_NL_CHANGES: what happened to the SADB and the SPD
 * @IPSEC_NL_KEYING: for key managers
 */
enum ipsec_nl_group {
	IPSEC_NL_CHANGES,
	IPSEC_NL_KEYING,
};

extern struct genl_family ipsec_nl_family;

int ipsec_netlink_init(void);
void ipsec_netlink_exit(void);
int ipsec_nl_answer(struct genl_info *info, size_t size,
		    int (*fill)(struct sk_buff *msg, struct genl_info *info));
int ipsec_nl_dump_start(struct netlink_callback *cb);
int ipsec_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    const char *sentence);

/* nl_selector.c */
extern const struct nla_policy ipsec_nl_selector_policy[NFIPSEC_SEL_A_MAX + 1];

int ipsec_nl_addr(const struct nlattr *attr, union ipsec_addr *addr, u16 *family,
		  struct netlink_ext_ack *extack);
int ipsec_nl_put_addr(struct sk_buff *msg, int type, const union ipsec_addr *addr, u16 family);
int ipsec_nl_selector(const struct nlattr *nest, struct ipsec_selector *sel,
		      struct netlink_ext_ack *extack);
unsigned int ipsec_nl_count(const struct nlattr *nest, int type);
int ipsec_nl_sa_selectors(const struct nlattr *nest, struct ipsec_sa_config *config,
			  struct netlink_ext_ack *extack);
size_t ipsec_nl_selector_size(void);
int ipsec_nl_put_selector(struct sk_buff *msg, int type, const struct ipsec_selector *sel);
int ipsec_nl_put_selectors(struct sk_buff *msg, int type, const struct ipsec_selector *sel,
			   unsigned int n);

/* nl_tag.c */
int ipsec_nl_mark(const struct nlattr *value, const struct nlattr *mask, struct ipsec_mark *mark,
		  struct netlink_ext_ack *extack);
int ipsec_nl_put_mark(struct sk_buff *msg, int type, const struct ipsec_mark *mark);

/* nl_outer.c */
int ipsec_nl_outer(struct nlattr **tb, struct ipsec_sa_config *config,
		   struct netlink_ext_ack *extack);
int ipsec_nl_put_outer(struct sk_buff *msg, const struct ipsec_outer *outer);

/* nl_sa.c */
extern const struct nla_policy ipsec_nl_sa_policy[NFIPSEC_SA_A_MAX + 1];

int ipsec_nl_sa_new(struct ipsec_txn *txn, const struct nlattr *nest,
		    struct netlink_ext_ack *extack);
int ipsec_nl_sa_del(struct ipsec_txn *txn, const struct nlattr *nest,
		    struct netlink_ext_ack *extack);
int ipsec_nl_sa_get(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_sa_dump_start(struct netlink_callback *cb);
int ipsec_nl_sa_dump(struct sk_buff *msg, struct netlink_callback *cb);
int ipsec_nl_put_sa(struct sk_buff *msg, struct ipsec_sa *sa, bool show_keys);

/* nl_lifetime.c */
extern const struct nla_policy ipsec_nl_lifetime_policy[NFIPSEC_LIFE_A_MAX + 1];
int ipsec_nl_lifetime(const struct nlattr *nest, struct ipsec_limits *limits,
		      struct netlink_ext_ack *extack);
int ipsec_nl_put_lifetime(struct sk_buff *msg, const struct ipsec_quota *quota);

/* nl_policy.c */
extern const struct nla_policy ipsec_nl_policy_policy[NFIPSEC_POLICY_A_MAX + 1];

int ipsec_nl_policy_new(struct ipsec_txn *txn, const struct nlattr *nest,
			struct netlink_ext_ack *extack);
int ipsec_nl_policy_del(struct ipsec_txn *txn, const struct nlattr *nest,
			struct netlink_ext_ack *extack);
int ipsec_nl_policy_get(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_policy_dump_start(struct netlink_callback *cb);
int ipsec_nl_policy_dump(struct sk_buff *msg, struct netlink_callback *cb);
size_t ipsec_nl_policy_size(unsigned int n_selectors);
int ipsec_nl_put_policy(struct sk_buff *msg, const struct ipsec_policy *policy);

/* nl_defaults.c */
extern const struct nla_policy ipsec_nl_defaults_policy[NFIPSEC_DEFAULTS_A_MAX + 1];

int ipsec_nl_defaults_set(struct ipsec_txn *txn, const struct nlattr *nest,
			  struct netlink_ext_ack *extack);
int ipsec_nl_defaults_get(struct sk_buff *skb, struct genl_info *info);

/* nl_batch.c */
int ipsec_nl_change(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_batch(struct sk_buff *skb, struct genl_info *info);

/* nl_stats.c */
int ipsec_nl_stats_get(struct sk_buff *skb, struct genl_info *info);

/* nl_event.c */
void ipsec_nl_event_init(void);

#endif /* IPSEC_NETLINK_H */
