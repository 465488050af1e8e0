/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Port sets by number: equal sets have equal numbers, and what was combined once is remembered.
 *
 * For questions over the whole cluster, where a few hundred different sets answer millions of
 * pairs. A set has ports for certain, and perhaps parts that depend on conditions; what both sides
 * of a connection say of a port is the union of their conditions. Owns its sets; numbers are valid
 * until the release. One thread.
 */
#pragma once

#include "base/hash.h"
#include "base/keyset.h"
#include "base/port.h"
#include "base/vec.h"

#include <stdint.h>

/* The numbers of the empty set, and of every port of every space. */
#define ANALYZE_PORTS_NONE 0u
#define ANALYZE_PORTS_ALL 1u

#define ANALYZE_PORTS_CERTAIN UINT32_MAX /* in place of conditions: none */

/* Ports that depend on conditions. */
struct analyze_portset_part {
	uint32_t conditions; /* analyze_portsets_conditions() */
	uint32_t ports;      /* number of a set without parts */
};

/* The parts have no port in common, nor with `ports`. */
struct analyze_portset {
	struct port_set ports; /* for certain */
	uint32_t certain;      /* number of the set with just these */
	struct analyze_portset_part *parts;
	uint32_t n_parts;
};

struct analyze_portsets {
	VEC(struct analyze_portset) sets;
	VEC(uint32_t) next; /* number + 1 of the next set with the same hash, 0 = none */
	struct hash_map by_hash;
	struct hash_map unions; /* smaller number << 32 | larger number */
	struct hash_map intersections;
	struct keyset texts;      /* of conditions, with their NUL */
	struct keyset conditions; /* ascending ids of texts */
};

void analyze_portsets_init(struct analyze_portsets *sets);
void analyze_portsets_release(struct analyze_portsets *sets);

/* The number of a set; it is copied when it is new. */
uint32_t analyze_portsets_add(struct analyze_portsets *sets, const struct port_set *set);

/* The number of a set of which all ports depend on conditions, with at least one text. */
uint32_t analyze_portsets_add_conditional(struct analyze_portsets *sets, const struct port_set *set,
					  const char *const *texts, size_t n_texts);

/* All ports of a set, without parts, under these conditions; ANALYZE_PORTS_CERTAIN leaves it. */
uint32_t analyze_portsets_when(struct analyze_portsets *sets, uint32_t number, uint32_t conditions);

uint32_t analyze_portsets_union(struct analyze_portsets *sets, uint32_t a, uint32_t b);
uint32_t analyze_portsets_intersect(struct analyze_portsets *sets, uint32_t a, uint32_t b);

/* The certain ports; valid until the next set is made. */
const struct port_set *analyze_portsets_get(const struct analyze_portsets *sets, uint32_t number);

/* With its parts; valid until the next set is made. */
const struct analyze_portset *analyze_portsets_whole(const struct analyze_portsets *sets,
						     uint32_t number);

/* How many texts there are, and one of them. */
size_t analyze_portsets_n_texts(const struct analyze_portsets *sets, uint32_t conditions);
const char *analyze_portsets_text(const struct analyze_portsets *sets, uint32_t conditions,
				  size_t i);

/* The ports of a set, without parts, that depend on these conditions, or on none. */
uint32_t analyze_portsets_under(const struct analyze_portsets *sets, uint32_t number,
				uint32_t conditions);

/* The number in `to` of a set of others. */
uint32_t analyze_portsets_import(struct analyze_portsets *to, const struct analyze_portsets *from,
				 uint32_t number);

/*
 * The ports, without parts, for which `after` allows more than `before`: they were not there, or
 * depended on conditions that are not the same now.
 */
uint32_t analyze_portsets_gain(struct analyze_portsets *sets, uint32_t before, uint32_t after);
