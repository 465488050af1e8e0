/* SPDX-License-Identifier: Apache-2.0 */
/* BH701, BH702, BH707 and BH316: who answers for policies, who may change them, and contracts. */
#include "scan/check.h"

#include "scan/config.h"

#include <string.h>

void scan_annotations(struct scan *scan, const struct model_manifest *manifest)
{
	const struct scan_texts *required = scan->config ? &scan->config->required_annotations
							 : &(struct scan_texts){0};
	const struct tree_node *metadata = tree_get(manifest->root, "metadata");

	for (size_t i = 0; scan_is_policy(manifest) && metadata && i < required->n; i++)
		if (!scan_annotation(manifest->root, required->items[i]))
			scan_help(scan,
				  scan_report(scan,
					      scan_at_manifest(manifest,
							       tree_span(manifest->file, metadata)),
					      "the policy has no annotation '%s': nobody is there "
					      "to ask when it is to change",
					      required->items[i]),
				  "add it to metadata.annotations");
}

#define REVIEW_BY "bulkhead.dev/review-by"

void scan_review(struct scan *scan, const struct model_manifest *manifest)
{
	static const char *const keys[] = {REVIEW_BY, "review-by", "review-date"};
	const struct tree_node *annotations =
		scan_node(manifest->root, "metadata", "annotations", NULL);

	for (size_t i = 0; scan_is_policy(manifest) && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct tree_member *member = tree_member(annotations, keys[i]);
		int64_t day;

		if (!member || member->value->kind != TREE_STRING ||
		    !scan_time_parse(member->value->text, &day) || day > scan->options.now)
			continue;
		scan_report(
			scan, scan_at_manifest(manifest, tree_span(manifest->file, member->value)),
			"the review of the policy was due by %s: nobody has confirmed since that "
			"its access is still needed",
			member->value->text);
	}
}

static bool has_text(const struct tree_node *list, const char *text)
{
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
		if (list->items[i]->kind == TREE_STRING &&
		    (strcmp(list->items[i]->text, text) == 0 ||
		     strcmp(list->items[i]->text, "*") == 0))
			return true;
	return false;
}

static bool may_write(const struct tree_node *rule)
{
	static const char *const verbs[] = {"create", "update", "patch", "delete",
					    "deletecollection"};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (has_text(tree_get(rule, "verbs"), verbs[i]))
			return true;
	return false;
}

/* The kinds of policies, as RBAC names them. */
static const char *policy_resource(const struct tree_node *rule)
{
	static const char *const resources[][2] = {
		{"networking.k8s.io", "networkpolicies"},
		{"policy.networking.k8s.io", "clusternetworkpolicies"},
		{"policy.networking.k8s.io", "adminnetworkpolicies"},
		{"policy.networking.k8s.io", "baselineadminnetworkpolicies"},
		{"cilium.io", "ciliumnetworkpolicies"},
		{"cilium.io", "ciliumclusterwidenetworkpolicies"},
		{"projectcalico.org", "networkpolicies"},
		{"projectcalico.org", "globalnetworkpolicies"},
		{"crd.projectcalico.org", "networkpolicies"},
		{"crd.projectcalico.org", "globalnetworkpolicies"},
		{"security.istio.io", "authorizationpolicies"},
	};

	for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
		if (has_text(tree_get(rule, "apiGroups"), resources[i][0]) &&
		    has_text(tree_get(rule, "resources"), resources[i][1]))
			return resources[i][1];
	return NULL;
}

/* The service account, outside of the system's namespaces, that a binding gives a role to. */
static const char *bound_account(struct scan *scan, const struct model_manifest *binding,
				 const struct model_manifest *role)
{
	const struct tree_node *ref = tree_get(binding->root, "roleRef");
	const struct tree_node *subjects = tree_get(binding->root, "subjects");
	const char *kind = tree_get_string(ref, "kind");
	const char *name = tree_get_string(ref, "name");

	if (!kind || !name || strcmp(kind, role->kind) != 0 || strcmp(name, role->name) != 0 ||
	    (strcmp(kind, "Role") == 0 && strcmp(binding->ns, role->ns) != 0))
		return NULL;
	for (uint32_t i = 0; subjects && subjects->kind == TREE_SEQ && i < subjects->len; i++) {
		const char *who = tree_get_string(subjects->items[i], "kind");
		const char *account = tree_get_string(subjects->items[i], "name");
		const char *ns = tree_get_string(subjects->items[i], "namespace");
		const struct model_namespace there = {.name = ns ? ns : binding->ns};

		if (who && account && strcmp(who, "ServiceAccount") == 0 && there.name &&
		    !scan_is_system(scan, &there))
			return arena_printf(&scan->arena, "%s/%s", there.name, account);
	}
	return NULL;
}

static const char *find_account(struct scan *scan, const struct model_manifest *role)
{
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *binding = &scan->snapshot->manifests[i];
		const char *account = NULL;

		if (strcmp(binding->group, "rbac.authorization.k8s.io") == 0 &&
		    strstr(binding->kind, "RoleBinding"))
			account = bound_account(scan, binding, role);
		if (account)
			return account;
	}
	return NULL;
}

void scan_policy_writer(struct scan *scan, const struct model_manifest *role)
{
	const struct tree_node *rules = tree_get(role->root, "rules");

	if (strcmp(role->group, "rbac.authorization.k8s.io") != 0 ||
	    (strcmp(role->kind, "Role") != 0 && strcmp(role->kind, "ClusterRole") != 0))
		return;
	for (uint32_t i = 0; rules && rules->kind == TREE_SEQ && i < rules->len; i++) {
		const struct tree_node *rule = rules->items[i];
		const char *resource = may_write(rule) ? policy_resource(rule) : NULL;
		const char *account = resource ? find_account(scan, role) : NULL;

		if (!account)
			continue;
		scan_help(
			scan,
			scan_report(scan,
				    scan_at_manifest(role, tree_span(role->file,
								     tree_get(rule, "resources"))),
				    "pods of service account %s may change %s, and open what "
				    "policies close",
				    account, resource),
			"leave the verbs get, list and watch");
	}
}

static bool is_client(const struct scan_contract *contract, const struct model_pod *pod)
{
	for (size_t i = 0; i < contract->from.n; i++) {
		const struct scan_contract_peer *peer = &contract->from.items[i];
		bool fits = strcmp(peer->ns, pod->ns->name) == 0;

		for (uint32_t k = 0; fits && k < peer->labels.n; k++) {
			bool has = false;

			for (uint32_t l = 0; l < pod->labels.n; l++)
				has |= strcmp(pod->labels.items[l].key,
					      peer->labels.items[k].key) == 0 &&
				       strcmp(pod->labels.items[l].value,
					      peer->labels.items[k].value) == 0;
			fits = has;
		}
		if (fits)
			return true;
	}
	return false;
}

/* Of what the owner publishes nothing is missing, and nothing comes beside it. */
static void check_contract_port(struct scan *scan, const struct scan_contract *contract,
				const struct model_workload *owner, const struct model_port *port)
{
	const struct model_pod *to = owner->pods[0];
	const bool is_offered = contract->ports.n == 0 ||
				port_set_contains(&contract->ports, port->space, port->number);

	for (uint32_t i = 0; i < scan->snapshot->n_pods; i++) {
		const struct model_pod *from = scan->snapshot->pods[i];

		if (from->workload == owner || from->origin == MODEL_ASSUMED ||
		    (is_offered && is_client(contract, from)) ||
		    !scan_may(scan, from, to, port->space, port->number))
			continue;
		scan_help(
			scan,
			scan_report(scan, scan_at_workload(owner),
				    "%s can reach %s/%s:%u, which its contract does not give them",
				    from->origin == MODEL_HYPOTHETICAL
					    ? "pods that the input does not show"
					    : arena_printf(&scan->arena, "%s/%s", from->ns->name,
							   from->workload->name),
				    owner->ns->name, owner->name, port->number),
			"close it, or have its owner change the contract");
		return;
	}
}

void scan_contracts(struct scan *scan, const struct model_workload *workload)
{
	for (size_t i = 0; scan->config && i < scan->config->contracts.n; i++) {
		const struct scan_contract *contract = &scan->config->contracts.items[i];
		const struct scan_patterns one = {(struct scan_pattern *)&contract->service, 1, 1};

		if (!scan_is_subject(workload) ||
		    !scan_patterns_match(&one, workload->ns->name, workload->kind, workload->name))
			continue;
		for (uint32_t k = 0; k < workload->pods[0]->n_ports; k++)
			check_contract_port(scan, contract, workload, &workload->pods[0]->ports[k]);
	}
}
