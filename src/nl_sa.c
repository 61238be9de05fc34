// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: SAs. */
#include <net/sock.h>

#include "bundle.h"
#include "clock.h"
#include "netlink.h"
#include "pmtu.h"

#define ADDR	NLA_POLICY_RANGE(NLA_BINARY, 4, 16)
#define KEY	{ .type = NLA_BINARY, .len = NFIPSEC_KEY_MAX }
#define ANSWER	{ .type = NLA_REJECT, .reject_message = "Only answers have this attribute" }

const struct nla_policy ipsec_nl_sa_policy[NFIPSEC_SA_A_MAX + 1] = {
	[NFIPSEC_SA_A_SPI]		= { .type = NLA_U32 },
	[NFIPSEC_SA_A_PROTO]		= { .type = NLA_U8 },
	[NFIPSEC_SA_A_SRC]		= ADDR,
	[NFIPSEC_SA_A_DST]		= ADDR,
	[NFIPSEC_SA_A_MODE]		= { .type = NLA_U8 },
	[NFIPSEC_SA_A_REQID]		= { .type = NLA_U32 },
	[NFIPSEC_SA_A_ENC]		= { .type = NLA_U16 },
	[NFIPSEC_SA_A_ENC_KEY]		= KEY,
	[NFIPSEC_SA_A_AUTH]		= { .type = NLA_U16 },
	[NFIPSEC_SA_A_AUTH_KEY]		= KEY,
	[NFIPSEC_SA_A_REPLAY_WINDOW]	= { .type = NLA_U32 },
	[NFIPSEC_SA_A_SEQ_OUT]		= { .type = NLA_U64 },
	[NFIPSEC_SA_A_SEQ_IN]		= { .type = NLA_U64 },
	[NFIPSEC_SA_A_PACKETS]		= ANSWER,
	[NFIPSEC_SA_A_BYTES]		= ANSWER,
	[NFIPSEC_SA_A_DROPS]		= ANSWER,
	[NFIPSEC_SA_A_ADD_TIME]		= ANSWER,
	[NFIPSEC_SA_A_USE_TIME]		= ANSWER,
	[NFIPSEC_SA_A_ENC_KEY_BITS]	= ANSWER,
	[NFIPSEC_SA_A_DF]		= { .type = NLA_U8 },
	[NFIPSEC_SA_A_ECN]		= { .type = NLA_U8 },
	[NFIPSEC_SA_A_DSCP]		= { .type = NLA_U8 },
	[NFIPSEC_SA_A_DSCP_MAP]		= NLA_POLICY_EXACT_LEN(NFIPSEC_DSCP_COUNT),
	[NFIPSEC_SA_A_DSCP_DECAP]	= { .type = NLA_FLAG },
	[NFIPSEC_SA_A_TTL]		= { .type = NLA_U8 },
	[NFIPSEC_SA_A_FLOW_LABEL]	= { .type = NLA_U32 },
	[NFIPSEC_SA_A_FLAGS]		= NLA_POLICY_MASK(NLA_U32, NFIPSEC_SA_F_ALL),
	[NFIPSEC_SA_A_TFC]		= { .type = NLA_U16 },
	[NFIPSEC_SA_A_ENCAP_SPORT]	= NLA_POLICY_MIN(NLA_U16, 1),
	[NFIPSEC_SA_A_ENCAP_DPORT]	= NLA_POLICY_MIN(NLA_U16, 1),
	[NFIPSEC_SA_A_MAPPED_SRC]	= ANSWER,
	[NFIPSEC_SA_A_PMTU]		= ANSWER,
	[NFIPSEC_SA_A_PMTU_INSIDE]	= ANSWER,
	[NFIPSEC_SA_A_PMTU_ROUTER]	= ANSWER,
	[NFIPSEC_SA_A_PMTU_AGE]		= ANSWER,
	[NFIPSEC_SA_A_MAPPED_PORT]	= ANSWER,
	[NFIPSEC_SA_A_SELECTOR]		= NLA_POLICY_NESTED(ipsec_nl_selector_policy),
	[NFIPSEC_SA_A_LIFETIME]		= NLA_POLICY_NESTED(ipsec_nl_lifetime_policy),
	[NFIPSEC_SA_A_MARK]		= { .type = NLA_U32 },
	[NFIPSEC_SA_A_MARK_MASK]	= { .type = NLA_U32 },
	[NFIPSEC_SA_A_IF_ID]		= { .type = NLA_U32 },
	[NFIPSEC_SA_A_SET_MARK]		= { .type = NLA_U32 },
	[NFIPSEC_SA_A_SET_MARK_MASK]	= { .type = NLA_U32 },
	[NFIPSEC_SA_A_KEEPALIVE]	= { .type = NLA_U32 },
};

/* What names an SA. */
static int sa_id(struct nlattr **tb, const struct nlattr *nest, struct ipsec_sa_id *id,
		 struct netlink_ext_ack *extack)
{
	u32 spi;

	memset(id, 0, sizeof(*id));
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_SA_A_SPI))
		return ipsec_nl_refuse(extack, NULL, "An SA needs an SPI");
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_SA_A_PROTO))
		return ipsec_nl_refuse(extack, NULL, "An SA needs a protocol, ESP or AH");
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_SA_A_DST))
		return ipsec_nl_refuse(extack, NULL, "An SA needs a destination address");
	spi = nla_get_u32(tb[NFIPSEC_SA_A_SPI]);
	if (spi < NFIPSEC_SPI_MIN) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NFIPSEC_SA_A_SPI],
				    "SPIs from 0 to 255 are reserved (RFC 4303 2.1)");
		return -EINVAL;
	}
	id->spi = htonl(spi);
	id->proto = nla_get_u8(tb[NFIPSEC_SA_A_PROTO]);
	if (!ipsec_xform_find(id->proto)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NFIPSEC_SA_A_PROTO],
				    "The protocol of an SA is ESP (50) or AH (51)");
		return -EPROTONOSUPPORT;
	}
	return ipsec_nl_addr(tb[NFIPSEC_SA_A_DST], &id->dst, &id->family, extack);
}

/* The source, if the flags say that it is part of the name of the SA; else NULL. */
static int name_src(struct nlattr **tb, u16 *family, union ipsec_addr *buffer,
		    const union ipsec_addr **src, struct netlink_ext_ack *extack)
{
	const struct nlattr *flags = tb[NFIPSEC_SA_A_FLAGS], *attr = tb[NFIPSEC_SA_A_SRC];
	int err = 0;

	*src = NULL;
	if (!flags || !(nla_get_u32(flags) & NFIPSEC_SA_F_SOURCE))
		return 0;
	if (attr)
		err = ipsec_nl_addr(attr, buffer, family, extack);
	if (!attr || (!err && ipsec_addr_is_any(buffer)))
		return ipsec_nl_refuse(extack, attr ?: flags,
				       "An SA that its source names needs a source address");
	*src = buffer;
	return err;
}

static int sa_enc(struct nlattr **tb, struct ipsec_sa_config *config,
		  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[NFIPSEC_SA_A_ENC], *key = tb[NFIPSEC_SA_A_ENC_KEY];

	if (key) {
		config->enc_key = nla_data(key);
		config->enc_key_len = nla_len(key);
	}
	if (!attr && !key)
		return 0;
	if (!attr) {
		NL_SET_ERR_MSG_ATTR(extack, key, "An encryption key needs an encryption algorithm");
		return -EINVAL;
	}
	config->enc = ipsec_enc_algo(nla_get_u16(attr));
	if (!config->enc) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "This encryption algorithm is not known");
		return -EOPNOTSUPP;
	}
	if (!ipsec_enc_key_len_ok(config->enc, config->enc_key_len))
		return ipsec_nl_refuse(extack, key ?: attr, config->enc->takes);
	return 0;
}

static int sa_auth(struct nlattr **tb, struct ipsec_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[NFIPSEC_SA_A_AUTH], *key = tb[NFIPSEC_SA_A_AUTH_KEY];

	if (key) {
		config->auth_key = nla_data(key);
		config->auth_key_len = nla_len(key);
	}
	if (!attr || nla_get_u16(attr) == NFIPSEC_AUTH_NONE) {
		if (!key)
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, key, "An integrity key needs an integrity algorithm");
		return -EINVAL;
	}
	config->auth = ipsec_auth_algo(nla_get_u16(attr));
	if (!config->auth) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "This integrity algorithm is not known");
		return -EOPNOTSUPP;
	}
	if (config->auth_key_len != config->auth->key_len + config->auth->salt_len)
		return ipsec_nl_refuse(extack, key ?: attr, config->auth->takes);
	return 0;
}

static int sa_mode(struct nlattr **tb, const struct nlattr *nest,
		   struct ipsec_sa_config *config, struct netlink_ext_ack *extack)
{
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_SA_A_MODE))
		return ipsec_nl_refuse(extack, NULL, "An SA needs a mode");
	config->mode = nla_get_u8(tb[NFIPSEC_SA_A_MODE]);
	if (config->mode >= __NFIPSEC_MODE_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NFIPSEC_SA_A_MODE],
				    "The mode of an SA is transport, tunnel, beet or any");
		return -EINVAL;
	}
	if (config->mode != NFIPSEC_MODE_TRANSPORT && ipsec_addr_is_any(&config->src)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NFIPSEC_SA_A_SRC],
				    "A tunnel needs the source address of its outer header");
		return -EINVAL;
	}
	return 0;
}

static int sa_window(struct nlattr **tb, struct ipsec_sa_config *config,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *window = tb[NFIPSEC_SA_A_REPLAY_WINDOW];

	config->replay_window = window ? nla_get_u32(window) : NFIPSEC_REPLAY_WINDOW_DEFAULT;
	if (config->replay_window > NFIPSEC_REPLAY_WINDOW_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, window,
				    "The anti-replay window has at most 1048576 packets");
		return -ERANGE;
	}
	/* The window is what tells the half that is not sent. */
	if ((config->flags & NFIPSEC_SA_F_ESN) && !config->replay_window) {
		NL_SET_ERR_MSG_ATTR(extack, window,
				    "Extended sequence numbers need an anti-replay window (RFC 4303 3.3.3)");
		return -EINVAL;
	}
	if ((config->flags & NFIPSEC_SA_F_WRAP) && config->replay_window)
		return ipsec_nl_refuse(extack, tb[NFIPSEC_SA_A_FLAGS],
				       "Sequence numbers begin again only without an anti-replay window (RFC 4303 3.3.3)");
	return 0;
}

static int sa_seq(const struct nlattr *attr, u32 flags, u64 *seq, struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	*seq = nla_get_u64(attr);
	if (*seq <= ipsec_seq_max(flags))
		return 0;
	return ipsec_nl_refuse(extack, attr, flags & NFIPSEC_SA_F_ESN ?
			       "An extended sequence number is at most 9223372036854775807" :
			       "A sequence number without ESN is at most 4294967295");
}

static int sa_sequence(struct nlattr **tb, struct ipsec_sa_config *config,
		       struct netlink_ext_ack *extack)
{
	int err;

	if (tb[NFIPSEC_SA_A_FLAGS])
		config->flags = nla_get_u32(tb[NFIPSEC_SA_A_FLAGS]);
	err = sa_window(tb, config, extack);
	if (!err)
		err = sa_seq(tb[NFIPSEC_SA_A_SEQ_OUT], config->flags, &config->seq_out, extack);
	return err ?: sa_seq(tb[NFIPSEC_SA_A_SEQ_IN], config->flags, &config->seq_in, extack);
}

static int sa_tfc(struct nlattr **tb, struct ipsec_sa_config *config,
		  struct netlink_ext_ack *extack)
{
	const struct nlattr *tfc = tb[NFIPSEC_SA_A_TFC];

	if (!tfc)
		return 0;
	if (config->id.proto != IPPROTO_ESP)
		return ipsec_nl_refuse(extack, tfc, "Only ESP can hide the length of a packet (RFC 4303 2.7)");
	config->tfc = nla_get_u16(tfc);
	return 0;
}

static int sa_no_encap(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	const struct nlattr *keepalive = tb[NFIPSEC_SA_A_KEEPALIVE];

	if (!keepalive)
		return 0;
	return ipsec_nl_refuse(extack, keepalive, "NAT keepalives are for ESP in UDP");
}

static int sa_encap(struct nlattr **tb, struct ipsec_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	const struct nlattr *sport = tb[NFIPSEC_SA_A_ENCAP_SPORT];
	const struct nlattr *dport = tb[NFIPSEC_SA_A_ENCAP_DPORT];

	if (!sport && !dport)
		return sa_no_encap(tb, extack);
	if (!sport || !dport)
		return ipsec_nl_refuse(extack, sport ?: dport,
				       "Encapsulation in UDP needs both ports");
	if (config->id.proto != IPPROTO_ESP)
		return ipsec_nl_refuse(extack, dport,
				       "Only ESP is encapsulated in UDP (RFC 3948 1)");
	config->encap.sport = htons(nla_get_u16(sport));
	config->encap.dport = htons(nla_get_u16(dport));
	if (tb[NFIPSEC_SA_A_KEEPALIVE])
		config->keepalive = nla_get_u32(tb[NFIPSEC_SA_A_KEEPALIVE]);
	return 0;
}

static int sa_marks(struct nlattr **tb, struct ipsec_sa_config *config,
		    struct netlink_ext_ack *extack)
{
	if (tb[NFIPSEC_SA_A_IF_ID])
		config->if_id = nla_get_u32(tb[NFIPSEC_SA_A_IF_ID]);
	return ipsec_nl_mark(tb[NFIPSEC_SA_A_MARK], tb[NFIPSEC_SA_A_MARK_MASK], &config->mark,
			     extack) ?:
	       ipsec_nl_mark(tb[NFIPSEC_SA_A_SET_MARK], tb[NFIPSEC_SA_A_SET_MARK_MASK],
			     &config->set_mark, extack);
}

/* What is in no packet must be in the SA. */
static int sa_beet(const struct nlattr *mode, const struct ipsec_sa_config *config,
		   struct netlink_ext_ack *extack)
{
	const struct ipsec_selector *sel = config->selector;

	if (config->mode != NFIPSEC_MODE_BEET)
		return 0;
	if (config->id.proto != IPPROTO_ESP)
		return ipsec_nl_refuse(extack, mode, "BEET mode is for ESP");
	if (config->n_selectors != 1 || ipsec_addr_cmp(&sel->src_min, &sel->src_max, sel->family) ||
	    ipsec_addr_cmp(&sel->dst_min, &sel->dst_max, sel->family))
		return ipsec_nl_refuse(extack, mode, "BEET mode needs one selector, of one source and one destination: the addresses inside");
	return 0;
}

static int sa_config(struct nlattr **tb, const struct nlattr *nest,
		     struct ipsec_sa_config *config, struct netlink_ext_ack *extack)
{
	const union ipsec_addr *src;
	int err;

	memset(config, 0, sizeof(*config));
	err = sa_id(tb, nest, &config->id, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, nest, tb, NFIPSEC_SA_A_SRC))
		return ipsec_nl_refuse(extack, NULL, "An SA needs a source address");
	err = ipsec_nl_addr(tb[NFIPSEC_SA_A_SRC], &config->src, &config->id.family, extack);
	if (!err)
		err = name_src(tb, &config->id.family, &config->src, &src, extack);
	if (!err)
		err = sa_mode(tb, nest, config, extack) ?: ipsec_nl_outer(tb, config, extack);
	if (err)
		return err;
	if (tb[NFIPSEC_SA_A_REQID])
		config->reqid = nla_get_u32(tb[NFIPSEC_SA_A_REQID]);
	err = sa_sequence(tb, config, extack) ?: sa_tfc(tb, config, extack);
	if (!err)
		err = sa_encap(tb, config, extack) ?: sa_marks(tb, config, extack);
	if (!err && tb[NFIPSEC_SA_A_LIFETIME])
		err = ipsec_nl_lifetime(tb[NFIPSEC_SA_A_LIFETIME], &config->limits, extack);
	if (!err)
		err = sa_enc(tb, config, extack);
	if (!err)
		err = sa_auth(tb, config, extack);
	if (!err)
		err = ipsec_nl_sa_selectors(nest, config, extack);
	return err ?: sa_beet(tb[NFIPSEC_SA_A_MODE], config, extack);
}

/**
 * ipsec_nl_sa_new() - add an SA
 * @txn: the transaction
 * @nest: NFIPSEC_A_SA
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_sa_new(struct ipsec_txn *txn, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_SA_A_MAX + 1];
	struct ipsec_sa_config config;
	struct ipsec_sa *sa;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_SA_A_MAX, nest, ipsec_nl_sa_policy, extack);
	if (err)
		return err;
	err = sa_config(tb, nest, &config, extack);
	if (!err) {
		sa = ipsec_sa_create(txn->inet, &config, extack);
		err = PTR_ERR_OR_ZERO(sa);
	}
	kfree(config.selector);
	return err ?: ipsec_txn_add_sa(txn, sa, extack);
}

/* The SA that a request names, config held. */
static struct ipsec_sa *sa_named(struct ipsec_net *inet, const struct nlattr *nest,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_SA_A_MAX + 1];
	const union ipsec_addr *src;
	union ipsec_addr buffer;
	struct ipsec_mark mark;
	struct ipsec_sa_id id;
	struct ipsec_sa *sa;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_SA_A_MAX, nest, ipsec_nl_sa_policy, extack);
	if (!err)
		err = sa_id(tb, nest, &id, extack) ?:
		      name_src(tb, &id.family, &buffer, &src, extack) ?:
		      ipsec_nl_mark(tb[NFIPSEC_SA_A_MARK], tb[NFIPSEC_SA_A_MARK_MASK], &mark,
				    extack);
	if (err)
		return ERR_PTR(err);
	sa = ipsec_sadb_find(inet, &id, src, &mark);
	if (!sa) {
		if (src)
			NL_SET_ERR_MSG_ATTR(extack, nest, "No SA has this SPI, destination, protocol and source");
		else
			NL_SET_ERR_MSG_ATTR(extack, nest, "No SA has this SPI, destination and protocol");
		return ERR_PTR(-ESRCH);
	}
	return sa;
}

/**
 * ipsec_nl_sa_del() - delete an SA
 * @txn: the transaction
 * @nest: NFIPSEC_A_SA, names it
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_sa_del(struct ipsec_txn *txn, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	struct ipsec_sa *sa = sa_named(txn->inet, nest, extack);

	if (IS_ERR(sa))
		return PTR_ERR(sa);
	ipsec_txn_delete_sa(txn, sa);
	return 0;
}

static u16 enc_key_bits(const struct ipsec_sa *sa)
{
	return sa->enc_key_len ? (sa->enc_key_len - sa->enc->salt_len) * 8 : 0;
}

static int put_algorithms(struct sk_buff *msg, const struct ipsec_sa *sa, bool show_keys)
{
	if (sa->enc &&
	    (nla_put_u16(msg, NFIPSEC_SA_A_ENC, sa->enc->id) ||
	     nla_put_u16(msg, NFIPSEC_SA_A_ENC_KEY_BITS, enc_key_bits(sa))))
		return -EMSGSIZE;
	if (sa->auth && nla_put_u16(msg, NFIPSEC_SA_A_AUTH, sa->auth->id))
		return -EMSGSIZE;
	if (!show_keys)
		return 0;
	if (sa->enc_key_len &&
	    nla_put(msg, NFIPSEC_SA_A_ENC_KEY, sa->enc_key_len, sa->keys))
		return -EMSGSIZE;
	if (sa->auth_key_len &&
	    nla_put(msg, NFIPSEC_SA_A_AUTH_KEY, sa->auth_key_len, sa->keys + sa->enc_key_len))
		return -EMSGSIZE;
	return 0;
}

static int put_encap(struct sk_buff *msg, struct ipsec_sa *sa)
{
	struct ipsec_mapping mapping;

	if (!sa->encap.dport)
		return 0;
	ipsec_sa_mapping(sa, &mapping);
	return nla_put_u16(msg, NFIPSEC_SA_A_ENCAP_SPORT, ntohs(sa->encap.sport)) ?:
	       nla_put_u16(msg, NFIPSEC_SA_A_ENCAP_DPORT, ntohs(sa->encap.dport)) ?:
	       ipsec_nl_put_addr(msg, NFIPSEC_SA_A_MAPPED_SRC, &mapping.addr, sa->id.family) ?:
	       nla_put_u16(msg, NFIPSEC_SA_A_MAPPED_PORT, ntohs(mapping.port)) ?:
	       (sa->keepalive ? nla_put_u32(msg, NFIPSEC_SA_A_KEEPALIVE, sa->keepalive) : 0);
}

static int put_pmtu(struct sk_buff *msg, struct ipsec_sa *sa)
{
	unsigned int outside, inside;
	struct ipsec_pmtu said;
	bool known;

	rcu_read_lock();
	known = ipsec_bundle_path(sa, &outside, &inside);
	rcu_read_unlock();
	if (known && (nla_put_u32(msg, NFIPSEC_SA_A_PMTU, outside) ||
		      nla_put_u32(msg, NFIPSEC_SA_A_PMTU_INSIDE, inside)))
		return -EMSGSIZE;
	if (!ipsec_pmtu_learnt(sa, &said))
		return 0;
	/* What is inside of it comes from other SAs, if anything does: they know what fits. */
	if (!known && nla_put_u32(msg, NFIPSEC_SA_A_PMTU, said.mtu))
		return -EMSGSIZE;
	return ipsec_nl_put_addr(msg, NFIPSEC_SA_A_PMTU_ROUTER, &said.router, sa->id.family) ?:
	       nla_put_u32(msg, NFIPSEC_SA_A_PMTU_AGE, (jiffies - said.since) / HZ);
}

static int put_u64(struct sk_buff *msg, int type, u64 value)
{
	return nla_put_u64_64bit(msg, type, value, NFIPSEC_SA_A_PAD);
}

static int put_state(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	struct ipsec_sa_sums sums;

	ipsec_sa_sum(sa, &sums);
	return put_u64(msg, NFIPSEC_SA_A_SEQ_OUT, ipsec_sa_seq_sent(sa)) ?:
	       put_u64(msg, NFIPSEC_SA_A_SEQ_IN, atomic64_read(&sa->replay->top)) ?:
	       put_u64(msg, NFIPSEC_SA_A_PACKETS, sums.packets) ?:
	       put_u64(msg, NFIPSEC_SA_A_BYTES, sums.bytes) ?:
	       put_u64(msg, NFIPSEC_SA_A_DROPS, sums.drops) ?:
	       put_u64(msg, NFIPSEC_SA_A_ADD_TIME, ipsec_clock_told(sa->add_time)) ?:
	       put_u64(msg, NFIPSEC_SA_A_USE_TIME, ipsec_clock_told(sums.use_time));
}

/**
 * ipsec_nl_put_sa() - write an SA
 * @msg: the message
 * @sa: the SA
 * @show_keys: the receiver asked for the keys
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_sa(struct sk_buff *msg, struct ipsec_sa *sa, bool show_keys)
{
	struct nlattr *nest = nla_nest_start(msg, NFIPSEC_A_SA);
	const struct ipsec_quota *quota = ipsec_sa_quota(sa);

	if (!nest ||
	    nla_put_u32(msg, NFIPSEC_SA_A_SPI, ntohl(sa->id.spi)) ||
	    nla_put_u8(msg, NFIPSEC_SA_A_PROTO, sa->id.proto) ||
	    ipsec_nl_put_addr(msg, NFIPSEC_SA_A_SRC, &sa->src, sa->id.family) ||
	    ipsec_nl_put_addr(msg, NFIPSEC_SA_A_DST, &sa->id.dst, sa->id.family) ||
	    nla_put_u8(msg, NFIPSEC_SA_A_MODE, sa->mode) ||
	    nla_put_u32(msg, NFIPSEC_SA_A_REQID, sa->reqid) ||
	    nla_put_u32(msg, NFIPSEC_SA_A_REPLAY_WINDOW, sa->replay->size) ||
	    nla_put_u32(msg, NFIPSEC_SA_A_FLAGS, sa->flags) ||
	    put_algorithms(msg, sa, show_keys) || put_encap(msg, sa) || put_pmtu(msg, sa) ||
	    ipsec_nl_put_mark(msg, NFIPSEC_SA_A_MARK, &sa->mark) ||
	    ipsec_nl_put_mark(msg, NFIPSEC_SA_A_SET_MARK, &sa->set_mark) ||
	    (sa->if_id && nla_put_u32(msg, NFIPSEC_SA_A_IF_ID, sa->if_id)) ||
	    ipsec_nl_put_outer(msg, &sa->outer) ||
	    ipsec_nl_put_selectors(msg, NFIPSEC_SA_A_SELECTOR, sa->selector, sa->n_selectors) ||
	    (sa->tfc && nla_put_u16(msg, NFIPSEC_SA_A_TFC, sa->tfc)) || put_state(msg, sa) ||
	    (quota && ipsec_nl_put_lifetime(msg, quota)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill(struct sk_buff *msg, u32 portid, u32 seq, int flags, struct ipsec_sa *sa,
		bool show_keys, struct netlink_callback *cb)
{
	void *header = genlmsg_put(msg, portid, seq, &ipsec_nl_family, flags, NFIPSEC_CMD_SA_NEW);

	if (!header)
		return -EMSGSIZE;
	if (cb)
		genl_dump_check_consistent(cb, header);
	if (ipsec_nl_put_sa(msg, sa, show_keys)) {
		genlmsg_cancel(msg, header);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	return 0;
}

static bool keys_asked_for(struct nlattr **attrs)
{
	const struct nlattr *flags = attrs ? attrs[NFIPSEC_A_FLAGS] : NULL;

	return flags && (nla_get_u32(flags) & NFIPSEC_F_SHOW_KEYS);
}

/**
 * ipsec_nl_sa_get() - answer with one SA
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_sa_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_net *inet = ipsec_net(genl_info_net(info));
	struct sk_buff *msg;
	struct ipsec_sa *sa;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, NFIPSEC_A_SA))
		return ipsec_nl_refuse(info->extack, NULL, "Name the SA: SPI, protocol and destination");
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&inet->config);
	sa = sa_named(inet, info->attrs[NFIPSEC_A_SA], info->extack);
	err = PTR_ERR_OR_ZERO(sa);
	if (!err)
		err = fill(msg, info->snd_portid, info->snd_seq, 0, sa,
			   keys_asked_for(info->attrs), NULL);
	mutex_unlock(&inet->config);
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

/**
 * ipsec_nl_sa_dump_start() - before a dump begins
 * @cb: told whether keys are asked for
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_sa_dump_start(struct netlink_callback *cb)
{
	cb->args[1] = keys_asked_for(genl_info_dump(cb)->attrs);
	return ipsec_nl_dump_start(cb);
}

/**
 * ipsec_nl_sa_dump() - answer with all SAs, in the order of their creation
 * @msg: the answer
 * @cb: remembers the last SA that was sent, and whether keys are asked for
 *
 * Return: length of the answer; 0: over.
 */
int ipsec_nl_sa_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ipsec_net *inet = ipsec_net(sock_net(msg->sk));
	struct ipsec_sa *sa;

	mutex_lock(&inet->config);
	cb->seq = inet->sadb_gen;
	while ((sa = ipsec_sadb_next(inet, cb->args[0]))) {
		if (fill(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, NLM_F_MULTI, sa,
			 cb->args[1], cb))
			break;
		cb->args[0] = sa->number;
	}
	mutex_unlock(&inet->config);
	return msg->len;
}
