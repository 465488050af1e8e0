/* SPDX-License-Identifier: Apache-2.0 */
/* How coverage is counted; only for coverage*.c. */
#pragma once

#include "analyze/coverage.h"
#include "analyze/map.h"

struct coverage_builder {
	struct analyze_coverage *coverage;
	struct analyze_cluster *cluster;
	struct analyze_coverage_row *rows; /* by namespace index */
	uint32_t n_rows;                   /* a map may add a namespace that nobody has */
	uint32_t n_pods;                   /* that pairs are counted of */
};

/* Policies, their owners and the breadth of their rules. */
void coverage_count_policies(struct coverage_builder *builder);

/* Pairs of pods, and ways to the DNS and to the outside. */
void coverage_count_pairs(struct coverage_builder *builder);

/* Level and next step of a namespace. */
void coverage_grade(struct analyze_coverage *coverage, struct analyze_coverage_row *row);

bool coverage_counts(const struct model_pod *pod);
