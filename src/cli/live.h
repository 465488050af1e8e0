/* SPDX-License-Identifier: Apache-2.0 */
/* `test --live`: the tests' connections, tried by bulkhead-lab in a lab of the same input. */
#pragma once

#include "cli/options.h"
#include "suite/live.h"

/* CLI_YES, or the exit code after a message: no privileges, no lab, no results. */
int cli_live_run(const struct cli_options *options, struct suite_live *live);
