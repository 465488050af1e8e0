/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dense numbers for byte strings: equal contents get one id, ids count up from 0 in order of arrival.
 *
 * For signatures: what has the same key is one class. Contents are compared, never only their hashes.
 * Padding bytes count: zero a struct before filling it. Heap memory; all-zero is the empty set. Content
 * pointers are valid until the next intern. Not thread-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYSET_NONE UINT32_MAX

struct keyset_entry {
	size_t offset;
	size_t size;
	uint64_t hash;
};

struct keyset {
	char *bytes;
	size_t n_bytes, cap_bytes;
	struct keyset_entry *entries; /* by id */
	size_t n, cap_entries;
	uint32_t *slots; /* id + 1; open addressing */
	size_t n_slots;
};

void keyset_release(struct keyset *set);

/* The id of the content; a new one when it was not there (*ret_new, may be NULL, says which). */
uint32_t keyset_intern(struct keyset *set, const void *data, size_t size, bool *ret_new);

/* The id of the content, or KEYSET_NONE. */
uint32_t keyset_find(const struct keyset *set, const void *data, size_t size);

/* The content of an id, aligned to 8 bytes. */
const void *keyset_get(const struct keyset *set, uint32_t id, size_t *ret_size);
