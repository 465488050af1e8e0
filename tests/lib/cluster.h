/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from YAML to a table in one call, for tests.
 *
 *	struct cluster cluster;
 *
 *	cluster_load_text(&cluster, "test", yaml, &options);
 *	if (cluster.diags.n_errors) …
 *	cluster_compile(&cluster, NULL, 0, NULL);    (every pod is a subject)
 *	verdict_flow(&cluster.view, …);
 *	cluster_release(&cluster);
 */
#pragma once

#include "base/diag.h"
#include "compile/table.h"
#include "model/load.h"
#include "policy/ir.h"

struct cluster {
	struct model_snapshot *snapshot; /* owns the policies and diagnostics too */
	struct policy_set *policies;
	struct diag_list diags;
	struct compile_world *world; /* NULL until compiled */
	struct compiled_table table;
	struct table_view view;
};

/* Problems, also of policies, are in cluster->diags. `options` may be NULL. */
void cluster_load_text(struct cluster *cluster, const char *name, const char *text,
		       const struct model_options *options);
/* The same with more said of the policies, such as who enforces them. */
void cluster_load_under(struct cluster *cluster, const char *name, const char *text,
			const struct model_options *options, const struct policy_options *policy);
void cluster_load_paths(struct cluster *cluster, const char *const *paths, size_t n_paths,
			const struct model_options *options);

/*
 * The world and the table of some pods, NULL for all; `endpoint_ids` as in compile/table.h. Aborts when the table is
 * not sound.
 */
void cluster_compile(struct cluster *cluster, struct model_pod *const *pods, size_t n_pods,
		     const uint32_t *endpoint_ids);

/* The first address of the pod "NAMESPACE/NAME"; the test ends when there is none. */
struct ip_addr cluster_pod_addr(const struct model_snapshot *snapshot, const char *name);

void cluster_release(struct cluster *cluster);
