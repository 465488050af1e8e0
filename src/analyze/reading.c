/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/reading.h"

#include <string.h>

static bool is_networkpolicy(const struct policy *policy)
{
	return strcmp(policy->kind, "NetworkPolicy") == 0 &&
	       strcmp(policy->group, "networking.k8s.io") == 0;
}

/* A NetworkPolicy of the class that isolates it, but not in the direction; NULL if one does there too. */
static const struct policy *find_other_direction(const struct compile_world *world,
						 uint32_t subject_class,
						 enum policy_direction direction)
{
	const struct policy *found = NULL;
	uint32_t n;
	const struct policy *const *policies = compile_policies(world, subject_class, &n);

	for (uint32_t i = 0; i < n; i++) {
		if (!is_networkpolicy(policies[i]) || policies[i]->is_staged)
			continue;
		if (policies[i]->isolates[direction])
			return NULL;
		if (!found)
			found = policies[i];
	}
	return found;
}

/* A rule of a later tier than `tier` that denies some peer of the row. */
static const struct policy_rule *find_deny(const struct compile_row *row, uint32_t tier)
{
	for (size_t class = 0; class < row->n_cells; class ++) {
		const struct compile_decision *network =
			&row->outcomes[row->cells[class]].layers[POLICY_LAYER_NETWORK];

		if (network->action == TABLE_DENY && network->reason == VERDICT_RULE &&
		    network->tier > tier)
			return network->rule;
	}
	return NULL;
}

void analyze_per_pod_reading(struct compile_world *world, uint32_t subject_class,
			     enum policy_direction direction, struct analyze_reading *ret)
{
	const struct compile_part *parts;
	struct compile_row row = {0};
	uint32_t n_parts;

	*ret = (struct analyze_reading){
		.policy = find_other_direction(world, subject_class, direction)};
	if (!ret->policy)
		return;
	parts = compile_parts(world, subject_class, direction, &n_parts);
	for (uint32_t i = 0; i < n_parts && !ret->rule; i++) {
		const struct port_range *range = &parts[i].ports.ranges[0];

		compile_row(world, subject_class, direction, range->space, range->first, &row);
		ret->rule = find_deny(&row, ret->policy->tier);
	}
	compile_row_release(&row);
}
