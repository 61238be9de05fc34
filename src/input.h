/* SPDX-License-Identifier: GPL-2.0 */
/* The input path (RFC 4301 5.2). */
#ifndef IPSEC_INPUT_H
#define IPSEC_INPUT_H

#include "net.h"

int ipsec_input_init(void);
void ipsec_input_exit(void);
int ipsec_input(struct sk_buff *skb, u8 proto);

#endif /* IPSEC_INPUT_H */
