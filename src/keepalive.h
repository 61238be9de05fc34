/* SPDX-License-Identifier: GPL-2.0 */
/* NAT keepalives (RFC 3948 2.3). */
#ifndef IPSEC_KEEPALIVE_H
#define IPSEC_KEEPALIVE_H

struct ipsec_net;

int ipsec_keepalive_init(struct ipsec_net *inet);
void ipsec_keepalive_exit(struct ipsec_net *inet);
void ipsec_keepalive_listen(void);

#endif /* IPSEC_KEEPALIVE_H */
