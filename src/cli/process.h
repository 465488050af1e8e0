/* SPDX-License-Identifier: Apache-2.0 */
/* Running another program and taking what it writes; found in the PATH, without a shell. */
#pragma once

#include "base/strbuf.h"

struct cli_process {
	const char *const *words; /* the program and its arguments, ends with NULL */
	const void *input;        /* on its standard input */
	size_t n_input;
	struct strbuf output;
	struct strbuf errors;
};

/* Its exit status; or -errno when it could not be run. -ECHILD: a signal ended it. */
int cli_process_run(struct cli_process *process);
void cli_process_release(struct cli_process *process);
