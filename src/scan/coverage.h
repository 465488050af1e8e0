/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions as `coverage` counts them: the same that a scan applies and judges. */
#pragma once

#include "analyze/coverage.h"
#include "scan/scan.h"

/*
 * Adds their numbers, and the namespaces that the configuration exempts, to `ret`; both borrow from
 * the configuration. Adds hypothetical pods to the cluster.
 */
void scan_coverage_add(struct analyze_coverage_extras *ret, struct analyze_cluster *cluster,
		       const struct scan_options *options);
