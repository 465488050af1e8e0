/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/fold.h"

static bool allows(const struct policy_rule *rule)
{
	return rule->action == POLICY_ALLOW;
}

/*
 * Whether every source port gets the same action though single rules differ: the later ones are
 * hidden behind the earlier.
 */
static bool source_ports_agree(const struct policy_rule *const *trail, uint32_t n,
			       enum port_space space, struct policy_fold *fold)
{
	struct port_set left = {0}, part = {0};
	bool seen[2] = {false, false};

	port_set_add(&left, (struct port_range){space, 0, port_space_last(space)});
	for (uint32_t i = 0; i < n; i++) {
		if (!policy_rule_is_conditional(trail[i]))
			continue;
		port_set_intersect(&left, trail[i]->source_ports, &part);
		seen[allows(trail[i])] |= part.n > 0;
		port_set_subtract(&left, trail[i]->source_ports, &part);
		port_set_copy(&left, &part);
	}
	seen[fold->is_allowed] |= left.n > 0;
	port_set_release(&left);
	port_set_release(&part);
	fold->is_allowed = seen[true];
	return seen[true] != seen[false];
}

struct policy_fold policy_fold(const struct policy_rule *const *trail, uint32_t n, bool is_allowed,
			       enum port_space space)
{
	struct policy_fold fold = {.is_allowed = is_allowed};
	bool can_differ = false, are_source_ports = true, has_pass = false;

	for (uint32_t i = 0; i < n; i++) {
		const struct policy_rule *rule = trail[i];

		if (!policy_rule_is_conditional(rule))
			continue;
		if (!fold.first)
			fold.first = rule;
		can_differ |= rule->is_proxied || rule->action == POLICY_PASS ||
			      allows(rule) != is_allowed;
		are_source_ports &= !rule->condition;
		has_pass |= rule->action == POLICY_PASS;
	}
	if (!can_differ)
		return fold;
	if (!are_source_ports)
		fold.certainty = POLICY_BY_CONDITION;
	else if (has_pass || !source_ports_agree(trail, n, space, &fold))
		fold.certainty = POLICY_BY_SOURCE_PORT;
	return fold;
}
