/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people need not be shown one by one: endpoints that nothing isolates, which all have the
 * same with whoever is not among them.
 */
#pragma once

#include "analyze/map.h"

/* How a connection is shown. */
enum map_fold_way {
	MAP_FOLD_ALONE,
	MAP_FOLD_FROM_ALL, /* for all open endpoints as sources */
	MAP_FOLD_TO_ALL,   /* or as targets */
	MAP_FOLD_HIDDEN,   /* it is told with the others */
};

struct map_fold_shared;

struct map_fold {
	struct analyze_map *map;
	uint32_t n_open; /* less than 2: nothing is folded */
	struct map_fold_shared *shared[POLICY_N_DIRECTIONS];
};

void map_fold_init(struct map_fold *fold, struct analyze_map *map);
void map_fold_release(struct map_fold *fold);

bool map_fold_is_open(const struct map_fold *fold, uint32_t endpoint);

/* Ask once for each connection of analyze_map_each(), in its order. */
enum map_fold_way map_fold_way(struct map_fold *fold,
			       const struct analyze_map_connection *connection);
