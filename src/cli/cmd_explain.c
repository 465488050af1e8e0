/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "analyze/explain.h"
#include "render/render.h"

static int explain(const struct cli_options *options, struct analyze_cluster *cluster,
		   const char *text)
{
	struct analyze_endpoints endpoints;
	struct analyze_explanation explanation;
	const struct analyze_endpoint *endpoint;
	struct diag_list diags;
	int code = CLI_USAGE;

	analyze_endpoints_init(&endpoints, cluster);
	diag_list_init(&diags, &endpoints.arena);
	endpoint = analyze_endpoint_get(&endpoints, text, &diags);
	if (endpoint && analyze_explain(cluster, endpoint, &diags, &explanation)) {
		if (options->format == CLI_JSON)
			render_explain_json(&explanation);
		else
			render_explain_text(&explanation, options->color);
		analyze_explanation_release(&explanation);
		code = CLI_YES;
	}
	cli_print_diags(options, &diags);
	analyze_endpoints_release(&endpoints);
	return code;
}

static int run(struct cli_options *options, int n, char **words)
{
	struct analyze_cluster cluster;
	int code;

	if (n != 1)
		return cli_refuse(options, "expected one POD, found %d words", n);
	if (options->paths.n == 0)
		return cli_refuse(options, "there is no input: give it with -f PATH");
	code = cli_load(options, &cluster);
	if (code == CLI_YES)
		code = explain(options, &cluster, words[0]);
	analyze_cluster_release(&cluster);
	return code;
}

int cli_run_explain(const struct cli_command *command, int argc, char **argv)
{
	struct cli_options options = {.command = command};

	return cli_run_verb(&options, argc, argv, run);
}
