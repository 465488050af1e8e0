/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/root.h"

#include "policy/metadata.h"

enum { ROOT_METADATA, ROOT_SPEC, N_ROOT_FIELDS = 5 };

static const struct policy_field root_fields[] = {
	[ROOT_METADATA] = {"metadata", POLICY_TYPE_ANY},
	[ROOT_SPEC] = {"spec", POLICY_TYPE_MAPPING},
	{"apiVersion", POLICY_TYPE_STRING},
	{"kind", POLICY_TYPE_STRING},
	{"status", POLICY_TYPE_ANY},
};

const struct policy_schema policy_schema_root = {
	.what = "the policy",
	.fields = root_fields,
	.n_fields = N_ROOT_FIELDS,
};

const struct tree_node *policy_root_read(struct policy_reader *reader, bool needs_spec)
{
	struct policy_fields root;

	policy_schema_read(reader, &policy_schema_root, reader->object->root, &root);
	if (root.values[ROOT_METADATA] && root.values[ROOT_METADATA]->kind == TREE_MAP)
		policy_metadata_check(reader, root.values[ROOT_METADATA]);
	if (needs_spec)
		policy_need(reader, &policy_schema_root, reader->object->root, &root, ROOT_SPEC);
	return root.values[ROOT_SPEC];
}
