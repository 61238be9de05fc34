/* SPDX-License-Identifier: GPL-2.0 */
/* The door that IKE daemons and `ip xfrm` know: NETLINK_XFRM, linux/xfrm.h. */
#ifndef IPSEC_XFRM_H
#define IPSEC_XFRM_H

#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <net/netlink.h>

#include "txn.h"

struct ipsec_xfrm_front;

/**
 * struct ipsec_xfrm - the door in one namespace
 * @inet: the namespace [I]
 * @limited: policies with limits in seconds, by ipsec_xfrm_policy_front.limited [C]
 * @policies_expire: looks at them
 * @sock: its end of NETLINK_XFRM [I]
 * @hash4: prefixes of IPv4 from which on the kernel's own stack has a hash table: nfipsec needs
 *         none, but they are told to who has set them [C]
 * @hash6: the same of IPv6 [C]
 */
struct ipsec_xfrm {
	struct ipsec_net *inet;
	struct list_head limited;
	struct delayed_work policies_expire;
	struct sock *sock;
	struct xfrmu_spdhthresh hash4;
	struct xfrmu_spdhthresh hash6;
};

/**
 * struct ipsec_xfrm_request - a message, while it is handled
 * @inet: the namespace
 * @skb: what it arrived in
 * @nlh: the message
 * @body: its fixed part, a copy
 * @attrs: its attributes, by enum xfrm_attr_type_t; of several the last
 * @extack: a sentence if it fails
 */
struct ipsec_xfrm_request {
	struct ipsec_net *inet;
	struct sk_buff *skb;
	struct nlmsghdr *nlh;
	void *body;
	struct nlattr *attrs[XFRMA_MAX + 1];
	struct netlink_ext_ack *extack;
};

/**
 * struct ipsec_xfrm_to - whom a message is for
 * @portid: the socket, 0: all that listen
 * @seq: that of the request, or 0
 * @flags: NLM_F_ flags
 */
struct ipsec_xfrm_to {
	u32 portid;
	u32 seq;
	u16 flags;
};

/* xfrm.c */
extern const struct nla_policy ipsec_xfrm_policy[XFRMA_MAX + 1];

int ipsec_xfrm_net_init(struct ipsec_net *inet);
void ipsec_xfrm_net_stop(struct ipsec_net *inet);
void ipsec_xfrm_net_exit(struct ipsec_net *inet);
int ipsec_xfrm_refuse(const struct ipsec_xfrm_request *req, int attr, int err,
		      const char *sentence);
void ipsec_xfrm_answer_to(const struct ipsec_xfrm_request *req, struct ipsec_xfrm_to *to);
int ipsec_xfrm_answer(const struct ipsec_xfrm_request *req, struct sk_buff *msg);

/* xfrm_tag.c */
void ipsec_xfrm_mark(const struct ipsec_xfrm_request *req, struct ipsec_mark *mark);
void ipsec_xfrm_set_mark(const struct ipsec_xfrm_request *req, struct ipsec_mark *mark);
u32 ipsec_xfrm_if_id(const struct ipsec_xfrm_request *req);
size_t ipsec_xfrm_tag_size(void);
int ipsec_xfrm_put_tag(struct sk_buff *msg, const struct ipsec_mark *mark, u32 if_id);
int ipsec_xfrm_put_set_mark(struct sk_buff *msg, const struct ipsec_mark *mark);

/* xfrm_mode.c */
int ipsec_xfrm_mode(u8 mode);
u8 ipsec_xfrm_told_mode(u8 mode);

/* xfrm_selector.c */
const char *ipsec_xfrm_selector(const struct xfrm_selector *from, u16 family,
				struct ipsec_selector *sel);
void ipsec_xfrm_put_selector(const struct ipsec_selector *sel, struct xfrm_selector *to);

/* xfrm_algo.c */
int ipsec_xfrm_algorithms(const struct ipsec_xfrm_request *req, struct ipsec_sa_config *config);
int ipsec_xfrm_put_algorithms(struct sk_buff *msg, const struct ipsec_sa *sa);

/* xfrm_sa.c */
void ipsec_xfrm_addr(const xfrm_address_t *from, u16 family, union ipsec_addr *addr);
int ipsec_xfrm_sa_new(struct ipsec_xfrm_request *req);
int ipsec_xfrm_sa_update(struct ipsec_xfrm_request *req);
int ipsec_xfrm_sa_del(struct ipsec_xfrm_request *req);
int ipsec_xfrm_sa_get(struct ipsec_xfrm_request *req);
int ipsec_xfrm_sa_flush(struct ipsec_xfrm_request *req);
int ipsec_xfrm_sa_spi(struct ipsec_xfrm_request *req);

int ipsec_xfrm_sa_expire(struct ipsec_xfrm_request *req);
struct ipsec_sa *ipsec_xfrm_sa_named(const struct ipsec_xfrm_request *req);

/* xfrm_replay.c */
int ipsec_xfrm_replay(const struct ipsec_xfrm_request *req, struct ipsec_xfrm_front *front,
		      struct ipsec_sa_config *config);
void ipsec_xfrm_replay_open(const struct ipsec_xfrm_request *req, struct ipsec_sa *sa);
size_t ipsec_xfrm_replay_size(const struct ipsec_sa *sa);
int ipsec_xfrm_put_replay(struct sk_buff *msg, const struct ipsec_sa *sa,
			  const struct ipsec_xfrm_front *front);

/* xfrm_ae.c */
int ipsec_xfrm_ae_get(struct ipsec_xfrm_request *req);
int ipsec_xfrm_ae_new(struct ipsec_xfrm_request *req);

/* xfrm_put_sa.c */
void ipsec_xfrm_front_of(const struct ipsec_sa *sa, struct ipsec_xfrm_front *front);
void ipsec_xfrm_put_id(const struct ipsec_sa *sa, struct xfrm_usersa_id *id);
int ipsec_xfrm_put_direction(struct sk_buff *msg, const struct ipsec_sa *sa);
size_t ipsec_xfrm_sa_size(const struct ipsec_sa *sa);
void ipsec_xfrm_sa_info(const struct ipsec_sa *sa, struct xfrm_usersa_info *info);
int ipsec_xfrm_put_sa(struct sk_buff *msg, void *room, const struct ipsec_sa *sa);
int ipsec_xfrm_sa_message(struct sk_buff *msg, const struct ipsec_sa *sa, u16 type,
			  const struct ipsec_xfrm_to *to);
int ipsec_xfrm_sa_dump_start(struct netlink_callback *cb);
int ipsec_xfrm_sa_dump(struct sk_buff *msg, struct netlink_callback *cb);

/* xfrm_policy.c */
int ipsec_xfrm_specs(const struct ipsec_xfrm_request *req, const struct xfrm_user_tmpl *tmpl,
		     unsigned int n, struct ipsec_policy *policy);
u8 ipsec_xfrm_dir(const struct ipsec_policy *policy);
bool ipsec_xfrm_is_sub(const struct ipsec_xfrm_request *req);
int ipsec_xfrm_check_type(const struct ipsec_xfrm_request *req);
int ipsec_xfrm_policy_new(struct ipsec_xfrm_request *req);
int ipsec_xfrm_policy_update(struct ipsec_xfrm_request *req);
int ipsec_xfrm_policy_del(struct ipsec_xfrm_request *req);
int ipsec_xfrm_policy_get(struct ipsec_xfrm_request *req);
int ipsec_xfrm_policy_expire(struct ipsec_xfrm_request *req);
int ipsec_xfrm_policy_flush(struct ipsec_xfrm_request *req);
struct ipsec_policy *ipsec_xfrm_policy_named(const struct ipsec_xfrm_request *req);

/* xfrm_migrate.c */
int ipsec_xfrm_migrate(struct ipsec_xfrm_request *req);

/* xfrm_policy_expire.c */
void ipsec_xfrm_policy_expire_init(struct ipsec_xfrm *xfrm);
void ipsec_xfrm_policy_expire_listen(void);

/* xfrm_put_policy.c */
u32 ipsec_xfrm_id_of(u32 index);
size_t ipsec_xfrm_policy_size(void);
void ipsec_xfrm_policy_info(const struct ipsec_policy *policy, struct xfrm_userpolicy_info *info);
int ipsec_xfrm_put_type(struct sk_buff *msg, bool sub);
int ipsec_xfrm_put_policy(struct sk_buff *msg, const struct ipsec_policy *policy);
int ipsec_xfrm_policy_message(struct sk_buff *msg, const struct ipsec_policy *policy, u16 type,
			      const struct ipsec_xfrm_to *to);
int ipsec_xfrm_policy_dump_start(struct netlink_callback *cb);
int ipsec_xfrm_policy_dump(struct sk_buff *msg, struct netlink_callback *cb);

/* xfrm_info.c */
int ipsec_xfrm_sadinfo(struct ipsec_xfrm_request *req);
int ipsec_xfrm_spdinfo(struct ipsec_xfrm_request *req);
int ipsec_xfrm_spdinfo_set(struct ipsec_xfrm_request *req);

/* xfrm_default.c */
int ipsec_xfrm_default_get(struct ipsec_xfrm_request *req);
int ipsec_xfrm_default_set(struct ipsec_xfrm_request *req);

/* xfrm_socket.c */
void ipsec_xfrm_socket_init(void);
void ipsec_xfrm_socket_exit(void);

/* xfrm_acquire.c */
void ipsec_xfrm_tell_acquire(struct ipsec_net *inet, const struct ipsec_policy *policy,
			     const struct ipsec_key *key);
int ipsec_xfrm_acquire(struct ipsec_xfrm_request *req);

/* xfrm_event.c */
struct sk_buff *ipsec_xfrm_begin(const struct ipsec_net *inet, int group, size_t size);
void ipsec_xfrm_tell(const struct ipsec_net *inet, int group, struct sk_buff *msg, int err);
void ipsec_xfrm_event_init(void);

#endif /* IPSEC_XFRM_H */
