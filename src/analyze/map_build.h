/* SPDX-License-Identifier: Apache-2.0 */
/* How a map is made; only for map*.c. */
#pragma once

#include "analyze/hypothetical.h"
#include "analyze/map.h"
#include "analyze/map_rows.h"

/*
 * In place of a peer class: the family is missing; the address is not known, so any address may be
 * it.
 */
#define MAP_NO_PEER UINT32_MAX
#define MAP_ANY_PEER (UINT32_MAX - 1)

/* What makes pods one group: the same rows, and the same place in everybody's rows. No padding. */
struct map_group_key {
	uint32_t rows[POLICY_N_DIRECTIONS];
	uint32_t peers[ANALYZE_MAP_FAMILIES]; /* a peer class that stands for its equals */
	uint32_t is_host;
};

struct map_builder {
	struct analyze_map *map;
	struct analyze_cluster *cluster;
	struct diag_list *diags;
	struct compile_world *world;
	struct map_rows rows;
	struct keyset columns;      /* of peer classes with equal columns */
	VEC(uint32_t) column_peer;  /* by number in `columns`: the first class with it */
	struct keyset groups;       /* struct map_group_key; numbers are the map's groups */
	struct map_group_key *keys; /* the same, by number */
	uint32_t *group_of;         /* by pod index */
	struct model_pod *stranger; /* one without labels, if the proxy of routes is one */
	struct hash_map outside;    /* row << 1 | family → struct analyze_map_ranges * */
};

/* The steps, in this order. */
void map_make_groups(struct map_builder *builder);
void map_make_endpoints(struct map_builder *builder,
			const struct analyze_hypotheticals *hypotheticals);
void map_make_outside(struct map_builder *builder);
void map_make_links(struct map_builder *builder);
void map_make_entries(struct map_builder *builder);

bool map_has_ingress(const struct map_builder *builder);

/*
 * The ports of a row towards the addresses of a family outside the cluster, equal neighbours
 * joined.
 */
const struct analyze_map_ranges *map_outside(struct map_builder *builder, uint32_t row,
					     uint32_t family);

/* Of the addresses that `outside` leaves, one list that has the union of all ports. */
void map_ranges_unite(struct analyze_portsets *sets, struct analyze_map_ranges *ranges);

/*
 * What host-network pods of `source` may send to those of `target` on their own node: all that there
 * is, unless rules may decide on it.
 */
uint32_t map_own_node_ports(struct analyze_map *map, const struct analyze_map_endpoint *source,
			    const struct analyze_map_endpoint *target);

/* Folds a finished map into one whose endpoints are namespaces. */
void map_fold_namespaces(struct analyze_map *map);
