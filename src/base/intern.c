/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include "base/arena.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void intern_init(struct intern *intern, struct arena *arena)
{
	*intern = (struct intern){.arena = arena};
}

void intern_init_view(struct intern *view, struct intern *parent, pthread_mutex_t *lock)
{
	*view = (struct intern){.parent = parent, .lock = lock};
}

void intern_release(struct intern *intern)
{
	free(intern->slots);
	intern->slots = NULL;
	intern->n_slots = intern->n_strings = 0;
}

static uint32_t text_hash(const char *text, size_t len)
{
	return (uint32_t)hash_bytes(text, len, 0);
}

static bool slot_is(const struct intern_slot *slot, const char *text, size_t len, uint32_t hash)
{
	return slot->hash == hash && slot->len == len && memcmp(slot->text, text, len) == 0;
}

/* The slot of the text, or the free one where it belongs. Needs a free slot. */
static struct intern_slot *find_slot(const struct intern *intern, const char *text, size_t len,
				     uint32_t hash)
{
	uint32_t mask = intern->n_slots - 1;
	uint32_t i = hash & mask;

	while (intern->slots[i].text && !slot_is(&intern->slots[i], text, len, hash))
		i = (i + 1) & mask;
	return &intern->slots[i];
}

static void grow(struct intern *intern)
{
	uint32_t n_slots = intern->n_slots ? intern->n_slots * 2 : 64;
	struct intern_slot *slots = calloc(n_slots, sizeof(*slots));

	assert(n_slots > intern->n_slots);
	if (!slots)
		abort();
	for (uint32_t i = 0; i < intern->n_slots; i++) {
		uint32_t to = intern->slots[i].hash & (n_slots - 1);

		if (!intern->slots[i].text)
			continue;
		while (slots[to].text)
			to = (to + 1) & (n_slots - 1);
		slots[to] = intern->slots[i];
	}
	free(intern->slots);
	intern->slots = slots;
	intern->n_slots = n_slots;
}

const char *intern_str(struct intern *intern, const char *text)
{
	return intern_strn(intern, text, strlen(text));
}

/* The text for a new slot. */
static const char *make_text(struct intern *intern, const char *text, size_t len)
{
	if (!intern->parent)
		return arena_strndup(intern->arena, text, len);
	pthread_mutex_lock(intern->lock);
	text = intern_strn(intern->parent, text, len);
	pthread_mutex_unlock(intern->lock);
	return text;
}

const char *intern_strn(struct intern *intern, const char *text, size_t len)
{
	uint32_t hash = text_hash(text, len);
	struct intern_slot *slot;

	assert(len < UINT32_MAX);
	if (intern->n_strings >= intern->n_slots / 2)
		grow(intern);
	slot = find_slot(intern, text, len, hash);
	if (!slot->text) {
		*slot = (struct intern_slot){
			.text = make_text(intern, text, len),
			.len = (uint32_t)len,
			.hash = hash,
		};
		intern->n_strings++;
	}
	return slot->text;
}

const char *intern_find(const struct intern *intern, const char *text, size_t len)
{
	if (!intern->n_strings)
		return NULL;
	return find_slot(intern, text, len, text_hash(text, len))->text;
}
