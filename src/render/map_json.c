/* SPDX-License-Identifier: Apache-2.0 */
/* One endpoint and one connection a line, so that results can be compared with line tools. */
#include "render/aside.h"
#include "render/map.h"
#include "render/render.h"

#include <stdio.h>

static void write_endpoint(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;
	struct json json;

	json_init(&json, out, 0);
	json_string(&json, map->endpoints.items[number].id);
}

static void write_ports(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;
	struct json json;

	json_init(&json, out, 0);
	render_ports_json(&json, analyze_portsets_get(&map->sets, number));
}

static void write_conditions(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_map *map = arg;
	struct json json;

	json_init(&json, out, 0);
	json_array(&json);
	for (size_t i = 0; i < analyze_portsets_n_texts(&map->sets, number); i++)
		json_string(&json, analyze_portsets_text(&map->sets, number, i));
	json_end(&json);
}

static void render_pod_names(struct json *json, const struct analyze_map_endpoint *endpoint)
{
	json_field(json, "owner", endpoint->owner);
	json_key(json, "podNames");
	json_array(json);
	for (uint32_t i = 0; i < endpoint->n_known; i++)
		json_string(json, endpoint->pods[i]->name);
	json_end(json);
}

static void render_mark(struct json *json, const char *key, bool is_set)
{
	if (!is_set)
		return;
	json_key(json, key);
	json_bool(json, true);
}

static void render_endpoint(const struct analyze_map_endpoint *endpoint)
{
	struct json json;

	json_init(&json, stdout, 0);
	json_object(&json);
	json_field(&json, "id", endpoint->id);
	json_field(&json, "namespace", endpoint->ns);
	json_field(&json, "kind", endpoint->kind);
	json_field(&json, "name", endpoint->name);
	json_key(&json, "pods");
	json_uint(&json, endpoint->n_pods);
	json_key(&json, "hostNetwork");
	json_bool(&json, endpoint->host_network);
	if (endpoint->owner)
		render_pod_names(&json, endpoint);
	render_mark(&json, "assumed", endpoint->origin == MODEL_ASSUMED);
	render_mark(&json, "hypothetical", endpoint->origin == MODEL_HYPOTHETICAL);
	json_end(&json);
}

static void output_range(struct map_output *output, const struct ip_range *range)
{
	char text[IP_TEXT_SIZE];

	out_literal(&output->out, "\"ip:");
	ip_format(&range->first, text);
	out_add(&output->out, text, strlen(text));
	out_literal(&output->out, "-");
	ip_format(&range->last, text);
	out_add(&output->out, text, strlen(text));
	out_literal(&output->out, "\"");
}

static void output_end(struct map_output *output, uint32_t endpoint, const struct ip_range *range)
{
	if (endpoint == ANALYZE_MAP_OUTSIDE)
		output_range(output, range);
	else
		map_output_endpoint(output, endpoint);
}

static void output_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct map_output *output = arg;
	struct out *out = &output->out;

	if (output->n_connections++)
		out_literal(out, ",\n{\"from\":");
	else
		out_literal(out, "\n{\"from\":");
	output_end(output, connection->from, connection->range);
	out_literal(out, ",\"to\":");
	output_end(output, connection->to, connection->range);
	out_literal(out, ",\"ports\":");
	map_output_ports(output, connection->ports);
	if (connection->by_family) {
		out_literal(out, ",\"byFamily\":{\"IPv4\":");
		map_output_ports(output, connection->by_family[0]);
		out_literal(out, ",\"IPv6\":");
		map_output_ports(output, connection->by_family[1]);
		out_literal(out, "}");
	}
	out_literal(out, ",\"conditions\":");
	if (connection->conditions == ANALYZE_MAP_CERTAIN)
		out_literal(out, "[]");
	else
		map_output_conditions(output, connection->conditions);
	out_literal(out, "}");
}

static void render_assumptions(const struct analyze_map *map)
{
	struct json json;

	json_init(&json, stdout, 0);
	json_array(&json);
	for (size_t i = 0; i < map->assumptions.n; i++)
		json_string(&json, map->assumptions.items[i]);
	json_end(&json);
}

void render_map_json(struct analyze_map *map)
{
	const bool by_namespace = map->options.by_namespace;
	struct map_output output;
	struct json json;

	printf("{\"schema\":\"bulkhead.map/v1\",\n\"level\":\"%s\",\"union\":%s,\n\"endpoints\":[",
	       by_namespace ? "namespace" : "workload", by_namespace ? "true" : "false");
	for (size_t i = 0; i < map->endpoints.n; i++) {
		fputs(i ? ",\n" : "\n", stdout);
		render_endpoint(&map->endpoints.items[i]);
	}
	fputs("],\n\"connections\":[", stdout);
	map_output_init(&output, map, write_endpoint, write_ports, write_conditions);
	analyze_map_each(map, output_connection, &output);
	map_output_release(&output);
	fputs("],\n\"assumptions\":", stdout);
	render_assumptions(map);
	json_init(&json, stdout, 0);
	fputs(",\n\"cni\":", stdout);
	render_cni_json(&json, map->cluster);
	fputs(",\n\"noEffect\":", stdout);
	render_no_effect_json(&json, map->cluster->policies);
	fputs(",\n\"notEvaluated\":", stdout);
	render_not_evaluated_json(&json, map->snapshot);
	fputs("}\n", stdout);
}
