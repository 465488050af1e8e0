/* SPDX-License-Identifier: Apache-2.0 */
/* An inventory for programs: JSON, CSV. */
#include "render/inventory.h"

#include "analyze/exposed.h"
#include "base/arena.h"
#include "render/aside.h"
#include "render/csv.h"
#include "render/inventory_words.h"
#include "render/render.h"

#include <stdio.h>

uint32_t inventory_n_pods(const struct model_workload *workload)
{
	return workload->is_scaled_to_zero ? 0 : workload->n_pods;
}

const char *inventory_ports(const struct model_workload *workload, struct arena *arena)
{
	const struct model_pod *pod = workload->pods[0];
	const char *ret = "";

	for (uint32_t i = 0; i < pod->n_ports; i++)
		ret = arena_printf(arena, "%s%s%u/%s", ret, i ? ", " : "", pod->ports[i].number,
				   port_space_name(pod->ports[i].space));
	return ret;
}

const char *inventory_exposures(const struct analyze_inventory_workload *item, struct arena *arena)
{
	const char *ret = "";

	for (int i = 0; i < ANALYZE_N_EXPOSURES; i++)
		if (item->exposures >> i & 1)
			ret = arena_printf(arena, "%s%s%s", ret, *ret ? ", " : "",
					   analyze_exposure_name(i));
	return ret;
}

/* {"app":"web"} */
static void write_labels(struct json *json, const struct model_labels *labels)
{
	json_key(json, "labels");
	json_object(json);
	for (uint32_t i = 0; i < labels->n; i++)
		json_field(json, labels->items[i].key, labels->items[i].value);
	json_end(json);
}

static void write_namespaces(struct json *json, const struct analyze_inventory *inventory)
{
	json_key(json, "namespaces");
	json_array(json);
	for (size_t i = 0; i < inventory->namespaces.n; i++) {
		const struct analyze_inventory_namespace *row = &inventory->namespaces.items[i];

		json_object(json);
		json_field(json, "name", row->ns->name);
		json_field(json, "owner", row->owner);
		json_bool_field(json, "declared", row->ns->origin == MODEL_DECLARED);
		write_labels(json, &row->ns->labels);
		json_uint_field(json, "workloads", row->n_workloads);
		json_uint_field(json, "workloadsWithoutPolicy", row->n_unselected);
		json_uint_field(json, "pods", row->n_pods);
		json_uint_field(json, "hostNetworkPods", row->n_host_pods);
		json_uint_field(json, "services", row->n_services);
		json_uint_field(json, "policies", row->n_policies);
		json_end(json);
	}
	json_end(json);
}

static void write_port(struct json *json, uint8_t space, uint16_t number)
{
	json_field(json, "protocol", port_space_name(space));
	json_uint_field(json, "port", number);
}

static void write_exposures(struct json *json, unsigned int exposures)
{
	json_key(json, "exposed");
	json_array(json);
	for (int i = 0; i < ANALYZE_N_EXPOSURES; i++)
		if (exposures >> i & 1)
			json_string(json, analyze_exposure_name(i));
	json_end(json);
}

static void write_workload(struct json *json, const struct analyze_inventory_workload *item)
{
	const struct model_workload *workload = item->workload;
	const struct model_pod *pod = workload->pods[0];

	json_object(json);
	json_field(json, "namespace", workload->ns->name);
	json_field(json, "kind", workload->kind);
	json_field(json, "name", workload->name);
	json_field(json, "owner", item->owner);
	json_uint_field(json, "pods", inventory_n_pods(workload));
	json_field(json, "serviceAccount", pod->account->name);
	json_bool_field(json, "hostNetwork", workload->host_network);
	write_labels(json, &pod->labels);
	render_strings_json(json, "images", workload->images.items, workload->images.n);
	write_exposures(json, item->exposures);
	json_field(json, "sensitivity", item->sensitivity);
	json_uint_field(json, "policies", item->n_policies);
	json_key(json, "ports");
	json_array(json);
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		json_object(json);
		json_field(json, "name", pod->ports[i].name);
		write_port(json, pod->ports[i].space, pod->ports[i].number);
		json_uint_field(json, "hostPort", pod->ports[i].host_port);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

static void write_rest(struct json *json, const struct analyze_inventory *inventory)
{
	json_key(json, "serviceAccounts");
	json_array(json);
	for (size_t i = 0; i < inventory->accounts.n; i++) {
		json_object(json);
		json_field(json, "namespace", inventory->accounts.items[i].account->ns->name);
		json_field(json, "name", inventory->accounts.items[i].account->name);
		json_uint_field(json, "pods", inventory->accounts.items[i].n_pods);
		json_end(json);
	}
	json_end(json);
	json_key(json, "ports");
	json_array(json);
	for (size_t i = 0; i < inventory->ports.n; i++) {
		json_object(json);
		write_port(json, inventory->ports.items[i].port.space,
			   inventory->ports.items[i].port.first);
		json_uint_field(json, "workloads", inventory->ports.items[i].n_workloads);
		json_end(json);
	}
	json_end(json);
	json_key(json, "externals");
	json_array(json);
	for (size_t i = 0; i < inventory->externals.n; i++) {
		const struct analyze_inventory_external *item = &inventory->externals.items[i];

		json_object(json);
		json_field(json, "what", item->what);
		json_field(json, "kind", item->kind);
		json_field(json, "from", item->from);
		json_field(json, "file", item->span.file ? item->span.file->name : NULL);
		json_uint_field(json, "line", item->span.line);
		json_end(json);
	}
	json_end(json);
}

void render_inventory_json(const struct analyze_inventory *inventory)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.inventory/v1");
	write_namespaces(&json, inventory);
	json_key(&json, "workloads");
	json_array(&json);
	for (size_t i = 0; i < inventory->workloads.n; i++)
		write_workload(&json, &inventory->workloads.items[i]);
	json_end(&json);
	write_rest(&json, inventory);
	render_aside_json(&json, inventory->cluster);
	json_end(&json);
}

static void write_csv_workload(const struct analyze_inventory_workload *item, struct arena *arena)
{
	const struct model_workload *workload = item->workload;
	const char *const texts[] = {
		workload->ns->name,
		workload->kind,
		workload->name,
		item->owner ? item->owner : "",
		workload->pods[0]->account->name,
		inventory_ports(workload, arena),
		inventory_exposures(item, arena),
		item->sensitivity ? item->sensitivity : "",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		render_csv_field(texts[i], stdout);
		putchar(',');
	}
	printf("%u,%s,%u\r\n", inventory_n_pods(workload),
	       workload->host_network ? "true" : "false", item->n_policies);
}

void render_inventory_csv(const struct analyze_inventory *inventory)
{
	struct arena arena;

	arena_init(&arena);
	fputs("namespace,kind,name,owner,service_account,ports,exposed,sensitivity,pods,"
	      "hostnetwork,"
	      "policies\r\n",
	      stdout);
	for (size_t i = 0; i < inventory->workloads.n; i++)
		write_csv_workload(&inventory->workloads.items[i], &arena);
	arena_release(&arena);
}
