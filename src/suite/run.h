/* SPDX-License-Identifier: Apache-2.0 */
/* One test before one judge; only for the module. */
#pragma once

#include "suite/suite.h"

/*
 * Whether a test that passes does not with another rule for `changed`: `judge` and `cluster` have
 * that. Only what the policy's pods send or get is asked again.
 */
bool suite_test_notices(struct suite *suite, const struct analyze_judge *judge,
			const struct analyze_cluster *cluster, size_t test,
			const struct policy_rule *changed);

/* Whether a policy selects some pod of an end. */
bool suite_end_is_selected(const struct analyze_endpoint *end, const struct policy *policy);
