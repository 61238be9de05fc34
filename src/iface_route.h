/* SPDX-License-Identifier: GPL-2.0 */
/* Routes that say which if_id the packets have that they lead into a link. */
#ifndef IPSEC_IFACE_ROUTE_H
#define IPSEC_IFACE_ROUTE_H

void ipsec_iface_route_init(void);
void ipsec_iface_route_exit(void);

#endif /* IPSEC_IFACE_ROUTE_H */
