/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bitset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void bitset_init(struct bitset *set, size_t n_bits)
{
	/* One word at least, so that an empty set is not told apart from an exhausted heap. */
	uint64_t *words = calloc(bitset_n_words(n_bits) + 1, sizeof(*words));

	if (!words)
		abort();
	*set = (struct bitset){.words = words, .n_bits = n_bits};
}

void bitset_release(struct bitset *set)
{
	free(set->words);
	*set = (struct bitset){0};
}

void bitset_zero(struct bitset *set)
{
	if (set->n_bits)
		memset(set->words, 0, bitset_n_words(set->n_bits) * sizeof(*set->words));
}

void bitset_fill(struct bitset *set)
{
	size_t n_words = bitset_n_words(set->n_bits);

	if (!n_words)
		return;
	memset(set->words, 0xff, n_words * sizeof(*set->words));
	if (set->n_bits % 64)
		set->words[n_words - 1] = (UINT64_C(1) << (set->n_bits % 64)) - 1;
}

void bitset_copy(struct bitset *to, const struct bitset *from)
{
	assert(to->n_bits == from->n_bits);
	if (from->n_bits)
		memcpy(to->words, from->words, bitset_n_words(from->n_bits) * sizeof(*to->words));
}

void bitset_or(struct bitset *to, const struct bitset *from)
{
	assert(to->n_bits == from->n_bits);
	for (size_t i = 0; i < bitset_n_words(to->n_bits); i++)
		to->words[i] |= from->words[i];
}

void bitset_and(struct bitset *to, const struct bitset *from)
{
	assert(to->n_bits == from->n_bits);
	for (size_t i = 0; i < bitset_n_words(to->n_bits); i++)
		to->words[i] &= from->words[i];
}

void bitset_andnot(struct bitset *to, const struct bitset *from)
{
	assert(to->n_bits == from->n_bits);
	for (size_t i = 0; i < bitset_n_words(to->n_bits); i++)
		to->words[i] &= ~from->words[i];
}

bool bitset_equal(const struct bitset *a, const struct bitset *b)
{
	assert(a->n_bits == b->n_bits);
	if (!a->n_bits)
		return true;
	return memcmp(a->words, b->words, bitset_n_words(a->n_bits) * sizeof(*a->words)) == 0;
}

bool bitset_any(const struct bitset *set)
{
	for (size_t i = 0; i < bitset_n_words(set->n_bits); i++) {
		if (set->words[i])
			return true;
	}
	return false;
}

size_t bitset_count(const struct bitset *set)
{
	size_t n = 0;

	for (size_t i = 0; i < bitset_n_words(set->n_bits); i++)
		n += (size_t)__builtin_popcountll(set->words[i]);
	return n;
}

size_t bitset_next(const struct bitset *set, size_t from)
{
	size_t n_words = bitset_n_words(set->n_bits);
	uint64_t word;
	size_t i = from / 64;

	if (from >= set->n_bits)
		return set->n_bits;
	word = set->words[i] & (~UINT64_C(0) << (from % 64));
	while (!word) {
		if (++i == n_words)
			return set->n_bits;
		word = set->words[i];
	}
	return i * 64 + (size_t)__builtin_ctzll(word);
}
