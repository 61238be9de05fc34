// SPDX-License-Identifier: GPL-2.0
/* Requests of NETLINK_XFRM. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"

static void set_addr(xfrm_address_t *to, const struct addr *from)
{
	memcpy(to, from->bytes, from->len);
}

static uint8_t mode_of(const struct tunnel *tunnel)
{
	return tunnel->mode == NFIPSEC_MODE_TUNNEL ? XFRM_MODE_TUNNEL :
	       tunnel->mode == NFIPSEC_MODE_BEET ? XFRM_MODE_BEET : XFRM_MODE_TRANSPORT;
}

static void put_mark(struct worker *w)
{
	struct xfrm_mark mark;

	if (pool_mark(&w->rng, &mark))
		msg_put(w->msg, XFRMA_MARK, &mark, sizeof(mark));
}

static void put_if_id(struct worker *w)
{
	uint32_t if_id = pool_if_id(&w->rng);

	if (if_id)
		msg_put_u32(w->msg, XFRMA_IF_ID, if_id);
}

static void set_selector(const struct match *match, struct xfrm_selector *sel)
{
	set_addr(&sel->saddr, &match->src);
	set_addr(&sel->daddr, &match->dst);
	sel->prefixlen_s = match->src_len;
	sel->prefixlen_d = match->dst_len;
	sel->family = match->family;
	sel->proto = match->proto;
	sel->dport = htons(match->dport);
	sel->dport_mask = match->dport ? 0xffff : 0;
}

static void set_lifetime(struct rng *rng, struct xfrm_lifetime_cfg *lft)
{
	__u64 *limits[] = {
		&lft->soft_byte_limit, &lft->hard_byte_limit, &lft->soft_packet_limit,
		&lft->hard_packet_limit,
	};
	bool limited = one_in(rng, 4);
	unsigned int i;

	for (i = 0; i < 4; i++)
		*limits[i] = limited && one_in(rng, 3) ? pool_limit(rng) : XFRM_INF;
	if (!limited)
		return;
	lft->hard_add_expires_seconds = one_in(rng, 3) ? pool_limit(rng) : 0;
	lft->soft_add_expires_seconds = one_in(rng, 3) ? pool_limit(rng) : 0;
	lft->hard_use_expires_seconds = one_in(rng, 3) ? pool_limit(rng) : 0;
	lft->soft_use_expires_seconds = one_in(rng, 3) ? pool_limit(rng) : 0;
}

/* --- SAs ---------------------------------------------------------------------------------- */

static void put_algorithm(struct worker *w, uint16_t type, const struct algorithm *a)
{
	size_t head = type == XFRMA_ALG_CRYPT || type == XFRMA_ALG_AUTH ?
		      sizeof(struct xfrm_algo) : sizeof(struct xfrm_algo_auth);
	struct xfrm_algo_auth *alg = msg_put(w->msg, type, NULL, head + a->key_len);

	strncpy(alg->alg_name, a->name ?: "no-name", sizeof(alg->alg_name) - 1);
	alg->alg_key_len = a->key_len * 8;
	/* xfrm_algo_aead has the same layout */
	if (head == sizeof(*alg))
		alg->alg_trunc_len = a->icv_bits;
	memcpy((uint8_t *)alg + head, pool_key(), a->key_len);
}

static void put_algorithms(struct worker *w, uint8_t proto)
{
	struct rng *rng = &w->rng;

	if (proto == IPPROTO_ESP && one_in(rng, 2)) {
		put_algorithm(w, XFRMA_ALG_AEAD, pool_combined(rng));
		return;
	}
	put_algorithm(w, one_in(rng, 2) ? XFRMA_ALG_AUTH : XFRMA_ALG_AUTH_TRUNC,
		      pool_digest(rng, false));
	if (proto == IPPROTO_ESP)
		put_algorithm(w, XFRMA_ALG_CRYPT, pool_cipher(rng));
	if (one_in(rng, 50))
		put_algorithm(w, XFRMA_ALG_COMP, pool_cipher(rng));
}

static void put_esn(struct worker *w)
{
	static const uint32_t words[] = { 0, 1, 2, 32, 128, 1000, 8000, 16000 };
	struct rng *rng = &w->rng;
	uint32_t n = words[below(rng, one_in(rng, 20) ? 8 : 5)], i;
	bool whole = !one_in(rng, 4);
	struct xfrm_replay_state_esn *esn;

	esn = msg_put(w->msg, XFRMA_REPLAY_ESN_VAL, NULL,
		      sizeof(*esn) + (whole ? n * sizeof(uint32_t) : 0));
	esn->bmp_len = n;
	esn->replay_window = one_in(rng, 6) ? odd_number(rng) % (n * 32 + 1) : n * 32;
	esn->oseq = one_in(rng, 3) ? odd_number(rng) : 0;
	esn->seq = one_in(rng, 2) ? odd_number(rng) : 0;
	esn->seq_hi = one_in(rng, 4) ? below(rng, 3) : 0;
	for (i = 0; whole && i < n; i++)
		esn->bmp[i] = odd_number(rng);
}

static void put_replay(struct worker *w, uint8_t flags)
{
	struct xfrm_replay_state *state;

	if (flags & XFRM_STATE_ESN || one_in(&w->rng, 8)) {
		put_esn(w);
	} else if (one_in(&w->rng, 5)) {
		state = msg_put(w->msg, XFRMA_REPLAY_VAL, NULL, sizeof(*state));
		state->oseq = odd_number(&w->rng);
		state->seq = odd_number(&w->rng);
		state->bitmap = odd_number(&w->rng);
	}
}

static void put_encap(struct worker *w)
{
	struct xfrm_encap_tmpl *encap = msg_put(w->msg, XFRMA_ENCAP, NULL, sizeof(*encap));

	encap->encap_type = 2;		/* ESP in UDP */
	encap->encap_sport = htons(4500);
	encap->encap_dport = htons(4500 + below(&w->rng, 2));
	if (one_in(&w->rng, 3))
		msg_put_u32(w->msg, FUZZ_XFRMA_KEEPALIVE, pool_limit(&w->rng));
}

/* What is refused, or of no use here. */
static void put_strange(struct worker *w)
{
	struct rng *rng = &w->rng;
	uint8_t bytes[64] = { 0 };

	switch (below(rng, 8)) {
	case 0:
		msg_put(w->msg, XFRMA_SEC_CTX, bytes, sizeof(struct xfrm_user_sec_ctx));
		break;
	case 1:
		msg_put(w->msg, XFRMA_OFFLOAD_DEV, bytes, sizeof(struct xfrm_user_offload));
		break;
	case 2:
		msg_put(w->msg, XFRMA_COADDR, bytes, sizeof(xfrm_address_t));
		break;
	case 3:
		msg_put_u32(w->msg, XFRMA_ETIMER_THRESH, odd_number(rng));
		break;
	case 4:
		msg_put_u32(w->msg, XFRMA_REPLAY_THRESH, odd_number(rng));
		break;
	case 5:
		msg_put_u32(w->msg, XFRMA_MTIMER_THRESH, odd_number(rng));
		break;
	case 6:
		msg_put_u8(w->msg, XFRMA_PROTO, odd_number(rng));
		break;
	default:
		msg_put_u8(w->msg, FUZZ_XFRMA_SA_DIR, below(rng, 4));
	}
}

static void put_sa_extras(struct worker *w, const struct tunnel *tunnel, uint8_t flags)
{
	struct rng *rng = &w->rng;
	struct xfrm_lifetime_cur *cur;

	put_mark(w);
	put_if_id(w);
	put_replay(w, flags);
	if (tunnel->proto == IPPROTO_ESP && one_in(rng, 5))
		put_encap(w);
	if (one_in(rng, 8))
		msg_put_u32(w->msg, XFRMA_TFCPAD, odd_number(rng));
	if (one_in(rng, 8))
		msg_put_u32(w->msg, XFRMA_SET_MARK, below(rng, 4));
	if (one_in(rng, 12))
		msg_put_u32(w->msg, XFRMA_SET_MARK_MASK, odd_number(rng));
	if (one_in(rng, 8))
		msg_put_u32(w->msg, XFRMA_SA_EXTRA_FLAGS, below(rng, 4));
	if (one_in(rng, 10)) {
		cur = msg_put(w->msg, XFRMA_LTIME_VAL, NULL, sizeof(*cur));
		cur->bytes = odd_number(rng);
		cur->packets = odd_number(rng);
		cur->add_time = odd_number(rng);
		cur->use_time = odd_number(rng);
	}
	if (one_in(rng, 12))
		put_strange(w);
}

static void set_sa(struct worker *w, const struct tunnel *tunnel, struct xfrm_usersa_info *info)
{
	struct rng *rng = &w->rng;

	set_addr(&info->id.daddr, &tunnel->dst);
	set_addr(&info->saddr, &tunnel->src);
	info->id.spi = htonl(pool_spi(rng));
	info->id.proto = tunnel->proto;
	info->family = tunnel->src.family;
	info->mode = mode_of(tunnel);
	info->reqid = tunnel->reqid;
	info->replay_window = one_in(rng, 2) ? 32 : below(rng, 256);
	info->flags = one_in(rng, 3) ? below(rng, 256) : 0;
	set_lifetime(rng, &info->lft);
	if (tunnel->mode == NFIPSEC_MODE_BEET) {
		info->sel.family = tunnel->src.family;
		info->sel.saddr = info->saddr;
		info->sel.daddr = info->id.daddr;
		info->sel.prefixlen_s = tunnel->src.len * 8;
		info->sel.prefixlen_d = tunnel->src.len * 8;
	} else if (one_in(rng, 6)) {
		set_selector(pool_match(below(rng, MATCHES)), &info->sel);
	}
}

static void sa_new(struct worker *w)
{
	const struct tunnel *tunnel = pool_tunnel(below(&w->rng, TUNNELS));
	struct xfrm_usersa_info *info = msg_body(w->msg, sizeof(*info));

	set_sa(w, tunnel, info);
	put_algorithms(w, tunnel->proto);
	put_sa_extras(w, tunnel, info->flags);
}

static void set_id(struct worker *w, struct xfrm_usersa_id *id)
{
	const struct tunnel *tunnel = pool_tunnel(below(&w->rng, TUNNELS));

	set_addr(&id->daddr, &tunnel->dst);
	id->spi = htonl(pool_spi(&w->rng));
	id->family = tunnel->dst.family;
	id->proto = tunnel->proto;
}

static void sa_named(struct worker *w)
{
	struct xfrm_usersa_id *id = msg_body(w->msg, sizeof(*id));

	set_id(w, id);
	put_mark(w);
	if (one_in(&w->rng, 10))
		msg_put(w->msg, XFRMA_SRCADDR, &id->daddr, sizeof(id->daddr));
}

static void sa_dump(struct worker *w)
{
	const struct tunnel *tunnel = pool_tunnel(below(&w->rng, TUNNELS));
	struct xfrm_address_filter *filter;

	if (one_in(&w->rng, 3))
		msg_put_u8(w->msg, XFRMA_PROTO, tunnel->proto);
	if (one_in(&w->rng, 3))
		return;
	filter = msg_put(w->msg, XFRMA_ADDRESS_FILTER, NULL, sizeof(*filter));
	set_addr(&filter->saddr, &tunnel->src);
	set_addr(&filter->daddr, &tunnel->dst);
	filter->family = one_in(&w->rng, 3) ? 0 : tunnel->src.family;
	filter->splen = one_in(&w->rng, 2) ? 0 : below(&w->rng, 140);
	filter->dplen = one_in(&w->rng, 2) ? 0 : below(&w->rng, 140);
}

static void sa_spi(struct worker *w)
{
	struct xfrm_userspi_info *spi = msg_body(w->msg, sizeof(*spi));

	set_sa(w, pool_tunnel(below(&w->rng, TUNNELS)), &spi->info);
	spi->min = pool_spi(&w->rng);
	spi->max = one_in(&w->rng, 8) ? odd_number(&w->rng) : spi->min + below(&w->rng, 8);
	put_mark(w);
	put_if_id(w);
}

static void ae(struct worker *w)
{
	struct xfrm_aevent_id *id = msg_body(w->msg, sizeof(*id));

	set_id(w, &id->sa_id);
	id->flags = below(&w->rng, 256);
	put_mark(w);
	put_replay(w, one_in(&w->rng, 2) ? XFRM_STATE_ESN : 0);
	if (one_in(&w->rng, 4))
		put_strange(w);
}

static void sa_expire(struct worker *w)
{
	struct xfrm_user_expire *expire = msg_body(w->msg, sizeof(*expire));

	set_sa(w, pool_tunnel(below(&w->rng, TUNNELS)), &expire->state);
	expire->hard = below(&w->rng, 2);
	put_mark(w);
}

/* --- policies ------------------------------------------------------------------------------ */

static void set_template(struct rng *rng, const struct tunnel *tunnel, struct xfrm_user_tmpl *tmpl)
{
	memset(tmpl, 0, sizeof(*tmpl));
	set_addr(&tmpl->id.daddr, &tunnel->dst);
	set_addr(&tmpl->saddr, &tunnel->src);
	tmpl->id.proto = tunnel->proto;
	tmpl->id.spi = one_in(rng, 12) ? htonl(pool_spi(rng)) : 0;
	tmpl->family = tunnel->src.family;
	tmpl->reqid = tunnel->reqid;
	tmpl->mode = mode_of(tunnel);
	tmpl->optional = one_in(rng, 8);
	tmpl->aalgos = ~0;
	tmpl->ealgos = ~0;
	tmpl->calgos = ~0;
}

static void put_templates(struct worker *w, const struct match *match)
{
	struct rng *rng = &w->rng;
	unsigned int n = 1, i;
	struct xfrm_user_tmpl *tmpl;

	if (one_in(rng, 6))
		n = below(rng, one_in(rng, 10) ? 500 : 5);
	tmpl = msg_put(w->msg, XFRMA_TMPL, NULL, n * sizeof(*tmpl));
	for (i = 0; i < n; i++)
		set_template(rng, pool_tunnel(i ? below(rng, TUNNELS) : match->tunnel), &tmpl[i]);
}

static void put_type(struct worker *w)
{
	struct xfrm_userpolicy_type type = { .type = one_in(&w->rng, 10) };

	if (one_in(&w->rng, 4))
		msg_put(w->msg, XFRMA_POLICY_TYPE, &type, sizeof(type));
}

static const struct match *set_policy(struct worker *w, struct xfrm_userpolicy_info *info)
{
	struct rng *rng = &w->rng;
	const struct match *match = pool_match(below(rng, MATCHES));

	set_selector(match, &info->sel);
	if (one_in(rng, 8)) {
		info->sel.sport = htons(below(rng, 100) << 4);
		info->sel.sport_mask = htons(0xfff0);
	}
	info->dir = match->dir;
	info->action = one_in(rng, 5) ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
	info->priority = below(rng, 5);
	info->flags = one_in(rng, 3) ? below(rng, 256) : 0;
	info->share = below(rng, 4);
	set_lifetime(rng, &info->lft);
	return match;
}

static void policy_new(struct worker *w)
{
	struct xfrm_userpolicy_info *info = msg_body(w->msg, sizeof(*info));
	const struct match *match = set_policy(w, info);

	if (info->action == XFRM_POLICY_ALLOW || one_in(&w->rng, 4))
		if (!one_in(&w->rng, 5))
			put_templates(w, match);
	put_mark(w);
	put_if_id(w);
	put_type(w);
	if (one_in(&w->rng, 20))
		put_strange(w);
}

static const struct match *set_policy_id(struct worker *w, struct xfrm_userpolicy_id *id)
{
	const struct match *match = pool_match(below(&w->rng, MATCHES));

	set_selector(match, &id->sel);
	id->dir = match->dir;
	if (one_in(&w->rng, 2)) {
		id->index = one_in(&w->rng, 8) ? odd_number(&w->rng) : known_policy(w, DOOR_XFRM);
		id->dir = id->index % 8;
	}
	return match;
}

static void policy_named(struct worker *w)
{
	set_policy_id(w, msg_body(w->msg, sizeof(struct xfrm_userpolicy_id)));
	put_mark(w);
	put_if_id(w);
	put_type(w);
}

static void policy_expire(struct worker *w)
{
	struct xfrm_user_polexpire *expire = msg_body(w->msg, sizeof(*expire));

	set_policy(w, &expire->pol);
	expire->hard = below(&w->rng, 2);
	put_mark(w);
}

static void policy_flush(struct worker *w)
{
	put_type(w);
}

static void set_move(struct worker *w, const struct tunnel *from, struct xfrm_user_migrate *move)
{
	const struct tunnel *to = pool_tunnel(below(&w->rng, TUNNELS));

	set_addr(&move->old_daddr, &from->dst);
	set_addr(&move->old_saddr, &from->src);
	set_addr(&move->new_daddr, &to->dst);
	set_addr(&move->new_saddr, &to->src);
	move->proto = from->proto;
	move->mode = mode_of(from);
	move->reqid = one_in(&w->rng, 3) ? 0 : from->reqid;
	move->old_family = from->src.family;
	move->new_family = to->src.family;
}

static void migrate(struct worker *w)
{
	struct rng *rng = &w->rng;
	const struct match *match = set_policy_id(w, msg_body(w->msg,
							      sizeof(struct xfrm_userpolicy_id)));
	unsigned int n = one_in(rng, 4) ? below(rng, 6) : 1, i;
	struct xfrm_user_migrate *moves;

	moves = msg_put(w->msg, XFRMA_MIGRATE, NULL, n * sizeof(*moves));
	for (i = 0; i < n; i++)
		set_move(w, pool_tunnel(i ? below(rng, TUNNELS) : match->tunnel), &moves[i]);
	if (one_in(rng, 6))
		put_encap(w);
	if (one_in(rng, 6))
		msg_put(w->msg, XFRMA_KMADDRESS, NULL, sizeof(struct xfrm_user_kmaddress));
	put_mark(w);
	put_if_id(w);
	put_type(w);
}

static void acquire(struct worker *w)
{
	struct xfrm_user_acquire *acq = msg_body(w->msg, sizeof(*acq));
	const struct match *match = set_policy(w, &acq->policy);

	set_selector(match, &acq->sel);
	set_addr(&acq->id.daddr, &pool_tunnel(match->tunnel)->dst);
	set_addr(&acq->saddr, &pool_tunnel(match->tunnel)->src);
	acq->id.proto = pool_tunnel(match->tunnel)->proto;
	acq->aalgos = ~0;
	put_templates(w, match);
	put_mark(w);
}

/* --- the rest ----------------------------------------------------------------------------- */

static void flush(struct worker *w)
{
	struct xfrm_usersa_flush *body = msg_body(w->msg, sizeof(*body));

	body->proto = one_in(&w->rng, 2) ? IPPROTO_AH : below(&w->rng, 256);
}

static void number(struct worker *w)
{
	*(uint32_t *)msg_body(w->msg, sizeof(uint32_t)) = odd_number(&w->rng);
}

static void thresholds(struct worker *w)
{
	struct xfrmu_spdhthresh bits = { .lbits = below(&w->rng, 34), .rbits = below(&w->rng, 34) };

	number(w);
	if (one_in(&w->rng, 2))
		msg_put(w->msg, XFRMA_SPD_IPV4_HTHRESH, &bits, sizeof(bits));
	if (one_in(&w->rng, 2))
		msg_put(w->msg, XFRMA_SPD_IPV6_HTHRESH, &bits, sizeof(bits));
}

static void defaults(struct worker *w)
{
	struct xfrm_userpolicy_default *body = msg_body(w->msg, sizeof(*body));

	body->in = below(&w->rng, 4);
	body->fwd = below(&w->rng, 4);
	body->out = below(&w->rng, 4);
}

static void nothing(struct worker *w)
{
	if (one_in(&w->rng, 2))
		number(w);
}

/* How many of 100 are of a type. */
static const struct {
	uint16_t type, share, flags;
	void (*put)(struct worker *w);
} requests[] = {
	{ XFRM_MSG_NEWSA, 17, 0, sa_new },
	{ XFRM_MSG_UPDSA, 8, 0, sa_new },
	{ XFRM_MSG_DELSA, 7, 0, sa_named },
	{ XFRM_MSG_GETSA, 3, 0, sa_named },
	{ XFRM_MSG_GETSA, 2, NLM_F_DUMP, sa_dump },
	{ XFRM_MSG_ALLOCSPI, 6, 0, sa_spi },
	{ XFRM_MSG_NEWAE, 3, NLM_F_REPLACE, ae },
	{ XFRM_MSG_GETAE, 2, 0, ae },
	{ XFRM_MSG_EXPIRE, 2, 0, sa_expire },
	{ XFRM_MSG_NEWPOLICY, 10, 0, policy_new },
	{ XFRM_MSG_UPDPOLICY, 10, 0, policy_new },
	{ XFRM_MSG_DELPOLICY, 6, 0, policy_named },
	{ XFRM_MSG_GETPOLICY, 3, 0, policy_named },
	{ XFRM_MSG_GETPOLICY, 2, NLM_F_DUMP, nothing },
	{ XFRM_MSG_POLEXPIRE, 2, 0, policy_expire },
	{ XFRM_MSG_MIGRATE, 3, 0, migrate },
	{ XFRM_MSG_ACQUIRE, 2, 0, acquire },
	{ XFRM_MSG_GETSADINFO, 2, 0, number },
	{ XFRM_MSG_GETSPDINFO, 2, 0, number },
	{ XFRM_MSG_NEWSPDINFO, 1, 0, thresholds },
	{ XFRM_MSG_SETDEFAULT, 1, 0, defaults },
	{ XFRM_MSG_GETDEFAULT, 2, 0, defaults },
	{ XFRM_MSG_REPORT, 1, 0, nothing },
	{ XFRM_MSG_MAPPING, 1, 0, nothing },
	{ XFRM_MSG_FLUSHPOLICY, 1, 0, policy_flush },
	{ XFRM_MSG_FLUSHSA, 1, 0, flush },
};

unsigned int xfrm_message(struct worker *w, uint32_t seq)
{
	unsigned int left = below(&w->rng, 100), i = 0;

	while (left >= requests[i].share)
		left -= requests[i++].share;
	/* All that there was would be gone too often. */
	if (requests[i].type == XFRM_MSG_FLUSHPOLICY && !one_in(&w->rng, 6))
		i = 0;
	msg_begin(w->msg, requests[i].type,
		  requests[i].flags | (one_in(&w->rng, 20) ? 0 : NLM_F_ACK), seq);
	requests[i].put(w);
	msg_end(w->msg);
	return KIND_XFRM + (requests[i].type - XFRM_MSG_BASE) % KIND_XFRM;
}
