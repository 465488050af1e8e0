/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/map_build.h"

/* Appends, or lengthens the last range. */
static void append(struct analyze_map_ranges *ranges, const struct ip_range *range, uint32_t ports)
{
	struct analyze_map_range *last = ranges->n ? &ranges->items[ranges->n - 1] : NULL;

	if (ports == ANALYZE_PORTS_NONE)
		return;
	if (last && last->ports == ports && ip_range_precedes(&last->range, range))
		last->range.last = range->last;
	else
		vec_push(ranges, ((struct analyze_map_range){*range, ports}));
}

static uint32_t row_ports(const struct map_row *row, uint32_t class)
{
	uint32_t low = 0, high = row->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (row->exceptions[middle].peer_class < class)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < row->n && row->exceptions[low].peer_class == class)
		return row->exceptions[low].ports;
	return row->common;
}

static struct analyze_map_ranges *make_outside(struct map_builder *builder, uint32_t row,
					       uint32_t family)
{
	struct analyze_map_ranges *ret = arena_alloc(&builder->map->arena, sizeof(*ret));
	const struct map_row content = map_row_get(&builder->rows, row);
	size_t n;
	const struct compile_range *ranges =
		compile_ranges(builder->world, family ? IP_V6 : IP_V4, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t ports = row_ports(&content, ranges[i].peer_class);

		append(ret, &ranges[i].range,
		       analyze_portsets_intersect(&builder->map->sets, ports,
						  builder->map->masks[family]));
	}
	vec_push(&builder->map->ranges, ret);
	return ret;
}

const struct analyze_map_ranges *map_outside(struct map_builder *builder, uint32_t row,
					     uint32_t family)
{
	bool is_new;
	uint64_t *known = hash_map_put(&builder->outside, (uint64_t)row << 1 | family, &is_new);

	if (is_new)
		*known = hash_ptr(make_outside(builder, row, family));
	return (const struct analyze_map_ranges *)(uintptr_t)*known;
}

void map_make_outside(struct map_builder *builder)
{
	for (uint32_t i = 0; i < builder->groups.n; i++) {
		const struct map_group_key *key = &builder->keys[i];
		struct analyze_map_group *group = &builder->map->groups.items[i];

		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (uint32_t family = 0; family < ANALYZE_MAP_FAMILIES; family++)
				if (key->peers[family] != MAP_NO_PEER)
					group->outside[direction][family] =
						map_outside(builder, key->rows[direction], family);
	}
}

/* The start of every piece, and one past the end of every range. */
struct cut {
	struct ip_addr at;
	uint32_t ports;
	bool is_end;
};

struct cuts {
	struct cut *items;
	size_t n;
	size_t cap;
};

static int compare_cuts(const void *a, const void *b)
{
	return ip_cmp(&((const struct cut *)a)->at, &((const struct cut *)b)->at);
}

/* How many ranges with each port set cover the place. */
struct cover {
	uint32_t ports;
	uint32_t n;
};

struct covers {
	struct cover *items;
	size_t n;
	size_t cap;
};

static void cover(struct covers *covers, const struct cut *cut)
{
	for (size_t i = 0; i < covers->n; i++)
		if (covers->items[i].ports == cut->ports) {
			covers->items[i].n += cut->is_end ? -1u : 1u;
			return;
		}
	vec_push(covers, ((struct cover){cut->ports, 1}));
}

static uint32_t covered_ports(struct analyze_portsets *sets, const struct covers *covers)
{
	uint32_t ports = ANALYZE_PORTS_NONE;

	for (size_t i = 0; i < covers->n; i++)
		if (covers->items[i].n)
			ports = analyze_portsets_union(sets, ports, covers->items[i].ports);
	return ports;
}

/* A range that ends where its family ends has no cut there: nothing comes after it. */
static void list_cuts(const struct analyze_map_ranges *ranges, struct cuts *ret)
{
	for (size_t i = 0; i < ranges->n; i++) {
		const struct analyze_map_range *range = &ranges->items[i];
		struct ip_addr after;

		vec_push(ret, ((struct cut){range->range.first, range->ports, false}));
		if (ip_next(&range->range.last, &after))
			vec_push(ret, ((struct cut){after, range->ports, true}));
	}
	if (ret->n)
		qsort(ret->items, ret->n, sizeof(*ret->items), compare_cuts);
}

void map_ranges_unite(struct analyze_portsets *sets, struct analyze_map_ranges *ranges)
{
	struct cuts cuts = {0};
	struct covers covers = {0};

	list_cuts(ranges, &cuts);
	vec_clear(ranges);
	for (size_t i = 0; i < cuts.n; i++) {
		const struct ip_addr *at = &cuts.items[i].at;
		struct ip_range piece = {*at, ip_highest(at->family)};
		bool is_last = i + 1 == cuts.n || cuts.items[i + 1].at.family != at->family;

		cover(&covers, &cuts.items[i]);
		if (!is_last && ip_equal(at, &cuts.items[i + 1].at))
			continue;
		if (!is_last)
			ip_prev(&cuts.items[i + 1].at, &piece.last);
		append(ranges, &piece, covered_ports(sets, &covers));
		if (is_last)
			vec_clear(&covers);
	}
	vec_release(&covers);
	vec_release(&cuts);
}
