/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/metadata.h"

#define ANNOTATIONS_MAX (256 * 1024) /* bytes of keys and values together */

enum { LABELS, ANNOTATIONS, FINALIZERS };

static const struct policy_field fields_of_metadata[] = {
	[LABELS] = {"labels", POLICY_TYPE_MAPPING},
	[ANNOTATIONS] = {"annotations", POLICY_TYPE_MAPPING},
	[FINALIZERS] = {"finalizers", POLICY_TYPE_LIST},
	/* Checked by `model`. */
	{"name", POLICY_TYPE_ANY},
	{"generateName", POLICY_TYPE_ANY},
	{"namespace", POLICY_TYPE_ANY},
	/* The cluster's own book-keeping, as `kubectl get -o yaml` prints it. */
	{"generation", POLICY_TYPE_INTEGER},
	{"uid", POLICY_TYPE_STRING},
	{"resourceVersion", POLICY_TYPE_STRING},
	{"creationTimestamp", POLICY_TYPE_STRING},
	{"deletionTimestamp", POLICY_TYPE_STRING},
	{"deletionGracePeriodSeconds", POLICY_TYPE_INTEGER},
	{"ownerReferences", POLICY_TYPE_LIST},
	{"managedFields", POLICY_TYPE_LIST},
	{"selfLink", POLICY_TYPE_STRING},
};

const struct policy_schema policy_schema_metadata = {
	.what = "metadata",
	.fields = fields_of_metadata,
	.n_fields = sizeof(fields_of_metadata) / sizeof(fields_of_metadata[0]),
};

static void check_labels(struct policy_reader *reader, const struct tree_node *labels)
{
	for (uint32_t i = 0; labels && i < labels->len; i++) {
		const struct tree_member *member = &labels->members[i];

		policy_key_check(reader, "label key", member, model_syntax_label_key);
		policy_string(reader, "label value", member->value, model_syntax_label_value);
	}
}

static void check_annotations(struct policy_reader *reader, const struct tree_node *annotations)
{
	size_t size = 0;

	for (uint32_t i = 0; annotations && i < annotations->len; i++) {
		const struct tree_member *member = &annotations->members[i];

		policy_key_check(reader, "annotation key", member, model_syntax_annotation_key);
		if (policy_string_check(reader, "annotation", member->value))
			size += member->key_len + member->value->len;
	}
	if (size > ANNOTATIONS_MAX)
		policy_error(reader, DIAG_BH0203, policy_span(reader, annotations),
			     "annotations have %zu bytes, but may have at most %d", size,
			     ANNOTATIONS_MAX);
}

static void check_finalizers(struct policy_reader *reader, const struct tree_node *finalizers)
{
	for (uint32_t i = 0; finalizers && i < finalizers->len; i++)
		policy_string(reader, "finalizer", finalizers->items[i], model_syntax_label_key);
}

void policy_metadata_check(struct policy_reader *reader, const struct tree_node *node)
{
	struct policy_fields fields;

	policy_schema_read(reader, &policy_schema_metadata, node, &fields);
	check_labels(reader, fields.values[LABELS]);
	check_annotations(reader, fields.values[ANNOTATIONS]);
	check_finalizers(reader, fields.values[FINALIZERS]);
}
