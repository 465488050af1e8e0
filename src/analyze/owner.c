/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/owner.h"

#include <string.h>

const char *analyze_owner(const struct tree_node *root)
{
	static const char *const places[] = {"annotations", "labels"};
	static const char *const keys[] = {"bulkhead.dev/owner", "owner", "team"};
	const struct tree_node *metadata = tree_get(root, "metadata");

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			const char *owner = tree_get_string(tree_get(metadata, places[i]), keys[k]);

			if (owner && *owner)
				return owner;
		}
	return NULL;
}

void analyze_owners_each(const struct model_snapshot *snapshot, analyze_owner_fn fn, void *arg)
{
	for (uint32_t i = 0; i < snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &snapshot->manifests[i];
		const struct model_namespace *ns =
			strcmp(manifest->kind, "Namespace") == 0 && !*manifest->group
				? model_find_namespace(snapshot, manifest->name)
				: NULL;

		if (ns)
			fn(arg, ns, analyze_owner(manifest->root));
	}
}
