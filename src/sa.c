// SPDX-License-Identifier: GPL-2.0
/* Security associations and their database, the SADB (RFC 4301 4.4.2). */
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/timekeeping.h>

#include "clock.h"
#include "sa.h"

/**
 * struct ipsec_sadb - the SADB of a namespace
 * @by_id: SAs by protocol, destination and SPI; an SA and the one that replaces it in a
 *         transaction are both there for a moment, and so are those that differ in their
 *         sources or marks for as long as they like [R]
 * @by_dst: struct sa_dst by protocol, destination and if_id [R]
 * @by_number: SAs in the order of their creation [R]
 * @last_number: number given last [C]
 * @n: how many there are [C]
 */
struct ipsec_sadb {
	struct rhltable by_id;
	struct rhashtable by_dst;
	struct xarray by_number;
	u32 last_number;
	u32 n;
};

/**
 * struct sa_dst - the SAs of a protocol to a destination, of an if_id
 * @id: with the if_id in the place of the SPI [I]
 * @node: in the SADB [R]
 * @sas: them, by by_dst. A gateway has very many that end at itself, and any of them may be
 *       the next to go [R]
 * @rcu: frees it
 */
struct sa_dst {
	struct ipsec_sa_id id;
	struct rhash_head node;
	struct list_head sas;
	struct rcu_head rcu;
};

static const struct rhashtable_params by_id_params = {
	.key_len = sizeof(struct ipsec_sa_id),
	.key_offset = offsetof(struct ipsec_sa, id),
	.head_offset = offsetof(struct ipsec_sa, by_id),
	.automatic_shrinking = true,
};

static const struct rhashtable_params by_dst_params = {
	.key_len = sizeof(struct ipsec_sa_id),
	.key_offset = offsetof(struct sa_dst, id),
	.head_offset = offsetof(struct sa_dst, node),
	.automatic_shrinking = true,
};

static struct ipsec_counter_pool sa_counters = {
	.lock = __SPIN_LOCK_UNLOCKED(sa_counters.lock),
	.roomy = LIST_HEAD_INIT(sa_counters.roomy),
	.size = sizeof(struct ipsec_sa_cpu),
};

/**
 * ipsec_sadb_init() - an empty SADB for a new namespace
 * @inet: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ipsec_sadb_init(struct ipsec_net *inet)
{
	struct ipsec_sadb *sadb;
	int err;

	sadb = kzalloc(sizeof(*sadb), GFP_KERNEL);
	if (!sadb)
		return -ENOMEM;
	err = rhltable_init(&sadb->by_id, &by_id_params);
	if (err)
		goto free_sadb;
	err = rhashtable_init(&sadb->by_dst, &by_dst_params);
	if (err)
		goto destroy_by_id;
	xa_init_flags(&sadb->by_number, XA_FLAGS_ALLOC1);
	inet->sadb = sadb;
	return 0;

destroy_by_id:
	rhltable_destroy(&sadb->by_id);
free_sadb:
	kfree(sadb);
	return err;
}

/**
 * ipsec_sadb_exit() - free the SADB of a namespace
 * @inet: the namespace; its SADB is empty and no packet can look any more
 */
void ipsec_sadb_exit(struct ipsec_net *inet)
{
	WARN_ON(!ipsec_sadb_empty(inet));
	rhltable_destroy(&inet->sadb->by_id);
	rhashtable_destroy(&inet->sadb->by_dst);
	xa_destroy(&inet->sadb->by_number);
	kfree(inet->sadb);
}

static void sa_free(struct ipsec_sa *sa)
{
	sa->xform->exit(sa);
	if (sa->cpu)
		ipsec_counter_put(&sa_counters, sa->cpu_chunk, sa->cpu);
	ipsec_quota_free(rcu_access_pointer(sa->quota));
	kvfree(sa->replay);
	kfree(sa->outer.dscp_map);
	kfree(sa->selector);
	kfree_sensitive(sa->keys);
	kfree(sa->front);
	kfree(sa);
	module_put(THIS_MODULE);
}

static void sa_free_work(struct work_struct *work)
{
	sa_free(container_of(to_rcu_work(work), struct ipsec_sa, free_work));
}

/**
 * ipsec_sa_put() - give a reference back
 * @sa: the SA; freed with the last one, in process context, after a grace period
 *
 * Any context.
 */
void ipsec_sa_put(struct ipsec_sa *sa)
{
	if (refcount_dec_and_test(&sa->refcnt))
		queue_rcu_work(ipsec_wq, &sa->free_work);
}

static void sa_retired(struct rcu_head *head)
{
	ipsec_sa_put(container_of(head, struct ipsec_sa, retired));
}

/**
 * ipsec_sa_retire() - give the reference of the SADB back
 * @sa: an SA that has left the SADB
 *
 * After a grace period: who has found the SA in the SADB can take a reference as long as its
 * RCU read-side section lasts. Any context.
 */
void ipsec_sa_retire(struct ipsec_sa *sa)
{
	call_rcu(&sa->retired, sa_retired);
}

/**
 * ipsec_sa_settle() - wait until all SAs that were deleted are freed
 *
 * So that the module can be unloaded when the command that flushed returns. Those that
 * are still used by packets under way are not waited for. Process context.
 */
void ipsec_sa_settle(void)
{
	/* Who tells of the ends of SAs holds references to them. */
	flush_workqueue(ipsec_wq);
	/* The SADB and bundles give references back, dsts go, and SAs: each in an RCU callback. */
	rcu_barrier();
	rcu_barrier();
	rcu_barrier();
	flush_workqueue(ipsec_wq);
	/* Versions of the SPD went in there, and with them couples. */
	rcu_barrier();
}

static int sa_copy_keys(struct ipsec_sa *sa, const struct ipsec_sa_config *config)
{
	size_t len = config->enc_key_len + config->auth_key_len;

	if (!len)
		return 0;
	sa->keys = kmalloc(len, GFP_KERNEL);
	if (!sa->keys)
		return -ENOMEM;
	memcpy(sa->keys, config->enc_key, config->enc_key_len);
	memcpy(sa->keys + config->enc_key_len, config->auth_key, config->auth_key_len);
	sa->enc_key_len = config->enc_key_len;
	sa->auth_key_len = config->auth_key_len;
	return 0;
}

static int sa_copy_selectors(struct ipsec_sa *sa, const struct ipsec_sa_config *config)
{
	if (!config->n_selectors)
		return 0;
	sa->selector = kmemdup(config->selector, config->n_selectors * sizeof(*sa->selector),
			       GFP_KERNEL);
	if (!sa->selector)
		return -ENOMEM;
	sa->n_selectors = config->n_selectors;
	return 0;
}

static int sa_copy_outer(struct ipsec_sa *sa, const struct ipsec_sa_config *config)
{
	sa->outer = config->outer;
	if (!config->outer.dscp_map)
		return 0;
	sa->outer.dscp_map = kmemdup(config->outer.dscp_map, NFIPSEC_DSCP_COUNT, GFP_KERNEL);
	return sa->outer.dscp_map ? 0 : -ENOMEM;
}

static void sa_init(struct ipsec_sa *sa, struct ipsec_net *inet,
		    const struct ipsec_sa_config *config)
{
	sa->id = config->id;
	sa->src = config->src;
	sa->xform = ipsec_xform_find(config->id.proto);
	sa->reqid = config->reqid;
	sa->flags = config->flags;
	sa->mode = config->mode;
	sa->tfc = config->tfc;
	sa->keepalive = config->keepalive;
	sa->encap = config->encap;
	sa->mark = config->mark;
	sa->set_mark = config->set_mark;
	sa->if_id = config->if_id;
	sa->mapping.addr = config->src;
	sa->mapping.port = config->encap.sport;
	spin_lock_init(&sa->mapping_lock);
	spin_lock_init(&sa->pmtu_lock);
	sa->inet = inet;
	refcount_set(&sa->refcnt, 1);
	INIT_LIST_HEAD(&sa->txn_node);
	RB_CLEAR_NODE(&sa->deadline_node);
	INIT_LIST_HEAD(&sa->keepalive_node);
	INIT_RCU_WORK(&sa->free_work, sa_free_work);
	sa->add_time = config->past.added ?: ipsec_clock_now();
	sa->enc = config->enc;
	sa->auth = config->auth;
	get_random_bytes(&sa->iv_base, sizeof(sa->iv_base));
	atomic64_set(&sa->seq, config->seq_out);
}

/* Counters are summed over all CPUs: any will do. */
static void set_past(struct ipsec_sa *sa, const struct ipsec_past *past)
{
	struct ipsec_sa_cpu *cpu = per_cpu_ptr(sa->cpu, cpumask_first(cpu_possible_mask));

	cpu->packets = past->packets;
	cpu->bytes = past->bytes;
	cpu->first_time = past->first;
}

static int sa_set_limits(struct ipsec_sa *sa, const struct ipsec_sa_config *config)
{
	struct ipsec_quota *quota;

	if (ipsec_limits_none(&config->limits))
		return 0;
	quota = ipsec_quota_create(&config->limits, &config->past);
	RCU_INIT_POINTER(sa->quota, quota);
	return quota ? 0 : -ENOMEM;
}

/**
 * ipsec_sa_create() - make an SA that is in no SADB yet
 * @inet: the namespace
 * @config: checked by the front end; keys are copied. A larval SA needs none
 * @extack: a sentence if it fails
 *
 * Process context. The SA pins the module.
 *
 * Return: an SA with one reference, or an ERR_PTR.
 */
struct ipsec_sa *ipsec_sa_create(struct ipsec_net *inet, const struct ipsec_sa_config *config,
				 struct netlink_ext_ack *extack)
{
	struct ipsec_sa *sa;
	int err = -ENOMEM;

	sa = kzalloc(sizeof(*sa), GFP_KERNEL);
	if (!sa)
		return ERR_PTR(-ENOMEM);
	__module_get(THIS_MODULE);
	sa_init(sa, inet, config);
	sa->cpu = ipsec_counter_get(&sa_counters, &sa->cpu_chunk);
	if (!sa->cpu)
		goto free_sa;
	sa->replay = kvmalloc(ipsec_replay_bytes(config->replay_window), GFP_KERNEL);
	if (!sa->replay)
		goto free_sa;
	ipsec_replay_init(sa->replay, config->replay_window, config->seq_in);
	set_past(sa, &config->past);
	err = sa_set_limits(sa, config) ?: sa_copy_keys(sa, config) ?:
	      sa_copy_outer(sa, config) ?:
	      sa_copy_selectors(sa, config);
	if (!err && !ipsec_sa_is_larval(sa))
		err = sa->xform->init(sa, config, extack);
	if (err)
		goto free_sa;
	sa->front = config->front;
	return sa;

free_sa:
	sa_free(sa);
	return ERR_PTR(err);
}

/**
 * ipsec_sa_past() - what an SA has behind it
 * @sa: the SA
 * @past: filled
 */
void ipsec_sa_past(const struct ipsec_sa *sa, struct ipsec_past *past)
{
	struct ipsec_sa_sums sums;

	ipsec_sa_sum(sa, &sums);
	past->packets = sums.packets;
	past->bytes = sums.bytes;
	past->added = sa->add_time;
	past->first = sums.first_time;
}

/**
 * ipsec_sa_config_of() - what one would ask for to get an SA like another
 * @sa: the SA, config held; not larval
 * @config: filled; what it points to is the SA's. There is no front
 *
 * Where it stands is part of it: sequence numbers, and what it has behind it.
 */
void ipsec_sa_config_of(const struct ipsec_sa *sa, struct ipsec_sa_config *config)
{
	const struct ipsec_quota *quota = ipsec_sa_quota(sa);

	memset(config, 0, sizeof(*config));
	config->id = sa->id;
	config->src = sa->src;
	config->mode = sa->mode;
	config->reqid = sa->reqid;
	config->replay_window = sa->replay->size;
	config->flags = sa->flags;
	config->seq_out = ipsec_sa_seq_sent(sa);
	config->seq_in = atomic64_read(&sa->replay->top);
	config->encap = sa->encap;
	config->mark = sa->mark;
	config->set_mark = sa->set_mark;
	config->if_id = sa->if_id;
	config->selector = sa->selector;
	config->n_selectors = sa->n_selectors;
	if (quota)
		config->limits = quota->limits;
	ipsec_sa_past(sa, &config->past);
	config->enc = sa->enc;
	config->auth = sa->auth;
	config->enc_key = sa->keys;
	config->auth_key = sa->keys + sa->enc_key_len;
	config->enc_key_len = sa->enc_key_len;
	config->auth_key_len = sa->auth_key_len;
	config->outer = sa->outer;
	config->tfc = sa->tfc;
	config->keepalive = sa->keepalive;
}

/**
 * ipsec_sa_pause() - send no more packets with an SA, for the time being
 * @sa: an SA in the SADB, config held
 *
 * Packets wait as they do where there is no SA, but none is asked for. Process context. When this
 * returns no packet is between the choice of the SA and its sequence number.
 */
void ipsec_sa_pause(struct ipsec_sa *sa)
{
	lockdep_assert_held(&sa->inet->config);
	WRITE_ONCE(sa->use, IPSEC_SA_PAUSES);
	ipsec_net_sadb_changed(sa->inet);
	synchronize_rcu();
}

/**
 * ipsec_sa_resume() - send packets with an SA that pauses, unless its lifetime is over by now
 * @sa: an SA in the SADB, config held
 */
void ipsec_sa_resume(struct ipsec_sa *sa)
{
	lockdep_assert_held(&sa->inet->config);
	xchg(&sa->use, IPSEC_SA_SENDS);
	/* Whoever has ended it meanwhile has left it as it was: pairs with mark() in expire.c. */
	if (atomic_read(&sa->due) & IPSEC_DUE_HARD)
		WRITE_ONCE(sa->use, IPSEC_SA_ENDED);
	ipsec_net_sadb_changed(sa->inet);
}

static bool name_is(const struct ipsec_sa *sa, const union ipsec_addr *src)
{
	const union ipsec_addr *own = ipsec_sa_name_src(sa);

	return own && src ? !ipsec_addr_cmp(own, src, sa->id.family) : own == src;
}

/**
 * ipsec_sadb_find() - the SA of a name that the running transaction will leave in the SADB
 * @inet: the namespace, config held
 * @id: name
 * @src: source, NULL: it is not part of the name
 * @mark: the mark that it is for
 *
 * If there is none for just this mark, then one for packets that have it, the newest, as in the
 * kernel's own stack.
 *
 * Return: the SA, or NULL.
 */
struct ipsec_sa *ipsec_sadb_find(struct ipsec_net *inet, const struct ipsec_sa_id *id,
				 const union ipsec_addr *src, const struct ipsec_mark *mark)
{
	struct ipsec_sa *sa, *found = NULL, *fits = NULL;
	struct rhlist_head *list, *pos;

	lockdep_assert_held(&inet->config);
	rcu_read_lock();
	list = rhltable_lookup(&inet->sadb->by_id, id, by_id_params);
	rhl_for_each_entry_rcu(sa, pos, list, by_id) {
		if (!name_is(sa, src) || (sa->txn_state & IPSEC_TXN_DOOMED))
			continue;
		if (sa->mark.mask == mark->mask && sa->mark.value == mark->value)
			found = sa;
		else if (ipsec_mark_fits(&sa->mark, mark->value))
			fits = fits ?: sa;
	}
	rcu_read_unlock();
	return found ?: fits;
}

static int insert_by_dst(struct ipsec_sadb *sadb, struct ipsec_sa *sa)
{
	struct ipsec_sa_id key = ipsec_sa_towards(&sa->id, sa->if_id);
	struct sa_dst *to = rhashtable_lookup_fast(&sadb->by_dst, &key, by_dst_params);
	int err;

	if (!to) {
		to = kzalloc(sizeof(*to), GFP_KERNEL);
		if (!to)
			return -ENOMEM;
		to->id = key;
		INIT_LIST_HEAD(&to->sas);
		err = rhashtable_insert_fast(&sadb->by_dst, &to->node, by_dst_params);
		if (err) {
			kfree(to);
			return err;
		}
	}
	sa->to = to;
	list_add_rcu(&sa->by_dst, &to->sas);
	return 0;
}

static void remove_by_dst(struct ipsec_sadb *sadb, struct ipsec_sa *sa)
{
	struct sa_dst *to = sa->to;

	list_del_rcu(&sa->by_dst);
	if (!list_empty(&to->sas))
		return;
	rhashtable_remove_fast(&sadb->by_dst, &to->node, by_dst_params);
	kfree_rcu(to, rcu);
}

/* The route of protected packets is chosen by their marks: by those bits that are not set. */
static u32 kept_marks(const struct ipsec_sa *sa)
{
	return sa->set_mark.mask ? ~sa->set_mark.mask : 0;
}

/**
 * ipsec_sadb_insert() - add an SA to its SADB
 * @sa: from ipsec_sa_create(); its reference becomes the SADB's
 * @extack: a sentence if it fails
 *
 * Config mutex. Packets can find it at once.
 *
 * Return: 0, -EEXIST or -ENOMEM; if it fails the reference stays the caller's.
 */
int ipsec_sadb_insert(struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	struct ipsec_sadb *sadb = sa->inet->sadb;
	int err;

	lockdep_assert_held(&sa->inet->config);
	if (ipsec_sadb_find(sa->inet, &sa->id, ipsec_sa_name_src(sa), &sa->mark)) {
		if (ipsec_sa_name_src(sa))
			NL_SET_ERR_MSG(extack, "An SA with this SPI, destination, protocol and source exists already");
		else if (sa->mark.mask)
			NL_SET_ERR_MSG(extack, "An SA with this SPI, destination and protocol exists already for this mark");
		else
			NL_SET_ERR_MSG(extack, "An SA with this SPI, destination and protocol exists already");
		return -EEXIST;
	}
	err = xa_alloc(&sadb->by_number, &sa->number, NULL,
		       XA_LIMIT(sadb->last_number + 1, U32_MAX), GFP_KERNEL);
	if (err)
		goto fail;
	err = rhltable_insert(&sadb->by_id, &sa->by_id, by_id_params);
	if (err)
		goto erase_number;
	err = insert_by_dst(sadb, sa);
	if (err)
		goto remove_by_id;
	sadb->last_number = sa->number;
	sadb->n++;
	xa_store(&sadb->by_number, sa->number, sa, GFP_KERNEL);
	ipsec_net_use_marks(sa->inet, kept_marks(sa));
	ipsec_net_use_devs(sa->inet, ipsec_selectors_devs(sa->selector, sa->n_selectors));
	ipsec_net_sadb_changed(sa->inet);
	return 0;

remove_by_id:
	rhltable_remove(&sadb->by_id, &sa->by_id, by_id_params);
erase_number:
	xa_erase(&sadb->by_number, sa->number);
fail:
	NL_SET_ERR_MSG(extack, "The kernel has no memory for another SA");
	return -ENOMEM;
}

/**
 * ipsec_sadb_remove() - take an SA out of its SADB
 * @sa: the SA; the SADB's reference becomes the caller's
 *
 * Config mutex. New packets no longer find it; those under way may end with it.
 */
void ipsec_sadb_remove(struct ipsec_sa *sa)
{
	struct ipsec_sadb *sadb = sa->inet->sadb;

	lockdep_assert_held(&sa->inet->config);
	WRITE_ONCE(sa->use, sa->use == IPSEC_SA_PAUSES ? IPSEC_SA_SUCCEEDED : IPSEC_SA_ENDED);
	rhltable_remove(&sadb->by_id, &sa->by_id, by_id_params);
	remove_by_dst(sadb, sa);
	xa_erase(&sadb->by_number, sa->number);
	sadb->n--;
	ipsec_net_unuse_marks(sa->inet, kept_marks(sa));
	ipsec_net_unuse_devs(sa->inet, ipsec_selectors_devs(sa->selector, sa->n_selectors));
	ipsec_net_sadb_changed(sa->inet);
}

/**
 * ipsec_sadb_next() - walk the SADB in the order of creation
 * @inet: the namespace
 * @number: number of the SA before, 0 to begin
 *
 * RCU read-side section or config mutex. A walk may stop and go on later.
 *
 * Return: the next SA, or NULL.
 */
struct ipsec_sa *ipsec_sadb_next(struct ipsec_net *inet, u32 number)
{
	unsigned long index = number;

	return xa_find_after(&inet->sadb->by_number, &index, ULONG_MAX, XA_PRESENT);
}

/**
 * ipsec_sadb_number() - how many SAs there are
 * @inet: the namespace, config held
 * @buckets: filled with the size of the table that finds them
 *
 * Return: the number.
 */
u32 ipsec_sadb_number(struct ipsec_net *inet, u32 *buckets)
{
	lockdep_assert_held(&inet->config);
	rcu_read_lock();
	*buckets = rcu_dereference(inet->sadb->by_id.ht.tbl)->size;
	rcu_read_unlock();
	return inet->sadb->n;
}

/**
 * ipsec_sadb_empty() - whether a namespace has no SA
 * @inet: the namespace
 *
 * Any context.
 *
 * Return: true if there is none.
 */
bool ipsec_sadb_empty(struct ipsec_net *inet)
{
	return xa_empty(&inet->sadb->by_number);
}

/* Those with a source of their own first, then the one for all sources. */
static struct ipsec_sa *lookup_dst(struct ipsec_net *inet, const struct ipsec_sa_id *id,
				   const union ipsec_addr *src, u32 mark)
{
	struct ipsec_sa *sa, *of_all = NULL;
	struct rhlist_head *list, *pos;

	list = rhltable_lookup(&inet->sadb->by_id, id, by_id_params);
	rhl_for_each_entry_rcu(sa, pos, list, by_id) {
		if (!ipsec_mark_fits(&sa->mark, mark))
			continue;
		if (!ipsec_sa_name_src(sa))
			of_all = of_all ?: sa;
		else if (name_is(sa, src))
			return sa;
	}
	return of_all;
}

/**
 * ipsec_sa_lookup() - find the SA of a packet that arrived
 * @inet: the namespace
 * @id: SPI, protocol and destination of the packet
 * @src: its source
 * @mark: its mark
 *
 * The order of RFC 4301 4.1: SPI, destination and source; SPI and destination; SPI. The
 * protocol always counts, and so does the mark; of several SAs that it fits, the newest. RCU
 * read-side section.
 *
 * Return: the SA, or NULL.
 */
struct ipsec_sa *ipsec_sa_lookup(struct ipsec_net *inet, const struct ipsec_sa_id *id,
				 const union ipsec_addr *src, u32 mark)
{
	struct ipsec_sa *sa = lookup_dst(inet, id, src, mark);
	struct ipsec_sa_id open = *id;

	if (sa)
		return sa;
	memset(&open.dst, 0, sizeof(open.dst));
	return lookup_dst(inet, &open, src, mark);
}

/**
 * ipsec_sa_mode() - the mode in which an SA is used for a packet to be sent
 * @sa: an SA that fits
 * @wanted: what was asked for
 *
 * One that leaves its mode open has that of the policy. If the policy leaves it open as well,
 * the packets between the ends of the SA themselves are protected in transport mode, and
 * others, which transport mode cannot protect, in tunnel mode.
 *
 * Return: NFIPSEC_MODE_TRANSPORT or NFIPSEC_MODE_TUNNEL.
 */
u8 ipsec_sa_mode(const struct ipsec_sa *sa, const struct ipsec_sa_wanted *wanted)
{
	u16 family = sa->id.family;

	if (sa->mode != NFIPSEC_MODE_ANY)
		return sa->mode;
	if (wanted->mode != NFIPSEC_MODE_ANY)
		return wanted->mode;
	if (wanted->packet_family != family ||
	    ipsec_addr_cmp(wanted->packet_dst, &sa->id.dst, family) ||
	    ipsec_addr_cmp(wanted->packet_src, &sa->src, family))
		return NFIPSEC_MODE_TUNNEL;
	return NFIPSEC_MODE_TRANSPORT;
}

static bool src_is_wanted(const struct ipsec_sa *sa, const struct ipsec_sa_wanted *wanted)
{
	const union ipsec_addr *src = wanted->src;

	if (ipsec_sa_mode(sa, wanted) == NFIPSEC_MODE_TRANSPORT)
		src = wanted->packet_src;
	return !src || ipsec_addr_is_any(&sa->src) ||
	       !ipsec_addr_cmp(src, &sa->src, sa->id.family);
}

/* An SA in BEET mode is made for it, and for the packet itself, not for one around it. */
static bool mode_is_wanted(const struct ipsec_sa *sa, const struct ipsec_sa_wanted *wanted)
{
	if (sa->mode == wanted->mode)
		return true;
	if (wanted->mode == NFIPSEC_MODE_ANY)
		return sa->mode != NFIPSEC_MODE_BEET || wanted->key;
	return sa->mode == NFIPSEC_MODE_ANY && wanted->mode != NFIPSEC_MODE_BEET;
}

static bool sa_is_wanted(const struct ipsec_sa *sa, const struct ipsec_sa_wanted *wanted)
{
	return !(sa->flags & (NFIPSEC_SA_F_LARVAL | NFIPSEC_SA_F_IN)) &&
	       (!wanted->reqid || wanted->reqid == sa->reqid) &&
	       (!wanted->id.spi || wanted->id.spi == sa->id.spi) &&
	       ipsec_mark_fits(&sa->mark, wanted->tag.mark.value) &&
	       mode_is_wanted(sa, wanted) &&
	       src_is_wanted(sa, wanted) &&
	       (!wanted->key || ipsec_selectors_admit(sa->selector, sa->n_selectors, wanted->pfp,
						      wanted->key));
}

/**
 * ipsec_sa_newest() - find the SA to send with
 * @inet: the namespace
 * @wanted: what it must be like
 *
 * RCU read-side section. Of several, the newest: it is the one that the peer's key
 * manager has made ready last. Whether that one pauses may have changed by now; then a new
 * generation says so.
 *
 * Return: the SA, or NULL.
 */
struct ipsec_sa *ipsec_sa_newest(struct ipsec_net *inet, struct ipsec_sa_wanted *wanted)
{
	struct ipsec_sa_id key = ipsec_sa_towards(&wanted->id, wanted->tag.if_id);
	struct ipsec_sa *sa, *newest = NULL;
	const struct sa_dst *to;
	u32 use;

	to = rhashtable_lookup(&inet->sadb->by_dst, &key, by_dst_params);
	if (!to)
		return NULL;
	list_for_each_entry_rcu(sa, &to->sas, by_dst) {
		use = READ_ONCE(sa->use);
		if (use >= IPSEC_SA_ENDED || (newest && sa->number < newest->number) ||
		    !sa_is_wanted(sa, wanted))
			continue;
		newest = sa;
		wanted->pauses = use == IPSEC_SA_PAUSES;
	}
	return newest;
}

/**
 * ipsec_sa_count() - count a packet that an SA protected or authenticated
 * @sa: the SA
 * @bytes: length of the packet inside
 *
 * BH off.
 */
void ipsec_sa_count(struct ipsec_sa *sa, unsigned int bytes)
{
	u64 now = ipsec_clock_now();

	this_cpu_inc(sa->cpu->packets);
	this_cpu_add(sa->cpu->bytes, bytes);
	if (this_cpu_read(sa->cpu->use_time) != now)
		this_cpu_write(sa->cpu->use_time, now);
	if (unlikely(!this_cpu_read(sa->cpu->first_time)))
		this_cpu_write(sa->cpu->first_time, now);
}

/**
 * ipsec_sa_drop() - drop a packet under an SA
 * @sa: the SA
 * @skb: the packet, consumed
 * @bytes: as in ipsec_drop_as()
 * @reason: why
 */
void ipsec_sa_drop(struct ipsec_sa *sa, struct sk_buff *skb, unsigned int bytes,
		   enum ipsec_stat reason)
{
	this_cpu_inc(sa->cpu->drops);
	ipsec_drop_as(sa->inet, skb, bytes, reason, ntohl(sa->id.spi));
}

/**
 * ipsec_sa_sum() - the counters of an SA over all CPUs
 * @sa: the SA
 * @sums: filled
 */
void ipsec_sa_sum(const struct ipsec_sa *sa, struct ipsec_sa_sums *sums)
{
	u64 first;
	int i;

	memset(sums, 0, sizeof(*sums));
	for_each_possible_cpu(i) {
		const struct ipsec_sa_cpu *cpu = per_cpu_ptr(sa->cpu, i);

		sums->packets += READ_ONCE(cpu->packets);
		sums->bytes += READ_ONCE(cpu->bytes);
		sums->drops += READ_ONCE(cpu->drops);
		sums->use_time = max_t(u64, sums->use_time, READ_ONCE(cpu->use_time));
		first = READ_ONCE(cpu->first_time);
		if (first && (!sums->first_time || first < sums->first_time))
			sums->first_time = first;
	}
}

/**
 * ipsec_sa_advance() - go on with higher sequence numbers
 * @sa: the SA
 * @seq: the last one sent is to be this
 *
 * Return: false: higher ones were sent, and nothing changes.
 */
bool ipsec_sa_advance(struct ipsec_sa *sa, u64 seq)
{
	s64 sent = atomic64_read(&sa->seq);

	do {
		if (seq < (u64)sent)
			return false;
	} while (!atomic64_try_cmpxchg(&sa->seq, &sent, seq));
	return true;
}
