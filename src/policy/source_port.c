/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/source_port.h"

static bool has_number(const struct port_set *set, uint16_t port)
{
	for (size_t i = 0; i < set->n; i++)
		if (port >= set->ranges[i].first && port <= set->ranges[i].last)
			return true;
	return false;
}

void policy_source_port_apply(struct policy *policy, uint16_t port)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS && port; direction++) {
		struct policy_rule *rules = policy->rules[direction];
		uint32_t n = 0;

		for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
			const struct port_set *wanted = rules[i].source_ports;

			if (wanted && !has_number(wanted, port))
				continue;
			rules[n] = rules[i];
			rules[n++].source_ports = NULL;
		}
		policy->n_rules[direction] = n;
	}
}
