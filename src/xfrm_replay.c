// SPDX-License-Identifier: GPL-2.0
/* NETLINK_XFRM: sequence numbers, and the anti-replay window as a bitmap. */
#include "xfrm.h"
#include "xfrm_front.h"

/*
 * Packets of the largest window whose bitmap is told. A longer one may be more than an attribute
 * can hold, and then an SA more than a part of a dump has room for.
 */
#define BITMAP_MAX	16384

/*
 * Packets that may be late whatever a daemon says. It asks for 32 or 64, which was enough while one
 * processor sent: two that send under one SA overtake each other by more. The receiver chooses
 * (RFC 4303 3.4.3), and nothing on the wire depends on it. As many as 32 words of the ring hold.
 */
#define WINDOW_LEAST	960

/* A bitmap that is all zeros may be left out. */
static int replay_esn(const struct ipsec_xfrm_request *req, struct ipsec_xfrm_front *front,
		      struct ipsec_sa_config *config)
{
	const struct nlattr *attr = req->attrs[XFRMA_REPLAY_ESN_VAL];
	const struct xfrm_replay_state_esn *esn = nla_data(attr);

	if (esn->bmp_len > NFIPSEC_REPLAY_WINDOW_MAX / 32 ||
	    (nla_len(attr) != sizeof(*esn) &&
	     nla_len(attr) < sizeof(*esn) + esn->bmp_len * sizeof(__u32)))
		return ipsec_xfrm_refuse(req, XFRMA_REPLAY_ESN_VAL, -EINVAL,
					 "The bitmap of the anti-replay window is longer than the message, or than nfipsec allows");
	if (esn->replay_window > esn->bmp_len * 32)
		return ipsec_xfrm_refuse(req, XFRMA_REPLAY_ESN_VAL, -EINVAL,
					 "The anti-replay window is larger than its bitmap");
	front->window = esn->replay_window;
	config->seq_out = esn->oseq;
	config->seq_in = esn->seq;
	if (!(config->flags & NFIPSEC_SA_F_ESN))
		return 0;
	config->seq_out |= (u64)esn->oseq_hi << 32;
	config->seq_in |= (u64)esn->seq_hi << 32;
	return 0;
}

/**
 * ipsec_xfrm_replay() - read what a message says of sequence numbers
 * @req: the message
 * @front: its flags and its window are filled in; filled: the window that counts
 * @config: filled: window, numbers and flags
 *
 * A window of a daemon is the least that it gets: WINDOW_LEAST. It is told what it has asked for.
 *
 * Return: 0 or a negative errno.
 */
int ipsec_xfrm_replay(const struct ipsec_xfrm_request *req, struct ipsec_xfrm_front *front,
		      struct ipsec_sa_config *config)
{
	struct xfrm_replay_state state;
	int err = 0;

	if (front->flags & XFRM_STATE_ESN)
		config->flags |= NFIPSEC_SA_F_ESN;
	if (req->attrs[XFRMA_REPLAY_ESN_VAL]) {
		front->has_esn_val = true;
		err = replay_esn(req, front, config);
	} else if (req->attrs[XFRMA_REPLAY_VAL]) {
		nla_memcpy(&state, req->attrs[XFRMA_REPLAY_VAL], sizeof(state));
		config->seq_out = state.oseq;
		config->seq_in = state.seq;
	}
	if (!err && (config->flags & NFIPSEC_SA_F_OUT) && front->window)
		return ipsec_xfrm_refuse(req, XFRMA_SA_DIR, -EINVAL,
					 "An SA for packets that leave has no anti-replay window");
	if (!err && (config->flags & NFIPSEC_SA_F_ESN) &&
	    (!front->has_esn_val ||
	     (!front->window && !(config->flags & NFIPSEC_SA_F_OUT))))
		return ipsec_xfrm_refuse(req, XFRMA_REPLAY_ESN_VAL, -EINVAL,
					 "Extended sequence numbers need an anti-replay window (RFC 4303 3.3.3)");
	if (!err && !front->window &&
	    (front->extra_flags & XFRM_SA_XFLAG_OSEQ_MAY_WRAP))
		config->flags |= NFIPSEC_SA_F_WRAP;
	if (front->window)
		config->replay_window = max_t(u32, front->window, WINDOW_LEAST);
	return err;
}

/* A ring of as many bits as the window: the first one is that of the number 1. */
static u32 bit_of(u64 seq, u32 size)
{
	return (u32)(seq - 1) % size;
}

/*
 * What a message says of a number of the window, which ends with @top. A bitmap that was left out
 * says nothing: then all numbers have been there.
 */
static bool was_seen(const struct ipsec_xfrm_request *req, u32 window, u64 top, u32 before)
{
	const struct nlattr *attr = req->attrs[XFRMA_REPLAY_ESN_VAL];
	const struct xfrm_replay_state_esn *esn;
	const struct xfrm_replay_state *state;
	u32 bit;

	if (!attr) {
		state = nla_data(req->attrs[XFRMA_REPLAY_VAL]);
		return before < 32 && state->bitmap & 1U << before;
	}
	esn = nla_data(attr);
	if (nla_len(attr) < sizeof(*esn) + esn->bmp_len * sizeof(u32))
		return true;
	bit = bit_of(top - before, window);
	return esn->bmp[bit / 32] & 1U << bit % 32;
}

/**
 * ipsec_xfrm_replay_open() - let the numbers come that have not come yet
 * @req: a message that was read by ipsec_xfrm_replay()
 * @sa: its SA, which no packet has seen yet
 *
 * Of those left of the window that was asked for nothing is known: they do not come again.
 */
void ipsec_xfrm_replay_open(const struct ipsec_xfrm_request *req, struct ipsec_sa *sa)
{
	const struct ipsec_xfrm_front *front = sa->front;
	u64 top = atomic64_read(&sa->replay->top);
	u32 i;

	if (!req->attrs[XFRMA_REPLAY_ESN_VAL] && !req->attrs[XFRMA_REPLAY_VAL])
		return;
	for (i = 0; i < front->window && i < top; i++)
		if (!was_seen(req, front->window, top, i))
			ipsec_replay_reopen(sa->replay, top - i);
}

/* 0: the bitmap is left out. */
static size_t bitmap_words(u32 window)
{
	return window > BITMAP_MAX ? 0 : DIV_ROUND_UP(window, 32);
}

/**
 * ipsec_xfrm_replay_size() - how long the attribute of ipsec_xfrm_put_replay() may be
 * @sa: the SA
 *
 * Return: bytes, at least as many as are needed.
 */
size_t ipsec_xfrm_replay_size(const struct ipsec_sa *sa)
{
	return nla_total_size(sizeof(struct xfrm_replay_state_esn) +
			      bitmap_words(sa->replay->size) * sizeof(u32));
}

/* The newest number is the lowest bit. */
static u32 newest_bits(const struct ipsec_replay *replay, u32 window)
{
	u64 top = atomic64_read(&replay->top);
	u32 bits = 0, i;

	for (i = 0; i < min(window, 32U) && i < top; i++)
		if (ipsec_replay_check(replay, top - i) == IPSEC_REPLAY_SEEN)
			bits |= 1U << i;
	return bits;
}

static int put_replay_val(struct sk_buff *msg, const struct ipsec_sa *sa, u32 window)
{
	struct xfrm_replay_state state = {
		.oseq = ipsec_sa_seq_sent(sa),
		.seq = atomic64_read(&sa->replay->top),
		.bitmap = newest_bits(sa->replay, window),
	};

	return nla_put(msg, XFRMA_REPLAY_VAL, sizeof(state), &state);
}

static void put_bitmap(const struct ipsec_replay *replay, u32 window, u64 top, u32 *bitmap)
{
	u32 i, bit;

	for (i = 0; i < window && i < top; i++) {
		if (ipsec_replay_check(replay, top - i) != IPSEC_REPLAY_SEEN)
			continue;
		bit = bit_of(top - i, window);
		bitmap[bit / 32] |= 1U << bit % 32;
	}
}

static int put_replay_esn(struct sk_buff *msg, const struct ipsec_sa *sa, u32 window)
{
	u64 top = atomic64_read(&sa->replay->top), sent = ipsec_sa_seq_sent(sa);
	size_t words = bitmap_words(window);
	struct xfrm_replay_state_esn *esn;
	struct nlattr *attr;

	attr = nla_reserve(msg, XFRMA_REPLAY_ESN_VAL, sizeof(*esn) + words * sizeof(u32));
	if (!attr)
		return -EMSGSIZE;
	esn = nla_data(attr);
	memset(esn, 0, sizeof(*esn) + words * sizeof(u32));
	esn->bmp_len = words;
	esn->oseq = lower_32_bits(sent);
	esn->oseq_hi = upper_32_bits(sent);
	esn->seq = lower_32_bits(top);
	esn->seq_hi = upper_32_bits(top);
	esn->replay_window = window;
	if (words)
		put_bitmap(sa->replay, window, top, esn->bmp);
	return 0;
}

/**
 * ipsec_xfrm_put_replay() - write the sequence numbers of an SA
 * @msg: the message
 * @sa: the SA
 * @front: from ipsec_xfrm_front_of(): the window as it was asked for, and the form of the
 *         attribute; the older one shows 32 numbers
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_xfrm_put_replay(struct sk_buff *msg, const struct ipsec_sa *sa,
			  const struct ipsec_xfrm_front *front)
{
	return front->has_esn_val ? put_replay_esn(msg, sa, front->window) :
				    put_replay_val(msg, sa, front->window);
}
