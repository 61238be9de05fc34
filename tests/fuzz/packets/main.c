// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the paths of packets through nfipsec, in a namespace whose two devices it makes:
 *
 *	fuzz rules				prints what ipsecctl is to load
 *	fuzz run SEED SECONDS PACKETS COMMAND	so long at least, and with so many packets at least.
 *						COMMAND loads the rules; it is run at the beginning,
 *						and again from time to time
 *
 * It has the keys of all SAs (sas.c), so what it changes is behind the integrity check as well
 * (seal.c, send.c). Some packets are good: they must come out. What goes in in clear must not
 * come out so (wires.c).
 *
 * The same seed makes the same packets, but for errors, which quote what has come out. What is
 * wrong is printed as "complaint: ...".
 */
#include <err.h>
#include <linux/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define BURST		16
#define AGAIN		200000	/* packets, behind which the rules are loaded anew */
#define SHOW		20	/* seconds */
#define GOOD		32	/* bursts */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static uint64_t sent(void)
{
	return counts.sent[WIRE_FAR] + counts.sent[WIRE_NEAR];
}

static void load(const char *command)
{
	wires_drain();
	if (system(command))
		errx(1, "failed: %s", command);
	sas_restart();
}

static void round_of(void (*send)(void))
{
	int i;

	for (i = 0; i < BURST; i++)
		send();
	wires_drain();
}

static void settle(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		usleep(10000);
		wires_drain();
	}
}

static void run(double seconds, uint64_t packets, const char *command)
{
	double began = now(), end = began + seconds, show = began + SHOW;
	uint64_t again = AGAIN;

	load(command);
	while (now() < end || sent() < packets) {
		round_of(send_round);
		if (sent() >= again) {
			load(command);
			again += AGAIN;
		}
		if (now() >= show) {
			printf("# %llu packets\n", (unsigned long long)sent());
			fflush(stdout);
			show += SHOW;
		}
	}
	seconds = now() - began;
	settle();
	printf("# packets %llu in %.0f s: %.0f a second\n", (unsigned long long)sent(), seconds,
	       sent() / seconds);
}

static uint64_t sum(uint64_t (*what)[MARKS], enum mark mark)
{
	uint64_t all = 0;
	int i;

	for (i = 0; i < n_sas; i++)
		all += what[i][mark];
	return all;
}

/*
 * A fragment of IPv4 may meet one of another packet with the same number. More than were sent would
 * have been replayed.
 */
static void check_good(enum mark mark, const struct counts *before, unsigned int one_lost_in)
{
	uint64_t good, came;
	int i;

	for (i = 0; i < n_sas; i++) {
		good = counts.good[i][mark] - before->good[i][mark];
		came = counts.marks[i][mark] - before->marks[i][mark];
		if (came > good || came + (one_lost_in ? good / one_lost_in : 0) < good)
			printf("complaint: of %llu good packets %s SA %u %llu came out%s\n",
			       (unsigned long long)good,
			       mark == MARK_GOOD_IN ? "that came under" : "for", sas[i].spi,
			       (unsigned long long)came, one_lost_in ? "" : ", alone");
	}
}

/* Whatever has happened, what is right works. */
static void good_alone(const char *command)
{
	struct counts before;
	int i;

	load(command);
	before = counts;
	for (i = 0; i < GOOD; i++)
		round_of(send_good);
	settle();
	check_good(MARK_GOOD_IN, &before, 0);
	check_good(MARK_GOOD_OUT, &before, 0);
}

static void show(const char *name, uint64_t value)
{
	printf("# %s %llu\n", name, (unsigned long long)value);
}

static void report(void)
{
	show("far-in", counts.sent[WIRE_FAR]);
	show("near-in", counts.sent[WIRE_NEAR]);
	show("refused", counts.refused);
	show("far-out", counts.came[WIRE_FAR]);
	show("near-out", counts.came[WIRE_NEAR]);
	show("protected", counts.protected);
	show("good-in", sum(counts.good, MARK_GOOD_IN));
	show("good-in-came", sum(counts.marks, MARK_GOOD_IN));
	show("bad-in-came", sum(counts.marks, MARK_BAD_IN));
	show("good-out", sum(counts.good, MARK_GOOD_OUT));
	show("good-out-came", sum(counts.marks, MARK_GOOD_OUT));
	show("leaks", counts.leaks);
}

int main(int argc, char **argv)
{
	static const struct counts nothing;

	sas_begin();
	if (argc == 2 && !strcmp(argv[1], "rules")) {
		sas_rules(stdout);
		return 0;
	}
	if (argc != 6 || strcmp(argv[1], "run"))
		errx(2, "fuzz rules, or: fuzz run SEED SECONDS PACKETS COMMAND");
	random_begin(strtoull(argv[2], NULL, 0));
	wires_open();
	run(atof(argv[3]), strtoull(argv[4], NULL, 0), argv[5]);
	report();
	check_good(MARK_GOOD_IN, &nothing, 100);
	check_good(MARK_GOOD_OUT, &nothing, 100);
	good_alone(argv[5]);
	return 0;
}
