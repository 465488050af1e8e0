/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cluster that a run is about: what the user's input options say, read and brought to rules.
 *
 * Every program that takes manifests (bulkhead, bulkhead-lab) reads them through this, so that one
 * set of options means one thing. The cluster owns snapshot and policies; diagnostics of the
 * reading live as long as it.
 */
#pragma once

#include "base/diag.h"
#include "model/load.h"
#include "model/model.h"
#include "policy/ir.h"

#include <stdbool.h>
#include <stddef.h>

struct analyze_input {
	const char *const *paths;
	size_t n_paths;
	const struct model_text *texts; /* after the paths: of a revision, say */
	size_t n_texts;
	const struct model_text *instead; /* of the files of the paths that are called so */
	size_t n_instead;
	const char *ns; /* of objects that name none; NULL: "default" */
	const char *const *pod_cidrs;
	size_t n_pod_cidrs;
	const char *cni; /* that policy_cni_parse() takes; NULL: the one that the input shows */
	const char *identity; /* that policy_identity_parse() takes; NULL: each source's own */
	uint16_t source_port; /* of the question; 0: it names none */
	bool mesh_all;        /* every pod is in the mesh */
	bool skip_invalid;
	bool keep_manifests; /* the snapshot has every object's tree */
};

struct analyze_cluster {
	struct model_snapshot *snapshot;
	struct policy_options options;
	struct policy_set *policies;
	const char *cni_from;   /* what in the input shows the CNI; NULL: nothing, or not asked */
	struct arena arena;     /* of diags */
	struct diag_list diags; /* everything that the reading said */
};

/*
 * Reads the input. Problems are in `ret->diags`: with errors there the cluster is complete as far
 * as it could be read, and whether to go on is the caller's decision. Always release it.
 */
void analyze_cluster_load(struct analyze_cluster *ret, const struct analyze_input *input);

/* "cni: cilium 1.18, from DaemonSet kube-system/cilium"; NULL when the input does not show it. */
const char *analyze_cluster_cni_text(struct analyze_cluster *cluster);

/* Whether a namespace is the platform's own: kube-*, openshift-*. */
bool analyze_is_system(const char *ns);

/* Whether a pod is in the mesh, by the input or the option. */
static inline bool analyze_cluster_in_mesh(const struct analyze_cluster *cluster,
					   const struct model_pod *pod)
{
	return pod->in_mesh || (cluster->options.mesh_all && !pod->host_network);
}

void analyze_cluster_release(struct analyze_cluster *cluster);
