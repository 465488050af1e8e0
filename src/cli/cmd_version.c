/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/json.h"

int cli_run_version(const struct cli_command *command, int argc, char **argv)
{
	struct cli_options options = {.command = command};
	struct json json;
	int n, code = CLI_YES;

	if (!cli_options_parse(&options, argc, argv, &n)) {
		code = CLI_USAGE;
	} else if (options.wants_help) {
		code = cli_help_of(command);
	} else if (n > 0) {
		code = cli_refuse(&options, "'%s' is too much", argv[0]);
	} else if (options.format == CLI_JSON) {
		json_init(&json, stdout, 2);
		json_object(&json);
		json_field(&json, "schema", "bulkhead.version/v1");
		json_field(&json, "version", BULKHEAD_VERSION);
		json_end(&json);
	} else {
		puts("bulkhead " BULKHEAD_VERSION);
	}
	cli_options_release(&options);
	return code;
}
