/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/cluster.h"

#include "model/load.h"

void analyze_cluster_load(struct analyze_cluster *ret, const struct analyze_input *input)
{
	const struct model_options options = {
		.default_namespace = input->ns,
		.pod_cidrs = input->pod_cidrs,
		.n_pod_cidrs = input->n_pod_cidrs,
		.skip_invalid = input->skip_invalid,
	};
	const struct policy_options policy_options = {.skip_invalid = input->skip_invalid};
	struct model_loader *loader = model_loader_new(&options);

	*ret = (struct analyze_cluster){0};
	arena_init(&ret->arena);
	diag_list_init(&ret->diags, &ret->arena);
	for (size_t i = 0; i < input->n_paths; i++)
		model_load_path(loader, input->paths[i], &ret->diags);
	ret->snapshot = model_loader_finish(loader, &ret->diags);
	ret->policies = policy_set_build(ret->snapshot, &policy_options, &ret->diags);
}

void analyze_cluster_release(struct analyze_cluster *cluster)
{
	model_snapshot_free(cluster->snapshot);
	arena_release(&cluster->arena);
	*cluster = (struct analyze_cluster){0};
}
