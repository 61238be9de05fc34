/* SPDX-License-Identifier: GPL-2.0 */
/* A packet that can be looked at. As the kernel's, it may lie partly in a page. */
#ifndef SHIM_LINUX_SKBUFF_H
#define SHIM_LINUX_SKBUFF_H

#include <asm/byteorder.h>
#include <linux/if_ether.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <string.h>

#define ntohs(x)	__be16_to_cpu(x)
#define ntohl(x)	__be32_to_cpu(x)
#define htons(x)	__cpu_to_be16(x)

/**
 * struct sk_buff - a packet
 * @data: its first bytes
 * @page: the others
 * @len: all its bytes
 * @data_len: those in @page
 * @network: where its IP header begins, from @data on
 */
struct sk_buff {
	u8 *data;
	u8 *page;
	unsigned int len;
	unsigned int data_len;
	int network;
};

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return skb->network;
}

static inline u8 *skb_network_header(const struct sk_buff *skb)
{
	return skb->data + skb->network;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset, int len, void *buffer)
{
	int linear = skb->len - skb->data_len, i;

	if (offset + len <= linear)
		return skb->data + offset;
	if (offset + len > (int)skb->len)
		return NULL;
	for (i = 0; i < len; i++, offset++)
		((u8 *)buffer)[i] = offset < linear ? skb->data[offset] :
						      skb->page[offset - linear];
	return buffer;
}

#endif /* SHIM_LINUX_SKBUFF_H */
