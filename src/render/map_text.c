/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For people: endpoints that nothing isolates are listed once, and what they have in common in a
 * connection with another endpoint is one line.
 */
#include "render/map.h"
#include "render/render.h"

#include "analyze/text.h"
#include "render/aside.h"

#include <stdio.h>

#define NOT_SEEN UINT32_MAX

/* What one endpoint has with those that are open, in one direction. */
struct shared {
	uint32_t ports; /* NOT_SEEN; ANALYZE_PORTS_NONE: they differ */
	uint32_t n;     /* open endpoints with these ports */
};

struct text_output {
	struct map_output base;
	uint32_t n_open;
	struct shared *shared[POLICY_N_DIRECTIONS]; /* by endpoint: to, and from, the open ones */
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

static bool is_open(const struct text_output *text, uint32_t endpoint)
{
	return endpoint != ANALYZE_MAP_OUTSIDE && text->n_open > 1 &&
	       text->base.map->endpoints.items[endpoint].is_open;
}

/* The shared entry that a connection with one open end counts for, or NULL. */
static struct shared *shared_of(const struct text_output *text,
				const struct analyze_map_connection *connection)
{
	const bool from = is_open(text, connection->from), to = is_open(text, connection->to);

	if (from == to || connection->range || connection->conditions != ANALYZE_MAP_CERTAIN)
		return NULL;
	return to ? &text->shared[POLICY_EGRESS][connection->from]
		  : &text->shared[POLICY_INGRESS][connection->to];
}

/* The families of an end are no difference worth a line. */
static uint32_t folded_ports(const struct text_output *text, uint32_t ports)
{
	const struct port_set *set = analyze_portsets_get(&text->base.map->sets, ports);

	return analyze_ports_is_everything(set) ? ANALYZE_PORTS_ALL : ports;
}

static void count_connection(void *arg, const struct analyze_map_connection *connection)
{
	const uint32_t ports = folded_ports(arg, connection->ports);
	struct shared *shared = shared_of(arg, connection);

	if (!shared)
		return;
	if (shared->ports == NOT_SEEN)
		shared->ports = ports;
	if (shared->ports == ports)
		shared->n++;
}

static bool is_shared_by_all(const struct text_output *text, const struct shared *shared)
{
	return shared && shared->n == text->n_open;
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
			bool is_folded)
{
	struct out *out = &text->base.out;
	const bool from_open = is_folded && is_open(text, connection->from);

	output_end(text, connection->from, connection->range, from_open);
	out_literal(out, " → ");
	output_end(text, connection->to, connection->range, is_folded && !from_open);
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

/* What is common to all open endpoints is written for the first of them. */
static void output_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct text_output *text = arg;
	struct shared *shared = shared_of(text, connection);
	const bool from = is_open(text, connection->from), to = is_open(text, connection->to);

	if ((from || to) && (from == to || connection->range))
		return;
	text->base.n_connections++;
	if (!is_shared_by_all(text, shared)) {
		output_line(text, connection, false);
	} else if (shared->ports != NOT_SEEN) {
		output_line(text, connection, true);
		shared->ports = NOT_SEEN;
	}
}

static void print_open(const struct text_output *text)
{
	const struct analyze_map *map = text->base.map;

	if (text->n_open < 2)
		return;
	printf("open to all: nothing isolates these %u, every port is open to them and from them\n",
	       text->n_open);
	for (size_t i = 0; i < map->endpoints.n; i++)
		if (map->endpoints.items[i].is_open)
			printf("  %s\n", map->endpoints.items[i].id);
	putchar('\n');
}

static void prepare(struct text_output *text, struct analyze_map *map)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		text->shared[direction] = vec_grow(NULL, &(size_t){0}, map->endpoints.n + 1,
						   sizeof(*text->shared[direction]));
		for (size_t i = 0; i < map->endpoints.n; i++)
			text->shared[direction][i] = (struct shared){.ports = NOT_SEEN};
	}
	/* Who asks for certain connections wants to see them. */
	for (size_t i = 0; i < map->endpoints.n; i++)
		text->n_open += map->endpoints.items[i].is_open && !map->options.from &&
				!map->options.to && !map->options.port;
	if (text->n_open > 1)
		analyze_map_each(map, count_connection, text);
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
	prepare(&text, map);
	if (map->options.by_namespace)
		puts("namespaces: of all that their workloads may do, the union\n");
	print_open(&text);
	analyze_map_each(map, output_connection, &text);
	map_output_release(&text.base);
	for (size_t i = 0; i < map->assumptions.n; i++)
		printf("%sassumed: %s\n", i ? "" : "\n", map->assumptions.items[i]);
	print_aside(map);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		free(text.shared[direction]);
}
