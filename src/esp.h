/* SPDX-License-Identifier: GPL-2.0 */
/* The Encapsulating Security Payload (RFC 4303). */
#ifndef IPSEC_ESP_H
#define IPSEC_ESP_H

#include "xform.h"

extern const struct ipsec_xform ipsec_esp;

#endif /* IPSEC_ESP_H */
