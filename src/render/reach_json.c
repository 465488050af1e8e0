/* SPDX-License-Identifier: Apache-2.0 */
#include "render/reach.h"

#include "render/aside.h"
#include "render/render.h"

#include <stdio.h>

static void write_exposures(struct json *json, const struct analyze_reach_node *node)
{
	json_key(json, "exposed");
	json_array(json);
	for (int i = 0; i < ANALYZE_N_EXPOSURES && node->entry; i++)
		if (node->exposures & 1u << i)
			json_string(json, analyze_exposure_name(i));
	json_end(json);
}

static void write_ports(struct json *json, struct analyze_reach *reach, uint32_t ports)
{
	const struct analyze_portset *set = analyze_portsets_whole(&reach->map.sets, ports);
	struct port_set all = {0};

	port_set_copy(&all, &set->ports);
	for (uint32_t i = 0; i < set->n_parts; i++)
		port_set_union(&all, analyze_portsets_get(&reach->map.sets, set->parts[i].ports));
	json_key(json, "ports");
	render_ports_json(json, &all);
	port_set_release(&all);
}

static void write_hop(struct json *json, struct analyze_reach *reach, uint32_t endpoint)
{
	const struct analyze_reach_node *node = &reach->nodes.items[endpoint];

	json_object(json);
	json_field(json, "id", reach->map.endpoints.items[endpoint].id);
	json_uint_field(json, "hop", node->hop);
	json_field(json, "via", render_reach_via(reach, endpoint));
	write_ports(json, reach, node->ports);
	json_bool_field(json, "conditional", node->is_conditional);
	json_bool_field(json, "listensEverywhere", node->is_undeclared);
	json_bool_field(json, "internet", node->reaches_internet);
	json_bool_field(json, "hypothetical", !analyze_reach_is_workload(reach, endpoint));
	json_end(json);
}

static void write_radius(struct json *json, const struct analyze_reach *reach)
{
	json_key(json, "blastRadius");
	json_object(json);
	json_uint_field(json, "workloads", reach->n_workloads);
	json_uint_field(json, "pods", reach->n_pods);
	json_uint_field(json, "hops", reach->n_hops);
	json_uint_field(json, "hypothetical", reach->n_unseen);
	json_end(json);
}

static void write_difference(struct json *json, const char *key, const struct analyze_reach *a,
			     const struct analyze_reach *b)
{
	struct render_reach_order order = {0};

	render_reach_differ(a, b, &order);
	json_key(json, key);
	json_array(json);
	for (size_t i = 0; i < order.n; i++)
		json_string(json, a->map.endpoints.items[order.items[i]].id);
	json_end(json);
	vec_release(&order);
}

static void write_cut(struct json *json, const struct render_reach *output)
{
	const struct analyze_cut *cut = output->cut;

	json_key(json, "cut");
	json_object(json);
	json_field(json, "to", output->cut_to->id);
	json_bool_field(json, "reached", cut->is_reached);
	json_bool_field(json, "possible", cut->is_possible);
	json_bool_field(json, "exact", cut->is_exact);
	json_key(json, "rules");
	json_array(json);
	for (size_t i = 0; i < cut->rules.n; i++) {
		const struct analyze_ref ref = {.policy = cut->rules.items[i]->policy,
						.rule = cut->rules.items[i]};

		render_ref_json(json, &ref);
	}
	json_end(json);
	json_field(json, "openFrom", cut->open_from);
	json_field(json, "openTo", cut->open_to);
	json_uint_field(json, "tried", cut->n_tried);
	json_end(json);
}

static void write_ranks(struct json *json, const struct analyze_reach *reach)
{
	struct render_reach_order order = {0};

	render_reach_rank(reach, &order);
	json_key(json, "rank");
	json_array(json);
	for (size_t i = 0; i < order.n; i++) {
		const struct analyze_reach_node *node = &reach->nodes.items[order.items[i]];

		json_object(json);
		json_field(json, "id", reach->map.endpoints.items[order.items[i]].id);
		json_uint_field(json, "reaches", node->n_reached);
		json_uint_field(json, "reachedBy", node->n_reached_by);
		write_exposures(json, node);
		json_end(json);
	}
	json_end(json);
	vec_release(&order);
}

static void write_reach(struct json *json, const struct render_reach *output)
{
	struct render_reach_order order = {0};

	json_field(json, "from", output->reach->from->id);
	write_radius(json, output->reach);
	render_reach_list(output->reach, &order);
	json_key(json, "reached");
	json_array(json);
	for (size_t i = 0; i < order.n; i++)
		write_hop(json, output->reach, order.items[i]);
	json_end(json);
	vec_release(&order);
	if (output->with) {
		json_key(json, "with");
		json_object(json);
		write_radius(json, output->with);
		write_difference(json, "gained", output->with, output->reach);
		write_difference(json, "lost", output->reach, output->with);
		json_end(json);
	}
	if (output->cut)
		write_cut(json, output);
}

void render_reach_json(const struct render_reach *output)
{
	const struct analyze_map *map = &output->reach->map;
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.reach/v1");
	if (output->has_ranks)
		write_ranks(&json, output->reach);
	else
		write_reach(&json, output);
	render_strings_json(&json, "assumptions", map->assumptions.items, map->assumptions.n);
	render_aside_json(&json, map->cluster);
	json_end(&json);
}
