/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/*
 * hash_bytes() folds 128-bit products (the construction of wyhash): two words a step, and one
 * multiplication is enough to spread any change over all 64 bits.
 */
static const uint64_t K0 = 0xa0761d6478bd642full;
static const uint64_t K1 = 0xe7037ed1a0b428dbull;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load64(const unsigned char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

static inline uint64_t load32(const unsigned char *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return x;
}

/* Up to 16 bytes as two words; short inputs are read twice from both ends, so no byte is missed. */
static inline uint64_t fold_tail(const unsigned char *p, size_t size, uint64_t seed)
{
	uint64_t a = 0;
	uint64_t b = 0;

	if (size >= 8) {
		a = load64(p);
		b = load64(p + size - 8);
	} else if (size >= 4) {
		a = load32(p);
		b = load32(p + size - 4);
	} else if (size > 0) {
		a = (uint64_t)p[0] << 16 | (uint64_t)p[size / 2] << 8 | p[size - 1];
	}
	return fold(a ^ K0, b ^ seed);
}

uint64_t hash_bytes(const void *data, size_t size, uint64_t seed)
{
	const unsigned char *p = data;
	size_t left = size;

	seed ^= K1;
	while (left > 16) {
		seed = fold(load64(p) ^ K0, load64(p + 8) ^ seed);
		p += 16;
		left -= 16;
	}
	return fold(fold_tail(p, left, seed) ^ K0, size ^ K1);
}

void hash_map_release(struct hash_map *map)
{
	free(map->slots);
	*map = (struct hash_map){0};
}

void hash_map_clear(struct hash_map *map)
{
	if (map->slots)
		memset(map->slots, 0, map->n_slots * sizeof(*map->slots));
	map->n = 0;
}

/* The slot that holds `key`, or the free one where it belongs. Needs a free slot. */
static struct hash_slot *find_slot(const struct hash_map *map, uint64_t key)
{
	size_t i = hash_u64(key) & (map->n_slots - 1);

	while (map->slots[i].used && map->slots[i].key != key)
		i = (i + 1) & (map->n_slots - 1);
	return &map->slots[i];
}

static void grow(struct hash_map *map)
{
	struct hash_map bigger = {.n_slots = map->n_slots ? map->n_slots * 2 : 16, .n = map->n};

	bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		abort();
	for (size_t i = 0; i < map->n_slots; i++) {
		if (map->slots[i].used)
			*find_slot(&bigger, map->slots[i].key) = map->slots[i];
	}
	free(map->slots);
	*map = bigger;
}

uint64_t *hash_map_get(const struct hash_map *map, uint64_t key)
{
	struct hash_slot *slot;

	if (!map->n)
		return NULL;
	slot = find_slot(map, key);
	return slot->used ? &slot->value : NULL;
}

uint64_t *hash_map_put(struct hash_map *map, uint64_t key, bool *ret_new)
{
	struct hash_slot *slot;

	if (map->n * 4 >= map->n_slots * 3)
		grow(map);
	slot = find_slot(map, key);
	if (ret_new)
		*ret_new = !slot->used;
	if (!slot->used) {
		*slot = (struct hash_slot){.key = key, .used = true};
		map->n++;
	}
	return &slot->value;
}
