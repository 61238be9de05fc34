// SPDX-License-Identifier: GPL-2.0
/* The anti-replay window with the kernel's own atomics. tests/unit has the model. */
#include <linux/kthread.h>
#include <linux/slab.h>

#include "replay.h"
#include "selftest/selftest.h"

static struct ipsec_replay *window(u32 size)
{
	struct ipsec_replay *replay = kvmalloc(ipsec_replay_bytes(size), GFP_KERNEL);

	if (replay)
		ipsec_replay_init(replay, size, 0);
	return replay;
}

/* Check and commit must say the same. */
static bool says(struct ipsec_replay *replay, u64 seq, enum ipsec_replay_verdict wanted)
{
	enum ipsec_replay_verdict check = ipsec_replay_check(replay, seq);
	enum ipsec_replay_verdict commit = ipsec_replay_commit(replay, seq);

	if (check == wanted && commit == wanted)
		return true;
	return ipsec_test_wrong("window %u, number %llu: check %d, commit %d, expected %d",
				replay->size, seq, check, commit, wanted);
}

static bool edge(u32 size, u64 top)
{
	struct ipsec_replay *replay = window(size);
	bool good;

	if (!replay)
		return false;
	good = says(replay, 0, IPSEC_REPLAY_SEEN) &&
	       says(replay, top, IPSEC_REPLAY_OK) &&
	       says(replay, top, IPSEC_REPLAY_SEEN) &&
	       says(replay, top - size, IPSEC_REPLAY_LATE) &&
	       says(replay, top - size + 1, size > 1 ? IPSEC_REPLAY_OK : IPSEC_REPLAY_SEEN) &&
	       says(replay, top - size + 1, IPSEC_REPLAY_SEEN) &&
	       says(replay, top + 1, IPSEC_REPLAY_OK) &&
	       says(replay, top - size + 1, IPSEC_REPLAY_LATE) &&
	       says(replay, top, size > 1 ? IPSEC_REPLAY_SEEN : IPSEC_REPLAY_LATE);
	kvfree(replay);
	return good;
}

static bool edges(void)
{
	static const u32 size[] = { 1, 31, 32, 33, 64, 1000, 1024, 4096, 1 << 20 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++)
		if (!edge(size[i], size[i] + 1000) || !edge(size[i], 5000000) ||
		    !edge(size[i], U32_MAX - 1))
			return false;
	return true;
}

static bool off(void)
{
	struct ipsec_replay *replay = window(0);
	bool good;

	if (!replay)
		return false;
	good = says(replay, 5, IPSEC_REPLAY_OK) && says(replay, 5, IPSEC_REPLAY_OK) &&
	       says(replay, 0, IPSEC_REPLAY_OK) && atomic64_read(&replay->top) == 5;
	kvfree(replay);
	return good;
}

#define RACE_NUMBERS	50000
#define RACE_THREADS	2

static struct ipsec_replay *race_window;
static atomic_t race_accepted;

static int race_thread(void *data)
{
	u64 seq;

	for (seq = 1; seq <= RACE_NUMBERS; seq++) {
		if (ipsec_replay_commit(race_window, seq) == IPSEC_REPLAY_OK)
			atomic_inc(&race_accepted);
		if (!(seq % 1024))
			cond_resched();
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* The window holds all numbers: together the threads accept each of them once. */
static bool race(void)
{
	struct task_struct *thread[RACE_THREADS] = {};
	unsigned int i;

	race_window = window(RACE_NUMBERS + 1);
	if (!race_window)
		return false;
	atomic_set(&race_accepted, 0);
	for (i = 0; i < RACE_THREADS; i++) {
		thread[i] = kthread_run(race_thread, NULL, "nfipsec_race");
		if (IS_ERR(thread[i]))
			thread[i] = NULL;
	}
	/* A thread that is told to stop before it has run never does. */
	for (i = 0; i < 1000 && atomic_read(&race_accepted) < RACE_NUMBERS; i++)
		schedule_timeout_uninterruptible(HZ / 100 + 1);
	for (i = 0; i < RACE_THREADS; i++)
		if (thread[i])
			kthread_stop(thread[i]);
	kvfree(race_window);
	return atomic_read(&race_accepted) == RACE_NUMBERS ||
	       ipsec_test_wrong("%d of %d accepted", atomic_read(&race_accepted), RACE_NUMBERS);
}

/**
 * ipsec_test_replay() - test the anti-replay window
 */
void ipsec_test_replay(void)
{
	ipsec_test_result(off(), "replay", "no window");
	ipsec_test_result(edges(), "replay", "both edges of windows of all sizes");
	ipsec_test_result(race(), "replay", "two threads, each number once");
}
