/* SPDX-License-Identifier: Apache-2.0 */
/* BH801, BH803 and BH804: what the policies of Cilium, Istio and Calico say by accident. */
#include "scan/check.h"

#include "scan/loading.h"

#include <string.h>

static bool is_of(const struct model_manifest *manifest, const char *group)
{
	return strcmp(manifest->group, group) == 0;
}

static bool is_calico(const char *group)
{
	return strcmp(group, "projectcalico.org") == 0 ||
	       strcmp(group, "crd.projectcalico.org") == 0;
}

/* What the front ends find odd, or without effect, in the policies of a group. */
static void take_oddities(struct scan *scan, const char *group)
{
	const struct diag_list *diags = &scan->cluster->diags;

	for (const struct diag *diag = diags->first; diag; diag = diag->next) {
		struct scan_place place;
		const struct model_manifest *manifest;

		if (diag->code != DIAG_BH0205 && diag->code != DIAG_BH0207 &&
		    diag->code != DIAG_BH0208)
			continue;
		manifest = scan_manifest_at(scan, &diag->span);
		if (!manifest || !is_of(manifest, group) || scan_has_at(scan, diag->span))
			continue;
		place = scan_at_manifest(manifest, diag->span);
		if (diag->hint)
			scan_help(scan, scan_report(scan, place, "%s", diag->message), "%s",
				  diag->hint);
		else
			scan_report(scan, place, "%s", diag->message);
	}
}

/* The first member of this name anywhere below, or NULL. */
static const struct tree_member *find_member(const struct tree_node *node, const char *key)
{
	const struct tree_member *found = NULL;

	for (uint32_t i = 0; node->kind == TREE_SEQ && !found && i < node->len; i++)
		found = find_member(node->items[i], key);
	for (uint32_t i = 0; node->kind == TREE_MAP && !found && i < node->len; i++)
		found = strcmp(node->members[i].key, key) == 0
				? &node->members[i]
				: find_member(node->members[i].value, key);
	return found;
}

/* Some policy of the namespace has the proxy look at DNS. */
static bool sees_dns(const struct scan *scan, const char *ns)
{
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];

		if (is_of(manifest, "cilium.io") &&
		    (!ns || strcmp(manifest->kind, "CiliumClusterwideNetworkPolicy") == 0 ||
		     (manifest->ns && strcmp(manifest->ns, ns) == 0)) &&
		    find_member(manifest->root, "dns"))
			return true;
	}
	return false;
}

static void check_names(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_member *names = find_member(manifest->root, "toFQDNs");

	if (names && !sees_dns(scan, manifest->ns))
		scan_help(scan,
			  scan_report(
				  scan,
				  scan_at_manifest(manifest, tree_key_span(manifest->file, names)),
				  "Cilium learns the addresses of names from the answers of the "
				  "DNS, and no policy has its proxy look at them: this allows "
				  "nothing"),
			  "add a rule for port 53 to kube-dns with rules: {dns: [{matchPattern: "
			  "\"*\"}]}");
}

void scan_cilium(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++)
		if (is_of(&scan->snapshot->manifests[i], "cilium.io") &&
		    scan_is_policy(&scan->snapshot->manifests[i]))
			check_names(scan, &scan->snapshot->manifests[i]);
	take_oddities(scan, "cilium.io");
}

static void check_mode(struct scan *scan, const struct model_manifest *manifest,
		       const struct tree_node *mode)
{
	if (!mode || mode->kind != TREE_STRING ||
	    (strcmp(mode->text, "PERMISSIVE") != 0 && strcmp(mode->text, "DISABLE") != 0))
		return;
	scan_help(scan,
		  scan_report(scan, scan_at_manifest(manifest, tree_span(manifest->file, mode)),
			      "mutual TLS is %s: who connects without it has no identity that a "
			      "policy can check, and can be anybody",
			      strcmp(mode->text, "DISABLE") == 0 ? "off" : "not asked for"),
		  "write STRICT once every client is in the mesh");
}

static void check_authentication(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *spec = tree_get(manifest->root, "spec");
	const struct tree_node *ports = tree_get(spec, "portLevelMtls");

	check_mode(scan, manifest, scan_node(spec, "mtls", "mode", NULL));
	for (uint32_t i = 0; ports && ports->kind == TREE_MAP && i < ports->len; i++)
		check_mode(scan, manifest, tree_get(ports->members[i].value, "mode"));
}

static void check_authorization(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *spec = tree_get(manifest->root, "spec");
	const char *action = tree_get_string(spec, "action");
	const struct tree_node *rules = tree_get(spec, "rules");

	if (action && strcmp(action, "ALLOW") != 0)
		return;
	for (uint32_t i = 0; rules && rules->kind == TREE_SEQ && i < rules->len; i++)
		if (rules->items[i]->kind == TREE_MAP && rules->items[i]->len == 0)
			scan_help(
				scan,
				scan_report(scan,
					    scan_at_manifest(manifest, tree_span(manifest->file,
										 rules->items[i])),
					    "an empty rule allows every request, of anybody, and "
					    "what the policy's other rules say is of no matter"),
				"name the sources and operations that are meant");
}

void scan_istio(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];

		if (!is_of(manifest, "security.istio.io"))
			continue;
		if (strcmp(manifest->kind, "PeerAuthentication") == 0)
			check_authentication(scan, manifest);
		else if (strcmp(manifest->kind, "AuthorizationPolicy") == 0)
			check_authorization(scan, manifest);
	}
	take_oddities(scan, "security.istio.io");
}

static bool is_stopped(struct scan *scan, const struct policy_rule *rule,
		       const struct model_workload *subject, const struct model_pod *peer)
{
	const struct model_pod *pod = subject->pods[0];
	const struct port_range port =
		scan_port_of(rule, rule->direction == POLICY_INGRESS ? pod : peer);

	return !scan_side_may(scan, pod, peer, rule->direction, port.space, port.first);
}

/* A connection that the rule is about, and that passes; none of them is stopped. */
static const struct model_workload *find_passing(struct scan *scan, const struct policy_rule *rule,
						 const struct model_pod **ret_peer)
{
	const struct model_workload *passing = NULL;

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *subject = scan->snapshot->workloads[i];

		if (!scan_is_subject(subject) ||
		    !policy_subject_matches(&rule->policy->subject, subject->pods[0]))
			continue;
		for (uint32_t k = 0; k < scan->snapshot->n_pods; k++) {
			const struct model_pod *peer = scan->snapshot->pods[k];

			if (peer->workload == subject || !scan_has_peer(scan, rule, peer))
				continue;
			if (is_stopped(scan, rule, subject, peer))
				return NULL;
			passing = subject;
			*ret_peer = peer;
		}
	}
	return passing;
}

static void check_deny(struct scan *scan, const struct policy_rule *rule)
{
	const struct model_pod *peer = NULL;
	const struct model_workload *subject = find_passing(scan, rule, &peer);
	const struct policy_rule *allows;
	struct scan_finding *finding;

	if (!subject)
		return;
	allows = scan_decider(
		scan, subject->pods[0], peer, rule->direction,
		scan_port_of(rule, rule->direction == POLICY_INGRESS ? subject->pods[0] : peer));
	finding = scan_report(scan, scan_at_policy(rule->policy, rule->span),
			      "this rule stops nobody: %s%s comes first, and %s/%s stays open",
			      allows ? allows->policy->kind : "another rule",
			      allows ? arena_printf(&scan->arena, " %s", allows->policy->name) : "",
			      subject->ns->name, subject->name);
	if (allows) {
		finding->related = allows->span;
		finding->related_message = "the rule that allows";
	}
	scan_help(scan, finding, "give the policy that denies the lower order");
}

/* A policy for everybody that closes takes the DNS and the API's helpers with it. */
static void check_global(struct scan *scan, const struct policy *policy)
{
	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (strcmp(workload->ns->name, "kube-system") != 0 || workload->host_network ||
		    !policy_subject_matches(&policy->subject, workload->pods[0]) ||
		    scan_is_open(scan, workload->pods[0], scan_stranger(scan), POLICY_INGRESS))
			continue;
		scan_help(
			scan,
			scan_report(scan, scan_at_policy(policy, policy->span),
				    "it selects kube-system too, and closes %s/%s: the cluster may "
				    "lose what it needs to run",
				    workload->ns->name, workload->name),
			"add namespaceSelector: kubernetes.io/metadata.name != \"kube-system\"");
		return;
	}
}

void scan_calico(struct scan *scan, const struct policy *policy)
{
	const struct tree_node *spec = tree_get(policy->object->root, "spec");

	if (!is_calico(policy->group))
		return;
	if (spec && !tree_get(spec, "types"))
		scan_report(
			scan, scan_at_policy(policy, tree_span(policy->object->file, spec)),
			"without 'types' the policy closes only the directions that it has rules "
			"for: here %s%s%s",
			policy->isolates[POLICY_INGRESS] ? "ingress" : "",
			policy->isolates[POLICY_INGRESS] && policy->isolates[POLICY_EGRESS]
				? " and "
				: "",
			policy->isolates[POLICY_EGRESS] ? "egress" : "")
			->severity = SCAN_LOW;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			if (policy->rules[direction][i].action == POLICY_DENY)
				check_deny(scan, &policy->rules[direction][i]);
	if (strcmp(policy->kind, "GlobalNetworkPolicy") == 0)
		check_global(scan, policy);
}
