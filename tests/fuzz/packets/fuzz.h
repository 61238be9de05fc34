/* SPDX-License-Identifier: GPL-2.0 */
/* The fuzzer of packets: what its files share. main.c says what it does. */
#ifndef FUZZ_PACKETS_H
#define FUZZ_PACKETS_H

#include <stdio.h>
#include <linux/virtio_net.h>
#include <netinet/in.h>

#include "mutation.h"

#define PORT_ESP	4500	/* of ESP in UDP */
#define PORT_SINK	9	/* of the socket that takes what is for this host */

#define PROTO_HOP	0
#define PROTO_IPIP	4
#define PROTO_IPV6	41
#define PROTO_ROUTING	43
#define PROTO_FRAGMENT	44
#define PROTO_ESP	50
#define PROTO_AH	51
#define PROTO_NONE	59
#define PROTO_DSTOPTS	60

/* IPv4 in the first four bytes. */
struct addr {
	bool v6;
	uint8_t bytes[16];
};

/* --- sas.c: the SAs, and the rules that make them --- */

enum mode { MODE_TRANSPORT, MODE_TUNNEL, MODE_BEET };
enum cipher { CIPHER_NULL, CIPHER_CBC, CIPHER_GCM };
enum digest { DIGEST_NONE, DIGEST_SHA1, DIGEST_SHA256 };

struct sa {
	uint8_t proto;
	enum mode mode;
	bool any;		/* it leaves its mode open, and is used as a tunnel */
	bool v6;		/* outside */
	bool udp, esn;
	bool around;		/* in the bundle of the SA before it, and in no flow of its own */
	enum cipher cipher;
	enum digest digest;
	uint64_t begins;	/* the sequence number that it goes on from */
	uint32_t window;
	const char *words, *words_out;	/* of the rules for both SAs, and for that to send with */
	uint8_t number;
	uint32_t spi;		/* of what it receives; that to send with has the next one */
	uint64_t seq;
	uint8_t key[64];
	struct addr here, there;
	void *ctx;		/* EVP_CIPHER_CTX */
};

#define SAS_MAX		24

extern struct sa sas[SAS_MAX];
extern int n_sas;

void sas_begin(void);
void sas_restart(void);
void sas_rules(FILE *out);
struct sa *some_sa(void);

/* Addresses of hosts behind the other end, and behind this one. */
void addr_there(struct addr *addr, const struct sa *sa, bool v6, int host);
void addr_near(struct addr *addr, bool v6, int host);
void addr_router(struct addr *addr, bool v6);
void addr_here(struct addr *addr, bool v6);

/* --- headers.c: IP headers --- */

/* IP header with what follows it, up to what it carries; and what AH authenticates of that. */
struct head {
	bool v6;
	int named, len;		/* the byte that names what follows */
	uint8_t data[256], image[256];
};

void head_make(struct head *h, const struct addr *src, const struct addr *dst, bool plain);
void head_push(struct bytes *b, const struct head *h, uint8_t proto);
void head_lengths(struct head *h, uint8_t proto, int payload);
uint16_t checksum(const uint8_t *data, int len, uint32_t sum);
uint32_t pseudo_sum(const struct addr *src, const struct addr *dst, uint8_t proto, int len);
void upper_checksum(struct bytes *b, int at, const struct addr *src, const struct addr *dst,
		    uint8_t proto);
uint8_t upper_of(const struct bytes *b, int *at);

#define PIECES_MAX	48

/* Cuts a packet in fragments, each with so many bytes behind its headers. Returns how many. */
int fragment(const struct bytes *b, int size, struct bytes *pieces);

/* --- inside.c: what is protected --- */

/* What a packet has in it, so that it is known again when it comes out. */
enum mark { MARK_NONE, MARK_GOOD_IN, MARK_BAD_IN, MARK_GOOD_OUT, MARK_BAD_OUT, MARK_CLEAR, MARKS };

struct inside {
	struct addr src, dst;
	enum mark mark;
	uint8_t number;		/* of its SA */
	bool plain;		/* UDP without anything special */
};

uint8_t inside_upper(struct bytes *b, const struct inside *in);
void inside_packet(struct bytes *b, const struct inside *in);
void inside_tcp(struct bytes *b, const struct inside *in, int len, struct virtio_net_hdr *vnet);
void icmp_error(struct bytes *b, const struct inside *in, const uint8_t *quoted, int len);
enum mark mark_of(const uint8_t *data, int len, int *number);

/* --- seal.c: ESP and AH --- */

struct seal {
	uint8_t next_header;
	bool sound;		/* sequence number, trailer and headers are as they should be */
};

void seal_alone(struct bytes *b, struct sa *sa, const struct seal *how);
void seal_begin(struct sa *sa);
void seal(struct bytes *b, struct sa *sa, const struct seal *how);
void seal_wrongly(struct bytes *b, struct sa *sa, const struct seal *how);
uint8_t held(struct bytes *b, const struct sa *sa);

/* --- send.c: each of the packets that go in --- */

void send_round(void);
void send_good(void);

/* --- wires.c: the two devices --- */

enum wire { WIRE_FAR, WIRE_NEAR, WIRES };

/* Packets that came out lately, of which ICMP errors speak. */
struct recent {
	int len;
	uint8_t data[640];
};

#define RECENTS		64

extern struct recent recent[WIRES][RECENTS];
extern const char *const device[WIRES];

struct counts {
	uint64_t sent[WIRES], refused, came[WIRES], protected, leaks;
	uint64_t good[SAS_MAX][MARKS], marks[SAS_MAX][MARKS];	/* sent, and come to the right side */
};

extern struct counts counts;

void wires_open(void);
void wire_send(enum wire wire, const struct bytes *b, const struct virtio_net_hdr *vnet);
void wires_drain(void);

#endif /* FUZZ_PACKETS_H */
