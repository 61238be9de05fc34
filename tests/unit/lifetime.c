// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of lifetimes. CPUs that share a pool are played by a loop that draws for
 * one of them at random, as quota.c does it for real.
 */
#include "ktap.h"
#include "../../src/lifetime.c"

#define CPUS	8

struct player {
	struct ipsec_pool pool;
	uint64_t quota[CPUS];
	uint64_t most, most_seen;
	uint64_t draws, collections;
	int softs;
};

/* As quota.c has it: false at the hard limit. */
static bool spend(struct player *p, int cpu, uint64_t need)
{
	__u64 spare;
	bool enough;

	if (p->quota[cpu] >= need) {
		p->quota[cpu] -= need;
		return true;
	}
	p->draws++;
	enough = ipsec_pool_draw(&p->pool, need, p->most, CPUS, &spare);
	if (!enough) {
		p->collections++;
		for (int i = 0; i < CPUS; i++) {
			p->pool.left += p->quota[i];
			p->quota[i] = 0;
		}
		enough = ipsec_pool_draw(&p->pool, need, p->most, CPUS, &spare);
	}
	if (!enough && ipsec_pool_pass_soft(&p->pool)) {
		p->softs++;
		enough = ipsec_pool_draw(&p->pool, need, p->most, CPUS, &spare);
	}
	p->quota[cpu] += spare;
	if (spare > p->most_seen)
		p->most_seen = spare;
	return enough;
}

static void start(struct player *p, uint64_t soft, uint64_t hard, uint64_t most)
{
	*p = (struct player){ .most = most };
	ipsec_pool_init(&p->pool, soft, hard);
}

/* Packets: as many as the limit says, whoever sends them. */
static void packets(void)
{
	static const uint64_t hards[] = { 1, 2, 7, 8, 16, 17, 255, 256, 257, 1000, 4096, 100000 };
	uint64_t seed = 1;

	for (size_t i = 0; i < ARRAY_LEN(hards); i++) {
		for (int busy = 1; busy <= CPUS; busy++) {
			uint64_t soft = hards[i] / 2, sent = 0;
			struct player p;

			start(&p, soft, hards[i], 256);
			while (spend(&p, below(&seed, busy), 1)) {
				sent++;
				expect(soft && sent > soft, p.softs, "soft limit %llu of %llu, after %llu",
				       (unsigned long long)soft, (unsigned long long)hards[i],
				       (unsigned long long)sent);
				if (sent > hards[i])
					break;
			}
			expect(hards[i], sent, "hard limit");
			expect(soft ? 1 : 0, p.softs, "the soft limit is told once");
			expect(false, spend(&p, below(&seed, busy), 1), "and none behind it");
		}
	}
	end_case("as many packets as the limits say, for any number of CPUs");
}

/* Bytes: never more than the limit, and not dropped as long as the packet fits. */
static void bytes(void)
{
	uint64_t seed = 2;

	for (int round = 0; round < 3000; round++) {
		uint64_t hard = 1 + (draw(&seed) >> (40 + below(&seed, 20))), soft = hard - 1, sent = 0, size;
		struct player p;

		if (round % 2)
			soft = hard / 3;
		start(&p, soft, hard, 256 * 1024);
		for (;;) {
			size = 20 + below(&seed, 1481);
			if (!spend(&p, below(&seed, CPUS), size))
				break;
			sent += size;
			if (soft)
				expect(sent > soft, p.softs, "soft limit %llu, sent %llu", (unsigned long long)soft,
				       (unsigned long long)sent);
		}
		expect(true, sent <= hard, "hard limit %llu, sent %llu", (unsigned long long)hard,
		       (unsigned long long)sent);
		expect(true, sent + size > hard, "hard limit %llu, sent %llu, dropped %llu",
		       (unsigned long long)hard, (unsigned long long)sent, (unsigned long long)size);
	}
	end_case("bytes: what fits the limit passes, what does not is dropped");
}

/* Far from the limit a CPU goes to the pool rarely, also if it is alone. */
static void rarely(void)
{
	struct player p;

	start(&p, 0, 10000000, 256);
	for (int i = 0; i < 1000000; i++)
		spend(&p, i % CPUS, 1);
	expect(true, p.draws < 1000000 / 200, "%llu draws", (unsigned long long)p.draws);
	expect(0, p.collections, "nothing is taken back");
	expect(256, p.most_seen, "the largest piece");
	start(&p, 5, 0, 256);
	for (int i = 0; i < 1000000; i++)
		expect(true, spend(&p, i % CPUS, 1), "no hard limit");
	expect(1, p.softs, "soft");
	expect(true, p.draws < 1000000 / 200, "%llu draws", (unsigned long long)p.draws);
	end_case("far from the limit a piece is 256 packets, without a hard limit for ever");
}

static void none(void)
{
	struct ipsec_limits limits = { 0 };

	expect(true, ipsec_limits_none(&limits), "none");
	for (int i = 0; i < NFIPSEC_LIMIT_SEQUENCE; i++) {
		memset(&limits, 0, sizeof(limits));
		limits.soft[i] = 1;
		expect(false, ipsec_limits_none(&limits), "soft %d", i);
		memset(&limits, 0, sizeof(limits));
		limits.hard[i] = 1;
		expect(false, ipsec_limits_none(&limits), "hard %d", i);
	}
	end_case("no limits at all");
}

#define S(seconds) ((seconds) * IPSEC_NSEC)

static void due_at(const char *what, const struct ipsec_limits *limits, const struct ipsec_times *times,
		   uint64_t now, unsigned int wanted, uint64_t next)
{
	__u64 found;

	expect(wanted, ipsec_lifetime_due(limits, times, now, &found), "%s: due", what);
	expect(next, found, "%s: next", what);
}

static void seconds(void)
{
	const unsigned int age = NFIPSEC_LIMIT_AGE, use = NFIPSEC_LIMIT_USE, idle = NFIPSEC_LIMIT_IDLE;
	struct ipsec_times times = { .added = S(100) };
	struct ipsec_limits limits = { .soft[age] = 5, .hard[age] = 8 };

	due_at("added", &limits, &times, S(100), 0, S(105));
	due_at("before the soft one", &limits, &times, S(105) - 1, 0, S(105));
	due_at("at the soft one", &limits, &times, S(105), IPSEC_DUE(age, false), S(108));
	due_at("at the hard one", &limits, &times, S(108), IPSEC_DUE(age, false) | IPSEC_DUE(age, true), ~0ULL);
	limits = (struct ipsec_limits){ .hard[use] = 10 };
	due_at("not used", &limits, &times, S(500), 0, S(510));
	times.first = S(501);
	due_at("used since", &limits, &times, S(510), 0, S(511));
	due_at("used long enough", &limits, &times, S(511), IPSEC_DUE(use, true), ~0ULL);
	limits = (struct ipsec_limits){ .hard[idle] = 10, .hard[age] = 1000 };
	times = (struct ipsec_times){ .added = S(100) };
	due_at("idle since it was added", &limits, &times, S(110), IPSEC_DUE(idle, true), S(1100));
	times.first = times.last = S(109);
	due_at("not idle", &limits, &times, S(110), 0, S(119));
	due_at("idle since", &limits, &times, S(119), IPSEC_DUE(idle, true), S(1100));
	limits = (struct ipsec_limits){ .hard[NFIPSEC_LIMIT_PACKETS] = 1, .soft[NFIPSEC_LIMIT_BYTES] = 1 };
	due_at("no limit in seconds", &limits, &times, S(99999), 0, ~0ULL);
	limits = (struct ipsec_limits){ .hard[age] = UINT32_MAX };
	due_at("136 years", &limits, &times, S(99999), 0, S(100ULL + UINT32_MAX));
	limits = (struct ipsec_limits){ .soft[age] = UINT64_MAX / IPSEC_NSEC, .hard[age] = UINT64_MAX / IPSEC_NSEC + 1 };
	due_at("more than a clock tells", &limits, &times, S(99999), 0, ~0ULL);
	end_case("limits in seconds");
}

/* What a packet asks. */
static void late(void)
{
	const unsigned int age = NFIPSEC_LIMIT_AGE, use = NFIPSEC_LIMIT_USE;
	struct ipsec_limits limits = { .hard[age] = 8, .hard[use] = 3, .soft[age] = 1, .soft[use] = 1 };

	expect(0, ipsec_lifetime_over(&limits, S(100), S(104), S(107) - 1), "in time");
	expect(IPSEC_DUE(use, true), ipsec_lifetime_over(&limits, S(100), S(104), S(107)), "use");
	expect(IPSEC_DUE(age, true), ipsec_lifetime_over(&limits, S(100), S(106), S(108)), "age");
	expect(IPSEC_DUE(age, true) | IPSEC_DUE(use, true),
	       ipsec_lifetime_over(&limits, S(100), S(100), S(3600)), "both");
	limits = (struct ipsec_limits){ .soft[age] = 1, .hard[NFIPSEC_LIMIT_IDLE] = 1 };
	expect(0, ipsec_lifetime_over(&limits, S(100), S(100), S(3600)), "no such limit");
	end_case("packets that come too late");
}

static void sets(void)
{
	for (int i = 0; i <= NFIPSEC_LIMIT_SEQUENCE; i++) {
		expect(0, IPSEC_DUE(i, false) & IPSEC_DUE_HARD, "soft %d ends nothing", i);
		expect(i != NFIPSEC_LIMIT_SEQUENCE, !!(IPSEC_DUE(i, true) & IPSEC_DUE_HARD), "hard %d", i);
	}
	end_case("which limits end an SA");
}

int main(void)
{
	none();
	sets();
	packets();
	bytes();
	rarely();
	seconds();
	late();
	return end_all();
}
