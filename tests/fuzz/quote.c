// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors of any bytes, wherever a page begins: quote.c finds what RFC 792 and RFC 4443 say,
 * and never looks behind the end.
 */
#include "ip.h"
#include "../../src/header.c"
#include "../../src/quote.c"

struct model_quote {
	bool too_big;
	unsigned long mtu;
};

/* RFC 792: types 3, 4, 11 and 12 quote a packet; type 3 code 4 has the MTU since RFC 1191. */
static bool model_error4(const uint8_t *icmp, struct model_quote *quote)
{
	quote->too_big = icmp[0] == 3 && icmp[1] == 4;
	quote->mtu = quote->too_big ? word16(icmp + 6) : 0;
	return icmp[0] == 3 || icmp[0] == 4 || icmp[0] == 11 || icmp[0] == 12;
}

/* RFC 4443 2.1: types below 128 are errors. */
static bool model_error6(const uint8_t *icmp, struct model_quote *quote)
{
	quote->too_big = icmp[0] == 2;
	quote->mtu = quote->too_big ? word32(icmp + 4) : 0;
	return icmp[0] < 128;
}

/* How long the quoted packet was; 0: that is cut off. */
static unsigned int model_len(const uint8_t *quoted, long n, int version)
{
	if (version == 6)
		return n >= 6 ? word16(quoted + 4) + 40 : 0;
	return n >= 4 ? word16(quoted + 2) : 0;
}

static void compare(const struct sk_buff *skb, const uint8_t *p, long n)
{
	struct ipsec_quote quote;
	struct model_header header;
	struct model_quote model = { 0 };
	const uint8_t *icmp;
	bool good;

	good = model_parse(p, n, &header) && !header.fragment &&
	       header.proto == (header.version == 6 ? 58 : 1) && header.upper + 8 <= n;
	icmp = p + header.upper;
	if (good)
		good = header.version == 6 ? model_error6(icmp, &model) :
					     model_error4(icmp, &model);
	holds(ipsec_quote_parse(skb, &quote) == good, "not %d", good);
	if (!good)
		return;
	holds(quote.family == (header.version == 6 ? AF_INET6 : AF_INET), "%u", quote.family);
	holds(quote.icmp - skb->network == header.upper, "%d", quote.icmp);
	holds(quote.at == quote.icmp + 8, "%d", quote.at);
	holds(quote.type == icmp[0] && quote.code == icmp[1], "%u %u", quote.type, quote.code);
	holds(quote.too_big == model.too_big, "type %u code %u", quote.type, quote.code);
	holds(quote.mtu == model.mtu, "%u, not %lu", quote.mtu, model.mtu);
	holds(ipsec_quote_len(skb, &quote) ==
	      model_len(icmp + 8, n - header.upper - 8, header.version), "length");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t network = take(&in, 1) % 4 * 4, linear = take(&in, 1);
	struct sk_buff skb;

	if (network > in.left)
		return 0;
	skb = packet_of(in.at, in.left, linear, network);
	compare(&skb, in.at + network, in.left - network);
	packet_free(&skb);
	return 0;
}
