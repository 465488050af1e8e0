/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which endpoints of a large map are one box of a picture: at first those of one namespace that
 * have the same access; where that is not enough, all of a namespace, the fullest ones first; and
 * then namespaces that have the same access.
 */
#pragma once

#include "analyze/map.h"

#define MAP_GATHER_NONE UINT32_MAX

enum map_gather_kind {
	MAP_GATHER_ONE,        /* an endpoint */
	MAP_GATHER_ALIKE,      /* of one namespace, with the same access */
	MAP_GATHER_NAMESPACE,  /* all of one */
	MAP_GATHER_NAMESPACES, /* of several, which have the same access */
};

struct map_gathered {
	enum map_gather_kind kind;
	uint32_t first; /* endpoint */
	uint32_t n;     /* endpoints */
	uint32_t n_namespaces;
};

struct map_gather {
	const struct analyze_map *map;
	uint32_t *set_of; /* by endpoint; MAP_GATHER_NONE: it is left out */
	VEC(struct map_gathered) sets;
};

/* Endpoints that `is_out` says are in no box of their own are left out. */
void map_gather_init(struct map_gather *gather, struct analyze_map *map, const bool *is_out);
void map_gather_release(struct map_gather *gather);
