/* SPDX-License-Identifier: GPL-2.0 */
/* The Authentication Header (RFC 4302). */
#ifndef IPSEC_AH_H
#define IPSEC_AH_H

#include "xform.h"

extern const struct ipsec_xform ipsec_ah;

#endif /* IPSEC_AH_H */
