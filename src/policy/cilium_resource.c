/* SPDX-License-Identifier: Apache-2.0 */
/* What policies refer to: CiliumCIDRGroup, and the addresses in CiliumNode. */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/intern.h"
#include "model/labels.h"
#include "policy/metadata.h"
#include "policy/root.h"

#include <string.h>

static const struct policy_field group_spec_fields[] = {
	{"externalCIDRs", POLICY_TYPE_LIST},
};

static const struct policy_alias group_spec_aliases[] = {
	{"cidrs", "did you mean 'externalCIDRs'?"},
	{NULL, NULL},
};

static const struct policy_schema group_spec_schema = {
	.what = "spec",
	.fields = group_spec_fields,
	.n_fields = 1,
	.aliases = group_spec_aliases,
};

static struct model_labels read_labels(struct policy_reader *reader, const struct tree_node *root)
{
	const struct tree_node *labels = tree_get(tree_get(root, "metadata"), "labels");
	struct model_labels ret = {0};
	struct model_label *items;

	if (!labels || labels->kind != TREE_MAP || labels->len == 0)
		return ret;
	items = arena_alloc_n(&reader->snapshot->arena, labels->len, sizeof(*items));
	for (uint32_t i = 0; i < labels->len; i++) {
		const struct tree_node *value = labels->members[i].value;
		const char *text = value->kind == TREE_STRING ? value->text : "";

		items[ret.n].key = intern_str(&reader->snapshot->intern, labels->members[i].key);
		items[ret.n++].value = intern_str(&reader->snapshot->intern, text);
	}
	model_labels_sort(items, ret.n);
	ret.items = items;
	return ret;
}

static void read_cidrs(struct policy_reader *reader, const struct tree_node *list,
		       struct cilium_cidr_group *group)
{
	group->cidrs = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*group->cidrs));
	for (uint32_t i = 0; i < list->len; i++)
		if (cilium_cidr_read(reader, "block", list->items[i],
				     &group->cidrs[group->n_cidrs]))
			group->n_cidrs++;
}

static void read_group(struct policy_reader *reader)
{
	struct cilium_cidr_group *group = arena_alloc(&reader->snapshot->arena, sizeof(*group));
	const struct tree_node *spec;
	struct policy_fields fields;

	spec = policy_root_read(reader, true);
	group->name = reader->object->name;
	group->labels = read_labels(reader, reader->object->root);
	reader->resource = group;
	if (!spec)
		return;
	policy_schema_read(reader, &group_spec_schema, spec, &fields);
	if (policy_need(reader, &group_spec_schema, spec, &fields, 0) && fields.values[0])
		read_cidrs(reader, fields.values[0], group);
}

/* A node's own endpoints, in its CiliumNode: all of the cluster's object that matters here. */
struct cilium_node {
	struct ip_addr health[2];
	struct ip_addr ingress[2];
};

static void read_addresses(const struct tree_node *spec, const char *key, struct ip_addr ret[2])
{
	static const char *const families[] = {"ipv4", "ipv6"};
	const struct tree_node *map = tree_get(spec, key);

	for (size_t i = 0; i < 2; i++) {
		const char *text = tree_get_string(map, families[i]);

		if (text)
			ip_parse(text, &ret[i], NULL);
	}
}

static void read_node(struct policy_reader *reader)
{
	const struct tree_node *spec = tree_get(reader->object->root, "spec");
	struct cilium_node *node = arena_alloc(&reader->snapshot->arena, sizeof(*node));

	read_addresses(spec, "health", node->health);
	read_addresses(spec, "ingress", node->ingress);
	reader->resource = node;
}

static const char *const versions[] = {"v2", "v2alpha1", NULL};
static const struct policy_schema *const group_schemas[] = {
	&policy_schema_root, &policy_schema_metadata, &group_spec_schema, NULL};
static const struct policy_schema *const node_schemas[] = {NULL};

const struct policy_frontend policy_frontend_ciliumcidrgroup = {
	.group = "cilium.io",
	.kind = "CiliumCIDRGroup",
	.versions = versions,
	.successor = "cilium.io/v2",
	.schemas = group_schemas,
	.read_resource = read_group,
};

const struct policy_frontend policy_frontend_ciliumnode = {
	.group = "cilium.io",
	.kind = "CiliumNode",
	.versions = versions,
	.successor = "cilium.io/v2",
	.schemas = node_schemas,
	.read_resource = read_node,
};

static bool is_of_kind(const struct policy_resource *resource,
		       const struct policy_frontend *frontend)
{
	return strcmp(resource->object->kind, frontend->kind) == 0 &&
	       strcmp(resource->object->group, frontend->group) == 0;
}

const struct cilium_cidr_group *cilium_cidr_group(const struct policy_reader *reader, size_t at)
{
	for (size_t i = 0; i < reader->resources->n; i++)
		if (is_of_kind(&reader->resources->items[i], &policy_frontend_ciliumcidrgroup) &&
		    at-- == 0)
			return reader->resources->items[i].value;
	return NULL;
}

void cilium_node_addresses(const struct policy_reader *reader, bool of_ingress,
			   struct policy_peer *ret)
{
	const struct policy_resources *resources = reader->resources;

	*ret = cilium_tree(reader, POLICY_PEER_ANY_OF, 2 * (uint32_t)resources->n);
	ret->n_parts = 0;
	for (size_t i = 0; i < resources->n; i++) {
		const struct cilium_node *node = resources->items[i].value;

		if (!is_of_kind(&resources->items[i], &policy_frontend_ciliumnode))
			continue;
		for (size_t a = 0; a < 2; a++) {
			const struct ip_addr *addr = of_ingress ? &node->ingress[a]
								: &node->health[a];

			if (addr->family != IP_NONE)
				ret->parts[ret->n_parts++] = (struct policy_peer){
					.kind = POLICY_PEER_CIDR,
					.cidr = {*addr, addr->family == IP_V4 ? 32 : 128},
				};
		}
	}
}
