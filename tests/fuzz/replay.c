// SPDX-License-Identifier: GPL-2.0
/*
 * The anti-replay window against the list of the numbers that it has accepted, and extended
 * sequence numbers against RFC 4303 A2.2 as it is printed.
 */
#include "fuzz.h"
#include "../../src/replay.c"

#define ACCEPTED_MAX	4096
/* what replay.h says of senders that skip numbers, less a ring */
#define FURTHEST	((1ULL << 36) - (1 << 16))

struct model {
	uint64_t top, first_top, size;
	uint64_t accepted[ACCEPTED_MAX], missing[ACCEPTED_MAX];
	size_t n_accepted, n_missing;
};

static bool listed(const uint64_t *list, size_t n, uint64_t seq)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == seq)
			return true;
	return false;
}

static enum ipsec_replay_verdict model_check(const struct model *m, uint64_t seq)
{
	if (!m->size)
		return IPSEC_REPLAY_OK;
	if (!seq)
		return IPSEC_REPLAY_SEEN;
	if (m->top >= m->size && seq <= m->top - m->size)
		return IPSEC_REPLAY_LATE;
	if (seq <= m->first_top && !listed(m->missing, m->n_missing, seq))
		return IPSEC_REPLAY_SEEN;
	return listed(m->accepted, m->n_accepted, seq) ? IPSEC_REPLAY_SEEN : IPSEC_REPLAY_OK;
}

/* RFC 4303 A2.2: T is the highest number, W the size of the window, S the number in the packet. */
static uint64_t model_recover(const struct model *m, uint32_t s)
{
	uint32_t tl = m->top, th = m->top >> 32, w = m->size, sh;

	if (tl >= w - 1)
		sh = s >= tl - w + 1 ? th : th + 1;
	else
		sh = s >= tl - w + 1 && th ? th - 1 : th;
	return (uint64_t)sh << 32 | s;
}

static void commit(struct ipsec_replay *replay, struct model *m, uint64_t seq)
{
	enum ipsec_replay_verdict wanted = model_check(m, seq);

	holds(ipsec_replay_check(replay, seq) == wanted, "%llx: %d", (long long)seq, wanted);
	holds(ipsec_replay_commit(replay, seq) == wanted, "%llx: %d", (long long)seq, wanted);
	if (wanted != IPSEC_REPLAY_OK)
		return;
	if (m->n_accepted < ACCEPTED_MAX)
		m->accepted[m->n_accepted++] = seq;
	if (seq > m->top)
		m->top = seq;
	holds((uint64_t)atomic64_read(&replay->top) == m->top, "%llx", (long long)m->top);
}

/* Near the highest number, ahead or behind; or what a packet may carry as well. */
static uint64_t draw_number(struct input *in, const struct model *m)
{
	uint64_t kind = take(in, 1), n = take(in, 1 + kind % 4);

	switch (kind / 4 % 4) {
	case 0:
		return m->top + n;
	case 1:
		return m->top > n ? m->top - n : 0;
	case 2:
		return m->top >= m->size ? m->top - m->size + n : n;
	default:
		return m->size ? model_recover(m, n) : n;
	}
}

static void reopen(struct ipsec_replay *replay, struct model *m, uint64_t behind)
{
	uint64_t seq = behind < m->first_top ? m->first_top - behind : 0;

	ipsec_replay_reopen(replay, seq);
	m->missing[m->n_missing++] = seq;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t sizes[] = { 0, 1, 31, 32, 33, 64, 65, 128, 1000, 5000 };
	struct input in = { data, size };
	static struct model m;
	struct ipsec_replay *replay;
	uint64_t reopened;

	m.size = sizes[take(&in, 1) % 10];
	m.first_top = take(&in, 1) % 2 ? take(&in, 6) : 0;
	m.top = m.first_top;
	m.n_accepted = m.n_missing = 0;
	/* of just the size that it says, for the sanitizer */
	replay = malloc(ipsec_replay_bytes(m.size));
	if (!replay)
		abort();
	ipsec_replay_init(replay, m.size, m.first_top);
	for (reopened = take(&in, 1) % 8; reopened; reopened--)
		reopen(replay, &m, take(&in, 1));
	while (in.left && m.n_accepted < ACCEPTED_MAX) {
		uint64_t seq = draw_number(&in, &m);

		if (seq > m.first_top && seq - m.first_top >= FURTHEST)
			break;
		if (m.size)
			holds(ipsec_replay_recover(replay, seq) == model_recover(&m, seq), "%x",
			      (uint32_t)seq);
		commit(replay, &m, seq);
	}
	free(replay);
	return 0;
}
