/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as they were written: found by name, and walked. */
#include "scan/check.h"

#include "policy/frontend.h"

#include <stdarg.h>
#include <string.h>

static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_names(const struct model_manifest *a, const struct model_manifest *b)
{
	int order = strcmp(a->kind, b->kind);

	if (!order)
		order = compare_text(a->ns, b->ns);
	return order ? order : strcmp(a->name, b->name);
}

/* Of equal names the last of the input comes first: it is the one that counts. */
static int compare_manifests(const void *left, const void *right)
{
	const struct model_manifest *a = *(const struct model_manifest *const *)left;
	const struct model_manifest *b = *(const struct model_manifest *const *)right;
	int order = compare_names(a, b);

	return order ? order : (a < b) - (a > b);
}

static void index_manifests(struct scan *scan)
{
	const struct model_snapshot *snapshot = scan->snapshot;

	scan->manifests =
		arena_alloc_n(&scan->arena, snapshot->n_manifests, sizeof(*scan->manifests));
	for (uint32_t i = 0; i < snapshot->n_manifests; i++)
		scan->manifests[i] = &snapshot->manifests[i];
	if (snapshot->n_manifests)
		qsort(scan->manifests, snapshot->n_manifests, sizeof(*scan->manifests),
		      compare_manifests);
}

const struct model_manifest *scan_manifest(struct scan *scan, const char *kind, const char *ns,
					   const char *name)
{
	const struct model_manifest wanted = {.kind = kind, .ns = ns, .name = name};
	uint32_t low = 0, high = scan->snapshot->n_manifests;

	if (!scan->manifests)
		index_manifests(scan);
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (compare_names(scan->manifests[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == scan->snapshot->n_manifests || compare_names(scan->manifests[low], &wanted) != 0)
		return NULL;
	return scan->manifests[low];
}

const struct tree_node *scan_node(const struct tree_node *root, ...)
{
	const char *key;
	va_list keys;

	va_start(keys, root);
	while (root && (key = va_arg(keys, const char *)))
		root = tree_get(root, key);
	va_end(keys);
	return root;
}

const struct tree_node *scan_template(struct scan *scan, const struct model_workload *workload)
{
	const struct model_manifest *manifest =
		scan_manifest(scan, workload->kind, workload->ns->name, workload->name);

	if (!manifest)
		return NULL;
	if (strcmp(workload->kind, "Pod") == 0)
		return manifest->root;
	if (strcmp(workload->kind, "CronJob") == 0)
		return scan_node(manifest->root, "spec", "jobTemplate", "spec", "template", NULL);
	return scan_node(manifest->root, "spec", "template", NULL);
}

const char *scan_annotation(const struct tree_node *root, const char *key)
{
	return tree_get_string(scan_node(root, "metadata", "annotations", NULL), key);
}

bool scan_is_policy(const struct model_manifest *manifest)
{
	return policy_frontend_find(manifest->group, manifest->kind);
}
