/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/cluster.h"

#include "lab/planner.h"

#include <unistd.h>

/* Both families where the machine has both, because a lab shows both. */
static const char *const default_pod_cidrs[] = {"10.244.0.0/16", "fd00:10:244::/64"};

static struct model_loader *loader_new(const struct lab_input *input)
{
	struct model_options options = {
		.default_namespace = input->default_namespace,
		.pod_cidrs = input->pod_cidrs,
		.n_pod_cidrs = input->n_pod_cidrs,
	};

	if (!input->n_pod_cidrs) {
		options.pod_cidrs = default_pod_cidrs;
		options.n_pod_cidrs = lab_has_v6() ? 2 : 1;
	}
	return model_loader_new(&options);
}

void lab_cluster_load(const struct lab_input *input, struct lab_cluster *ret)
{
	const struct policy_options options = {.skip_invalid = input->skip_invalid};
	struct model_loader *loader = loader_new(input);

	diag_list_init(&ret->diags, model_loader_arena(loader));
	for (size_t i = 0; i < input->n_paths; i++)
		model_load_path(loader, input->paths[i], &ret->diags);
	ret->snapshot = model_loader_finish(loader, &ret->diags);
	ret->policies = policy_set_build(ret->snapshot, &options, &ret->diags);
	lab_plan_init(&ret->plan);
	if (!ret->diags.n_errors)
		lab_plan_make(ret, input->n_nodes);
}

void lab_cluster_release(struct lab_cluster *cluster)
{
	vec_release(&cluster->notes);
	lab_plan_release(&cluster->plan);
	model_snapshot_free(cluster->snapshot);
	cluster->snapshot = NULL;
}

bool lab_has_v6(void)
{
	return !access("/proc/sys/net/ipv6", F_OK);
}
