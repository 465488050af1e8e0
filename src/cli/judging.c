/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/judging.h"

#include <string.h>

bool cli_judging_set_now(struct cli_judging *judging, const struct cli_options *options,
			 const char *value)
{
	if (!scan_time_parse(value, &judging->now)) {
		cli_refuse(options,
			   "--now %s is no time, expected 2027-01-31 or 2027-01-31T12:00:00Z",
			   value);
		return false;
	}
	judging->now -= strchr(value, 'T') ? 0 : 1; /* a day: its last second */
	return true;
}

bool cli_judging_load(const struct cli_judging *judging, const struct cli_options *options,
		      struct scan_config *ret)
{
	bool is_loaded;

	scan_config_init(ret);
	is_loaded = (!judging->config_path || scan_config_load(ret, judging->config_path)) &&
		    (!judging->baseline || scan_baseline_load(ret, judging->baseline));
	cli_print_diags(options, &ret->diags);
	return is_loaded;
}
