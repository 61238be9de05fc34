/* SPDX-License-Identifier: GPL-2.0 */
/* Where packets meet the policies: the netfilter hooks. */
#ifndef IPSEC_HOOKS_H
#define IPSEC_HOOKS_H

#include "net.h"

void ipsec_hooks_init(void);
int ipsec_hooks_need(struct ipsec_net *inet);
void ipsec_hooks_exit(struct ipsec_net *inet);

#endif /* IPSEC_HOOKS_H */
