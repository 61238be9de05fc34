/* SPDX-License-Identifier: GPL-2.0 */
/* The fuzzer of the two netlink doors: what its files share. main.c says what it does. */
#ifndef FUZZ_NETLINK_H
#define FUZZ_NETLINK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/netlink.h>
#include <linux/nfipsec.h>
#include <linux/xfrm.h>

/* Those that headers of 6.1 do not have. */
#define FUZZ_XFRMA_SA_DIR	33
#define FUZZ_XFRMA_KEEPALIVE	34

#define ROOM		(1 << 17)	/* bytes of a datagram */
#define ATTRS_MAX	4096		/* attributes of a message that are remembered */
#define PER_DATAGRAM	16		/* messages */
#define NAMESPACES	3
#define ERRNOS		134
#define KINDS		64		/* commands of generic netlink, then messages of NETLINK_XFRM */
#define KIND_XFRM	32
#define IDS		8

enum door { DOOR_GENL, DOOR_XFRM, DOORS };

/* The same seed gives the same numbers. */
struct rng {
	uint64_t state;
};

uint32_t below(struct rng *rng, uint32_t limit);
bool one_in(struct rng *rng, uint32_t n);
uint32_t odd_number(struct rng *rng);

/*
 * One datagram, of one or more messages. Attributes of the last one are remembered, so that they
 * can be spoilt.
 */
struct message {
	uint8_t data[ROOM];
	size_t len, start;
	unsigned int n_attrs;
	uint32_t attrs[ATTRS_MAX];
};

void msg_begin(struct message *msg, uint16_t type, uint16_t flags, uint32_t seq);
void *msg_body(struct message *msg, size_t len);
void *msg_put(struct message *msg, uint16_t type, const void *data, size_t len);
void msg_put_u8(struct message *msg, uint16_t type, uint8_t value);
void msg_put_u16(struct message *msg, uint16_t type, uint16_t value);
void msg_put_u32(struct message *msg, uint16_t type, uint32_t value);
void msg_put_u64(struct message *msg, uint16_t type, uint64_t value);
size_t msg_nest(struct message *msg, uint16_t type);
void msg_nest_end(struct message *msg, size_t nest);
void msg_end(struct message *msg);
void msg_spoil(struct message *msg, struct rng *rng);

/* pool.c: few addresses, SPIs and the like, so that messages are about the same things. */
struct addr {
	uint16_t family;
	uint8_t len;
	uint8_t bytes[16];
};

/* What an SA and a template of a policy have in common. */
struct tunnel {
	struct addr src, dst;
	uint8_t proto, mode;		/* mode: enum nfipsec_mode */
	uint32_t reqid;
};

/* A selector, and with it the name of a policy. */
struct match {
	uint16_t family;
	struct addr src, dst;
	uint8_t src_len, dst_len;	/* of their prefixes */
	uint8_t proto;
	uint16_t sport, dport;		/* 0: any */
	uint8_t dir;			/* XFRM_POLICY_IN, _OUT or _FWD */
	unsigned int tunnel;		/* that of its first template */
};

#define TUNNELS		12
#define MATCHES		24

void pool_init(void);
void pool_addr(struct rng *rng, uint16_t family, struct addr *addr);
const struct tunnel *pool_tunnel(unsigned int i);
const struct match *pool_match(unsigned int i);
uint32_t pool_spi(struct rng *rng);
uint32_t pool_if_id(struct rng *rng);
bool pool_mark(struct rng *rng, struct xfrm_mark *mark);
uint32_t pool_limit(struct rng *rng);
const uint8_t *pool_key(void);		/* of up to NFIPSEC_KEY_MAX bytes, the same for all */

struct algorithm {
	uint16_t id;			/* as generic netlink has it */
	uint16_t key_len;		/* bytes */
	uint16_t icv_bits;
	const char *name;		/* as NETLINK_XFRM has it, NULL: it does not */
};

const struct algorithm *pool_cipher(struct rng *rng);
const struct algorithm *pool_combined(struct rng *rng);
const struct algorithm *pool_digest(struct rng *rng, bool ah);

/* Who sends: a thread with sockets in a namespace. */
struct expected {
	uint32_t seq;
	uint16_t kind;
	bool spoilt, answered, must;	/* must: asked for an acknowledgement */
};

struct stats {
	uint64_t sent, datagrams, messages_read, events_lost;
	uint64_t answers[2][KINDS][ERRNOS];	/* 0: intact, 1: spoilt */
};

struct worker {
	struct rng rng;
	const char *name;
	int ns;				/* index, -1: one after the other that lives for a while */
	int sock[DOORS];
	bool muddled[DOORS];		/* a dump was left: answers come when they come */
	uint32_t seq;
	/* policies that were told lately: numbers of generic netlink, indexes of NETLINK_XFRM */
	uint32_t policies[DOORS][IDS];
	unsigned int n_policies[DOORS];
	struct message *msg;
	struct expected expected[PER_DATAGRAM];
	unsigned int n_expected;
	struct stats stats;
};

extern uint16_t family_id;		/* of generic netlink's nfipsec */
extern uint32_t family_groups[2];

/* genl.c, xfrm.c: one message at the end of the datagram. Return: its kind. */
unsigned int genl_message(struct worker *w, uint32_t seq);
unsigned int xfrm_message(struct worker *w, uint32_t seq);

/* answers.c */
void complain(const char *who, const char *format, ...) __attribute__((format(printf, 2, 3)));
unsigned int complaints(void);
void check_message(const char *who, enum door door, const struct nlmsghdr *nlh);
void read_answers(struct worker *w, enum door door, bool enforce);
int open_door(enum door door, struct rng *rng);
void find_family(void);
uint32_t known_policy(struct worker *w, enum door door);

/* traffic.c, links.c: threads */
void traffic_round(struct worker *w);
void traffic_begin(struct worker *w);
void traffic_end(struct worker *w);
void links_round(struct worker *w);

/* quiet.c: nobody sends while these run */
void quiet_check(int ns, bool flush);
int enter(int ns);

#endif /* FUZZ_NETLINK_H */
