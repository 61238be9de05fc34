/* SPDX-License-Identifier: GPL-2.0 */
/* Nodes of the classifier's trees: boxes, packed so that a lookup reads little. Pure. */
#ifndef IPSEC_NODE_H
#define IPSEC_NODE_H

#include "box.h"

/* Entries of a node: an IPv4 node is 1024 bytes then, an IPv6 node just below 2048. */
#define IPSEC_NODE_FANOUT	19
/* Entries of either half when a node is split. */
#define IPSEC_NODE_LEAST	7
/* Levels of a tree: 7^12 selectors are more than there will be. */
#define IPSEC_NODE_LEVELS	12

/**
 * struct ipsec_node - a node of a tree
 * @version: the version of the classifier that made it, see "versions" in classify.c
 * @retired: the next of the nodes that readers may still see
 * @level: 0: a leaf
 * @n: number of entries
 * @words: 32-bit words of an address: 1 or 4
 * @rank: of each entry, the lowest rank in it
 * @last: of an inner node's entries, the highest rank in it
 * @owner: of a leaf's entries, what the lookup returns
 * @child: of each entry, the node below, or in a leaf the selector
 * @box: the boxes of the entries, packed: see node.c
 */
struct ipsec_node {
	__u64 version;
	struct ipsec_node *retired;
	__u8 level;
	__u8 n;
	__u8 words;
	__u64 rank[IPSEC_NODE_FANOUT];
	union {
		__u64 last[IPSEC_NODE_FANOUT];
		void *owner[IPSEC_NODE_FANOUT];
	};
	const void *child[IPSEC_NODE_FANOUT];
	__u32 box[];
};

/**
 * struct ipsec_entry - an entry of a node, unpacked
 * @box: its box
 * @child: as in the node
 * @owner: as in the node, NULL if that is no leaf
 * @take_unknown: in a leaf: IPSEC_MATCH_UNKNOWN counts as a match
 */
struct ipsec_entry {
	struct ipsec_box box;
	const void *child;
	void *owner;
	bool take_unknown;
};

/**
 * struct ipsec_probe - a packet, as packed boxes are compared with it
 * @src: source address, most significant word first, host order
 * @dst: destination address
 * @sport: source port
 * @dport: destination port
 * @proto: protocol
 * @no_ports: the ports are not known: any will do
 * @no_proto: neither is the protocol
 */
struct ipsec_probe {
	__u32 src[4];
	__u32 dst[4];
	__u16 sport;
	__u16 dport;
	__u8 proto;
	bool no_ports;
	bool no_proto;
};

/**
 * struct ipsec_split - memory for splitting a node
 * @entry: the entries of the node
 * @order: numbers of entries, sorted by something
 * @best: the best order so far
 * @before: by place in @order, the box of all up to there
 * @behind: by place in @order, the box of all from there
 */
struct ipsec_split {
	struct ipsec_entry entry[IPSEC_NODE_FANOUT];
	__u8 order[IPSEC_NODE_FANOUT];
	__u8 best[IPSEC_NODE_FANOUT];
	struct ipsec_box before[IPSEC_NODE_FANOUT];
	struct ipsec_box behind[IPSEC_NODE_FANOUT];
};

struct ipsec_node *ipsec_node_create(__u8 words, __u8 level, __u64 version);
struct ipsec_node *ipsec_node_copy(const struct ipsec_node *node, __u64 version);

void ipsec_node_get(const struct ipsec_node *node, unsigned int i, struct ipsec_entry *entry);
void ipsec_node_put(struct ipsec_node *node, unsigned int i, const struct ipsec_entry *entry);
void ipsec_node_remove(struct ipsec_node *node, unsigned int i);
bool ipsec_node_takes_unknown(const struct ipsec_node *node, unsigned int i);
unsigned int ipsec_node_choose(const struct ipsec_node *node, const struct ipsec_box *box,
			       __u32 candidates);
void ipsec_node_entry(struct ipsec_node *node, struct ipsec_entry *entry);
void ipsec_node_split(struct ipsec_node *node, struct ipsec_node *sibling,
		      struct ipsec_split *split);

void ipsec_probe_init(struct ipsec_probe *probe, const struct ipsec_key *key);
__u32 ipsec_node_hits(const struct ipsec_node *node, const struct ipsec_probe *probe, __u64 rank);

#endif /* IPSEC_NODE_H */
