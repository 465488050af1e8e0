/* SPDX-License-Identifier: Apache-2.0 */
/* What an object is called. */
#include "model/loader.h"

/*
 * The API server appends a random suffix to generateName; a number keeps two of them apart as well.
 */
static const char *generated_name(struct model_object *object, const struct tree_node *metadata)
{
	struct model_loader *loader = object->loader;
	const char *prefix = model_object_string(object, metadata, "generateName");

	if (!prefix || *prefix == '\0')
		return NULL;
	return intern_str(&loader->snapshot->intern,
			  arena_printf(&loader->scratch, "%s%u", prefix, ++loader->n_generated));
}

static void read_name(struct model_object *object, const struct tree_node *metadata)
{
	const struct tree_node *place = metadata ? metadata : object->root;
	const struct tree_node *node = tree_get(metadata, "name");

	object->name = model_object_string(object, metadata, "name");
	if (object->failed)
		return;
	if (object->name && *object->name) {
		model_object_check(object, tree_span(object->file, node), "name", object->name,
				   model_syntax_name);
		return;
	}
	object->name = generated_name(object, metadata);
	if (!object->name)
		model_object_error(object, DIAG_BH0204, tree_span(object->file, place),
				   "a %s without 'metadata.name'", object->kind);
}

static void read_ns(struct model_object *object, const struct tree_node *metadata)
{
	const struct tree_node *node = tree_get(metadata, "namespace");
	const char *ns = model_object_string(object, metadata, "namespace");

	if (object->known->is_cluster_wide)
		return;
	if (ns && *ns) {
		object->ns = ns;
		model_object_check(object, tree_span(object->file, node), "namespace", ns,
				   model_syntax_namespace);
		return;
	}
	object->lacks_ns = ns || !node || node->kind == TREE_NULL;
	object->ns = object->loader->options.default_namespace;
}

void model_object_identify(struct model_object *object)
{
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");

	read_name(object, metadata);
	read_ns(object, metadata);
}
