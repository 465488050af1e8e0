/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "analyze/ties.h"
#include "cli/live.h"
#include "cli/progress.h"
#include "render/suite.h"

#include <stdio.h>

struct test_options {
	bool is_live;
	bool uncovered;
	bool adequacy;
};

static const struct cli_option own_options[] = {
	{"live", false, NULL, offsetof(struct test_options, is_live)},
	{"uncovered", false, NULL, offsetof(struct test_options, uncovered)},
	{"adequacy", false, NULL, offsetof(struct test_options, adequacy)},
	{0},
};

static void render(const struct cli_options *options, const struct render_suite *output)
{
	switch (options->format) {
	case CLI_JSON:
		render_suite_json(output);
		break;
	case CLI_TAP:
		render_suite_tap(output);
		break;
	case CLI_JUNIT:
		render_suite_junit(output);
		break;
	case CLI_GITHUB:
		render_suite_github(output);
		break;
	default:
		render_suite_text(output);
	}
}

/* What certainly fails is "no"; what only depends is that. */
static int exit_code(const struct render_suite *output)
{
	bool depends = false;

	for (size_t i = 0; i < output->results->items.n; i++) {
		if (render_suite_outcome(output, i) == SUITE_FAIL)
			return CLI_NO;
		depends |= render_suite_outcome(output, i) == SUITE_DEPENDS;
	}
	return depends ? CLI_DEPENDS : CLI_YES;
}

static bool add_adequacy(struct render_suite *output, struct diag_list *diags,
			 struct suite_adequacy *ret)
{
	struct progress progress;
	bool is_found;

	progress_start(&progress, "changing rules");
	is_found = suite_find_adequacy(output->suite, output->results, diags, ret);
	progress_stop(&progress);
	if (is_found)
		output->adequacy = ret;
	return is_found;
}

/* What else was asked for, and all of it printed. */
static int conclude(const struct cli_options *options, const struct test_options *own,
		    struct render_suite *output, struct diag_list *diags)
{
	struct suite_uncovered uncovered = {0};
	struct suite_adequacy adequacy = {0};
	struct suite_live live = {0};
	int code = CLI_YES;

	if (own->uncovered) {
		suite_find_uncovered(output->suite, &uncovered);
		output->uncovered = &uncovered;
	}
	if (own->adequacy && !add_adequacy(output, diags, &adequacy))
		code = CLI_USAGE;
	if (code == CLI_YES && own->is_live) {
		code = suite_live_init(&live, output->suite, diags) ? CLI_USAGE
								    : cli_live_run(options, &live);
		output->live = &live;
	}
	if (code == CLI_YES) {
		render(options, output);
		code = exit_code(output);
	}
	if (output->live)
		suite_live_release(&live);
	if (output->uncovered)
		suite_uncovered_release(&uncovered);
	suite_adequacy_release(&adequacy);
	return code;
}

static int run_suite(const struct cli_options *options, const struct test_options *own,
		     struct suite *suite, struct diag_list *diags)
{
	struct suite_results results;
	struct render_suite output = {.suite = suite, .results = &results, .color = options->color};
	struct progress progress;
	bool is_run;
	int code;

	progress_start(&progress, "testing");
	is_run = suite_run(suite, diags, &results);
	progress_stop(&progress);
	if (!is_run)
		return CLI_USAGE;
	analyze_ties_report(suite->cluster, suite->pods.items, suite->pods.n, diags);
	code = conclude(options, own, &output, diags);
	suite_results_release(&results);
	return code;
}

static int test(const struct cli_options *options, const struct test_options *own,
		struct analyze_cluster *cluster, const struct suite_options *which)
{
	struct diag_list diags;
	struct suite suite;
	int code = CLI_USAGE;

	diag_list_init(&diags, &cluster->arena);
	suite_read(&suite, cluster, which, &diags);
	suite_resolve(&suite, &diags);
	if (diags.n_errors == 0 && suite.tests.n == 0)
		cli_refuse(options, "the input has no tests: objects of kind PolicyTest");
	else if (diags.n_errors == 0)
		code = run_suite(options, own, &suite, &diags);
	cli_print_diags(options, &diags);
	suite_release(&suite);
	return code;
}

static int run(struct cli_options *options, int n, char **words)
{
	/* With input of its own, the files that are named are those whose tests are run. */
	const struct suite_options which = {
		.paths = (const char *const *)words,
		.n_paths = options->paths.n ? (size_t)n : 0,
	};
	struct analyze_cluster cluster;
	int code = cli_take_paths(options, n, words);

	if (code != CLI_YES)
		return code;
	code = cli_load(options, &cluster);
	if (code == CLI_YES)
		code = test(options, options->data, &cluster, &which);
	analyze_cluster_release(&cluster);
	return code;
}

int cli_run_test(const struct cli_command *command, int argc, char **argv)
{
	struct test_options own = {0};
	struct cli_options options = {
		.command = command,
		.own = own_options,
		.data = &own,
	};

	return cli_run_verb(&options, argc, argv, run);
}
