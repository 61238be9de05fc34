/* SPDX-License-Identifier: GPL-2.0 */
/* The anti-replay window (RFC 4303 3.4.3, RFC 4302 3.4.3). Pure. */
#ifndef IPSEC_REPLAY_H
#define IPSEC_REPLAY_H

#include <linux/atomic.h>
#include <linux/types.h>

/**
 * DOC: anti-replay without a lock
 *
 * The window is a ring of 64-bit words. A word holds the state of 32 consecutive
 * sequence numbers, a *block*: the low half has a bit for each of them, the high half
 * is the number of the block, modulo 2^32. So a word says itself which block it is
 * about, and moving the window forward clears nothing: whoever first accepts a number
 * of a newer block replaces the word in one compare-and-exchange. Any number of CPUs
 * may check and commit at once; a number is accepted exactly once.
 *
 * @top is the highest accepted number. The window is the numbers above @top - @size.
 * The ring has at least one block more than the window needs, so a number inside the
 * window never finds a newer block in its word.
 *
 * Which of two blocks is newer, 32 bits say as long as they are less than 2^31 blocks apart. A
 * sender that skips numbers so that none of 2^36 in a row meets some word finds that word taken
 * for newer than it is: numbers are refused then, never accepted twice.
 */

/**
 * struct ipsec_replay - anti-replay state of an SA
 * @top: highest sequence number accepted
 * @size: width of the window in packets; 0: everything is accepted
 * @mask: number of words less one; the number is a power of two
 * @ring: the words
 *
 * Shared by all CPUs, without a lock. @size and @mask never change.
 */
struct ipsec_replay {
	atomic64_t top;
	__u32 size;
	__u32 mask;
	atomic64_t ring[];
};

/**
 * enum ipsec_replay_verdict - what the window says of a sequence number
 * @IPSEC_REPLAY_OK: new
 * @IPSEC_REPLAY_SEEN: was accepted before, or is 0, which is never sent
 * @IPSEC_REPLAY_LATE: left of the window
 */
enum ipsec_replay_verdict {
	IPSEC_REPLAY_OK,
	IPSEC_REPLAY_SEEN,
	IPSEC_REPLAY_LATE,
};

size_t ipsec_replay_bytes(__u32 size);
void ipsec_replay_init(struct ipsec_replay *replay, __u32 size, __u64 top);
void ipsec_replay_reopen(struct ipsec_replay *replay, __u64 seq);
__u64 ipsec_replay_recover(const struct ipsec_replay *replay, __u32 low);
enum ipsec_replay_verdict ipsec_replay_check(const struct ipsec_replay *replay, __u64 seq);
enum ipsec_replay_verdict ipsec_replay_commit(struct ipsec_replay *replay, __u64 seq);

#endif /* IPSEC_REPLAY_H */
