/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that the input does not show. */
#include "model/index.h"

#include "base/strbuf.h"
#include "model/labels.h"
#include "model/mesh.h"

#include <string.h>

/* The array with room for one more; what it was stays valid, being in the arena. */
static void *grown(struct model_snapshot *snapshot, void *items, uint32_t n, size_t *cap)
{
	void **more;

	if (n < *cap)
		return items;
	*cap = n < 8 ? 16 : 2 * (size_t)n;
	more = arena_alloc_n(&snapshot->arena, *cap, sizeof(*more));
	if (n > 0)
		memcpy(more, items, n * sizeof(*more));
	return more;
}

static struct model_labels copy_labels(struct model_snapshot *snapshot,
				       const struct model_labels *labels)
{
	struct model_label *items = arena_alloc_n(&snapshot->arena, labels->n, sizeof(*items));

	for (uint32_t i = 0; i < labels->n; i++) {
		items[i].key = intern_str(&snapshot->intern, labels->items[i].key);
		items[i].value = intern_str(&snapshot->intern, labels->items[i].value);
	}
	model_labels_sort(items, labels->n);
	return (struct model_labels){.items = items, .n = labels->n};
}

static struct model_namespace *find_or_add_namespace(struct model_snapshot *snapshot,
						     const char *name)
{
	struct model_index *index = snapshot->index;
	struct model_namespace *ns = model_find_namespace(snapshot, name);

	if (ns)
		return ns;
	ns = arena_alloc(&snapshot->arena, sizeof(*ns));
	ns->name = intern_str(&snapshot->intern, name);
	ns->origin = MODEL_HYPOTHETICAL;
	ns->labels = model_labels_with(&ns->labels, &snapshot->arena,
				       intern_str(&snapshot->intern, MODEL_NAME_LABEL), ns->name);
	ns->index = snapshot->n_namespaces;
	snapshot->namespaces = grown(snapshot, snapshot->namespaces, snapshot->n_namespaces,
				     &index->cap_namespaces);
	snapshot->namespaces[snapshot->n_namespaces++] = ns;
	*hash_map_put(&index->namespaces, hash_ptr(ns->name), NULL) = hash_ptr(ns);
	return ns;
}

/* "[app=x,tier=y]", as one writes such a peer; with a number from the second of a snapshot on. */
static const char *name_of(struct model_snapshot *snapshot, const struct model_labels *labels)
{
	uint32_t number = ++snapshot->index->n_hypothetical;
	struct strbuf name = {0};
	const char *interned;

	strbuf_addch(&name, '[');
	for (uint32_t i = 0; i < labels->n; i++)
		strbuf_printf(&name, "%s%s=%s", i ? "," : "", labels->items[i].key,
			      labels->items[i].value);
	strbuf_addch(&name, ']');
	if (number > 1)
		strbuf_printf(&name, "#%u", number);
	interned = intern_str(&snapshot->intern, name.text);
	strbuf_release(&name);
	return interned;
}

static struct model_workload *add_workload(struct model_snapshot *snapshot,
					   struct model_namespace *ns, const char *name)
{
	struct model_workload *workload = arena_alloc(&snapshot->arena, sizeof(*workload));

	workload->kind = intern_str(&snapshot->intern, "Pod");
	workload->ns = ns;
	workload->name = name;
	workload->origin = MODEL_HYPOTHETICAL;
	workload->index = snapshot->n_workloads;
	snapshot->workloads = grown(snapshot, snapshot->workloads, snapshot->n_workloads,
				    &snapshot->index->cap_workloads);
	snapshot->workloads[snapshot->n_workloads++] = workload;
	return workload;
}

static struct model_account *find_or_add_account(struct model_snapshot *snapshot,
						 struct model_namespace *ns)
{
	const char *name = intern_str(&snapshot->intern, "default");
	struct model_account *account;
	bool is_new;

	account = model_accounts_get(&snapshot->index->accounts, snapshot, ns, name, &is_new);
	if (!is_new)
		return account;
	snapshot->accounts = grown(snapshot, snapshot->accounts, snapshot->n_accounts,
				   &snapshot->index->cap_accounts);
	snapshot->accounts[snapshot->n_accounts++] = account;
	return account;
}

/* Its labels may say so, or its namespace. */
static bool is_in_mesh(const struct model_snapshot *snapshot, const struct model_pod *pod)
{
	const struct model_mesh_keys keys = model_mesh_keys_find(&snapshot->intern);
	const struct model_mesh_hints none = {0};

	return model_mesh_has(&keys, pod, &none);
}

struct model_pod *model_add_hypothetical(struct model_snapshot *snapshot, const char *ns,
					 const struct model_labels *labels)
{
	struct model_pod *pod = arena_alloc(&snapshot->arena, sizeof(*pod));

	pod->labels = copy_labels(snapshot, labels);
	pod->name = name_of(snapshot, &pod->labels);
	pod->ns = find_or_add_namespace(snapshot, ns);
	pod->workload = add_workload(snapshot, pod->ns, pod->name);
	pod->account = find_or_add_account(snapshot, pod->ns);
	pod->in_mesh = is_in_mesh(snapshot, pod);
	pod->origin = MODEL_HYPOTHETICAL;
	pod->index = snapshot->n_pods;
	snapshot->pods =
		grown(snapshot, snapshot->pods, snapshot->n_pods, &snapshot->index->cap_pods);
	snapshot->pods[snapshot->n_pods++] = pod;
	pod->workload->pods = &snapshot->pods[pod->index];
	pod->workload->n_pods = 1;
	model_assume_address(snapshot, pod);
	return pod;
}
