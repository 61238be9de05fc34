// SPDX-License-Identifier: GPL-2.0
/*
 * Many threads commit the same numbers at once, each in an order of its own around a
 * common point: no number may be accepted twice, and none that was inside the window all
 * the time may be refused.
 */
#include <pthread.h>
#include "ktap.h"
#include "../../src/replay.c"

#define THREADS	4

static struct ipsec_replay *window;
static uint64_t first;		/* what they all begin behind */
static uint8_t *accepted;	/* how often, by number */
static uint64_t numbers, spread;
static int fallen;
static pthread_barrier_t barrier;

/* Every number once, none more than @spread away from its turn. */
static uint64_t shuffled(uint64_t turn, uint64_t key)
{
	uint64_t block = turn / spread * spread, i = turn - block;

	return block + (i * 2 * key + i + key * 7) % spread;
}

static void *commit_all(void *data)
{
	uint64_t key = (uintptr_t)data, top = 0;

	pthread_barrier_wait(&barrier);
	for (uint64_t turn = 0; turn < numbers; turn++) {
		uint64_t number = 1 + shuffled(turn, key);
		/* what a receiver makes of the half that is sent; a wrong guess fails its ICV */
		uint64_t seq = ipsec_replay_recover(window, first + number);

		if (seq != first + number)
			continue;
		/* a check that says no must never be followed by a yes */
		enum ipsec_replay_verdict before = ipsec_replay_check(window, seq);
		enum ipsec_replay_verdict verdict = ipsec_replay_commit(window, seq);

		if (verdict == IPSEC_REPLAY_OK)
			__atomic_fetch_add(&accepted[number], before == IPSEC_REPLAY_OK ? 1 : 100,
					   __ATOMIC_RELAXED);
		if ((uint64_t)atomic64_read(&window->top) < top)
			__atomic_fetch_add(&fallen, 1, __ATOMIC_RELAXED);
		top = atomic64_read(&window->top);
	}
	return NULL;
}

static void run(uint32_t size, uint64_t n, uint64_t apart, uint64_t from)
{
	uint64_t twice = 0, never = 0, revived = 0;
	pthread_t thread[THREADS];

	numbers = n / apart * apart;
	spread = apart;
	first = from;
	window = malloc(ipsec_replay_bytes(size));
	ipsec_replay_init(window, size, first);
	accepted = calloc(numbers + 1, 1);
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, commit_all, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (uint64_t seq = 1; seq <= numbers; seq++) {
		revived += accepted[seq] >= 100;
		twice += accepted[seq] % 100 > 1;
		never += !accepted[seq];
	}
	expect(0, twice, "accepted more than once");
	expect(0, revived, "accepted after a check had refused them");
	expect(0, fallen, "the top went back");
	expect(first + numbers, atomic64_read(&window->top), "top");
	/* threads drift apart, so numbers may be late, but not where the window holds all */
	if (size >= numbers)
		expect(0, never, "never accepted");
	else
		expect(true, never < numbers, "some are accepted");
	printf("# window %u: %llu numbers, %llu were late for every thread\n", size,
	       (unsigned long long)numbers, (unsigned long long)never);
	end_case("window %u, %d threads, disorder %llu, from %#llx: each number at most once", size,
		 THREADS, (unsigned long long)apart, (unsigned long long)first);
	pthread_barrier_destroy(&barrier);
	free(accepted);
	free(window);
}

int main(void)
{
	static const uint64_t begins[] = { 0, (3ULL << 32) - 150000 };

	for (size_t i = 0; i < ARRAY_LEN(begins); i++) {
		uint64_t from = begins[i];

		run(1, 300000, 1, from);
		run(32, 300000, 8, from);
		run(33, 300000, 64, from);
		run(64, 300000, 32, from);
		run(1024, 300000, 512, from);
		run(4096, 500000, 4096, from);
		run(1 << 20, 1 << 20, 1024, from);
	}
	return end_all();
}
