/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a cluster's manifests: the snapshot must keep the promises of model/model.h, and
 * nothing of it may point into what the loader gave back.
 */
#include "fuzz/fuzz.h"

#include "model/find.h"
#include "model/load.h"

#include <stdlib.h>
#include <string.h>

static void need(bool is_so)
{
	if (!is_so)
		abort();
}

static void check_labels(const struct model_labels *labels)
{
	for (uint32_t i = 1; i < labels->n; i++)
		need(strcmp(labels->items[i - 1].key, labels->items[i].key) < 0);
	for (uint32_t i = 0; i < labels->n; i++)
		need(model_label_get(labels, labels->items[i].key) == labels->items[i].value);
}

static void check_addresses(const struct model_snapshot *snapshot, const struct model_pod *pod)
{
	need(pod->n_ips <= 2);
	need(pod->n_ips < 2 || (pod->ips[0].family == IP_V4 && pod->ips[1].family == IP_V6));
	for (uint32_t a = 0; a < pod->n_ips && !pod->host_network; a++) {
		const struct model_pod *found = model_find_address(snapshot, &pod->ips[a]);

		need(found == pod || (found && model_is_closed_address(snapshot, &pod->ips[a])));
	}
}

static void check_pods(const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];
		struct model_found found = model_find_name(snapshot, pod->ns->name, pod->name);

		need(pod->index == i && pod->ns == pod->workload->ns);
		need(found.kind != MODEL_FOUND_NOTHING || pod->is_derived);
		check_labels(&pod->labels);
		check_addresses(snapshot, pod);
		for (uint32_t p = 0; p < pod->n_ports; p++)
			need(pod->ports[p].number > 0 && pod->ports[p].space <= PORT_SCTP);
	}
}

static void check_workloads(const struct model_snapshot *snapshot)
{
	uint32_t n_pods = 0;

	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		const struct model_workload *workload = snapshot->workloads[i];

		need(workload->index == i && workload->n_pods > 0);
		n_pods += workload->n_pods;
		for (uint32_t p = 0; p < workload->n_pods; p++)
			need(workload->pods[p]->workload == workload);
	}
	need(n_pods == snapshot->n_pods);
}

static void check_rest(const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_namespaces; i++) {
		const struct model_namespace *ns = snapshot->namespaces[i];

		need(ns->index == i && model_find_namespace(snapshot, ns->name) == ns);
		check_labels(&ns->labels);
	}
	for (uint32_t i = 0; i < snapshot->n_services; i++) {
		const struct model_service *service = snapshot->services[i];

		need(model_find_service(snapshot, service->ns->name, service->name) == service);
		for (uint32_t b = 0; b < service->n_backends; b++)
			need(snapshot->pods[service->backends[b]->index] == service->backends[b]);
	}
	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		need(model_find_node(snapshot, snapshot->nodes[i]->name) == snapshot->nodes[i]);
	for (uint32_t i = 0; i < snapshot->n_policies; i++)
		need(snapshot->policies[i]->root->kind == TREE_MAP && snapshot->policies[i]->name);
}

static void print(const struct diag_list *diags)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	diag_list_print(out, diags, true);
	fclose(out);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model_options options = {.skip_invalid = size & 1};
	struct model_loader *loader = model_loader_new(&options);
	struct model_snapshot *snapshot;
	struct model_label label = {"app", "x"};
	struct model_labels labels = {&label, 1};
	struct diag_list diags;

	diag_list_init(&diags, model_loader_arena(loader));
	model_load_text(loader, "fuzz", (const char *)data, size, &diags);
	snapshot = model_loader_finish(loader, &diags);
	need(!options.skip_invalid || diags.n_errors == 0);
	check_pods(snapshot);
	check_workloads(snapshot);
	check_rest(snapshot);
	model_add_hypothetical(snapshot, "default", &labels);
	model_add_hypothetical(snapshot, "elsewhere", &labels);
	check_workloads(snapshot);
	print(&diags);
	model_snapshot_free(snapshot);
	return 0;
}
