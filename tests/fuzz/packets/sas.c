// SPDX-License-Identifier: GPL-2.0
/*
 * The SAs, each with another peer, and the rules that tell nfipsec of them.
 *
 *	10.1.0.0/16, fd01::/32	near: behind this host, 192.0.2.1 and 2001:db8::1
 *	10.2.N.0/24, fd02:N::/32	behind peer N, whose ends are 192.0.2.1N and 2001:db8::1N
 *	10.3.N.0/24		the same, for flows with ports
 *	10.4.N.1		inside of BEET mode
 */
#include <arpa/inet.h>
#include <string.h>

#include "fuzz.h"

#define SEQ_WRAPS	0xffffff00ULL
#define TUNNEL		.mode = MODE_TUNNEL
#define TRANSPORT	.mode = MODE_TRANSPORT

struct sa sas[SAS_MAX] = {
	{ PROTO_ESP, TUNNEL, .digest = DIGEST_SHA1, .window = 1024 },
	{ PROTO_ESP, TUNNEL, .cipher = CIPHER_GCM, .esn = true, .window = 128 },
	{ PROTO_ESP, TUNNEL, .v6 = true, .cipher = CIPHER_GCM, .window = 64 },
	{ PROTO_ESP, TUNNEL, .cipher = CIPHER_CBC, .digest = DIGEST_SHA256, .window = 64,
	  .words_out = "tfc 700 df set ttl copy" },
	{ PROTO_ESP, TRANSPORT, .digest = DIGEST_SHA256, .window = 64 },
	{ PROTO_ESP, TRANSPORT, .v6 = true, .cipher = CIPHER_GCM, .window = 256 },
	{ PROTO_AH, TUNNEL, .digest = DIGEST_SHA1, .esn = true, .window = 64, .begins = SEQ_WRAPS },
	{ PROTO_AH, TRANSPORT, .v6 = true, .digest = DIGEST_SHA256, .window = 64 },
	{ PROTO_AH, TUNNEL, .v6 = true, .digest = DIGEST_SHA256 },
	{ PROTO_AH, TRANSPORT, .digest = DIGEST_SHA1, .window = 32 },
	{ PROTO_ESP, TUNNEL, .udp = true, .cipher = CIPHER_GCM, .window = 64,
	  .words_out = "df clear dscp 46" },
	{ PROTO_ESP, TRANSPORT, .udp = true, .digest = DIGEST_SHA1, .window = 64 },
	{ PROTO_ESP, TUNNEL, .v6 = true, .udp = true, .digest = DIGEST_SHA1, .window = 64,
	  .words_out = "tfc 1300 flowlabel 77" },
	{ PROTO_ESP, TRANSPORT, .v6 = true, .udp = true, .digest = DIGEST_SHA256, .window = 64 },
	{ PROTO_ESP, TRANSPORT, .digest = DIGEST_SHA1, .window = 64 },
	{ PROTO_AH, TRANSPORT, .digest = DIGEST_SHA256, .window = 64, .around = true },
	{ PROTO_ESP, TUNNEL, .digest = DIGEST_SHA1, .window = 64 },
	{ PROTO_ESP, TUNNEL, .cipher = CIPHER_GCM, .window = 64, .around = true },
	{ PROTO_ESP, TUNNEL, .digest = DIGEST_SHA1, .esn = true, .window = 2048, .begins = SEQ_WRAPS,
	  .words = "dscp-decap copy", .words_out = "ecn compat df clear" },
	{ PROTO_ESP, TUNNEL, .any = true, .digest = DIGEST_SHA256, .window = 64 },
	{ PROTO_ESP, MODE_BEET, .cipher = CIPHER_GCM, .window = 64 },
	{ PROTO_ESP, TUNNEL, .cipher = CIPHER_CBC, .digest = DIGEST_SHA256 },
};

int n_sas;

static void addr4(struct addr *addr, int a, int b, int c, int d)
{
	*addr = (struct addr){ .bytes = { a, b, c, d } };
}

static void addr6(struct addr *addr, int a, int b, int d)
{
	*addr = (struct addr){ .v6 = true, .bytes = { a, b } };
	addr->bytes[14] = d >> 8;
	addr->bytes[15] = d;
}

void addr_here(struct addr *addr, bool v6)
{
	addr4(addr, 192, 0, 2, 1);
	if (v6)
		inet_pton(AF_INET6, "2001:db8::1", addr->bytes);
	addr->v6 = v6;
}

void addr_near(struct addr *addr, bool v6, int host)
{
	if (v6)
		addr6(addr, 0xfd, 1, host);
	else
		addr4(addr, 10, 1, host >> 8, host);
}

void addr_there(struct addr *addr, const struct sa *sa, bool v6, int host)
{
	if (sa->mode == MODE_TRANSPORT) {
		*addr = sa->there;
	} else if (sa->mode == MODE_BEET) {
		addr4(addr, 10, 4, sa->number, 1);
	} else if (v6) {
		addr6(addr, 0xfd, 2, host);
		addr->bytes[3] = sa->number;
	} else {
		addr4(addr, 10, host < 256 ? 2 : 3, sa->number, host);
	}
}

void addr_router(struct addr *addr, bool v6)
{
	addr4(addr, 198, 51, 100, below(256));
	if (v6) {
		addr6(addr, 0x20, 1, below(256));
		put16(addr->bytes + 2, 0xdb8);
		addr->bytes[5] = 7;
	}
}

static void sa_begin(struct sa *sa, int number)
{
	int i;

	sa->number = number;
	sa->spi = 0x1000 + 2 * number;
	addr_here(&sa->here, sa->v6);
	sa->there = sa->here;
	sa->there.bytes[sa->v6 ? 15 : 3] = 10 + (sa->around && !sa->mode ? number - 1 : number);
	for (i = 0; i < (int)sizeof(sa->key); i++)
		sa->key[i] = number * 7 + i * 13 + 1;
	seal_begin(sa);
}

void sas_begin(void)
{
	for (n_sas = 0; n_sas < SAS_MAX && sas[n_sas].proto; n_sas++)
		sa_begin(&sas[n_sas], n_sas);
	sas_restart();
}

/* The rules have been loaded anew. */
void sas_restart(void)
{
	struct sa *sa;

	for (sa = sas; sa < sas + n_sas; sa++)
		sa->seq = sa->begins;
}

/* One that a flow asks for. */
struct sa *some_sa(void)
{
	struct sa *sa;

	do
		sa = &sas[below(n_sas)];
	while (sa->around);
	return sa;
}

/* --- rules -------------------------------------------------------------------------------- */

static const char *text(const struct addr *addr)
{
	static char room[4][INET6_ADDRSTRLEN];
	static int turn;
	char *at = room[turn++ % 4];

	inet_ntop(addr->v6 ? AF_INET6 : AF_INET, addr->bytes, at, INET6_ADDRSTRLEN);
	return at;
}

static const char *name_of(const struct sa *sa)
{
	return sa->proto == PROTO_AH ? "ah" : "esp";
}

static const char *mode_of(const struct sa *sa)
{
	static const char *const names[] = { "transport", "tunnel", "beet" };

	return names[sa->mode];
}

static void put_key(FILE *out, const char *word, const struct sa *sa, int len)
{
	int i;

	fprintf(out, " %s 0x", word);
	for (i = 0; i < len; i++)
		fprintf(out, "%02x", sa->key[i]);
}

/* The packets it is for. What comes from the upper half of a net is not for the first one. */
static void selectors(FILE *out, const struct sa *sa, bool outward)
{
	static const char *const nets[] = { "10.2.0.0/25", "10.3.0.0/24" };
	int i;

	if (sa->mode == MODE_BEET)
		fprintf(out, outward ? " for from 10.1.0.2 to 10.4.%d.1" :
			" for from 10.4.%d.1 to 10.1.0.2", sa->number);
	if (sa->number)
		return;
	for (i = 0; i < 2; i++)
		fprintf(out, outward ? " for from 10.1.0.0/16 to %s" :
			" for from %s to 10.1.0.0/16", nets[i]);
	fputs(outward ? " for from fd01::/32 to fd02::/32" : " for from fd02::/32 to fd01::/32",
	      out);
}

static void sa_rule(FILE *out, const struct sa *sa, bool outward)
{
	fprintf(out, "%s %s from %s to %s spi %u", name_of(sa), sa->any ? "any" : mode_of(sa),
		text(outward ? &sa->here : &sa->there), text(outward ? &sa->there : &sa->here),
		sa->spi + outward);
	if (sa->cipher == CIPHER_GCM) {
		fputs(" enc aes-128-gcm", out);
		put_key(out, "enckey", sa, 20);
	} else if (sa->proto == PROTO_ESP) {
		fputs(sa->cipher == CIPHER_CBC ? " enc aes-128" : " enc null", out);
		if (sa->cipher == CIPHER_CBC)
			put_key(out, "enckey", sa, 16);
	}
	if (sa->digest) {
		fputs(sa->digest == DIGEST_SHA1 ? " auth hmac-sha1" : " auth hmac-sha2-256", out);
		put_key(out, "authkey", sa, sa->digest == DIGEST_SHA1 ? 20 : 32);
	}
	fprintf(out, " replay %u sent %llu received %llu %s%s%s %s", sa->window,
		(unsigned long long)sa->begins, (unsigned long long)sa->begins,
		sa->esn ? "esn " : "", sa->udp ? "udpencap " : "", sa->words ? sa->words : "",
		outward && sa->words_out ? sa->words_out : "");
	selectors(out, sa, outward);
	fputc('\n', out);
}

/* The SA, and that around it. */
static void spec(FILE *out, const struct sa *sa, const char *words)
{
	if (sa->mode != MODE_TRANSPORT)
		fprintf(out, " local %s peer %s", text(&sa->here), text(&sa->there));
	fprintf(out, " %s", words);
	if (sa[1].around)
		fprintf(out, " then %s %s", name_of(sa + 1), mode_of(sa + 1));
	if (sa[1].around && sa[1].mode == MODE_TUNNEL)
		fprintf(out, " local %s peer %s", text(&sa[1].here), text(&sa[1].there));
	fputc('\n', out);
}

static void tunnel_flows(FILE *out, const struct sa *sa)
{
	int n = sa->number;

	fprintf(out, "flow from 10.1.0.0/16 to 10.2.%d.240/28 type deny\n", n);
	fprintf(out, "flow %s tunnel from 10.1.0.0/16 to 10.2.%d.0/24", name_of(sa), n);
	spec(out, sa, "");
	fprintf(out, "flow %s tunnel from fd01::/32 to fd02:%x::/32", name_of(sa), n);
	spec(out, sa, "");
	fprintf(out, "flow %s tunnel proto udp from 10.1.0.0/16 to 10.3.%d.0/25 port 9",
		name_of(sa), n);
	spec(out, sa, "fragments stateful");
	fprintf(out, "flow %s tunnel proto udp from 10.1.0.0/16 port 9 to 10.3.%d.0/25",
		name_of(sa), n);
	spec(out, sa, "fragments stateful");
	fprintf(out, "flow %s tunnel proto udp from 10.1.0.0/16 to 10.3.%d.128/25 port 9",
		name_of(sa), n);
	spec(out, sa, "relay-errors");
}

static void flows(FILE *out, const struct sa *sa)
{
	if (sa->around)
		return;
	if (sa->mode == MODE_TUNNEL) {
		tunnel_flows(out, sa);
		return;
	}
	if (sa->mode == MODE_BEET)
		fprintf(out, "flow esp beet from 10.1.0.2 to 10.4.%d.1", sa->number);
	else
		fprintf(out, "flow %s transport from %s to %s", name_of(sa), text(&sa->here),
			text(&sa->there));
	spec(out, sa, "");
}

/*
 * What is not named is dropped, so any clear packet that leaves to the other ends is wrong, but
 * for errors of this host.
 */
static const char *const others =
	"set default deny\n"
	"flow in on near from any to any type bypass\n"
	"flow out on near from any to any type bypass\n"
	"flow in proto icmp from any to 192.0.2.1 type bypass\n"
	"flow in proto icmp6 from any to 2001:db8::1 type bypass\n"
	"flow out proto icmp from 192.0.2.1 to any type bypass\n"
	"flow out proto icmp6 from 2001:db8::1 to any type bypass\n"
	"flow in proto udp from any to 192.0.2.1 port 4500 type bypass\n"
	"flow in proto udp from any to 2001:db8::1 port 4500 type bypass\n";

void sas_rules(FILE *out)
{
	const struct sa *sa;

	/* One whose flow waits for an SA, and one that asks for another one. */
	fputs("flow esp tunnel from 10.1.0.0/16 to 10.5.0.0/24 local 192.0.2.1 peer 192.0.2.250\n"
	      "flow ah tunnel in from 10.2.0.96/28 to 10.1.0.0/16 local 192.0.2.1 peer 192.0.2.10\n",
	      out);
	for (sa = sas; sa < sas + n_sas; sa++)
		flows(out, sa);
	fputs(others, out);
	for (sa = sas; sa < sas + n_sas; sa++) {
		sa_rule(out, sa, false);
		sa_rule(out, sa, true);
	}
}
