/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map against one that was written before, as JSON (docs/json.md, bulkhead.map/v1): whether a
 * committed access map is still true.
 *
 * Owns its texts; the map may go before it.
 */
#pragma once

#include "analyze/map.h"

/* One connection that is not what it was; ports NULL: it is not there. */
struct analyze_stale {
	const char *from;
	const char *to;
	const char *conditions; /* "": none */
	const char *before;     /* its ports, as text */
	const char *after;
};

struct analyze_map_check {
	struct arena arena;
	VEC(struct analyze_stale) stale; /* by source, target, conditions */
	VEC(const char *) added;         /* ids of endpoints */
	VEC(const char *) removed;
};

/* false: a diagnostic says why the file is no map, or not one of this kind. */
bool analyze_map_check(struct analyze_map_check *ret, struct analyze_map *map, const char *path,
		       struct diag_list *diags);

static inline bool analyze_map_is_stale(const struct analyze_map_check *check)
{
	return check->stale.n || check->added.n || check->removed.n;
}

void analyze_map_check_release(struct analyze_map_check *check);
