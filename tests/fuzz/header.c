// SPDX-License-Identifier: GPL-2.0
/*
 * IP headers of any bytes, wherever a page begins: header.c finds what the RFCs say, and never
 * looks behind the end.
 */
#include "ip.h"
#include "../../src/header.c"

static void compare(const struct ipsec_header *header, const struct model_header *model)
{
	holds(header->family == (model->version == 6 ? AF_INET6 : AF_INET), "family %u",
	      header->family);
	holds(header->upper == model->upper, "%u, not %ld", header->upper, model->upper);
	holds(header->proto == model->proto, "%u, not %d", header->proto, model->proto);
	holds(header->insert == model->insert, "%u, not %ld", header->insert, model->insert);
	holds(header->insert_named == model->named, "%u, not %ld", header->insert_named,
	      model->named);
	holds(header->fragment == model->fragment, "%d, not %d", header->fragment, model->fragment);
	holds(header->later == model->later, "%d, not %d", header->later, model->later);
	if (!model->fragment)
		return;
	holds(header->cut == model->cut, "%u, not %ld", header->cut, model->cut);
	holds(header->offset == model->offset, "%u, not %d", header->offset, model->offset);
	holds((model->version == 6 ? ntohl(header->ident) : ntohs(header->ident)) == model->ident,
	      "%x, not %lx", header->ident, model->ident);
}

static void compare_addrs(const struct sk_buff *skb, const uint8_t *p, int version)
{
	unsigned int len = version == 6 ? 16 : 4, at = version == 6 ? 8 : 12;
	union ipsec_addr src, dst, found_src, found_dst;
	u16 family = version == 6 ? AF_INET6 : AF_INET;

	memset(&src, 0, sizeof(src));
	memset(&dst, 0, sizeof(dst));
	memcpy(&src, p + at, len);
	memcpy(&dst, p + at + len, len);
	holds(ipsec_header_addrs_at(skb, skb->network, family, &found_src, &found_dst),
	      "addresses");
	holds(!memcmp(&src, &found_src, sizeof(src)), "source of IPv%d", version);
	holds(!memcmp(&dst, &found_dst, sizeof(dst)), "destination of IPv%d", version);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t network = take(&in, 1) % 4 * 4, linear = take(&in, 1);
	struct ipsec_header header;
	struct model_header model;
	struct sk_buff skb;
	bool good;

	if (network > in.left)
		return 0;
	good = model_parse(in.at + network, in.left - network, &model);
	skb = packet_of(in.at, in.left, linear, network);
	holds(ipsec_header_parse(&skb, &header) == good, "not %d", good);
	if (good) {
		compare(&header, &model);
		compare_addrs(&skb, in.at + network, model.version);
	}
	packet_free(&skb);
	return 0;
}
