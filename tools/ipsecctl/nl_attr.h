/* SPDX-License-Identifier: GPL-2.0 */
/* The data model as attributes, both ways; for nl.c alone. */
#ifndef IPSECCTL_NL_ATTR_H
#define IPSECCTL_NL_ATTR_H

#include <libmnl/libmnl.h>

#include "model.h"

/* bytes that one operation of a batch may take: a nest cannot be longer */
#define NL_OP_MAX 65536

void nl_put_sa(struct nlmsghdr *nlh, const struct sa *sa, bool name_only);
void nl_put_defaults(struct nlmsghdr *nlh, const struct defaults *d, bool del);
void nl_put_policy(struct nlmsghdr *nlh, const struct policy *p, bool name_only);

void nl_get_sa(const struct nlattr *nest, struct sa *sa);
void nl_get_defaults(const struct nlattr *nest, struct defaults *d);
void nl_get_policy(const struct nlattr *nest, struct policy *p);
void nl_get_addr(const struct nlattr *a, struct ip_addr *out);
void nl_get_selector(const struct nlattr *nest, struct selector *sel);
void nl_get_counters(const struct nlattr *nest, struct stats *st);

#endif
