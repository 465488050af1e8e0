/* SPDX-License-Identifier: Apache-2.0 */
/* What the three formats of a map share. */
#pragma once

#include "analyze/map.h"
#include "render/out.h"
#include "render/words.h"

/* A map on its way to stdout. */
struct map_output {
	struct analyze_map *map;
	struct out out;
	struct words endpoints; /* by position */
	struct words ports;     /* by port set */
	struct words conditions;
	size_t n_connections;
};

void map_output_init(struct map_output *output, struct analyze_map *map, words_fn write_endpoint,
		     words_fn write_ports, words_fn write_conditions);
void map_output_release(struct map_output *output);

void map_output_endpoint(struct map_output *output, uint32_t number);
void map_output_ports(struct map_output *output, uint32_t ports);
void map_output_conditions(struct map_output *output, uint32_t conditions);
