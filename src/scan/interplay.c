/* SPDX-License-Identifier: Apache-2.0 */
/* BH412: rules that the policies of other APIs make void, and ties. */
#include "scan/check.h"

#include "analyze/ties.h"
#include "scan/loading.h"

#define MAX_ENDS 64 /* of each side that are asked about */

struct void_check {
	const struct model_pod *subject;
	const struct model_pod *peer;
	struct port_range port;
	uint32_t n_asked;
};

/* false: somebody passes by the rule. */
static bool ask_peers(struct scan *scan, const struct policy_rule *rule,
		      const struct model_pod *subject, struct void_check *ret)
{
	for (uint32_t i = 0, n = 0; i < scan->n_workloads && n < MAX_ENDS; i++) {
		const struct model_pod *peer = scan->snapshot->workloads[i]->pods[0];
		struct port_range port;

		if (peer == subject || !scan_has_peer(scan, rule, peer))
			continue;
		n++;
		port = scan_port_of(rule, rule->direction == POLICY_INGRESS ? subject : peer);
		if (scan_side_may(scan, subject, peer, rule->direction, port.space, port.first))
			return false;
		if (ret->n_asked++ == 0)
			*ret = (struct void_check){subject, peer, port, 1};
	}
	return true;
}

/* Which of them is first is told of by report_ties(). */
static bool is_tie(const struct policy *a, const struct policy *b)
{
	return a->tier == b->tier && !(a->order < b->order) && !(b->order < a->order);
}

/* Every connection that the rule is for, among what is in the input, is denied elsewhere. */
static void check_void_rule(struct scan *scan, const struct policy_rule *rule)
{
	struct void_check check = {0};
	const struct policy_rule *denier;
	struct scan_finding *finding;

	if (rule->action != POLICY_ALLOW || policy_rule_is_conditional(rule))
		return;
	for (uint32_t i = 0, n = 0; i < scan->n_workloads && n < MAX_ENDS; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (!scan_is_subject(workload) ||
		    !policy_subject_matches(&rule->policy->subject, workload->pods[0]))
			continue;
		n++;
		if (!ask_peers(scan, rule, workload->pods[0], &check))
			return;
	}
	if (check.n_asked == 0)
		return;
	denier = scan_decider(scan, check.subject, check.peer, rule->direction, check.port);
	if (!denier || is_tie(denier->policy, rule->policy))
		return;
	finding = scan_report(scan, scan_at_policy(rule->policy, rule->span),
			      "nobody passes by this rule: %s %s denies %s to %s/%s before it",
			      denier->policy->kind, denier->policy->name,
			      rule->direction == POLICY_INGRESS ? "whom it lets in"
								: "what it allows",
			      check.subject->ns->name, check.subject->workload->name);
	finding->related = denier->span;
	finding->related_message = "the rule that denies";
}

/* Equal priorities leave it open which of two policies is first. */
static void report_ties(struct scan *scan)
{
	struct diag_list ties;

	diag_list_init(&ties, &scan->arena);
	analyze_ties_report(scan->cluster, scan->snapshot->pods, scan->snapshot->n_pods, &ties);
	for (const struct diag *diag = ties.first; diag; diag = diag->next) {
		struct scan_finding *finding = scan_report(
			scan, scan_loading_place(scan, &diag->span), "%s", diag->message);

		finding->related = diag->related;
		finding->related_message = diag->related_message;
		if (diag->hint)
			scan_help(scan, finding, "%s", diag->hint);
	}
}

/* Without one no rule can be void. */
static bool has_denials(const struct policy_set *policies)
{
	for (uint32_t i = 0; i < policies->n_policies; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (uint32_t k = 0; k < policies->policies[i]->n_rules[direction]; k++)
				if (policies->policies[i]->rules[direction][k].action ==
				    POLICY_DENY)
					return true;
	return false;
}

void scan_interplay(struct scan *scan)
{
	const bool is_possible = has_denials(scan->policies);

	for (uint32_t i = 0; is_possible && i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		for (int direction = 0; !policy->is_staged && direction < POLICY_N_DIRECTIONS;
		     direction++)
			for (uint32_t k = 0; k < policy->n_rules[direction]; k++)
				check_void_rule(scan, &policy->rules[direction][k]);
	}
	report_ties(scan);
}
