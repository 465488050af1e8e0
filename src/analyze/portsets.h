/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Port sets by number: equal sets have equal numbers, and what was combined once is remembered.
 *
 * For questions over the whole cluster, where a few hundred different sets answer millions of
 * pairs. Owns its sets; numbers are valid until the release. One thread.
 */
#pragma once

#include "base/hash.h"
#include "base/port.h"
#include "base/vec.h"

#include <stdint.h>

/* The numbers of the empty set, and of every port of every space. */
#define ANALYZE_PORTS_NONE 0u
#define ANALYZE_PORTS_ALL 1u

struct analyze_portsets {
	VEC(struct port_set) sets;
	VEC(uint32_t) next; /* number + 1 of the next set with the same hash, 0 = none */
	struct hash_map by_hash;
	struct hash_map unions; /* smaller number << 32 | larger number */
	struct hash_map intersections;
};

void analyze_portsets_init(struct analyze_portsets *sets);
void analyze_portsets_release(struct analyze_portsets *sets);

/* The number of a set; it is copied when it is new. */
uint32_t analyze_portsets_add(struct analyze_portsets *sets, const struct port_set *set);

uint32_t analyze_portsets_union(struct analyze_portsets *sets, uint32_t a, uint32_t b);
uint32_t analyze_portsets_intersect(struct analyze_portsets *sets, uint32_t a, uint32_t b);

/* Valid until the next set is made. */
const struct port_set *analyze_portsets_get(const struct analyze_portsets *sets, uint32_t number);
