// SPDX-License-Identifier: GPL-2.0
/* Selectors: what matches, what is unknown, what is refused. */
#include "ktap.h"
#include "../../src/selector.c"

static union ipsec_addr v4(unsigned int a, unsigned int b, unsigned int c, unsigned int d)
{
	return (union ipsec_addr){ .bytes = { a, b, c, d } };
}

static union ipsec_addr v6(unsigned int first, unsigned int last)
{
	union ipsec_addr addr = { .bytes = { 0x20, 0x01, 0x0d, 0xb8 } };

	addr.bytes[4] = first;
	addr.bytes[15] = last;
	return addr;
}

/* 10.1.0.0 - 10.1.0.255 to 10.2.0.5 - 10.2.1.4, anything in it */
static struct ipsec_selector any_v4(void)
{
	return (struct ipsec_selector){
		.src_min = v4(10, 1, 0, 0), .src_max = v4(10, 1, 0, 255),
		.dst_min = v4(10, 2, 0, 5), .dst_max = v4(10, 2, 1, 4),
		.sport_max = 0xffff, .dport_max = 0xffff, .family = AF_INET,
	};
}

static struct ipsec_key packet(__u8 proto, __u16 sport, __u16 dport)
{
	return (struct ipsec_key){
		.src = v4(10, 1, 0, 1), .dst = v4(10, 2, 1, 0),
		.sport = sport, .dport = dport, .family = AF_INET, .proto = proto,
	};
}

static void match(enum ipsec_match wanted, const struct ipsec_selector *sel,
		  const struct ipsec_key *key, const char *what)
{
	expect(wanted, ipsec_selector_match(sel, key), "%s", what);
}

static void address_bounds(void)
{
	struct ipsec_selector sel = any_v4();
	struct ipsec_key key = packet(IPPROTO_ICMP, 0, 0);
	static const struct {
		unsigned int c, d;
		bool inside;
	} dst[] = {
		{ 0, 4, false }, { 0, 5, true }, { 0, 255, true }, { 1, 0, true },
		{ 1, 4, true }, { 1, 5, false }, { 255, 255, false }, { 0, 0, false },
	};

	key.src = v4(10, 1, 0, 0);
	match(IPSEC_MATCH_YES, &sel, &key, "lowest source");
	key.src = v4(10, 1, 0, 255);
	match(IPSEC_MATCH_YES, &sel, &key, "highest source");
	key.src = v4(10, 0, 255, 255);
	match(IPSEC_MATCH_NO, &sel, &key, "below the source range");
	key.src = v4(10, 1, 1, 0);
	match(IPSEC_MATCH_NO, &sel, &key, "above the source range");
	key.src = v4(10, 1, 0, 77);
	for (size_t i = 0; i < ARRAY_LEN(dst); i++) {
		key.dst = v4(10, 2, dst[i].c, dst[i].d);
		match(dst[i].inside ? IPSEC_MATCH_YES : IPSEC_MATCH_NO, &sel, &key, "destination");
	}
	end_case("bounds of address ranges are inside, in network order");
}

static void address_all(void)
{
	struct ipsec_selector sel = any_v4();
	struct ipsec_key key = packet(IPPROTO_UDP, 1, 2);

	sel.src_min = v4(0, 0, 0, 0);
	sel.src_max = v4(255, 255, 255, 255);
	sel.dst_min = sel.src_min;
	sel.dst_max = sel.src_max;
	match(IPSEC_MATCH_YES, &sel, &key, "some address");
	key.src = v4(0, 0, 0, 0);
	key.dst = v4(255, 255, 255, 255);
	match(IPSEC_MATCH_YES, &sel, &key, "first and last address");
	sel.src_min = v4(127, 255, 255, 255);
	sel.src_max = v4(128, 0, 0, 0);
	key.src = v4(128, 0, 0, 0);
	match(IPSEC_MATCH_YES, &sel, &key, "bytes are compared without sign");
	key.src = v4(1, 0, 0, 0);
	match(IPSEC_MATCH_NO, &sel, &key, "below, with a lower first byte");
	end_case("the whole address space");
}

static void families(void)
{
	struct ipsec_selector six = {
		.src_min = v6(0, 0), .src_max = v6(0, 255), .dst_min = v6(1, 5), .dst_max = v6(2, 4),
		.sport_max = 0xffff, .dport_max = 0xffff, .family = AF_INET6,
	};
	struct ipsec_key key6 = {
		.src = v6(0, 9), .dst = v6(2, 4), .family = AF_INET6, .proto = IPPROTO_UDP,
	};
	struct ipsec_selector four = any_v4();
	struct ipsec_key key4 = packet(IPPROTO_UDP, 1, 2);

	match(IPSEC_MATCH_YES, &six, &key6, "v6 inside");
	key6.dst = v6(2, 5);
	match(IPSEC_MATCH_NO, &six, &key6, "v6: the last of 16 bytes counts");
	match(IPSEC_MATCH_NO, &six, &key4, "v4 packet, v6 selector");
	match(IPSEC_MATCH_NO, &four, &key6, "v6 packet, v4 selector");
	/* bytes behind an IPv4 address do not count */
	key4.src.bytes[4] = 9;
	match(IPSEC_MATCH_YES, &four, &key4, "bytes behind the address");
	/* the same bytes, another family */
	key6.src = key4.src;
	key6.dst = key4.dst;
	match(IPSEC_MATCH_NO, &four, &key6, "same bytes, other family");
	end_case("families never mix");
}

static void protocols(void)
{
	struct ipsec_selector sel = any_v4();

	for (int proto = 0; proto < 256; proto++) {
		struct ipsec_key key = packet(proto, 0, 0);

		sel.proto = IPSEC_ANY_PROTO;
		match(IPSEC_MATCH_YES, &sel, &key, "any protocol");
		for (int other = 1; other < 256; other++) {
			sel.proto = other;
			match(other == proto ? IPSEC_MATCH_YES : IPSEC_MATCH_NO, &sel, &key,
			      "one protocol");
		}
	}
	end_case("a protocol matches itself only, none given matches all 256");
}

static void ports(void)
{
	static const struct {
		__u16 sport, dport;
		bool inside;
	} cases[] = {
		{ 1023, 443, false }, { 1024, 443, true }, { 65535, 443, true },
		{ 2000, 442, false }, { 2000, 445, true }, { 2000, 446, false },
		{ 0, 443, false }, { 2000, 0, false }, { 443, 2000, false },
	};
	struct ipsec_selector sel = any_v4();

	sel.proto = IPPROTO_TCP;
	sel.sport_min = 1024;
	sel.dport_min = 443;
	sel.dport_max = 445;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ipsec_key key = packet(IPPROTO_TCP, cases[i].sport, cases[i].dport);

		match(cases[i].inside ? IPSEC_MATCH_YES : IPSEC_MATCH_NO, &sel, &key, "ports");
		key.proto = IPPROTO_UDP;
		match(IPSEC_MATCH_NO, &sel, &key, "ports of another protocol");
	}
	end_case("bounds of port ranges are inside, both ends count");
}

/* RFC 4301 7: a fragment that is not the first has no ports */
static void fragments(void)
{
	struct ipsec_selector sel = any_v4();
	struct ipsec_key key = packet(IPPROTO_UDP, 0, 0);

	key.flags = IPSEC_KEY_NO_PORTS;
	match(IPSEC_MATCH_YES, &sel, &key, "any protocol, any port");
	sel.proto = IPPROTO_UDP;
	match(IPSEC_MATCH_YES, &sel, &key, "any port");
	sel.dport_min = 53;
	sel.dport_max = 53;
	match(IPSEC_MATCH_UNKNOWN, &sel, &key, "a port");
	/* port 0 of the key means nothing then */
	sel.dport_min = 0;
	sel.dport_max = 0;
	match(IPSEC_MATCH_UNKNOWN, &sel, &key, "port 0");
	sel = any_v4();
	sel.proto = IPPROTO_UDP;
	sel.sport_max = 0xfffe;
	match(IPSEC_MATCH_UNKNOWN, &sel, &key, "all source ports but one");
	sel.src_min = v4(10, 1, 0, 2);
	match(IPSEC_MATCH_NO, &sel, &key, "another source");
	sel.src_min = v4(10, 1, 0, 0);
	key.proto = IPPROTO_TCP;
	match(IPSEC_MATCH_NO, &sel, &key, "another protocol");
	end_case("a fragment without ports is unknown to a selector that asks for ports");
}

/* RFC 4301 4.4.1.1: OPAQUE is what cannot be read, and ANY encompasses it */
static void opaque_ports(void)
{
	struct ipsec_selector sel = any_v4();
	struct ipsec_key key = packet(IPPROTO_UDP, 0, 0);

	sel.proto = IPPROTO_UDP;
	expect(false, ipsec_selector_opaque(&sel), "any port");
	sel.sport_min = 0xffff;
	sel.dport_min = 0xffff;
	sel.sport_max = 0;
	sel.dport_max = 0;
	expect(true, ipsec_selector_opaque(&sel), "opaque");
	expect(false, ipsec_selector_any_port(&sel), "opaque is not any");
	for (unsigned int port = 0; port < 0x10000; port++) {
		key.sport = port;
		key.dport = port;
		match(IPSEC_MATCH_NO, &sel, &key, "a port");
	}
	key.sport = 0xffff;
	key.dport = 0;
	match(IPSEC_MATCH_NO, &sel, &key, "the bounds themselves");
	key.flags = IPSEC_KEY_NO_PORTS;
	match(IPSEC_MATCH_YES, &sel, &key, "a fragment");
	key.proto = IPPROTO_TCP;
	match(IPSEC_MATCH_NO, &sel, &key, "a fragment of another protocol");
	key.flags |= IPSEC_KEY_NO_PROTO;
	match(IPSEC_MATCH_UNKNOWN, &sel, &key, "a fragment of who knows which");
	end_case("opaque ports match fragments without ports, and nothing else");
}

static void check_is(const struct ipsec_selector *sel, const char *sentence)
{
	const char *found = ipsec_selector_check(sel);

	if (!found != !sentence || (found && strcmp(found, sentence)))
		wrong("expected \"%s\", found \"%s\"", sentence ?: "(fine)", found ?: "(fine)");
}

static void checks_addresses(void)
{
	struct ipsec_selector sel = any_v4();

	check_is(&sel, NULL);
	sel.src_min = sel.src_max;
	check_is(&sel, NULL);
	sel.src_min = v4(10, 1, 1, 0);
	check_is(&sel, "The source address range ends before it begins");
	sel = any_v4();
	sel.dst_max = v4(10, 2, 0, 4);
	check_is(&sel, "The destination address range ends before it begins");
	sel.dst_max = sel.dst_min;
	check_is(&sel, NULL);
	sel = any_v4();
	sel.family = AF_INET6;
	sel.src_min.bytes[15] = 1;
	check_is(&sel, NULL);
	sel.src_min = sel.src_max;
	sel.src_min.bytes[15] = 1;
	check_is(&sel, "The source address range ends before it begins");
	end_case("ranges that end before they begin: addresses");
}

static void checks_ports(void)
{
	static const __u8 with_ports[] = { 6, 17, 33, 132, 136 };
	static const char needs[] = "Ports need a protocol with ports (tcp, udp, sctp, dccp, udplite) or types";

	for (int proto = 0; proto < 256; proto++) {
		struct ipsec_selector sel = any_v4();

		if (ipsec_proto_has_type(proto))
			continue;
		bool has = memchr(with_ports, proto, sizeof(with_ports));

		expect(has, ipsec_proto_has_ports(proto), "protocol %d has ports", proto);
		sel.proto = proto;
		check_is(&sel, NULL);
		sel.dport_min = 1;
		check_is(&sel, has ? NULL : needs);
		sel.dport_min = 0;
		sel.sport_max = 0xfffe;
		check_is(&sel, has ? NULL : needs);
		sel.sport_min = 0xffff;
		check_is(&sel, "The source port range ends before it begins");
		sel.sport_min = 0;
		sel.dport_min = 6;
		sel.dport_max = 5;
		check_is(&sel, "The destination port range ends before it begins");
	}
	end_case("ports: ranges, and protocols that have none");
}

static void checks_types(void)
{
	static const __u8 with_code[] = { 1, 58 }, with_type[] = { 1, 58, 135 };

	for (int proto = 0; proto < 256; proto++) {
		struct ipsec_selector sel = any_v4();
		bool code = memchr(with_code, proto, sizeof(with_code));

		expect(code, ipsec_proto_has_code(proto), "protocol %d has a code", proto);
		expect(!!memchr(with_type, proto, sizeof(with_type)), ipsec_proto_has_type(proto),
		       "protocol %d has a type", proto);
		if (!ipsec_proto_has_type(proto))
			continue;
		sel.proto = proto;
		check_is(&sel, NULL);
		sel.sport_max = 256;
		check_is(&sel, "A type is a number from 0 to 255");
		sel.sport_max = 255;
		check_is(&sel, NULL);
		sel.dport_max = 255;
		check_is(&sel, code ? NULL : "A mobility header has a type but no code");
		sel.dport_max = 256;
		check_is(&sel, code ? "A code is a number from 0 to 255" :
			 "A mobility header has a type but no code");
	}
	end_case("types and codes are bytes, and a mobility header has no code");
}

static void checks_opaque(void)
{
	struct ipsec_selector sel = any_v4();

	sel.proto = IPPROTO_TCP;
	sel.sport_min = 0xffff;
	sel.sport_max = 0;
	check_is(&sel, "Ports are opaque on both sides or on neither");
	sel.dport_min = 0xffff;
	sel.dport_max = 1;
	check_is(&sel, "Ports are opaque on both sides or on neither");
	sel.dport_max = 0;
	check_is(&sel, NULL);
	sel.proto = IPPROTO_ICMP;
	check_is(&sel, NULL);
	sel.proto = IPPROTO_MH;
	check_is(&sel, NULL);
	sel.proto = IPPROTO_GRE;
	check_is(&sel, "Ports need a protocol with ports (tcp, udp, sctp, dccp, udplite) or types");
	sel.proto = IPSEC_ANY_PROTO;
	check_is(&sel, "Ports need a protocol with ports (tcp, udp, sctp, dccp, udplite) or types");
	sel.proto = IPPROTO_TCP;
	sel.sport_min = 0xfffe;
	sel.dport_min = 0xfffe;
	check_is(&sel, "The source port range ends before it begins");
	end_case("opaque: both sides, of a protocol that has something to hide");
}

static void any_port(void)
{
	struct ipsec_selector sel = any_v4();

	expect(true, ipsec_selector_any_port(&sel), "all ports");
	sel.sport_min = 1;
	expect(false, ipsec_selector_any_port(&sel), "not source port 0");
	sel = any_v4();
	sel.sport_max = 0xfffe;
	expect(false, ipsec_selector_any_port(&sel), "not the last source port");
	sel = any_v4();
	sel.dport_min = 1;
	expect(false, ipsec_selector_any_port(&sel), "not destination port 0");
	sel = any_v4();
	sel.dport_max = 0xfffe;
	expect(false, ipsec_selector_any_port(&sel), "not the last destination port");
	end_case("any port means all 65536 at both ends");
}

/* 10.1.0.1 to 10.2.1.0 and nothing else of UDP */
static struct ipsec_selector one_flow(void)
{
	struct ipsec_key key = packet(IPPROTO_UDP, 1000, 53);
	struct ipsec_selector sel;

	memset(&sel, 0xff, sizeof(sel));
	ipsec_selector_of(&key, &sel);
	return sel;
}

static void of_packet(void)
{
	struct ipsec_selector sel = one_flow();
	struct ipsec_key key = packet(IPPROTO_UDP, 1000, 53);

	expect(NULL, ipsec_selector_check(&sel), "it is a selector");
	match(IPSEC_MATCH_YES, &sel, &key, "its own packet");
	key.sport++;
	match(IPSEC_MATCH_NO, &sel, &key, "another source port");
	key = packet(IPPROTO_UDP, 1000, 54);
	match(IPSEC_MATCH_NO, &sel, &key, "another destination port");
	key = packet(IPPROTO_TCP, 1000, 53);
	match(IPSEC_MATCH_NO, &sel, &key, "another protocol");
	for (int proto = 0; proto < 256; proto++)
		for (unsigned int flags = 0; flags < 2; flags++) {
			key = packet(proto, 5, 6);
			key.flags = flags ? IPSEC_KEY_NO_PORTS : 0;
			ipsec_selector_of(&key, &sel);
			expect(NULL, ipsec_selector_check(&sel), "protocol %d, flags %u", proto, flags);
			match(IPSEC_MATCH_YES, &sel, &key, "its own packet");
		}
	end_case("a selector for one packet is valid and matches it, whatever the packet is");
}

static void populate_all(void)
{
	/* each flag, and what the selector of the policy, 10.1.0.0/24 and so on, becomes */
	for (__u32 pfp = 0; pfp <= NFIPSEC_POLICY_F_PFP; pfp += NFIPSEC_POLICY_F_PFP_SRC) {
		struct ipsec_selector sel = any_v4(), policy = any_v4(), one = one_flow();
		struct ipsec_key key = packet(IPPROTO_UDP, 1000, 53);
		bool src = pfp & NFIPSEC_POLICY_F_PFP_SRC, dst = pfp & NFIPSEC_POLICY_F_PFP_DST;
		bool sport = pfp & NFIPSEC_POLICY_F_PFP_SPORT;
		bool dport = pfp & NFIPSEC_POLICY_F_PFP_DPORT;
		bool proto = pfp & NFIPSEC_POLICY_F_PFP_PROTO || sport || dport;

		ipsec_selector_populate(&sel, pfp, &key);
		expect(NULL, ipsec_selector_check(&sel), "%#x: valid", pfp);
		match(IPSEC_MATCH_YES, &sel, &key, "the packet");
		expect(0, memcmp(&sel.src_min, src ? &one.src_min : &policy.src_min, 32),
		       "%#x: source", pfp);
		expect(0, memcmp(&sel.dst_min, dst ? &one.dst_min : &policy.dst_min, 32),
		       "%#x: destination", pfp);
		expect(proto ? IPPROTO_UDP : IPSEC_ANY_PROTO, sel.proto, "%#x: protocol", pfp);
		expect(sport ? 1000 : 0, sel.sport_min, "%#x: source port", pfp);
		expect(sport ? 1000 : 0xffff, sel.sport_max, "%#x: source port", pfp);
		expect(dport ? 53 : 0, sel.dport_min, "%#x: destination port", pfp);
		expect(dport ? 53 : 0xffff, sel.dport_max, "%#x: destination port", pfp);
		expect(true, ipsec_selectors_admit(&sel, 1, pfp, &key), "%#x: admitted", pfp);
		expect(!pfp, ipsec_selectors_admit(&policy, 1, pfp, &key), "%#x: too wide", pfp);
		expect(!pfp, ipsec_selectors_admit(NULL, 0, pfp, &key), "%#x: none", pfp);
	}
	end_case("a packet populates just what the flags say, and an SA must be as narrow");
}

static void populate_odd(void)
{
	for (int proto = 0; proto < 256; proto++)
		for (unsigned int flags = 0; flags < 2; flags++) {
			struct ipsec_selector sel = any_v4();
			struct ipsec_key key = packet(proto, 5, 6);
			__u32 pfp = NFIPSEC_POLICY_F_PFP & ~NFIPSEC_POLICY_F_PFP_PROTO;

			key.flags = flags ? IPSEC_KEY_NO_PORTS : 0;
			for (__u32 left = pfp; left; left &= left - 1) {
				__u32 flag = left & -left;

				sel = any_v4();
				ipsec_selector_populate(&sel, flag, &key);
				expect(NULL, ipsec_selector_check(&sel), "protocol %d, %#x", proto, flag);
				/* no ports at all are not the wish of PFP for any */
				if (proto)
					expect(true, ipsec_selectors_admit(&sel, 1, flag, &key),
					       "protocol %d, %#x, %u", proto, flag, flags);
			}
		}
	end_case("with or without ports, what a packet has populated is valid and admits it");
}

static void admitted(void)
{
	struct ipsec_selector sel[2] = { any_v4(), any_v4() };
	struct ipsec_key key = packet(IPPROTO_UDP, 1000, 53);

	sel[0].proto = IPPROTO_TCP;
	sel[1].proto = IPPROTO_UDP;
	sel[1].dport_min = 53;
	sel[1].dport_max = 53;
	expect(false, ipsec_selectors_admit(sel, 1, 0, &key), "the first is about TCP");
	expect(true, ipsec_selectors_admit(sel, 2, 0, &key), "the second matches");
	expect(true, ipsec_selectors_admit(sel, 2, NFIPSEC_POLICY_F_PFP_DPORT, &key), "one port");
	expect(false, ipsec_selectors_admit(sel, 2, NFIPSEC_POLICY_F_PFP_SPORT, &key), "all ports");
	expect(false, ipsec_selectors_admit(sel, 2, NFIPSEC_POLICY_F_PFP_SRC, &key), "a network");
	key.flags = IPSEC_KEY_NO_PORTS;
	expect(false, ipsec_selectors_admit(sel, 2, 0, &key), "a fragment could be of another port");
	end_case("one of several selectors has to match, and to be as narrow as is wanted");
}

static void layout(void)
{
	expect(60, sizeof(struct ipsec_key), "key");
	expect(80, sizeof(struct ipsec_selector), "selector");
	expect(16, sizeof(union ipsec_addr), "address");
	expect(4, ipsec_addr_len(AF_INET), "v4");
	expect(16, ipsec_addr_len(AF_INET6), "v6");
	end_case("keys and selectors have no padding: they are compared as memory");
}

static void devices(void)
{
	struct ipsec_selector sel = any_v4(), more[3];
	struct ipsec_key key = packet(IPPROTO_UDP, 1, 2);

	key.dev = 3;
	match(IPSEC_MATCH_YES, &sel, &key, "no device is any");
	sel.dev = 3;
	match(IPSEC_MATCH_YES, &sel, &key, "the device");
	sel.dev = 4;
	match(IPSEC_MATCH_NO, &sel, &key, "another device");
	key.vrf = 4;
	match(IPSEC_MATCH_YES, &sel, &key, "the VRF of the device");
	key.dev = 0;
	key.vrf = 0;
	match(IPSEC_MATCH_NO, &sel, &key, "a packet without a device");
	more[0] = any_v4();
	more[1] = sel;
	more[2] = sel;
	expect(2, ipsec_selectors_devs(more, 3), "how many ask for a device");
	expect(0, ipsec_selectors_devs(more, 1), "none asks for a device");
	end_case("a device is the packet's own, or its VRF");
}

static void any_address(void)
{
	union ipsec_addr addr = { { 0 } };

	expect(true, ipsec_addr_is_any(&addr), "zero");
	for (int i = 0; i < 16; i++) {
		addr.bytes[i] = 1;
		expect(false, ipsec_addr_is_any(&addr), "byte %d", i);
		addr.bytes[i] = 0;
	}
	end_case("the unspecified address is all zero");
}

int main(void)
{
	address_bounds();
	devices();
	address_all();
	families();
	protocols();
	ports();
	fragments();
	opaque_ports();
	checks_addresses();
	checks_ports();
	checks_types();
	checks_opaque();
	any_port();
	of_packet();
	populate_all();
	populate_odd();
	admitted();
	layout();
	any_address();
	return end_all();
}
