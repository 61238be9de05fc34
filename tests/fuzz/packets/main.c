// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the paths of packets through nfipsec, in a namespace whose two devices it makes:
 *
 *	fuzz rules				prints what ipsecctl is to load
 *	fuzz run SEED SECONDS COMMAND...	COMMAND loads them; it is run at the beginning, and
 *						again from time to time
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

static void run(double seconds, const char *command)
{
	double began = now(), end = began + seconds, show = began + SHOW;
	uint64_t again = AGAIN;

	load(command);
	while (now() < end) {
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

static uint64_t came_in(enum mark mark)
{
	return counts.marks[WIRE_NEAR][mark] + counts.sunk[mark];
}

/*
 * A fragment of a good packet can meet one of another that is of the same number. More than were
 * sent would have been replayed.
 */
static void check_good(const char *what, uint64_t good, uint64_t came, uint64_t may_lack)
{
	if (came > good || came + may_lack < good || !good)
		printf("complaint: of %llu good packets %s %llu came out\n",
		       (unsigned long long)good, what, (unsigned long long)came);
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
	check_good("that came alone inbound", counts.sent_good_in - before.sent_good_in,
		   came_in(MARK_GOOD_IN) - before.marks[WIRE_NEAR][MARK_GOOD_IN] -
		   before.sunk[MARK_GOOD_IN], 0);
	check_good("that came alone outbound", counts.sent_good_out - before.sent_good_out,
		   counts.marks[WIRE_FAR][MARK_GOOD_OUT] -
		   before.marks[WIRE_FAR][MARK_GOOD_OUT], 0);
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
	show("good-in", counts.sent_good_in);
	show("good-in-came", came_in(MARK_GOOD_IN));
	show("bad-in-came", came_in(MARK_BAD_IN));
	show("good-out", counts.sent_good_out);
	show("good-out-came", counts.marks[WIRE_FAR][MARK_GOOD_OUT]);
	show("leaks", counts.leaks);
}

int main(int argc, char **argv)
{
	sas_begin();
	if (argc == 2 && !strcmp(argv[1], "rules")) {
		sas_rules(stdout);
		return 0;
	}
	if (argc != 5 || strcmp(argv[1], "run"))
		errx(2, "fuzz rules, or: fuzz run SEED SECONDS COMMAND");
	random_begin(strtoull(argv[2], NULL, 0));
	wires_open();
	run(atof(argv[3]), argv[4]);
	report();
	check_good("inbound", counts.sent_good_in, came_in(MARK_GOOD_IN),
		   counts.sent_good_in / 500);
	check_good("outbound", counts.sent_good_out, counts.marks[WIRE_FAR][MARK_GOOD_OUT], 0);
	good_alone(argv[4]);
	return 0;
}
