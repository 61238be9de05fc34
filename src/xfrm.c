// SPDX-License-Identifier: GPL-2.0
/*
 * NETLINK_XFRM: which message goes where.
 *
 * The kernel's own stack has this protocol in a module, xfrm_user. Whichever of the two is
 * loaded first has it, in all namespaces.
 */
#include <linux/compat.h>
#include <linux/module.h>
#include <net/sock.h>

#include "xfrm.h"

MODULE_ALIAS_NET_PF_PROTO(PF_NETLINK, NETLINK_XFRM);

/* What is longer than this, or not known here, is as much as is known of it. */
const struct nla_policy ipsec_xfrm_policy[XFRMA_MAX + 1] = {
	[XFRMA_ALG_AUTH]	= { .len = sizeof(struct xfrm_algo) },
	[XFRMA_ALG_CRYPT]	= { .len = sizeof(struct xfrm_algo) },
	[XFRMA_ALG_COMP]	= { .len = sizeof(struct xfrm_algo) },
	[XFRMA_ALG_AEAD]	= { .len = sizeof(struct xfrm_algo_aead) },
	[XFRMA_ALG_AUTH_TRUNC]	= { .len = sizeof(struct xfrm_algo_auth) },
	[XFRMA_ENCAP]		= { .len = sizeof(struct xfrm_encap_tmpl) },
	[XFRMA_TMPL]		= { .len = sizeof(struct xfrm_user_tmpl) },
	[XFRMA_SEC_CTX]		= { .len = sizeof(struct xfrm_user_sec_ctx) },
	[XFRMA_LTIME_VAL]	= { .len = sizeof(struct xfrm_lifetime_cur) },
	[XFRMA_REPLAY_VAL]	= { .len = sizeof(struct xfrm_replay_state) },
	[XFRMA_REPLAY_ESN_VAL]	= { .len = sizeof(struct xfrm_replay_state_esn) },
	[XFRMA_REPLAY_THRESH]	= { .type = NLA_U32 },
	[XFRMA_ETIMER_THRESH]	= { .type = NLA_U32 },
	[XFRMA_SRCADDR]		= { .len = sizeof(xfrm_address_t) },
	[XFRMA_COADDR]		= { .len = sizeof(xfrm_address_t) },
	[XFRMA_POLICY_TYPE]	= { .len = sizeof(struct xfrm_userpolicy_type) },
	[XFRMA_MIGRATE]		= { .len = sizeof(struct xfrm_user_migrate) },
	[XFRMA_KMADDRESS]	= { .len = sizeof(struct xfrm_user_kmaddress) },
	[XFRMA_MARK]		= { .len = sizeof(struct xfrm_mark) },
	[XFRMA_TFCPAD]		= { .type = NLA_U32 },
	[XFRMA_SA_EXTRA_FLAGS]	= { .type = NLA_U32 },
	[XFRMA_PROTO]		= { .type = NLA_U8 },
	[XFRMA_ADDRESS_FILTER]	= { .len = sizeof(struct xfrm_address_filter) },
	[XFRMA_OFFLOAD_DEV]	= { .len = sizeof(struct xfrm_user_offload) },
	[XFRMA_SET_MARK]	= { .type = NLA_U32 },
	[XFRMA_SET_MARK_MASK]	= { .type = NLA_U32 },
	[XFRMA_IF_ID]		= { .type = NLA_U32 },
	[XFRMA_SA_DIR]		= NLA_POLICY_RANGE(NLA_U8, XFRM_SA_DIR_IN, XFRM_SA_DIR_OUT),
	[XFRMA_NAT_KEEPALIVE_INTERVAL] = { .type = NLA_U32 },
};

/**
 * struct command - what is done with one type of message
 * @handle: a request for one thing, NULL: nobody may send this
 * @dump_start: a request for all there is, NULL: this cannot be dumped
 * @dump: writes a part of the answer
 * @body: bytes of the fixed part; 0: none
 * @own_attrs: its attributes are not those of enum xfrm_attr_type_t
 */
struct command {
	int (*handle)(struct ipsec_xfrm_request *req);
	int (*dump_start)(struct netlink_callback *cb);
	int (*dump)(struct sk_buff *msg, struct netlink_callback *cb);
	u16 body;
	bool own_attrs;
};

#define AT(type)	((type) - XFRM_MSG_BASE)

static const struct command commands[] = {
	[AT(XFRM_MSG_NEWSA)] = {
		.handle = ipsec_xfrm_sa_new,
		.body = sizeof(struct xfrm_usersa_info),
	},
	[AT(XFRM_MSG_UPDSA)] = {
		.handle = ipsec_xfrm_sa_update,
		.body = sizeof(struct xfrm_usersa_info),
	},
	[AT(XFRM_MSG_DELSA)] = {
		.handle = ipsec_xfrm_sa_del,
		.body = sizeof(struct xfrm_usersa_id),
	},
	[AT(XFRM_MSG_GETSA)] = {
		.handle = ipsec_xfrm_sa_get,
		.dump_start = ipsec_xfrm_sa_dump_start,
		.dump = ipsec_xfrm_sa_dump,
		.body = sizeof(struct xfrm_usersa_id),
	},
	[AT(XFRM_MSG_ALLOCSPI)] = {
		.handle = ipsec_xfrm_sa_spi,
		.body = sizeof(struct xfrm_userspi_info),
	},
	[AT(XFRM_MSG_FLUSHSA)] = {
		.handle = ipsec_xfrm_sa_flush,
		.body = sizeof(struct xfrm_usersa_flush),
	},
	[AT(XFRM_MSG_NEWPOLICY)] = {
		.handle = ipsec_xfrm_policy_new,
		.body = sizeof(struct xfrm_userpolicy_info),
	},
	[AT(XFRM_MSG_UPDPOLICY)] = {
		.handle = ipsec_xfrm_policy_update,
		.body = sizeof(struct xfrm_userpolicy_info),
	},
	[AT(XFRM_MSG_DELPOLICY)] = {
		.handle = ipsec_xfrm_policy_del,
		.body = sizeof(struct xfrm_userpolicy_id),
	},
	[AT(XFRM_MSG_GETPOLICY)] = {
		.handle = ipsec_xfrm_policy_get,
		.dump_start = ipsec_xfrm_policy_dump_start,
		.dump = ipsec_xfrm_policy_dump,
		.body = sizeof(struct xfrm_userpolicy_id),
	},
	[AT(XFRM_MSG_FLUSHPOLICY)] = {
		.handle = ipsec_xfrm_policy_flush,
	},
	[AT(XFRM_MSG_MIGRATE)] = {
		.handle = ipsec_xfrm_migrate,
		.body = sizeof(struct xfrm_userpolicy_id),
	},
	[AT(XFRM_MSG_ACQUIRE)] = {
		.handle = ipsec_xfrm_acquire,
		.body = sizeof(struct xfrm_user_acquire),
	},
	[AT(XFRM_MSG_EXPIRE)] = {
		.handle = ipsec_xfrm_sa_expire,
		.body = sizeof(struct xfrm_user_expire),
	},
	[AT(XFRM_MSG_POLEXPIRE)] = {
		.handle = ipsec_xfrm_policy_expire,
		.body = sizeof(struct xfrm_user_polexpire),
	},
	[AT(XFRM_MSG_SETDEFAULT)] = {
		.handle = ipsec_xfrm_default_set,
		.body = sizeof(struct xfrm_userpolicy_default),
	},
	[AT(XFRM_MSG_GETDEFAULT)] = {
		.handle = ipsec_xfrm_default_get,
		.body = sizeof(struct xfrm_userpolicy_default),
	},
	[AT(XFRM_MSG_NEWSPDINFO)] = {
		.handle = ipsec_xfrm_spdinfo_set,
		.body = sizeof(u32),
		.own_attrs = true,
	},
	[AT(XFRM_MSG_GETSPDINFO)] = {
		.handle = ipsec_xfrm_spdinfo,
		.body = sizeof(u32),
	},
	[AT(XFRM_MSG_NEWAE)] = {
		.handle = ipsec_xfrm_ae_new,
		.body = sizeof(struct xfrm_aevent_id),
	},
	[AT(XFRM_MSG_GETAE)] = {
		.handle = ipsec_xfrm_ae_get,
		.body = sizeof(struct xfrm_aevent_id),
	},
	[AT(XFRM_MSG_GETSADINFO)] = {
		.handle = ipsec_xfrm_sadinfo,
		.body = sizeof(u32),
	},
};

/**
 * ipsec_xfrm_refuse() - say why a message is bad
 * @req: the message
 * @attr: type of the attribute to blame, XFRMA_UNSPEC: none
 * @err: negative errno
 * @sentence: the reason; must live as long as the module
 *
 * Return: @err.
 */
int ipsec_xfrm_refuse(const struct ipsec_xfrm_request *req, int attr, int err,
		      const char *sentence)
{
	if (req->extack) {
		req->extack->_msg = sentence;
		NL_SET_BAD_ATTR(req->extack, req->attrs[attr]);
	}
	return err;
}

/**
 * ipsec_xfrm_answer_to() - whom the answer to a message is for
 * @req: the message
 * @to: filled
 */
void ipsec_xfrm_answer_to(const struct ipsec_xfrm_request *req, struct ipsec_xfrm_to *to)
{
	/* Senders write what they like into nlmsg_pid. */
	to->portid = NETLINK_CB(req->skb).portid;
	to->seq = req->nlh->nlmsg_seq;
	to->flags = 0;
}

/**
 * ipsec_xfrm_answer() - send the answer to a message
 * @req: the message
 * @msg: the answer, consumed
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_answer(const struct ipsec_xfrm_request *req, struct sk_buff *msg)
{
	return nlmsg_unicast(req->inet->xfrm->sock, msg, NETLINK_CB(req->skb).portid);
}

static int dump(const struct command *command, struct sk_buff *skb, struct nlmsghdr *nlh)
{
	struct netlink_dump_control control = {
		.start = command->dump_start,
		.dump = command->dump,
		.module = THIS_MODULE,
	};

	return netlink_dump_start(skb->sk, skb, nlh, &control);
}

/**
 * union body - what begins a message: the largest kinds
 * @sa: of NEWSA
 * @policy: of NEWPOLICY
 * @acquire: of ACQUIRE
 * @expire: of EXPIRE
 * @polexpire: of POLEXPIRE
 */
union body {
	struct xfrm_usersa_info sa;
	struct xfrm_userpolicy_info policy;
	struct xfrm_user_acquire acquire;
	struct xfrm_user_expire expire;
	struct xfrm_user_polexpire polexpire;
};

static int handle(const struct command *command, struct sk_buff *skb, struct nlmsghdr *nlh,
		  struct netlink_ext_ack *extack)
{
	union body body;
	struct ipsec_xfrm_request req = {
		.inet = ipsec_net(sock_net(skb->sk)),
		.skb = skb,
		.nlh = nlh,
		.extack = extack,
	};
	int err;

	/* Old programs send attributes that are longer than they need be, or of a later kernel. */
	err = nlmsg_parse_deprecated(nlh, command->body, req.attrs,
				     command->own_attrs ? 0 : XFRMA_MAX, ipsec_xfrm_policy, extack);
	if (err)
		return err;
	if (WARN_ON_ONCE(command->body > sizeof(body)))
		return -EMSGSIZE;
	/* Of several messages in a datagram, each begins at a multiple of 4. */
	memcpy(&body, nlmsg_data(nlh), command->body);
	req.body = &body;
	return command->handle(&req);
}

/* Return: 0 or a negative errno, -EINTR: a dump has begun. */
static int dispatch(struct sk_buff *skb, struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct command *command;

	if (in_compat_syscall()) {
		NL_SET_ERR_MSG(extack, "A 32-bit program on a 64-bit kernel cannot use NETLINK_XFRM with nfipsec");
		return -EOPNOTSUPP;
	}
	if (nlh->nlmsg_type < XFRM_MSG_BASE || AT(nlh->nlmsg_type) >= ARRAY_SIZE(commands) ||
	    !commands[AT(nlh->nlmsg_type)].handle) {
		NL_SET_ERR_MSG(extack, "nfipsec does not know this type of message");
		return -EINVAL;
	}
	command = &commands[AT(nlh->nlmsg_type)];
	if (!netlink_net_capable(skb, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack, "IPsec is configured with CAP_NET_ADMIN in the user namespace of the network namespace");
		return -EPERM;
	}
	if (command->dump && (nlh->nlmsg_flags & NLM_F_DUMP))
		return dump(command, skb, nlh);
	return handle(command, skb, nlh, extack);
}

/*
 * A message may have keys. It stays in memory that others will use, and an error quotes it. A dump
 * that goes on needs no more of it than its header.
 */
static int receive_one(struct sk_buff *skb, struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	int err = dispatch(skb, nlh, extack);

	memzero_explicit(nlmsg_data(nlh), nlmsg_len(nlh));
	return err;
}

/* One after the other: transactions have a lock of their own. */
static void receive(struct sk_buff *skb)
{
	netlink_rcv_skb(skb, receive_one);
}

/* What programs call this protocol, or where it is if somebody else has that: then said once. */
static int protocol = NETLINK_XFRM;

static struct sock *open_door(struct net *net)
{
	struct netlink_kernel_cfg cfg = {
		.groups = XFRMNLGRP_MAX,
		.input = receive,
	};
	struct sock *sock = netlink_kernel_create(net, protocol, &cfg);

	if (sock || !net_eq(net, &init_net))
		return sock;
	pr_notice("nfipsec: xfrm_user has NETLINK_XFRM: IKE daemons and `ip xfrm` reach the kernel's own stack, unless they are started with libnfipsec-xfrm.so, or xfrm_user is blacklisted and nfipsec loaded first\n");
	protocol = NFIPSEC_NETLINK_XFRM;
	return netlink_kernel_create(net, protocol, &cfg);
}

/**
 * ipsec_xfrm_net_init() - open the door of a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_xfrm_net_init(struct ipsec_net *inet)
{
	struct ipsec_xfrm *xfrm = kzalloc(sizeof(*xfrm), GFP_KERNEL);

	if (!xfrm)
		return -ENOMEM;
	xfrm->hash4 = (struct xfrmu_spdhthresh){ .lbits = 32, .rbits = 32 };
	xfrm->hash6 = (struct xfrmu_spdhthresh){ .lbits = 128, .rbits = 128 };
	xfrm->inet = inet;
	ipsec_xfrm_policy_expire_init(xfrm);
	inet->xfrm = xfrm;
	xfrm->sock = open_door(inet->net);
	if (xfrm->sock)
		return 0;
	inet->xfrm = NULL;
	kfree(xfrm);
	return -ENOMEM;
}

/**
 * ipsec_xfrm_net_stop() - no more messages come through the door
 * @inet: a namespace that ends
 */
void ipsec_xfrm_net_stop(struct ipsec_net *inet)
{
	netlink_kernel_release(inet->xfrm->sock);
	inet->xfrm->sock = NULL;
}

/**
 * ipsec_xfrm_net_exit() - take the door away
 * @inet: a namespace that ends; nothing happens in it any more
 */
void ipsec_xfrm_net_exit(struct ipsec_net *inet)
{
	cancel_delayed_work_sync(&inet->xfrm->policies_expire);
	kfree(inet->xfrm);
	inet->xfrm = NULL;
}
