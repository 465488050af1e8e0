/* SPDX-License-Identifier: Apache-2.0 */
/* Text that several places of a file share by YAML's aliases: an edit changes all of them. */
#include "scan/check.h"

/* Some node is met twice. */
static bool has_met(struct hash_map *met, const struct tree_node *node)
{
	bool is_new;

	hash_map_put(met, hash_ptr(node), &is_new);
	if (!is_new)
		return true;
	for (uint32_t i = 0; node->kind == TREE_SEQ && i < node->len; i++)
		if (has_met(met, node->items[i]))
			return true;
	for (uint32_t i = 0; node->kind == TREE_MAP && i < node->len; i++)
		if (has_met(met, node->members[i].value))
			return true;
	return false;
}

bool scan_has_aliases(const struct scan *scan, const struct diag_file *file)
{
	struct hash_map met = {0};
	bool has = false;

	for (uint32_t i = 0; i < scan->snapshot->n_manifests && !has; i++)
		has = scan->snapshot->manifests[i].file == file &&
		      has_met(&met, scan->snapshot->manifests[i].root);
	hash_map_release(&met);
	return has;
}

void scan_doubt_shared(struct scan *scan)
{
	const struct diag_file *file = NULL;
	bool has = false;

	for (size_t i = 0; i < scan->findings.n; i++) {
		struct scan_finding *finding = &scan->findings.items[i];

		if (finding->fix != SCAN_FIX_SAFE || finding->edits.n == 0)
			continue;
		if (file != finding->edits.items[0].file) {
			file = finding->edits.items[0].file;
			has = scan_has_aliases(scan, file);
		}
		if (has)
			finding->fix = SCAN_FIX_SUGGESTED;
	}
}
