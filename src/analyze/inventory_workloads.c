/* SPDX-License-Identifier: Apache-2.0 */
/* Workloads: whose they are, what leads to them, what selects them. */
#include "analyze/inventory_build.h"

#include "analyze/exposed.h"
#include "analyze/owner.h"
#include "base/keyset.h"
#include "compile/world.h"

#include <string.h>

bool inventory_shows(const struct model_workload *workload)
{
	return workload->origin == MODEL_DECLARED || workload->origin == MODEL_IMPLIED;
}

static int compare_ports(const void *left, const void *right)
{
	const struct analyze_inventory_port *a = left, *b = right;

	if (a->port.space != b->port.space)
		return a->port.space < b->port.space ? -1 : 1;
	return (a->port.first > b->port.first) - (a->port.first < b->port.first);
}

static void count_port(struct analyze_inventory *inventory, struct keyset *numbers,
		       const struct model_port *port)
{
	const uint32_t key[2] = {port->space, port->number};
	const uint32_t number = keyset_intern(numbers, key, sizeof(key), NULL);

	if (number == inventory->ports.n)
		vec_push(&inventory->ports,
			 ((struct analyze_inventory_port){
				 .port = {port->space, port->number, port->number}}));
	inventory->ports.items[number].n_workloads++;
}

static void count_ports(struct analyze_inventory *inventory)
{
	struct keyset numbers = {0};

	for (size_t i = 0; i < inventory->workloads.n; i++) {
		const struct model_pod *pod = inventory->workloads.items[i].workload->pods[0];

		inventory->n_undeclared += pod->n_ports == 0;
		for (uint32_t k = 0; k < pod->n_ports; k++)
			count_port(inventory, &numbers, &pod->ports[k]);
	}
	keyset_release(&numbers);
	if (inventory->ports.n)
		qsort(inventory->ports.items, inventory->ports.n, sizeof(*inventory->ports.items),
		      compare_ports);
}

/* Policies that select a pod, each once. */
static uint32_t n_policies(const struct compile_world *world, const struct model_pod *pod)
{
	const uint32_t subject = compile_subject_class(world, pod);
	uint32_t n, ret = 0;
	const struct policy *const *policies;

	if (subject == COMPILE_NONE)
		return 0;
	policies = compile_policies(world, subject, &n);
	for (uint32_t i = 0; i < n; i++)
		ret += policies[i]->part == 0 && policy_has_say(policies[i], false);
	return ret;
}

static unsigned int exposures_of(const struct analyze_exposed *exposed,
				 const struct model_workload *workload)
{
	unsigned int ret = 0;

	for (uint32_t i = 0; i < workload->n_pods; i++)
		ret |= exposed->kinds[workload->pods[i]->index];
	return ret;
}

/* Annotations and labels of the objects that make them. */
static void find_owners(struct analyze_inventory *inventory)
{
	const struct model_snapshot *snapshot = inventory->cluster->snapshot;
	struct keyset names = {0};
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < inventory->workloads.n; i++) {
		const struct model_workload *workload = inventory->workloads.items[i].workload;
		const char *key = arena_printf(&arena, "%s/%s/%s", workload->ns->name,
					       workload->kind, workload->name);

		keyset_intern(&names, key, strlen(key), NULL);
	}
	for (uint32_t i = 0; i < snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &snapshot->manifests[i];
		const char *key = arena_printf(&arena, "%s/%s/%s", manifest->ns ? manifest->ns : "",
					       manifest->kind, manifest->name);
		const uint32_t number = keyset_find(&names, key, strlen(key));

		if (number != KEYSET_NONE)
			inventory->workloads.items[number].owner = analyze_owner(manifest->root);
	}
	keyset_release(&names);
	arena_release(&arena);
}

void inventory_list_workloads(struct analyze_inventory *inventory,
			      const struct analyze_inventory_options *options)
{
	const struct analyze_cluster *cluster = inventory->cluster;
	const struct model_snapshot *snapshot = cluster->snapshot;
	struct compile_world *world =
		compile_world_new(snapshot, cluster->policies, snapshot->pods, snapshot->n_pods);
	struct analyze_exposed exposed;

	analyze_exposed_init(&exposed, snapshot);
	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		const struct model_workload *workload = snapshot->workloads[i];

		if (!inventory_shows(workload))
			continue;
		vec_push(&inventory->workloads,
			 ((struct analyze_inventory_workload){
				 .workload = workload,
				 .exposures = exposures_of(&exposed, workload),
				 .n_policies = n_policies(world, workload->pods[0]),
				 .sensitivity =
					 options->sensitivity
						 ? options->sensitivity(options->arg, workload)
						 : workload->sensitivity,
			 }));
	}
	analyze_exposed_release(&exposed);
	compile_world_free(world);
	find_owners(inventory);
	count_ports(inventory);
}
