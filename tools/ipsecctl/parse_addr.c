// SPDX-License-Identifier: GPL-2.0
/* Addresses, lists of them, ports, types and codes. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "addr.h"
#include "icmp.h"
#include "names.h"
#include "parser.h"

/* addresses of one name that are looked at */
#define NAMES_MAX 64

static bool bad_range(struct parser *p, enum addr_error err)
{
	const char *text = p->tok.text.data;
	char q[QUOTE_MAX];

	diag_quote(q, text);
	if (err == ADDR_BAD_PREFIX)
		diag_add(p->diag, p_inside(p, strcspn(text, "/") + 1),
			 "expected a prefix length from 0 to %d in %s",
			 strchr(text, ':') ? 128 : 32, q);
	else if (err == ADDR_BAD_RANGE)
		diag_add(p->diag, p_inside(p, strcspn(text, "-") + 1),
			 "expected an address of the same family at the end of the range %s", q);
	else
		diag_add(p->diag, p_inside(p, strcspn(text, "-") + 1),
			 "the range %s ends before it starts", q);
	return false;
}

/* a name: letters and digits, so that a mistyped number does not go to the name server */
static bool resolve(struct parser *p, const char *what, struct ip_addr *out, size_t *n)
{
	const char *text = p->tok.text.data, *why = "";
	size_t len = strlen(text);
	char q[QUOTE_MAX];

	if (strspn(text, "0123456789./:-") == len || strchr(text, ':') || strchr(text, '/'))
		return p_expected(p, what);
	if (p->closed) {
		diag_add(p->diag, p->tok.loc, "names of hosts cannot be resolved here");
		return false;
	}
	*n = addr_resolve(text, out, NAMES_MAX, &why);
	if (*n)
		return true;
	diag_add(p->diag, p->tok.loc, "cannot find the address of %s: %s",
		 diag_quote(q, text), why);
	return false;
}

static void add_host(struct hosts *h, const struct ip_range *r)
{
	if (h->n == h->cap)
		h->v = xgrow(h->v, h->n, &h->cap, sizeof(*h->v));
	h->v[h->n++] = *r;
}

static bool one_host(struct parser *p, const char *what, struct hosts *out)
{
	struct ip_addr a[NAMES_MAX];
	struct ip_range r = { 0 };
	enum addr_error err;
	size_t n = 0;

	if (p_is(p, "any")) {
		add_host(out, &r);
		p_next(p);
		return true;
	}
	if (!p_is_value(p))
		return p_expected(p, what);
	err = range_parse(p->tok.text.data, &r);
	if (err == ADDR_OK) {
		add_host(out, &r);
	} else if (err == ADDR_NOT_NUMERIC) {
		if (!resolve(p, what, a, &n))
			return false;
		for (size_t i = 0; i < n; i++) {
			range_host(&a[i], &r);
			add_host(out, &r);
		}
	} else {
		return bad_range(p, err);
	}
	if (out->n > HOSTS_MAX) {
		diag_add(p->diag, p->tok.loc, "more than %d addresses in one list", HOSTS_MAX);
		return false;
	}
	p_next(p);
	return true;
}

/**
 * p_hosts - one address, prefix, range, name or "any", or a list of them
 * @p: the parser
 * @after: the keyword before it
 * @out: addresses are appended here
 */
bool p_hosts(struct parser *p, const char *after, struct hosts *out)
{
	char what[64];

	snprintf(what, sizeof(what), "an address after \"%s\"", after);
	if (p->tok.kind != TOK_LBRACE)
		return one_host(p, what, out);
	p_next(p);
	do {
		if (!one_host(p, out->n ? "an address in the list" : "an address after \"{\"", out))
			return false;
		if (p->tok.kind == TOK_COMMA)
			p_next(p);
		else if (p->tok.kind != TOK_RBRACE && !p_is_value(p) && !p_is(p, "any"))
			return p_expected(p, "an address, \",\" or \"}\"");
	} while (p->tok.kind != TOK_RBRACE);
	p_next(p);
	return true;
}

/**
 * p_addr - a single address
 * @p: the parser
 * @after: the keyword before it
 * @family: of a name, the first address of this family is taken; 0: the first
 * @out: the address
 */
bool p_addr(struct parser *p, const char *after, int family, struct ip_addr *out)
{
	struct ip_addr a[NAMES_MAX];
	char what[64], q[QUOTE_MAX];
	struct ip_range r;
	size_t n = 0;

	snprintf(what, sizeof(what), "one address after \"%s\"", after);
	if (!p_is_value(p))
		return p_expected(p, what);
	if (!addr_parse(p->tok.text.data, out)) {
		if (range_parse(p->tok.text.data, &r) != ADDR_NOT_NUMERIC)
			return p_expected(p, what);
		if (!resolve(p, what, a, &n))
			return false;
		*out = a[0];
		for (size_t i = 0; family && i < n && out->family != family; i++)
			*out = a[i];
	}
	if (family && out->family != family) {
		diag_add(p->diag, p->tok.loc, "expected an IPv%d address after \"%s\", found %s",
			 family == AF_INET ? 4 : 6, after, diag_quote(q, p->tok.text.data));
		return false;
	}
	p_next(p);
	return true;
}

static bool port_number(const char *s, size_t len, __u16 *out)
{
	__u32 v;

	if (!parse_u32(s, len, &v) || v > 65535)
		return false;
	*out = v;
	return true;
}

/* numbers first: names of services may contain a dash, but do not start with a digit */
static bool port_text(struct parser *p, int proto, struct port_range *out)
{
	const char *text = p->tok.text.data, *dash = strchr(text, '-');
	char name[PROTO_TEXT];
	struct servent *se;

	if (port_number(text, strlen(text), &out->min)) {
		out->max = out->min;
		return true;
	}
	if (*text >= '0' && *text <= '9')
		return dash && port_number(text, dash - text, &out->min) &&
		       port_number(dash + 1, strlen(dash + 1), &out->max);
	if (p->closed)
		return false;
	se = getservbyname(text, proto_text(proto, name));
	if (!se)
		return false;
	out->min = ntohs(se->s_port);
	out->max = out->min;
	return true;
}

/* "opaque": what cannot be read */
static bool opaque(struct parser *p, struct port_range *out)
{
	if (!p_accept(p, "opaque"))
		return false;
	*out = (struct port_range){ true, NFIPSEC_OPAQUE_MIN, NFIPSEC_OPAQUE_MAX };
	return true;
}

static bool range_in_order(struct parser *p, const struct port_range *r)
{
	char q[QUOTE_MAX];

	if (r->min <= r->max)
		return true;
	diag_add(p->diag, p->tok.loc, "the range %s ends before it starts",
		 diag_quote(q, p->tok.text.data));
	return false;
}

/**
 * p_port - a port, a range of ports, a service or "opaque", after "port"
 * @p: the parser
 * @proto: the protocol of the rule
 * @out: the ports
 */
bool p_port(struct parser *p, int proto, struct port_range *out)
{
	if (opaque(p, out))
		return true;
	if (!p_is_value(p) || !port_text(p, proto, out))
		return p_expected(p, "a port from 0 to 65535, a range or a service after \"port\"");
	if (!range_in_order(p, out))
		return false;
	out->set = true;
	p_next(p);
	return true;
}

/* a byte, or a range of them */
static bool byte_range(const char *text, struct port_range *out)
{
	const char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : strlen(text);

	if (!port_number(text, len, &out->min))
		return false;
	out->max = out->min;
	if (dash && !port_number(dash + 1, strlen(dash + 1), &out->max))
		return false;
	return out->min <= 255 && out->max <= 255;
}

static bool type_or_code(struct parser *p, int proto, const char *what, struct port_range *out)
{
	if (!p_is_value(p))
		return p_expected(p, what);
	if (proto != PROTO_ANY && type_parse(proto, p->tok.text.data, &out->min))
		out->max = out->min;
	else if (!byte_range(p->tok.text.data, out))
		return p_expected(p, what);
	if (!range_in_order(p, out))
		return false;
	out->set = true;
	p_next(p);
	return true;
}

/**
 * p_type - a type, a range of types, its name or "opaque", after "type", and "code"
 * @p: the parser
 * @proto: the protocol of the rule
 * @type: the types
 * @code: the codes
 */
bool p_type(struct parser *p, int proto, struct port_range *type, struct port_range *code)
{
	struct place loc;

	if (opaque(p, type)) {
		*code = *type;
		return true;
	}
	if (!type_or_code(p, proto, "a type from 0 to 255, a range or its name after \"type\"",
			  type))
		return false;
	loc = p->tok.loc;
	if (!p_accept(p, "code"))
		return true;
	if (!proto_has_code(proto)) {
		diag_add(p->diag, loc, "\"code\" needs \"proto\" icmp or icmp6");
		return false;
	}
	return type_or_code(p, PROTO_ANY, "a code from 0 to 255 or a range after \"code\"", code);
}
