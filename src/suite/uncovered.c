/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/suite.h"

#include "analyze/map.h"
#include "base/bitset.h"
#include "suite/ports.h"

#include <string.h>

/* Who is meant by one side of each test. */
struct side {
	struct bitset *tests; /* by endpoint of the map */
};

struct walk {
	struct suite *suite;
	struct analyze_map *map;
	struct side sides[SUITE_N_SIDES];
	struct port_set *ports; /* by test */
	struct suite_uncovered *ret;
};

static void list_ports(struct walk *walk)
{
	const struct suite *suite = walk->suite;

	walk->ports = vec_grow(NULL, &(size_t){0}, suite->tests.n + 1, sizeof(*walk->ports));
	memset(walk->ports, 0, suite->tests.n * sizeof(*walk->ports));
	for (size_t i = 0; i < suite->tests.n; i++)
		for (uint32_t k = 0; k < suite->tests.items[i].n_ports; k++)
			suite_ports_at(suite->ends[SUITE_TO].items[i].whole,
				       &suite->tests.items[i].ports[k], NULL, &walk->ports[i]);
}

/* The endpoint of the map of each pod, by index. */
static uint32_t *list_owners(const struct analyze_map *map)
{
	uint32_t *owners = vec_grow(NULL, &(size_t){0}, map->snapshot->n_pods + 1, sizeof(*owners));

	memset(owners, 0xff, map->snapshot->n_pods * sizeof(*owners));
	for (size_t i = 0; i < map->endpoints.n; i++)
		for (uint32_t k = 0; k < map->endpoints.items[i].n_known; k++)
			owners[map->endpoints.items[i].pods[k]->index] = (uint32_t)i;
	return owners;
}

static void side_init(struct walk *walk, enum suite_side number, const uint32_t *owners)
{
	struct side *side = &walk->sides[number];
	const size_t n = walk->suite->tests.n;

	side->tests =
		vec_grow(NULL, &(size_t){0}, walk->map->endpoints.n + 1, sizeof(*side->tests));
	for (size_t i = 0; i < walk->map->endpoints.n; i++)
		bitset_init(&side->tests[i], n);
	for (size_t i = 0; i < n; i++) {
		const struct analyze_endpoint *whole = walk->suite->ends[number].items[i].whole;

		if (whole->is_proxy && walk->map->ingress != ANALYZE_MAP_OUTSIDE)
			bitset_set(&side->tests[walk->map->ingress], i);
		for (uint32_t k = 0; k < whole->n_pods && !whole->is_proxy; k++)
			if (owners[whole->pods[k]->index] != UINT32_MAX)
				bitset_set(&side->tests[owners[whole->pods[k]->index]], i);
	}
}

static void side_release(struct side *side, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bitset_release(&side->tests[i]);
	free(side->tests);
}

static bool overlaps(const struct analyze_endpoint *endpoint, const struct ip_range *range)
{
	for (uint32_t i = 0; i < endpoint->n_ranges; i++)
		if (endpoint->ranges[i].first.family == range->first.family &&
		    ip_cmp(&endpoint->ranges[i].first, &range->last) <= 0 &&
		    ip_cmp(&range->first, &endpoint->ranges[i].last) <= 0)
			return true;
	return false;
}

/* Whether one end of a connection is, or has something of, a side of a test. */
static bool is_meant(const struct walk *walk, const struct analyze_map_connection *connection,
		     enum suite_side side, size_t test)
{
	const uint32_t end = side == SUITE_FROM ? connection->from : connection->to;

	if (end != ANALYZE_MAP_OUTSIDE)
		return bitset_test(&walk->sides[side].tests[end], test);
	return overlaps(walk->suite->ends[side].items[test].whole, connection->range);
}

static void take_covered(const struct walk *walk, const struct analyze_map_connection *connection,
			 struct port_set *ports)
{
	for (size_t i = 0; i < walk->suite->tests.n && ports->n; i++) {
		struct port_set rest = {0};

		if (!is_meant(walk, connection, SUITE_FROM, i) ||
		    !is_meant(walk, connection, SUITE_TO, i))
			continue;
		port_set_subtract(ports, &walk->ports[i], &rest);
		port_set_release(ports);
		*ports = rest;
	}
}

static const char *end_text(const struct walk *walk, uint32_t end, const struct ip_range *range)
{
	return end == ANALYZE_MAP_OUTSIDE
		       ? analyze_range_id(range, &walk->ret->arena)
		       : arena_strdup(&walk->ret->arena, walk->map->endpoints.items[end].id);
}

static void check_edge(void *arg, const struct analyze_map_connection *connection)
{
	struct walk *walk = arg;
	struct port_set ports = {0};

	walk->ret->n_edges++;
	port_set_copy(&ports, analyze_portsets_get(&walk->map->sets, connection->ports));
	take_covered(walk, connection, &ports);
	if (ports.n == 0) {
		port_set_release(&ports);
		return;
	}
	vec_push(&walk->ret->edges,
		 ((struct suite_edge){end_text(walk, connection->from, connection->range),
				      end_text(walk, connection->to, connection->range), ports}));
}

void suite_find_uncovered(struct suite *suite, struct suite_uncovered *ret)
{
	const struct analyze_map_options options = {0};
	struct analyze_map map;
	struct walk walk = {.suite = suite, .map = &map, .ret = ret};
	struct diag_list notes;
	uint32_t *owners;

	*ret = (struct suite_uncovered){0};
	arena_init(&ret->arena);
	diag_list_init(&notes, &ret->arena);
	analyze_map_build(&map, suite->cluster, &options, &notes);
	owners = list_owners(&map);
	for (int side = 0; side < SUITE_N_SIDES; side++)
		side_init(&walk, side, owners);
	list_ports(&walk);
	analyze_map_each(&map, check_edge, &walk);
	for (size_t i = 0; i < suite->tests.n; i++)
		port_set_release(&walk.ports[i]);
	free(walk.ports);
	for (int side = 0; side < SUITE_N_SIDES; side++)
		side_release(&walk.sides[side], map.endpoints.n);
	free(owners);
	analyze_map_release(&map);
}

void suite_uncovered_release(struct suite_uncovered *uncovered)
{
	for (size_t i = 0; i < uncovered->edges.n; i++)
		port_set_release(&uncovered->edges.items[i].ports);
	vec_release(&uncovered->edges);
	arena_release(&uncovered->arena);
}
