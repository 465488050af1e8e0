/* SPDX-License-Identifier: Apache-2.0 */
/* BH804: policies of Calico that come too late, or take too much. */
#include "scan/check.h"

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
	struct pair passing = {0};

	for (uint32_t i = 0, n = 0; i < scan->n_workloads && n < MAX_SUBJECTS; i++) {
		const struct model_workload *subject = scan->snapshot->workloads[i];

		if (!scan_is_subject(subject) ||
		    !policy_subject_matches(&rule->policy->subject, subject->pods[0]))
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
	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (scan_is_subject(workload) &&
		    policy_subject_matches(&policy->subject, workload->pods[0]) &&
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

/* A policy for everybody that closes takes the DNS and what else the cluster needs with it. */
static void check_global(struct scan *scan, const struct policy *policy)
{
	const struct tree_node *selector =
		scan_node(policy->object->root, "spec", "selector", NULL);
	const struct diag_span span = selector ? tree_span(policy->object->file, selector)
					       : policy->span;

	for (uint32_t i = 0; policy->isolates[POLICY_INGRESS] && i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];
		const struct model_port *port;

		if (strcmp(workload->ns->name, "kube-system") != 0 || workload->host_network ||
		    !policy_subject_matches(&policy->subject, workload->pods[0]))
			continue;
		port = closed_port(scan, workload->pods[0]);
		if (!port)
			continue;
		scan_help(scan,
			  scan_report(scan, scan_at_policy(policy, span),
				      "it selects kube-system too: pods that no rule names cannot "
				      "reach kube-system/%s:%u/%s",
				      workload->name, port->number, port_space_name(port->space)),
			  "add namespaceSelector: kubernetes.io/metadata.name != \"kube-system\", "
			  "or allow what the cluster needs");
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
	if (strcmp(policy->kind, "GlobalNetworkPolicy") == 0)
		check_global(scan, policy);
}
