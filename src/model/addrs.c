/* SPDX-License-Identifier: Apache-2.0 */
#include "model/index.h"

static uint64_t key_of(const struct ip_addr *addr)
{
	return hash_u64(addr->lo ^ hash_u64(addr->hi ^ addr->family));
}

void model_addrs_release(struct model_addrs *addrs)
{
	hash_map_release(&addrs->slots);
	vec_release(&addrs->entries);
}

/* The key under which the address is or would be: two addresses of one hash stand side by side. */
static uint64_t probe(const struct model_addrs *addrs, const struct ip_addr *addr,
		      struct model_addr_entry **ret_entry)
{
	uint64_t key = key_of(addr);
	uint64_t *place;

	while ((place = hash_map_get(&addrs->slots, key))) {
		*ret_entry = &addrs->entries.items[*place];
		if (ip_equal(&(*ret_entry)->addr, addr))
			return key;
		key++;
	}
	*ret_entry = NULL;
	return key;
}

void *model_addrs_get(const struct model_addrs *addrs, const struct ip_addr *addr)
{
	struct model_addr_entry *entry;

	probe(addrs, addr, &entry);
	return entry ? entry->object : NULL;
}

void *model_addrs_add(struct model_addrs *addrs, const struct ip_addr *addr, void *object)
{
	struct model_addr_entry *entry;
	uint64_t key = probe(addrs, addr, &entry);

	if (entry)
		return entry->object;
	*hash_map_put(&addrs->slots, key, NULL) = addrs->entries.n;
	entry = vec_add(&addrs->entries);
	entry->addr = *addr;
	entry->object = object;
	return NULL;
}
