/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster that a lab shows: manifests read, policies built, and the plan made from them.
 *
 * Not every pod of the input has a place in a lab: one that is scaled to zero does not run, one
 * whose address another pod claims too cannot be routed. Such are in the snapshot (so that rules
 * see them) and not in the plan; notes say so.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"
#include "lab/cases.h"
#include "lab/plan.h"

/* Without pod_cidrs: 10.244.0.0/16 and, on a machine with IPv6, fd00:10:244::/56. */
struct lab_input {
	struct analyze_input base;
	uint32_t n_nodes;        /* for pods that name no node; 0: one */
	struct lab_cases *cases; /* their pods and addresses are in the plan too; or NULL */
};

struct lab_cluster {
	struct analyze_cluster base;
	struct lab_plan plan;
	struct model_pod **pods; /* by number of the plan's pod; in the plan's arena */
	VEC(const char *) notes; /* what the lab leaves out, in sentences; in the plan's arena */
};

/*
 * Reads and plans. Errors of the input are in base.diags; then there is no plan. All-zero `ret` is
 * empty.
 */
void lab_cluster_load(const struct lab_input *input, struct lab_cluster *ret);
void lab_cluster_release(struct lab_cluster *cluster);
