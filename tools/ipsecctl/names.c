// SPDX-License-Identifier: GPL-2.0
/* Words of the grammar for the numbers of the kernel. */
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algo.h"
#include "names.h"
#include "util.h"

static const struct flow_type types[] = {
	{ "require",	NFIPSEC_ACTION_PROTECT, 0 },
	{ "use",	NFIPSEC_ACTION_PROTECT,
			NFIPSEC_POLICY_F_OPTIONAL | NFIPSEC_POLICY_F_NO_ACQUIRE },
	{ "acquire",	NFIPSEC_ACTION_PROTECT, NFIPSEC_POLICY_F_OPTIONAL },
	{ "dontacq",	NFIPSEC_ACTION_PROTECT, NFIPSEC_POLICY_F_NO_ACQUIRE },
	{ "deny",	NFIPSEC_ACTION_DISCARD, 0 },
	{ "bypass",	NFIPSEC_ACTION_BYPASS, 0 },
};

/* the kernel's text must not depend on what /etc/protocols happens to say */
static const struct {
	const char *name;
	__u8 num;
	bool ports;
} protos[] = {
	{ "icmp", IPPROTO_ICMP, false },
	{ "igmp", IPPROTO_IGMP, false },
	{ "ipip", IPPROTO_IPIP, false },
	{ "tcp", IPPROTO_TCP, true },
	{ "udp", IPPROTO_UDP, true },
	{ "dccp", IPPROTO_DCCP, true },
	{ "ipv6", IPPROTO_IPV6, false },
	{ "gre", IPPROTO_GRE, false },
	{ "esp", IPPROTO_ESP, false },
	{ "ah", IPPROTO_AH, false },
	{ "icmp6", IPPROTO_ICMPV6, false },
	{ "ipv6-icmp", IPPROTO_ICMPV6, false },
	{ "ospf", 89, false },
	{ "sctp", IPPROTO_SCTP, true },
	{ "mobility-header", IPPROTO_MH, false },
	{ "mh", IPPROTO_MH, false },
	{ "udplite", IPPROTO_UDPLITE, true },
};

/**
 * limit_name - the word for what a limit counts
 * @limit: enum nfipsec_limit
 */
const char *limit_name(unsigned int limit)
{
	static const char * const names[] = {
		[NFIPSEC_LIMIT_PACKETS] = "packets",
		[NFIPSEC_LIMIT_BYTES] = "bytes",
		[NFIPSEC_LIMIT_AGE] = "age",
		[NFIPSEC_LIMIT_USE] = "use",
		[NFIPSEC_LIMIT_IDLE] = "idle",
		[NFIPSEC_LIMIT_SEQUENCE] = "sequence",
	};

	return limit < ARRAY_SIZE(names) ? names[limit] : "unknown";
}

/**
 * flow_type_by_name - what a type of flow means to the kernel
 * @name: the word after "type"
 *
 * Return: NULL if there is none of this name.
 */
const struct flow_type *flow_type_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return NULL;
}

/**
 * flow_type_name - the type of flow that a policy is
 * @p: the policy
 */
const char *flow_type_name(const struct policy *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].action == p->action &&
		    (p->action != NFIPSEC_ACTION_PROTECT ||
		     types[i].flags == (p->flags & (NFIPSEC_POLICY_F_OPTIONAL |
						    NFIPSEC_POLICY_F_NO_ACQUIRE))))
			return types[i].name;
	return "unknown";
}

/* RFC 4301 4.4.1.2 */
const struct pfp_word pfp_words[PFP_WORDS] = {
	{ "from", NFIPSEC_POLICY_F_PFP_SRC, NFIPSEC_POLICY_F_PFP_DST },
	{ "to", NFIPSEC_POLICY_F_PFP_DST, NFIPSEC_POLICY_F_PFP_SRC },
	{ "proto", NFIPSEC_POLICY_F_PFP_PROTO, NFIPSEC_POLICY_F_PFP_PROTO },
	{ "sport", NFIPSEC_POLICY_F_PFP_SPORT, NFIPSEC_POLICY_F_PFP_DPORT },
	{ "dport", NFIPSEC_POLICY_F_PFP_DPORT, NFIPSEC_POLICY_F_PFP_SPORT },
};

/**
 * dir_name - direction of a policy
 * @dir: enum nfipsec_dir
 */
const char *dir_name(__u8 dir)
{
	return dir == NFIPSEC_DIR_OUT ? "out" : dir == NFIPSEC_DIR_IN ? "in" : "unknown";
}

/**
 * action_name - what a policy does
 * @action: enum nfipsec_action
 */
const char *action_name(__u8 action)
{
	static const char * const names[] = {
		[NFIPSEC_ACTION_BYPASS] = "bypass",
		[NFIPSEC_ACTION_DISCARD] = "discard",
		[NFIPSEC_ACTION_PROTECT] = "protect",
	};

	return action < ARRAY_SIZE(names) ? names[action] : "unknown";
}

/**
 * mode_name - mode of an SA
 * @mode: enum nfipsec_mode
 */
const char *mode_name(__u8 mode)
{
	static const char * const names[] = {
		[NFIPSEC_MODE_ANY] = "any",
		[NFIPSEC_MODE_TRANSPORT] = "transport",
		[NFIPSEC_MODE_TUNNEL] = "tunnel",
		[NFIPSEC_MODE_BEET] = "beet",
	};

	return mode < ARRAY_SIZE(names) ? names[mode] : "unknown";
}

/**
 * df_name - what becomes of DF
 * @df: enum nfipsec_df
 */
const char *df_name(__u8 df)
{
	static const char * const names[] = {
		[NFIPSEC_DF_COPY] = "copy",
		[NFIPSEC_DF_SET] = "set",
		[NFIPSEC_DF_CLEAR] = "clear",
	};

	return df < ARRAY_SIZE(names) ? names[df] : "unknown";
}

/**
 * ecn_name - how a tunnel begins with congestion marks
 * @ecn: enum nfipsec_ecn
 */
const char *ecn_name(__u8 ecn)
{
	static const char * const names[] = {
		[NFIPSEC_ECN_NORMAL] = "normal",
		[NFIPSEC_ECN_COMPAT] = "compat",
	};

	return ecn < ARRAY_SIZE(names) ? names[ecn] : "unknown";
}

/**
 * ipsec_name - protocol of an SA
 * @proto: IPPROTO_ESP or IPPROTO_AH
 */
const char *ipsec_name(__u8 proto)
{
	return proto == IPPROTO_ESP ? "esp" : proto == IPPROTO_AH ? "ah" : "unknown";
}

/**
 * proto_parse - a protocol by name or number
 * @text: the name or number
 * @files: whether names may be looked up in the system's files
 * @out: the protocol
 *
 * Return: false if there is no such protocol.
 */
bool proto_parse(const char *text, bool files, int *out)
{
	struct protoent *pe;
	__u32 num;

	if (parse_u32(text, strlen(text), &num)) {
		*out = num;
		return num <= 255;
	}
	for (size_t i = 0; i < ARRAY_SIZE(protos); i++) {
		if (!strcmp(protos[i].name, text)) {
			*out = protos[i].num;
			return true;
		}
	}
	pe = files ? getprotobyname(text) : NULL;
	if (!pe)
		return false;
	*out = pe->p_proto;
	return true;
}

/**
 * proto_text - a protocol as the grammar writes it
 * @proto: the protocol or PROTO_ANY
 * @out: where to put it
 *
 * Return: @out.
 */
const char *proto_text(int proto, char out[PROTO_TEXT])
{
	if (proto == PROTO_ANY) {
		snprintf(out, PROTO_TEXT, "any");
		return out;
	}
	snprintf(out, PROTO_TEXT, "%d", proto);
	for (size_t i = 0; i < ARRAY_SIZE(protos); i++) {
		if (protos[i].num == proto) {
			snprintf(out, PROTO_TEXT, "%s", protos[i].name);
			break;
		}
	}
	return out;
}

/**
 * dev_parse - the index of a device, or of a VRF
 * @text: its name; or the index itself, as only the kernel knows who has had it
 *
 * Return: the index, or 0: there is no such device.
 */
__u32 dev_parse(const char *text)
{
	unsigned long index;
	char *end;

	if (strspn(text, "0123456789") != strlen(text))
		return if_nametoindex(text);
	errno = 0;
	index = strtoul(text, &end, 10);
	return errno || index > INT32_MAX ? 0 : index;
}

/* what the grammar can read again between quotes */
static bool is_quotable(const char *name)
{
	bool number = true;

	for (; *name; name++) {
		if (*name <= ' ' || *name == '"' || *name == '\\' || *name == '$' || *name == 0x7f)
			return false;
		number = number && *name >= '0' && *name <= '9';
	}
	return !number;
}

/**
 * dev_text - a device as the grammar writes it
 * @dev: its index
 * @out: where to put it
 *
 * Return: @out: its name in quotes; or the index, if the device is gone or has an odd name.
 */
const char *dev_text(__u32 dev, char out[DEV_TEXT])
{
	char name[IF_NAMESIZE];

	if (if_indextoname(dev, name) && is_quotable(name))
		snprintf(out, DEV_TEXT, "\"%s\"", name);
	else
		snprintf(out, DEV_TEXT, "%u", dev);
	return out;
}

/**
 * proto_has_ports - whether a protocol has ports
 * @proto: the protocol or PROTO_ANY
 */
bool proto_has_ports(int proto)
{
	for (size_t i = 0; i < ARRAY_SIZE(protos); i++)
		if (protos[i].num == proto)
			return protos[i].ports;
	return false;
}

/**
 * sa_enc_name - the encryption algorithm of an SA, with the length of its key
 * @sa: an ESP SA, as it was written or as the kernel shows it, with or without keys
 */
const char *sa_enc_name(const struct sa *sa)
{
	if (sa->enc_key.len || !sa->enc_key_bits)
		return algo_enc_name(sa->enc, sa->enc_key.len);
	return algo_enc_name_bits(sa->enc, sa->enc_key_bits);
}
