/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keyset.h"

#include "base/hash.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

void keyset_release(struct keyset *set)
{
	free(set->bytes);
	free(set->entries);
	free(set->slots);
	*set = (struct keyset){0};
}

const void *keyset_get(const struct keyset *set, uint32_t id, size_t *ret_size)
{
	*ret_size = set->entries[id].size;
	return set->bytes + set->entries[id].offset;
}

/* The slot that holds the content, or the free one where it belongs. The table is never full. */
static uint32_t *find_slot(const struct keyset *set, const void *data, size_t size, uint64_t hash)
{
	for (size_t i = hash & (set->n_slots - 1);; i = (i + 1) & (set->n_slots - 1)) {
		const struct keyset_entry *entry;

		if (!set->slots[i])
			return &set->slots[i];
		entry = &set->entries[set->slots[i] - 1];
		if (entry->hash == hash && entry->size == size &&
		    (!size || !memcmp(set->bytes + entry->offset, data, size)))
			return &set->slots[i];
	}
}

static void grow_slots(struct keyset *set)
{
	free(set->slots);
	set->n_slots = set->n_slots ? set->n_slots * 2 : 64;
	set->slots = calloc(set->n_slots, sizeof(*set->slots));
	if (!set->slots)
		abort();
	for (size_t id = 0; id < set->n; id++) {
		size_t i = set->entries[id].hash & (set->n_slots - 1);

		while (set->slots[i])
			i = (i + 1) & (set->n_slots - 1);
		set->slots[i] = id + 1;
	}
}

uint32_t keyset_find(const struct keyset *set, const void *data, size_t size)
{
	if (!set->n)
		return KEYSET_NONE;
	/* a free slot holds 0, which wraps to KEYSET_NONE */
	return *find_slot(set, data, size, hash_bytes(data, size, 0)) - 1;
}

uint32_t keyset_intern(struct keyset *set, const void *data, size_t size, bool *ret_new)
{
	const uint64_t hash = hash_bytes(data, size, 0);
	const size_t offset = (set->n_bytes + 7) & ~(size_t)7;
	uint32_t *slot;

	if (set->n * 2 >= set->n_slots)
		grow_slots(set);
	slot = find_slot(set, data, size, hash);
	if (ret_new)
		*ret_new = !*slot;
	if (*slot)
		return *slot - 1;
	if (offset + size >= set->cap_bytes)
		set->bytes = vec_grow(set->bytes, &set->cap_bytes, offset + size + 8, 1);
	if (size)
		memcpy(set->bytes + offset, data, size);
	set->n_bytes = offset + size;
	if (set->n == set->cap_entries)
		set->entries = vec_grow(set->entries, &set->cap_entries, set->n + 1,
					sizeof(*set->entries));
	set->entries[set->n++] = (struct keyset_entry){offset, size, hash};
	*slot = set->n;
	return set->n - 1;
}
