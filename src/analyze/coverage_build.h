/* SPDX-License-Identifier: Apache-2.0 */
/* How coverage is counted; only for coverage*.c. */
#pragma once

#include "analyze/coverage.h"
#include "analyze/map.h"

/* The counts of a namespace, and what its level needs besides. */
struct coverage_place {
	struct analyze_coverage_row row;
	uint32_t n_pods;
	uint32_t n_with_dns; /* pods that may ask the cluster's DNS */
	uint32_t n_bounded;  /* pods without unconditional ways to addresses outside */
	uint32_t n_identity; /* pods of which a rule asks who, or what is asked for */
	uint32_t n_broad;    /* with the rules of cluster-wide policies that are about its pods */
	const struct policy_rule *opener[POLICY_N_DIRECTIONS]; /* one that lets everybody */
	const struct policy_rule *broadest;
	unsigned int breadth; /* of that: bits of enum analyze_count from ANALYZE_COUNT_ANY_PEER */
};

struct coverage_builder {
	struct analyze_coverage *coverage;
	struct analyze_cluster *cluster;
	struct coverage_place *places;    /* by namespace index; the last is of what is in none */
	uint32_t n_places;                /* without the last; a map may add a namespace */
	uint32_t n_pods;                  /* that pairs are counted of */
	const struct model_pod *stranger; /* whom no policy can have in mind */
};

/* The place of a namespace of the input by its name; that of what is in none. */
struct coverage_place *coverage_place(struct coverage_builder *builder, const char *ns);

/* How pods are isolated. */
void coverage_count_pods(struct coverage_builder *builder);

/* Policies, their owners and the breadth of their rules. */
void coverage_count_policies(struct coverage_builder *builder);

/* The rules of a cluster-wide policy, for a namespace that it has pods in. */
void coverage_add_breadth(struct coverage_place *place, const struct policy *policy);

/* Pairs of pods, and ways to the DNS and to the outside. */
void coverage_count_pairs(struct coverage_builder *builder);

/* Level and next step of a namespace. */
void coverage_grade(struct analyze_coverage *coverage, struct coverage_place *place);

bool coverage_counts(const struct model_pod *pod);
