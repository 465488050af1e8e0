/* SPDX-License-Identifier: Apache-2.0 */
/* What verbs that judge findings and their exceptions take: --config, --baseline, --now. */
#pragma once

#include "cli/options.h"
#include "scan/config.h"
#include "scan/scan.h"

struct cli_judging {
	const char *config_path; /* NULL: nothing is configured */
	const char *baseline;    /* NULL: none */
	int64_t now;
};

/* --now VALUE; false: it was refused. */
bool cli_judging_set_now(struct cli_judging *judging, const struct cli_options *options,
			 const char *value);

/* Reads both files into `ret`, which is to be released; false: what is wrong was said. */
bool cli_judging_load(const struct cli_judging *judging, const struct cli_options *options,
		      struct scan_config *ret);
