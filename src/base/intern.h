/* SPDX-License-Identifier: Apache-2.0 */
/*
 * String interning: equal texts get one pointer, so that names and labels are compared by pointer.
 *
 * Strings live in the arena that the table was made with and die with it. Not thread-safe: threads
 * that intern at once use a view each.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* The hash stands beside the string, so that a probe touches only the string it finds. */
struct intern_slot {
	const char *text; /* NULL: free */
	uint32_t len;
	uint32_t hash;
};

struct intern {
	struct arena *arena;       /* owns the strings; outlives the table */
	struct intern_slot *slots; /* open addressing; heap */
	uint32_t n_slots;          /* a power of two, or 0 */
	uint32_t n_strings;

	struct intern *parent; /* of a view, else NULL */
	pthread_mutex_t *lock; /* held while the parent is asked */
};

void intern_init(struct intern *intern, struct arena *arena);
void intern_release(struct intern *intern);

/*
 * A view gives the same pointers as its parent, which keeps the strings, and remembers those it
 * gave: the lock is taken once for each string. Nobody may use the parent itself meanwhile.
 */
void intern_init_view(struct intern *view, struct intern *parent, pthread_mutex_t *lock);

/* The one NUL-terminated copy of `text`, which is shorter than 4 GiB. */
const char *intern_str(struct intern *intern, const char *text);
const char *intern_strn(struct intern *intern, const char *text, size_t len);

/*
 * The interned copy, or NULL when no equal text was interned: a label nobody uses needs no entry.
 */
const char *intern_find(const struct intern *intern, const char *text, size_t len);
