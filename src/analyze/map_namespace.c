/* SPDX-License-Identifier: Apache-2.0 */
/* A map whose endpoints are namespaces: of all that their endpoints may do, the union. */
#include "analyze/map_build.h"

#include <string.h>

struct folding {
	struct analyze_map *map;
	VEC(struct analyze_map_endpoint) namespaces;
	uint32_t *ns_of;                          /* by endpoint: position in `namespaces` */
	struct hash_map links;                    /* from << 32 | to → ports */
	VEC(struct analyze_map_ranges *) outside; /* by namespace, direction and family */
};

static uint32_t enter_namespace(struct folding *folding, const char *name)
{
	struct analyze_map_endpoint *endpoint;

	for (size_t i = folding->namespaces.n; i > 0; i--)
		if (strcmp(folding->namespaces.items[i - 1].id, name) == 0)
			return (uint32_t)(i - 1);
	endpoint = vec_add(&folding->namespaces);
	endpoint->id = endpoint->ns = endpoint->name = name;
	endpoint->kind = "Namespace";
	endpoint->group = (uint32_t)(folding->namespaces.n - 1);
	endpoint->origin = MODEL_HYPOTHETICAL;
	endpoint->is_open = true;
	return endpoint->group;
}

/* It is in no namespace: it is one. */
static void keep_ingress(struct folding *folding, uint32_t at)
{
	folding->namespaces.items[at].kind = "IngressController";
	folding->namespaces.items[at].is_open = false;
}

static void list_namespaces(struct folding *folding)
{
	struct analyze_map *map = folding->map;

	folding->ns_of = arena_alloc_n(&map->arena, map->endpoints.n, sizeof(*folding->ns_of));
	for (size_t i = 0; i < map->endpoints.n; i++) {
		const struct analyze_map_endpoint *endpoint = &map->endpoints.items[i];
		struct analyze_map_endpoint *ns;

		folding->ns_of[i] = enter_namespace(folding, endpoint->ns);
		ns = &folding->namespaces.items[folding->ns_of[i]];
		ns->is_open &= endpoint->is_open;
		if (endpoint->origin == MODEL_HYPOTHETICAL)
			continue;
		if (i == map->ingress)
			keep_ingress(folding, folding->ns_of[i]);
		ns->n_pods += endpoint->n_pods;
		if (endpoint->origin == MODEL_DECLARED || ns->origin == MODEL_HYPOTHETICAL)
			ns->origin = endpoint->origin;
	}
	for (size_t i = 0; i < folding->namespaces.n * POLICY_N_DIRECTIONS * ANALYZE_MAP_FAMILIES;
	     i++)
		vec_push(&folding->outside,
			 arena_alloc(&map->arena, sizeof(struct analyze_map_ranges)));
}

static struct analyze_map_ranges *outside_of(const struct folding *folding, uint32_t ns,
					     uint32_t direction, uint32_t family)
{
	return folding->outside
		.items[(ns * POLICY_N_DIRECTIONS + direction) * ANALYZE_MAP_FAMILIES + family];
}

static void fold_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct folding *folding = arg;
	const bool is_egress = connection->to == ANALYZE_MAP_OUTSIDE;
	const uint32_t inside = is_egress ? connection->from : connection->to;
	struct analyze_portsets *sets = &folding->map->sets;
	const uint32_t ports =
		analyze_portsets_when(sets, connection->ports, connection->conditions);

	if (connection->range) {
		vec_push(outside_of(folding, folding->ns_of[inside],
				    is_egress ? POLICY_EGRESS : POLICY_INGRESS,
				    connection->range->first.family == IP_V6),
			 ((struct analyze_map_range){*connection->range, ports}));
	} else {
		uint64_t *all = hash_map_put(&folding->links,
					     (uint64_t)folding->ns_of[connection->from] << 32 |
						     folding->ns_of[connection->to],
					     NULL);

		*all = analyze_portsets_union(sets, (uint32_t)*all, ports);
	}
}

static void make_group(struct folding *folding, uint32_t from)
{
	struct analyze_map *map = folding->map;
	struct analyze_map_group *group = vec_add(&map->groups);

	for (uint32_t to = 0; to < folding->namespaces.n; to++) {
		const uint64_t *ports = hash_map_get(&folding->links, (uint64_t)from << 32 | to);

		if (ports)
			vec_push(&group->links,
				 ((struct analyze_map_link){.to = to, .ports = (uint32_t)*ports}));
	}
	for (uint32_t direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
			struct analyze_map_ranges *ranges =
				outside_of(folding, from, direction, family);

			map_ranges_unite(&map->sets, ranges);
			vec_push(&map->ranges, ranges);
			group->outside[direction][family] = ranges;
		}
}

void map_fold_namespaces(struct analyze_map *map)
{
	struct folding folding = {.map = map};

	list_namespaces(&folding);
	map->options.by_namespace = false;
	analyze_map_each(map, fold_connection, &folding);
	map->options.by_namespace = true;
	/* Their work is done, and they name endpoints that are no more. */
	map->options.from = map->options.to = NULL;
	map->ingress = ANALYZE_MAP_OUTSIDE;
	vec_clear(&map->entries);
	for (size_t i = 0; i < map->groups.n; i++)
		vec_release(&map->groups.items[i].links);
	vec_clear(&map->groups);
	for (uint32_t i = 0; i < folding.namespaces.n; i++)
		make_group(&folding, i);
	vec_clear(&map->endpoints);
	for (size_t i = 0; i < folding.namespaces.n; i++)
		vec_push(&map->endpoints, folding.namespaces.items[i]);
	vec_release(&folding.namespaces);
	vec_release(&folding.outside);
	hash_map_release(&folding.links);
}
