/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ir.h"

#include <assert.h>

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
