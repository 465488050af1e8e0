/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces and nodes. */
#include "model/labels.h"
#include "model/loader.h"

#include <string.h>

static struct model_labels with_name(struct model_loader *loader, const struct model_labels *labels,
				     const char *name)
{
	struct model_snapshot *snapshot = loader->snapshot;

	return model_labels_with(labels, &snapshot->arena,
				 intern_str(&snapshot->intern, MODEL_NAME_LABEL), name);
}

struct model_namespace *model_loader_namespace(struct model_loader *loader, const char *name)
{
	bool is_new;
	uint64_t *place = hash_map_put(&loader->namespaces, hash_ptr(name), &is_new);
	struct model_namespace *ns;

	if (!is_new)
		return (struct model_namespace *)(uintptr_t)*place;
	ns = arena_alloc(&loader->snapshot->arena, sizeof(*ns));
	ns->name = name;
	ns->origin = MODEL_IMPLIED;
	ns->labels = with_name(loader, &ns->labels, name);
	*place = hash_ptr(ns);
	vec_push(&loader->namespace_list, ns);
	return ns;
}

void model_read_namespace(struct model_object *object)
{
	struct model_loader *loader = object->loader;
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");
	struct model_labels labels = model_object_labels(object, metadata, "labels");
	struct model_record *record;
	struct model_namespace *ns;

	if (object->failed)
		return;
	ns = model_loader_namespace(loader, object->name);
	ns->origin = MODEL_DECLARED;
	ns->labels = with_name(loader, &labels, ns->name);
	ns->span = tree_span(object->file, object->root);
	record = arena_alloc(&loader->scratch, sizeof(*record));
	model_record_keep(object, record, &loader->declared_namespaces);
}

/* status.addresses has host names too; only what reads as an address is one. */
static void read_addresses(struct model_object *object, struct model_node *node)
{
	const struct tree_node *status = model_object_map(object, object->root, "status");
	const struct tree_node *list = model_object_seq(object, status, "addresses");

	if (!list)
		return;
	node->addrs =
		arena_alloc_n(&object->loader->snapshot->arena, list->len, sizeof(*node->addrs));
	for (uint32_t i = 0; i < list->len; i++) {
		const char *text = model_object_string(object, list->items[i], "address");

		if (text && ip_parse(text, &node->addrs[node->n_addrs], NULL) == 0)
			node->n_addrs++;
	}
}

static void read_pod_cidrs(struct model_object *object, struct model_node *node)
{
	const struct tree_node *spec = model_object_map(object, object->root, "spec");
	const struct tree_node *list = model_object_seq(object, spec, "podCIDRs");
	const struct tree_node *single = tree_get(spec, "podCIDR");
	uint32_t n = list ? list->len : single != NULL;
	struct arena *arena = &object->loader->snapshot->arena;

	node->pod_cidrs = arena_alloc_n(arena, n, sizeof(*node->pod_cidrs));
	for (uint32_t i = 0; i < n; i++) {
		const struct tree_node *item = list ? list->items[i] : single;
		struct ip_cidr *cidr = &node->pod_cidrs[node->n_pod_cidrs];

		if (item->kind != TREE_STRING || ip_cidr_parse(item->text, cidr, NULL) != 0)
			continue;
		object->loader->shows_v6 |= cidr->addr.family == IP_V6;
		node->n_pod_cidrs++;
	}
}

void model_read_node(struct model_object *object)
{
	struct model_loader *loader = object->loader;
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");
	struct model_record *record = arena_alloc(&loader->scratch, sizeof(*record));
	struct model_node *node = arena_alloc(&loader->snapshot->arena, sizeof(*node));

	node->name = object->name;
	node->origin = MODEL_DECLARED;
	node->span = tree_span(object->file, object->root);
	node->labels = model_object_labels(object, metadata, "labels");
	read_addresses(object, node);
	read_pod_cidrs(object, node);
	record->object = node;
	if (!object->failed)
		model_record_keep(object, record, &loader->nodes);
}
