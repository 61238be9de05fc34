// SPDX-License-Identifier: GPL-2.0
/* Names of the types of ICMP, ICMPv6 and mobility headers. */
#include <netinet/in.h>
#include <string.h>

#include "icmp.h"
#include "util.h"

/* those of pf; of mobility headers, those of RFC 6275 and RFC 5568 */
static const struct {
	__u8 proto;
	__u8 type;
	const char *name;
} types[] = {
	{ IPPROTO_ICMP, 0, "echorep" },
	{ IPPROTO_ICMP, 3, "unreach" },
	{ IPPROTO_ICMP, 4, "squench" },
	{ IPPROTO_ICMP, 5, "redir" },
	{ IPPROTO_ICMP, 8, "echoreq" },
	{ IPPROTO_ICMP, 9, "routeradv" },
	{ IPPROTO_ICMP, 10, "routersol" },
	{ IPPROTO_ICMP, 11, "timex" },
	{ IPPROTO_ICMP, 12, "paramprob" },
	{ IPPROTO_ICMP, 13, "timereq" },
	{ IPPROTO_ICMP, 14, "timerep" },
	{ IPPROTO_ICMP, 15, "inforeq" },
	{ IPPROTO_ICMP, 16, "inforep" },
	{ IPPROTO_ICMP, 17, "maskreq" },
	{ IPPROTO_ICMP, 18, "maskrep" },
	{ IPPROTO_ICMPV6, 1, "unreach" },
	{ IPPROTO_ICMPV6, 2, "toobig" },
	{ IPPROTO_ICMPV6, 3, "timex" },
	{ IPPROTO_ICMPV6, 4, "paramprob" },
	{ IPPROTO_ICMPV6, 128, "echoreq" },
	{ IPPROTO_ICMPV6, 129, "echorep" },
	{ IPPROTO_ICMPV6, 130, "listqry" },
	{ IPPROTO_ICMPV6, 131, "listenrep" },
	{ IPPROTO_ICMPV6, 132, "listendone" },
	{ IPPROTO_ICMPV6, 133, "routersol" },
	{ IPPROTO_ICMPV6, 134, "routeradv" },
	{ IPPROTO_ICMPV6, 135, "neighbrsol" },
	{ IPPROTO_ICMPV6, 136, "neighbradv" },
	{ IPPROTO_ICMPV6, 137, "redir" },
	{ IPPROTO_MH, 0, "brr" },
	{ IPPROTO_MH, 1, "hoti" },
	{ IPPROTO_MH, 2, "coti" },
	{ IPPROTO_MH, 3, "hot" },
	{ IPPROTO_MH, 4, "cot" },
	{ IPPROTO_MH, 5, "bu" },
	{ IPPROTO_MH, 6, "ba" },
	{ IPPROTO_MH, 7, "be" },
	{ IPPROTO_MH, 8, "fbu" },
	{ IPPROTO_MH, 9, "fback" },
};

/**
 * proto_has_code - whether a protocol has types with codes
 * @proto: the protocol or PROTO_ANY
 */
bool proto_has_code(int proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/**
 * proto_has_type - whether a protocol has types
 * @proto: the protocol or PROTO_ANY
 */
bool proto_has_type(int proto)
{
	return proto_has_code(proto) || proto == IPPROTO_MH;
}

/**
 * type_parse - a type by its name
 * @proto: the protocol
 * @text: the name
 * @out: the type
 *
 * Return: false if there is none of this name.
 */
bool type_parse(int proto, const char *text, __u16 *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].proto == proto && !strcmp(types[i].name, text)) {
			*out = types[i].type;
			return true;
		}
	}
	return false;
}

/**
 * type_name - the name of a type
 * @proto: the protocol
 * @type: the type
 *
 * Return: NULL if it has none.
 */
const char *type_name(int proto, __u16 type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].proto == proto && types[i].type == type)
			return types[i].name;
	return NULL;
}
