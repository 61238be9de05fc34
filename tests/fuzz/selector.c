// SPDX-License-Identifier: GPL-2.0
/*
 * Selectors against RFC 4301 4.4.1.1 in numbers: which are refused, which packets match, which SAs
 * are for them, and that a selector which is narrowed to a packet matches it, and nothing that the
 * wider one does not.
 */
#include "fuzz.h"
#include "../../src/selector.c"
#include "draw.h"

typedef unsigned __int128 u128;

static u128 number(const union ipsec_addr *addr, int family)
{
	u128 n = 0;

	for (int i = 0; i < (family == AF_INET ? 4 : 16); i++)
		n = n << 8 | addr->bytes[i];
	return n;
}

static bool in_range(const union ipsec_addr *min, const union ipsec_addr *max,
		     const union ipsec_addr *addr, int family)
{
	return number(min, family) <= number(addr, family) &&
	       number(addr, family) <= number(max, family);
}

/* What a protocol has in the place of ports: how many numbers, and how large they can be. */
static int numbers_of(int proto, int *largest)
{
	*largest = 65535;
	if (proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136)
		return 2;
	*largest = 255;
	return proto == 1 || proto == 58 ? 2 : proto == 135 ? 1 : 0;
}

static bool model_opaque(const struct ipsec_selector *sel)
{
	return sel->sport_min == 65535 && sel->sport_max == 0 &&
	       sel->dport_min == 65535 && sel->dport_max == 0;
}

static bool every(int min, int max)
{
	return min == 0 && max == 65535;
}

static bool range_good(int min, int max, int largest)
{
	return every(min, max) || (min <= max && max <= largest);
}

static bool model_good(const struct ipsec_selector *sel)
{
	int largest, n = numbers_of(sel->proto, &largest);

	if (number(&sel->src_min, sel->family) > number(&sel->src_max, sel->family) ||
	    number(&sel->dst_min, sel->family) > number(&sel->dst_max, sel->family))
		return false;
	if (model_opaque(sel))
		return n > 0;
	if (n < 1 && !every(sel->sport_min, sel->sport_max))
		return false;
	if (n < 2 && !every(sel->dport_min, sel->dport_max))
		return false;
	return range_good(sel->sport_min, sel->sport_max, largest) &&
	       range_good(sel->dport_min, sel->dport_max, largest);
}

static enum ipsec_match model_match(const struct ipsec_selector *sel, const struct ipsec_key *key)
{
	bool asks_proto = sel->proto != 0, asks_port;
	bool has_proto = !(key->flags & IPSEC_KEY_NO_PROTO);
	bool has_ports = !(key->flags & IPSEC_KEY_NO_PORTS);
	bool unsure;

	asks_port = !every(sel->sport_min, sel->sport_max) ||
		    !every(sel->dport_min, sel->dport_max);
	if (sel->family != key->family ||
	    !in_range(&sel->src_min, &sel->src_max, &key->src, key->family) ||
	    !in_range(&sel->dst_min, &sel->dst_max, &key->dst, key->family))
		return IPSEC_MATCH_NO;
	if (sel->way && key->flags & IPSEC_KEY_WAYS && sel->way != (key->flags & IPSEC_KEY_WAYS))
		return IPSEC_MATCH_NO;
	if (sel->dev && key->dev != sel->dev && key->vrf != sel->dev)
		return IPSEC_MATCH_NO;
	if (asks_proto && has_proto && sel->proto != key->proto)
		return IPSEC_MATCH_NO;
	unsure = (asks_proto && !has_proto) || (asks_port && !has_ports && !model_opaque(sel));
	if (unsure)
		return key->flags & IPSEC_KEY_OPAQUE ? IPSEC_MATCH_NO : IPSEC_MATCH_UNKNOWN;
	if (!asks_port || !has_ports)
		return IPSEC_MATCH_YES;
	return sel->sport_min <= key->sport && key->sport <= sel->sport_max &&
	       sel->dport_min <= key->dport && key->dport <= sel->dport_max ?
	       IPSEC_MATCH_YES : IPSEC_MATCH_NO;
}

/* What only that flow matches: RFC 4301 4.4.1.2, all of it from the packet. */
static void of_one(const struct ipsec_key *key, const struct ipsec_key *other)
{
	bool same = !memcmp(&key->src, &other->src, sizeof(key->src)) &&
		    !memcmp(&key->dst, &other->dst, sizeof(key->dst)) &&
		    key->sport == other->sport && key->dport == other->dport &&
		    key->family == other->family && key->proto == other->proto &&
		    !((key->flags ^ other->flags) & IPSEC_KEY_NO_PORTS);
	struct ipsec_selector of;
	int largest;

	if (!key->proto || (key->flags | other->flags) & IPSEC_KEY_NO_PROTO)
		return;
	if (!numbers_of(key->proto, &largest) &&
	    (key->flags ^ other->flags) & IPSEC_KEY_NO_PORTS)
		return;
	ipsec_selector_of(key, &of);
	holds(!ipsec_selector_check(&of), "%s", ipsec_selector_check(&of));
	holds(ipsec_selector_match(&of, key) == IPSEC_MATCH_YES, "itself");
	holds((ipsec_selector_match(&of, other) == IPSEC_MATCH_YES) == same, "same %d", same);
}

static void populate(const struct ipsec_selector *sel, __u32 pfp, const struct ipsec_key *key,
		     const struct ipsec_key *other)
{
	struct ipsec_selector narrow = *sel;

	if (key->flags & IPSEC_KEY_NO_PROTO || !key->proto)
		return;
	ipsec_selector_populate(&narrow, pfp, key);
	holds(!ipsec_selector_check(&narrow), "%s", ipsec_selector_check(&narrow));
	holds(ipsec_selectors_admit(&narrow, 1, pfp, key), "pfp %x", pfp);
	holds(ipsec_selector_match(&narrow, other) != IPSEC_MATCH_YES ||
	      ipsec_selector_match(sel, other) == IPSEC_MATCH_YES, "pfp %x", pfp);
}

/* As narrow as the policy wants it, in what the protocol of the packet has. */
static bool model_narrow(const struct ipsec_selector *sel, __u32 pfp, const struct ipsec_key *key)
{
	int largest, n = numbers_of(key->proto, &largest);
	bool opaque = model_opaque(sel);

	return !((pfp & NFIPSEC_POLICY_F_PFP_SRC &&
		  number(&sel->src_min, key->family) != number(&sel->src_max, key->family)) ||
		 (pfp & NFIPSEC_POLICY_F_PFP_DST &&
		  number(&sel->dst_min, key->family) != number(&sel->dst_max, key->family)) ||
		 (pfp & NFIPSEC_POLICY_F_PFP_PROTO && !sel->proto) ||
		 (pfp & NFIPSEC_POLICY_F_PFP_SPORT && n > 0 && !opaque &&
		  sel->sport_min != sel->sport_max) ||
		 (pfp & NFIPSEC_POLICY_F_PFP_DPORT && n > 1 && !opaque &&
		  sel->dport_min != sel->dport_max));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct ipsec_key key, other;
	struct ipsec_selector sel;
	enum ipsec_match wanted;
	__u32 pfp;

	draw_selector(&in, &sel);
	draw_key(&in, &key);
	draw_key(&in, &other);
	pfp = take(&in, 1) << 3 & NFIPSEC_POLICY_F_PFP;
	of_one(&key, &other);
	holds(!ipsec_selector_check(&sel) == model_good(&sel), "%s", ipsec_selector_check(&sel));
	if (ipsec_selector_check(&sel))
		return 0;
	wanted = model_match(&sel, &key);
	holds(ipsec_selector_match(&sel, &key) == wanted, "not %d", wanted);
	holds(ipsec_selectors_admit(&sel, 1, pfp, &key) ==
	      (wanted == IPSEC_MATCH_YES && model_narrow(&sel, pfp, &key)), "pfp %x", pfp);
	holds(ipsec_selectors_admit(NULL, 0, pfp, &key) == !pfp, "no selectors, pfp %x", pfp);
	if (wanted == IPSEC_MATCH_YES)
		populate(&sel, pfp, &key, &other);
	return 0;
}
