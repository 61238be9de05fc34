// SPDX-License-Identifier: GPL-2.0
/* The anti-replay window (RFC 4303 3.4.3, RFC 4302 3.4.3). Pure. */
#include <linux/log2.h>
#include <linux/string.h>

#include "replay.h"

#define BLOCK_SHIFT	5
#define BLOCK_BITS	32U

static __u32 ring_words(__u32 size)
{
	/* One block is only partly inside the window, and one is being filled. */
	return size ? roundup_pow_of_two(size / BLOCK_BITS + 2) : 0;
}

/**
 * ipsec_replay_bytes() - memory that a window needs
 * @size: packets, at most NFIPSEC_REPLAY_WINDOW_MAX
 *
 * Return: bytes to allocate for ipsec_replay_init().
 */
size_t ipsec_replay_bytes(__u32 size)
{
	return sizeof(struct ipsec_replay) + ring_words(size) * sizeof(atomic64_t);
}

/**
 * ipsec_replay_init() - a window that has accepted all numbers up to one
 * @replay: ipsec_replay_bytes(@size) bytes
 * @size: packets; 0 turns anti-replay off
 * @top: the highest of those numbers; 0: the window is empty, as 0 is never sent
 */
void ipsec_replay_init(struct ipsec_replay *replay, __u32 size, __u64 top)
{
	__u64 block = top >> BLOCK_SHIFT, bits = (2ULL << (top % BLOCK_BITS)) - 1;
	__u32 words = ring_words(size), i;

	atomic64_set(&replay->top, top);
	replay->size = size;
	replay->mask = words ? words - 1 : 0;
	for (i = 0; i < words; i++) {
		atomic64_set(&replay->ring[block & replay->mask], block << 32 | bits);
		bits = ~0U;
		block--;
	}
}

/**
 * ipsec_replay_reopen() - a number is still to come
 * @replay: a window that no packet has seen yet
 * @seq: a number that it has accepted, or that is left of it
 */
void ipsec_replay_reopen(struct ipsec_replay *replay, __u64 seq)
{
	__u64 block = seq >> BLOCK_SHIFT;
	atomic64_t *word;

	if (!replay->size)
		return;
	word = &replay->ring[block & replay->mask];
	if ((__u32)block == (__u64)atomic64_read(word) >> 32)
		atomic64_set(word, atomic64_read(word) & ~(1ULL << (seq % BLOCK_BITS)));
}

/**
 * ipsec_replay_recover() - the number whose low half a packet carries (RFC 4303 A2.2)
 * @replay: a window that is not off
 * @low: sequence number in the packet
 *
 * It is the first with this low half that is not left of the window. That is both cases
 * of the RFC at once, but for the first window of all: no number is below 0, so there a
 * low half that is large means a jump. A guess that is wrong fails the integrity check.
 *
 * Return: the number, 64 bits.
 */
__u64 ipsec_replay_recover(const struct ipsec_replay *replay, __u32 low)
{
	__u64 top = atomic64_read(&replay->top);
	__u64 left = top < replay->size ? 0 : top - replay->size + 1;

	return left + (__u32)(low - (__u32)left);
}

/* The state of a block, given the word in which it may be: its bits, or why it has none. */
static enum ipsec_replay_verdict block_state(__u64 word, __u32 block, __u32 *bits)
{
	__s32 ahead = block - (__u32)(word >> 32);

	*bits = ahead == 0 ? (__u32)word : 0;
	return ahead < 0 ? IPSEC_REPLAY_LATE : IPSEC_REPLAY_OK;
}

static bool left_of_window(const struct ipsec_replay *replay, __u64 seq)
{
	__u64 top = atomic64_read(&replay->top);

	return top >= replay->size && seq <= top - replay->size;
}

/**
 * ipsec_replay_check() - look at a sequence number before it is authenticated
 * @replay: the window
 * @seq: the number, 64 bits
 *
 * Changes nothing, so a forged packet cannot move the window. Any context.
 *
 * Return: enum ipsec_replay_verdict.
 */
enum ipsec_replay_verdict ipsec_replay_check(const struct ipsec_replay *replay, __u64 seq)
{
	__u32 block = seq >> BLOCK_SHIFT, bits;
	enum ipsec_replay_verdict verdict;

	if (!replay->size)
		return IPSEC_REPLAY_OK;
	if (!seq)
		return IPSEC_REPLAY_SEEN;
	if (left_of_window(replay, seq))
		return IPSEC_REPLAY_LATE;
	verdict = block_state(atomic64_read(&replay->ring[block & replay->mask]), block, &bits);
	if (verdict == IPSEC_REPLAY_OK && (bits & (1U << (seq % BLOCK_BITS))))
		verdict = IPSEC_REPLAY_SEEN;
	return verdict;
}

static void raise_top(struct ipsec_replay *replay, __u64 seq)
{
	__s64 top = atomic64_read(&replay->top);

	while (seq > (__u64)top && !atomic64_try_cmpxchg(&replay->top, &top, seq))
		;
}

/**
 * ipsec_replay_commit() - accept a sequence number after it was authenticated
 * @replay: the window
 * @seq: the number, 64 bits
 *
 * Of several callers with one number, on whatever CPUs, exactly one gets
 * IPSEC_REPLAY_OK. Any context.
 *
 * Return: enum ipsec_replay_verdict.
 */
enum ipsec_replay_verdict ipsec_replay_commit(struct ipsec_replay *replay, __u64 seq)
{
	__u32 block = seq >> BLOCK_SHIFT, bit = 1U << (seq % BLOCK_BITS), bits;
	enum ipsec_replay_verdict verdict;
	atomic64_t *word;
	__s64 old;

	if (!replay->size) {
		raise_top(replay, seq);
		return IPSEC_REPLAY_OK;
	}
	if (!seq)
		return IPSEC_REPLAY_SEEN;
	word = &replay->ring[block & replay->mask];
	old = atomic64_read(word);
	do {
		if (left_of_window(replay, seq))
			return IPSEC_REPLAY_LATE;
		verdict = block_state(old, block, &bits);
		if (verdict != IPSEC_REPLAY_OK)
			return verdict;
		if (bits & bit)
			return IPSEC_REPLAY_SEEN;
	} while (!atomic64_try_cmpxchg(word, &old, (__u64)block << 32 | bits | bit));
	raise_top(replay, seq);
	return IPSEC_REPLAY_OK;
}
