/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoint nfipsec:ipsec_drop: every packet that dies, with its reason. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nfipsec

#if !defined(IPSEC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define IPSEC_TRACE_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>

#include "stats.h"

#define IPSEC_TRACE_ENUM(NAME, text) TRACE_DEFINE_ENUM(IPSEC_##NAME);
IPSEC_DROPS(IPSEC_TRACE_ENUM)
#undef IPSEC_TRACE_ENUM

#define IPSEC_TRACE_SYMBOL(NAME, text) { IPSEC_##NAME, #NAME },

TRACE_EVENT(ipsec_drop,
	TP_PROTO(const struct sk_buff *skb, enum ipsec_stat reason, u32 spi),
	TP_ARGS(skb, reason, spi),
	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(unsigned int, len)
		__field(u32, spi)
		__field(u16, reason)
	),
	TP_fast_assign(
		__entry->skb = skb;
		__entry->len = skb->len;
		__entry->spi = spi;
		__entry->reason = reason;
	),
	TP_printk("skb=%p len=%u spi=0x%08x reason=%s", __entry->skb, __entry->len,
		  __entry->spi,
		  __print_symbolic(__entry->reason, IPSEC_DROPS(IPSEC_TRACE_SYMBOL) { -1, "" }))
);

#endif /* IPSEC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
