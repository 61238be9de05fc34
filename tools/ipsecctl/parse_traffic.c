// SPDX-License-Identifier: GPL-2.0
/* The packets that a flow or an SA is for: "proto tcp from A port 1 to { B, C } port 2". */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "icmp.h"
#include "names.h"
#include "parser.h"

static bool traffic_icmp(struct parser *p, struct traffic *t)
{
	struct place loc = p->tok.loc;

	if (!p_accept(p, "type"))
		return true;
	if (!proto_has_type(t->proto)) {
		diag_add(p->diag, loc, "\"type\" needs \"proto\" icmp, icmp6 or mobility-header");
		return false;
	}
	return p_type(p, t->proto, &t->sport, &t->dport);
}

static bool traffic_proto(struct parser *p, struct traffic *t)
{
	t->proto = PROTO_ANY;
	if (!p_accept(p, "proto"))
		return true;
	if (p_accept(p, "any"))
		return true;
	/* "esp" and "ah" are keywords, but here they are protocols like others */
	if (!(p_is_value(p) || p_is(p, "esp") || p_is(p, "ah")) ||
	    !proto_parse(p->tok.text.data, !p->closed, &t->proto))
		return p_expected(p, "a protocol (tcp, udp, icmp, 0 to 255, ...) after \"proto\"");
	p_next(p);
	return traffic_icmp(p, t);
}

static bool traffic_dev(struct parser *p, struct traffic *t)
{
	if (!p_accept(p, "on"))
		return true;
	if (!p_is_value(p))
		return p_expected(p, "a device or a VRF after \"on\"");
	t->dev = dev_parse(p->tok.text.data);
	if (!t->dev) {
		diag_add(p->diag, p->tok.loc, "there is no device \"%s\"", p->tok.text.data);
		return false;
	}
	p_next(p);
	return true;
}

static bool traffic_side(struct parser *p, struct traffic *t, const char *word)
{
	bool from = !strcmp(word, "from");
	struct place loc;

	p_next(p);
	if (!p_hosts(p, word, from ? &t->from : &t->to))
		return false;
	loc = p->tok.loc;
	if (!p_accept(p, "port"))
		return true;
	if (!t->port_loc.file)
		t->port_loc = loc;
	return p_port(p, t->proto, from ? &t->sport : &t->dport);
}

/**
 * p_traffic - a device, a protocol, and "from A to B" or "to B from A"
 * @p: the parser
 * @t: the traffic, zeroed; to be released in any case
 */
bool p_traffic(struct parser *p, struct traffic *t)
{
	bool from_first;

	if (!traffic_dev(p, t) || !traffic_proto(p, t))
		return false;
	from_first = p_is(p, "from");
	if (!from_first && !p_is(p, "to"))
		return p_expected(p, t->proto == PROTO_ANY ? "\"proto\", \"from\" or \"to\"" :
				     "\"from\" or \"to\"");
	if (!traffic_side(p, t, from_first ? "from" : "to"))
		return false;
	if (!p_is(p, from_first ? "to" : "from"))
		return p_expected(p, from_first ? "\"to\"" : "\"from\"");
	return traffic_side(p, t, from_first ? "to" : "from");
}

/**
 * p_traffic_check - whether its ports mean something
 * @p: the parser
 * @t: the traffic; what cannot be read of one port cannot be read of the other
 */
bool p_traffic_check(struct parser *p, struct traffic *t)
{
	if (!t->port_loc.file)
		return true;
	if (!proto_has_ports(t->proto)) {
		diag_add(p->diag, t->port_loc,
			 "\"port\" needs \"proto\" tcp, udp, sctp, dccp or udplite");
		return false;
	}
	if (!t->sport.set && ports_opaque(&t->dport))
		t->sport = t->dport;
	else if (!t->dport.set && ports_opaque(&t->sport))
		t->dport = t->sport;
	if (ports_opaque(&t->sport) == ports_opaque(&t->dport))
		return true;
	diag_add(p->diag, t->port_loc, "\"port opaque\" on one side means no port on the other");
	return false;
}

static const int families[] = { AF_INET, AF_INET6 };

/**
 * traffic_pairs - how many pairs of addresses traffic has at most
 * @t: the traffic
 */
size_t traffic_pairs(const struct traffic *t)
{
	return t->from.n * t->to.n * ARRAY_SIZE(families);
}

/**
 * traffic_pair - one of its pairs of addresses
 * @t: the traffic
 * @i: which
 * @only: the family it has to be of, or AF_UNSPEC
 * @from: the source, "any" in the family of the other side; twice "any" is both families
 * @to: the destination
 *
 * Return: false if these two are of different families, or of one that is not wanted.
 */
bool traffic_pair(const struct traffic *t, size_t i, int only, struct ip_range *from,
		  struct ip_range *to)
{
	int family = families[i % ARRAY_SIZE(families)];

	i /= ARRAY_SIZE(families);
	*from = t->from.v[i / t->to.n];
	*to = t->to.v[i % t->to.n];
	if ((from->family && from->family != family) || (to->family && to->family != family) ||
	    (only && only != family))
		return false;
	if (!from->family)
		range_any(family, from);
	if (!to->family)
		range_any(family, to);
	return true;
}

/**
 * traffic_selector - the selector of one pair of addresses
 * @t: the traffic
 * @from: the source
 * @to: the destination
 * @mirror: of the packets that come back
 * @sel: the selector
 */
void traffic_selector(const struct traffic *t, const struct ip_range *from,
		      const struct ip_range *to, bool mirror, struct selector *sel)
{
	sel->proto = t->proto;
	sel->dev = t->dev;
	sel->src = mirror ? *to : *from;
	sel->dst = mirror ? *from : *to;
	/* a type has no other side: the answer has another type */
	mirror = mirror && !proto_has_type(t->proto);
	sel->sport = mirror ? t->dport : t->sport;
	sel->dport = mirror ? t->sport : t->dport;
}

/**
 * traffic_free - release its lists
 * @t: the traffic
 */
void traffic_free(struct traffic *t)
{
	free(t->from.v);
	free(t->to.v);
}
