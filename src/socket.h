/* SPDX-License-Identifier: GPL-2.0 */
/* Policies that a program has set on a socket of its own. */
#ifndef IPSEC_SOCKET_H
#define IPSEC_SOCKET_H

#include "net.h"
#include "types.h"

struct ipsec_policy;
struct sk_buff;

#define IPSEC_SOCKET_POLICIES	1024	/* of a namespace that differ from each other */

int ipsec_socket_net_init(struct ipsec_net *inet);
void ipsec_socket_net_exit(struct ipsec_net *inet);

struct ipsec_policy *ipsec_socket_policy_create(struct ipsec_net *inet);
void ipsec_socket_policy_free(struct ipsec_policy *policy);
int ipsec_socket_policy_keep(struct ipsec_policy *policy);

bool ipsec_socket_out(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_key *key,
		      struct ipsec_policy **policy, u8 *action);
bool ipsec_socket_in(struct ipsec_net *inet, struct sk_buff *skb, const struct ipsec_key *key);

#endif /* IPSEC_SOCKET_H */
