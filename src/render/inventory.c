/* SPDX-License-Identifier: Apache-2.0 */
#include "render/inventory.h"

#include "analyze/endpoint.h"
#include "base/plain.h"
#include "render/aside.h"

#include <stdio.h>

static uint32_t n_pods(const struct model_workload *workload)
{
	return workload->is_scaled_to_zero ? 0 : workload->n_pods;
}

static void print_ports(const struct model_pod *pod)
{
	for (uint32_t i = 0; i < pod->n_ports; i++)
		printf("%s%u/%s", i ? ", " : "", pod->ports[i].number,
		       port_space_name(pod->ports[i].space));
	if (pod->n_ports == 0)
		fputs("no port", stdout);
}

static void print_workloads(const struct analyze_inventory *inventory)
{
	struct arena arena;

	arena_init(&arena);
	printf("\nworkloads: %zu, without a declared port: %u\n", inventory->workloads.n,
	       inventory->n_undeclared);
	for (size_t i = 0; i < inventory->workloads.n; i++) {
		const struct model_workload *workload = inventory->workloads.items[i];

		printf("  %s   pods: %u; account: %s; ", analyze_workload_id(workload, &arena),
		       n_pods(workload), workload->pods[0]->account->name);
		print_ports(workload->pods[0]);
		puts(workload->host_network ? "; in the network of its host" : "");
	}
	arena_release(&arena);
}

void render_inventory_text(const struct analyze_inventory *inventory)
{
	printf("namespaces: %zu\n", inventory->namespaces.n);
	for (size_t i = 0; i < inventory->namespaces.n; i++) {
		const struct analyze_inventory_namespace *row = &inventory->namespaces.items[i];

		printf("  %-24s workloads: %u; pods: %u; services: %u; policies: %u", row->ns->name,
		       row->n_workloads, row->n_pods, row->n_services, row->n_policies);
		if (row->owner) {
			fputs("; owner: ", stdout);
			plain_fputs(row->owner, stdout);
		}
		putchar('\n');
	}
	print_workloads(inventory);
	printf("\nservice accounts: %zu\n", inventory->accounts.n);
	for (size_t i = 0; i < inventory->accounts.n; i++)
		printf("  %s/%s   pods: %u\n", inventory->accounts.items[i].account->ns->name,
		       inventory->accounts.items[i].account->name,
		       inventory->accounts.items[i].n_pods);
	printf("\nports: %zu\n", inventory->ports.n);
	for (size_t i = 0; i < inventory->ports.n; i++)
		printf("  %u/%s   workloads: %u\n", inventory->ports.items[i].port.first,
		       port_space_name(inventory->ports.items[i].port.space),
		       inventory->ports.items[i].n_workloads);
	printf("\nexternal dependencies: %zu\n", inventory->externals.n);
	for (size_t i = 0; i < inventory->externals.n; i++) {
		const struct analyze_inventory_external *item = &inventory->externals.items[i];

		printf("  %s   %s   %s:%u\n", item->what, item->from,
		       item->span.file ? item->span.file->name : "", item->span.line);
	}
	render_aside_text(inventory->cluster, "");
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
		json_uint_field(json, "workloads", row->n_workloads);
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

static void write_workload(struct json *json, const struct model_workload *workload)
{
	const struct model_pod *pod = workload->pods[0];

	json_object(json);
	json_field(json, "namespace", workload->ns->name);
	json_field(json, "kind", workload->kind);
	json_field(json, "name", workload->name);
	json_uint_field(json, "pods", n_pods(workload));
	json_field(json, "serviceAccount", pod->account->name);
	json_bool_field(json, "hostNetwork", workload->host_network);
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
		write_workload(&json, inventory->workloads.items[i]);
	json_end(&json);
	write_rest(&json, inventory);
	render_aside_json(&json, inventory->cluster);
	json_end(&json);
}
