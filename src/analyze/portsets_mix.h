/* SPDX-License-Identifier: Apache-2.0 */
/* A port set in the making; only for portsets*.c. */
#pragma once

#include "analyze/portsets.h"

struct mix_part {
	uint32_t conditions;
	struct port_set ports;
};

struct mix {
	struct port_set certain;
	VEC(struct mix_part) parts;
};

/* The number of a set of texts, which are put in order; some may be there twice. */
uint32_t mix_conditions(struct analyze_portsets *sets, uint32_t *texts, size_t n);

/* Adds ports, of which some may be there already, under these or other conditions. */
void mix_add(struct analyze_portsets *sets, struct mix *mix, uint32_t conditions,
	     const struct port_set *ports);

/* What two sets that may have parts have together, and in common. `ret` comes empty. */
void mix_union(struct analyze_portsets *sets, uint32_t a, uint32_t b, struct mix *ret);
void mix_intersect(struct analyze_portsets *sets, uint32_t a, uint32_t b, struct mix *ret);

/* The number of the result, which is released. */
uint32_t mix_finish(struct analyze_portsets *sets, struct mix *mix);
