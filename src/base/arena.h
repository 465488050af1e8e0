/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Region allocation: many small objects that die together.
 *
 * One arena per snapshot, parse or answer. Memory comes from the heap in growing chunks and is
 * given back only as a whole; there is no free of a single object. Inputs are limited before they
 * get here (size, depth, counts), so an exhausted heap aborts. Not thread-safe: one arena, one
 * thread.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	char *next;                 /* first free byte of the newest chunk */
	char *end;
	size_t size; /* bytes taken from the heap so far */
};

/* An empty arena; takes no memory until the first allocation. */
void arena_init(struct arena *arena);

/* Gives everything back. Every pointer that came from the arena is dead afterwards. */
void arena_release(struct arena *arena);

/* Takes over everything that `from` holds; its pointers live on, and it is empty. */
void arena_absorb(struct arena *arena, struct arena *from);

/* `size` bytes, zeroed, aligned to 16. Never NULL; size 0 gives a valid unique pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* `n` zeroed objects of `size` bytes; aborts on overflow. */
void *arena_alloc_n(struct arena *arena, size_t n, size_t size);

/* NUL-terminated copies. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);
