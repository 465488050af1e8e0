/* SPDX-License-Identifier: Apache-2.0 */
/* BH410 and BH412: rules that others make needless, or void. */
#include "scan/check.h"

#include "analyze/ties.h"
#include "scan/loading.h"

/* Every requirement of `wide` is one of `narrow`: who fits `narrow` fits `wide`. */
static bool implies(const struct selector *narrow, const struct selector *wide)
{
	for (uint32_t i = 0; i < wide->n; i++) {
		const struct selector one = {&wide->requirements[i], 1};
		bool is_there = false;

		for (uint32_t k = 0; k < narrow->n && !is_there; k++) {
			const struct selector other = {&narrow->requirements[k], 1};

			is_there = selector_equal(&one, &other);
		}
		if (!is_there)
			return false;
	}
	return true;
}

static bool pods_within(const struct policy_pods *narrow, const struct policy_pods *wide)
{
	const bool is_same_place =
		wide->ns ? wide->ns == narrow->ns
			 : (!narrow->ns || wide->namespaces.n == 0) &&
				   implies(&narrow->namespaces, &wide->namespaces);

	return is_same_place && implies(&narrow->pods, &wide->pods) &&
	       implies(&narrow->accounts, &wide->accounts) && (narrow->in_mesh || !wide->in_mesh);
}

static bool block_within(const struct policy_peer *narrow, const struct policy_peer *wide)
{
	if (!ip_cidr_within(&narrow->cidr, &wide->cidr, false))
		return false;
	for (uint32_t i = 0; i < wide->n_except; i++) {
		bool is_cut = !ip_cidr_within(&wide->except[i], &narrow->cidr, false) &&
			      !ip_cidr_within(&narrow->cidr, &wide->except[i], false);

		for (uint32_t k = 0; k < narrow->n_except; k++)
			is_cut |= ip_cidr_within(&wide->except[i], &narrow->except[k], false);
		if (!is_cut)
			return false;
	}
	return true;
}

static bool peer_within(const struct policy_peer *narrow, const struct policy_peer *wide)
{
	if (narrow->kind != wide->kind)
		return false;
	if (narrow->kind == POLICY_PEER_PODS)
		return pods_within(&narrow->pods, &wide->pods);
	return narrow->kind == POLICY_PEER_CIDR && block_within(narrow, wide);
}

static bool port_within(const struct policy_port *narrow, const struct policy_port *wide)
{
	if (narrow->kind != wide->kind || narrow->space != wide->space)
		return false;
	if (narrow->kind == POLICY_PORT_NAMED)
		return narrow->name == wide->name;
	return wide->first <= narrow->first && narrow->last <= wide->last;
}

static bool ports_within(const struct policy_rule *narrow, const struct policy_rule *wide)
{
	for (uint32_t i = 0; i < narrow->n_ports; i++) {
		bool is_there = false;

		for (uint32_t k = 0; k < wide->n_ports && !is_there; k++)
			is_there = port_within(&narrow->ports[i], &wide->ports[k]);
		if (!is_there && !wide->any_port)
			return false;
	}
	return wide->any_port || (!narrow->any_port && wide->n_not_ports == 0);
}

static bool rule_within(const struct policy_rule *narrow, const struct policy_rule *wide)
{
	if (!ports_within(narrow, wide))
		return false;
	for (uint32_t i = 0; i < narrow->n_peers && !wide->any_peer; i++) {
		bool is_there = false;

		for (uint32_t k = 0; k < wide->n_peers && !is_there; k++)
			is_there = peer_within(&narrow->peers[i], &wide->peers[k]);
		if (!is_there)
			return false;
	}
	return wide->any_peer || !narrow->any_peer;
}

/* Of two that say the same the later one is needless. */
static const struct policy_rule *wider_rule(const struct policy_rule *rule)
{
	const struct policy *policy = rule->policy;

	for (uint32_t i = 0; i < policy->n_rules[rule->direction]; i++) {
		const struct policy_rule *other = &policy->rules[rule->direction][i];

		if (other != rule && scan_allows(other) && rule_within(rule, other) &&
		    (other < rule || !rule_within(other, rule)))
			return other;
	}
	return NULL;
}

static void check_peers(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		for (uint32_t k = 0; k < rule->n_peers; k++) {
			const struct policy_peer *narrow = &rule->peers[i];
			const struct policy_peer *wide = &rule->peers[k];
			struct scan_finding *finding;

			if (i == k || !peer_within(narrow, wide) ||
			    (i < k && peer_within(wide, narrow)))
				continue;
			finding =
				scan_report(scan, scan_at_policy(rule->policy, narrow->span),
					    "this peer allows nobody whom another of the rule does "
					    "not allow already");
			finding->related = wide->span;
			finding->related_message = "the wider peer";
			scan_help(scan, finding, "remove it: access stays as it is");
			break;
		}
}

/* Ordered APIs give a later rule another meaning, and are not looked at. */
void scan_needless_rule(struct scan *scan, const struct policy_rule *rule)
{
	const struct policy_rule *wide;
	struct scan_finding *finding;

	if (!scan_is_networkpolicy(rule->policy) || !scan_allows(rule))
		return;
	wide = wider_rule(rule);
	if (!wide) {
		check_peers(scan, rule);
		return;
	}
	finding = scan_report(scan, scan_at_policy(rule->policy, rule->span),
			      "this rule allows nothing that another of the policy does not allow "
			      "already");
	finding->related = wide->span;
	finding->related_message = "the wider rule";
	scan_help(scan, finding, "remove it: access stays as it is");
}

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
