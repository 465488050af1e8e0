/* SPDX-License-Identifier: Apache-2.0 */
#include "model/index.h"

#include <string.h>

/* Names are interned: any order of their pointers serves to find one. */
static int compare_places(const struct model_name_entry *entry, const struct model_namespace *ns,
			  const char *name)
{
	if (entry->ns != ns)
		return entry->ns < ns ? -1 : 1;
	return (entry->name > name) - (entry->name < name);
}

static int compare_entries(const void *a, const void *b)
{
	const struct model_name_entry *x = a;
	const struct model_name_entry *y = b;
	int order = compare_places(x, y->ns, y->name);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static void names_init(struct model_names *names, struct arena *arena, uint32_t n)
{
	names->items = arena_alloc_n(arena, n, sizeof(*names->items));
}

static void names_add(struct model_names *names, const struct model_namespace *ns, const char *name,
		      void *object)
{
	names->items[names->n] = (struct model_name_entry){ns, name, object, names->n};
	names->n++;
}

static void names_sort(struct model_names *names)
{
	if (names->n > 1)
		qsort(names->items, names->n, sizeof(*names->items), compare_entries);
}

const struct model_name_entry *model_names_find(const struct model_names *names,
						const struct model_namespace *ns, const char *name,
						uint32_t *ret_n)
{
	uint32_t low = 0;
	uint32_t high = names->n;
	uint32_t end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_places(&names->items[middle], ns, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < names->n; end++)
		if (compare_places(&names->items[end], ns, name) != 0)
			break;
	*ret_n = end - low;
	return end > low ? &names->items[low] : NULL;
}

static void index_names(struct model_snapshot *snapshot)
{
	struct model_index *index = snapshot->index;

	names_init(&index->pod_names, &snapshot->arena, snapshot->n_pods);
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		names_add(&index->pod_names, snapshot->pods[i]->ns, snapshot->pods[i]->name,
			  snapshot->pods[i]);
	names_init(&index->workload_names, &snapshot->arena, snapshot->n_workloads);
	names_init(&index->workload_aliases, &snapshot->arena, snapshot->n_workloads);
	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		struct model_workload *workload = snapshot->workloads[i];

		names_add(&index->workload_names, workload->ns, workload->name, workload);
		if (workload->alias)
			names_add(&index->workload_aliases, workload->ns, workload->alias,
				  workload);
	}
	names_sort(&index->pod_names);
	names_sort(&index->workload_names);
	names_sort(&index->workload_aliases);
}

void model_index_build(struct model_snapshot *snapshot, struct model_accounts *accounts)
{
	snapshot->index = calloc(1, sizeof(*snapshot->index));
	if (!snapshot->index)
		abort();
	for (uint32_t i = 0; i < snapshot->n_namespaces; i++) {
		struct model_namespace *ns = snapshot->namespaces[i];

		*hash_map_put(&snapshot->index->namespaces, hash_ptr(ns->name), NULL) =
			hash_ptr(ns);
	}
	index_names(snapshot);
	snapshot->index->accounts = *accounts;
	*accounts = (struct model_accounts){0};
}

static void index_free(struct model_index *index)
{
	if (!index)
		return;
	hash_map_release(&index->namespaces);
	model_accounts_release(&index->accounts);
	model_addrs_release(&index->pods);
	model_addrs_release(&index->nodes);
	model_addrs_release(&index->services);
	free(index);
}

void model_snapshot_free(struct model_snapshot *snapshot)
{
	if (!snapshot)
		return;
	index_free(snapshot->index);
	intern_release(&snapshot->intern);
	arena_release(&snapshot->arena);
	free(snapshot);
}
