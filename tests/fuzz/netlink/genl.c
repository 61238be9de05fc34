// SPDX-License-Identifier: GPL-2.0
/* Requests of the generic netlink family nfipsec. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>

#include "fuzz.h"

static void put_addr(struct worker *w, uint16_t type, const struct addr *addr)
{
	msg_put(w->msg, type, addr->bytes, addr->len);
}

static void put_mark(struct worker *w, uint16_t type)
{
	struct xfrm_mark mark;

	if (!pool_mark(&w->rng, &mark))
		return;
	msg_put_u32(w->msg, type, mark.v);
	if (!one_in(&w->rng, 3))
		msg_put_u32(w->msg, type + 1, mark.m);
}

/* --- selectors -------------------------------------------------------------------------- */

static void prefix(const struct addr *addr, unsigned int bits, struct addr *min, struct addr *max)
{
	unsigned int i;

	*min = *addr;
	*max = *addr;
	for (i = bits; i < addr->len * 8u; i++) {
		min->bytes[i / 8] &= ~(0x80 >> i % 8);
		max->bytes[i / 8] |= 0x80 >> i % 8;
	}
}

static void put_ports(struct worker *w, uint16_t type, uint16_t min, uint16_t max)
{
	msg_put_u16(w->msg, type, min);
	msg_put_u16(w->msg, type + 1, max);
}

static void put_selector(struct worker *w, uint16_t type, const struct match *match)
{
	size_t nest = msg_nest(w->msg, type);
	struct addr min, max;

	prefix(&match->src, match->src_len, &min, &max);
	put_addr(w, NFIPSEC_SEL_A_SRC_MIN, &min);
	put_addr(w, NFIPSEC_SEL_A_SRC_MAX, &max);
	prefix(&match->dst, match->dst_len, &min, &max);
	put_addr(w, NFIPSEC_SEL_A_DST_MIN, &min);
	put_addr(w, NFIPSEC_SEL_A_DST_MAX, &max);
	if (match->proto)
		msg_put_u8(w->msg, NFIPSEC_SEL_A_PROTO, match->proto);
	if (match->sport)
		put_ports(w, NFIPSEC_SEL_A_SPORT_MIN, match->sport, match->sport);
	if (match->dport)
		put_ports(w, NFIPSEC_SEL_A_DPORT_MIN, match->dport, match->dport);
	msg_nest_end(w->msg, nest);
}

/* Ranges that are no prefixes, ports and devices. */
static void put_other_selector(struct worker *w, uint16_t type, uint16_t family)
{
	struct rng *rng = &w->rng;
	size_t nest = msg_nest(w->msg, type);
	struct addr min, max;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		pool_addr(rng, family, &min);
		max = min;
		max.bytes[max.len - 1] += below(rng, 256 - max.bytes[max.len - 1]);
		put_addr(w, NFIPSEC_SEL_A_SRC_MIN + 2 * i, &min);
		put_addr(w, NFIPSEC_SEL_A_SRC_MAX + 2 * i, &max);
	}
	switch (below(rng, 5)) {
	case 0:
		msg_put_u8(w->msg, NFIPSEC_SEL_A_PROTO, IPPROTO_UDP);
		put_ports(w, NFIPSEC_SEL_A_SPORT_MIN, below(rng, 2000), 2000 + below(rng, 2000));
		put_ports(w, NFIPSEC_SEL_A_DPORT_MIN, below(rng, 2000), 2000 + below(rng, 2000));
		break;
	case 1:
		msg_put_u8(w->msg, NFIPSEC_SEL_A_PROTO,
			   family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
		put_ports(w, NFIPSEC_SEL_A_SPORT_MIN, 0, 8 + below(rng, 130));
		break;
	case 2:
		msg_put_u8(w->msg, NFIPSEC_SEL_A_PROTO, IPPROTO_UDP);
		put_ports(w, NFIPSEC_SEL_A_SPORT_MIN, NFIPSEC_OPAQUE_MIN, NFIPSEC_OPAQUE_MAX);
		put_ports(w, NFIPSEC_SEL_A_DPORT_MIN, NFIPSEC_OPAQUE_MIN, NFIPSEC_OPAQUE_MAX);
		break;
	case 3:
		msg_put_u32(w->msg, NFIPSEC_SEL_A_IFINDEX, below(rng, 6));
	}
	msg_nest_end(w->msg, nest);
}

/* --- SAs ---------------------------------------------------------------------------------- */

static void put_keys(struct worker *w, uint8_t proto)
{
	struct rng *rng = &w->rng;
	const struct algorithm *enc = NULL, *auth = NULL;

	if (proto == IPPROTO_ESP && one_in(rng, 2)) {
		enc = pool_combined(rng);
	} else {
		enc = proto == IPPROTO_ESP ? pool_cipher(rng) : NULL;
		auth = pool_digest(rng, proto == IPPROTO_AH);
	}
	if (enc) {
		msg_put_u16(w->msg, NFIPSEC_SA_A_ENC, enc->id);
		msg_put(w->msg, NFIPSEC_SA_A_ENC_KEY, pool_key(), enc->key_len);
	}
	if (auth) {
		msg_put_u16(w->msg, NFIPSEC_SA_A_AUTH, auth->id);
		msg_put(w->msg, NFIPSEC_SA_A_AUTH_KEY, pool_key(), auth->key_len);
	}
}

static void put_numbers(struct worker *w)
{
	struct rng *rng = &w->rng;
	static const uint32_t windows[] = { 0, 1, 32, 33, 64, 1000, 4096, 65536, 1 << 20 };
	uint32_t window = windows[below(rng, one_in(rng, 20) ? 9 : 7)];
	bool esn = window && one_in(rng, 2);

	if (one_in(rng, 2))
		return;
	msg_put_u32(w->msg, NFIPSEC_SA_A_REPLAY_WINDOW, window);
	msg_put_u32(w->msg, NFIPSEC_SA_A_FLAGS, (esn ? NFIPSEC_SA_F_ESN : 0) |
		    (!window && one_in(rng, 2) ? NFIPSEC_SA_F_WRAP : 0) |
		    (one_in(rng, 10) ? NFIPSEC_SA_F_SOURCE : 0));
	if (one_in(rng, 3))
		msg_put_u64(w->msg, NFIPSEC_SA_A_SEQ_OUT, esn ? 0xfffffff0ULL + below(rng, 32) :
			    0xfffffff0 + below(rng, 16));
	if (one_in(rng, 3))
		msg_put_u64(w->msg, NFIPSEC_SA_A_SEQ_IN, odd_number(rng));
}

static void put_lifetime(struct worker *w)
{
	size_t nest = msg_nest(w->msg, NFIPSEC_SA_A_LIFETIME);
	uint16_t type;

	for (type = NFIPSEC_LIFE_A_SOFT_PACKETS; type <= NFIPSEC_LIFE_A_HARD_IDLE; type++)
		if (one_in(&w->rng, 4))
			msg_put_u64(w->msg, type, pool_limit(&w->rng));
	msg_nest_end(w->msg, nest);
}

static void put_outer(struct worker *w, uint16_t family)
{
	struct rng *rng = &w->rng;
	uint8_t map[NFIPSEC_DSCP_COUNT];
	unsigned int i;

	if (family == AF_INET && one_in(rng, 2))
		msg_put_u8(w->msg, NFIPSEC_SA_A_DF, below(rng, 3));
	if (family == AF_INET6 && one_in(rng, 2))
		msg_put_u32(w->msg, NFIPSEC_SA_A_FLOW_LABEL, below(rng, 1 << 20));
	if (one_in(rng, 2))
		msg_put_u8(w->msg, NFIPSEC_SA_A_ECN, below(rng, 2));
	if (one_in(rng, 3))
		msg_put_u8(w->msg, NFIPSEC_SA_A_TTL, below(rng, 256));
	if (one_in(rng, 3))
		msg_put(w->msg, NFIPSEC_SA_A_DSCP_DECAP, NULL, 0);
	for (i = 0; i < sizeof(map); i++)
		map[i] = below(rng, 64);
	if (one_in(rng, 3))
		msg_put(w->msg, NFIPSEC_SA_A_DSCP_MAP, map, sizeof(map));
	else if (one_in(rng, 2))
		msg_put_u8(w->msg, NFIPSEC_SA_A_DSCP, below(rng, 64));
}

static void put_sa_extras(struct worker *w, const struct tunnel *tunnel)
{
	struct rng *rng = &w->rng;
	unsigned int n;

	put_mark(w, NFIPSEC_SA_A_MARK);
	put_mark(w, NFIPSEC_SA_A_SET_MARK);
	if (one_in(rng, 4))
		msg_put_u32(w->msg, NFIPSEC_SA_A_IF_ID, pool_if_id(rng));
	if (one_in(rng, 4))
		put_lifetime(w);
	if (tunnel->mode != NFIPSEC_MODE_TRANSPORT && one_in(rng, 4))
		put_outer(w, tunnel->src.family);
	if (tunnel->proto == IPPROTO_ESP && one_in(rng, 6))
		msg_put_u16(w->msg, NFIPSEC_SA_A_TFC, odd_number(rng));
	if (tunnel->proto == IPPROTO_ESP && one_in(rng, 6)) {
		msg_put_u16(w->msg, NFIPSEC_SA_A_ENCAP_SPORT, 4500);
		msg_put_u16(w->msg, NFIPSEC_SA_A_ENCAP_DPORT, 4500 + below(rng, 2));
		if (one_in(rng, 3))
			msg_put_u32(w->msg, NFIPSEC_SA_A_KEEPALIVE, pool_limit(rng));
	}
	if (tunnel->mode == NFIPSEC_MODE_BEET) {
		struct match inside = {
			.family = tunnel->src.family, .src = tunnel->src, .dst = tunnel->dst,
			.src_len = 128, .dst_len = 128,
		};
		put_selector(w, NFIPSEC_SA_A_SELECTOR, &inside);
	} else if (one_in(rng, 6)) {
		for (n = below(rng, one_in(rng, 10) ? 18 : 3); n; n--)
			put_other_selector(w, NFIPSEC_SA_A_SELECTOR, AF_INET);
	}
}

static const struct tunnel *put_sa_name(struct worker *w)
{
	const struct tunnel *tunnel = pool_tunnel(below(&w->rng, TUNNELS));

	msg_put_u32(w->msg, NFIPSEC_SA_A_SPI, pool_spi(&w->rng));
	msg_put_u8(w->msg, NFIPSEC_SA_A_PROTO, tunnel->proto);
	put_addr(w, NFIPSEC_SA_A_DST, &tunnel->dst);
	return tunnel;
}

static void sa_new(struct worker *w)
{
	size_t nest = msg_nest(w->msg, NFIPSEC_A_SA);
	const struct tunnel *tunnel = put_sa_name(w);
	bool any = tunnel->mode == NFIPSEC_MODE_TUNNEL && one_in(&w->rng, 5);

	put_addr(w, NFIPSEC_SA_A_SRC, &tunnel->src);
	msg_put_u8(w->msg, NFIPSEC_SA_A_MODE, any ? NFIPSEC_MODE_ANY : tunnel->mode);
	msg_put_u32(w->msg, NFIPSEC_SA_A_REQID, tunnel->reqid);
	put_keys(w, tunnel->proto);
	put_numbers(w);
	put_sa_extras(w, tunnel);
	msg_nest_end(w->msg, nest);
}

static void sa_named(struct worker *w)
{
	size_t nest = msg_nest(w->msg, NFIPSEC_A_SA);

	put_sa_name(w);
	put_mark(w, NFIPSEC_SA_A_MARK);
	msg_nest_end(w->msg, nest);
	if (one_in(&w->rng, 3))
		msg_put_u32(w->msg, NFIPSEC_A_FLAGS, NFIPSEC_F_SHOW_KEYS);
}

/* --- policies ------------------------------------------------------------------------------ */

static void put_spec(struct worker *w, const struct tunnel *tunnel)
{
	struct rng *rng = &w->rng;
	size_t nest = msg_nest(w->msg, NFIPSEC_POLICY_A_SPEC);

	msg_put_u8(w->msg, NFIPSEC_SPEC_A_PROTO, tunnel->proto);
	msg_put_u8(w->msg, NFIPSEC_SPEC_A_MODE, one_in(rng, 5) ? NFIPSEC_MODE_ANY : tunnel->mode);
	if (tunnel->mode != NFIPSEC_MODE_TRANSPORT || one_in(rng, 3)) {
		put_addr(w, NFIPSEC_SPEC_A_SRC, &tunnel->src);
		put_addr(w, NFIPSEC_SPEC_A_DST, &tunnel->dst);
	}
	if (one_in(rng, 2))
		msg_put_u32(w->msg, NFIPSEC_SPEC_A_REQID, tunnel->reqid);
	if (one_in(rng, 8))
		msg_put_u32(w->msg, NFIPSEC_SPEC_A_SPI, pool_spi(rng));
	if (one_in(rng, 6))
		msg_put(w->msg, NFIPSEC_SPEC_A_OPTIONAL, NULL, 0);
	msg_nest_end(w->msg, nest);
}

static void put_action(struct worker *w, const struct match *match)
{
	struct rng *rng = &w->rng;
	uint32_t flags = one_in(rng, 3) ? below(rng, NFIPSEC_POLICY_F_ALL + 1) : 0;
	uint8_t action = one_in(rng, 3) ? below(rng, 3) : NFIPSEC_ACTION_PROTECT;
	unsigned int n = 1 + (one_in(rng, 5) ? below(rng, 4) : 0);

	if (match->dir == XFRM_POLICY_OUT)
		flags &= ~(NFIPSEC_POLICY_F_LOCAL | NFIPSEC_POLICY_F_FORWARDED);
	if (action != NFIPSEC_ACTION_PROTECT)
		flags &= ~NFIPSEC_POLICY_F_PFP;
	msg_put_u8(w->msg, NFIPSEC_POLICY_A_ACTION, action);
	if (flags)
		msg_put_u32(w->msg, NFIPSEC_POLICY_A_FLAGS, flags);
	if (action != NFIPSEC_ACTION_PROTECT)
		return;
	put_spec(w, pool_tunnel(match->tunnel));
	while (--n)
		put_spec(w, pool_tunnel(below(rng, TUNNELS)));
}

static const struct match *put_policy_name(struct worker *w, bool fresh)
{
	struct rng *rng = &w->rng;
	const struct match *match = pool_match(below(rng, MATCHES));
	uint32_t if_id = pool_if_id(rng);

	msg_put_u8(w->msg, NFIPSEC_POLICY_A_DIR,
		   match->dir == XFRM_POLICY_OUT ? NFIPSEC_DIR_OUT : NFIPSEC_DIR_IN);
	if (fresh || one_in(rng, 2))
		msg_put_u32(w->msg, NFIPSEC_POLICY_A_PRIORITY,
			    fresh ? 5000 + below(rng, 1 << 30) : below(rng, 3));
	if (if_id)
		msg_put_u32(w->msg, NFIPSEC_POLICY_A_IF_ID, if_id);
	put_mark(w, NFIPSEC_POLICY_A_MARK);
	put_selector(w, NFIPSEC_POLICY_A_SELECTOR, match);
	return match;
}

static void policy_new(struct worker *w, bool fresh)
{
	struct rng *rng = &w->rng;
	size_t nest = msg_nest(w->msg, NFIPSEC_A_POLICY);
	const struct match *match = put_policy_name(w, fresh);
	unsigned int n;

	if (one_in(rng, 5))
		for (n = 1 + below(rng, one_in(rng, 10) ? 70 : 5); n; n--)
			put_other_selector(w, NFIPSEC_POLICY_A_SELECTOR,
					   one_in(rng, 2) ? AF_INET : AF_INET6);
	put_action(w, match);
	if (one_in(rng, 8))
		msg_put(w->msg, NFIPSEC_POLICY_A_NAME, "somebody@example.org",
			sizeof("somebody@example.org"));
	msg_nest_end(w->msg, nest);
}

static void policy_named(struct worker *w)
{
	size_t nest = msg_nest(w->msg, NFIPSEC_A_POLICY);

	if (one_in(&w->rng, 2))
		msg_put_u32(w->msg, NFIPSEC_POLICY_A_ID, known_policy(w, DOOR_GENL));
	else
		put_policy_name(w, false);
	msg_nest_end(w->msg, nest);
}

static void put_defaults(struct worker *w)
{
	size_t nest = msg_nest(w->msg, NFIPSEC_A_DEFAULTS);

	if (!one_in(&w->rng, 4))
		msg_put_u8(w->msg, NFIPSEC_DEFAULTS_A_IN, below(&w->rng, 2));
	if (!one_in(&w->rng, 4))
		msg_put_u8(w->msg, NFIPSEC_DEFAULTS_A_OUT, below(&w->rng, 2));
	msg_nest_end(w->msg, nest);
}

/* --- what is asked ------------------------------------------------------------------------ */

static void put_operation(struct worker *w, uint8_t cmd, bool fresh)
{
	switch (cmd) {
	case NFIPSEC_CMD_SA_NEW:
		sa_new(w);
		break;
	case NFIPSEC_CMD_SA_DEL:
	case NFIPSEC_CMD_SA_GET:
		sa_named(w);
		break;
	case NFIPSEC_CMD_POLICY_NEW:
		policy_new(w, fresh);
		break;
	case NFIPSEC_CMD_POLICY_DEL:
	case NFIPSEC_CMD_POLICY_GET:
		policy_named(w);
		break;
	case NFIPSEC_CMD_DEFAULTS_SET:
		put_defaults(w);
	}
}

static void put_op(struct worker *w, uint8_t cmd)
{
	size_t nest = msg_nest(w->msg, NFIPSEC_A_OP);

	msg_put_u32(w->msg, NFIPSEC_A_CMD, cmd);
	put_operation(w, cmd, true);
	msg_nest_end(w->msg, nest);
}

/* Much of it can fail; what begins with flushes, or has policies alone, does not. */
static void put_batch(struct worker *w)
{
	static const uint8_t cmds[] = {
		NFIPSEC_CMD_POLICY_NEW, NFIPSEC_CMD_POLICY_NEW, NFIPSEC_CMD_POLICY_NEW,
		NFIPSEC_CMD_SA_NEW, NFIPSEC_CMD_DEFAULTS_SET, NFIPSEC_CMD_SA_DEL,
		NFIPSEC_CMD_POLICY_DEL, NFIPSEC_CMD_SA_GET,
	};
	unsigned int n = 1 + below(&w->rng, 6), kinds = one_in(&w->rng, 3) ? 8 : 3;

	if (one_in(&w->rng, 12)) {
		put_op(w, NFIPSEC_CMD_SA_FLUSH);
		put_op(w, NFIPSEC_CMD_POLICY_FLUSH);
		kinds = 5;
	}
	while (n--)
		put_op(w, cmds[below(&w->rng, kinds)]);
}

/* Of 64. Flushes are rare: they wait, and leave nothing to meet. */
static uint8_t pick(struct rng *rng)
{
	static const uint8_t cmds[64] = {
		[0 ... 17]	= NFIPSEC_CMD_SA_NEW,
		[18 ... 25]	= NFIPSEC_CMD_SA_DEL,
		[26 ... 30]	= NFIPSEC_CMD_SA_GET,
		[31 ... 42]	= NFIPSEC_CMD_POLICY_NEW,
		[43 ... 50]	= NFIPSEC_CMD_POLICY_DEL,
		[51 ... 54]	= NFIPSEC_CMD_POLICY_GET,
		[55 ... 58]	= NFIPSEC_CMD_BATCH,
		[59]		= NFIPSEC_CMD_STATS_GET,
		[60]		= NFIPSEC_CMD_DEFAULTS_SET,
		[61 ... 62]	= NFIPSEC_CMD_DEFAULTS_GET,
	};

	if (one_in(rng, 150))
		return one_in(rng, 2) ? NFIPSEC_CMD_SA_FLUSH : NFIPSEC_CMD_POLICY_FLUSH;
	/* Those that are events only are refused. */
	return cmds[below(rng, 64)] ?: below(rng, NFIPSEC_CMD_MAX + 3);
}

unsigned int genl_message(struct worker *w, uint32_t seq)
{
	struct rng *rng = &w->rng;
	uint8_t cmd = pick(rng);
	bool dump = (cmd == NFIPSEC_CMD_SA_GET || cmd == NFIPSEC_CMD_POLICY_GET) && one_in(rng, 3);
	struct genlmsghdr *genl;

	msg_begin(w->msg, family_id, (dump ? NLM_F_DUMP : 0) | (one_in(rng, 20) ? 0 : NLM_F_ACK), seq);
	genl = msg_body(w->msg, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = NFIPSEC_GENL_VERSION;
	if (dump && one_in(rng, 2))
		msg_put_u32(w->msg, NFIPSEC_A_FLAGS, NFIPSEC_F_SHOW_KEYS);
	else if (cmd == NFIPSEC_CMD_BATCH)
		put_batch(w);
	else if (!dump)
		put_operation(w, cmd, one_in(rng, 3));
	msg_end(w->msg);
	return cmd % KIND_XFRM;
}
