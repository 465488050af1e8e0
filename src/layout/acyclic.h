/* SPDX-License-Identifier: Apache-2.0 */
/* Only for this module. */
#pragma once

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct acyclic_edge {
	uint32_t from, to;
};

struct acyclic_edges {
	struct acyclic_edge *items;
	size_t n;
	size_t cap;
};

/*
 * An order of `n` nodes in which few edges point back: greedily, sinks last, sources first, else
 * whoever has most edges out and fewest in (Eades, Lin, Smyth). The result is the place of each
 * node, on the heap.
 */
uint32_t *acyclic_order(const struct acyclic_edges *edges, uint32_t n);
