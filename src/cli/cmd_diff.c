/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "analyze/diff.h"
#include "analyze/question.h"
#include "analyze/ties.h"
#include "cli/progress.h"
#include "cli/revision.h"
#include "render/diff.h"
#include "scan/sensitive.h"

#include <stdio.h>
#include <string.h>

#define MANY 1000000 /* connections, that nobody reads one by one */

struct diff_words {
	const char *fail_on;
	const char *ingress_controller;
	const char *config_path;
	bool is_folded;
	struct scan_config config;
};

/* One of the two inputs. */
struct side {
	const char *path;
	struct revision revision;
	struct analyze_cluster cluster;
	struct analyze_endpoints endpoints;
	bool is_loaded;
};

static const struct cli_option own_options[] = {
	{"config", true, NULL, offsetof(struct diff_words, config_path)},
	{"fail-on", true, NULL, offsetof(struct diff_words, fail_on)},
	{"fold", false, NULL, offsetof(struct diff_words, is_folded)},
	{"ingress-controller", true, NULL, offsetof(struct diff_words, ingress_controller)},
	{0},
};

static int load(const struct cli_options *shared, struct side *side)
{
	struct cli_options options = *shared;
	const char *problem;
	int code;

	memset(&options.paths, 0, sizeof(options.paths));
	if (revision_is(side->path)) {
		code = revision_read(side->path, &side->revision, &problem);
		if (code != CLI_YES) {
			cli_say(shared, "%s: %s", side->path, problem);
			return code;
		}
		if (side->revision.submodule)
			cli_say(shared, "%s: without the submodule %s", side->path,
				side->revision.submodule);
		options.texts = side->revision.texts.items;
		options.n_texts = side->revision.texts.n;
	} else {
		vec_push(&options.paths, side->path);
	}
	side->is_loaded = true;
	code = cli_load(&options, &side->cluster);
	vec_release(&options.paths);
	analyze_endpoints_init(&side->endpoints, &side->cluster);
	return code;
}

static void release(struct side *side)
{
	if (side->is_loaded) {
		analyze_endpoints_release(&side->endpoints);
		analyze_cluster_release(&side->cluster);
	}
	revision_release(&side->revision);
}

/* The proxy's workload may be new: where it is not, a pod without labels stands for it. */
static bool find_controllers(const struct diff_words *own, struct side sides[],
			     struct analyze_diff_options *ret, struct diag_list *diags)
{
	struct diag_list problems;
	bool is_found = false;

	diag_list_init(&problems, diags->arena);
	for (int side = 0; side < ANALYZE_N_SIDES && own->ingress_controller; side++) {
		const struct analyze_endpoint *found = analyze_endpoint_get(
			&sides[side].endpoints, own->ingress_controller, &problems);

		if (found && found->n_pods) {
			ret->ingress_controllers[side] = found;
			is_found = true;
		}
	}
	if (!own->ingress_controller || is_found)
		return true;
	diag_list_append(diags, &problems);
	return false;
}

/* Who asks for a gigabyte is told how to get a page. */
static void hint_at_fold(const struct cli_options *options, const struct diff_words *own,
			 const struct analyze_diff *diff)
{
	const struct analyze_diff_counts *counts = &diff->counts;
	const uint64_t n = counts->added + counts->removed + counts->changed;

	if (n > MANY && !own->is_folded &&
	    (options->format == CLI_JSON || options->format == CLI_CSV))
		fprintf(stderr,
			"bulkhead diff: %llu connections follow, one by one: --fold writes what "
			"changes alike once\n",
			(unsigned long long)n);
}

static void render(const struct cli_options *options, const struct diff_words *own,
		   struct analyze_diff *diff)
{
	switch (options->format) {
	case CLI_JSON:
		render_diff_json(diff, own->is_folded);
		break;
	case CLI_MD:
		render_diff_md(diff);
		break;
	case CLI_CSV:
		render_diff_csv(diff, own->is_folded);
		break;
	default:
		render_diff_text(diff, options->color);
	}
}

/* NAMESPACE/NAME of NAMESPACE/KIND/NAME. */
static bool is_short_for(const char *name, const char *id)
{
	const char *ns_end = strchr(id, '/'), *last = strrchr(id, '/');
	const size_t len = ns_end ? (size_t)(ns_end - id) : 0;

	return ns_end && strncmp(name, id, len) == 0 && strcmp(name + len, last) == 0;
}

/* What --fail-on NAME names: a namespace, an endpoint or its owner, or a sensitivity. */
static bool is_named(const struct analyze_diff_endpoint *endpoint, const char *name)
{
	const char *const ids[] = {endpoint->id, endpoint->owner};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strcmp(ids[i], name) == 0 || is_short_for(name, ids[i]))
			return true;
	return strcmp(endpoint->ns, name) == 0 ||
	       (endpoint->sensitivity && strcmp(endpoint->sensitivity, name) == 0);
}

struct search {
	const struct analyze_diff *diff;
	const char *name;
	bool is_found;
};

static void look_for(void *arg, const struct analyze_diff_pair *pair)
{
	struct search *search = arg;

	if (pair->to != ANALYZE_MAP_OUTSIDE && pair->change->ports.gained != ANALYZE_PORTS_NONE &&
	    is_named(&search->diff->endpoints.items[pair->to], search->name))
		search->is_found = true;
}

static bool gains_access(const struct analyze_diff *diff, const char *name)
{
	struct search search = {diff, name, false};

	for (size_t i = 0; i < diff->changes.n && !search.is_found; i++)
		analyze_diff_unfold(diff, &diff->changes.items[i], look_for, &search);
	return search.is_found;
}

static bool names_somebody(const struct analyze_diff *diff, const char *name)
{
	for (size_t i = 0; i < diff->endpoints.n; i++)
		if (is_named(&diff->endpoints.items[i], name))
			return true;
	return false;
}

static bool has_other_endpoints(const struct analyze_diff *diff)
{
	for (size_t i = 0; i < diff->endpoints.n; i++)
		for (int side = 0; side < ANALYZE_N_SIDES; side++)
			if (diff->endpoints.items[i].at[side] == ANALYZE_MAP_OUTSIDE)
				return true;
	return false;
}

static bool fails(const struct analyze_diff *diff, const char *fail_on)
{
	if (!fail_on || strcmp(fail_on, "added") == 0)
		return diff->counts.gained > 0;
	if (strcmp(fail_on, "widened") == 0)
		return diff->counts.widened > 0;
	if (strcmp(fail_on, "any") == 0)
		return diff->changes.n > 0 || has_other_endpoints(diff);
	if (strcmp(fail_on, "internet") == 0)
		return diff->counts.internet > 0;
	return gains_access(diff, fail_on);
}

/* A name that is nobody's would never fail. */
static bool is_condition(const struct cli_options *options, const struct analyze_diff *diff,
			 const char *fail_on)
{
	static const char *const words[] = {"added", "widened", "any", "internet"};
	const char *near;

	if (!fail_on || names_somebody(diff, fail_on))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], fail_on) == 0)
			return true;
	near = diag_did_you_mean(fail_on, words, sizeof(words) / sizeof(words[0]));
	cli_refuse(options,
		   "--fail-on %s: neither input has an endpoint, a namespace or a sensitivity of "
		   "this name%s%s%s",
		   fail_on, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return false;
}

/* Policies of equal priority that do not agree, in either input. */
static void report_ties(struct side sides[], const uint32_t n_pods[], struct diag_list *diags)
{
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_ties_report(&sides[side].cluster, sides[side].cluster.snapshot->pods,
				    n_pods[side], diags);
}

static const char *sensitivity_of(void *config, const struct model_workload *workload)
{
	return scan_sensitivity(config, workload);
}

static bool is_exposed(void *config, const struct model_workload *workload)
{
	const struct scan_config *from = config;

	return scan_patterns_match(&from->exposed, workload->ns->name, workload->kind,
				   workload->name);
}

/* Pods without addresses are given those of the families that an input shows. */
static void warn_of_families(const struct cli_options *options, const struct side sides[])
{
	const bool is_new = sides[ANALYZE_NEW].cluster.snapshot->has_v6;

	if (options->pod_cidrs.n || sides[ANALYZE_OLD].cluster.snapshot->has_v6 == is_new)
		return;
	fprintf(stderr,
		"bulkhead diff: only %s shows that the cluster has IPv6, and what is allowed there "
		"counts as %s; with --pod-cidr for both families both have it\n",
		is_new ? "NEW" : "OLD", is_new ? "added" : "removed");
}

static int compare(const struct cli_options *options, struct diff_words *own, struct side sides[])
{
	struct analyze_diff_options diff_options = {
		.sensitivity = sensitivity_of,
		.exposed = is_exposed,
		.arg = &own->config,
	};
	struct analyze_diff diff;
	struct diag_list diags;
	struct progress progress;
	uint32_t n_pods[ANALYZE_N_SIDES]; /* without the hypothetical ones of the maps */
	int code = CLI_USAGE;

	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		diff_options.clusters[side] = &sides[side].cluster;
		n_pods[side] = sides[side].cluster.snapshot->n_pods;
	}
	warn_of_families(options, sides);
	diag_list_init(&diags, &sides[ANALYZE_NEW].endpoints.arena);
	if (find_controllers(own, sides, &diff_options, &diags)) {
		progress_start(&progress, "comparing");
		analyze_diff_build(&diff, &diff_options, &diags);
		progress_stop(&progress);
		if (is_condition(options, &diff, own->fail_on)) {
			hint_at_fold(options, own, &diff);
			render(options, own, &diff);
			code = fails(&diff, own->fail_on) ? CLI_NO : CLI_YES;
		}
		report_ties(sides, n_pods, &diags);
		analyze_diff_release(&diff);
	}
	cli_print_diags(options, &diags);
	return code;
}

static int run_both(struct cli_options *options, struct diff_words *own, char **words)
{
	struct side sides[ANALYZE_N_SIDES] = {{.path = words[0]}, {.path = words[1]}};
	int code = CLI_YES;

	scan_config_init(&own->config);
	if (own->config_path && !scan_config_load(&own->config, own->config_path))
		code = CLI_USAGE;
	cli_print_diags(options, &own->config.diags);
	for (int side = 0; side < ANALYZE_N_SIDES && code == CLI_YES; side++)
		code = load(options, &sides[side]);
	/* One of them may be: then all is new, or all is gone. */
	if (code == CLI_YES && cli_is_empty(&sides[ANALYZE_OLD].cluster) &&
	    cli_is_empty(&sides[ANALYZE_NEW].cluster))
		code = cli_refuse_empty(options);
	if (code == CLI_YES)
		code = compare(options, own, sides);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		release(&sides[side]);
	scan_config_release(&own->config);
	return code;
}

static int run(struct cli_options *options, int n, char **words)
{
	if (n != 2)
		return cli_refuse(options, "expected OLD and NEW, found %d input%s", n,
				  n == 1 ? "" : "s");
	if (strcmp(words[0], "-") == 0 && strcmp(words[1], "-") == 0)
		return cli_refuse(options, "only one of OLD and NEW can be standard input");
	return run_both(options, options->data, words);
}

int cli_run_diff(const struct cli_command *command, int argc, char **argv)
{
	struct diff_words own = {0};
	struct cli_options options = {
		.command = command,
		.own = own_options,
		.data = &own,
		.may_be_empty = true,
	};

	return cli_run_verb(&options, argc, argv, run);
}
