/* SPDX-License-Identifier: Apache-2.0 */
/* External dependencies: what the input names that is not in the cluster. */
#include "analyze/inventory_build.h"

#include "base/keyset.h"

#include <string.h>

struct naming {
	struct analyze_inventory *inventory;
	struct keyset seen;
	const char *from;
	struct diag_span span;
};

static void add_external(struct naming *naming, const char *kind, const char *what)
{
	struct arena *arena = &naming->inventory->arena;
	const char *key = arena_printf(arena, "%s %s", what, naming->from);
	bool is_new;

	keyset_intern(&naming->seen, key, strlen(key), &is_new);
	if (is_new)
		vec_push(&naming->inventory->externals,
			 ((struct analyze_inventory_external){arena_strdup(arena, what), kind,
							      naming->from, naming->span}));
}

static bool is_inside(const struct model_snapshot *snapshot, const struct ip_cidr *block)
{
	for (uint32_t i = 0; i < snapshot->n_pod_cidrs; i++)
		if (ip_cidr_within(block, &snapshot->pod_cidrs[i], false))
			return true;
	return false;
}

static void add_block(void *arg, const struct policy_peer *leaf)
{
	struct naming *naming = arg;
	char text[IP_CIDR_TEXT_SIZE];

	if (!is_inside(naming->inventory->cluster->snapshot, &leaf->cidr))
		add_external(naming, "address", ip_cidr_format(&leaf->cidr, text));
}

/* "CiliumNetworkPolicy shop/api" */
static const char *describe(struct analyze_inventory *inventory, const char *kind, const char *ns,
			    const char *name)
{
	return arena_printf(&inventory->arena, "%s %s%s%s", kind, ns ? ns : "", ns ? "/" : "",
			    name);
}

static void name_blocks(struct naming *naming)
{
	const struct policy_set *policies = naming->inventory->cluster->policies;

	for (uint32_t i = 0; i < policies->n_policies; i++) {
		const struct policy *policy = policies->policies[i];

		naming->from = describe(naming->inventory, policy->kind, policy->ns, policy->name);
		for (uint32_t k = 0; k < policy->n_rules[POLICY_EGRESS]; k++) {
			const struct policy_rule *rule = &policy->rules[POLICY_EGRESS][k];

			naming->span = rule->span;
			if (rule->any_peer && rule->action == POLICY_ALLOW)
				add_external(naming, "address", "any address");
			for (uint32_t p = 0; p < rule->n_peers && rule->action == POLICY_ALLOW; p++)
				policy_peer_each(&rule->peers[p], POLICY_PEER_CIDR, add_block,
						 naming);
		}
	}
}

/* Every text in a value: of Cilium's toFQDNs those of its matchName and matchPattern. */
static void name_all(struct naming *naming, const struct tree_node *node)
{
	if (node->kind == TREE_STRING)
		add_external(naming, "name", node->text);
	for (uint32_t i = 0; node->kind == TREE_SEQ && i < node->len; i++)
		name_all(naming, node->items[i]);
	for (uint32_t i = 0; node->kind == TREE_MAP && i < node->len; i++)
		name_all(naming, node->members[i].value);
}

/* The texts of a key wherever it stands in an object: Cilium's toFQDNs are in several places. */
static void name_texts(struct naming *naming, const struct tree_node *node, const char *key)
{
	for (uint32_t i = 0; node->kind == TREE_SEQ && i < node->len; i++)
		name_texts(naming, node->items[i], key);
	for (uint32_t i = 0; node->kind == TREE_MAP && i < node->len; i++)
		if (strcmp(node->members[i].key, key) == 0)
			name_all(naming, node->members[i].value);
		else
			name_texts(naming, node->members[i].value, key);
}

/* Kinds that name what is outside, and where. */
static const struct {
	const char *group;
	const char *kind;
	const char *key;
} namers[] = {
	{"", "Service", "externalName"},
	{"cilium.io", "CiliumNetworkPolicy", "toFQDNs"},
	{"cilium.io", "CiliumClusterwideNetworkPolicy", "toFQDNs"},
	{"projectcalico.org", "NetworkPolicy", "domains"},
	{"projectcalico.org", "GlobalNetworkPolicy", "domains"},
	{"policy.networking.k8s.io", "ClusterNetworkPolicy", "domainNames"},
	{"networking.istio.io", "ServiceEntry", "hosts"},
};

static void name_hosts(struct naming *naming)
{
	const struct model_snapshot *snapshot = naming->inventory->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &snapshot->manifests[i];

		for (size_t k = 0; k < sizeof(namers) / sizeof(namers[0]); k++) {
			if (strcmp(namers[k].group, manifest->group) != 0 ||
			    strcmp(namers[k].kind, manifest->kind) != 0)
				continue;
			naming->from = describe(naming->inventory, manifest->kind, manifest->ns,
						manifest->name);
			naming->span = tree_span(manifest->file, manifest->root);
			name_texts(naming, manifest->root, namers[k].key);
		}
	}
}

static int compare_externals(const void *left, const void *right)
{
	const struct analyze_inventory_external *a = left, *b = right;
	int order = strcmp(a->what, b->what);

	return order ? order : strcmp(a->from, b->from);
}

void inventory_list_externals(struct analyze_inventory *inventory)
{
	struct naming naming = {.inventory = inventory};

	name_blocks(&naming);
	name_hosts(&naming);
	keyset_release(&naming.seen);
	if (inventory->externals.n)
		qsort(inventory->externals.items, inventory->externals.n,
		      sizeof(*inventory->externals.items), compare_externals);
}
