/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_ALIGN 16
#define CHUNK_MIN 4096
#define CHUNK_MAX (1 << 20)

struct arena_chunk {
	struct arena_chunk *older;
	char pad[ARENA_ALIGN - sizeof(struct arena_chunk *)];
	char data[];
};

_Static_assert(sizeof(struct arena_chunk) == ARENA_ALIGN, "data must start aligned");

void arena_init(struct arena *arena)
{
	*arena = (struct arena){0};
}

void arena_release(struct arena *arena)
{
	struct arena_chunk *chunk = arena->chunks;

	while (chunk) {
		struct arena_chunk *older = chunk->older;

		free(chunk);
		chunk = older;
	}
	arena_init(arena);
}

void arena_absorb(struct arena *arena, struct arena *from)
{
	struct arena_chunk *oldest = from->chunks;

	if (!oldest)
		return;
	if (!arena->chunks) {
		*arena = *from;
		arena_init(from);
		return;
	}
	while (oldest->older)
		oldest = oldest->older;
	oldest->older = arena->chunks->older;
	arena->chunks->older = from->chunks;
	arena->size += from->size;
	arena_init(from);
}

/* Chunks double with the arena, so that small answers stay small and big ones take few calls. */
static size_t next_chunk_size(const struct arena *arena)
{
	if (arena->size < CHUNK_MIN)
		return CHUNK_MIN;
	return arena->size < CHUNK_MAX ? arena->size : CHUNK_MAX;
}

static struct arena_chunk *chunk_new(struct arena *arena, size_t data_size)
{
	/* calloc() knows when fresh pages are zero already; memset() would touch them twice. */
	struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + data_size);

	if (!chunk)
		abort();
	arena->size += sizeof(*chunk) + data_size;
	return chunk;
}

/* A big object gets a chunk of its own, behind the newest, whose rest stays in use. */
static void *alloc_apart(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = chunk_new(arena, size);

	if (!arena->chunks) {
		arena->chunks = chunk;
		return chunk->data;
	}
	chunk->older = arena->chunks->older;
	arena->chunks->older = chunk;
	return chunk->data;
}

static void *alloc_slow(struct arena *arena, size_t size)
{
	size_t data_size = next_chunk_size(arena);
	struct arena_chunk *chunk;

	if (size > SIZE_MAX / 2)
		abort();
	if (size > data_size / 4)
		return alloc_apart(arena, size);

	chunk = chunk_new(arena, data_size);
	chunk->older = arena->chunks;
	arena->chunks = chunk;
	arena->next = chunk->data + size;
	arena->end = chunk->data + data_size;
	return chunk->data;
}

static void *alloc_bytes(struct arena *arena, size_t size, size_t padding)
{
	size_t left = (size_t)(arena->end - arena->next);
	char *data;

	if (left < padding || left - padding < size)
		return alloc_slow(arena, size);
	data = arena->next + padding;
	arena->next = data + size;
	return data;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t padding = -(uintptr_t)arena->next % ARENA_ALIGN;

	return alloc_bytes(arena, size ? size : 1, padding);
}

void *arena_alloc_n(struct arena *arena, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		abort();
	return arena_alloc(arena, total);
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = alloc_bytes(arena, len + 1, 0);

	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(len >= 0);

	text = alloc_bytes(arena, (size_t)len + 1, 0);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}
