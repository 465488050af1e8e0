/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes between groups of endpoints. Changes of one source that are the same are one, by its
 * targets; sources whose changes are the same then share it.
 */
#include "analyze/diff_build.h"

#include <string.h>

#define NOWHERE ANALYZE_MAP_OUTSIDE

/* What one source has with one target. */
struct found {
	uint32_t ports; /* number in `known` */
	uint32_t to;
};

struct changing {
	struct diff_builder *builder;
	bool by_endpoint;
	struct analyze_map_link *links[ANALYZE_N_SIDES]; /* by group of the map: of one source */
	VEC(struct found) found;
	struct keyset contents; /* by_endpoint, ports, and the targets, of each change */
	VEC(struct { VEC(uint32_t) sources; }) shared; /* by content */
	VEC(uint32_t) words;
};

static bool has_families(const uint32_t by_family[ANALYZE_MAP_FAMILIES])
{
	return by_family[0] != by_family[1];
}

/* Of the old map's numbers, those of the new one. */
static uint32_t translate(struct diff_builder *builder, uint32_t number)
{
	struct analyze_diff *diff = builder->diff;
	uint32_t *known;

	while (builder->translated.n <= number)
		vec_push(&builder->translated, 0);
	known = &builder->translated.items[number];
	if (!*known)
		*known =
			analyze_portsets_import(diff->sets, &diff->maps[ANALYZE_OLD].sets, number) +
			1;
	return *known - 1;
}

static void take_link(struct analyze_diff_ports *ports, enum analyze_diff_side side,
		      const struct analyze_map_link *link)
{
	ports->ports[side] = link->ports;
	if (has_families(link->by_family))
		memcpy(ports->by_family[side], link->by_family, sizeof(link->by_family));
}

static uint32_t ports_in(const struct analyze_diff_ports *ports, enum analyze_diff_side side,
			 int family)
{
	return has_families(ports->by_family[side]) ? ports->by_family[side][family]
						    : ports->ports[side];
}

/* What is gained in all, and in each family where they differ. */
static void weigh(struct analyze_portsets *sets, struct analyze_diff_ports *ports)
{
	ports->gained =
		analyze_portsets_gain(sets, ports->ports[ANALYZE_OLD], ports->ports[ANALYZE_NEW]);
	ports->lost =
		analyze_portsets_gain(sets, ports->ports[ANALYZE_NEW], ports->ports[ANALYZE_OLD]);
	if (!has_families(ports->by_family[ANALYZE_OLD]) &&
	    !has_families(ports->by_family[ANALYZE_NEW]))
		return;
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		const uint32_t before = ports_in(ports, ANALYZE_OLD, family);
		const uint32_t after = ports_in(ports, ANALYZE_NEW, family);

		ports->gained = analyze_portsets_union(sets, ports->gained,
						       analyze_portsets_gain(sets, before, after));
		ports->lost = analyze_portsets_union(sets, ports->lost,
						     analyze_portsets_gain(sets, after, before));
	}
}

/* ICMP of the other family is nothing that a family has. */
static bool is_same(struct diff_builder *builder, const struct analyze_diff_ports *ports)
{
	if (ports->ports[ANALYZE_OLD] != ports->ports[ANALYZE_NEW])
		return false;
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		const uint32_t mask = builder->diff->maps[ANALYZE_NEW].masks[family];
		struct analyze_portsets *sets = builder->diff->sets;

		if (analyze_portsets_intersect(sets, ports_in(ports, ANALYZE_OLD, family), mask) !=
		    analyze_portsets_intersect(sets, ports_in(ports, ANALYZE_NEW, family), mask))
			return false;
	}
	return true;
}

uint32_t diff_compare(struct diff_builder *builder, const struct analyze_map_link *before,
		      const struct analyze_map_link *after)
{
	struct analyze_map_link old = {.ports = translate(builder, before->ports)};
	struct analyze_diff_ports ports = {0};
	uint32_t number;
	bool is_new;

	if (old.ports == after->ports && !has_families(before->by_family) &&
	    !has_families(after->by_family))
		return DIFF_SAME;
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
		old.by_family[family] = translate(builder, before->by_family[family]);
	take_link(&ports, ANALYZE_OLD, &old);
	take_link(&ports, ANALYZE_NEW, after);
	if (is_same(builder, &ports))
		return DIFF_SAME;
	number = keyset_intern(&builder->ports, &ports, sizeof(ports), &is_new);
	if (is_new) {
		weigh(builder->diff->sets, &ports);
		vec_push(&builder->known, ports);
	}
	return number;
}

static int compare_found(const void *left, const void *right)
{
	const struct found *a = left, *b = right;

	if (a->ports != b->ports)
		return a->ports < b->ports ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* Enters the source into the changes that it shares with others, one for each kind of ports. */
static void enter_source(struct changing *changing, uint32_t source)
{
	if (changing->found.n)
		qsort(changing->found.items, changing->found.n, sizeof(*changing->found.items),
		      compare_found);
	for (size_t i = 0, end; i < changing->found.n; i = end) {
		uint32_t number;
		bool is_new;

		vec_clear(&changing->words);
		vec_push(&changing->words, changing->by_endpoint);
		vec_push(&changing->words, changing->found.items[i].ports);
		for (end = i; end < changing->found.n &&
			      changing->found.items[end].ports == changing->found.items[i].ports;
		     end++)
			vec_push(&changing->words, changing->found.items[end].to);
		number = keyset_intern(&changing->contents, changing->words.items,
				       changing->words.n * sizeof(*changing->words.items), &is_new);
		if (is_new)
			vec_add(&changing->shared);
		vec_push(&changing->shared.items[number].sources, source);
	}
	vec_clear(&changing->found);
}

static void load_links(struct changing *changing, enum analyze_diff_side side, uint32_t group)
{
	const struct analyze_map *map = &changing->builder->diff->maps[side];
	struct analyze_map_link *links = changing->links[side];

	memset(links, 0, (map->groups.n + 1) * sizeof(*links));
	for (size_t i = 0; group != NOWHERE && i < map->groups.items[group].links.n; i++)
		links[map->groups.items[group].links.items[i].to] =
			map->groups.items[group].links.items[i];
}

/* Groups without a pair of ends between them. */
static bool is_moot(const struct analyze_diff *diff, const struct analyze_diff_group *from,
		    const struct analyze_diff_group *to)
{
	if (!from->endpoints.n || !to->endpoints.n || (from->is_guess && to->is_guess))
		return true;
	if (diff->endpoints.items[to->endpoints.items[0]].is_ingress)
		return true;
	return from == to && from->endpoints.n == 1 &&
	       !diff_is_pair(diff, from->endpoints.items[0], from->endpoints.items[0]);
}

static void compare_group(struct changing *changing, uint32_t from)
{
	const struct analyze_diff *diff = changing->builder->diff;
	static const struct analyze_map_link none;

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		load_links(changing, side, diff->groups.items[from].of[side]);
	for (uint32_t to = 0; to < diff->groups.n; to++) {
		const struct analyze_diff_group *target = &diff->groups.items[to];
		const struct analyze_map_link *links[ANALYZE_N_SIDES];
		uint32_t ports;

		for (int side = 0; side < ANALYZE_N_SIDES; side++)
			links[side] = target->of[side] == NOWHERE
					      ? &none
					      : &changing->links[side][target->of[side]];
		ports = diff_compare(changing->builder, links[ANALYZE_OLD], links[ANALYZE_NEW]);
		if (ports != DIFF_SAME && !is_moot(diff, &diff->groups.items[from], target))
			vec_push(&changing->found, ((struct found){ports, to}));
	}
	enter_source(changing, from);
}

static struct analyze_map_link link_between(struct analyze_diff *diff, enum analyze_diff_side side,
					    uint32_t from, uint32_t to)
{
	const uint32_t source = diff->endpoints.items[from].at[side];
	const uint32_t target = diff->endpoints.items[to].at[side];

	if (source == NOWHERE || target == NOWHERE)
		return (struct analyze_map_link){0};
	return analyze_map_between(&diff->maps[side], source, target);
}

static void compare_endpoint(struct changing *changing, uint32_t from)
{
	struct analyze_diff *diff = changing->builder->diff;

	for (uint32_t to = 0; to < diff->endpoints.n; to++) {
		const struct analyze_map_link before = link_between(diff, ANALYZE_OLD, from, to);
		const struct analyze_map_link after = link_between(diff, ANALYZE_NEW, from, to);
		const uint32_t ports = diff_compare(changing->builder, &before, &after);

		if (ports != DIFF_SAME && diff_is_pair(diff, from, to))
			vec_push(&changing->found, ((struct found){ports, to}));
	}
	enter_source(changing, from);
}

static const uint32_t *keep(struct arena *arena, const uint32_t *items, size_t n)
{
	uint32_t *copy = arena_alloc_n(arena, n, sizeof(*copy));

	memcpy(copy, items, n * sizeof(*copy));
	return copy;
}

static void add_changes(struct changing *changing)
{
	struct analyze_diff *diff = changing->builder->diff;

	for (uint32_t i = 0; i < changing->shared.n; i++) {
		struct analyze_diff_change *change = vec_add(&diff->changes);
		size_t size;
		const uint32_t *words = keyset_get(&changing->contents, i, &size);

		change->by_endpoint = words[0];
		change->ports = changing->builder->known.items[words[1]];
		change->n_to = (uint32_t)(size / sizeof(*words) - 2);
		change->to = keep(&diff->arena, words + 2, change->n_to);
		change->n_from = (uint32_t)changing->shared.items[i].sources.n;
		change->from =
			keep(&diff->arena, changing->shared.items[i].sources.items, change->n_from);
		vec_release(&changing->shared.items[i].sources);
	}
}

void diff_make_changes(struct diff_builder *builder)
{
	struct analyze_diff *diff = builder->diff;
	struct changing changing = {.builder = builder};

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		changing.links[side] = vec_grow(NULL, &(size_t){0}, diff->maps[side].groups.n + 1,
						sizeof(*changing.links[side]));
	for (uint32_t from = 0; from < diff->groups.n; from++)
		if (!diff->groups.items[from].is_single)
			compare_group(&changing, from);
	changing.by_endpoint = true;
	for (uint32_t from = 0; from < diff->endpoints.n; from++)
		if (diff->groups.items[diff->endpoints.items[from].group].is_single)
			compare_endpoint(&changing, from);
	add_changes(&changing);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		free(changing.links[side]);
	vec_release(&changing.found);
	vec_release(&changing.shared);
	vec_release(&changing.words);
	keyset_release(&changing.contents);
}
