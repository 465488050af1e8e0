/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "cli/progress.h"
#include "render/reach.h"

#include <string.h>

#define MAX_TRIED 400

struct reach_options {
	const char *with;
	const char *cut;
	const char *ingress_controller;
	bool rank;
};

static const struct cli_option own_options[] = {
	{"with", true, NULL, offsetof(struct reach_options, with)},
	{"cut", true, NULL, offsetof(struct reach_options, cut)},
	{"ingress-controller", true, NULL, offsetof(struct reach_options, ingress_controller)},
	{"rank", false, NULL, offsetof(struct reach_options, rank)},
	{0},
};

/* What is asked of one cluster: its own endpoints, and where they lead. */
struct view {
	struct analyze_cluster cluster;
	struct analyze_endpoints endpoints;
	struct diag_list diags;
	struct analyze_reach_options options;
	struct analyze_reach reach;
	bool is_built;
};

static int view_init(struct view *ret, const struct cli_options *options,
		     const struct reach_options *own, const char *from)
{
	int code = cli_load(options, &ret->cluster);

	analyze_endpoints_init(&ret->endpoints, &ret->cluster);
	diag_list_init(&ret->diags, &ret->endpoints.arena);
	if (code != CLI_YES)
		return code;
	ret->options.internet = analyze_endpoint_get(&ret->endpoints, "internet", &ret->diags);
	if (from)
		ret->options.from =
			strcmp(from, ANALYZE_INGRESS_ID) == 0
				? &analyze_ingress
				: analyze_endpoint_get(&ret->endpoints, from, &ret->diags);
	if (own->ingress_controller)
		ret->options.ingress_controller = analyze_endpoint_get_proxy(
			&ret->endpoints, own->ingress_controller, &ret->diags);
	return ret->diags.n_errors ? CLI_USAGE : CLI_YES;
}

static void view_build(struct view *view)
{
	struct progress progress;

	progress_start(&progress, "following");
	analyze_reach_build(&view->reach, &view->cluster, &view->options);
	progress_stop(&progress);
	view->is_built = true;
}

static void view_release(struct view *view, const struct cli_options *options)
{
	cli_print_diags(options, &view->diags);
	if (view->is_built)
		analyze_reach_release(&view->reach);
	analyze_endpoints_release(&view->endpoints);
	analyze_cluster_release(&view->cluster);
}

static void render(const struct cli_options *options, const struct render_reach *output)
{
	switch (options->format) {
	case CLI_JSON:
		render_reach_json(output);
		break;
	case CLI_DOT:
		render_reach_dot(output);
		break;
	case CLI_MD:
		render_reach_md(output);
		break;
	default:
		render_reach_text(output);
	}
}

/* The answer; a proposed change and a cut have been asked for or not. */
static int answer(const struct cli_options *options, const struct reach_options *own,
		  struct view *now, struct view *with)
{
	struct render_reach output = {.reach = &now->reach, .has_ranks = own->rank};
	struct analyze_cut cut;

	if (own->cut) {
		output.cut_to = analyze_endpoint_get(&now->endpoints, own->cut, &now->diags);
		if (!output.cut_to)
			return CLI_USAGE;
	}
	now->options.ranks = own->rank;
	view_build(now);
	if (with) {
		view_build(with);
		output.with = &with->reach;
	}
	if (own->cut) {
		analyze_cut_find(&cut, &now->cluster, &now->options, output.cut_to, MAX_TRIED);
		output.cut = &cut;
	}
	render(options, &output);
	if (own->cut)
		analyze_cut_release(&cut);
	return CLI_YES;
}

static int run_with(struct cli_options *options, const struct reach_options *own, const char *from,
		    struct view *now)
{
	struct view with = {0};
	int code;

	if (!own->with)
		return answer(options, own, now, NULL);
	vec_push(&options->paths, own->with);
	code = view_init(&with, options, own, from);
	if (code == CLI_YES)
		code = answer(options, own, now, &with);
	view_release(&with, options);
	return code;
}

static int run(struct cli_options *options, int n, char **words)
{
	const struct reach_options *own = options->data;
	struct view now = {0};
	int code;

	/* Without a FROM all words are input. */
	for (int i = 0; i < n && own->rank; i++)
		vec_push(&options->paths, words[i]);
	if (!own->rank && n != 1)
		return cli_refuse(options, "expected one FROM, found %d words", n);
	if (own->rank && (own->with || own->cut))
		return cli_refuse(options, "--rank goes with neither --with nor --cut");
	if (options->paths.n == 0)
		return cli_refuse(options, "there is no input: give it with -f PATH");
	if (own->rank && options->format == CLI_DOT)
		return cli_refuse(options, "a ranking is no graph: -o text, json or md");
	code = view_init(&now, options, own, own->rank ? NULL : words[0]);
	if (code == CLI_YES)
		code = run_with(options, own, own->rank ? NULL : words[0], &now);
	view_release(&now, options);
	return code;
}

int cli_run_reach(const struct cli_command *command, int argc, char **argv)
{
	struct reach_options own = {0};
	struct cli_options options = {
		.command = command,
		.own = own_options,
		.data = &own,
	};

	return cli_run_verb(&options, argc, argv, run);
}
