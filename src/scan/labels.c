/* SPDX-License-Identifier: Apache-2.0 */
/* BH209, BH211: pods whose labels do not let policies select them as one thinks. */
#include "scan/check.h"

#include <string.h>

void scan_no_labels(struct scan *scan, const struct model_workload *workload)
{
	const bool is_job = strcmp(workload->kind, "Job") == 0 ||
			    strcmp(workload->kind, "CronJob") == 0;
	const struct tree_node *template = is_job ? scan_template(scan, workload) : NULL;
	const struct tree_node *labels = scan_node(template, "metadata", "labels", NULL);
	struct scan_finding *finding;

	if (!template || workload->host_network ||
	    (labels && labels->kind == TREE_MAP && labels->len > 0))
		return;
	finding = scan_report(
		scan, scan_at_workload(workload),
		"its pods have no labels but those that the controller adds: only a policy for the "
		"whole namespace selects them");
	finding->place.span = tree_span(workload->span.file, template);
	scan_help(scan, finding, "add a label to the template: app: %s", workload->name);
}

/* A peer that takes one of two pods by their labels, and not the other; NULL: the rule has none. */
static const struct policy_peer *dividing_peer(const struct scan *scan,
					       const struct policy_rule *rule,
					       const struct model_pod *a, const struct model_pod *b)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].kind == POLICY_PEER_PODS &&
		    policy_pods_match(&rule->peers[i].pods, a) !=
			    policy_pods_match(&rule->peers[i].pods, b) &&
		    scan_has_peer(scan, rule, a) != scan_has_peer(scan, rule, b))
			return &rule->peers[i];
	return NULL;
}

/* Where the policy divides two pods; a span without a file: nowhere. */
static struct diag_span divide_span(const struct scan *scan, const struct policy *policy,
				    const struct model_pod *a, const struct model_pod *b)
{
	const struct policy_peer *peer;

	if (policy_subject_matches(&policy->subject, a) !=
	    policy_subject_matches(&policy->subject, b))
		return policy->span;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			if ((peer = dividing_peer(scan, &policy->rules[direction][i], a, b)))
				return peer->span;
	return (struct diag_span){0};
}

/* The first policy that does not take the two pods for the same. */
static const struct policy *dividing_policy(const struct scan *scan, const struct model_pod *a,
					    const struct model_pod *b, struct diag_span *ret)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		if (policy->is_staged)
			continue;
		*ret = divide_span(scan, policy, a, b);
		if (ret->file)
			return policy;
	}
	return NULL;
}

static bool has_same_labels(const struct model_pod *a, const struct model_pod *b)
{
	if (a->labels.n != b->labels.n)
		return false;
	for (uint32_t i = 0; i < a->labels.n; i++)
		if (a->labels.items[i].key != b->labels.items[i].key ||
		    a->labels.items[i].value != b->labels.items[i].value)
			return false;
	return true;
}

void scan_split_owner(struct scan *scan, const struct model_workload *workload)
{
	for (uint32_t i = 1; i < workload->n_pods; i++) {
		const struct policy *policy;
		struct scan_finding *finding;
		struct diag_span span;

		if (has_same_labels(workload->pods[0], workload->pods[i]))
			continue;
		policy = dividing_policy(scan, workload->pods[0], workload->pods[i], &span);
		if (!policy)
			continue;
		finding = scan_report(scan, scan_at_workload(workload),
				      "its pods have different labels, and policy %s selects only "
				      "one of %s and %s: replicas do not get the same access",
				      policy->name, workload->pods[0]->name,
				      workload->pods[i]->name);
		finding->related = span;
		finding->related_message = "what divides them";
		return;
	}
}
