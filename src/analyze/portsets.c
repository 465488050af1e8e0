/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/portsets.h"

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

void analyze_portsets_release(struct analyze_portsets *sets)
{
	for (size_t i = 0; i < sets->sets.n; i++)
		port_set_release(&sets->sets.items[i]);
	vec_release(&sets->sets);
	vec_release(&sets->next);
	hash_map_release(&sets->by_hash);
	hash_map_release(&sets->unions);
	hash_map_release(&sets->intersections);
}

uint32_t analyze_portsets_add(struct analyze_portsets *sets, const struct port_set *set)
{
	bool is_new;
	uint64_t *head = hash_map_put(&sets->by_hash, port_set_hash(set), &is_new);
	uint32_t first = is_new ? 0 : (uint32_t)*head + 1;

	for (uint32_t at = first; at; at = sets->next.items[at - 1])
		if (port_set_equal(&sets->sets.items[at - 1], set))
			return at - 1;
	*head = sets->sets.n;
	vec_push(&sets->next, first);
	port_set_copy(vec_add(&sets->sets), set);
	return (uint32_t)(sets->sets.n - 1);
}

const struct port_set *analyze_portsets_get(const struct analyze_portsets *sets, uint32_t number)
{
	assert(number < sets->sets.n);
	return &sets->sets.items[number];
}

static uint64_t pair_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

uint32_t analyze_portsets_union(struct analyze_portsets *sets, uint32_t a, uint32_t b)
{
	struct port_set set = {0};
	uint64_t *known;
	bool is_new;

	if (a == b || b == ANALYZE_PORTS_NONE || a == ANALYZE_PORTS_ALL)
		return a;
	if (a == ANALYZE_PORTS_NONE || b == ANALYZE_PORTS_ALL)
		return b;
	known = hash_map_put(&sets->unions, pair_key(a, b), &is_new);
	if (!is_new)
		return (uint32_t)*known;
	port_set_copy(&set, analyze_portsets_get(sets, a));
	port_set_union(&set, analyze_portsets_get(sets, b));
	*known = analyze_portsets_add(sets, &set);
	port_set_release(&set);
	return (uint32_t)*known;
}

uint32_t analyze_portsets_intersect(struct analyze_portsets *sets, uint32_t a, uint32_t b)
{
	struct port_set set = {0};
	uint64_t *known;
	bool is_new;

	if (a == b || b == ANALYZE_PORTS_ALL || a == ANALYZE_PORTS_NONE)
		return a;
	if (a == ANALYZE_PORTS_ALL || b == ANALYZE_PORTS_NONE)
		return b;
	known = hash_map_put(&sets->intersections, pair_key(a, b), &is_new);
	if (!is_new)
		return (uint32_t)*known;
	port_set_intersect(analyze_portsets_get(sets, a), analyze_portsets_get(sets, b), &set);
	*known = analyze_portsets_add(sets, &set);
	port_set_release(&set);
	return (uint32_t)*known;
}
