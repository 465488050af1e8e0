/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/judging.h"

#include "cli/progress.h"
#include "render/scan.h"
#include "scan/fix.h"
#include "scan/loading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum fixing { FIX_NOTHING, FIX_SAFE, FIX_SUGGESTED };

struct scan_words {
	const char *rules;
	struct cli_judging judging;
	const char *write_baseline;
	const char *explain;
	enum scan_severity fail_on;
	bool never_fails;
	bool lists_rules;
	enum fixing fixing;
};

static bool set_fail_on(struct cli_options *options, const char *value)
{
	const char *words[SCAN_N_SEVERITIES + 2] = {[SCAN_N_SEVERITIES] = "none"};
	struct scan_words *own = options->data;
	size_t chosen;

	for (size_t i = 0; i < SCAN_N_SEVERITIES; i++)
		words[i] = scan_severity_name(i);
	if (!cli_choose(options, "--fail-on", value, words, &chosen))
		return false;
	own->never_fails = chosen == SCAN_N_SEVERITIES;
	own->fail_on = own->never_fails ? own->fail_on : chosen;
	return true;
}

static bool set_now(struct cli_options *options, const char *value)
{
	struct scan_words *own = options->data;

	return cli_judging_set_now(&own->judging, options, value);
}

static bool set_fix(struct cli_options *options, const char *value)
{
	static const char *const words[] = {"safe", "suggested", NULL};
	struct scan_words *own = options->data;
	size_t chosen = 0;

	if (value && !cli_choose(options, "--fix", value, words, &chosen))
		return false;
	own->fixing = chosen ? FIX_SUGGESTED : FIX_SAFE;
	return true;
}

static const struct cli_option own_options[] = {
	{"rules", true, NULL, offsetof(struct scan_words, rules)},
	{"config", true, NULL, offsetof(struct scan_words, judging.config_path)},
	{"baseline", true, NULL, offsetof(struct scan_words, judging.baseline)},
	{"write-baseline", true, NULL, offsetof(struct scan_words, write_baseline)},
	{"explain", true, NULL, offsetof(struct scan_words, explain)},
	{"fail-on", true, set_fail_on, 0},
	{"list-rules", false, NULL, offsetof(struct scan_words, lists_rules)},
	{"fix", CLI_MAY_HAVE_VALUE, set_fix, 0},
	{"now", true, set_now, 0},
	{0},
};

/* What is no finding: hints, and what keeps files from being read. */
static size_t print_diags(const struct cli_options *options, const struct scan *scan)
{
	size_t n_errors = 0;

	for (const struct diag *diag = scan->cluster->diags.first; diag; diag = diag->next) {
		if (scan_loading_takes(scan, diag) ||
		    (diag->severity == DIAG_NOTE && !options->is_verbose))
			continue;
		n_errors += cli_is_unreadable(diag);
		diag_print(stderr, diag, options->color_errors);
	}
	return n_errors;
}

static void render(const struct cli_options *options, struct scan *scan)
{
	switch (options->format) {
	case CLI_JSON:
		render_scan_json(scan);
		break;
	case CLI_SARIF:
		render_scan_sarif(scan);
		break;
	case CLI_JUNIT:
		render_scan_junit(scan);
		break;
	case CLI_GITHUB:
		render_scan_github(scan);
		break;
	case CLI_GITLAB:
		render_scan_gitlab(scan);
		break;
	case CLI_MD:
		render_scan_md(scan);
		break;
	default:
		render_scan_text(scan, options->color);
	}
}

static int exit_code(const struct scan_words *own, const struct scan *scan)
{
	if (own->never_fails || scan_count(scan, own->fail_on) == 0)
		return CLI_YES;
	return CLI_NO;
}

static bool write_baseline(const struct scan_words *own, const struct scan *scan)
{
	FILE *out = fopen(own->write_baseline, "w");
	bool is_written;

	if (out)
		render_scan_baseline(scan, out);
	is_written = out && !ferror(out);
	if (out && fclose(out) != 0)
		is_written = false;
	if (!is_written)
		fprintf(stderr, "bulkhead scan: %s cannot be written: %s\n", own->write_baseline,
			strerror(errno));
	return is_written;
}

static bool says_yes(void)
{
	char answer[8];

	fprintf(stderr, "apply? [y/N] ");
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* What has no end: its text is gone once it was read. */
static bool is_stream(const char *path)
{
	struct stat st;

	return strcmp(path, "-") == 0 ||
	       (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

/* Far more than any chain of fixes: each uncovers what it was written over. */
#define MAX_ROUNDS 16

/* What fixes uncover has fixes too: the input is scanned as it will be, until nothing is added. */
static void fix_rest(const struct cli_options *options, const struct scan_options *how,
		     struct scan_patches *patches, enum scan_fix least)
{
	bool has_more = true;

	for (size_t i = 0; i < options->paths.n; i++)
		has_more &= !is_stream(options->paths.items[i]);
	for (int round = 0; has_more && round < MAX_ROUNDS; round++) {
		struct analyze_cluster cluster;
		struct scan scan;

		cli_read_instead(options, patches->texts.items, patches->texts.n, &cluster);
		scan_init(&scan, &cluster, how);
		scan_run(&scan);
		has_more = scan_patches_add(patches, &scan, least);
		scan_release(&scan);
		analyze_cluster_release(&cluster);
	}
}

/* The safe ones at once, the others after a yes. */
static int fix(const struct cli_options *options, const struct scan *scan, int code)
{
	const struct scan_words *own = options->data;
	const enum scan_fix least = own->fixing == FIX_SUGGESTED ? SCAN_FIX_SUGGESTED
								 : SCAN_FIX_SAFE;
	struct scan_patches patches;
	bool has_any;
	int err = 0;

	scan_patches_init(&patches);
	has_any = scan_patches_add(&patches, scan, least);
	if (has_any)
		fix_rest(options, &scan->options, &patches, least);
	fputs(strbuf_str(&patches.diff), stdout);
	fflush(stdout);
	if (has_any && (least == SCAN_FIX_SAFE || says_yes()))
		err = scan_patches_apply(&patches);
	else if (!has_any)
		fprintf(stderr, "bulkhead scan: there is nothing to fix\n");
	if (err)
		fprintf(stderr, "bulkhead scan: a file cannot be written: %s\n", strerror(-err));
	scan_patches_release(&patches);
	return err ? CLI_ENVIRONMENT : code;
}

/* Where there is nothing to scan, that is said; else findings, or what mends them. */
static int conclude(const struct cli_options *options, struct scan *scan)
{
	const struct scan_words *own = options->data;
	const size_t n_errors = print_diags(options, scan);
	int code = n_errors ? CLI_USAGE : exit_code(own, scan);

	if (own->write_baseline && !write_baseline(own, scan))
		code = CLI_ENVIRONMENT;
	if (cli_is_empty(scan->cluster) && scan->findings.n == 0)
		return n_errors ? cli_refuse_errors(options, n_errors, "")
				: cli_refuse_empty(options);
	if (own->fixing)
		return fix(options, scan, code);
	render(options, scan);
	return code;
}

static int scan_cluster(const struct cli_options *options, const struct scan_config *config)
{
	const struct scan_words *own = options->data;
	const struct scan_options scan_options = {
		.config = config,
		.rules = own->rules,
		.now = own->judging.now,
	};
	struct analyze_cluster cluster;
	struct progress progress;
	struct scan scan;
	int code;

	cli_read(options, &cluster);
	scan_init(&scan, &cluster, &scan_options);
	progress_start(&progress, "scanning");
	scan_run(&scan);
	progress_stop(&progress);
	code = conclude(options, &scan);
	scan_release(&scan);
	analyze_cluster_release(&cluster);
	return code;
}

/* The words of --rules that no rule's id begins with are a slip of the keyboard. */
static bool check_rules(const struct cli_options *options)
{
	const struct scan_words *own = options->data;
	for (const char *at = own->rules; at && *at;) {
		const size_t len = strcspn(at += *at == '-', ",");
		char word[32];
		size_t i = 0;

		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		while (i < SCAN_N_RULES && strncasecmp(scan_rules[i].id, word, strlen(word)) != 0)
			i++;
		if (i == SCAN_N_RULES) {
			cli_refuse(options,
				   "--rules: no rule begins with '%s' "
				   "(bulkhead scan --list-rules)",
				   word);
			return false;
		}
		at += len + (at[len] == ',');
	}
	return true;
}

static int scan_paths(struct cli_options *options, int n, char **words)
{
	const struct scan_words *own = options->data;
	struct scan_config config;
	int code = cli_take_paths(options, n, words);

	if (code != CLI_YES)
		return code;
	if (!check_rules(options))
		return CLI_USAGE;
	code = cli_judging_load(&own->judging, options, &config) ? scan_cluster(options, &config)
								 : CLI_USAGE;
	scan_config_release(&config);
	return code;
}

static int explain(const struct cli_options *options)
{
	const struct scan_words *own = options->data;
	const char *page = scan_page(own->explain);
	const char *reserved = scan_rule_reserved(own->explain);

	if (page) {
		fputs(page, stdout);
		return CLI_YES;
	}
	if (reserved)
		return cli_refuse(options, "%s is reserved for %s: it is not a rule yet",
				  own->explain, reserved);
	return cli_refuse(options, "there is no rule '%s' (bulkhead scan --list-rules)",
			  own->explain);
}

static int list_rules(const struct cli_options *options)
{
	if (options->format == CLI_JSON)
		render_scan_rules_json();
	else
		render_scan_rules_text();
	return CLI_YES;
}

static int run(struct cli_options *options, int n, char **words)
{
	const struct scan_words *own = options->data;

	if (own->explain)
		return explain(options);
	return own->lists_rules ? list_rules(options) : scan_paths(options, n, words);
}

int cli_run_scan(const struct cli_command *command, int argc, char **argv)
{
	struct scan_words own = {.fail_on = SCAN_HIGH, .judging.now = (int64_t)time(NULL)};
	struct cli_options options = {
		.command = command,
		.own = own_options,
		.data = &own,
		.skip_invalid = true,
		.keep_manifests = true,
	};

	return cli_run_verb(&options, argc, argv, run);
}
