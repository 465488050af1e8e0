/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashing and one open-addressing map: 64-bit key → 64-bit value.
 *
 * The map is for keys that are already unique numbers: interned pointers, packed pairs of ids,
 * 64-bit hashes whose owner compares the full object itself. Not thread-safe. Insertion order is
 * not kept: whatever is printed must be sorted first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A good 64-bit mix of `size` bytes; stable across runs and machines of one endianness. */
uint64_t hash_bytes(const void *data, size_t size, uint64_t seed);

/* A bijective finaliser: every input bit reaches every output bit. */
static inline uint64_t hash_u64(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	return x ^ (x >> 32);
}

struct hash_slot {
	uint64_t key;
	uint64_t value;
	bool used;
};

struct hash_map {
	struct hash_slot *slots;
	size_t n_slots; /* a power of two, or 0 */
	size_t n;
};

/* All-zero is the empty map. */
void hash_map_release(struct hash_map *map);
void hash_map_clear(struct hash_map *map);

/* Where the value of `key` is kept, or NULL. Valid until the next put. */
uint64_t *hash_map_get(const struct hash_map *map, uint64_t key);

/* The value's place, made with value 0 when the key is new; *ret_new (may be NULL) says which. */
uint64_t *hash_map_put(struct hash_map *map, uint64_t key, bool *ret_new);

static inline uint64_t hash_ptr(const void *ptr)
{
	return (uint64_t)(uintptr_t)ptr;
}
