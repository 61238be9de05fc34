/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a configuration file, the kernel and the screen have in common. The parser
 * and nl_decode.c make these, nl_encode.c, print.c and json.c read them.
 */
#ifndef IPSECCTL_MODEL_H
#define IPSECCTL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include <linux/nfipsec.h>

#include "diag.h"

/* no protocol: any */
#define PROTO_ANY (-1)

/**
 * struct ip_addr - an address
 * @family: AF_INET, AF_INET6 or 0: none
 * @b: 4 or 16 bytes in wire order
 */
struct ip_addr {
	int family;
	__u8 b[16];
};

/**
 * struct ip_range - addresses from one to another
 * @family: AF_INET or AF_INET6
 * @min: the first
 * @max: the last
 */
struct ip_range {
	int family;
	__u8 min[16];
	__u8 max[16];
};

/**
 * struct port_range - ports, types or codes from one to another
 * @set: false: any, also for protocols without ports
 * @min: the first; NFIPSEC_OPAQUE_MIN: they cannot be read
 * @max: the last; NFIPSEC_OPAQUE_MAX
 */
struct port_range {
	bool set;
	__u16 min;
	__u16 max;
};

/**
 * struct selector - packets (RFC 4301 4.4.1.1)
 * @src: from
 * @dst: to
 * @proto: protocol or PROTO_ANY
 * @sport: source ports, or types
 * @dport: destination ports, or codes
 * @dev: interface index of the device or the VRF that they use, 0: any
 */
struct selector {
	struct ip_range src;
	struct ip_range dst;
	int proto;
	struct port_range sport;
	struct port_range dport;
	__u32 dev;
};

/**
 * struct mark - some bits of a packet's mark
 * @value: what they are
 * @mask: which; 0: none
 */
struct mark {
	__u32 value;
	__u32 mask;
};

/**
 * struct spec - one SA that a policy asks for
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @mode: enum nfipsec_mode
 * @src: the sender's outer address, family 0: the packet's
 * @dst: the receiver's
 * @reqid: 0: any SA
 * @spi: 0: any SA
 * @optional: packets go, and may come, without it
 */
struct spec {
	__u8 proto;
	__u8 mode;
	struct ip_addr src;
	struct ip_addr dst;
	__u32 reqid;
	__u32 spi;
	bool optional;
};

/**
 * struct policy - one entry of the SPD
 * @id: the kernel's number for it, 0 before it has one
 * @dir: enum nfipsec_dir
 * @action: enum nfipsec_action
 * @flags: enum nfipsec_policy_flags
 * @has_priority: @priority is not the default
 * @priority: lower is looked at first
 * @mark: only packets with this mark
 * @if_id: only packets through the link of kind xfrm with it, 0: through none
 * @name: whom it is about, for a key manager; empty: not said
 * @n_sel: number of selectors
 * @sel: the selectors
 * @n_spec: number of specs
 * @spec: the specs, innermost first
 * @packets: that it decided about
 * @bytes: in those
 */
struct policy {
	__u32 id;
	__u8 dir;
	__u8 action;
	__u32 flags;
	bool has_priority;
	__u32 priority;
	struct mark mark;
	__u32 if_id;
	char name[NFIPSEC_NAME_MAX + 1];
	size_t n_sel;
	struct selector *sel;
	size_t n_spec;
	struct spec spec[NFIPSEC_SPECS_MAX];
	__u64 packets;
	__u64 bytes;
};

/**
 * struct defaults - what happens to packets that no policy matches
 * @in: to those that arrive: enum nfipsec_action, or -1: not said
 * @out: to those that leave
 */
struct defaults {
	int in;
	int out;
};

/**
 * struct key - a key
 * @len: bytes, 0: no key, or not shown
 * @b: the bytes
 */
struct key {
	size_t len;
	__u8 b[NFIPSEC_KEY_MAX];
};

#define UDPENCAP_PORT	4500	/* of ESP in UDP, unless one is given (RFC 3948 2.1) */

/**
 * struct outer - what is configured about the outer header of a tunnel
 * @df: enum nfipsec_df
 * @ecn: enum nfipsec_ecn
 * @has_dscp: @dscp is not that of the inner header
 * @dscp: 0 to 63
 * @has_map: @map says what the DSCP is
 * @map: the outer DSCP for each inner one
 * @dscp_decap: decapsulation copies the outer DSCP
 * @has_ttl: @ttl is not that of the route
 * @ttl: 0: that of the inner header
 * @has_flow_label: @flow_label is not that of the inner header
 * @flow_label: 20 bits
 */
struct outer {
	__u8 df;
	__u8 ecn;
	bool has_dscp;
	__u8 dscp;
	bool has_map;
	__u8 map[NFIPSEC_DSCP_COUNT];
	bool dscp_decap;
	bool has_ttl;
	__u8 ttl;
	bool has_flow_label;
	__u32 flow_label;
};

/**
 * struct lifetime - limits of an SA, by enum nfipsec_limit; 0: none
 * @soft: where the key manager is told
 * @hard: where the SA ends
 * @age: seconds since it was added
 * @use: seconds since its first packet
 */
struct lifetime {
	__u64 soft[NFIPSEC_LIMIT_SEQUENCE];
	__u64 hard[NFIPSEC_LIMIT_SEQUENCE];
	__u64 age;
	__u64 use;
};

/**
 * struct sa - one entry of the SADB
 * @spi: host byte order
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @mode: enum nfipsec_mode
 * @src: outer source
 * @dst: outer destination
 * @reqid: 0: none
 * @enc: enum nfipsec_enc, 0: none (AH)
 * @auth: enum nfipsec_auth
 * @enc_key: with the salt at its end, where there is one
 * @auth_key: integrity key
 * @has_replay: @replay is not the default
 * @replay: size of the anti-replay window, in packets
 * @flags: enum nfipsec_sa_flags
 * @lifetime: its limits
 * @has_seq: @seq_out and @seq_in are where the SA begins, unless they are 0
 * @encap_sport: source port of ESP in UDP
 * @encap_dport: destination port; 0: not in UDP
 * @mapped_src: where packets in UDP come from
 * @mapped_port: from which port
 * @pmtu: what fits the path, protected, 0: not known
 * @pmtu_inside: what fits it before it is protected, 0: nothing, or not known
 * @pmtu_router: who has said so; no family: the route
 * @pmtu_age: how many seconds ago
 * @seq_out: sent last
 * @seq_in: highest received
 * @packets: protected or authenticated
 * @bytes: in those
 * @drops: packets dropped
 * @add_time: seconds since the epoch
 * @use_time: seconds since the epoch, 0: never used
 * @enc_key_bits: length of a key that is not shown, without the salt
 * @tfc: pad shorter payloads to this length, in bytes
 * @keepalive: seconds of silence before a NAT keepalive, 0: none
 * @mark: only packets with this mark
 * @output_mark: what the mark of its packets becomes
 * @if_id: of the link of kind xfrm that it is for, 0: none
 * @outer: the outer header of a tunnel
 * @n_sel: number of selectors, 0: for all packets
 * @sel: the selectors
 */
struct sa {
	__u32 spi;
	__u8 proto;
	__u8 mode;
	struct ip_addr src;
	struct ip_addr dst;
	__u32 reqid;
	__u16 enc;
	__u16 auth;
	struct key enc_key;
	struct key auth_key;
	bool has_replay;
	__u32 replay;
	__u32 flags;
	struct lifetime lifetime;
	bool has_seq;
	__u16 encap_sport;
	__u16 encap_dport;
	struct ip_addr mapped_src;
	__u16 mapped_port;
	__u32 pmtu;
	__u32 pmtu_inside;
	struct ip_addr pmtu_router;
	__u32 pmtu_age;
	__u64 seq_out;
	__u64 seq_in;
	__u64 packets;
	__u64 bytes;
	__u64 drops;
	__u64 add_time;
	__u64 use_time;
	__u16 enc_key_bits;
	__u32 tfc;
	__u32 keepalive;
	struct mark mark;
	struct mark output_mark;
	__u32 if_id;
	struct outer outer;
	size_t n_sel;
	struct selector *sel;
};

/**
 * struct counter - one counter of the kernel
 * @name: its name
 * @text: one sentence
 * @value: its value
 * @bytes: those of its packets, 0 where they are not counted
 * @drop: these packets died
 */
struct counter {
	char *name;
	char *text;
	__u64 value;
	__u64 bytes;
	bool drop;
};

/**
 * struct stats - all counters
 * @v: the counters in the kernel's order
 * @n: how many
 * @cap: allocated
 */
struct stats {
	struct counter *v;
	size_t n;
	size_t cap;
};

/**
 * struct rule - one SA, one policy or the defaults, and where it was written
 * @loc: the place; no file for what the kernel answered
 * @sa: set for an SA
 * @policy: set for a policy
 * @defaults: set for defaults
 */
struct rule {
	struct place loc;
	struct sa *sa;
	struct policy *policy;
	struct defaults *defaults;
};

/**
 * struct ruleset - SAs and policies in order
 * @v: the rules
 * @n: how many
 * @cap: allocated
 * @file: names of the files that the rules' places point to
 * @n_file: how many
 * @cap_file: allocated
 */
struct ruleset {
	struct rule *v;
	size_t n;
	size_t cap;
	char **file;
	size_t n_file;
	size_t cap_file;
};

/**
 * struct event - something that happened in the kernel
 * @cmd: enum nfipsec_cmd
 * @rules: the SA or the policy it is about, if any
 * @packet: for an ACQUIRE, the packet that asked; NULL otherwise
 * @wanted: what the SA has to be for
 * @limit: for an SA_EXPIRE, enum nfipsec_limit
 * @hard: it is a hard one
 * @router: for an SA_ICMP, who has said so
 * @icmp_type: what it says
 * @icmp_code: likewise
 */
struct event {
	__u8 cmd;
	struct ruleset rules;
	struct selector *packet;
	struct selector *wanted;
	__u8 limit;
	bool hard;
	struct ip_addr router;
	__u8 icmp_type;
	__u8 icmp_code;
};

struct sa *ruleset_add_sa(struct ruleset *rs, struct place loc);
struct policy *ruleset_add_policy(struct ruleset *rs, struct place loc);
struct defaults *ruleset_add_defaults(struct ruleset *rs, struct place loc);
const char *ruleset_file(struct ruleset *rs, const char *name);
void ruleset_free(struct ruleset *rs);

struct selector *policy_add_selector(struct policy *p);
struct selector *sa_add_selector(struct sa *sa);
bool ports_opaque(const struct port_range *r);

bool lifetime_is_set(const struct lifetime *l);

struct counter *stats_add(struct stats *st);
void stats_free(struct stats *st);

void event_free(struct event *ev);

#endif
