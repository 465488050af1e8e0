/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `can --batch`: a question a line, one JSON answer a line, in order.
 *
 * Lines are answered as they come, as many at a time as there are, so that a program may ask, read
 * and ask again; and one table serves all of them as long as it knows their pods.
 */
#pragma once

#include "cli/options.h"

/*
 * `path`: a file, or "-" for standard input; `proxy`: as of struct analyze_endpoints. CLI_YES, or
 * CLI_USAGE if a line was unusable.
 */
int cli_batch(const struct cli_options *options, struct analyze_cluster *cluster, const char *path,
	      const char *proxy);
