/* SPDX-License-Identifier: Apache-2.0 */
#include "render/map.h"

void map_output_init(struct map_output *output, struct analyze_map *map, words_fn write_endpoint,
		     words_fn write_ports, words_fn write_conditions)
{
	*output = (struct map_output){.map = map};
	out_init(&output->out);
	words_init(&output->endpoints, write_endpoint, map);
	words_init(&output->ports, write_ports, map);
	words_init(&output->conditions, write_conditions, map);
}

void map_output_release(struct map_output *output)
{
	out_finish(&output->out);
	words_release(&output->endpoints);
	words_release(&output->ports);
	words_release(&output->conditions);
}

void map_output_endpoint(struct map_output *output, uint32_t number)
{
	words_add(&output->endpoints, number, &output->out);
}

void map_output_ports(struct map_output *output, uint32_t ports)
{
	words_add(&output->ports, ports, &output->out);
}

void map_output_conditions(struct map_output *output, uint32_t conditions)
{
	words_add(&output->conditions, conditions, &output->out);
}
