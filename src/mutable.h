/* SPDX-License-Identifier: GPL-2.0 */
/* Header fields that change on the way (RFC 4302 3.3.3.1). Pure. */
#ifndef IPSEC_MUTABLE_H
#define IPSEC_MUTABLE_H

#include <linux/types.h>

bool ipsec_mutable_blank(__u8 *headers, unsigned int len);

#endif /* IPSEC_MUTABLE_H */
