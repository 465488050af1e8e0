/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for a disagreement: random clusters, each asked many questions, until one differs.
 *
 * Cluster number i of a search has the seed `seed` + i, so that a finding is the first one of a search that
 * starts at its own seed.
 */
#pragma once

#include "lib/agreement.h"

struct search {
	struct agreement_options options; /* the subjects are chosen anew for each cluster */
	uint64_t seed;
	uint32_t n_questions; /* of each cluster */

	uint64_t n_clusters; /* so far */
	uint64_t n_asked;
	uint64_t n_reasons[VERDICT_N_REASONS]; /* of sides, as in lib/agreement.h */
	uint64_t n_denied_by_rule;
	uint64_t n_passed;
	size_t table_size;    /* the largest */
	struct strbuf report; /* of a finding: seed, question, who said what, small YAML */
	struct strbuf yaml;   /* the latter alone */
};

/* One more cluster. false: a disagreement, shrunken and reported. */
bool search_step(struct search *search);
void search_release(struct search *search);
