// SPDX-License-Identifier: GPL-2.0
/* Datagrams for netlink: written as they should be, and then spoilt. */
#include <string.h>

#include "fuzz.h"

#define ALIGN(len) NLMSG_ALIGN(len)

/* xorshift64* */
uint32_t below(struct rng *rng, uint32_t limit)
{
	rng->state ^= rng->state >> 12;
	rng->state ^= rng->state << 25;
	rng->state ^= rng->state >> 27;
	return (rng->state * 0x2545f4914f6cdd1dULL >> 32) % limit;
}

bool one_in(struct rng *rng, uint32_t n)
{
	return !below(rng, n);
}

/* What computations go wrong with. */
uint32_t odd_number(struct rng *rng)
{
	static const uint32_t odd[] = {
		0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 257, 4095,
		4096, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x10000, 0xfffff, 0x100000, 0x100001,
		0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	};

	if (one_in(rng, 4))
		return below(rng, 0xffffffff);
	return odd[below(rng, sizeof(odd) / sizeof(odd[0]))];
}

/* Return: room for @len bytes and their padding, zeroed; the last of it where there is none. */
static void *extend(struct message *msg, size_t len)
{
	void *at = msg->data + msg->len;

	if (msg->len + ALIGN(len) > ROOM)
		return msg->data + ROOM - ALIGN(len);
	memset(at, 0, ALIGN(len));
	msg->len += ALIGN(len);
	return at;
}

void msg_begin(struct message *msg, uint16_t type, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *nlh;

	msg->start = msg->len;
	msg->n_attrs = 0;
	nlh = extend(msg, sizeof(*nlh));
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = seq;
}

void *msg_body(struct message *msg, size_t len)
{
	return extend(msg, len);
}

void *msg_put(struct message *msg, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr;

	if (msg->n_attrs < ATTRS_MAX)
		msg->attrs[msg->n_attrs++] = msg->len;
	attr = extend(msg, NLA_HDRLEN + len);
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy(attr + 1, data, len);
	return attr + 1;
}

void msg_put_u8(struct message *msg, uint16_t type, uint8_t value)
{
	msg_put(msg, type, &value, sizeof(value));
}

void msg_put_u16(struct message *msg, uint16_t type, uint16_t value)
{
	msg_put(msg, type, &value, sizeof(value));
}

void msg_put_u32(struct message *msg, uint16_t type, uint32_t value)
{
	msg_put(msg, type, &value, sizeof(value));
}

void msg_put_u64(struct message *msg, uint16_t type, uint64_t value)
{
	msg_put(msg, type, &value, sizeof(value));
}

size_t msg_nest(struct message *msg, uint16_t type)
{
	size_t nest = msg->len;

	msg_put(msg, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void msg_nest_end(struct message *msg, size_t nest)
{
	struct nlattr *attr = (struct nlattr *)(msg->data + nest);

	attr->nla_len = msg->len - nest;
}

void msg_end(struct message *msg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(msg->data + msg->start);

	nlh->nlmsg_len = msg->len - msg->start;
}

/* --- to spoil it ------------------------------------------------------------------------ */

static struct nlattr *attr_at(struct message *msg, unsigned int i)
{
	return (struct nlattr *)(msg->data + msg->attrs[i]);
}

/* Whatever encloses what begins at @at is longer by @bytes, or shorter. */
static void grow(struct message *msg, uint32_t at, int bytes)
{
	unsigned int i;

	for (i = 0; i < msg->n_attrs; i++) {
		uint32_t begin = msg->attrs[i];
		struct nlattr *attr = attr_at(msg, i);

		if (begin < at && begin + attr->nla_len > at)
			attr->nla_len += bytes;
	}
	for (i = 0; i < msg->n_attrs; i++)
		if (msg->attrs[i] > at)
			msg->attrs[i] += bytes;
	msg->len += bytes;
	msg_end(msg);
}

static void drop_attr(struct message *msg, struct rng *rng)
{
	unsigned int i = below(rng, msg->n_attrs);
	uint32_t at = msg->attrs[i], len = ALIGN(attr_at(msg, i)->nla_len);

	if (at + len > msg->len)
		return;
	memmove(msg->data + at, msg->data + at + len, msg->len - at - len);
	/* Those within it are gone as well: none of them is looked at again. */
	grow(msg, at, -(int)len);
	msg->n_attrs = 0;
}

static void repeat_attr(struct message *msg, struct rng *rng)
{
	unsigned int i = below(rng, msg->n_attrs), times = one_in(rng, 8) ? 100 : 1;
	uint32_t at = msg->attrs[i], len = ALIGN(attr_at(msg, i)->nla_len);

	while (times--) {
		if (msg->len + len > ROOM / 2 || at + len > msg->len)
			return;
		memmove(msg->data + at + len, msg->data + at, msg->len - at);
		grow(msg, at, len);
	}
}

static void wrong_length(struct message *msg, struct rng *rng)
{
	struct nlattr *attr = attr_at(msg, below(rng, msg->n_attrs));

	if (one_in(rng, 3))
		attr->nla_len = odd_number(rng);
	else
		attr->nla_len += (int)below(rng, 17) - 8;
}

static void wrong_type(struct message *msg, struct rng *rng)
{
	struct nlattr *attr = attr_at(msg, below(rng, msg->n_attrs));

	if (one_in(rng, 3))
		attr->nla_type ^= NLA_F_NESTED;
	else if (one_in(rng, 4))
		attr->nla_type = odd_number(rng);
	else
		attr->nla_type = below(rng, 60) | (attr->nla_type & NLA_F_NESTED);
}

static void wrong_value(struct message *msg, struct rng *rng)
{
	struct nlattr *attr = attr_at(msg, below(rng, msg->n_attrs));
	uint32_t number = odd_number(rng), len = attr->nla_len;

	if (len <= NLA_HDRLEN || (uint8_t *)attr + len > msg->data + msg->len)
		return;
	len -= NLA_HDRLEN;
	if (len > sizeof(number) && one_in(rng, 2))
		((uint8_t *)(attr + 1))[below(rng, len)] = number;
	else
		memcpy(attr + 1, &number, len < sizeof(number) ? len : sizeof(number));
}

/* An attribute that was not asked for, at the end. */
static void surplus(struct message *msg, struct rng *rng)
{
	size_t len = one_in(rng, 10) ? below(rng, 20000) : below(rng, 100);
	uint8_t *data = msg_put(msg, below(rng, 50), NULL, len);
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = below(rng, 256);
	msg_end(msg);
}

/* A word somewhere behind the header of netlink, the fixed part as well. */
static void wrong_word(struct message *msg, struct rng *rng)
{
	size_t from = msg->start + NLMSG_HDRLEN, words = (msg->len - from) / 4;
	uint32_t number = odd_number(rng);
	uint8_t *at;

	if (!words)
		return;
	at = msg->data + from + 4 * below(rng, words);
	switch (below(rng, 3)) {
	case 0:
		memcpy(at, &number, sizeof(number));
		break;
	case 1:
		at[below(rng, 4)] = number;
		break;
	default:
		at[below(rng, 4)] ^= 1 << below(rng, 8);
	}
}

static void wrong_header(struct message *msg, struct rng *rng)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)(msg->data + msg->start);

	switch (below(rng, 6)) {
	case 0:
		nlh->nlmsg_flags ^= 1 << below(rng, 12);
		break;
	case 1:
		nlh->nlmsg_type = nlh->nlmsg_type == family_id ? family_id :
				  XFRM_MSG_BASE + below(rng, 40);
		break;
	case 2:
		nlh->nlmsg_pid = odd_number(rng);
		break;
	case 3:
		nlh->nlmsg_len = one_in(rng, 2) ? odd_number(rng) :
				 nlh->nlmsg_len + below(rng, 9) - 4;
		break;
	default:
		/* cut: the length is right, but what is there is not all */
		nlh->nlmsg_len = NLMSG_HDRLEN + below(rng, msg->len - msg->start - NLMSG_HDRLEN + 1);
		msg->len = msg->start + ALIGN(nlh->nlmsg_len);
	}
}

/* Once or several times; what was spoilt before may be spoilt again. */
void msg_spoil(struct message *msg, struct rng *rng)
{
	static void (*const of_attr[])(struct message *msg, struct rng *rng) = {
		drop_attr, repeat_attr, wrong_length, wrong_type, wrong_value, wrong_value,
	};
	static void (*const of_all[])(struct message *msg, struct rng *rng) = {
		wrong_word, wrong_word, surplus, wrong_header,
	};

	do {
		if (msg->n_attrs && !one_in(rng, 3))
			of_attr[below(rng, 6)](msg, rng);
		else
			of_all[below(rng, 4)](msg, rng);
		/* Their places are no longer known for sure. */
		while (msg->n_attrs && msg->attrs[msg->n_attrs - 1] + NLA_HDRLEN > msg->len)
			msg->n_attrs--;
	} while (one_in(rng, 3));
}
