/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/plan_json.h"

#include "base/json.h"
#include "tree/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PLAN_FILE "plan.json"

static void write_strings(struct json *json, const char *key, const char *const *items, size_t n)
{
	json_key(json, key);
	json_array(json);
	for (size_t i = 0; i < n; i++)
		json_string(json, items[i]);
	json_end(json);
}

static void write_input(struct json *json, const struct lab_input *input)
{
	json_key(json, "input");
	json_object(json);
	write_strings(json, "paths", input->base.paths, input->base.n_paths);
	json_field(json, "namespace", input->base.ns);
	write_strings(json, "podCidrs", input->base.pod_cidrs, input->base.n_pod_cidrs);
	json_field(json, "cni", input->base.cni);
	json_key(json, "meshAll");
	json_bool(json, input->base.mesh_all);
	json_key(json, "skipInvalid");
	json_bool(json, input->base.skip_invalid);
	json_key(json, "nodes");
	json_uint(json, input->n_nodes);
	json_end(json);
}

static void write_end(struct json *json, const struct lab_end *end)
{
	char text[IP_TEXT_SIZE];

	json_object(json);
	json_field(json, "name", end->name);
	json_field(json, "workload", end->workload);
	json_key(json, "node");
	json_uint(json, end->node);
	json_key(json, "ips");
	json_array(json);
	for (uint32_t i = 0; i < end->n_ips; i++)
		json_string(json, ip_format(&end->ips[i], text));
	json_end(json);
	json_key(json, "ports");
	json_array(json);
	for (uint32_t i = 0; i < end->n_ports; i++) {
		json_array(json);
		json_uint(json, end->ports[i].space);
		json_uint(json, end->ports[i].number);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

static void write_ends(struct json *json, const char *key, const struct lab_end *ends, uint32_t n)
{
	json_key(json, key);
	json_array(json);
	for (uint32_t i = 0; i < n; i++)
		write_end(json, &ends[i]);
	json_end(json);
}

int lab_plan_save(const struct lab_home *home, const struct lab_plan *plan,
		  const struct lab_input *input, struct lab_fault *fault)
{
	char path[LAB_PATH_SIZE], next[LAB_PATH_SIZE];
	struct json json;
	FILE *file;

	lab_home_file(home, PLAN_FILE, path);
	file = fopen(lab_home_file(home, PLAN_FILE ".new", next), "we");
	if (!file)
		return lab_fail(fault, -errno, "cannot write %s", next);
	json_init(&json, file, 2);
	json_object(&json);
	write_input(&json, input);
	write_ends(&json, "nodes", plan->ends, plan->n_nodes);
	write_ends(&json, "pods", plan->ends + plan->n_nodes, plan->n_pods);
	write_ends(&json, "outside", plan->ends + plan->n_nodes + plan->n_pods, plan->n_outside);
	json_end(&json);
	if (fclose(file) || rename(next, path))
		return lab_fail(fault, -errno, "cannot write %s", path);
	return 0;
}

/* We wrote the file ourselves: what does not fit its shape is read as nothing. */
static const struct tree_node *list_of(const struct tree_node *map, const char *key,
				       uint32_t *ret_n)
{
	const struct tree_node *list = tree_get(map, key);

	*ret_n = list && list->kind == TREE_SEQ ? list->len : 0;
	return list;
}

static uint32_t number_of(const struct tree_node *node)
{
	return node && node->kind == TREE_INT ? (uint32_t)node->integer : 0;
}

static const char *const *read_strings(struct arena *arena, const struct tree_node *map,
				       const char *key, size_t *ret_n)
{
	uint32_t n;
	const struct tree_node *list = list_of(map, key, &n);
	const char **items = arena_alloc_n(arena, n, sizeof(*items));

	for (uint32_t i = 0; i < n; i++)
		items[i] = list->items[i]->text;
	*ret_n = n;
	return items;
}

static void read_end(struct arena *arena, const struct tree_node *node, struct lab_end *ret)
{
	uint32_t n;
	const struct tree_node *list = list_of(node, "ips", &n);

	ret->name = tree_get_string(node, "name");
	ret->workload = tree_get_string(node, "workload");
	ret->node = number_of(tree_get(node, "node"));
	for (uint32_t i = 0; i < n && i < 2; i++)
		ret->n_ips += !ip_parse(list->items[i]->text, &ret->ips[i], NULL);
	list = list_of(node, "ports", &n);
	ret->ports = arena_alloc_n(arena, n, sizeof(*ret->ports));
	ret->n_ports = n;
	for (uint32_t i = 0; i < n; i++)
		ret->ports[i] = (struct lab_port){(uint8_t)number_of(list->items[i]->items[0]),
						  (uint16_t)number_of(list->items[i]->items[1])};
}

/* Reads a list of ends of one kind to where the plan has got. */
static uint32_t read_ends(struct lab_plan *plan, const struct tree_node *root, const char *key,
			  enum lab_end_kind kind)
{
	struct lab_end *end = &plan->ends[lab_n_ends(plan)];
	uint32_t n;
	const struct tree_node *list = list_of(root, key, &n);

	for (uint32_t i = 0; i < n; i++) {
		end[i].kind = kind;
		read_end(&plan->arena, list->items[i], &end[i]);
	}
	return n;
}

struct reading {
	struct lab_plan *plan;
	struct lab_input *input;
};

static int read_plan(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct reading *reading = arg;
	struct lab_plan *plan = reading->plan;
	const struct tree_node *input = tree_get(root, "input");
	uint32_t n_nodes, n_pods, n_outside;
	const struct tree_node *skip_invalid = tree_get(input, "skipInvalid");
	const struct tree_node *mesh_all = tree_get(input, "meshAll");

	(void)file;
	list_of(root, "nodes", &n_nodes);
	list_of(root, "pods", &n_pods);
	list_of(root, "outside", &n_outside);
	plan->ends = arena_alloc_n(&plan->arena, n_nodes + n_pods + n_outside, sizeof(*plan->ends));
	plan->n_nodes = read_ends(plan, root, "nodes", LAB_NODE);
	plan->n_pods = read_ends(plan, root, "pods", LAB_POD);
	plan->n_outside = read_ends(plan, root, "outside", LAB_OUTSIDE);
	*reading->input = (struct lab_input){
		.base.ns = tree_get_string(input, "namespace"),
		.base.cni = tree_get_string(input, "cni"),
		.base.mesh_all = mesh_all && mesh_all->boolean,
		.base.skip_invalid = skip_invalid && skip_invalid->boolean,
		.n_nodes = number_of(tree_get(input, "nodes")),
	};
	reading->input->base.paths =
		read_strings(&plan->arena, input, "paths", &reading->input->base.n_paths);
	reading->input->base.pod_cidrs =
		read_strings(&plan->arena, input, "podCidrs", &reading->input->base.n_pod_cidrs);
	return 0;
}

int lab_plan_load(const struct lab_home *home, struct lab_plan *ret_plan,
		  struct lab_input *ret_input, struct lab_fault *fault)
{
	struct reading reading = {ret_plan, ret_input};
	struct diag_file *file;
	struct diag_list diags;
	struct intern intern;
	char path[LAB_PATH_SIZE];
	int error;

	lab_plan_init(ret_plan);
	error = tree_load(lab_home_file(home, PLAN_FILE, path), NULL, &ret_plan->arena, &file);
	if (error) {
		lab_plan_release(ret_plan);
		return lab_fail(fault, error, "cannot read %s: the lab is not complete", path);
	}
	diag_list_init(&diags, &ret_plan->arena);
	intern_init(&intern, &ret_plan->arena);
	tree_read(file, NULL, &ret_plan->arena, &intern, &diags, read_plan, &reading);
	intern_release(&intern);
	return 0;
}
