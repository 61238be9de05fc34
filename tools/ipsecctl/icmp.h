/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the types of ICMP, ICMPv6 and mobility headers. */
#ifndef IPSECCTL_ICMP_H
#define IPSECCTL_ICMP_H

#include "model.h"

bool proto_has_type(int proto);
bool proto_has_code(int proto);
bool type_parse(int proto, const char *text, __u16 *out);
const char *type_name(int proto, __u16 type);

#endif
