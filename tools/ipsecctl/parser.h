/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the parser share; everybody else wants parse.h. */
#ifndef IPSECCTL_PARSER_H
#define IPSECCTL_PARSER_H

#include "algo.h"
#include "lex.h"
#include "parse.h"

/* addresses in one list */
#define HOSTS_MAX 1024

/**
 * struct parser - the state of parsing
 * @lx: where tokens come from
 * @tok: the token looked at
 * @rs: where rules go
 * @diag: where errors go
 * @closed: as in struct parse_opts
 */
struct parser {
	struct lexer lx;
	struct token tok;
	struct ruleset *rs;
	struct diag *diag;
	bool closed;
};

/**
 * struct hosts - a list of addresses
 * @v: the addresses; family 0: any
 * @n: how many
 * @cap: allocated
 */
struct hosts {
	struct ip_range *v;
	size_t n;
	size_t cap;
};

/**
 * struct traffic - packets, as a rule describes them
 * @proto: upper layer protocol or PROTO_ANY
 * @from: sources
 * @to: destinations
 * @sport: source ports, or types
 * @dport: destination ports, or codes
 * @dev: interface index of the device or the VRF that they use, 0: any
 * @port_loc: where the first "port" is
 */
struct traffic {
	int proto;
	struct hosts from;
	struct hosts to;
	struct port_range sport;
	struct port_range dport;
	__u32 dev;
	struct place port_loc;
};

/**
 * struct keys - what stands after "authkey" or "enckey"
 * @loc: where
 * @n: number of keys, 1 or 2; 0: not given
 * @key: the keys
 */
struct keys {
	struct place loc;
	size_t n;
	struct key key[2];
};

/* words about the outer header of a tunnel */
#define OUTER_WORDS 6

/**
 * struct outer_words - what a rule says about the outer header
 * @outer: what it means
 * @seen: words that were there, bits of their numbers
 * @word_loc: where each of them is
 */
struct outer_words {
	struct outer outer;
	unsigned int seen;
	struct place word_loc[OUTER_WORDS];
};

/* parse.c */
void p_next(struct parser *p);
bool p_is(const struct parser *p, const char *keyword);
bool p_accept(struct parser *p, const char *keyword);
bool p_is_value(const struct parser *p);
bool p_is_end(const struct parser *p);
bool p_expected(struct parser *p, const char *what);
bool p_number(struct parser *p, const char *after, __u32 max, __u32 *out);
bool p_number64(struct parser *p, const char *after, __u64 max, __u64 *out);
struct place p_inside(const struct parser *p, size_t offset);
bool p_reserved(const char *word);

/* parse_addr.c */
bool p_hosts(struct parser *p, const char *after, struct hosts *out);
bool p_addr(struct parser *p, const char *after, int family, struct ip_addr *out);
bool p_port(struct parser *p, int proto, struct port_range *out);
bool p_type(struct parser *p, int proto, struct port_range *type, struct port_range *code);

/* parse_mark.c */
bool p_mark(struct parser *p, const char *after, struct mark *out);

/* parse_key.c */
bool p_keys(struct parser *p, const char *after, struct keys *out);

/* parse_outer.c */
extern const char * const outer_words[OUTER_WORDS];
bool p_is_outer(const struct parser *p);
bool p_outer(struct parser *p, struct outer_words *w);
bool p_outer_check(struct parser *p, const struct outer_words *w, const struct sa *sa);

/* parse_traffic.c */
bool p_traffic(struct parser *p, struct traffic *t);
bool p_traffic_check(struct parser *p, struct traffic *t);
size_t traffic_pairs(const struct traffic *t);
bool traffic_pair(const struct traffic *t, size_t i, int only, struct ip_range *from,
		  struct ip_range *to);
void traffic_selector(const struct traffic *t, const struct ip_range *from,
		      const struct ip_range *to, bool mirror, struct selector *sel);
void traffic_free(struct traffic *t);

/* parse_flow.c, parse_sa.c: after the keyword, up to the end of the line */
bool p_flow(struct parser *p, struct place loc);
bool p_sa(struct parser *p, struct place loc, __u8 proto);

#endif
