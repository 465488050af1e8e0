/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/inventory.h"

#include "analyze/owner.h"
#include "base/keyset.h"

#include <string.h>

static bool is_shown(const struct model_workload *workload)
{
	return workload->origin == MODEL_DECLARED || workload->origin == MODEL_IMPLIED;
}

/* What is in each namespace; `rows` is by its index. */
static void count_contents(const struct model_snapshot *snapshot,
			   struct analyze_inventory_namespace *rows)
{
	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		const struct model_workload *workload = snapshot->workloads[i];
		struct analyze_inventory_namespace *row = &rows[workload->ns->index];

		if (!is_shown(workload))
			continue;
		row->n_workloads++;
		row->n_pods += workload->is_scaled_to_zero ? 0 : workload->n_pods;
		row->n_host_pods += workload->host_network ? workload->n_pods : 0;
	}
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		rows[snapshot->services[i]->ns->index].n_services +=
			snapshot->services[i]->origin == MODEL_DECLARED;
}

static void count_policies(const struct analyze_cluster *cluster,
			   struct analyze_inventory_namespace *rows)
{
	for (uint32_t i = 0; i < cluster->policies->n_policies; i++) {
		const struct policy *policy = cluster->policies->policies[i];
		const struct model_namespace *ns =
			policy->ns ? model_find_namespace(cluster->snapshot, policy->ns) : NULL;

		if (ns && policy->part == 0)
			rows[ns->index].n_policies++;
	}
}

static void take_owner(void *arg, const struct model_namespace *ns, const char *owner)
{
	((struct analyze_inventory_namespace *)arg)[ns->index].owner = owner;
}

static void count_namespaces(struct analyze_inventory *inventory)
{
	const struct model_snapshot *snapshot = inventory->cluster->snapshot;
	struct analyze_inventory_namespace *rows =
		vec_grow(NULL, &(size_t){0}, snapshot->n_namespaces + 1, sizeof(*rows));

	memset(rows, 0, snapshot->n_namespaces * sizeof(*rows));
	count_contents(snapshot, rows);
	count_policies(inventory->cluster, rows);
	analyze_owners_each(snapshot, take_owner, rows);
	for (uint32_t i = 0; i < snapshot->n_namespaces; i++) {
		rows[i].ns = snapshot->namespaces[i];
		if (rows[i].ns->origin == MODEL_DECLARED || rows[i].n_workloads ||
		    rows[i].n_services || rows[i].n_policies)
			vec_push(&inventory->namespaces, rows[i]);
	}
	free(rows);
}

static void count_accounts(struct analyze_inventory *inventory)
{
	const struct model_snapshot *snapshot = inventory->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->n_accounts; i++) {
		struct analyze_inventory_account account = {.account = snapshot->accounts[i]};

		for (uint32_t k = 0; k < snapshot->n_pods; k++)
			account.n_pods += snapshot->pods[k]->account == account.account &&
					  is_shown(snapshot->pods[k]->workload);
		if (account.n_pods || account.account->origin == MODEL_DECLARED)
			vec_push(&inventory->accounts, account);
	}
}

static int compare_ports(const void *left, const void *right)
{
	const struct analyze_inventory_port *a = left, *b = right;

	if (a->port.space != b->port.space)
		return a->port.space < b->port.space ? -1 : 1;
	return (a->port.first > b->port.first) - (a->port.first < b->port.first);
}

static void count_port(struct analyze_inventory *inventory, struct keyset *numbers,
		       const struct model_port *port)
{
	const uint32_t key[2] = {port->space, port->number};
	const uint32_t number = keyset_intern(numbers, key, sizeof(key), NULL);

	if (number == inventory->ports.n)
		vec_push(&inventory->ports,
			 ((struct analyze_inventory_port){
				 .port = {port->space, port->number, port->number}}));
	inventory->ports.items[number].n_workloads++;
}

static void count_workloads(struct analyze_inventory *inventory)
{
	const struct model_snapshot *snapshot = inventory->cluster->snapshot;
	struct keyset numbers = {0};

	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		const struct model_workload *workload = snapshot->workloads[i];
		const struct model_pod *pod = workload->pods[0];

		if (!is_shown(workload))
			continue;
		vec_push(&inventory->workloads, workload);
		inventory->n_undeclared += pod->n_ports == 0;
		for (uint32_t k = 0; k < pod->n_ports; k++)
			count_port(inventory, &numbers, &pod->ports[k]);
	}
	keyset_release(&numbers);
	if (inventory->ports.n)
		qsort(inventory->ports.items, inventory->ports.n, sizeof(*inventory->ports.items),
		      compare_ports);
}

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

	if (leaf->cidr.prefix_len > 0 &&
	    !is_inside(naming->inventory->cluster->snapshot, &leaf->cidr))
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

void analyze_inventory_build(struct analyze_inventory *ret, const struct analyze_cluster *cluster)
{
	struct naming naming = {.inventory = ret};

	*ret = (struct analyze_inventory){.cluster = cluster};
	arena_init(&ret->arena);
	count_namespaces(ret);
	count_workloads(ret);
	count_accounts(ret);
	name_blocks(&naming);
	name_hosts(&naming);
	keyset_release(&naming.seen);
	if (ret->externals.n)
		qsort(ret->externals.items, ret->externals.n, sizeof(*ret->externals.items),
		      compare_externals);
}

void analyze_inventory_release(struct analyze_inventory *inventory)
{
	vec_release(&inventory->namespaces);
	vec_release(&inventory->workloads);
	vec_release(&inventory->accounts);
	vec_release(&inventory->ports);
	vec_release(&inventory->externals);
	arena_release(&inventory->arena);
}
