/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of tests as `coverage` counts them.
 *
 * A test is of the namespace that its targets are in; where they are outside the cluster or in
 * several, of that of its sources, or of none. A mutant is of its policy's.
 */
#pragma once

#include "analyze/coverage.h"
#include "suite/suite.h"

void suite_coverage_add_results(struct analyze_coverage_extras *ret, const struct suite *suite,
				const struct suite_results *results);
void suite_coverage_add_adequacy(struct analyze_coverage_extras *ret,
				 const struct suite_adequacy *adequacy);
