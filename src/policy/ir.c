/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ir.h"

#include "base/plain.h"

#include <assert.h>
#include <string.h>

int policy_rule_compare(const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->policy->tier != b->policy->tier)
		return a->policy->tier < b->policy->tier ? -1 : 1;
	if (a->policy->order != b->policy->order)
		return a->policy->order < b->policy->order ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->policy->index != b->policy->index)
		return a->policy->index < b->policy->index ? -1 : 1;
	return (a > b) - (a < b); /* one policy's rules stand in their order */
}

bool policy_rule_is_conditional(const struct policy_rule *rule)
{
	return rule->condition || rule->source_ports;
}

void policy_condition_text(const struct policy_rule *rule, struct strbuf *ret)
{
	if (rule->condition)
		plain_add(ret, rule->condition, strlen(rule->condition));
	if (!rule->source_ports)
		return;
	strbuf_addstr(ret, rule->condition ? ", and the source port is " : "the source port is ");
	for (size_t i = 0; i < rule->source_ports->n; i++) {
		const struct port_range *range = &rule->source_ports->ranges[i];

		strbuf_printf(ret, range->first == range->last ? "%s%u" : "%s%u-%u", i ? ", " : "",
			      range->first, range->last);
	}
}

const char *policy_direction_name(enum policy_direction direction)
{
	static const char *const names[POLICY_N_DIRECTIONS] = {
		[POLICY_EGRESS] = "egress",
		[POLICY_INGRESS] = "ingress",
	};

	assert(direction < POLICY_N_DIRECTIONS);
	return names[direction];
}

const char *policy_action_name(enum policy_action action)
{
	static const char *const names[] = {
		[POLICY_DENY] = "deny",
		[POLICY_ALLOW] = "allow",
		[POLICY_PASS] = "pass",
	};

	assert(action <= POLICY_PASS);
	return names[action];
}
