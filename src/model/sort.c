/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot's arrays, in their order. */
#include "model/loader.h"

#include <string.h>

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_namespaces(const void *a, const void *b)
{
	const struct model_namespace *x = *(struct model_namespace *const *)a;
	const struct model_namespace *y = *(struct model_namespace *const *)b;

	return strcmp(x->name, y->name);
}

static int compare_workloads(const void *a, const void *b)
{
	const struct model_workload *x = *(struct model_workload *const *)a;
	const struct model_workload *y = *(struct model_workload *const *)b;
	int order = compare_numbers(x->ns->index, y->ns->index);

	if (order == 0)
		order = strcmp(x->kind, y->kind);
	return order ? order : strcmp(x->name, y->name);
}

/* "db-2" comes before "db-10". */
static int compare_pods(const void *a, const void *b)
{
	const struct model_pod *x = *(struct model_pod *const *)a;
	const struct model_pod *y = *(struct model_pod *const *)b;
	int order = compare_numbers(x->workload->index, y->workload->index);

	return order ? order : strverscmp(x->name, y->name);
}

static int compare_accounts(const void *a, const void *b)
{
	const struct model_account *x = *(struct model_account *const *)a;
	const struct model_account *y = *(struct model_account *const *)b;
	int order = compare_numbers(x->ns->index, y->ns->index);

	return order ? order : strcmp(x->name, y->name);
}

static int compare_services(const void *a, const void *b)
{
	const struct model_service *x = *(struct model_service *const *)a;
	const struct model_service *y = *(struct model_service *const *)b;
	int order = compare_numbers(x->ns->index, y->ns->index);

	return order ? order : strcmp(x->name, y->name);
}

static int compare_routes(const void *a, const void *b)
{
	const struct model_route *x = *(struct model_route *const *)a;
	const struct model_route *y = *(struct model_route *const *)b;
	int order = strcmp(x->ns, y->ns);

	if (order == 0)
		order = strcmp(x->kind, y->kind);
	return order ? order : strcmp(x->name, y->name);
}

static int compare_policies(const void *a, const void *b)
{
	const struct model_policy_object *x = *(struct model_policy_object *const *)a;
	const struct model_policy_object *y = *(struct model_policy_object *const *)b;
	int order = strcmp(x->group, y->group);

	if (order == 0)
		order = strcmp(x->kind, y->kind);
	if (order == 0)
		order = strcmp(x->ns ? x->ns : "", y->ns ? y->ns : "");
	return order ? order : strcmp(x->name, y->name);
}

/* A sorted copy of an array of pointers in the snapshot's arena. */
static void *sorted(struct model_loader *loader, const void *items, size_t n,
		    int (*compare)(const void *, const void *))
{
	void *copy = arena_alloc_n(&loader->snapshot->arena, n, sizeof(void *));

	if (n > 0)
		memcpy(copy, items, n * sizeof(void *));
	if (n > 1)
		qsort(copy, n, sizeof(void *), compare);
	return copy;
}

static void sort_namespaces(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;

	snapshot->n_namespaces = (uint32_t)loader->namespace_list.n;
	snapshot->namespaces = sorted(loader, loader->namespace_list.items, snapshot->n_namespaces,
				      compare_namespaces);
	for (uint32_t i = 0; i < snapshot->n_namespaces; i++)
		snapshot->namespaces[i]->index = i;
}

static void sort_workloads(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;

	snapshot->n_workloads = (uint32_t)loader->made_workloads.n;
	snapshot->workloads = sorted(loader, loader->made_workloads.items, snapshot->n_workloads,
				     compare_workloads);
	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		struct model_workload *workload = snapshot->workloads[i];

		workload->index = i;
		workload->host_network = true;
		if (workload->origin == MODEL_DECLARED)
			workload->ns->is_closed = true;
	}
}

/*
 * Sorted pods of one workload stand together: its array is a part of the snapshot's. The pods
 * themselves move to one block in that order, so that a walk over a hundred thousand of them does
 * not wait for memory.
 */
static void sort_pods(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;
	struct model_pod *block;

	snapshot->n_pods = (uint32_t)loader->made_pods.n;
	snapshot->pods = sorted(loader, loader->made_pods.items, snapshot->n_pods, compare_pods);
	block = arena_alloc_n(&snapshot->arena, snapshot->n_pods, sizeof(*block));
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = &block[i];

		*pod = *snapshot->pods[i];
		snapshot->pods[i] = pod;
		pod->index = i;
		if (!pod->workload->pods)
			pod->workload->pods = &snapshot->pods[i];
		pod->workload->host_network &= pod->host_network;
	}
}

/* The objects of the records that count. */
static void *sorted_objects(struct model_loader *loader, const struct model_record_list *list,
			    int (*compare)(const void *, const void *), uint32_t *ret_n)
{
	void **objects = arena_alloc_n(&loader->scratch, list->n, sizeof(*objects));
	uint32_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (!list->items[i]->is_replaced)
			objects[n++] = list->items[i]->object;
	*ret_n = n;
	return sorted(loader, objects, n, compare);
}

void model_sort(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;

	sort_namespaces(loader);
	sort_workloads(loader);
	sort_pods(loader);
	snapshot->n_accounts = (uint32_t)loader->accounts.list.n;
	snapshot->accounts = sorted(loader, loader->accounts.list.items, snapshot->n_accounts,
				    compare_accounts);
	snapshot->services =
		sorted_objects(loader, &loader->services, compare_services, &snapshot->n_services);
	snapshot->routes =
		sorted_objects(loader, &loader->routes, compare_routes, &snapshot->n_routes);
	snapshot->policies =
		sorted_objects(loader, &loader->policies, compare_policies, &snapshot->n_policies);
	snapshot->tests =
		sorted_objects(loader, &loader->tests, compare_policies, &snapshot->n_tests);
}
