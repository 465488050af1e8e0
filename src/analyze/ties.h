/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of equal priority that do not agree (compile/tie.h), for some pods: what they decide depends
 * on a choice that their API leaves open, so whoever asks about these pods is told.
 *
 * Cost: next to nothing without such policies, else that of a map of the pods that they select.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"

struct analyze_tie {
	const struct policy_rule *first; /* of the policy that is taken to be first, by its name */
	const struct policy_rule *second;
	const struct model_pod *pod; /* a subject that they do not agree about … */
	struct port_range ports;     /* … on these at least, for some peer */
};

/* One for each two policies and direction, by the subjects' order. */
struct analyze_ties {
	struct analyze_tie *items;
	size_t n;
	size_t cap;
};

/* Those that concern one of the pods, which may be of any kind. */
void analyze_ties_find(const struct analyze_cluster *cluster, struct model_pod *const *pods,
		       size_t n_pods, struct analyze_ties *ret);
void analyze_ties_release(struct analyze_ties *ties);

/* A warning (BH0209) for each of them. */
void analyze_ties_report(const struct analyze_cluster *cluster, struct model_pod *const *pods,
			 size_t n_pods, struct diag_list *diags);
