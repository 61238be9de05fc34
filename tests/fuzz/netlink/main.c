// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the two netlink doors of nfipsec while packets go through what they configure:
 *
 *	fuzz SEED SECONDS NAMESPACE...		the three of tests/fuzz/netlink.sh
 *
 * Messages are of the right form (genl.c, xfrm.c) and about few things (pool.c), so that many
 * are accepted and meet what others have made. One of four is spoilt (message.c). Threads:
 * two in each namespace send them; one does so in namespaces that it makes and leaves; one in
 * each sends packets (traffic.c) and one makes and deletes links (links.c); one listens to all
 * events, next to a socket that is subscribed and never read. Every few seconds they pause, and
 * both doors must tell the same (quiet.c). Whatever the kernel says must be well-formed, and each
 * request must be answered (answers.c).
 *
 * With one seed each thread sends the same, but for numbers of policies that it has learnt; how
 * threads take turns is up to the kernel. What is wrong is printed as "complaint: ...".
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define SENDERS		(2 * NAMESPACES + 1)
#define THREADS_MAX	32
#define PAUSE_EVERY	4	/* seconds */
#define ENOUGH		300	/* messages of a kind, of which one should be accepted */

static int namespaces[NAMESPACES];
static struct worker senders[SENDERS], drivers[NAMESPACES], linker, listeners[NAMESPACES];
static pthread_t threads[THREADS_MAX];
static unsigned int n_threads;
static pthread_rwlock_t running;
static atomic_bool over;
static atomic_ulong rounds;	/* of all senders: the others keep their pace */

int enter(int ns)
{
	return setns(namespaces[ns], CLONE_NEWNET);
}

/* --- senders ------------------------------------------------------------------------------- */

static void open_doors(struct worker *w)
{
	enum door door;

	for (door = 0; door < DOORS; door++) {
		w->sock[door] = open_door(door, &w->rng);
		w->muddled[door] = false;
	}
}

static void reopen(struct worker *w, enum door door)
{
	close(w->sock[door]);
	w->sock[door] = open_door(door, &w->rng);
	w->muddled[door] = false;
}

struct start {
	uint32_t at;
	uint16_t kind;
	bool spoilt;
};

static void expect(struct worker *w, const struct nlmsghdr *nlh, const struct start *start)
{
	struct expected *e = &w->expected[w->n_expected];

	w->stats.sent++;
	*e = (struct expected){
		.seq = nlh->nlmsg_seq, .kind = start->kind, .spoilt = start->spoilt,
		.must = nlh->nlmsg_flags & NLM_F_ACK,
	};
	if (w->n_expected < PER_DATAGRAM - 1)
		w->n_expected++;
}

/* Goes through the datagram as the kernel does: lengths may be wrong, so others are there. */
static bool expect_all(struct worker *w, enum door door, const struct start *starts, unsigned int n)
{
	const struct message *msg = w->msg;
	bool dumps = false;
	size_t at = 0;

	w->n_expected = 0;
	while (at + NLMSG_HDRLEN <= msg->len) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)(msg->data + at);
		unsigned int i = n - 1;

		if (nlh->nlmsg_len < NLMSG_HDRLEN || nlh->nlmsg_len > msg->len - at)
			break;
		while (i && starts[i].at > at)
			i--;
		expect(w, nlh, &starts[i]);
		dumps |= (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
		/* Somebody else's family answers as it likes. */
		if (door == DOOR_GENL && nlh->nlmsg_type != family_id)
			w->muddled[door] = true;
		at += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	return dumps;
}

static void check_answered(struct worker *w, enum door door)
{
	const struct expected *e;

	if (w->muddled[door])
		return;
	for (e = w->expected; e < w->expected + w->n_expected; e++)
		if (e->must && !e->answered)
			complain(w->name, "message %u, of kind %u, got no answer", e->seq, e->kind);
}

static void sender_round(struct worker *w)
{
	unsigned int n = one_in(&w->rng, 2) ? 1 + below(&w->rng, PER_DATAGRAM - 4) : 1, i;
	enum door door = below(&w->rng, DOORS);
	struct start starts[PER_DATAGRAM];
	bool dumps;

	if (w->muddled[door] && one_in(&w->rng, 3))
		reopen(w, door);
	w->msg->len = 0;
	for (i = 0; i < n && w->msg->len < ROOM / 4; i++) {
		starts[i].at = w->msg->len;
		w->seq++;
		starts[i].kind = door == DOOR_GENL ? genl_message(w, w->seq) : xfrm_message(w, w->seq);
		starts[i].spoilt = one_in(&w->rng, 4);
		if (starts[i].spoilt)
			msg_spoil(w->msg, &w->rng);
	}
	dumps = expect_all(w, door, starts, i);
	w->stats.datagrams++;
	if (w->msg->len && send(w->sock[door], w->msg->data, w->msg->len, 0) < 0) {
		complain(w->name, "cannot send: %s", strerror(errno));
		return;
	}
	/* Some begin to dump and go away, or do something else. */
	if (dumps && one_in(&w->rng, 6)) {
		w->muddled[door] = true;
		if (one_in(&w->rng, 2))
			reopen(w, door);
		return;
	}
	read_answers(w, door, !w->muddled[door]);
	check_answered(w, door);
}

/* So that on a slow machine messages are sent, too. */
static void keep_pace(const struct worker *w, unsigned int rounds_each)
{
	while (!over && w->stats.sent * rounds_each > rounds)
		usleep(1000);
}

static void *sender(void *arg)
{
	struct worker *w = arg;

	if (enter(w->ns))
		err(1, "setns");
	open_doors(w);
	while (!over) {
		pthread_rwlock_rdlock(&running);
		sender_round(w);
		rounds++;
		pthread_rwlock_unlock(&running);
	}
	return NULL;
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK };
	int sock = socket(AF_INET, SOCK_DGRAM, 0);

	if (sock < 0 || ioctl(sock, SIOCSIFFLAGS, &request))
		err(1, "lo does not come up");
	close(sock);
}

/* A namespace ends with all that is in it, and with packets on their way. */
static void *passer(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	while (!over) {
		pthread_rwlock_rdlock(&running);
		if (unshare(CLONE_NEWNET))
			err(1, "unshare");
		if (!one_in(&w->rng, 4))
			loopback_up();
		open_doors(w);
		traffic_begin(w);
		pthread_rwlock_unlock(&running);
		for (i = 20 + below(&w->rng, 400); i && !over; i--) {
			pthread_rwlock_rdlock(&running);
			sender_round(w);
			if (one_in(&w->rng, 3))
				traffic_round(w);
			pthread_rwlock_unlock(&running);
		}
		traffic_end(w);
		close(w->sock[DOOR_GENL]);
		close(w->sock[DOOR_XFRM]);
	}
	return NULL;
}

/* --- the others ---------------------------------------------------------------------------- */

static void *driver(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	if (enter(w->ns))
		err(1, "setns");
	while (!over) {
		traffic_begin(w);
		for (i = 0; i < 500 && !over; i++) {
			pthread_rwlock_rdlock(&running);
			traffic_round(w);
			pthread_rwlock_unlock(&running);
			keep_pace(w, 3);
		}
		traffic_end(w);
	}
	return NULL;
}

static void *changer(void *arg)
{
	struct worker *w = arg;

	while (!over) {
		pthread_rwlock_rdlock(&running);
		links_round(w);
		pthread_rwlock_unlock(&running);
		keep_pace(w, 40);
	}
	return NULL;
}

static void subscribe(const int sock[DOORS])
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	uint32_t group;

	/* A socket without a number is told nothing: 0 is that of the kernel, whose events they are. */
	if (bind(sock[DOOR_GENL], (const void *)&any, sizeof(any)) ||
	    bind(sock[DOOR_XFRM], (const void *)&any, sizeof(any)))
		err(1, "cannot bind");
	for (group = 0; group < 2; group++)
		if (setsockopt(sock[DOOR_GENL], SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			       &family_groups[group], sizeof(group)))
			err(1, "cannot listen to group %u", family_groups[group]);
	for (group = 1; group <= XFRMNLGRP_MAX; group++)
		if (setsockopt(sock[DOOR_XFRM], SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			       sizeof(group)))
			err(1, "cannot listen to group %u of NETLINK_XFRM", group);
}

static void hear(struct worker *w, enum door door)
{
	static __thread uint8_t buffer[1 << 18];
	const struct nlmsghdr *nlh;
	ssize_t len;

	len = recv(w->sock[door], buffer, sizeof(buffer), MSG_DONTWAIT);
	if (len < 0) {
		w->stats.events_lost += errno == ENOBUFS;
		return;
	}
	for (nlh = (void *)buffer; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		w->stats.messages_read++;
		check_message(w->name, door, nlh);
	}
	if (len >= NLMSG_HDRLEN)
		complain(w->name, "an event has %zd bytes too many", len);
}

static void *listener(void *arg)
{
	struct worker *w = arg;
	struct pollfd fds[DOORS];
	int deaf[DOORS], door;

	if (enter(w->ns))
		err(1, "setns");
	open_doors(w);
	subscribe(w->sock);
	for (door = 0; door < DOORS; door++) {
		deaf[door] = open_door(door, &w->rng);
		fds[door] = (struct pollfd){ .fd = w->sock[door], .events = POLLIN };
	}
	subscribe(deaf);
	while (!over) {
		if (poll(fds, DOORS, 200) <= 0)
			continue;
		for (door = 0; door < DOORS; door++)
			if (fds[door].revents)
				hear(w, door);
	}
	return NULL;
}

/* --- statistics ---------------------------------------------------------------------------- */

static const char *const kinds[KINDS] = {
	[NFIPSEC_CMD_SA_NEW] = "SA_NEW", [NFIPSEC_CMD_SA_GET] = "SA_GET",
	[NFIPSEC_CMD_SA_DEL] = "SA_DEL", [NFIPSEC_CMD_SA_FLUSH] = "SA_FLUSH",
	[NFIPSEC_CMD_POLICY_NEW] = "POLICY_NEW", [NFIPSEC_CMD_POLICY_GET] = "POLICY_GET",
	[NFIPSEC_CMD_POLICY_DEL] = "POLICY_DEL", [NFIPSEC_CMD_POLICY_FLUSH] = "POLICY_FLUSH",
	[NFIPSEC_CMD_BATCH] = "BATCH", [NFIPSEC_CMD_STATS_GET] = "STATS_GET",
	[NFIPSEC_CMD_DEFAULTS_SET] = "DEFAULTS_SET", [NFIPSEC_CMD_DEFAULTS_GET] = "DEFAULTS_GET",
#define XFRM(name) [KIND_XFRM + XFRM_MSG_##name - XFRM_MSG_BASE] = #name
	XFRM(NEWSA), XFRM(UPDSA), XFRM(DELSA), XFRM(GETSA), XFRM(ALLOCSPI), XFRM(NEWAE),
	XFRM(GETAE), XFRM(EXPIRE), XFRM(NEWPOLICY), XFRM(UPDPOLICY), XFRM(DELPOLICY),
	XFRM(GETPOLICY), XFRM(POLEXPIRE), XFRM(MIGRATE), XFRM(ACQUIRE), XFRM(GETSADINFO),
	XFRM(GETSPDINFO), XFRM(NEWSPDINFO), XFRM(SETDEFAULT), XFRM(GETDEFAULT), XFRM(FLUSHSA),
	XFRM(FLUSHPOLICY),
#undef XFRM
};

static void add_up(struct stats *sum, const struct stats *stats)
{
	const uint64_t *from = (const uint64_t *)stats;
	uint64_t *to = (uint64_t *)sum;
	size_t i;

	for (i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

/* One line for each kind that can be accepted: how many were, and why the others were refused. */
static void tell_kind(const struct stats *sum, unsigned int kind, uint64_t *all, uint64_t *accepted)
{
	uint64_t n = 0, spoilt = 0;
	unsigned int error;

	for (error = 0; error < ERRNOS; error++) {
		n += sum->answers[0][kind][error];
		spoilt += sum->answers[1][kind][error];
	}
	*all += n;
	*accepted += sum->answers[0][kind][0];
	if (!kinds[kind])
		return;
	printf("# %-12s %7lu intact, %7lu accepted;", kinds[kind], n,
	       sum->answers[0][kind][0]);
	for (error = 1; error < ERRNOS; error++)
		if (sum->answers[0][kind][error])
			printf(" %s %lu", strerrorname_np(error), sum->answers[0][kind][error]);
	printf("; spoilt %lu, accepted %lu\n", spoilt, sum->answers[1][kind][0]);
	/* Then it is no longer of the right form, and nothing behind that is tried. */
	if (n >= ENOUGH && !sum->answers[0][kind][0])
		complain("statistics", "none of %lu messages %s was accepted", n, kinds[kind]);
}

static void tell(double seconds)
{
	static struct stats sum, others;
	uint64_t all = 0, accepted = 0;
	unsigned int i;

	for (i = 0; i < SENDERS; i++)
		add_up(&sum, &senders[i].stats);
	for (i = 0; i < NAMESPACES; i++) {
		add_up(&others, &listeners[i].stats);
		add_up(&others, &drivers[i].stats);
	}
	for (i = 0; i < KINDS; i++)
		tell_kind(&sum, i, &all, &accepted);
	printf("# packets sent %lu, link changes %lu, events read %lu, and lost %lu times\n",
	       others.sent, linker.stats.sent, others.messages_read, others.events_lost);
	printf("# messages of answers %lu\n", sum.messages_read);
	printf("# intact %lu, accepted %lu\n", all, accepted);
	printf("# messages %lu in %lu datagrams, %.0f each second\n", sum.sent, sum.datagrams,
	       sum.sent / seconds);
	if (accepted * 100 < all * 35)
		complain("statistics", "fewer than 35 of 100 messages that were not spoilt were accepted");
}

/* --- main ---------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void start(struct worker *w, void *(*run)(void *), uint64_t seed, int ns)
{
	static char names[THREADS_MAX][24];
	unsigned int number = n_threads, i;

	snprintf(names[number], sizeof(names[number]), "thread %u", number);
	w->name = names[number];
	w->ns = ns;
	w->rng.state = (seed + 1) * 0x9e3779b97f4a7c15ULL + number * 0xbf58476d1ce4e5b9ULL;
	for (i = 0; i < 8; i++)
		below(&w->rng, 2);
	w->msg = calloc(1, sizeof(*w->msg));
	if (!w->msg || pthread_create(&threads[n_threads++], NULL, run, w))
		err(1, "cannot start a thread");
}

static void run(double seconds, struct rng *rng)
{
	double end = now() + seconds, next;
	unsigned int ns, pauses;

	for (pauses = 0; now() < end && complaints() < 1000; pauses++) {
		next = now() + PAUSE_EVERY;
		while (now() < (next < end ? next : end))
			usleep(50000);
		pthread_rwlock_wrlock(&running);
		for (ns = 0; ns < NAMESPACES; ns++)
			quiet_check(ns, one_in(rng, 2));
		pthread_rwlock_unlock(&running);
		/* What is known if the machine does not live to see the end. */
		if (pauses % 16 == 15) {
			printf("# %lu datagrams, %.0f seconds to go\n", rounds, end - now());
			fflush(stdout);
		}
	}
	printf("# pauses %u\n", pauses);
}

int main(int argc, char **argv)
{
	pthread_rwlockattr_t attr;
	unsigned int i;
	struct rng rng = { 1 };
	double seconds, begin;
	uint64_t seed;

	if (argc != 3 + NAMESPACES)
		errx(2, "usage: fuzz SEED SECONDS NAMESPACE NAMESPACE NAMESPACE");
	seed = strtoull(argv[1], NULL, 0);
	seconds = atof(argv[2]);
	for (i = 0; i < NAMESPACES; i++) {
		char path[64];

		snprintf(path, sizeof(path), "/run/netns/%s", argv[3 + i]);
		namespaces[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (namespaces[i] < 0)
			err(1, "%s", path);
	}
	pool_init();
	find_family();
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&running, &attr);
	printf("# seed %lu, %.0f seconds\n", seed, seconds);
	fflush(stdout);
	begin = now();
	for (i = 0; i < NAMESPACES; i++)
		start(&listeners[i], listener, seed, i);
	for (i = 0; i < SENDERS; i++)
		start(&senders[i], i == SENDERS - 1 ? passer : sender, seed, i / 2 % NAMESPACES);
	for (i = 0; i < NAMESPACES; i++)
		start(&drivers[i], driver, seed, i);
	start(&linker, changer, seed, 0);
	run(seconds, &rng);
	over = true;
	for (i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < NAMESPACES; i++)
		quiet_check(i, true);
	tell(now() - begin);
	printf("# complaints %u\n", complaints());
	return complaints() ? 1 : 0;
}
