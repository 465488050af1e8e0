/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people: endpoints that nothing isolates are listed once, and what they have in common in a
 * connection with another endpoint is one line.
 */
#include "render/map.h"
#include "render/map_fold.h"
#include "render/render.h"

#include "analyze/text.h"
#include "render/aside.h"

#include <stdio.h>

struct text_output {
	struct map_output base;
	struct map_fold fold;
};

static void write_endpoint(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;

	fputs(map->endpoints.items[number].id, out);
}

static void write_ports(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;
	struct strbuf text = {0};

	analyze_ports_text(analyze_portsets_get(&map->sets, number), &text);
	fputs(strbuf_str(&text), out);
	strbuf_release(&text);
}

/* "the method is GET; …" */
static void write_conditions(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;

	for (size_t i = 0; i < analyze_portsets_n_texts(&map->sets, number); i++)
		fprintf(out, "%s%s", i ? "; " : "", analyze_portsets_text(&map->sets, number, i));
}

static void output_range(struct out *out, const struct ip_range *range)
{
	char text[2 * IP_TEXT_SIZE + 8], first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];
	struct ip_range whole = {ip_lowest(range->first.family), ip_highest(range->first.family)};
	int len;

	if (ip_equal(&range->first, &whole.first) && ip_equal(&range->last, &whole.last))
		len = snprintf(text, sizeof(text), "any %s address",
			       range->first.family == IP_V4 ? "IPv4" : "IPv6");
	else
		len = snprintf(text, sizeof(text), "%s-%s", ip_format(&range->first, first),
			       ip_format(&range->last, last));
	out_add(out, text, (size_t)len);
}

static void output_end(struct text_output *text, uint32_t endpoint, const struct ip_range *range,
		       bool is_folded)
{
	if (is_folded)
		out_literal(&text->base.out, "(all open)");
	else if (endpoint == ANALYZE_MAP_OUTSIDE)
		output_range(&text->base.out, range);
	else
		map_output_endpoint(&text->base, endpoint);
}

static void output_line(struct text_output *text, const struct analyze_map_connection *connection,
			enum map_fold_way way)
{
	struct out *out = &text->base.out;

	output_end(text, connection->from, connection->range, way == MAP_FOLD_FROM_ALL);
	out_literal(out, " → ");
	output_end(text, connection->to, connection->range, way == MAP_FOLD_TO_ALL);
	out_literal(out, "   ");
	map_output_ports(&text->base, connection->ports);
	if (connection->by_family) {
		out_literal(out, "   (IPv4: ");
		map_output_ports(&text->base, connection->by_family[0]);
		out_literal(out, "; IPv6: ");
		map_output_ports(&text->base, connection->by_family[1]);
		out_literal(out, ")");
	}
	if (connection->conditions != ANALYZE_MAP_CERTAIN) {
		out_literal(out, "   if ");
		map_output_conditions(&text->base, connection->conditions);
	}
	out_literal(out, "\n");
}

static void output_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct text_output *text = arg;
	const enum map_fold_way way = map_fold_way(&text->fold, connection);

	if (way == MAP_FOLD_HIDDEN)
		return;
	text->base.n_connections++;
	output_line(text, connection, way);
}

static void print_open(const struct text_output *text)
{
	const struct analyze_map *map = text->base.map;

	if (text->fold.n_open < 2)
		return;
	printf("open to all: nothing isolates these %u, every port is open to them and from them\n",
	       text->fold.n_open);
	for (size_t i = 0; i < map->endpoints.n; i++)
		if (map->endpoints.items[i].is_open)
			printf("  %s\n", map->endpoints.items[i].id);
	putchar('\n');
}

static void print_aside(const struct analyze_map *map)
{
	const struct analyze_cluster *cluster = map->cluster;

	if (map->assumptions.n == 0 &&
	    (cluster->policies->n_idle > 0 || cluster->snapshot->n_not_evaluated > 0))
		putchar('\n');
	render_aside_text(cluster, "");
}

void render_map_text(struct analyze_map *map)
{
	struct text_output text = {0};

	map_output_init(&text.base, map, write_endpoint, write_ports, write_conditions);
	map_fold_init(&text.fold, map);
	if (map->options.by_namespace)
		puts("namespaces: of all that their workloads may do, the union\n");
	print_open(&text);
	analyze_map_each(map, output_connection, &text);
	map_output_release(&text.base);
	for (size_t i = 0; i < map->assumptions.n; i++)
		printf("%sassumed: %s\n", i ? "" : "\n", map->assumptions.items[i]);
	print_aside(map);
	map_fold_release(&text.fold);
}
