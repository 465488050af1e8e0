/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180, a line for each range of ports; numbers as in the JSON. */
#include "render/csv.h"
#include "render/map.h"
#include "render/render.h"

#include <stdio.h>

static void write_endpoint(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;

	render_csv_field(map->endpoints.items[number].id, out);
}

/* One field, a line for each condition. */
static void write_conditions(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;

	render_csv_open(analyze_portsets_text(&map->sets, number, 0), out);
	for (size_t i = 1; i < analyze_portsets_n_texts(&map->sets, number); i++)
		render_csv_add(analyze_portsets_text(&map->sets, number, i), out);
	render_csv_close(out);
}

static void write_range(const void *arg, uint32_t number, FILE *out)
{
	(void)arg;
	(void)number;
	(void)out;
}

static void add_end(struct map_output *output, uint32_t endpoint, const struct ip_range *range)
{
	if (endpoint != ANALYZE_MAP_OUTSIDE)
		map_output_endpoint(output, endpoint);
	else
		out_add_range(&output->out, range);
}

static void output_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct map_output *output = arg;
	const struct port_set *set = analyze_portsets_get(&output->map->sets, connection->ports);

	for (size_t i = 0; i < set->n; i++) {
		const struct port_range *range = &set->ranges[i];
		char text[64];
		int len = snprintf(text, sizeof(text), ",%s,%u,%u", port_space_name(range->space),
				   range->first, range->last);

		add_end(output, connection->from, connection->range);
		out_literal(&output->out, ",");
		add_end(output, connection->to, connection->range);
		out_add(&output->out, text, (size_t)len);
		if (output->map->has_conditions)
			out_literal(&output->out, ",");
		if (connection->conditions != ANALYZE_MAP_CERTAIN)
			map_output_conditions(output, connection->conditions);
		out_literal(&output->out, "\r\n");
	}
}

void render_map_csv(struct analyze_map *map)
{
	struct map_output output;

	map_output_init(&output, map, write_endpoint, write_range, write_conditions);
	out_literal(&output.out, "from,to,protocol,port,endPort");
	if (map->has_conditions)
		out_literal(&output.out, ",conditions");
	out_literal(&output.out, "\r\n");
	analyze_map_each(map, output_connection, &output);
	map_output_release(&output);
}
