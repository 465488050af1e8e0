/* SPDX-License-Identifier: Apache-2.0 */
/* What tests say has to decide: a reason of verdicts, or a policy; only for the module. */
#pragma once

#include "suite/suite.h"

#define SUITE_REASON_POLICY "policy:"

/* Warns of policies that the input does not have (BH0502). */
void suite_reasons_check(struct suite *suite, struct diag_list *diags);

/* Whether what the test names is what decides, on a side that says what the whole says. */
bool suite_reason_holds(const struct suite_test *test, const struct analyze_answer *answer);
