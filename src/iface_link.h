/* SPDX-License-Identifier: GPL-2.0 */
/* How links of kind xfrm are made. */
#ifndef IPSEC_IFACE_LINK_H
#define IPSEC_IFACE_LINK_H

#include <linux/list.h>

void ipsec_iface_link_init(void);
void ipsec_iface_link_exit(void);
void ipsec_iface_link_stop(struct list_head *nets);

#endif /* IPSEC_IFACE_LINK_H */
