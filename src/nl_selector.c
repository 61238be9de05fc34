// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: addresses and selectors. */
#include "netlink.h"

#define ADDR	NLA_POLICY_RANGE(NLA_BINARY, 4, 16)

const struct nla_policy ipsec_nl_selector_policy[NFIPSEC_SEL_A_MAX + 1] = {
	[NFIPSEC_SEL_A_SRC_MIN]		= ADDR,
	[NFIPSEC_SEL_A_SRC_MAX]		= ADDR,
	[NFIPSEC_SEL_A_DST_MIN]		= ADDR,
	[NFIPSEC_SEL_A_DST_MAX]		= ADDR,
	[NFIPSEC_SEL_A_PROTO]		= { .type = NLA_U8 },
	[NFIPSEC_SEL_A_SPORT_MIN]	= { .type = NLA_U16 },
	[NFIPSEC_SEL_A_SPORT_MAX]	= { .type = NLA_U16 },
	[NFIPSEC_SEL_A_DPORT_MIN]	= { .type = NLA_U16 },
	[NFIPSEC_SEL_A_DPORT_MAX]	= { .type = NLA_U16 },
	[NFIPSEC_SEL_A_IFINDEX]		= NLA_POLICY_MIN(NLA_U32, 1),
};

/**
 * ipsec_nl_addr() - read an address
 * @attr: the attribute
 * @addr: filled, zero behind its length
 * @family: in: the family that it must be of, AF_UNSPEC: any; out: the family it is of
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_addr(const struct nlattr *attr, union ipsec_addr *addr, u16 *family,
		  struct netlink_ext_ack *extack)
{
	u16 found = nla_len(attr) == 16 ? AF_INET6 : AF_INET;

	if (nla_len(attr) != 4 && nla_len(attr) != 16) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "An address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	if (*family != AF_UNSPEC && *family != found) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "This address is of another family than those before");
		return -EINVAL;
	}
	*family = found;
	memset(addr, 0, sizeof(*addr));
	nla_memcpy(addr, attr, sizeof(*addr));
	return 0;
}

/**
 * ipsec_nl_put_addr() - write an address
 * @msg: the message
 * @type: of the attribute
 * @addr: the address
 * @family: AF_INET or AF_INET6
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_addr(struct sk_buff *msg, int type, const union ipsec_addr *addr, u16 family)
{
	return nla_put(msg, type, ipsec_addr_len(family), addr);
}

static int selector_addrs(struct nlattr **tb, const struct nlattr *nest,
			  struct ipsec_selector *sel, struct netlink_ext_ack *extack)
{
	union ipsec_addr *addr[] = { &sel->src_min, &sel->src_max, &sel->dst_min, &sel->dst_max };
	static const int type[] = {
		NFIPSEC_SEL_A_SRC_MIN, NFIPSEC_SEL_A_SRC_MAX,
		NFIPSEC_SEL_A_DST_MIN, NFIPSEC_SEL_A_DST_MAX,
	};
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(type); i++) {
		if (NL_REQ_ATTR_CHECK(extack, nest, tb, type[i])) {
			NL_SET_ERR_MSG(extack, "A selector needs the lowest and the highest source and destination address");
			return -EINVAL;
		}
		err = ipsec_nl_addr(tb[type[i]], addr[i], &sel->family, extack);
		if (err)
			return err;
	}
	return 0;
}

static int port_range(struct nlattr **tb, int min_type, u16 *min, u16 *max,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *low = tb[min_type], *high = tb[min_type + 1];

	*min = 0;
	*max = 0xffff;
	if (!low && !high)
		return 0;
	if (!low || !high) {
		NL_SET_ERR_MSG_ATTR(extack, low ?: high,
				    "A port range needs its lowest and its highest port");
		return -EINVAL;
	}
	*min = nla_get_u16(low);
	*max = nla_get_u16(high);
	return 0;
}

/**
 * ipsec_nl_selector() - read a selector
 * @nest: the attribute
 * @sel: filled, zeroed memory
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_selector(const struct nlattr *nest, struct ipsec_selector *sel,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NFIPSEC_SEL_A_MAX + 1];
	const char *complaint;
	int err;

	err = nla_parse_nested(tb, NFIPSEC_SEL_A_MAX, nest, ipsec_nl_selector_policy, extack);
	if (err)
		return err;
	err = selector_addrs(tb, nest, sel, extack);
	if (err)
		return err;
	if (tb[NFIPSEC_SEL_A_PROTO])
		sel->proto = nla_get_u8(tb[NFIPSEC_SEL_A_PROTO]);
	if (tb[NFIPSEC_SEL_A_IFINDEX])
		sel->dev = nla_get_u32(tb[NFIPSEC_SEL_A_IFINDEX]);
	err = port_range(tb, NFIPSEC_SEL_A_SPORT_MIN, &sel->sport_min, &sel->sport_max, extack);
	if (err)
		return err;
	err = port_range(tb, NFIPSEC_SEL_A_DPORT_MIN, &sel->dport_min, &sel->dport_max, extack);
	if (err)
		return err;
	complaint = ipsec_selector_check(sel);
	return complaint ? ipsec_nl_refuse(extack, nest, complaint) : 0;
}

/**
 * ipsec_nl_count() - count the attributes of a type
 * @nest: the nest that they are in
 * @type: the type
 *
 * Return: how many there are.
 */
unsigned int ipsec_nl_count(const struct nlattr *nest, int type)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		n += nla_type(attr) == type;
	return n;
}

/**
 * ipsec_nl_sa_selectors() - read the selectors of an SA
 * @nest: NFIPSEC_A_SA
 * @config: they are put there; @config->selector is the caller's to free
 * @extack: a sentence if it fails
 *
 * Return: 0 or a negative errno.
 */
int ipsec_nl_sa_selectors(const struct nlattr *nest, struct ipsec_sa_config *config,
			  struct netlink_ext_ack *extack)
{
	unsigned int n = ipsec_nl_count(nest, NFIPSEC_SA_A_SELECTOR);
	const struct nlattr *attr;
	int rem, err;

	if (!n)
		return 0;
	if (n > NFIPSEC_SA_SELECTORS_MAX)
		return ipsec_nl_refuse(extack, nest, "An SA has at most 16 selectors");
	config->selector = kcalloc(n, sizeof(*config->selector), GFP_KERNEL);
	if (!config->selector)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != NFIPSEC_SA_A_SELECTOR)
			continue;
		err = ipsec_nl_selector(attr, &config->selector[config->n_selectors++], extack);
		if (err)
			return err;
	}
	return 0;
}

static int put_ports(struct sk_buff *msg, int min_type, u16 min, u16 max)
{
	if (!min && max == U16_MAX)
		return 0;
	return nla_put_u16(msg, min_type, min) || nla_put_u16(msg, min_type + 1, max) ?
	       -EMSGSIZE : 0;
}

/**
 * ipsec_nl_selector_size() - room for a selector
 *
 * Return: bytes that ipsec_nl_put_selector() writes at most.
 */
size_t ipsec_nl_selector_size(void)
{
	return nla_total_size(0) + 4 * nla_total_size(sizeof(union ipsec_addr)) +
	       nla_total_size(sizeof(u8)) + 4 * nla_total_size(sizeof(u16)) +
	       nla_total_size(sizeof(u32));
}

/**
 * ipsec_nl_put_selector() - write a selector
 * @msg: the message
 * @type: of the nest
 * @sel: the selector
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_selector(struct sk_buff *msg, int type, const struct ipsec_selector *sel)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest ||
	    ipsec_nl_put_addr(msg, NFIPSEC_SEL_A_SRC_MIN, &sel->src_min, sel->family) ||
	    ipsec_nl_put_addr(msg, NFIPSEC_SEL_A_SRC_MAX, &sel->src_max, sel->family) ||
	    ipsec_nl_put_addr(msg, NFIPSEC_SEL_A_DST_MIN, &sel->dst_min, sel->family) ||
	    ipsec_nl_put_addr(msg, NFIPSEC_SEL_A_DST_MAX, &sel->dst_max, sel->family))
		return -EMSGSIZE;
	if (sel->proto && nla_put_u8(msg, NFIPSEC_SEL_A_PROTO, sel->proto))
		return -EMSGSIZE;
	if (put_ports(msg, NFIPSEC_SEL_A_SPORT_MIN, sel->sport_min, sel->sport_max) ||
	    put_ports(msg, NFIPSEC_SEL_A_DPORT_MIN, sel->dport_min, sel->dport_max))
		return -EMSGSIZE;
	if (sel->dev && nla_put_u32(msg, NFIPSEC_SEL_A_IFINDEX, sel->dev))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * ipsec_nl_put_selectors() - write a list of selectors
 * @msg: the message
 * @type: of each nest
 * @sel: the selectors
 * @n: how many
 *
 * Return: 0 or -EMSGSIZE.
 */
int ipsec_nl_put_selectors(struct sk_buff *msg, int type, const struct ipsec_selector *sel,
			   unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (ipsec_nl_put_selector(msg, type, &sel[i]))
			return -EMSGSIZE;
	return 0;
}
