/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a round of probes showed, for people (a matrix in which prediction and reality stand side by
 * side, then every disagreement with the rule that decides) and for programs
 * (bulkhead.lab.probe/v1).
 */
#pragma once

#include "analyze/cluster.h"
#include "lab/cases.h"
#include "lab/nodes.h"
#include "lab/probe.h"

#include <stdbool.h>
#include <stdio.h>

struct lab_report {
	const struct lab_plan *plan;
	const struct lab_nodes *nodes;
	const struct lab_probes *probes;       /* in the order of lab_probes_list() */
	const struct analyze_cluster *cluster; /* NULL: not at hand, in a lab that is up */
	const struct lab_cases *cases;         /* NULL: every pair */
	uint64_t n_events_lost;
};

/* `width` in columns decides how many targets stand in one row. The last line counts. */
void lab_report_text(FILE *out, const struct lab_report *report, unsigned int width, bool color);
void lab_report_json(FILE *out, const struct lab_report *report);

/* Only the matrix: lab/matrix.c. */
void lab_matrix_print(FILE *out, const struct lab_report *report, unsigned int width, bool color);

/* "1,248", into `buf`; returns it. */
const char *lab_thousands(uint64_t number, char buf[32]);
