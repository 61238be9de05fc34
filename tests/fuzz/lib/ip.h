/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the RFCs say of the headers of a packet, read from its bytes: the model of header.c. It
 * knows no structures of headers. And packets that lie partly in a page.
 */
#ifndef FUZZ_IP_H
#define FUZZ_IP_H

#include <linux/skbuff.h>

#include "fuzz.h"

#define MODEL_EXTENSIONS	16	/* more are refused */

struct model_header {
	int version, proto;
	long upper;		/* where the protocol above IP begins */
	long insert, named;	/* where ESP and AH go, and the byte that names what is there */
	long cut, ident;	/* of a fragment */
	int offset;
	bool fragment, later;
};

struct model_extension {
	int type;
	long at, end;
};

static inline unsigned int word16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static inline unsigned long word32(const uint8_t *p)
{
	return (unsigned long)word16(p) << 16 | word16(p + 2);
}

/* RFC 791 3.1 */
static inline bool model_v4(const uint8_t *p, long n, struct model_header *m)
{
	if (n < 20 || p[0] % 16 < 5)
		return false;
	m->upper = m->insert = m->cut = p[0] % 16 * 4;
	m->named = 9;
	m->proto = p[9];
	m->ident = word16(p + 4);
	m->offset = word16(p + 6) % 0x2000 * 8;
	m->later = m->offset;
	m->fragment = m->later || p[6] & 0x20;
	return true;
}

/* RFC 8200 4.5: the first header that says so makes it a fragment, of what follows that header. */
static inline bool model_fragment(const uint8_t *p, long at, struct model_header *m)
{
	if (m->fragment)
		return false;
	m->offset = word16(p + at + 2) / 8 * 8;
	m->fragment = m->offset || p[at + 3] & 1;
	m->later = m->offset;
	m->ident = word32(p + at + 4);
	m->cut = at + 8;
	return true;
}

/* RFC 8200 4; RFC 4303 3.1.1: destination options alone stay behind ESP. */
static inline bool model_v6(const uint8_t *p, long n, struct model_header *m)
{
	struct model_extension seen[MODEL_EXTENSIONS];
	int n_seen = 0;

	if (n < 40)
		return false;
	m->proto = p[6];
	m->upper = 40;
	while (!m->later && (m->proto == 0 || m->proto == 43 || m->proto == 44 || m->proto == 60)) {
		struct model_extension *e = &seen[n_seen];
		bool is_fragment = m->proto == 44;

		if (n_seen++ == MODEL_EXTENSIONS || n < m->upper + (is_fragment ? 8 : 2))
			return false;
		e->type = m->proto;
		e->at = m->upper;
		e->end = e->at + (is_fragment ? 8 : 8 * (p[e->at + 1] + 1L));
		if (is_fragment && !model_fragment(p, e->at, m))
			return false;
		m->proto = p[e->at];
		m->upper = e->end;
	}
	while (n_seen && seen[n_seen - 1].type == 60)
		n_seen--;
	m->insert = n_seen ? seen[n_seen - 1].end : 40;
	m->named = n_seen ? seen[n_seen - 1].at : 6;
	return true;
}

static inline bool model_parse(const uint8_t *p, long n, struct model_header *m)
{
	memset(m, 0, sizeof(*m));
	m->version = n > 0 ? p[0] / 16 : 0;
	return m->version == 4 ? model_v4(p, n, m) : m->version == 6 && model_v6(p, n, m);
}

/* A packet of which the first @linear bytes are not in a page. */
static inline struct sk_buff packet_of(const uint8_t *p, size_t n, size_t linear, int network)
{
	if (linear > n)
		linear = n;
	return (struct sk_buff){
		.data = copy_of(p, linear), .page = copy_of(p + linear, n - linear),
		.len = n, .data_len = n - linear, .network = network,
	};
}

static inline void packet_free(struct sk_buff *skb)
{
	free(skb->data);
	free(skb->page);
}

#endif /* FUZZ_IP_H */
