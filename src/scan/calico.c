/* SPDX-License-Identifier: Apache-2.0 */
/* BH804: policies of Calico that come too late, or take too much. */
#include "scan/check.h"

#include "model/labels.h"

#include <string.h>

#define MAX_SUBJECTS 64 /* of a rule that are asked about */

bool scan_is_calicos(const char *group)
{
	return strcmp(group, "projectcalico.org") == 0 ||
	       strcmp(group, "crd.projectcalico.org") == 0;
}

/* A connection that a rule is about. */
struct pair {
	const struct model_workload *subject;
	const struct model_pod *peer;
	struct port_range port;
};

/* Notes the first connection of one subject; false: one of them is stopped. */
static bool pass_all(struct scan *scan, const struct policy_rule *rule,
		     const struct model_workload *subject, struct pair *ret)
{
	const struct model_pod *pod = subject->pods[0];

	for (uint32_t i = 0; i < scan->snapshot->n_workloads; i++) {
		const struct model_pod *peer = scan->snapshot->workloads[i]->pods[0];
		struct port_range port;

		if (peer->workload == subject || !scan_has_peer(scan, rule, peer))
			continue;
		port = scan_port_of(rule, rule->direction == POLICY_INGRESS ? pod : peer);
		if (!scan_side_may(scan, pod, peer, rule->direction, port.space, port.first))
			return false;
		if (!ret->subject)
			*ret = (struct pair){subject, peer, port};
	}
	return true;
}

/* The first connection of the rule, if all of them pass all the same. */
static struct pair find_passing(struct scan *scan, const struct policy_rule *rule)
{
	const struct scan_members *members = scan_members(scan, &rule->policy->subject);
	struct pair passing = {0};

	for (size_t i = 0, n = 0; i < members->n && n < MAX_SUBJECTS; i++) {
		const struct model_workload *subject = members->items[i];

		if (!scan_is_subject(subject))
			continue;
		n++;
		if (!pass_all(scan, rule, subject, &passing))
			return (struct pair){0};
	}
	return passing;
}

/* A Deny that an Allow before it leaves nothing of. */
static void check_deny(struct scan *scan, const struct policy_rule *rule)
{
	const struct pair pair = find_passing(scan, rule);
	const struct policy_rule *allows = NULL;
	struct scan_finding *finding;

	if (pair.subject)
		allows = scan_decider(scan, pair.subject->pods[0], pair.peer, rule->direction,
				      pair.port);
	if (!allows)
		return;
	finding = scan_report(scan, scan_at_policy(rule->policy, rule->span),
			      "this rule stops nobody: %s %s allows the same before it, and %s/%s "
			      "stays open",
			      allows->policy->kind, allows->policy->name, pair.subject->ns->name,
			      pair.subject->name);
	finding->related = allows->span;
	finding->related_message = "the rule that allows";
	scan_help(scan, finding, "%s",
		  allows->policy == rule->policy ? "put it before the rule that allows"
						 : "give the policy that denies the lower order");
}

/* Somebody it selects is as open in the direction as if no policy were there. */
static const struct model_workload *find_open(struct scan *scan, const struct policy *policy,
					      enum policy_direction direction)
{
	const struct scan_members *members = scan_members(scan, &policy->subject);

	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];

		if (scan_is_subject(workload) &&
		    scan_is_open(scan, workload->pods[0], scan_stranger(scan), direction))
			return workload;
	}
	return NULL;
}

static void check_types(struct scan *scan, const struct policy *policy,
			const struct tree_node *spec)
{
	const enum policy_direction open = policy->isolates[POLICY_INGRESS] ? POLICY_EGRESS
									    : POLICY_INGRESS;
	const struct model_workload *workload;
	struct scan_finding *finding;

	if (!spec || tree_get(spec, "types") || policy->isolates[open])
		return;
	workload = find_open(scan, policy, open);
	if (!workload)
		return;
	finding = scan_report(scan, scan_at_policy(policy, tree_span(policy->object->file, spec)),
			      "without 'types' the policy closes only what it has rules for: the "
			      "%s of %s/%s stays open to everybody",
			      policy_direction_name(open), workload->ns->name, workload->name);
	finding->severity = SCAN_LOW;
	scan_help(scan, finding, "write types: [Ingress, Egress], or the one that is meant");
}

/* The first declared port that a pod nobody knows of cannot reach; NULL: there is none. */
static const struct model_port *closed_port(struct scan *scan, const struct model_pod *pod)
{
	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (!scan_side_may(scan, pod, scan_stranger(scan), POLICY_INGRESS,
				   pod->ports[i].space, pod->ports[i].number))
			return &pod->ports[i];
	return NULL;
}

/* What the cluster's own pods must reach is outside, or is somebody's that no rule names. */
static bool is_shut_in(struct scan *scan, const struct model_pod *pod)
{
	return !scan_far_may(scan, pod, POLICY_EGRESS, PORT_TCP, 443) &&
	       !scan_side_may(scan, pod, scan_stranger(scan), POLICY_EGRESS, PORT_TCP, 443);
}

/* What comes of it for a workload of kube-system; NULL: nothing. */
static const char *harm(struct scan *scan, const struct policy *policy,
			const struct model_workload *workload)
{
	const struct model_pod *pod = workload->pods[0];
	const struct model_port *port = policy->isolates[POLICY_INGRESS] ? closed_port(scan, pod)
									 : NULL;

	if (port)
		return arena_printf(&scan->arena,
				    "pods that no rule names cannot reach kube-system/%s:%u/%s",
				    workload->name, port->number, port_space_name(port->space));
	if (policy->isolates[POLICY_EGRESS] && is_shut_in(scan, pod))
		return arena_printf(&scan->arena,
				    "kube-system/%s cannot reach what no rule names, such as the "
				    "API server",
				    workload->name);
	return NULL;
}

static struct scan_place selector_place(const struct policy *policy)
{
	const struct tree_node *selector = tree_get(scan_spec(policy), "selector");

	return scan_at_policy(policy,
			      selector ? tree_span(policy->object->file, selector) : policy->span);
}

/* A policy for everybody that closes takes the DNS and what else the cluster needs with it. */
static void check_system(struct scan *scan, const struct policy *policy)
{
	const struct scan_members *members = scan_members(scan, &policy->subject);

	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];
		const char *text;

		if (strcmp(workload->ns->name, "kube-system") != 0 || workload->host_network)
			continue;
		text = harm(scan, policy, workload);
		if (!text)
			continue;
		scan_help(scan,
			  scan_report(scan, selector_place(policy),
				      "it selects kube-system too: %s", text),
			  "add namespaceSelector: kubernetes.io/metadata.name != \"kube-system\", "
			  "or allow what the cluster needs");
		return;
	}
}

/* The labels of an object that is no pod. */
static struct model_labels labels_of(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *own = scan_node(manifest->root, "metadata", "labels", NULL);
	struct model_snapshot *snapshot = scan->cluster->snapshot;
	struct model_labels labels = {0};

	for (uint32_t i = 0; own && own->kind == TREE_MAP && i < own->len; i++)
		if (own->members[i].value->kind == TREE_STRING)
			labels = model_labels_with(
				&labels, &snapshot->arena,
				intern_str(&snapshot->intern, own->members[i].key),
				intern_str(&snapshot->intern, own->members[i].value->text));
	return labels;
}

/* It is meant for pods, and says nothing of namespaces, so that it is for nodes as well. */
static bool may_select_hosts(struct scan *scan, const struct policy *policy)
{
	static const char *const of_hosts[] = {"applyOnForward", "doNotTrack", "preDNAT"};
	const struct policy_pods *pods = &policy->subject.pods;
	const struct tree_node *spec = scan_spec(policy);
	const struct model_workload *first;

	for (size_t i = 0; i < sizeof(of_hosts) / sizeof(of_hosts[0]); i++)
		if (tree_get(spec, of_hosts[i]))
			return false;
	return policy->subject.kind == POLICY_PEER_PODS && pods->namespaces.n == 0 &&
	       pods->accounts.n == 0 && !tree_get(spec, "namespaceSelector") &&
	       (pods->pods.n == 0 || scan_selected(scan, policy, &first));
}

static void check_hosts(struct scan *scan, const struct policy *policy)
{
	if (!may_select_hosts(scan, policy))
		return;
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];
		struct scan_finding *finding;
		struct model_labels labels;

		if (!scan_is_calicos(manifest->group) ||
		    strcmp(manifest->kind, "HostEndpoint") != 0)
			continue;
		labels = labels_of(scan, manifest);
		if (!selector_matches(&policy->subject.pods.pods, &labels))
			continue;
		finding =
			scan_report(scan, selector_place(policy),
				    "it selects host endpoint %s too: the node sends and gets what "
				    "rules and Calico's failsafe ports allow, and no more",
				    manifest->name);
		finding->related = tree_span(manifest->file, manifest->root);
		finding->related_message = "the host endpoint";
		scan_help(scan, finding, "add namespaceSelector: all(), which takes pods only");
		return;
	}
}

void scan_calico(struct scan *scan, const struct policy *policy)
{
	if (!scan_is_calicos(policy->group))
		return;
	check_types(scan, policy, tree_get(policy->object->root, "spec"));
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
			const struct policy_rule *rule = &policy->rules[direction][i];

			if (rule->action == POLICY_DENY && !policy_rule_is_conditional(rule))
				check_deny(scan, rule);
		}
	if (strcmp(policy->kind, "GlobalNetworkPolicy") != 0)
		return;
	check_system(scan, policy);
	check_hosts(scan, policy);
}
