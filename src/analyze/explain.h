/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `explain`: everything that applies to a pod, in the order of evaluation.
 *
 * Pods of an owner that different policies select are told apart; nothing is judged here, this is
 * what the verdicts are made of.
 */
#pragma once

#include "analyze/cluster.h"
#include "analyze/endpoint.h"
#include "analyze/reading.h"
#include "analyze/ties.h"
#include "base/vec.h"

struct analyze_explained_rule {
	const struct policy_rule *rule;
	uint32_t n_peers;      /* pods of the input that are among its peers */
	struct port_set named; /* of an ingress rule: what its port names are at these pods */
};

struct analyze_explained_policy {
	const struct policy *policy;
	bool isolates;
	const char *no_effect; /* NULL, or why it does not decide about these pods */
	VEC(struct analyze_explained_rule) rules; /* of one direction */
};

/* Pods that the same policies select, and whose named ports are the same. */
struct analyze_explained_pods {
	struct model_pod **pods;
	uint32_t n_pods;
	bool is_isolated[POLICY_N_DIRECTIONS];
	struct analyze_reading per_pod[POLICY_N_DIRECTIONS]; /* where isolation per pod differs */
	VEC(struct analyze_explained_policy)
	policies[POLICY_N_DIRECTIONS]; /* that say something there; those without effect last */
};

struct analyze_explanation {
	const struct analyze_endpoint *endpoint;
	const struct analyze_cluster *cluster;
	const struct policy_set *policies; /* of the cluster */
	struct arena arena;
	VEC(struct analyze_explained_pods) groups;
	struct analyze_ties ties;                   /* of all of them */
	VEC(const struct model_service *) services; /* that have one of the pods behind them */
};

/* false: a diagnostic says why policies cannot apply to the endpoint. */
bool analyze_explain(const struct analyze_cluster *cluster, const struct analyze_endpoint *endpoint,
		     struct diag_list *diags, struct analyze_explanation *ret);
void analyze_explanation_release(struct analyze_explanation *explanation);
