// SPDX-License-Identifier: GPL-2.0
/* Security associations: where NAT lets the packets of the peer come from. */
#include "sa.h"

/**
 * ipsec_sa_mapping() - where the packets of an SA come from
 * @sa: an SA with ports
 * @mapping: filled
 *
 * Any context.
 */
void ipsec_sa_mapping(struct ipsec_sa *sa, struct ipsec_mapping *mapping)
{
	spin_lock_bh(&sa->mapping_lock);
	*mapping = sa->mapping;
	spin_unlock_bh(&sa->mapping_lock);
}

/**
 * ipsec_sa_moved() - note where a packet of an SA came from
 * @sa: an SA with ports
 * @mapping: source of an authenticated packet
 *
 * BH off. Nothing is written, and no lock taken, as long as the peer stays where it is.
 *
 * Return: true if the packet before it came from elsewhere; to one caller only.
 */
bool ipsec_sa_moved(struct ipsec_sa *sa, const struct ipsec_mapping *mapping)
{
	bool moved;

	/* What is torn because it changes just now differs, and is read again. */
	if (likely(!data_race(memcmp(mapping, &sa->mapping, sizeof(*mapping)))))
		return false;
	spin_lock(&sa->mapping_lock);
	moved = memcmp(mapping, &sa->mapping, sizeof(*mapping));
	if (moved)
		sa->mapping = *mapping;
	spin_unlock(&sa->mapping_lock);
	return moved;
}
