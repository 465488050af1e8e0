/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/owner.h"

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
