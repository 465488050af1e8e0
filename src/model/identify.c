/* SPDX-License-Identifier: Apache-2.0 */
/* What an object is called. */
#include "model/loader.h"

#include <string.h>

#define LABEL_MAX 63
#define SUBDOMAIN_MAX 253

static bool is_alphanumeric(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
}

/* RFC 1123 label as k8s.io/apimachinery's validation has it: lower case only. */
static bool is_dns_label(const char *text, size_t len)
{
	if (len == 0 || len > LABEL_MAX || text[0] == '-' || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alphanumeric(text[i]) && text[i] != '-')
			return false;
	return true;
}

/* Labels joined by dots; here a label may be longer than elsewhere, as in the API server. */
static bool is_dns_subdomain(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > SUBDOMAIN_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool at_edge = i == 0 || i + 1 == len || text[i - 1] == '.' || text[i + 1] == '.';

		if (text[i] == '.' ? at_edge : text[i] == '-' ? at_edge : !is_alphanumeric(text[i]))
			return false;
	}
	return true;
}

static void bad_name(struct model_object *object, const struct tree_node *metadata, const char *key)
{
	const struct tree_node *value = tree_get(metadata, key);

	model_object_error(object, DIAG_BH0203, tree_span(object->file, value),
			   "'%s' is no valid %s: lower case letters, digits and '-', found '%s'",
			   key, strcmp(key, "name") == 0 ? "name" : "namespace", value->text);
}

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

	object->name = model_object_string(object, metadata, "name");
	if (object->failed)
		return;
	if (!object->name || *object->name == '\0')
		object->name = generated_name(object, metadata);
	if (!object->name)
		model_object_error(object, DIAG_BH0204, tree_span(object->file, place),
				   "a %s without 'metadata.name'", object->kind);
	else if (!is_dns_subdomain(object->name) && tree_get(metadata, "name"))
		bad_name(object, metadata, "name");
}

static void read_ns(struct model_object *object, const struct tree_node *metadata)
{
	const struct tree_node *node = tree_get(metadata, "namespace");
	const char *ns = model_object_string(object, metadata, "namespace");

	if (object->known->is_cluster_wide)
		return;
	if (ns && *ns) {
		object->ns = ns;
		if (!is_dns_label(ns, strlen(ns)))
			bad_name(object, metadata, "namespace");
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
