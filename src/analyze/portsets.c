/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/portsets.h"

#include "analyze/portsets_mix.h"

#include <assert.h>

void analyze_portsets_init(struct analyze_portsets *sets)
{
	struct port_set set = {0};

	*sets = (struct analyze_portsets){0};
	analyze_portsets_add(sets, &set);
	port_set_add_all(&set);
	analyze_portsets_add(sets, &set);
	port_set_release(&set);
}

static void release_set(struct analyze_portset *set)
{
	port_set_release(&set->ports);
	free(set->parts);
}

void analyze_portsets_release(struct analyze_portsets *sets)
{
	for (size_t i = 0; i < sets->sets.n; i++)
		release_set(&sets->sets.items[i]);
	vec_release(&sets->sets);
	vec_release(&sets->next);
	hash_map_release(&sets->by_hash);
	hash_map_release(&sets->unions);
	hash_map_release(&sets->intersections);
	keyset_release(&sets->texts);
	keyset_release(&sets->conditions);
}

uint32_t analyze_portsets_add(struct analyze_portsets *sets, const struct port_set *set)
{
	bool is_new;
	uint64_t *head = hash_map_put(&sets->by_hash, port_set_hash(set), &is_new);
	uint32_t first = is_new ? 0 : (uint32_t)*head + 1;

	struct analyze_portset *new;

	for (uint32_t at = first; at; at = sets->next.items[at - 1])
		if (!sets->sets.items[at - 1].n_parts &&
		    port_set_equal(&sets->sets.items[at - 1].ports, set))
			return at - 1;
	*head = sets->sets.n;
	vec_push(&sets->next, first);
	new = vec_add(&sets->sets);
	new->certain = (uint32_t)(sets->sets.n - 1);
	port_set_copy(&new->ports, set);
	return new->certain;
}

uint32_t analyze_portsets_add_conditional(struct analyze_portsets *sets, const struct port_set *set,
					  const char *const *texts, size_t n_texts)
{
	VEC(uint32_t) ids = {0};
	struct mix mix = {0};

	for (size_t i = 0; i < n_texts; i++)
		vec_push(&ids, keyset_intern(&sets->texts, texts[i], strlen(texts[i]) + 1, NULL));
	mix_add(sets, &mix, mix_conditions(sets, ids.items, ids.n), set);
	vec_release(&ids);
	return mix_finish(sets, &mix);
}

uint32_t analyze_portsets_when(struct analyze_portsets *sets, uint32_t number, uint32_t conditions)
{
	struct mix mix = {0};

	if (conditions == ANALYZE_PORTS_CERTAIN)
		return number;
	mix_add(sets, &mix, conditions, analyze_portsets_get(sets, number));
	return mix_finish(sets, &mix);
}

size_t analyze_portsets_n_texts(const struct analyze_portsets *sets, uint32_t conditions)
{
	size_t size;

	keyset_get(&sets->conditions, conditions, &size);
	return size / sizeof(uint32_t);
}

const char *analyze_portsets_text(const struct analyze_portsets *sets, uint32_t conditions,
				  size_t i)
{
	size_t size;
	const uint32_t *ids = keyset_get(&sets->conditions, conditions, &size);

	return keyset_get(&sets->texts, ids[i], &size);
}

const struct analyze_portset *analyze_portsets_whole(const struct analyze_portsets *sets,
						     uint32_t number)
{
	assert(number < sets->sets.n);
	return &sets->sets.items[number];
}

const struct port_set *analyze_portsets_get(const struct analyze_portsets *sets, uint32_t number)
{
	return &analyze_portsets_whole(sets, number)->ports;
}

static uint64_t pair_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

uint32_t analyze_portsets_union(struct analyze_portsets *sets, uint32_t a, uint32_t b)
{
	struct mix mix = {0};
	uint64_t *known;
	bool is_new;

	if (a == b || b == ANALYZE_PORTS_NONE || a == ANALYZE_PORTS_ALL)
		return a;
	if (a == ANALYZE_PORTS_NONE || b == ANALYZE_PORTS_ALL)
		return b;
	known = hash_map_put(&sets->unions, pair_key(a, b), &is_new);
	if (!is_new)
		return (uint32_t)*known;
	mix_union(sets, a, b, &mix);
	*known = mix_finish(sets, &mix);
	return (uint32_t)*known;
}

uint32_t analyze_portsets_intersect(struct analyze_portsets *sets, uint32_t a, uint32_t b)
{
	struct mix mix = {0};
	uint64_t *known;
	bool is_new;

	if (a == b || b == ANALYZE_PORTS_ALL || a == ANALYZE_PORTS_NONE)
		return a;
	if (a == ANALYZE_PORTS_ALL || b == ANALYZE_PORTS_NONE)
		return b;
	known = hash_map_put(&sets->intersections, pair_key(a, b), &is_new);
	if (!is_new)
		return (uint32_t)*known;
	mix_intersect(sets, a, b, &mix);
	*known = mix_finish(sets, &mix);
	return (uint32_t)*known;
}

uint32_t analyze_portsets_under(const struct analyze_portsets *sets, uint32_t number,
				uint32_t conditions)
{
	const struct analyze_portset *set = analyze_portsets_whole(sets, number);

	if (conditions == ANALYZE_PORTS_CERTAIN)
		return set->certain;
	for (uint32_t i = 0; i < set->n_parts; i++)
		if (set->parts[i].conditions == conditions)
			return set->parts[i].ports;
	return ANALYZE_PORTS_NONE;
}
