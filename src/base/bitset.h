/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of small numbers as bits in 64-bit words. The length is fixed at creation; binary
 * operations need equal lengths (asserted). Heap memory, owned by the struct. Bits past `n_bits`
 * are always 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bitset {
	uint64_t *words;
	size_t n_bits;
};

void bitset_init(struct bitset *set, size_t n_bits);
void bitset_release(struct bitset *set);

static inline size_t bitset_n_words(size_t n_bits)
{
	return (n_bits + 63) / 64;
}

static inline bool bitset_test(const struct bitset *set, size_t bit)
{
	return set->words[bit / 64] >> (bit % 64) & 1;
}

static inline void bitset_set(struct bitset *set, size_t bit)
{
	set->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void bitset_unset(struct bitset *set, size_t bit)
{
	set->words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

void bitset_zero(struct bitset *set);
void bitset_fill(struct bitset *set);
void bitset_copy(struct bitset *to, const struct bitset *from);
void bitset_or(struct bitset *to, const struct bitset *from);
void bitset_and(struct bitset *to, const struct bitset *from);
void bitset_andnot(struct bitset *to, const struct bitset *from);
bool bitset_equal(const struct bitset *a, const struct bitset *b);
bool bitset_any(const struct bitset *set);
size_t bitset_count(const struct bitset *set);

/* The first set bit at or after `from`, or n_bits. */
size_t bitset_next(const struct bitset *set, size_t from);

#define bitset_for_each(bit, set) \
	for (size_t bit = bitset_next((set), 0); bit < (set)->n_bits; \
	     bit = bitset_next((set), bit + 1))
