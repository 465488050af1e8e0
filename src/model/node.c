/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes: the declared ones, and those that only their pods tell of. */
#include "model/loader.h"

#include <string.h>

/* Of one node; pods that claim more for theirs do not agree about what a node is. */
#define MAX_ADDRS 64

static int compare_nodes(const void *a, const void *b)
{
	const struct model_node *x = *(struct model_node *const *)a;
	const struct model_node *y = *(struct model_node *const *)b;

	return strcmp(x->name, y->name);
}

static bool has_address(const struct model_node *node, const struct ip_addr *addr)
{
	for (uint32_t i = 0; i < node->n_addrs; i++)
		if (ip_equal(&node->addrs[i], addr))
			return true;
	return false;
}

static void add_address(struct model_snapshot *snapshot, struct model_node *node,
			const struct ip_addr *addr)
{
	struct ip_addr *addrs;

	if (node->n_addrs >= MAX_ADDRS || has_address(node, addr))
		return;
	addrs = arena_alloc_n(&snapshot->arena, node->n_addrs + 1, sizeof(*addrs));
	if (node->n_addrs > 0)
		memcpy(addrs, node->addrs, node->n_addrs * sizeof(*addrs));
	addrs[node->n_addrs++] = *addr;
	node->addrs = addrs;
}

struct nodes {
	struct hash_map by_name; /* interned name → struct model_node * */
	VEC(struct model_node *) list;
};

/* status.hostIP is its node's address whether the node is in the input or not. */
static void add_host(struct model_loader *loader, const struct model_pod_record *pod,
		     struct nodes *nodes)
{
	struct model_snapshot *snapshot = loader->snapshot;
	const char *name = pod->spec.node;
	char text[IP_TEXT_SIZE];
	struct model_node *node;
	bool is_new;
	uint64_t *place;

	if (!name)
		name = intern_str(&snapshot->intern, ip_format(&pod->host_ips[0], text));
	place = hash_map_put(&nodes->by_name, hash_ptr(name), &is_new);
	if (is_new) {
		node = arena_alloc(&snapshot->arena, sizeof(*node));
		node->name = name;
		node->origin = MODEL_IMPLIED;
		node->span = pod->record.span;
		*place = hash_ptr(node);
		vec_push(&nodes->list, node);
	}
	node = (struct model_node *)(uintptr_t)*place;
	for (uint32_t i = 0; i < pod->n_host_ips; i++)
		add_address(snapshot, node, &pod->host_ips[i]);
}

static void add_declared(struct model_loader *loader, struct nodes *nodes)
{
	for (size_t i = 0; i < loader->nodes.n; i++) {
		const struct model_record *record = loader->nodes.items[i];

		if (record->is_replaced)
			continue;
		*hash_map_put(&nodes->by_name, hash_ptr(record->name), NULL) =
			hash_ptr(record->object);
		vec_push(&nodes->list, record->object);
	}
}

void model_make_nodes(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;
	struct nodes nodes = {0};

	add_declared(loader, &nodes);
	for (size_t i = 0; i < loader->pods.n; i++) {
		struct model_pod_record *pod = (struct model_pod_record *)loader->pods.items[i];

		if (!pod->record.is_replaced && !pod->is_completed && pod->n_host_ips > 0)
			add_host(loader, pod, &nodes);
	}
	snapshot->nodes = arena_alloc_n(&snapshot->arena, nodes.list.n, sizeof(*snapshot->nodes));
	if (nodes.list.n > 0)
		memcpy(snapshot->nodes, nodes.list.items, nodes.list.n * sizeof(*snapshot->nodes));
	snapshot->n_nodes = (uint32_t)nodes.list.n;
	if (snapshot->n_nodes > 1)
		qsort(snapshot->nodes, snapshot->n_nodes, sizeof(*snapshot->nodes), compare_nodes);
	vec_release(&nodes.list);
	hash_map_release(&nodes.by_name);
}
