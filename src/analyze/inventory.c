/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/inventory.h"

#include "analyze/inventory_build.h"
#include "analyze/owner.h"
#include "base/hash.h"

#include <string.h>

/* What is in each namespace; `rows` is by its index. */
static void count_contents(const struct model_snapshot *snapshot,
			   struct analyze_inventory_namespace *rows)
{
	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		const struct model_workload *workload = snapshot->workloads[i];
		struct analyze_inventory_namespace *row = &rows[workload->ns->index];

		if (!inventory_shows(workload))
			continue;
		row->n_workloads++;
		row->n_pods += workload->is_scaled_to_zero ? 0 : workload->n_pods;
		row->n_host_pods += workload->host_network ? workload->n_pods : 0;
	}
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		rows[snapshot->services[i]->ns->index].n_services +=
			snapshot->services[i]->origin == MODEL_DECLARED;
}

static void count_policies(const struct analyze_cluster *cluster,
			   struct analyze_inventory_namespace *rows)
{
	for (uint32_t i = 0; i < cluster->policies->n_policies; i++) {
		const struct policy *policy = cluster->policies->policies[i];
		const struct model_namespace *ns =
			policy->ns ? model_find_namespace(cluster->snapshot, policy->ns) : NULL;

		if (ns && policy->part == 0)
			rows[ns->index].n_policies++;
	}
}

static void take_owner(void *arg, const struct model_namespace *ns, const char *owner)
{
	((struct analyze_inventory_namespace *)arg)[ns->index].owner = owner;
}

static void count_namespaces(struct analyze_inventory *inventory)
{
	const struct model_snapshot *snapshot = inventory->cluster->snapshot;
	struct analyze_inventory_namespace *rows =
		vec_grow(NULL, &(size_t){0}, snapshot->n_namespaces + 1, sizeof(*rows));

	memset(rows, 0, snapshot->n_namespaces * sizeof(*rows));
	count_contents(snapshot, rows);
	count_policies(inventory->cluster, rows);
	for (size_t i = 0; i < inventory->workloads.n; i++) {
		const struct analyze_inventory_workload *item = &inventory->workloads.items[i];

		rows[item->workload->ns->index].n_unselected += item->n_policies == 0 &&
								!item->workload->host_network;
	}
	analyze_owners_each(snapshot, take_owner, rows);
	for (uint32_t i = 0; i < snapshot->n_namespaces; i++) {
		rows[i].ns = snapshot->namespaces[i];
		if (rows[i].ns->origin == MODEL_DECLARED || rows[i].n_workloads ||
		    rows[i].n_services || rows[i].n_policies)
			vec_push(&inventory->namespaces, rows[i]);
	}
	free(rows);
}

static void count_accounts(struct analyze_inventory *inventory)
{
	const struct model_snapshot *snapshot = inventory->cluster->snapshot;
	struct hash_map counts = {0};
	bool is_new;

	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		if (inventory_shows(snapshot->pods[i]->workload))
			++*hash_map_put(&counts, (uintptr_t)snapshot->pods[i]->account, &is_new);
	for (uint32_t i = 0; i < snapshot->n_accounts; i++) {
		const struct model_account *account = snapshot->accounts[i];
		const uint64_t *n = hash_map_get(&counts, (uintptr_t)account);

		if (n || account->origin == MODEL_DECLARED)
			vec_push(&inventory->accounts, ((struct analyze_inventory_account){
							       account, n ? (uint32_t)*n : 0}));
	}
	hash_map_release(&counts);
}

void analyze_inventory_build(struct analyze_inventory *ret, const struct analyze_cluster *cluster,
			     const struct analyze_inventory_options *options)
{
	*ret = (struct analyze_inventory){.cluster = cluster};
	arena_init(&ret->arena);
	inventory_list_workloads(ret, options);
	count_namespaces(ret);
	count_accounts(ret);
	inventory_list_externals(ret);
}

void analyze_inventory_release(struct analyze_inventory *inventory)
{
	vec_release(&inventory->namespaces);
	vec_release(&inventory->workloads);
	vec_release(&inventory->accounts);
	vec_release(&inventory->ports);
	vec_release(&inventory->externals);
	arena_release(&inventory->arena);
}
