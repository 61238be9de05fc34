// SPDX-License-Identifier: GPL-2.0
/* The classifier, as this kernel's compiler has built it. tests/unit has the model. */
#include <linux/slab.h>

#include "classify.h"
#include "selftest/selftest.h"

#define RULES	64

/* Rule i is about hosts up to i; even ones bypass port 53, odd ones protect everything. */
static void fill(struct ipsec_classifier *classifier)
{
	unsigned int i;

	classifier->n = RULES;
	for (i = 0; i < RULES; i++) {
		struct ipsec_classify_rule *rule = &classifier->rule[i];

		rule->sel.family = AF_INET;
		rule->sel.src_max.v4 = htonl(i);
		rule->sel.dst_max.v4 = htonl(U32_MAX);
		rule->sel.sport_max = U16_MAX;
		rule->sel.dport_max = i % 2 ? U16_MAX : 53;
		rule->sel.dport_min = i % 2 ? 0 : 53;
		rule->sel.proto = i % 2 ? IPSEC_ANY_PROTO : IPPROTO_UDP;
		rule->policy = 1000 + i;
		rule->take_unknown = i % 2;
	}
}

static u32 classify(const struct ipsec_classifier *classifier, u32 src, u16 dport, u8 flags)
{
	struct ipsec_key key = {
		.family = AF_INET, .proto = IPPROTO_UDP, .dport = dport, .flags = flags,
	};

	key.src.v4 = htonl(src);
	return ipsec_classify(classifier, &key);
}

static bool is(u32 found, u32 wanted, const char *what, u32 src)
{
	return found == wanted || ipsec_test_wrong("%s from %u: %u, expected %u", what, src, found,
						   wanted);
}

static bool first_match(void)
{
	struct ipsec_classifier *classifier = kzalloc(ipsec_classifier_bytes(RULES), GFP_KERNEL);
	bool good = true;
	u32 src, last;

	if (!classifier)
		return false;
	fill(classifier);
	for (src = 0; src < RULES && good; src++)
		good = is(classify(classifier, src, 53, 0), 1000 + src, "port 53", src) &&
		       is(classify(classifier, src, 54, 0), 1000 + (src | 1), "port 54", src) &&
		       is(classify(classifier, src, 0, IPSEC_KEY_NO_PORTS), 1000 + (src | 1),
			  "fragment", src);
	last = classify(classifier, RULES, 53, 0);
	good = good && is(last, IPSEC_CLASSIFY_NONE, "port 53", RULES);
	kfree(classifier);
	return good;
}

/**
 * ipsec_test_classify() - test the classifier
 */
void ipsec_test_classify(void)
{
	ipsec_test_result(first_match(), "classify", "the first rule that matches");
}
