/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * nfipsec: the control channel of the IPsec stack, generic netlink family "nfipsec".
 *
 * Every request needs CAP_NET_ADMIN in the user namespace that owns the network
 * namespace of the socket. Every error carries an extended ack: a sentence and
 * the offset of the attribute that caused it.
 *
 * Numbers (SPIs, ports, counters) are in host byte order; addresses are 4 or 16
 * bytes in wire order. The family of an SA or of a selector is the length of
 * its addresses.
 *
 * The attribute tree. "+" may repeat, "?" may be absent:
 *
 *   SA_NEW    NFIPSEC_A_SA            adds one SA
 *   SA_GET    NFIPSEC_A_SA? NFIPSEC_A_FLAGS?
 *                                     one SA, or with NLM_F_DUMP all
 *   SA_DEL    NFIPSEC_A_SA            SPI, PROTO, DST name an SA; with NFIPSEC_SA_F_SOURCE also
 *                                     SRC and FLAGS, with a mark also MARK and MARK_MASK
 *   SA_FLUSH  -
 *   POLICY_NEW    NFIPSEC_A_POLICY
 *   POLICY_GET    NFIPSEC_A_POLICY?   one policy (by ID, or by DIR, PRIORITY, MARK, MARK_MASK,
 *                                     IF_ID, SELECTOR and FLAGS); NLM_F_DUMP: all, by DIR, PRIORITY
 *   POLICY_DEL    NFIPSEC_A_POLICY    named like in POLICY_GET
 *   POLICY_FLUSH  -                   also sets the defaults to BYPASS
 *   DEFAULTS_SET  NFIPSEC_A_DEFAULTS  what happens to packets that no policy matches
 *   DEFAULTS_GET  -                   answers with NFIPSEC_A_DEFAULTS
 *   BATCH     NFIPSEC_A_OP+           one transaction: all operations or none, in this order
 *   STATS_GET -                       answers with NFIPSEC_A_STATS
 *   ACQUIRE   NFIPSEC_A_POLICY NFIPSEC_A_PACKET NFIPSEC_A_SELECTOR
 *                                     (event) traffic waits for an SA
 *   SA_EXPIRE NFIPSEC_A_SA NFIPSEC_A_LIMIT NFIPSEC_A_HARD?
 *                                     (event) an SA has reached a limit. A hard one: SA_DEL
 *                                     follows, but for LIMIT_SEQUENCE: it stays, and sends no more
 *   SA_MAPPING    NFIPSEC_A_SA        (event) NAT has moved the peer: to MAPPED_SRC, MAPPED_PORT
 *   SA_ICMP   NFIPSEC_A_SA NFIPSEC_A_ROUTER NFIPSEC_A_ICMP
 *                                     (event) packets of an SA do not arrive; at most one a second
 *
 *   NFIPSEC_A_OP
 *     NFIPSEC_A_CMD        u32        SA_ or POLICY_NEW, _DEL, _FLUSH; or DEFAULTS_SET
 *     NFIPSEC_A_SA?, _POLICY?, _DEFAULTS?  as in the command
 *
 *   NFIPSEC_A_SA
 *     NFIPSEC_SA_A_SPI            u32     256 .. 0xffffffff (RFC 4303 2.1)
 *     NFIPSEC_SA_A_PROTO          u8      IPPROTO_ESP or IPPROTO_AH
 *     NFIPSEC_SA_A_SRC, _DST      binary  the addresses of the outer header. All zero: SRC, in
 *                                         transport mode: any; DST, of an inbound SA: any
 *     NFIPSEC_SA_A_MODE           u8      enum nfipsec_mode; ANY: that of the policy
 *     NFIPSEC_SA_A_REQID          u32?    ties the SA to policies that name the same; 0: none
 *     NFIPSEC_SA_A_ENC            u16?    enum nfipsec_enc; ESP only, and required there
 *     NFIPSEC_SA_A_ENC_KEY        binary? with the salt, where the algorithm has one, at its end
 *     NFIPSEC_SA_A_AUTH           u16?    enum nfipsec_auth; absent for combined modes
 *     NFIPSEC_SA_A_AUTH_KEY       binary? with the salt, where the algorithm has one, at its end
 *     NFIPSEC_SA_A_REPLAY_WINDOW  u32?    in packets, 0: no anti-replay; absent: 64
 *     NFIPSEC_SA_A_FLAGS          u32?    enum nfipsec_sa_flags
 *     NFIPSEC_SA_A_SEQ_OUT        u64?    the sequence number sent last; absent: 0, nothing was
 *                                         sent. Without ESN at most 2^32 - 1, else 2^63 - 1
 *     NFIPSEC_SA_A_SEQ_IN         u64?    the highest sequence number received and authenticated;
 *                                         absent: 0. Those up to it count as received
 *     NFIPSEC_SA_A_LIFETIME       nest?   its limits
 *     NFIPSEC_SA_A_TFC            u16?    ESP only: payloads that name their own length are
 *                                         padded to so many bytes, or to what fits the path
 *                                         (RFC 4303 2.7); absent: none
 *     NFIPSEC_SA_A_ENCAP_SPORT, _ENCAP_DPORT  u16?  ESP in UDP (RFC 3948): the ports, not 0, as in
 *                                         the packets of the SA; both or none, ESP only
 *     NFIPSEC_SA_A_KEEPALIVE      u32?    ESP in UDP, outbound: seconds of silence before a NAT
 *                                         keepalive is sent (RFC 3948 2.3); absent or 0: none is
 *     NFIPSEC_SA_A_MARK           u32?    inbound: only packets are for it whose mark is this in
 *     NFIPSEC_SA_A_MARK_MASK      u32?    the bits of the mask; outbound: only policies whose MARK
 *                                         is. Absent: 0, and with MARK all bits
 *     NFIPSEC_SA_A_IF_ID          u32?    the link of kind xfrm that it is for, and only policies
 *                                         with the same IF_ID; absent or 0: none
 *     NFIPSEC_SA_A_SET_MARK       u32?    what the mark of its packets becomes, in the bits of the
 *     NFIPSEC_SA_A_SET_MARK_MASK  u32?    mask; absent: as MARK. Outbound it is that of the
 *                                         protected packet, and chooses its route
 *     not in transport mode, the fields of the outer header (RFC 4301 5.1.2); absent in answers
 *     where they have their defaults:
 *     NFIPSEC_SA_A_DF             u8?     enum nfipsec_df, IPv4 outside only; absent: COPY
 *     NFIPSEC_SA_A_ECN            u8?     enum nfipsec_ecn; absent: NORMAL
 *     NFIPSEC_SA_A_DSCP           u8?     0 .. 63: the outer DSCP; absent: that of the inner one
 *     NFIPSEC_SA_A_DSCP_MAP       binary? 64 bytes: the outer DSCP for each inner one. Not
 *                                         together with DSCP
 *     NFIPSEC_SA_A_DSCP_DECAP     flag?   the packet inside gets the outer DSCP when it is
 *                                         decapsulated; absent: it keeps its own
 *     NFIPSEC_SA_A_TTL            u8?     the outer TTL or hop limit; 0: that of the inner
 *                                         header; absent: that of the route
 *     NFIPSEC_SA_A_FLOW_LABEL     u32?    0 .. 0xfffff: the outer flow label, IPv6 outside only;
 *                                         absent: that of an IPv6 packet inside, 0 for IPv4
 *     NFIPSEC_SA_A_SELECTOR*      nest    of up to 16, as in POLICY: the packets that it is for
 *                                         (RFC 4301 4.4.2.1), before any SA is applied; absent:
 *                                         all. That of the innermost SA of a policy counts
 *     answers only:
 *     NFIPSEC_SA_A_MAPPED_SRC     binary  with ENCAP: where the last packet that came in UDP came
 *     NFIPSEC_SA_A_MAPPED_PORT    u16     from; until then SRC and ENCAP_SPORT
 *     NFIPSEC_SA_A_PMTU           u32?    the largest protected packet that fits its path, in bytes
 *     NFIPSEC_SA_A_PMTU_INSIDE    u32?    with its IP header; the largest inside. Absent: none has
 *                                         been sent; INSIDE also if those of other SAs are inside
 *     NFIPSEC_SA_A_PMTU_ROUTER    binary? who has said so (RFC 4301 8.2.1), and how many seconds
 *     NFIPSEC_SA_A_PMTU_AGE       u32?    ago; absent: the route
 *     NFIPSEC_SA_A_PACKETS, _BYTES  u64   protected or authenticated; bytes of the inner packets
 *     NFIPSEC_SA_A_DROPS          u64     packets dropped under this SA, for whatever reason
 *     NFIPSEC_SA_A_ENC_KEY_BITS   u16     length of the encryption key, without the salt
 *     NFIPSEC_SA_A_ADD_TIME, _USE_TIME  u64  seconds since the epoch; last use, 0: never used
 *
 *   NFIPSEC_SA_A_LIFETIME (RFC 4301 4.4.2.1; each may be absent, or 0: no limit. A packet that
 *   would exceed a hard limit is dropped, and so are all after it. A soft one is told once)
 *     NFIPSEC_LIFE_A_SOFT_PACKETS, _HARD_PACKETS   u64   as NFIPSEC_SA_A_PACKETS counts them
 *     NFIPSEC_LIFE_A_SOFT_BYTES, _HARD_BYTES       u64   as NFIPSEC_SA_A_BYTES counts them
 *     NFIPSEC_LIFE_A_SOFT_AGE, _HARD_AGE           u64   seconds since the SA was added
 *     NFIPSEC_LIFE_A_SOFT_USE, _HARD_USE           u64   seconds since its first packet
 *     NFIPSEC_LIFE_A_SOFT_IDLE, _HARD_IDLE         u64   seconds without a packet
 *     answers only, in seconds, of a clock that also runs while the machine sleeps:
 *     NFIPSEC_LIFE_A_AGE, _USE                     u64   since it came; its first packet, if any
 *
 *   NFIPSEC_A_POLICY
 *     NFIPSEC_POLICY_A_ID         u32?    given by the kernel, unique in the namespace
 *     NFIPSEC_POLICY_A_DIR        u8      enum nfipsec_dir
 *     NFIPSEC_POLICY_A_PRIORITY   u32?    lower is looked at first, ties: the older one;
 *                                         absent: NFIPSEC_PRIORITY_DEFAULT
 *     NFIPSEC_POLICY_A_ACTION     u8      enum nfipsec_action
 *     NFIPSEC_POLICY_A_FLAGS      u32?    enum nfipsec_policy_flags
 *     NFIPSEC_POLICY_A_NAME?      string  for the key manager: whom it is about, 1 to 255 bytes
 *                                         (RFC 4301 4.4.1.1). Packets are not compared with it
 *     NFIPSEC_POLICY_A_MARK       u32?    only packets whose mark (skb->mark) is this in the bits
 *     NFIPSEC_POLICY_A_MARK_MASK  u32?    of the mask; absent: 0, and with MARK all bits
 *     NFIPSEC_POLICY_A_IF_ID      u32?    only packets through the link of kind xfrm with this
 *                                         if_id; absent or 0: only those through none
 *     NFIPSEC_POLICY_A_SELECTOR+  nest    a packet matches if it matches one of them
 *     NFIPSEC_POLICY_A_SPEC+      nest    PROTECT only: what is done to a packet, innermost first.
 *                                         In transport mode around a tunnel: the tunnel's ends
 *     answers only:
 *     NFIPSEC_POLICY_A_PACKETS, _BYTES  u64  packets that this policy decided about
 *
 *   NFIPSEC_POLICY_A_SELECTOR (RFC 4301 4.4.1.1; source and destination as in the packet,
 *   so those of an inbound policy are the mirror of the outbound one's; bounds inclusive)
 *     NFIPSEC_SEL_A_SRC_MIN, _SRC_MAX, _DST_MIN, _DST_MAX   binary  all four, of one length
 *     NFIPSEC_SEL_A_PROTO                                   u8?     absent: any
 *     NFIPSEC_SEL_A_SPORT_MIN, _SPORT_MAX, _DPORT_MIN, _DPORT_MAX  u16?  pairs; absent: any.
 *                                         Need a PROTO that has ports; or for ICMP and ICMPv6
 *                                         the type (SPORT) and the code (DPORT), for the
 *                                         mobility header (135) the type (SPORT).
 *                                         NFIPSEC_OPAQUE_MIN to _MAX in both pairs: OPAQUE, only
 *                                         fragments that are not the first: they have no ports
 *     NFIPSEC_SEL_A_IFINDEX                                 u32?    absent: any
 *
 *   NFIPSEC_POLICY_A_SPEC
 *     NFIPSEC_SPEC_A_PROTO        u8      IPPROTO_ESP or IPPROTO_AH
 *     NFIPSEC_SPEC_A_MODE         u8?     enum nfipsec_mode; absent or ANY: the SA decides
 *     NFIPSEC_SPEC_A_SRC, _DST    binary? the SA's addresses in the direction of the policy (an
 *                                         inbound one has the peer as SRC); absent: the packet's
 *     NFIPSEC_SPEC_A_REQID        u32?    only SAs with this reqid; absent or 0: any
 *     NFIPSEC_SPEC_A_SPI          u32?    only the SA with this SPI; absent or 0: any
 *     NFIPSEC_SPEC_A_OPTIONAL     flag?   while there is no such SA packets go without it, under
 *                                         the others; those that arrive may have come without it
 *
 *   NFIPSEC_A_DEFAULTS (RFC 4301 5: DISCARD; as long as nobody says so it is BYPASS)
 *     NFIPSEC_DEFAULTS_A_IN, _OUT  u8?    BYPASS or DISCARD; absent in DEFAULTS_SET: as before
 *
 *   NFIPSEC_A_PACKET   a selector nest: the packet that asked for an SA
 *   NFIPSEC_A_SELECTOR a selector nest: what matched of the policy, with what its PFP flags take
 *
 *   NFIPSEC_A_STATS
 *     NFIPSEC_STATS_A_COUNTER+    nest: NFIPSEC_COUNTER_A_NAME (string), _VALUE, _BYTES (u64),
 *                                 _TEXT (string, what it means), _DROP (flag: these packets died)
 *
 * Events: group "changes" carries SA_NEW, SA_DEL, POLICY_NEW and POLICY_DEL as they are
 * answered, never with keys; a flush is told as the deletions that it is made of. Group
 * "keying" carries ACQUIRE, SA_MAPPING, SA_EXPIRE and SA_ICMP. Subscribing needs CAP_NET_ADMIN.
 */
#ifndef _UAPI_LINUX_NFIPSEC_H
#define _UAPI_LINUX_NFIPSEC_H

#define NFIPSEC_GENL_NAME		"nfipsec"
#define NFIPSEC_GENL_VERSION		1
#define NFIPSEC_GENL_GROUP_CHANGES	"changes"
#define NFIPSEC_GENL_GROUP_KEYING	"keying"

/* Where NETLINK_XFRM is spoken if the kernel's own stack has that number. */
#define NFIPSEC_NETLINK_XFRM		29

#define NFIPSEC_SPI_MIN			256	/* RFC 4303 2.1: 0 - 255 are reserved */
#define NFIPSEC_PRIORITY_DEFAULT	1000
#define NFIPSEC_REPLAY_WINDOW_DEFAULT	64
#define NFIPSEC_REPLAY_WINDOW_MAX	(1 << 20)
#define NFIPSEC_KEY_MAX			128	/* bytes, the longest key of any algorithm */
#define NFIPSEC_SPECS_MAX		4	/* SAs in a bundle */
#define NFIPSEC_SELECTORS_MAX		64	/* selectors of one policy */
#define NFIPSEC_SA_SELECTORS_MAX	16	/* selectors of one SA */
#define NFIPSEC_DSCP_COUNT		64	/* values of a DSCP (RFC 2474) */
#define NFIPSEC_FLOW_LABEL_MAX		1048575	/* 20 bits (RFC 6437) */
#define NFIPSEC_NAME_MAX		255	/* bytes of the name of a policy */
#define NFIPSEC_OPAQUE_MIN		0xffff	/* ports that cannot be read: RFC 7296 3.13.1 */
#define NFIPSEC_OPAQUE_MAX		0

/**
 * enum nfipsec_cmd - commands and events
 * @NFIPSEC_CMD_UNSPEC: never sent
 * @NFIPSEC_CMD_SA_NEW: add an SA; also its event
 * @NFIPSEC_CMD_SA_GET: read one SA, or dump all
 * @NFIPSEC_CMD_SA_DEL: delete one SA; also its event
 * @NFIPSEC_CMD_SA_FLUSH: delete all SAs of the namespace
 * @NFIPSEC_CMD_POLICY_NEW: add a policy; also its event
 * @NFIPSEC_CMD_POLICY_GET: read one policy, or dump all
 * @NFIPSEC_CMD_POLICY_DEL: delete one policy; also its event
 * @NFIPSEC_CMD_POLICY_FLUSH: delete all policies of the namespace
 * @NFIPSEC_CMD_BATCH: several of the above as one transaction
 * @NFIPSEC_CMD_STATS_GET: read the counters of the namespace
 * @NFIPSEC_CMD_ACQUIRE: event: traffic that must be protected has no SA
 * @NFIPSEC_CMD_DEFAULTS_SET: set the default actions of the SPD
 * @NFIPSEC_CMD_DEFAULTS_GET: read them
 * @NFIPSEC_CMD_SA_MAPPING: event: packets of an SA come from another address or port
 * @NFIPSEC_CMD_SA_EXPIRE: event: an SA has reached a limit of its lifetime
 * @NFIPSEC_CMD_SA_ICMP: event: an ICMP error about packets of an SA
 */
enum nfipsec_cmd {
	NFIPSEC_CMD_UNSPEC,
	NFIPSEC_CMD_SA_NEW,
	NFIPSEC_CMD_SA_GET,
	NFIPSEC_CMD_SA_DEL,
	NFIPSEC_CMD_SA_FLUSH,
	NFIPSEC_CMD_POLICY_NEW,
	NFIPSEC_CMD_POLICY_GET,
	NFIPSEC_CMD_POLICY_DEL,
	NFIPSEC_CMD_POLICY_FLUSH,
	NFIPSEC_CMD_BATCH,
	NFIPSEC_CMD_STATS_GET,
	NFIPSEC_CMD_ACQUIRE,
	NFIPSEC_CMD_DEFAULTS_SET,
	NFIPSEC_CMD_DEFAULTS_GET,
	NFIPSEC_CMD_SA_MAPPING,
	NFIPSEC_CMD_SA_EXPIRE,
	NFIPSEC_CMD_SA_ICMP,
	__NFIPSEC_CMD_MAX,
};

#define NFIPSEC_CMD_MAX (__NFIPSEC_CMD_MAX - 1)

/**
 * enum nfipsec_attr - attributes of a message, and of NFIPSEC_A_OP
 * @NFIPSEC_A_UNSPEC: never sent
 * @NFIPSEC_A_PAD: aligns 64-bit attributes
 * @NFIPSEC_A_SA: nest of enum nfipsec_sa_attr
 * @NFIPSEC_A_POLICY: nest of enum nfipsec_policy_attr
 * @NFIPSEC_A_OP: nest of this enum: one operation of a batch
 * @NFIPSEC_A_CMD: u32, enum nfipsec_cmd: what the operation does
 * @NFIPSEC_A_FLAGS: u32, enum nfipsec_flags
 * @NFIPSEC_A_STATS: nest of enum nfipsec_stats_attr
 * @NFIPSEC_A_PACKET: nest of enum nfipsec_selector_attr
 * @NFIPSEC_A_DEFAULTS: nest of enum nfipsec_defaults_attr
 * @NFIPSEC_A_SELECTOR: nest of enum nfipsec_selector_attr
 * @NFIPSEC_A_LIMIT: u8, enum nfipsec_limit
 * @NFIPSEC_A_HARD: flag, the limit is a hard one
 * @NFIPSEC_A_ROUTER: binary, 4 or 16 bytes: who has sent an ICMP error
 * @NFIPSEC_A_ICMP: u16: its type in the upper byte, its code in the lower one
 */
enum nfipsec_attr {
	NFIPSEC_A_UNSPEC,
	NFIPSEC_A_PAD,
	NFIPSEC_A_SA,
	NFIPSEC_A_POLICY,
	NFIPSEC_A_OP,
	NFIPSEC_A_CMD,
	NFIPSEC_A_FLAGS,
	NFIPSEC_A_STATS,
	NFIPSEC_A_PACKET,
	NFIPSEC_A_DEFAULTS,
	NFIPSEC_A_SELECTOR,
	NFIPSEC_A_LIMIT,
	NFIPSEC_A_HARD,
	NFIPSEC_A_ROUTER,
	NFIPSEC_A_ICMP,
	__NFIPSEC_A_MAX,
};

#define NFIPSEC_A_MAX (__NFIPSEC_A_MAX - 1)

/**
 * enum nfipsec_flags - bits of NFIPSEC_A_FLAGS
 * @NFIPSEC_F_SHOW_KEYS: SA_GET answers with the keys
 */
enum nfipsec_flags {
	NFIPSEC_F_SHOW_KEYS	= 1 << 0,
};

/**
 * enum nfipsec_sa_attr - attributes of an SA, as the tree above explains them
 * @NFIPSEC_SA_A_UNSPEC: never sent
 * @NFIPSEC_SA_A_PAD: aligns 64-bit attributes
 * @NFIPSEC_SA_A_SPI: u32
 * @NFIPSEC_SA_A_PROTO: u8
 * @NFIPSEC_SA_A_SRC: binary, 4 or 16 bytes
 * @NFIPSEC_SA_A_DST: binary, 4 or 16 bytes
 * @NFIPSEC_SA_A_MODE: u8, enum nfipsec_mode
 * @NFIPSEC_SA_A_REQID: u32
 * @NFIPSEC_SA_A_ENC: u16, enum nfipsec_enc
 * @NFIPSEC_SA_A_ENC_KEY: binary
 * @NFIPSEC_SA_A_AUTH: u16, enum nfipsec_auth
 * @NFIPSEC_SA_A_AUTH_KEY: binary
 * @NFIPSEC_SA_A_REPLAY_WINDOW: u32, packets
 * @NFIPSEC_SA_A_SEQ_OUT: u64
 * @NFIPSEC_SA_A_SEQ_IN: u64
 * @NFIPSEC_SA_A_PACKETS: u64
 * @NFIPSEC_SA_A_BYTES: u64
 * @NFIPSEC_SA_A_DROPS: u64
 * @NFIPSEC_SA_A_ADD_TIME: u64, seconds since the epoch
 * @NFIPSEC_SA_A_USE_TIME: u64, seconds since the epoch
 * @NFIPSEC_SA_A_ENC_KEY_BITS: u16
 * @NFIPSEC_SA_A_DF: u8, enum nfipsec_df
 * @NFIPSEC_SA_A_ECN: u8, enum nfipsec_ecn
 * @NFIPSEC_SA_A_DSCP: u8
 * @NFIPSEC_SA_A_DSCP_MAP: binary, NFIPSEC_DSCP_COUNT bytes
 * @NFIPSEC_SA_A_DSCP_DECAP: flag
 * @NFIPSEC_SA_A_TTL: u8
 * @NFIPSEC_SA_A_FLOW_LABEL: u32
 * @NFIPSEC_SA_A_FLAGS: u32, enum nfipsec_sa_flags
 * @NFIPSEC_SA_A_TFC: u16, bytes
 * @NFIPSEC_SA_A_ENCAP_SPORT: u16
 * @NFIPSEC_SA_A_ENCAP_DPORT: u16
 * @NFIPSEC_SA_A_MAPPED_SRC: binary, 4 or 16 bytes
 * @NFIPSEC_SA_A_MAPPED_PORT: u16
 * @NFIPSEC_SA_A_SELECTOR: nest of enum nfipsec_sel_attr, may repeat
 * @NFIPSEC_SA_A_LIFETIME: nest of enum nfipsec_lifetime_attr
 * @NFIPSEC_SA_A_MARK: u32
 * @NFIPSEC_SA_A_MARK_MASK: u32
 * @NFIPSEC_SA_A_IF_ID: u32
 * @NFIPSEC_SA_A_SET_MARK: u32
 * @NFIPSEC_SA_A_SET_MARK_MASK: u32
 * @NFIPSEC_SA_A_KEEPALIVE: u32, seconds
 * @NFIPSEC_SA_A_PMTU: u32, bytes
 * @NFIPSEC_SA_A_PMTU_INSIDE: u32, bytes
 * @NFIPSEC_SA_A_PMTU_ROUTER: binary, 4 or 16 bytes
 * @NFIPSEC_SA_A_PMTU_AGE: u32, seconds
 */
enum nfipsec_sa_attr {
	NFIPSEC_SA_A_UNSPEC,
	NFIPSEC_SA_A_PAD,
	NFIPSEC_SA_A_SPI,
	NFIPSEC_SA_A_PROTO,
	NFIPSEC_SA_A_SRC,
	NFIPSEC_SA_A_DST,
	NFIPSEC_SA_A_MODE,
	NFIPSEC_SA_A_REQID,
	NFIPSEC_SA_A_ENC,
	NFIPSEC_SA_A_ENC_KEY,
	NFIPSEC_SA_A_AUTH,
	NFIPSEC_SA_A_AUTH_KEY,
	NFIPSEC_SA_A_REPLAY_WINDOW,
	NFIPSEC_SA_A_SEQ_OUT,
	NFIPSEC_SA_A_SEQ_IN,
	NFIPSEC_SA_A_PACKETS,
	NFIPSEC_SA_A_BYTES,
	NFIPSEC_SA_A_DROPS,
	NFIPSEC_SA_A_ADD_TIME,
	NFIPSEC_SA_A_USE_TIME,
	NFIPSEC_SA_A_ENC_KEY_BITS,
	NFIPSEC_SA_A_DF,
	NFIPSEC_SA_A_ECN,
	NFIPSEC_SA_A_DSCP,
	NFIPSEC_SA_A_DSCP_MAP,
	NFIPSEC_SA_A_DSCP_DECAP,
	NFIPSEC_SA_A_TTL,
	NFIPSEC_SA_A_FLOW_LABEL,
	NFIPSEC_SA_A_FLAGS,
	NFIPSEC_SA_A_TFC,
	NFIPSEC_SA_A_ENCAP_SPORT,
	NFIPSEC_SA_A_ENCAP_DPORT,
	NFIPSEC_SA_A_MAPPED_SRC,
	NFIPSEC_SA_A_MAPPED_PORT,
	NFIPSEC_SA_A_SELECTOR,
	NFIPSEC_SA_A_LIFETIME,
	NFIPSEC_SA_A_MARK,
	NFIPSEC_SA_A_MARK_MASK,
	NFIPSEC_SA_A_IF_ID,
	NFIPSEC_SA_A_SET_MARK,
	NFIPSEC_SA_A_SET_MARK_MASK,
	NFIPSEC_SA_A_KEEPALIVE,
	NFIPSEC_SA_A_PMTU,
	NFIPSEC_SA_A_PMTU_INSIDE,
	NFIPSEC_SA_A_PMTU_ROUTER,
	NFIPSEC_SA_A_PMTU_AGE,
	__NFIPSEC_SA_A_MAX,
};

#define NFIPSEC_SA_A_MAX (__NFIPSEC_SA_A_MAX - 1)

/**
 * enum nfipsec_lifetime_attr - attributes of a lifetime, as the tree above explains them
 * @NFIPSEC_LIFE_A_UNSPEC: never sent
 * @NFIPSEC_LIFE_A_PAD: aligns 64-bit attributes
 * @NFIPSEC_LIFE_A_SOFT_PACKETS: u64
 * @NFIPSEC_LIFE_A_HARD_PACKETS: u64
 * @NFIPSEC_LIFE_A_SOFT_BYTES: u64
 * @NFIPSEC_LIFE_A_HARD_BYTES: u64
 * @NFIPSEC_LIFE_A_SOFT_AGE: u64, seconds
 * @NFIPSEC_LIFE_A_HARD_AGE: u64, seconds
 * @NFIPSEC_LIFE_A_SOFT_USE: u64, seconds
 * @NFIPSEC_LIFE_A_HARD_USE: u64, seconds
 * @NFIPSEC_LIFE_A_SOFT_IDLE: u64, seconds
 * @NFIPSEC_LIFE_A_HARD_IDLE: u64, seconds
 * @NFIPSEC_LIFE_A_AGE: u64, seconds
 * @NFIPSEC_LIFE_A_USE: u64, seconds
 *
 * Those of a limit follow each other in the order of enum nfipsec_limit.
 */
enum nfipsec_lifetime_attr {
	NFIPSEC_LIFE_A_UNSPEC,
	NFIPSEC_LIFE_A_PAD,
	NFIPSEC_LIFE_A_SOFT_PACKETS,
	NFIPSEC_LIFE_A_HARD_PACKETS,
	NFIPSEC_LIFE_A_SOFT_BYTES,
	NFIPSEC_LIFE_A_HARD_BYTES,
	NFIPSEC_LIFE_A_SOFT_AGE,
	NFIPSEC_LIFE_A_HARD_AGE,
	NFIPSEC_LIFE_A_SOFT_USE,
	NFIPSEC_LIFE_A_HARD_USE,
	NFIPSEC_LIFE_A_SOFT_IDLE,
	NFIPSEC_LIFE_A_HARD_IDLE,
	NFIPSEC_LIFE_A_AGE,
	NFIPSEC_LIFE_A_USE,
	__NFIPSEC_LIFE_A_MAX,
};

#define NFIPSEC_LIFE_A_MAX (__NFIPSEC_LIFE_A_MAX - 1)

/**
 * enum nfipsec_policy_attr - attributes of a policy, as the tree above explains them
 * @NFIPSEC_POLICY_A_UNSPEC: never sent
 * @NFIPSEC_POLICY_A_PAD: aligns 64-bit attributes
 * @NFIPSEC_POLICY_A_ID: u32
 * @NFIPSEC_POLICY_A_DIR: u8, enum nfipsec_dir
 * @NFIPSEC_POLICY_A_PRIORITY: u32
 * @NFIPSEC_POLICY_A_ACTION: u8, enum nfipsec_action
 * @NFIPSEC_POLICY_A_FLAGS: u32, enum nfipsec_policy_flags
 * @NFIPSEC_POLICY_A_SELECTOR: nest of enum nfipsec_selector_attr
 * @NFIPSEC_POLICY_A_SPEC: nest of enum nfipsec_spec_attr
 * @NFIPSEC_POLICY_A_PACKETS: u64
 * @NFIPSEC_POLICY_A_BYTES: u64
 * @NFIPSEC_POLICY_A_NAME: string
 * @NFIPSEC_POLICY_A_MARK: u32
 * @NFIPSEC_POLICY_A_MARK_MASK: u32
 * @NFIPSEC_POLICY_A_IF_ID: u32
 */
enum nfipsec_policy_attr {
	NFIPSEC_POLICY_A_UNSPEC,
	NFIPSEC_POLICY_A_PAD,
	NFIPSEC_POLICY_A_ID,
	NFIPSEC_POLICY_A_DIR,
	NFIPSEC_POLICY_A_PRIORITY,
	NFIPSEC_POLICY_A_ACTION,
	NFIPSEC_POLICY_A_FLAGS,
	NFIPSEC_POLICY_A_SELECTOR,
	NFIPSEC_POLICY_A_SPEC,
	NFIPSEC_POLICY_A_PACKETS,
	NFIPSEC_POLICY_A_BYTES,
	NFIPSEC_POLICY_A_NAME,
	NFIPSEC_POLICY_A_MARK,
	NFIPSEC_POLICY_A_MARK_MASK,
	NFIPSEC_POLICY_A_IF_ID,
	__NFIPSEC_POLICY_A_MAX,
};

#define NFIPSEC_POLICY_A_MAX (__NFIPSEC_POLICY_A_MAX - 1)

/**
 * enum nfipsec_selector_attr - attributes of a selector, as the tree above explains them
 * @NFIPSEC_SEL_A_UNSPEC: never sent
 * @NFIPSEC_SEL_A_SRC_MIN: binary, 4 or 16 bytes
 * @NFIPSEC_SEL_A_SRC_MAX: binary, 4 or 16 bytes
 * @NFIPSEC_SEL_A_DST_MIN: binary, 4 or 16 bytes
 * @NFIPSEC_SEL_A_DST_MAX: binary, 4 or 16 bytes
 * @NFIPSEC_SEL_A_PROTO: u8
 * @NFIPSEC_SEL_A_SPORT_MIN: u16
 * @NFIPSEC_SEL_A_SPORT_MAX: u16
 * @NFIPSEC_SEL_A_DPORT_MIN: u16
 * @NFIPSEC_SEL_A_DPORT_MAX: u16
 * @NFIPSEC_SEL_A_IFINDEX: u32, index of a device or a VRF
 */
enum nfipsec_selector_attr {
	NFIPSEC_SEL_A_UNSPEC,
	NFIPSEC_SEL_A_SRC_MIN,
	NFIPSEC_SEL_A_SRC_MAX,
	NFIPSEC_SEL_A_DST_MIN,
	NFIPSEC_SEL_A_DST_MAX,
	NFIPSEC_SEL_A_PROTO,
	NFIPSEC_SEL_A_SPORT_MIN,
	NFIPSEC_SEL_A_SPORT_MAX,
	NFIPSEC_SEL_A_DPORT_MIN,
	NFIPSEC_SEL_A_DPORT_MAX,
	NFIPSEC_SEL_A_IFINDEX,
	__NFIPSEC_SEL_A_MAX,
};

#define NFIPSEC_SEL_A_MAX (__NFIPSEC_SEL_A_MAX - 1)

/**
 * enum nfipsec_spec_attr - attributes of a processing spec, as the tree above explains them
 * @NFIPSEC_SPEC_A_UNSPEC: never sent
 * @NFIPSEC_SPEC_A_PROTO: u8
 * @NFIPSEC_SPEC_A_MODE: u8, enum nfipsec_mode
 * @NFIPSEC_SPEC_A_SRC: binary, 4 or 16 bytes
 * @NFIPSEC_SPEC_A_DST: binary, 4 or 16 bytes
 * @NFIPSEC_SPEC_A_REQID: u32
 * @NFIPSEC_SPEC_A_SPI: u32
 * @NFIPSEC_SPEC_A_OPTIONAL: flag
 */
enum nfipsec_spec_attr {
	NFIPSEC_SPEC_A_UNSPEC,
	NFIPSEC_SPEC_A_PROTO,
	NFIPSEC_SPEC_A_MODE,
	NFIPSEC_SPEC_A_SRC,
	NFIPSEC_SPEC_A_DST,
	NFIPSEC_SPEC_A_REQID,
	NFIPSEC_SPEC_A_SPI,
	NFIPSEC_SPEC_A_OPTIONAL,
	__NFIPSEC_SPEC_A_MAX,
};

#define NFIPSEC_SPEC_A_MAX (__NFIPSEC_SPEC_A_MAX - 1)

/**
 * enum nfipsec_defaults_attr - the default actions of the SPD
 * @NFIPSEC_DEFAULTS_A_UNSPEC: never sent
 * @NFIPSEC_DEFAULTS_A_IN: u8, enum nfipsec_action, of packets that arrive
 * @NFIPSEC_DEFAULTS_A_OUT: u8, enum nfipsec_action, of packets that leave
 */
enum nfipsec_defaults_attr {
	NFIPSEC_DEFAULTS_A_UNSPEC,
	NFIPSEC_DEFAULTS_A_IN,
	NFIPSEC_DEFAULTS_A_OUT,
	__NFIPSEC_DEFAULTS_A_MAX,
};

#define NFIPSEC_DEFAULTS_A_MAX (__NFIPSEC_DEFAULTS_A_MAX - 1)

/**
 * enum nfipsec_stats_attr - attributes of NFIPSEC_A_STATS
 * @NFIPSEC_STATS_A_UNSPEC: never sent
 * @NFIPSEC_STATS_A_COUNTER: nest of enum nfipsec_counter_attr
 */
enum nfipsec_stats_attr {
	NFIPSEC_STATS_A_UNSPEC,
	NFIPSEC_STATS_A_COUNTER,
	__NFIPSEC_STATS_A_MAX,
};

#define NFIPSEC_STATS_A_MAX (__NFIPSEC_STATS_A_MAX - 1)

/**
 * enum nfipsec_counter_attr - attributes of one counter
 * @NFIPSEC_COUNTER_A_UNSPEC: never sent
 * @NFIPSEC_COUNTER_A_PAD: aligns 64-bit attributes
 * @NFIPSEC_COUNTER_A_NAME: string
 * @NFIPSEC_COUNTER_A_VALUE: u64
 * @NFIPSEC_COUNTER_A_TEXT: string, one sentence
 * @NFIPSEC_COUNTER_A_DROP: flag, the counter is a drop reason
 * @NFIPSEC_COUNTER_A_BYTES: u64, those of the packets in VALUE; 0 where they are not counted
 */
enum nfipsec_counter_attr {
	NFIPSEC_COUNTER_A_UNSPEC,
	NFIPSEC_COUNTER_A_PAD,
	NFIPSEC_COUNTER_A_NAME,
	NFIPSEC_COUNTER_A_VALUE,
	NFIPSEC_COUNTER_A_TEXT,
	NFIPSEC_COUNTER_A_DROP,
	NFIPSEC_COUNTER_A_BYTES,
	__NFIPSEC_COUNTER_A_MAX,
};

#define NFIPSEC_COUNTER_A_MAX (__NFIPSEC_COUNTER_A_MAX - 1)

/**
 * enum nfipsec_dir - direction of a policy, seen from this host or gateway
 * @NFIPSEC_DIR_IN: packets that arrive, for this host or to be forwarded
 * @NFIPSEC_DIR_OUT: packets that leave, from this host or forwarded
 */
enum nfipsec_dir {
	NFIPSEC_DIR_IN,
	NFIPSEC_DIR_OUT,
	__NFIPSEC_DIR_MAX,
};

/**
 * enum nfipsec_action - what a policy does (RFC 4301 4.4.1)
 * @NFIPSEC_ACTION_BYPASS: pass without IPsec
 * @NFIPSEC_ACTION_DISCARD: drop
 * @NFIPSEC_ACTION_PROTECT: pass under the SAs of the specs
 */
enum nfipsec_action {
	NFIPSEC_ACTION_BYPASS,
	NFIPSEC_ACTION_DISCARD,
	NFIPSEC_ACTION_PROTECT,
	__NFIPSEC_ACTION_MAX,
};

/**
 * enum nfipsec_policy_flags - what a PROTECT policy does while it has no SA, and with fragments
 * @NFIPSEC_POLICY_F_OPTIONAL: pass in clear instead of holding and dropping; inbound: accept clear
 * @NFIPSEC_POLICY_F_NO_ACQUIRE: do not ask the key manager for one, and do not hold packets
 * @NFIPSEC_POLICY_F_STATEFUL_FRAGMENTS: the selectors name ports, and fragments that have none
 *	follow the first one of their packet, which must come before them (RFC 4301 7.3).
 *	Without it only selectors without ports, or opaque ones, match them if it is PROTECT
 * @NFIPSEC_POLICY_F_PFP_SRC: populate from packet (RFC 4301 4.4.1.2): a packet that asks for an SA
 *	gives the selector of that SA its source address, and only SAs are used whose selector
 *	names one source address. Without it the selector is that of the policy
 * @NFIPSEC_POLICY_F_PFP_DST: the destination address likewise
 * @NFIPSEC_POLICY_F_PFP_PROTO: the protocol likewise
 * @NFIPSEC_POLICY_F_PFP_SPORT: the source port, or the type, likewise, with its protocol
 * @NFIPSEC_POLICY_F_PFP_DPORT: the destination port, or the code, likewise, with its protocol
 * @NFIPSEC_POLICY_F_LOCAL: inbound: only packets for this host
 * @NFIPSEC_POLICY_F_FORWARDED: inbound: only packets for others. With neither or both, all
 * @NFIPSEC_POLICY_F_NO_ICMP_ERRORS: an ICMP error that no policy names is none of its packets,
 *	though it is about one of them. Without it such an error goes the way of their answers
 *	(RFC 4301 6.2), protected in a tunnel, dropped if it arrives in clear
 * @NFIPSEC_POLICY_F_NO_MSS_CLAMP: outbound: SYNs of TCP offer what they say. Without it, both those
 *	that the policy protects and those that they answer offer no more than fits
 * @NFIPSEC_POLICY_F_RELAY_ERRORS: outbound: while a router says that the protected packets do not
 *	arrive, the senders of more of them are told "host unreachable" (RFC 2003 4)
 * @NFIPSEC_POLICY_F_SUB: a sub-policy, which is part of its name: it is asked first. If it does not
 *	drop, the policy is asked that is none, too: if both protect, under the SAs of both
 */
enum nfipsec_policy_flags {
	NFIPSEC_POLICY_F_OPTIONAL	= 1 << 0,
	NFIPSEC_POLICY_F_NO_ACQUIRE	= 1 << 1,
	NFIPSEC_POLICY_F_STATEFUL_FRAGMENTS = 1 << 2,
	NFIPSEC_POLICY_F_PFP_SRC	= 1 << 3,
	NFIPSEC_POLICY_F_PFP_DST	= 1 << 4,
	NFIPSEC_POLICY_F_PFP_PROTO	= 1 << 5,
	NFIPSEC_POLICY_F_PFP_SPORT	= 1 << 6,
	NFIPSEC_POLICY_F_PFP_DPORT	= 1 << 7,
	NFIPSEC_POLICY_F_LOCAL		= 1 << 8,
	NFIPSEC_POLICY_F_FORWARDED	= 1 << 9,
	NFIPSEC_POLICY_F_NO_ICMP_ERRORS	= 1 << 10,
	NFIPSEC_POLICY_F_NO_MSS_CLAMP	= 1 << 11,
	NFIPSEC_POLICY_F_RELAY_ERRORS	= 1 << 12,
	NFIPSEC_POLICY_F_SUB		= 1 << 13,
};

#define NFIPSEC_POLICY_F_PFP (2 * NFIPSEC_POLICY_F_PFP_DPORT - NFIPSEC_POLICY_F_PFP_SRC)
#define NFIPSEC_POLICY_F_ALL (2 * NFIPSEC_POLICY_F_SUB - 1)

/**
 * enum nfipsec_sa_flags - bits of NFIPSEC_SA_A_FLAGS
 * @NFIPSEC_SA_F_ESN: extended sequence numbers of 64 bits, of which the low half is sent
 *	(RFC 4303 2.2.1, RFC 4302 2.5.1). Needs an anti-replay window
 * @NFIPSEC_SA_F_WRAP: behind the last sequence number the SA goes on with 0, instead of stopping
 *	(RFC 4301 4.4.2.1). Not with an anti-replay window, nor with an implicit IV
 * @NFIPSEC_SA_F_SOURCE: the source is part of its name: other senders to this destination may
 *	have chosen the same SPI, as it happens with multicast (RFC 4301 4.1)
 * @NFIPSEC_SA_F_LARVAL: a key manager has chosen its SPI, and its keys are still to come; only in
 *	answers. Packets for it are dropped
 * @NFIPSEC_SA_F_IN: a key manager has said that it is for packets that arrive; only in answers.
 *	Nothing is sent with it
 * @NFIPSEC_SA_F_OUT: likewise, for packets that leave. What arrives under it is dropped
 */
enum nfipsec_sa_flags {
	NFIPSEC_SA_F_ESN	= 1 << 0,
	NFIPSEC_SA_F_WRAP	= 1 << 1,
	NFIPSEC_SA_F_SOURCE	= 1 << 2,
	NFIPSEC_SA_F_LARVAL	= 1 << 3,
	NFIPSEC_SA_F_IN		= 1 << 4,
	NFIPSEC_SA_F_OUT	= 1 << 5,
};

#define NFIPSEC_SA_F_ALL (NFIPSEC_SA_F_ESN | NFIPSEC_SA_F_WRAP | NFIPSEC_SA_F_SOURCE)

/**
 * enum nfipsec_limit - what ends an SA
 * @NFIPSEC_LIMIT_PACKETS: so many packets
 * @NFIPSEC_LIMIT_BYTES: so many bytes
 * @NFIPSEC_LIMIT_AGE: seconds since it was added
 * @NFIPSEC_LIMIT_USE: seconds since its first packet
 * @NFIPSEC_LIMIT_IDLE: seconds without a packet
 * @NFIPSEC_LIMIT_SEQUENCE: all sequence numbers are used (RFC 4303 3.3.3)
 */
enum nfipsec_limit {
	NFIPSEC_LIMIT_PACKETS,
	NFIPSEC_LIMIT_BYTES,
	NFIPSEC_LIMIT_AGE,
	NFIPSEC_LIMIT_USE,
	NFIPSEC_LIMIT_IDLE,
	NFIPSEC_LIMIT_SEQUENCE,
	__NFIPSEC_LIMIT_MAX,
};

/**
 * enum nfipsec_mode - mode of an SA (RFC 4301 4.1)
 * @NFIPSEC_MODE_ANY: of a spec: that of the SA; of an SA: that of the spec. If both are, packets
 *	between the ends of the SA are in transport mode, others in tunnel mode. What arrives
 *	under such an SA was in tunnel mode if it holds an IP packet, unless no policy for that
 *	lets it come through a tunnel, and one for the packet around it says transport
 * @NFIPSEC_MODE_TRANSPORT: the payload of the packet is protected
 * @NFIPSEC_MODE_TUNNEL: the whole packet is protected, in a new one
 * @NFIPSEC_MODE_BEET: the payload is protected in a new packet, and gets its own header back at the
 *	other end (draft-nikander-esp-beet-mode): ESP, and its SA has one selector with one source
 *	and one destination address, those inside. Only the innermost spec of a policy
 */
enum nfipsec_mode {
	NFIPSEC_MODE_ANY,
	NFIPSEC_MODE_TRANSPORT,
	NFIPSEC_MODE_TUNNEL,
	NFIPSEC_MODE_BEET,
	__NFIPSEC_MODE_MAX,
};

/**
 * enum nfipsec_df - Don't Fragment of an IPv4 outer header (RFC 4301 8.1)
 * @NFIPSEC_DF_COPY: that of an IPv4 packet inside; IPv6 inside: set, but for packets of up to
 *	1280 bytes, which must pass
 * @NFIPSEC_DF_SET: set; a packet that does not fit is fragmented before it is protected, if it may
 * @NFIPSEC_DF_CLEAR: clear; a packet that does not fit is fragmented once it is protected,
 *	whatever its own header says
 */
enum nfipsec_df {
	NFIPSEC_DF_COPY,
	NFIPSEC_DF_SET,
	NFIPSEC_DF_CLEAR,
	__NFIPSEC_DF_MAX,
};

/**
 * enum nfipsec_ecn - how a tunnel begins with congestion marks (RFC 6040 4.1)
 * @NFIPSEC_ECN_NORMAL: those of the packet inside are copied
 * @NFIPSEC_ECN_COMPAT: "compatibility mode": none, for other ends that do not know RFC 6040,
 *	RFC 4301 or RFC 3168
 */
enum nfipsec_ecn {
	NFIPSEC_ECN_NORMAL,
	NFIPSEC_ECN_COMPAT,
	__NFIPSEC_ECN_MAX,
};

/**
 * enum nfipsec_enc - encryption algorithms, the numbers are IKEv2's transform type 1
 * @NFIPSEC_ENC_3DES: RFC 2451, CBC mode; key 24 bytes; legacy: RFC 8221 5 has SHOULD NOT
 * @NFIPSEC_ENC_NULL: RFC 2410
 * @NFIPSEC_ENC_AES_CBC: RFC 3602; key 16, 24 or 32 bytes
 * @NFIPSEC_ENC_AES_CTR: RFC 3686; key 16, 24 or 32 bytes and 4 bytes of nonce
 * @NFIPSEC_ENC_AES_CCM_8: RFC 4309, ICV 8 bytes; key 16, 24 or 32 bytes and 3 bytes of salt
 * @NFIPSEC_ENC_AES_CCM_12: the same, ICV 12 bytes
 * @NFIPSEC_ENC_AES_CCM_16: the same, ICV 16 bytes
 * @NFIPSEC_ENC_AES_GCM_8: RFC 4106, ICV 8 bytes; key 16, 24 or 32 bytes and 4 bytes of salt
 * @NFIPSEC_ENC_AES_GCM_12: the same, ICV 12 bytes
 * @NFIPSEC_ENC_AES_GCM_16: the same, ICV 16 bytes
 * @NFIPSEC_ENC_NULL_AUTH_AES_GMAC: RFC 4543, no encryption, ICV 16 bytes; key as for AES_GCM_16
 * @NFIPSEC_ENC_CHACHA20_POLY1305: RFC 7634, ICV 16 bytes; key 32 bytes and 4 bytes of salt
 * @NFIPSEC_ENC_AES_CCM_8_IIV: RFC 8750: AES_CCM_8 whose IV is the sequence number
 * @NFIPSEC_ENC_AES_GCM_16_IIV: AES_GCM_16 in the same way
 * @NFIPSEC_ENC_CHACHA20_POLY1305_IIV: CHACHA20_POLY1305 in the same way
 */
enum nfipsec_enc {
	NFIPSEC_ENC_3DES		= 3,
	NFIPSEC_ENC_NULL		= 11,
	NFIPSEC_ENC_AES_CBC		= 12,
	NFIPSEC_ENC_AES_CTR		= 13,
	NFIPSEC_ENC_AES_CCM_8		= 14,
	NFIPSEC_ENC_AES_CCM_12		= 15,
	NFIPSEC_ENC_AES_CCM_16		= 16,
	NFIPSEC_ENC_AES_GCM_8		= 18,
	NFIPSEC_ENC_AES_GCM_12		= 19,
	NFIPSEC_ENC_AES_GCM_16		= 20,
	NFIPSEC_ENC_NULL_AUTH_AES_GMAC	= 21,
	NFIPSEC_ENC_CHACHA20_POLY1305	= 28,
	NFIPSEC_ENC_AES_CCM_8_IIV	= 29,
	NFIPSEC_ENC_AES_GCM_16_IIV	= 30,
	NFIPSEC_ENC_CHACHA20_POLY1305_IIV = 31,
};

/**
 * enum nfipsec_auth - integrity algorithms, the numbers are IKEv2's transform type 3
 * @NFIPSEC_AUTH_NONE: a combined mode brings its own
 * @NFIPSEC_AUTH_HMAC_MD5_96: RFC 2403; key 16 bytes; legacy: RFC 8221 6 has MUST NOT
 * @NFIPSEC_AUTH_HMAC_SHA1_96: RFC 2404; key 20 bytes
 * @NFIPSEC_AUTH_AES_XCBC_96: RFC 3566; key 16 bytes
 * @NFIPSEC_AUTH_AES_CMAC_96: RFC 4494; key 16 bytes
 * @NFIPSEC_AUTH_AES_128_GMAC: RFC 4543, AH only; key 16 bytes and 4 bytes of salt
 * @NFIPSEC_AUTH_AES_192_GMAC: the same; key 24 bytes and 4 bytes of salt
 * @NFIPSEC_AUTH_AES_256_GMAC: the same; key 32 bytes and 4 bytes of salt
 * @NFIPSEC_AUTH_HMAC_SHA2_256_128: RFC 4868; key 32 bytes
 * @NFIPSEC_AUTH_HMAC_SHA2_384_192: RFC 4868; key 48 bytes
 * @NFIPSEC_AUTH_HMAC_SHA2_512_256: RFC 4868; key 64 bytes
 * @NFIPSEC_AUTH_HMAC_SHA2_256_96: HMAC_SHA2_256_128 with an ICV of 12 bytes, which systems
 *	sent that were made before RFC 4868; key 32 bytes; legacy. It has no number of
 *	IKEv2's: this one is from the range for private use, and strongSwan's
 */
enum nfipsec_auth {
	NFIPSEC_AUTH_NONE		= 0,
	NFIPSEC_AUTH_HMAC_MD5_96	= 1,
	NFIPSEC_AUTH_HMAC_SHA1_96	= 2,
	NFIPSEC_AUTH_AES_XCBC_96	= 5,
	NFIPSEC_AUTH_AES_CMAC_96	= 8,
	NFIPSEC_AUTH_AES_128_GMAC	= 9,
	NFIPSEC_AUTH_AES_192_GMAC	= 10,
	NFIPSEC_AUTH_AES_256_GMAC	= 11,
	NFIPSEC_AUTH_HMAC_SHA2_256_128	= 12,
	NFIPSEC_AUTH_HMAC_SHA2_384_192	= 13,
	NFIPSEC_AUTH_HMAC_SHA2_512_256	= 14,
	NFIPSEC_AUTH_HMAC_SHA2_256_96	= 1026,
};

#endif /* _UAPI_LINUX_NFIPSEC_H */
