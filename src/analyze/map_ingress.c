/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy that routes are for: it may reach what they lead to, as far as policies let it. */
#include "analyze/map_build.h"

#include <string.h>

const struct analyze_endpoint analyze_ingress = {
	.kind = ANALYZE_INGRESS,
	.id = ANALYZE_INGRESS_ID,
};

struct entering {
	struct map_builder *builder;
	uint32_t *endpoint_of; /* by pod index; ANALYZE_MAP_OUTSIDE: none */
	uint32_t *ports;       /* that routes lead to, by endpoint */
};

bool map_has_ingress(const struct map_builder *builder)
{
	return builder->map->options.has_ingress || builder->cluster->snapshot->n_routes > 0;
}

static void number_pods(struct entering *entering)
{
	const struct analyze_map *map = entering->builder->map;
	const uint32_t n_pods = map->snapshot->n_pods;

	entering->endpoint_of =
		vec_grow(NULL, &(size_t){0}, n_pods + 1, sizeof(*entering->endpoint_of));
	memset(entering->endpoint_of, 0xff, n_pods * sizeof(*entering->endpoint_of));
	for (uint32_t i = 0; i < map->endpoints.n; i++)
		for (uint32_t j = 0; j < map->endpoints.items[i].n_known; j++)
			entering->endpoint_of[map->endpoints.items[i].pods[j]->index] = i;
}

static void add_target(void *arg, const struct model_pod *pod, const struct port_set *ports)
{
	struct entering *entering = arg;
	struct analyze_portsets *sets = &entering->builder->map->sets;
	const uint32_t endpoint = entering->endpoint_of[pod->index];

	if (endpoint != ANALYZE_MAP_OUTSIDE)
		entering->ports[endpoint] = analyze_portsets_union(
			sets, entering->ports[endpoint], analyze_portsets_add(sets, ports));
}

/* Of what the proxy's pod may do towards an endpoint, what routes ask of it. */
static void add_entry(struct entering *entering, uint32_t to)
{
	struct analyze_map *map = entering->builder->map;
	const struct analyze_map_endpoint *proxy = &map->endpoints.items[map->ingress];
	const struct analyze_map_group *group = &map->groups.items[proxy->group];
	struct analyze_map_link entry;

	for (size_t i = 0; i < group->links.n; i++) {
		if (group->links.items[i].to != map->endpoints.items[to].group)
			continue;
		entry = group->links.items[i];
		entry.to = to;
		entry.ports =
			analyze_portsets_intersect(&map->sets, entry.ports, entering->ports[to]);
		for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
			entry.by_family[family] = analyze_portsets_intersect(
				&map->sets, entry.by_family[family], entering->ports[to]);
		if (entry.ports != ANALYZE_PORTS_NONE)
			vec_push(&map->entries, entry);
	}
}

void map_make_entries(struct map_builder *builder)
{
	const struct analyze_map *map = builder->map;
	struct entering entering = {.builder = builder};

	if (map->ingress == ANALYZE_MAP_OUTSIDE)
		return;
	number_pods(&entering);
	entering.ports =
		vec_grow(NULL, &(size_t){0}, map->endpoints.n + 1, sizeof(*entering.ports));
	memset(entering.ports, 0, map->endpoints.n * sizeof(*entering.ports));
	model_each_routed(builder->cluster->snapshot, NULL, add_target, &entering);
	for (uint32_t to = 0; to < map->endpoints.n; to++)
		if (entering.ports[to] != ANALYZE_PORTS_NONE)
			add_entry(&entering, to);
	free(entering.endpoint_of);
	free(entering.ports);
}
