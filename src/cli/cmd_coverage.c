/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/judging.h"

#include "cli/progress.h"
#include "render/coverage.h"
#include "scan/coverage.h"
#include "suite/coverage.h"

#include <time.h>

struct coverage_options {
	struct cli_judging judging;
	bool adequacy;
};

static bool set_now(struct cli_options *options, const char *value)
{
	struct coverage_options *own = options->data;

	return cli_judging_set_now(&own->judging, options, value);
}

static const struct cli_option own_options[] = {
	{"adequacy", false, NULL, offsetof(struct coverage_options, adequacy)},
	{"config", true, NULL, offsetof(struct coverage_options, judging.config_path)},
	{"baseline", true, NULL, offsetof(struct coverage_options, judging.baseline)},
	{"now", true, set_now, 0},
	{0},
};

static bool count_results(struct suite *suite, bool adequacy, struct diag_list *diags,
			  struct analyze_coverage_extras *ret)
{
	struct suite_adequacy mutants = {0};
	struct suite_results results;
	bool is_done = true;

	if (!suite_run(suite, diags, &results))
		return false;
	suite_coverage_add_results(ret, suite, &results);
	if (adequacy)
		is_done = suite_find_adequacy(suite, &results, diags, &mutants);
	if (adequacy && is_done)
		suite_coverage_add_adequacy(ret, &mutants);
	suite_adequacy_release(&mutants);
	suite_results_release(&results);
	return is_done;
}

static bool count_tests(struct analyze_cluster *cluster, bool adequacy, struct diag_list *diags,
			struct analyze_coverage_extras *ret)
{
	const struct suite_options all = {0};
	struct suite suite;
	bool is_done = true;

	suite_read(&suite, cluster, &all, diags);
	suite_resolve(&suite, diags);
	if (diags->n_errors == 0 && suite.tests.n)
		is_done = count_results(&suite, adequacy, diags, ret);
	suite_release(&suite);
	return is_done && diags->n_errors == 0;
}

static void render(const struct cli_options *options, const struct analyze_coverage *coverage)
{
	switch (options->format) {
	case CLI_JSON:
		render_coverage_json(coverage);
		break;
	case CLI_MD:
		render_coverage_md(coverage);
		break;
	case CLI_CSV:
		render_coverage_csv(coverage);
		break;
	case CLI_PROMETHEUS:
		render_coverage_prometheus(coverage);
		break;
	default:
		render_coverage_text(coverage);
	}
}

static int cover(const struct cli_options *options, struct analyze_cluster *cluster,
		 const struct scan_config *config)
{
	const struct coverage_options *own = options->data;
	const struct scan_options judged = {.config = config, .now = own->judging.now};
	struct analyze_coverage_extras extras = {0};
	struct analyze_coverage coverage;
	struct progress progress;
	struct diag_list diags;
	int code = CLI_USAGE;

	diag_list_init(&diags, &cluster->arena);
	progress_start(&progress, "counting");
	/* Both add hypothetical pods, which no count has. */
	scan_coverage_add(&extras, cluster, &judged);
	if (count_tests(cluster, own->adequacy, &diags, &extras)) {
		analyze_coverage_build(&coverage, cluster, &extras);
		code = CLI_YES;
	}
	progress_stop(&progress);
	cli_print_diags(options, &diags);
	if (code == CLI_YES) {
		render(options, &coverage);
		analyze_coverage_release(&coverage);
	}
	vec_release(&extras.items);
	return code;
}

static int run(struct cli_options *options, int n, char **words)
{
	const struct coverage_options *own = options->data;
	struct analyze_cluster cluster;
	struct scan_config config;
	int code = cli_take_paths(options, n, words);

	if (code != CLI_YES)
		return code;
	if (cli_judging_load(&own->judging, options, &config)) {
		code = cli_load(options, &cluster);
		if (code == CLI_YES)
			code = cover(options, &cluster, &config);
		analyze_cluster_release(&cluster);
	} else {
		code = CLI_USAGE;
	}
	scan_config_release(&config);
	return code;
}

int cli_run_coverage(const struct cli_command *command, int argc, char **argv)
{
	struct coverage_options own = {.judging.now = (int64_t)time(NULL)};
	struct cli_options options = {
		.command = command,
		.own = own_options,
		.data = &own,
		.keep_manifests = true,
	};

	return cli_run_verb(&options, argc, argv, run);
}
