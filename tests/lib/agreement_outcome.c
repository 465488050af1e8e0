/* SPDX-License-Identifier: Apache-2.0 */
/* What the table says beside the action: rules, conditions, policies that isolate. */
#include "lib/agreement_ask.h"

#include <string.h>

/* Cluster-wide policies have no namespace, which is "" in the table. */
static bool is_rule(const struct agreement_ask *ask, const struct table_rule *rule,
		    const struct oracle_rule *want, enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct table_policy *policy = table_policy(view, rule->policy);

	return policy && rule->index == want->index && rule->ingress == direction &&
	       strcmp(table_string(view, policy->kind), want->policy->kind) == 0 &&
	       strcmp(table_string(view, policy->ns), want->policy->ns ? want->policy->ns : "") ==
		       0 &&
	       strcmp(table_string(view, policy->name), want->policy->name) == 0;
}

/* A rule of the table is the oracle's. */
static bool compare_one_rule(struct agreement_ask *ask, uint32_t number,
			     const struct oracle_rule *want, enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct table_rule *rule = table_rule(view, number);
	const struct table_policy *policy = table_policy(view, rule ? rule->policy : 0);

	if (rule && is_rule(ask, rule, want, direction))
		return true;
	return agreement_complain(
		ask, "%s: the oracle's rule is %s %s/%s [%u], the table's is %s %s/%s [%u]",
		agreement_directions[direction], want->policy->kind,
		want->policy->ns ? want->policy->ns : "", want->policy->name, want->index,
		policy ? table_string(view, policy->kind) : "none",
		policy ? table_string(view, policy->ns) : "",
		policy ? table_string(view, policy->name) : "", rule ? rule->index : 0);
}

/* Only rules that allow have conditions. */
static uint8_t rule_action(const struct oracle_side *side)
{
	return side->is_allowed || side->n_conditions ? TABLE_ALLOW : TABLE_DENY;
}

static bool compare_rule(struct agreement_ask *ask, const struct table_outcome *outcome,
			 enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct oracle_side *want = &ask->want[direction];
	const struct table_rule *rule = table_rule(view, outcome->rule);

	if (want->reason != VERDICT_RULE && want->reason != VERDICT_CONDITION)
		return outcome->rule == 0 || agreement_complain(ask, "%s: a rule without need",
								agreement_directions[direction]);
	return compare_one_rule(ask, outcome->rule, &want->rule, direction) &&
	       (rule->action == rule_action(want) ||
		agreement_complain(ask, "%s: the rule's own action is %s",
				   agreement_directions[direction],
				   agreement_action_name(rule->action)));
}

/* The rules that said pass on the way, tier by tier. */
static bool compare_passed(struct agreement_ask *ask, const struct table_outcome *outcome,
			   enum verdict_direction direction)
{
	const struct oracle_side *want = &ask->want[direction];
	uint32_t n;
	const uint32_t *list = table_list(&ask->agreement->cluster.view, outcome->passed, &n);

	if (n != want->n_passed)
		return agreement_complain(ask, "%s: %u rules said pass, expected %u",
					  agreement_directions[direction], n, want->n_passed);
	for (uint32_t i = 0; i < n; i++)
		if (!compare_one_rule(ask, list[i], &want->passed[i], direction))
			return false;
	return true;
}

/* The tier that isolates decides: only NetworkPolicy isolates. */
static bool is_decided_by_isolation(const struct oracle_side *want)
{
	return want->reason == VERDICT_DEFAULT_DENY ||
	       (want->reason == VERDICT_RULE &&
		strcmp(want->rule.policy->kind, "NetworkPolicy") == 0);
}

/* The isolating policies of an outcome, as the oracle finds them and in the documented order. */
static bool compare_isolating(struct agreement_ask *ask, const struct table_outcome *outcome,
			      enum verdict_direction direction)
{
	const struct agreement *agreement = ask->agreement;
	const struct table_view *view = &agreement->cluster.view;
	uint32_t n, at = 0;
	const uint32_t *list = table_list(view, outcome->isolating, &n);

	for (uint32_t i = 0; i < agreement->cluster.snapshot->n_policies; i++) {
		const struct model_policy_object *policy = agreement->cluster.snapshot->policies[i];

		if (!is_decided_by_isolation(&ask->want[direction]) ||
		    !oracle_isolates(&agreement->oracle, policy, ask->pod[direction],
				     direction == VERDICT_EGRESS))
			continue;
		if (at == n || strcmp(table_string(view, table_policy(view, list[at])->name),
				      policy->name) != 0)
			return agreement_complain(ask,
						  "%s: %s/%s is not among the isolating policies",
						  agreement_directions[direction], policy->ns,
						  policy->name);
		at++;
	}
	return at == n || agreement_complain(ask, "%s: %u isolating policies, expected %u",
					     agreement_directions[direction], n, at);
}

/* "allow if" for each condition, then a denial of what is left. */
static bool compare_decisions(struct agreement_ask *ask, const struct table_outcome *outcome,
			      enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct oracle_side *want = &ask->want[direction];
	const struct table_decision *at;

	if (want->n_conditions == 0)
		return outcome->decisions == 0 ||
		       agreement_complain(ask, "%s: decisions without need",
					  agreement_directions[direction]);
	for (uint32_t i = 0; i < want->n_conditions; i++) {
		at = table_decision(view, outcome->decisions + i);
		if (!at || at->ends_layer || at->action != TABLE_ALLOW || !at->condition)
			return agreement_complain(ask, "%s: decision %u is no condition",
						  agreement_directions[direction], i);
		if (!compare_one_rule(ask, at->rule, &want->conditions[i], direction))
			return false;
	}
	at = table_decision(view, outcome->decisions + want->n_conditions);
	if (!at || !at->ends_layer || !at->ends_list || at->action != TABLE_DENY || at->condition)
		return agreement_complain(ask, "%s: the decisions do not end in a denial",
					  agreement_directions[direction]);
	if (want->rest.policy)
		return compare_one_rule(ask, at->rule, &want->rest, direction);
	return at->rule == 0 || agreement_complain(ask, "%s: a default deny by a rule",
						   agreement_directions[direction]);
}

bool agreement_outcome(struct agreement_ask *ask, const struct table_outcome *outcome,
		       enum verdict_direction direction)
{
	return compare_rule(ask, outcome, direction) && compare_passed(ask, outcome, direction) &&
	       compare_decisions(ask, outcome, direction) &&
	       compare_isolating(ask, outcome, direction);
}
