/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing arrays on the heap, typed by macro:
 *
 *	VEC(struct rule) rules = {0};
 *	vec_push(&rules, rule);
 *	for (size_t i = 0; i < rules.n; i++) use(&rules.items[i]);
 *	vec_release(&rules);
 *
 * An element pointer is valid until the next push. All-zero is the empty vector.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#define VEC(type) \
	struct { \
		type *items; \
		size_t n; \
		size_t cap; \
	}

/* `items` moved so that at least `n` elements fit, doubling; aborts when the heap is exhausted. */
void *vec_grow(void *items, size_t *cap, size_t n, size_t item_size);

#define vec_reserve(v, count) \
	do { \
		if ((size_t)(count) > (v)->cap) \
			(v)->items = \
				vec_grow((v)->items, &(v)->cap, (count), sizeof(*(v)->items)); \
	} while (0)

#define vec_push(v, item) \
	do { \
		vec_reserve(v, (v)->n + 1); \
		(v)->items[(v)->n++] = (item); \
	} while (0)

/* Room for one more element, zeroed; the pointer to it. */
#define vec_add(v) \
	({ \
		vec_reserve(v, (v)->n + 1); \
		memset(&(v)->items[(v)->n], 0, sizeof(*(v)->items)); \
		&(v)->items[(v)->n++]; \
	})

#define vec_clear(v) ((void)((v)->n = 0))

#define vec_release(v) \
	do { \
		free((v)->items); \
		(v)->items = NULL; \
		(v)->n = (v)->cap = 0; \
	} while (0)
