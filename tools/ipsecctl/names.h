/* SPDX-License-Identifier: GPL-2.0 */
/* Words of the grammar for the numbers of the kernel. */
#ifndef IPSECCTL_NAMES_H
#define IPSECCTL_NAMES_H

#include "model.h"

/* room for what proto_text() writes */
#define PROTO_TEXT 16

/* room for what dev_text() writes */
#define DEV_TEXT 20

/**
 * struct flow_type - what may stand after "type"
 * @name: the word
 * @action: enum nfipsec_action
 * @flags: enum nfipsec_policy_flags
 */
struct flow_type {
	const char *name;
	__u8 action;
	__u32 flags;
};

#define PFP_WORDS 5

/**
 * struct pfp_word - what may stand after "pfp", about the packets that leave
 * @word: the word
 * @flag: enum nfipsec_policy_flags
 * @mirrored: the flag of a policy for the packets that come back
 */
struct pfp_word {
	const char *word;
	__u32 flag;
	__u32 mirrored;
};

extern const struct pfp_word pfp_words[PFP_WORDS];

const struct flow_type *flow_type_by_name(const char *name);
const char *flow_type_name(const struct policy *p);

const char *dir_name(__u8 dir);
const char *action_name(__u8 action);
const char *mode_name(__u8 mode);
const char *df_name(__u8 df);
const char *ecn_name(__u8 ecn);
const char *ipsec_name(__u8 proto);
const char *limit_name(unsigned int limit);
const char *sa_enc_name(const struct sa *sa);

bool proto_parse(const char *text, bool files, int *out);
const char *proto_text(int proto, char out[PROTO_TEXT]);
__u32 dev_parse(const char *text);
const char *dev_text(__u32 dev, char out[DEV_TEXT]);
bool proto_has_ports(int proto);

#endif
