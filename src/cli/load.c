/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "cli/progress.h"

#include <stdio.h>

void cli_print_diags(const struct cli_options *options, const struct diag_list *diags)
{
	for (const struct diag *diag = diags->first; diag; diag = diag->next)
		if (diag->severity != DIAG_NOTE || options->is_verbose)
			diag_print(stderr, diag, options->color_errors);
}

void cli_read_instead(const struct cli_options *options, const struct model_text *instead,
		      size_t n_instead, struct analyze_cluster *ret)
{
	const struct analyze_input input = {
		.paths = options->paths.items,
		.n_paths = options->paths.n,
		.texts = options->texts,
		.n_texts = options->n_texts,
		.instead = instead,
		.n_instead = n_instead,
		.ns = options->ns,
		.pod_cidrs = options->pod_cidrs.items,
		.n_pod_cidrs = options->pod_cidrs.n,
		.cni = options->cni,
		.identity = options->identity,
		.mesh_all = options->mesh_all,
		.source_port = options->source_port,
		.skip_invalid = options->skip_invalid,
		.keep_manifests = options->keep_manifests,
	};
	struct progress progress;

	progress_start(&progress, "reading the input");
	analyze_cluster_load(ret, &input);
	progress_stop(&progress);
}

void cli_read(const struct cli_options *options, struct analyze_cluster *ret)
{
	const char *cni;

	cli_read_instead(options, NULL, 0, ret);
	cni = analyze_cluster_cni_text(ret);
	if (cni)
		fprintf(stderr, "%s\n", cni);
}

bool cli_is_empty(const struct analyze_cluster *cluster)
{
	return cluster->snapshot->n_objects == 0;
}

int cli_refuse_empty(const struct cli_options *options)
{
	fprintf(stderr,
		"bulkhead %s: there are no objects in the input, nothing was answered\n"
		"    hint: folders are searched for *.yaml, *.yml and *.json; templates are built "
		"first: helm template CHART | bulkhead … -f -\n",
		options->command->name);
	return CLI_USAGE;
}

int cli_refuse_errors(const struct cli_options *options, size_t n, const char *hint)
{
	cli_say(options, "%zu error%s, nothing was answered%s", n, n == 1 ? "" : "s", hint);
	return CLI_USAGE;
}

bool cli_is_unreadable(const struct diag *diag)
{
	return diag->code == DIAG_BH0001 || diag->code == DIAG_BH0009 || diag->code == DIAG_BH0110;
}

/* Whether --invalid=skip would make a difference. */
static bool may_skip(const struct cli_options *options, const struct diag_list *diags)
{
	for (const struct diag *diag = diags->first; diag && !options->skip_invalid;
	     diag = diag->next)
		if (diag->severity == DIAG_ERROR && !cli_is_unreadable(diag))
			return true;
	return false;
}

int cli_load(const struct cli_options *options, struct analyze_cluster *ret)
{
	cli_read(options, ret);
	cli_print_diags(options, &ret->diags);
	if (ret->diags.n_errors == 0 && cli_is_empty(ret) && !options->may_be_empty)
		return cli_refuse_empty(options);
	if (ret->diags.n_errors == 0)
		return CLI_YES;
	return cli_refuse_errors(options, ret->diags.n_errors,
				 may_skip(options, &ret->diags)
					 ? " (--invalid=skip leaves out what is invalid)"
					 : "");
}
