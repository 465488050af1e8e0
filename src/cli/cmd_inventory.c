/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "render/inventory.h"
#include "scan/sensitive.h"

static const char *sensitivity_of(void *config, const struct model_workload *workload)
{
	return scan_sensitivity(config, workload);
}

static void render(const struct cli_options *options, const struct analyze_inventory *inventory)
{
	switch (options->format) {
	case CLI_JSON:
		render_inventory_json(inventory);
		break;
	case CLI_CSV:
		render_inventory_csv(inventory);
		break;
	case CLI_MD:
		render_inventory_text(inventory, true);
		break;
	default:
		render_inventory_text(inventory, false);
	}
}

static int run(struct cli_options *options, int n, char **words)
{
	const struct analyze_inventory_options how = {.sensitivity = sensitivity_of};
	struct analyze_inventory inventory;
	struct analyze_cluster cluster;
	int code = cli_take_paths(options, n, words);

	if (code != CLI_YES)
		return code;
	code = cli_load(options, &cluster);
	if (code == CLI_YES) {
		analyze_inventory_build(&inventory, &cluster, &how);
		render(options, &inventory);
		analyze_inventory_release(&inventory);
	}
	analyze_cluster_release(&cluster);
	return code;
}

int cli_run_inventory(const struct cli_command *command, int argc, char **argv)
{
	struct cli_options options = {.command = command, .keep_manifests = true};

	return cli_run_verb(&options, argc, argv, run);
}
