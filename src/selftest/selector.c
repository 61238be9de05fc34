// SPDX-License-Identifier: GPL-2.0
/* Selectors, as this kernel's compiler has built them. tests/unit has all cases. */
#include "selector.h"
#include "selftest/selftest.h"

static union ipsec_addr v4(u32 addr)
{
	union ipsec_addr a = {};

	a.v4 = htonl(addr);
	return a;
}

static const struct {
	const char *name;
	u32 src, dst;
	u16 sport, dport;
	u8 proto, flags;
	enum ipsec_match match;
} packets[] = {
	{ "inside", 0x0a010005, 0x0a020005, 2000, 443, IPPROTO_TCP, 0, IPSEC_MATCH_YES },
	{ "lowest of all", 0x0a010000, 0x0a020000, 1024, 443, IPPROTO_TCP, 0, IPSEC_MATCH_YES },
	{ "highest of all", 0x0a0100ff, 0x0a02fffe, 65535, 444, IPPROTO_TCP, 0, IPSEC_MATCH_YES },
	{ "source below", 0x0a00ffff, 0x0a020005, 2000, 443, IPPROTO_TCP, 0, IPSEC_MATCH_NO },
	{ "source above", 0x0a010100, 0x0a020005, 2000, 443, IPPROTO_TCP, 0, IPSEC_MATCH_NO },
	{ "destination above", 0x0a010005, 0x0a02ffff, 2000, 443, IPPROTO_TCP, 0, IPSEC_MATCH_NO },
	{ "source port below", 0x0a010005, 0x0a020005, 1023, 443, IPPROTO_TCP, 0, IPSEC_MATCH_NO },
	{ "destination port above", 0x0a010005, 0x0a020005, 2000, 445, IPPROTO_TCP, 0,
	  IPSEC_MATCH_NO },
	{ "other protocol", 0x0a010005, 0x0a020005, 2000, 443, IPPROTO_UDP, 0, IPSEC_MATCH_NO },
	{ "fragment without ports", 0x0a010005, 0x0a020005, 0, 0, IPPROTO_TCP, IPSEC_KEY_NO_PORTS,
	  IPSEC_MATCH_UNKNOWN },
	{ "fragment from elsewhere", 0x0a020005, 0x0a020005, 0, 0, IPPROTO_TCP,
	  IPSEC_KEY_NO_PORTS, IPSEC_MATCH_NO },
};

static bool test(unsigned int i)
{
	const struct ipsec_selector sel = {
		.src_min = v4(0x0a010000), .src_max = v4(0x0a0100ff),
		.dst_min = v4(0x0a020000), .dst_max = v4(0x0a02fffe),
		.sport_min = 1024, .sport_max = 65535, .dport_min = 443, .dport_max = 444,
		.family = AF_INET, .proto = IPPROTO_TCP,
	};
	struct ipsec_key key = {
		.src = v4(packets[i].src), .dst = v4(packets[i].dst), .sport = packets[i].sport,
		.dport = packets[i].dport, .family = AF_INET, .proto = packets[i].proto,
		.flags = packets[i].flags,
	};
	enum ipsec_match match = ipsec_selector_match(&sel, &key);

	if (ipsec_selector_check(&sel))
		return ipsec_test_wrong("%s", ipsec_selector_check(&sel));
	if (match != packets[i].match)
		return ipsec_test_wrong("match %d", match);
	key.family = AF_INET6;
	return ipsec_selector_match(&sel, &key) == IPSEC_MATCH_NO ||
	       ipsec_test_wrong("families mix");
}

/**
 * ipsec_test_selector() - test selectors
 */
void ipsec_test_selector(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(packets); i++)
		ipsec_test_result(test(i), "selector", packets[i].name);
}
