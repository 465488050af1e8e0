/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/cluster.h"

#include "lab/planner.h"

#include <unistd.h>

/* Both families where the machine has both, because a lab shows both. */
static const char *const default_pod_cidrs[] = {"10.244.0.0/16", "fd00:10:244::/56"};

void lab_cluster_load(const struct lab_input *input, struct lab_cluster *ret)
{
	struct analyze_input base = input->base;

	if (!base.n_pod_cidrs) {
		base.pod_cidrs = default_pod_cidrs;
		base.n_pod_cidrs = lab_has_v6() ? 2 : 1;
	}
	analyze_cluster_load(&ret->base, &base);
	lab_plan_init(&ret->plan);
	if (!ret->base.diags.n_errors)
		lab_plan_make(ret, input);
}

void lab_cluster_release(struct lab_cluster *cluster)
{
	vec_release(&cluster->notes);
	lab_plan_release(&cluster->plan);
	if (cluster->base.snapshot)
		analyze_cluster_release(&cluster->base);
}

bool lab_has_v6(void)
{
	return !access("/proc/sys/net/ipv6", F_OK);
}
