// SPDX-License-Identifier: GPL-2.0
/*
 * The anti-replay window against a model: the set of the numbers that were accepted, as
 * one bit for each of the last MODEL_BITS numbers, and the highest of them. A number is
 * accepted if it is not 0, not in the set, and not left of the window.
 */
#include "ktap.h"
#include "../../src/replay.c"

#define SIZE_MAX_	(1U << 20)
#define MODEL_BITS	(1ULL << 22)

static const uint32_t sizes[] = {
	1, 2, 31, 32, 33, 34, 63, 64, 65, 95, 96, 97, 1000, 1024, 4096, 65536, SIZE_MAX_ - 1, SIZE_MAX_,
};

struct model {
	uint64_t top, size;
	uint8_t *seen;		/* of number n: seen[n % MODEL_BITS] */
};

static void model_reset(struct model *m, uint64_t size, uint64_t top)
{
	if (!m->seen)
		m->seen = malloc(MODEL_BITS);
	memset(m->seen, 0, MODEL_BITS);
	m->size = size;
	m->top = top;
}

static enum ipsec_replay_verdict model_check(const struct model *m, uint64_t seq)
{
	if (!m->size)
		return IPSEC_REPLAY_OK;
	if (!seq)
		return IPSEC_REPLAY_SEEN;
	if (seq <= m->top && m->top - seq >= m->size)
		return IPSEC_REPLAY_LATE;
	if (seq <= m->top && m->seen[seq % MODEL_BITS])
		return IPSEC_REPLAY_SEEN;
	return IPSEC_REPLAY_OK;
}

static void model_commit(struct model *m, uint64_t seq)
{
	if (!m->size)
		return;
	if (seq > m->top) {
		uint64_t from = (m->top + 1) % MODEL_BITS, to = seq % MODEL_BITS;

		if (seq - m->top >= MODEL_BITS) {
			memset(m->seen, 0, MODEL_BITS);
		} else if (from <= to) {
			memset(m->seen + from, 0, to - from);
		} else {
			memset(m->seen + from, 0, MODEL_BITS - from);
			memset(m->seen, 0, to);
		}
		m->top = seq;
	}
	m->seen[seq % MODEL_BITS] = 1;
}

static struct ipsec_replay *window_new(uint32_t size)
{
	/* exactly what was asked for, so that ASan sees a word too few */
	struct ipsec_replay *w = malloc(ipsec_replay_bytes(size));

	memset(w, 0xa5, ipsec_replay_bytes(size));
	ipsec_replay_init(w, size, 0);
	return w;
}

static void model_at(struct model *m, uint64_t size, uint64_t top)
{
	model_reset(m, size, top);
	memset(m->seen, 1, MODEL_BITS);
}

/* One number: check, check again, commit, commit again, as the model says. */
static void one(struct ipsec_replay *w, struct model *m, uint64_t seq)
{
	enum ipsec_replay_verdict wanted = model_check(m, seq);
	unsigned long long number = seq;

	expect(wanted, ipsec_replay_check(w, seq), "window %u, top %llu, check %llu", w->size,
	       (unsigned long long)m->top, number);
	expect(wanted, ipsec_replay_commit(w, seq), "window %u, top %llu, commit %llu", w->size,
	       (unsigned long long)m->top, number);
	if (wanted != IPSEC_REPLAY_OK)
		return;
	model_commit(m, seq);
	if (!m->size)
		return;
	expect(IPSEC_REPLAY_SEEN, ipsec_replay_check(w, seq), "window %u, %llu checked again",
	       w->size, number);
	expect(IPSEC_REPLAY_SEEN, ipsec_replay_commit(w, seq), "window %u, %llu committed again",
	       w->size, number);
	expect(m->top, atomic64_read(&w->top), "window %u, top", w->size);
}

static void off(void)
{
	struct ipsec_replay *w = window_new(0);

	expect(sizeof(*w), ipsec_replay_bytes(0), "no ring");
	for (uint64_t seq = 0; seq < 100; seq++) {
		expect(IPSEC_REPLAY_OK, ipsec_replay_check(w, seq / 2), "check");
		expect(IPSEC_REPLAY_OK, ipsec_replay_commit(w, seq / 2), "commit");
	}
	expect(49, atomic64_read(&w->top), "the highest is remembered");
	expect(IPSEC_REPLAY_OK, ipsec_replay_commit(w, 7), "an old one");
	expect(49, atomic64_read(&w->top), "and stays");
	expect(IPSEC_REPLAY_OK, ipsec_replay_commit(w, UINT64_MAX), "the last");
	expect(IPSEC_REPLAY_OK, ipsec_replay_commit(w, 1), "after the last");
	expect(UINT64_MAX, atomic64_read(&w->top), "without a sign");
	free(w);
	end_case("window 0 accepts everything and remembers the highest");
}

static void in_order(struct model *m)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);
		uint64_t n = sizes[i] < 5000 ? 3 * sizes[i] + 200 : sizes[i] + 5000;

		model_reset(m, sizes[i], 0);
		for (uint64_t seq = 0; seq < n; seq++)
			one(w, m, seq);
		free(w);
	}
	end_case("numbers in order, 0 is never accepted: all sizes");
}

/* Every number near the two edges, some of those between. */
static uint64_t step(uint64_t seq, uint64_t top, uint64_t edge)
{
	return seq + 3000 < top && seq > edge + 3000 ? 137 : 1;
}

/* Backwards from a number: exactly the window is accepted, once. */
static void left_edge(struct model *m)
{
	static const uint64_t tops[] = { 1, 5, 31, 32, 63, 64, 1000, 1 << 20, (1 << 20) + 1, 5000000 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t t = 0; t < ARRAY_LEN(tops); t++) {
			struct ipsec_replay *w = window_new(sizes[i]);
			uint64_t top = tops[t], edge = top >= sizes[i] ? top - sizes[i] : 0;

			model_reset(m, sizes[i], 0);
			one(w, m, top);
			/* the first that is late, and the last that is not */
			if (edge) {
				expect(IPSEC_REPLAY_LATE, ipsec_replay_check(w, edge), "edge");
				expect(IPSEC_REPLAY_LATE, ipsec_replay_commit(w, edge), "edge");
			}
			if (sizes[i] > 1 && edge + 1 < top)
				expect(IPSEC_REPLAY_OK, ipsec_replay_check(w, edge + 1), "inside");
			for (uint64_t seq = top; seq + 70 > edge && seq <= top; seq -= step(seq, top, edge))
				one(w, m, seq);
			free(w);
		}
	}
	end_case("the left edge is exact: all sizes");
}

/* What a check says changes nothing: a forged packet cannot move the window. */
static void check_is_pure(void)
{
	struct ipsec_replay *w = window_new(64);
	size_t len = ipsec_replay_bytes(64);
	void *copy = malloc(len);
	uint64_t seed = 7;

	ipsec_replay_commit(w, 1000);
	memcpy(copy, w, len);
	for (int i = 0; i < 100000; i++)
		ipsec_replay_check(w, draw(&seed) >> below(&seed, 64));
	if (memcmp(copy, w, len))
		wrong("the window has changed");
	free(copy);
	free(w);
	end_case("a check changes nothing");
}

/* A late packet must not come back to life when the ring's words are used again. */
static void word_reuse(struct model *m)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);
		uint64_t around = (w->mask + 1ULL) * BLOCK_BITS;

		model_reset(m, sizes[i], 0);
		one(w, m, 5);
		one(w, m, 5 + around);
		one(w, m, 5);
		one(w, m, 5 + 2 * around);
		one(w, m, 5 + around);
		one(w, m, 6 + 2 * around);
		one(w, m, 4 + 2 * around);
		one(w, m, 4 + around);
		one(w, m, 5 + 7 * around);
		one(w, m, 5 + 6 * around);
		free(w);
	}
	end_case("numbers that share a word of the ring: all sizes");
}

/*
 * Another CPU has written its word, but not yet raised the top: the older numbers of that
 * word look as if they were inside. They are late, and must not undo what it wrote.
 */
static void half_done(void)
{
	struct ipsec_replay *w = window_new(64);
	uint64_t older = 40, newer = older + (w->mask + 1ULL) * BLOCK_BITS;
	uint64_t word = (newer >> BLOCK_SHIFT) << 32 | 1ULL << newer % BLOCK_BITS;

	ipsec_replay_commit(w, older + 10);
	atomic64_set(&w->ring[(newer >> BLOCK_SHIFT) & w->mask], word);
	expect(IPSEC_REPLAY_LATE, ipsec_replay_check(w, older), "check");
	expect(IPSEC_REPLAY_LATE, ipsec_replay_commit(w, older), "commit");
	expect(word, atomic64_read(&w->ring[(newer >> BLOCK_SHIFT) & w->mask]), "the word");
	expect(IPSEC_REPLAY_SEEN, ipsec_replay_commit(w, newer), "the newer number");
	free(w);
	end_case("a newer number that is half accepted is not undone by an older one");
}

static uint64_t draw_seq(uint64_t *seed, const struct model *m, uint64_t last)
{
	uint64_t back = below(seed, 2 * m->size + 70), ahead = below(seed, 8), seq;

	switch (below(seed, 20)) {
	case 0:  ahead = below(seed, m->size + 70); break;
	case 1:  ahead = below(seed, 4 * m->size + 1000); break;
	case 2:  ahead = below(seed, 3) + m->size - 1; break;
	case 3:  ahead = below(seed, 200) ? ahead : draw(seed) >> (32 + below(seed, 32)); break;
	case 4: case 5: case 6: case 7: case 8: case 9: case 10: case 11:
		return m->top > back ? m->top - back : below(seed, 3);
	case 12: return m->top >= m->size ? m->top - m->size + below(seed, 3) : 0;
	}
	seq = m->top + ahead;
	return seq < m->top || seq > last ? last - below(seed, 5) : seq;
}

static void random_jumps(struct model *m)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);
		uint64_t seed = sizes[i];
		int n = sizes[i] > 5000 ? 10000 : 150000;

		model_reset(m, sizes[i], 0);
		for (int k = 0; k < n; k++)
			one(w, m, draw_seq(&seed, m, UINT64_MAX));
		free(w);
		end_case("random numbers and jumps, window %u", sizes[i]);
	}
}

/* From a little before @boundary to @last. */
static void across(struct model *m, uint64_t boundary, uint64_t last)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);
		uint64_t start = boundary - 3 * sizes[i] / 2 - 1000, seed = sizes[i];

		ipsec_replay_init(w, sizes[i], start);
		model_at(m, sizes[i], start);
		for (int k = 0; k < (sizes[i] > 5000 ? 4000 : 30000); k++)
			one(w, m, draw_seq(&seed, m, last));
		/* then in order, over the boundary itself */
		ipsec_replay_init(w, sizes[i], boundary - 100);
		model_at(m, sizes[i], boundary - 100);
		for (uint64_t seq = boundary - 150; seq != boundary + 100; seq++) {
			one(w, m, seq);
			if (seq == last)
				break;
		}
		free(w);
	}
}

/* A window that was moved: what has not come before the move still comes, once. */
static void reopened(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);
		uint64_t top = (1ULL << 33) + 1234567;

		ipsec_replay_init(w, sizes[i], top);
		for (uint64_t back = 0; back < sizes[i] + 200; back += 3)
			ipsec_replay_reopen(w, top - back);
		for (uint64_t back = 0; back < sizes[i]; back++) {
			enum ipsec_replay_verdict wanted = back % 3 ? IPSEC_REPLAY_SEEN :
								      IPSEC_REPLAY_OK;

			expect(wanted, ipsec_replay_check(w, top - back), "check");
			expect(wanted, ipsec_replay_commit(w, top - back), "commit");
			expect(IPSEC_REPLAY_SEEN, ipsec_replay_check(w, top - back), "again");
		}
		expect(IPSEC_REPLAY_LATE, ipsec_replay_check(w, top - sizes[i]), "left of it");
		free(w);
	}
	end_case("what has not come before a window was moved still comes, once: all sizes");
}

static void boundaries(struct model *m)
{
	across(m, 1ULL << 31, UINT64_MAX);
	end_case("around 2^31: all sizes");
	across(m, 1ULL << 32, UINT32_MAX);
	end_case("up to 2^32 - 1, the last without extended numbers: all sizes");
	across(m, 1ULL << 32, UINT64_MAX);
	end_case("over 2^32: all sizes");
	/* here the number of a block, as the ring's words hold it, wraps */
	across(m, 1ULL << 37, UINT64_MAX);
	end_case("over 2^37, where the numbers of the blocks wrap: all sizes");
	across(m, 1ULL << 63, UINT64_MAX);
	end_case("over 2^63: all sizes");
	across(m, UINT64_MAX, UINT64_MAX);
	end_case("up to 2^64 - 1: all sizes");
}

/* RFC 4303 A2.2: with extended numbers the next one is less than 2^32 ahead. */
static void far_jumps(struct model *m)
{
	static const uint64_t jumps[] = { UINT32_MAX, 1ULL << 32, 1ULL << 35 };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t j = 0; j < ARRAY_LEN(jumps); j++) {
			struct ipsec_replay *w = window_new(sizes[i]);

			model_reset(m, sizes[i], 0);
			for (uint64_t seq = 1; seq < 2 * w->mask * BLOCK_BITS; seq += BLOCK_BITS)
				one(w, m, seq);
			one(w, m, m->top + jumps[j]);
			one(w, m, m->top - 1);
			one(w, m, m->top - sizes[i]);
			one(w, m, m->top - sizes[i] + 1);
			one(w, m, m->top - jumps[j]);
			free(w);
		}
	}
	end_case("jumps as far as sequence numbers can: all sizes");
}

/* A window that begins somewhere: what is up to there was received, what is behind was not. */
static void begins_at(void)
{
	static const uint64_t tops[] = {
		1, 31, 32, 64, 1000, UINT32_MAX, 1ULL << 32, (1ULL << 36) + 5, 1ULL << 37, 1ULL << 50, INT64_MAX,
	};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		for (size_t t = 0; t < ARRAY_LEN(tops); t++) {
			struct ipsec_replay *w = window_new(sizes[i]);
			uint64_t top = tops[t], seq;

			ipsec_replay_init(w, sizes[i], top);
			expect(top, atomic64_read(&w->top), "top");
			for (seq = top; top - seq < sizes[i] && seq; seq--)
				expect(IPSEC_REPLAY_SEEN, ipsec_replay_check(w, seq), "window %u, top %llu, %llu",
				       sizes[i], (unsigned long long)top, (unsigned long long)seq);
			expect(seq ? IPSEC_REPLAY_LATE : IPSEC_REPLAY_SEEN, ipsec_replay_check(w, seq), "left");
			for (seq = top + 1; seq < top + 100; seq++)
				expect(IPSEC_REPLAY_OK, ipsec_replay_commit(w, seq), "window %u, top %llu, %llu",
				       sizes[i], (unsigned long long)top, (unsigned long long)seq);
			free(w);
		}
	}
	end_case("a window that begins with another number than 0: all sizes");
}

/*
 * RFC 4303 A2.2, as it says it: the two cases. Where it would make the high half -1 it has
 * said nothing about which packet that is; there the number is that of the first 2^32.
 */
static uint64_t rfc_number(uint64_t top, uint32_t window, uint32_t seql)
{
	uint32_t tl = top, th = top >> 32, bl = tl - window + 1;
	uint32_t seqh;

	if (tl >= window - 1)					/* case A */
		seqh = seql >= bl ? th : th + 1;
	else							/* case B */
		seqh = seql >= bl && th ? th - 1 : th;
	return (uint64_t)seqh << 32 | seql;
}

static void recover_one(struct ipsec_replay *w, uint64_t top, uint32_t low)
{
	atomic64_set(&w->top, top);
	expect(rfc_number(top, w->size, low), ipsec_replay_recover(w, low), "window %u, top %#llx, low %#x",
	       w->size, (unsigned long long)top, low);
}

static void recover_as_rfc(void)
{
	static const uint64_t tops[] = {
		0, 1, 62, 63, 64, 1000, 1 << 20, UINT32_MAX - 1, UINT32_MAX, 1ULL << 32, (1ULL << 32) + 1,
		(1ULL << 32) + 62, (1ULL << 32) + 63, (1ULL << 32) + 64, (7ULL << 32) + 500, (7ULL << 32) + (1U << 31),
		UINT64_MAX - UINT32_MAX, UINT64_MAX - UINT32_MAX - 1,
	};
	uint64_t seed = 3;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);

		for (size_t t = 0; t < ARRAY_LEN(tops); t++) {
			for (int d = -3; d <= 3; d++) {
				uint32_t tl = tops[t], bl = tl - sizes[i] + 1;

				recover_one(w, tops[t], tl + d);
				recover_one(w, tops[t], bl + d);
				recover_one(w, tops[t], d);
				recover_one(w, tops[t], (1U << 31) + d);
			}
		}
		for (int n = 0; n < 50000; n++)
			recover_one(w, draw(&seed) >> below(&seed, 64), draw(&seed) >> below(&seed, 32));
		free(w);
	}
	end_case("recovery is that of RFC 4303 A2.2, both cases: all sizes");
}

/* What a receiver can tell apart: from the left edge of the window on, 2^32 numbers. */
static void recover_range(void)
{
	uint64_t seed = 4;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);

		for (int n = 0; n < 50000; n++) {
			uint64_t top = draw(&seed) >> (1 + below(&seed, 60));
			uint64_t left = top < sizes[i] ? 0 : top - sizes[i] + 1;
			uint64_t seq = left + (below(&seed, 2) ? (uint32_t)draw(&seed) : below(&seed, 3 * sizes[i]));

			atomic64_set(&w->top, top);
			expect(seq, ipsec_replay_recover(w, seq), "window %u, top %llu", sizes[i],
			       (unsigned long long)top);
			expect(left, ipsec_replay_recover(w, left), "the left edge");
			expect(left + UINT32_MAX, ipsec_replay_recover(w, left - 1), "and what is left of it");
		}
		free(w);
	}
	end_case("recovery is right for 2^32 numbers from the left edge on: all sizes");
}

/* A sender that counts over 2^32, whose packets come in any order that the window bears. */
static void recover_across(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);
		uint64_t n = sizes[i] < 3000 ? 3000 : 2 * sizes[i], start = (5ULL << 32) - n;
		uint32_t spread = sizes[i];	/* shuffled inside pieces of this many */

		ipsec_replay_init(w, sizes[i], start / spread * spread - 1);
		for (uint64_t turn = start / spread * spread; turn < start + 2 * n; turn++) {
			uint64_t seq = turn / spread * spread + (spread - 1 - turn % spread);

			expect(seq, ipsec_replay_recover(w, seq), "window %u, top %llu", sizes[i],
			       (unsigned long long)atomic64_read(&w->top));
			expect(IPSEC_REPLAY_OK, ipsec_replay_commit(w, seq), "window %u, %llu", sizes[i],
			       (unsigned long long)seq);
			/* an old one again is either seen, or taken for one that is to come */
			if (turn % spread)
				expect(IPSEC_REPLAY_SEEN, ipsec_replay_check(w, ipsec_replay_recover(w, seq)),
				       "again");
		}
		free(w);
	}
	end_case("reversed inside the window, over 2^32: all sizes");
}

/* There is nothing behind the last number: what looks like it is late. */
static void recover_end(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct ipsec_replay *w = window_new(sizes[i]);

		ipsec_replay_init(w, sizes[i], UINT64_MAX);
		expect(IPSEC_REPLAY_SEEN, ipsec_replay_check(w, ipsec_replay_recover(w, UINT32_MAX)), "the last");
		for (uint32_t low = 1; low < 100; low++)
			expect(IPSEC_REPLAY_LATE, ipsec_replay_check(w, ipsec_replay_recover(w, low)), "%u", low);
		free(w);
	}
	end_case("nothing is accepted behind 2^64 - 1: all sizes");
}

static void memory(void)
{
	for (uint32_t size = 1; size <= 5000; size++) {
		uint64_t words = (ipsec_replay_bytes(size) - sizeof(struct ipsec_replay)) / 8;
		/* a window of @size numbers that begins with the last of a block */
		uint64_t blocks = 1 + (size - 1 + BLOCK_BITS - 1) / BLOCK_BITS;

		expect(0, words & (words - 1), "%u: power of two", size);
		expect(true, words >= blocks, "%u: as many words as blocks in the window", size);
		expect(true, words <= 2 * blocks + 2, "%u: not much more", size);
	}
	expect(true, ipsec_replay_bytes(SIZE_MAX_) < (1 << 20), "largest window below a megabyte");
	end_case("memory is what the window needs, and not much more");
}

int main(void)
{
	struct model m = { 0 };

	off();
	memory();
	in_order(&m);
	left_edge(&m);
	check_is_pure();
	word_reuse(&m);
	half_done();
	random_jumps(&m);
	boundaries(&m);
	far_jumps(&m);
	begins_at();
	reopened();
	recover_as_rfc();
	recover_range();
	recover_across();
	recover_end();
	free(m.seen);
	return end_all();
}
