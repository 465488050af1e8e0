/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that are there and decide nothing (policy_set.idle): said once for each kind and reason. */
#pragma once

#include "base/vec.h"
#include "policy/ir.h"

struct policy_idle_kind {
	const struct policy *first;
	uint32_t n;                             /* objects */
	const struct model_policy_object *last; /* that was counted: its parts are one */
};

struct policy_idle_kinds {
	struct policy_idle_kind *items;
	size_t n;
	size_t cap;
};

/* Appends a line for each kind and reason, in the order of the set. */
void policy_idle_list(const struct policy_set *set, struct policy_idle_kinds *ret);

/* The same as warnings (BH0207). */
void policy_idle_report(const struct policy_set *set, struct diag_list *diags);
