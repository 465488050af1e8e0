/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "cli/progress.h"
#include "render/coverage.h"
#include "scan/scan.h"
#include "suite/suite.h"

#include <string.h>
#include <time.h>

struct coverage_options {
	struct cli_options *shared;
	bool adequacy;
	int64_t now;
};

static bool set_adequacy(void *data, const char *value)
{
	(void)value;
	((struct coverage_options *)data)->adequacy = true;
	return true;
}

static bool set_now(void *data, const char *value)
{
	struct coverage_options *own = data;

	if (!scan_time_parse(value, &own->now)) {
		cli_refuse(own->shared, "--now %s is no time, expected 2027-01-31", value);
		return false;
	}
	own->now -= strchr(value, 'T') ? 0 : 1; /* a day: its last second */
	return true;
}

static const struct cli_option own_options[] = {
	{"adequacy", false, set_adequacy, 0},
	{"now", true, set_now, 0},
	{0},
};

static void count_exception(const struct scan_exception *exception, int64_t now,
			    struct analyze_coverage_extras *ret)
{
	if (exception->problem)
		return;
	if (exception->until <= now) {
		ret->n_expired++;
		return;
	}
	ret->n_active++;
	ret->n_without_expiry += exception->until == SCAN_NEVER;
	ret->n_without_owner += exception->owner == NULL;
	ret->n_stale += exception->n_used == 0;
}

/* What an exception is needed for only a scan can tell; where there are none it is spared. */
static void count_exceptions(struct analyze_cluster *cluster, int64_t now,
			     struct analyze_coverage_extras *ret)
{
	const struct scan_options options = {.now = now};
	struct scan scan;
	size_t n;

	scan_init(&scan, cluster, &options);
	scan_exceptions_read(&scan);
	n = scan.exceptions.n;
	scan_release(&scan);
	if (n == 0)
		return;
	scan_init(&scan, cluster, &options);
	scan_run(&scan);
	for (size_t i = 0; i < scan.exceptions.n; i++)
		count_exception(&scan.exceptions.items[i], now, ret);
	scan_release(&scan);
}

static bool count_results(struct suite *suite, bool adequacy, struct diag_list *diags,
			  struct analyze_coverage_extras *ret)
{
	struct suite_adequacy mutants = {0};
	struct suite_results results;
	bool is_done = true;

	if (!suite_run(suite, diags, &results))
		return false;
	ret->has_tests = true;
	ret->n_passed = results.n[SUITE_PASS];
	ret->n_failed = results.n[SUITE_FAIL];
	ret->n_depends = results.n[SUITE_DEPENDS];
	if (adequacy)
		is_done = suite_find_adequacy(suite, &results, diags, &mutants);
	ret->has_adequacy = adequacy && is_done;
	ret->n_killed = mutants.n[SUITE_KILLED];
	ret->n_survived = mutants.n[SUITE_SURVIVED];
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

static int cover(const struct coverage_options *own, struct analyze_cluster *cluster)
{
	struct analyze_coverage_extras extras = {0};
	struct analyze_coverage coverage;
	struct progress progress;
	struct diag_list diags;
	int code = CLI_USAGE;

	diag_list_init(&diags, &cluster->arena);
	progress_start(&progress, "counting");
	/* Both add hypothetical pods, which no count has. */
	count_exceptions(cluster, own->now, &extras);
	if (count_tests(cluster, own->adequacy, &diags, &extras)) {
		analyze_coverage_build(&coverage, cluster, &extras);
		code = CLI_YES;
	}
	progress_stop(&progress);
	cli_print_diags(own->shared, &diags);
	if (code == CLI_YES) {
		render(own->shared, &coverage);
		analyze_coverage_release(&coverage);
	}
	return code;
}

static int run(const struct coverage_options *own, int n, char **words)
{
	struct analyze_cluster cluster;
	int code = cli_take_paths(own->shared, n, words);

	if (code != CLI_YES)
		return code;
	code = cli_load(own->shared, &cluster);
	if (code == CLI_YES)
		code = cover(own, &cluster);
	analyze_cluster_release(&cluster);
	return code;
}

int cli_run_coverage(const struct cli_command *command, int argc, char **argv)
{
	struct coverage_options own = {.now = (int64_t)time(NULL)};
	struct cli_options options = {
		.command = command,
		.own = own_options,
		.data = &own,
		.keep_manifests = true,
	};
	int n, code = CLI_USAGE;

	own.shared = &options;
	if (cli_options_parse(&options, argc, argv, &n))
		code = options.wants_help ? cli_help_of(command) : run(&own, n, argv);
	cli_options_release(&options);
	return code;
}
