/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes between groups and the addresses outside: the ranges of both maps, cut where either
 * has a border, equal neighbours joined.
 */
#include "analyze/diff_build.h"
#include "analyze/endpoint.h"

#include <string.h>

#define NOWHERE ANALYZE_MAP_OUTSIDE

/* The lists of ranges that groups have in one direction. */
struct place {
	const struct analyze_map_ranges *ranges[ANALYZE_N_SIDES]; /* NULL: none */
	uint64_t direction;
};

/* A range where something changes. */
struct piece {
	struct ip_range range;
	uint32_t direction;
	uint32_t ports; /* number in `known` */
};

/* The same for a keyset: without padding. */
struct piece_key {
	uint64_t first[2];
	uint64_t last[2];
	uint32_t family;
	uint32_t direction;
	uint64_t ports;
};

struct group_list {
	uint32_t *items;
	size_t n;
	size_t cap;
};

struct surveying {
	struct diff_builder *builder;
	struct keyset places;
	VEC(struct group_list) groups_at; /* by place */
	struct keyset piece_keys;
	VEC(struct piece) pieces;         /* by key */
	VEC(struct group_list) groups_of; /* by piece */
	struct analyze_endpoints endpoints;
	const struct analyze_endpoint *internet;
};

static const struct analyze_map_ranges none;

static void enter_group(struct surveying *surveying, uint32_t number,
			enum policy_direction direction, int family)
{
	const struct analyze_diff *diff = surveying->builder->diff;
	const struct analyze_diff_group *group = &diff->groups.items[number];
	struct place place = {.direction = direction};
	uint32_t at;
	bool is_new;

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		if (group->of[side] != NOWHERE)
			place.ranges[side] =
				diff->maps[side].groups.items[group->of[side]].outside[direction]
										      [family];
	if (!place.ranges[ANALYZE_OLD] && !place.ranges[ANALYZE_NEW])
		return;
	at = keyset_intern(&surveying->places, &place, sizeof(place), &is_new);
	if (is_new)
		vec_add(&surveying->groups_at);
	vec_push(&surveying->groups_at.items[at], number);
}

static void list_places(struct surveying *surveying)
{
	const struct analyze_diff *diff = surveying->builder->diff;

	for (uint32_t i = 0; i < diff->groups.n; i++) {
		const struct analyze_diff_group *group = &diff->groups.items[i];

		if (group->is_guess || !group->endpoints.n ||
		    diff->endpoints.items[group->endpoints.items[0]].is_ingress)
			continue;
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
				enter_group(surveying, i, direction, family);
	}
}

/* Where a list is on its way through the addresses. */
struct reader {
	const struct analyze_map_ranges *ranges;
	size_t at;
};

/* The ports at an address; *ret_last is the last address for which they are the same. */
static uint32_t read_at(struct reader *reader, const struct ip_addr *addr, struct ip_addr *ret_last)
{
	const struct analyze_map_range *range;

	while (reader->at < reader->ranges->n &&
	       ip_cmp(&reader->ranges->items[reader->at].range.last, addr) < 0)
		reader->at++;
	*ret_last = ip_highest(addr->family);
	if (reader->at == reader->ranges->n)
		return ANALYZE_PORTS_NONE;
	range = &reader->ranges->items[reader->at];
	if (ip_cmp(&range->range.first, addr) <= 0) {
		*ret_last = range->range.last;
		return range->ports;
	}
	ip_prev(&range->range.first, ret_last);
	return ANALYZE_PORTS_NONE;
}

static void enter_piece(struct surveying *surveying, const struct piece *piece,
			const struct group_list *groups)
{
	const struct piece_key key = {
		.first = {piece->range.first.hi, piece->range.first.lo},
		.last = {piece->range.last.hi, piece->range.last.lo},
		.family = piece->range.first.family,
		.direction = piece->direction,
		.ports = piece->ports,
	};
	bool is_new;
	const uint32_t number = keyset_intern(&surveying->piece_keys, &key, sizeof(key), &is_new);

	if (is_new) {
		vec_push(&surveying->pieces, *piece);
		vec_add(&surveying->groups_of);
	}
	for (size_t i = 0; i < groups->n; i++)
		vec_push(&surveying->groups_of.items[number], groups->items[i]);
}

/* One walk through both lists; a piece is entered when the next one is not like it. */
static void compare_place(struct surveying *surveying, const struct place *place,
			  const struct group_list *groups)
{
	struct reader readers[ANALYZE_N_SIDES];
	const struct analyze_map_ranges *some;
	struct piece piece = {.direction = (uint32_t)place->direction, .ports = DIFF_SAME};
	struct ip_addr at;
	bool has_more = true;

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		readers[side] = (struct reader){.ranges = place->ranges[side] ? place->ranges[side]
									      : &none};
	some = readers[ANALYZE_OLD].ranges->n ? readers[ANALYZE_OLD].ranges
					      : readers[ANALYZE_NEW].ranges;
	if (!some->n)
		return;
	for (at = ip_lowest(some->items[0].range.first.family); has_more;) {
		struct analyze_map_link links[ANALYZE_N_SIDES] = {0};
		struct ip_addr last = ip_highest(at.family), end;
		uint32_t ports;

		for (int side = 0; side < ANALYZE_N_SIDES; side++) {
			links[side].ports = read_at(&readers[side], &at, &end);
			if (ip_cmp(&end, &last) < 0)
				last = end;
		}
		ports = diff_compare(surveying->builder, &links[ANALYZE_OLD], &links[ANALYZE_NEW]);
		if (ports != piece.ports) {
			if (piece.ports != DIFF_SAME)
				enter_piece(surveying, &piece, groups);
			piece.range.first = at;
			piece.ports = ports;
		}
		piece.range.last = last;
		has_more = ip_next(&last, &at);
	}
	if (piece.ports != DIFF_SAME)
		enter_piece(surveying, &piece, groups);
}

static int compare_numbers(const void *left, const void *right)
{
	const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static bool is_internet(const struct surveying *surveying, const struct ip_range *range)
{
	for (uint32_t i = 0; i < surveying->internet->n_ranges; i++) {
		const struct ip_range *other = &surveying->internet->ranges[i];

		if (other->first.family == range->first.family &&
		    ip_cmp(&range->first, &other->last) <= 0 &&
		    ip_cmp(&other->first, &range->last) <= 0)
			return true;
	}
	return false;
}

static void add_change(struct surveying *surveying, const struct piece *piece,
		       struct group_list *groups)
{
	struct analyze_diff *diff = surveying->builder->diff;
	struct analyze_diff_change *change = vec_add(&diff->changes);
	uint32_t *copy = arena_alloc_n(&diff->arena, groups->n, sizeof(*copy));

	qsort(groups->items, groups->n, sizeof(*groups->items), compare_numbers);
	memcpy(copy, groups->items, groups->n * sizeof(*copy));
	change->ports = surveying->builder->known.items[piece->ports];
	change->range = piece->range;
	change->is_internet = is_internet(surveying, &piece->range);
	if (piece->direction == POLICY_EGRESS) {
		change->from = copy;
		change->n_from = (uint32_t)groups->n;
	} else {
		change->to = copy;
		change->n_to = (uint32_t)groups->n;
	}
}

/* How many ranges rules can tell apart, before or after. */
static uint32_t count_ranges(const struct analyze_diff *diff)
{
	uint32_t n = 0;

	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		const struct compile_range *ranges[ANALYZE_N_SIDES];
		size_t n_ranges[ANALYZE_N_SIDES], at[ANALYZE_N_SIDES] = {0};

		for (int side = 0; side < ANALYZE_N_SIDES; side++)
			ranges[side] = compile_ranges(diff->maps[side].world,
						      family ? IP_V6 : IP_V4, &n_ranges[side]);
		while (at[0] < n_ranges[0] && at[1] < n_ranges[1]) {
			const int order =
				ip_cmp(&ranges[0][at[0]].range.last, &ranges[1][at[1]].range.last);

			at[0] += order <= 0;
			at[1] += order >= 0;
			n++;
		}
	}
	return n;
}

void diff_make_outside(struct diff_builder *builder)
{
	struct analyze_diff *diff = builder->diff;
	struct surveying surveying = {.builder = builder};
	size_t size;

	analyze_endpoints_init(&surveying.endpoints, diff->options.clusters[ANALYZE_NEW]);
	surveying.internet = analyze_endpoint_get(&surveying.endpoints, "internet", builder->diags);
	list_places(&surveying);
	for (uint32_t i = 0; i < surveying.places.n; i++)
		compare_place(&surveying, keyset_get(&surveying.places, i, &size),
			      &surveying.groups_at.items[i]);
	for (uint32_t i = 0; i < surveying.pieces.n; i++) {
		add_change(&surveying, &surveying.pieces.items[i], &surveying.groups_of.items[i]);
		vec_release(&surveying.groups_of.items[i]);
	}
	for (uint32_t i = 0; i < surveying.groups_at.n; i++)
		vec_release(&surveying.groups_at.items[i]);
	diff->compared.ranges = count_ranges(diff);
	vec_release(&surveying.groups_at);
	vec_release(&surveying.groups_of);
	keyset_release(&surveying.places);
	vec_release(&surveying.pieces);
	keyset_release(&surveying.piece_keys);
	analyze_endpoints_release(&surveying.endpoints);
}
