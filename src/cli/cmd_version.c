/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/json.h"

static int run(struct cli_options *options, int n, char **words)
{
	struct json json;

	if (n > 0)
		return cli_refuse(options, "'%s' is too much", words[0]);
	if (options->format == CLI_JSON) {
		json_init(&json, stdout, 2);
		json_object(&json);
		json_field(&json, "schema", "bulkhead.version/v1");
		json_field(&json, "version", BULKHEAD_VERSION);
		json_end(&json);
	} else {
		puts("bulkhead " BULKHEAD_VERSION);
	}
	return CLI_YES;
}

int cli_run_version(const struct cli_command *command, int argc, char **argv)
{
	struct cli_options options = {.command = command};

	return cli_run_verb(&options, argc, argv, run);
}
