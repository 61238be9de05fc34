/* SPDX-License-Identifier: GPL-2.0 */
/* Where ESP and AH packets arrive: the protocol handlers. */
#ifndef IPSEC_PROTO_H
#define IPSEC_PROTO_H

int ipsec_proto_init(void);
void ipsec_proto_exit(void);

#endif /* IPSEC_PROTO_H */
