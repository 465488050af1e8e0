/* SPDX-License-Identifier: Apache-2.0 */
#include "model/loader.h"

#include <string.h>

/* Kinds that are not read are not identified: what they say of themselves is taken as it is. */
static const char *name_in(const struct model_object *object, const char *key)
{
	const char *text = tree_get_string(tree_get(object->root, "metadata"), key);

	return text ? intern_str(&object->loader->snapshot->intern, text) : NULL;
}

/* Kinds of Kubernetes that are in no namespace, and that only their manifests tell of. */
static const struct {
	const char *group;
	const char *kind; /* NULL: every kind of the group */
} cluster_wide[] = {
	{"", "PersistentVolume"},
	{"admissionregistration.k8s.io", NULL},
	{"apiextensions.k8s.io", NULL},
	{"apiregistration.k8s.io", NULL},
	{"gateway.networking.k8s.io", "GatewayClass"},
	{"networking.k8s.io", "IngressClass"},
	{"node.k8s.io", NULL},
	{"rbac.authorization.k8s.io", "ClusterRole"},
	{"rbac.authorization.k8s.io", "ClusterRoleBinding"},
	{"scheduling.k8s.io", "PriorityClass"},
};

static bool is_cluster_wide(const struct model_object *object)
{
	for (size_t i = 0; i < sizeof(cluster_wide) / sizeof(cluster_wide[0]); i++)
		if (strcmp(cluster_wide[i].group, object->group) == 0 &&
		    (!cluster_wide[i].kind || strcmp(cluster_wide[i].kind, object->kind) == 0))
			return true;
	return false;
}

static const char *namespace_of(const struct model_object *object)
{
	const char *ns;

	if (object->known->read)
		return object->ns;
	if (is_cluster_wide(object))
		return NULL;
	ns = name_in(object, "namespace");
	return ns ? ns : object->loader->options.default_namespace;
}

void model_keep_manifest(const struct model_object *object)
{
	struct model_loader *loader = object->loader;
	const char *name = object->known->read ? object->name : name_in(object, "name");
	const struct model_manifest manifest = {
		.group = object->group,
		.version = object->version,
		.kind = object->kind,
		.ns = namespace_of(object),
		.name = name ? name : "",
		.root = object->root,
		.file = object->file,
	};

	if (loader->options.keep_manifests)
		vec_push(&loader->manifests, manifest);
}

void model_take_manifests(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;
	const size_t n = loader->manifests.n;

	snapshot->manifests = arena_alloc_n(&snapshot->arena, n, sizeof(*snapshot->manifests));
	for (size_t i = 0; i < n; i++)
		snapshot->manifests[i] = loader->manifests.items[i];
	snapshot->n_manifests = (uint32_t)n;
}
