/* SPDX-License-Identifier: Apache-2.0 */
/* One test before one judge; only for the module. */
#pragma once

#include "suite/suite.h"

/*
 * Asks everything that the test is about, of policies that may not be the suite's own. false: a
 * diagnostic says why nothing could be asked. `ret` is to be released in either case.
 */
bool suite_run_test(struct suite *suite, const struct analyze_judge *judge,
		    const struct analyze_cluster *cluster, size_t test, struct diag_list *diags,
		    struct suite_result *ret);
void suite_result_release(struct suite_result *result);
