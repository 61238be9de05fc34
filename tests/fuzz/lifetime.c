// SPDX-License-Identifier: GPL-2.0
/*
 * Lifetimes. Of a limit that several CPUs share, what they have taken and what is left is always
 * all of it; what fits is never refused and what does not always is, against one sum of all that
 * was spent; a soft limit is told once, when that sum goes beyond it. Limits in seconds against the
 * same in 128 bits.
 */
#include "fuzz.h"
#include "../../src/lifetime.c"

#define CPUS_MAX	8
#define CLOCK_MAX	0xffffffffULL	/* seconds */
#define SPENT_MAX	(1ULL << 56)	/* of a limit that is not there */

struct shared {
	struct ipsec_pool pool;
	uint64_t soft, hard, most, spent, quota[CPUS_MAX];
	unsigned int cpus;
	bool told;
};

static uint64_t all_of(const struct shared *s)
{
	uint64_t sum = s->pool.left + s->pool.behind + s->spent;

	for (unsigned int i = 0; i < s->cpus; i++)
		sum += s->quota[i];
	return sum;
}

static bool draw(struct shared *s, unsigned int cpu, uint64_t need)
{
	uint64_t left = s->pool.left;
	__u64 spare;
	bool enough = ipsec_pool_draw(&s->pool, need, s->most, s->cpus, &spare);

	holds(enough == (left >= need), "%llx of %llx", (long long)need, (long long)left);
	holds(spare <= s->most && spare <= s->pool.left + spare, "%llx", (long long)spare);
	holds(enough || (!spare && s->pool.left == left), "%llx", (long long)spare);
	s->quota[cpu] += spare;
	return enough;
}

/* As quota.c does it: its own, the pool, what others have not spent, and behind the soft limit. */
static bool spend(struct shared *s, unsigned int cpu, uint64_t need, bool *told)
{
	if (s->quota[cpu] >= need) {
		s->quota[cpu] -= need;
		return true;
	}
	if (draw(s, cpu, need))
		return true;
	for (unsigned int i = 0; i < s->cpus; i++) {
		s->pool.left += s->quota[i];
		s->quota[i] = 0;
	}
	if (draw(s, cpu, need))
		return true;
	*told = ipsec_pool_pass_soft(&s->pool);
	return *told && draw(s, cpu, need);
}

static void one_packet(struct shared *s, unsigned int cpu, uint64_t need)
{
	bool told = false, fits = need <= s->hard - s->spent;

	holds(spend(s, cpu, need, &told) == fits, "%llx after %llx", (long long)need,
	      (long long)s->spent);
	holds(told == (s->soft && !s->told && need > s->soft - s->spent), "%llx after %llx",
	      (long long)need, (long long)s->spent);
	s->told |= told;
	s->spent += fits ? need : 0;
	holds(all_of(s) == s->hard, "%llx", (long long)all_of(s));
}

static void counted(struct input *in)
{
	struct shared s = { .cpus = 1 + take(in, 1) % CPUS_MAX };
	uint64_t soft = take(in, 1 + take(in, 1) % 8), hard = take(in, 1 + take(in, 1) % 8);

	s.most = take(in, 1 + take(in, 1) % 3);
	s.hard = hard && hard <= UNLIMITED ? hard : UNLIMITED;
	s.soft = soft < s.hard ? soft : 0;
	ipsec_pool_init(&s.pool, s.soft, s.hard == UNLIMITED ? 0 : s.hard);
	while (in->left && s.spent < SPENT_MAX) {
		unsigned int kind = take(in, 1);

		one_packet(&s, kind % s.cpus, take(in, 1 + kind / CPUS_MAX % 3));
	}
}

static bool model_reached(uint64_t from, uint64_t seconds, uint64_t now, __uint128_t *next)
{
	__uint128_t at = (__uint128_t)seconds * 1000000000 + from;

	if (!seconds)
		return false;
	if (at > now && at < *next)
		*next = at;
	return at <= now;
}

static unsigned int model_due(const struct ipsec_limits *l, const struct ipsec_times *t, uint64_t now,
			      __uint128_t *next)
{
	uint64_t from[] = { t->added, t->first ? t->first : now, t->last ? t->last : t->added };
	unsigned int due = 0;

	for (int i = 0; i < 3; i++) {
		int limit = NFIPSEC_LIMIT_AGE + i;

		if (model_reached(from[i], l->soft[limit], now, next))
			due |= 1 << (2 * limit);
		if (model_reached(from[i], l->hard[limit], now, next))
			due |= 2 << (2 * limit);
	}
	return due;
}

/* Half of them are whole seconds, so that limits are met exactly. */
static uint64_t draw_time(struct input *in)
{
	unsigned int kind = take(in, 1);
	uint64_t time = take(in, 1 + kind / 2 % 7);

	return kind % 2 ? time % (CLOCK_MAX + 1) * 1000000000 : time;
}

static void timed(struct input *in)
{
	const unsigned int late = 2 << 2 * NFIPSEC_LIMIT_AGE | 2 << 2 * NFIPSEC_LIMIT_USE;
	__uint128_t model_next = ~0ULL, unused = ~0ULL;
	struct ipsec_limits limits = { 0 };
	struct ipsec_times times;
	uint64_t now, any = 0;
	unsigned int due;
	__u64 next;

	for (int i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++) {
		unsigned int kind = take(in, 1);

		limits.soft[i] = kind & 1 ? take(in, 1 + kind / 4 % 8) : 0;
		limits.hard[i] = kind & 2 ? take(in, 1 + kind / 32 % 8) : 0;
		any |= limits.soft[i] | limits.hard[i];
	}
	holds(ipsec_limits_none(&limits) == !any, "%llx", (long long)any);
	times.added = draw_time(in);
	times.first = draw_time(in);
	times.last = draw_time(in);
	now = draw_time(in);
	due = model_due(&limits, &times, now, &model_next);
	holds(ipsec_lifetime_due(&limits, &times, now, &next) == due, "not %x", due);
	holds(next == model_next, "%llx, not %llx", (long long)next, (long long)model_next);
	if (!times.first)
		return;
	due = model_due(&limits, &times, now, &unused) & late;
	holds(ipsec_lifetime_over(&limits, times.added, times.first, now) == due, "not %x", due);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	if (take(&in, 1) % 2)
		counted(&in);
	else
		timed(&in);
	return 0;
}
