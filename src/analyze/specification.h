/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second answer: what the specifications say, where the CNI that enforces reads a policy in its
 * own way. It is looked for only when a policy that is read in two ways selects one of the ends,
 * so that runs without a CNI, and questions that it cannot change, cost nothing.
 *
 *	analyze_specification_init(&specification, &cluster);
 *	… analyze_can(&judge, &cluster, &question, &diags, &answer) …
 *	analyze_specification_compare(&specification, &judge, &pods, &answer, &diags);
 *	analyze_specification_release(&specification);
 */
#pragma once

#include "analyze/can.h"

struct analyze_pods {
	struct model_pod **items;
	size_t n;
	size_t cap;
};

struct analyze_specification {
	struct analyze_cluster cluster; /* the given one with other policies; owns nothing */
	const bool *is_other;           /* by policy; NULL: all readings are the same */
	struct analyze_judge judge;
	bool has_judge;
};

/* Borrows the cluster. */
void analyze_specification_init(struct analyze_specification *ret,
				const struct analyze_cluster *cluster);
void analyze_specification_release(struct analyze_specification *specification);

/* The next question has pods that the last one's judge did not know. */
void analyze_specification_forget(struct analyze_specification *specification);

/*
 * Sets answer->specification when the specifications say something else. `judge` gave the answer,
 * and was compiled for `pods`. A second table that does not fit its budget is a diagnostic.
 */
void analyze_specification_compare(struct analyze_specification *specification,
				   const struct analyze_judge *judge,
				   const struct analyze_pods *pods, struct analyze_answer *answer,
				   struct diag_list *diags);
