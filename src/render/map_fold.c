/* SPDX-License-Identifier: Apache-2.0 */
#include "render/map_fold.h"

#include "analyze/text.h"

#define NOT_SEEN UINT32_MAX

/* What one endpoint has with those that are open, in one direction. */
struct map_fold_shared {
	uint32_t ports; /* NOT_SEEN; ANALYZE_PORTS_NONE: they differ */
	uint32_t n;     /* open endpoints with these ports */
};

bool map_fold_is_open(const struct map_fold *fold, uint32_t endpoint)
{
	return endpoint != ANALYZE_MAP_OUTSIDE && fold->n_open > 1 &&
	       fold->map->endpoints.items[endpoint].is_open;
}

/* The shared entry that a connection with one open end counts for, or NULL. */
static struct map_fold_shared *shared_of(const struct map_fold *fold,
					 const struct analyze_map_connection *connection)
{
	const bool from = map_fold_is_open(fold, connection->from);
	const bool to = map_fold_is_open(fold, connection->to);

	if (from == to || connection->range || connection->conditions != ANALYZE_MAP_CERTAIN)
		return NULL;
	return to ? &fold->shared[POLICY_EGRESS][connection->from]
		  : &fold->shared[POLICY_INGRESS][connection->to];
}

/* The families of an end are no difference worth a line. */
static uint32_t folded_ports(const struct map_fold *fold, uint32_t ports)
{
	const struct port_set *set = analyze_portsets_get(&fold->map->sets, ports);

	return analyze_ports_is_everything(set) ? ANALYZE_PORTS_ALL : ports;
}

static void count_connection(void *arg, const struct analyze_map_connection *connection)
{
	const uint32_t ports = folded_ports(arg, connection->ports);
	struct map_fold_shared *shared = shared_of(arg, connection);

	if (!shared)
		return;
	if (shared->ports == NOT_SEEN)
		shared->ports = ports;
	if (shared->ports == ports)
		shared->n++;
}

void map_fold_init(struct map_fold *fold, struct analyze_map *map)
{
	*fold = (struct map_fold){.map = map};
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		fold->shared[direction] = vec_grow(NULL, &(size_t){0}, map->endpoints.n + 1,
						   sizeof(*fold->shared[direction]));
		for (size_t i = 0; i < map->endpoints.n; i++)
			fold->shared[direction][i] = (struct map_fold_shared){.ports = NOT_SEEN};
	}
	/* Who asks for certain connections wants to see them. */
	for (size_t i = 0; i < map->endpoints.n; i++)
		fold->n_open += map->endpoints.items[i].is_open && !map->options.from &&
				!map->options.to && !map->options.port;
	if (fold->n_open > 1)
		analyze_map_each(map, count_connection, fold);
}

void map_fold_release(struct map_fold *fold)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		free(fold->shared[direction]);
}

enum map_fold_way map_fold_way(struct map_fold *fold,
			       const struct analyze_map_connection *connection)
{
	struct map_fold_shared *shared = shared_of(fold, connection);
	const bool from = map_fold_is_open(fold, connection->from);
	const bool to = map_fold_is_open(fold, connection->to);

	if ((from || to) && (from == to || connection->range))
		return MAP_FOLD_HIDDEN;
	if (!shared || shared->n != fold->n_open)
		return MAP_FOLD_ALONE;
	if (shared->ports == NOT_SEEN)
		return MAP_FOLD_HIDDEN;
	shared->ports = NOT_SEEN;
	return from ? MAP_FOLD_FROM_ALL : MAP_FOLD_TO_ALL;
}
