/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What conditions leave of a decision.
 *
 * A layer's walk ends in an action, before which conditional rules matched. The action is certain
 * when none of them can change it.
 */
#pragma once

#include "policy/ir.h"

enum policy_certainty {
	POLICY_CERTAIN,
	POLICY_BY_SOURCE_PORT, /* the source port alone decides */
	POLICY_BY_CONDITION,
};

struct policy_fold {
	uint8_t certainty;               /* enum policy_certainty */
	bool is_allowed;                 /* when it is certain */
	const struct policy_rule *first; /* conditional rule; NULL: there is none */
};

/* `trail`: the rules that matched before, in order; those that are not conditional do not count. */
struct policy_fold policy_fold(const struct policy_rule *const *trail, uint32_t n, bool is_allowed,
			       enum port_space space);
