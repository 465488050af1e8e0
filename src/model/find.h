/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the words of a question to an object of the snapshot: "ns/name" and "ns/Kind/name".
 *
 * Kinds are understood in any case, in the plural and as kubectl's short names. A workload is found
 * by its name, by that of a pod of it, and (when only its ReplicaSet is known) by its Deployment's
 * name. Nothing is reported here: the caller knows the words of the question.
 */
#pragma once

#include "model/model.h"

enum model_found_kind {
	MODEL_FOUND_NOTHING,
	MODEL_FOUND_POD,
	MODEL_FOUND_WORKLOAD,
	MODEL_FOUND_SERVICE,
	MODEL_FOUND_NODE,
	MODEL_FOUND_NAMESPACE,
	MODEL_FOUND_SEVERAL, /* candidates */
};

#define MODEL_MAX_CANDIDATES 16

struct model_found {
	uint8_t kind; /* enum model_found_kind */
	union {
		struct model_pod *pod;
		struct model_workload *workload;
		struct model_service *service;
		struct model_node *node;
		struct model_namespace *ns;
	};
	struct model_workload *candidates[MODEL_MAX_CANDIDATES]; /* the first of them, sorted */
	uint32_t n_candidates;                                   /* all */
};

/* "ns/name": a pod, else the only workload of that name. */
struct model_found model_find_name(const struct model_snapshot *snapshot, const char *ns,
				   const char *name);

/* "ns/Kind/name": a pod, workload or Service; "node" and "namespace" take no `ns` (NULL). */
struct model_found model_find_kind(const struct model_snapshot *snapshot, const char *ns,
				   const char *kind, const char *name);

/* "Deployment" for "deploy", "deployments", "DEPLOYMENT" …; NULL for what is no known kind. */
const char *model_kind_name(const char *text);

/* The kind that was meant by a word that is none, as diag_did_you_mean() finds it; NULL: unclear. */
const char *model_kind_near(const char *text);
