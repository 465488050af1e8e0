/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of namespaces and owners as tables of text; only for coverage*.c. */
#pragma once

#include "analyze/coverage.h"

#define COVERAGE_COLUMNS (3 + ANALYZE_N_RATIOS + 4)

struct coverage_cells {
	const char *texts[COVERAGE_COLUMNS];
	size_t n;
};

/* The heads of the columns; for namespaces with their levels and owners. */
void coverage_heads(struct coverage_cells *ret, const struct analyze_coverage *coverage,
		    bool of_namespaces);

/* The cells of a row under these heads, made in the arena. */
void coverage_cells(struct coverage_cells *ret, const struct analyze_coverage *coverage,
		    const struct analyze_coverage_row *row, bool of_namespaces,
		    struct arena *arena);

/* What is in no namespace, where it has something; NULL else. */
const struct analyze_coverage_row *coverage_unplaced(const struct analyze_coverage *coverage);
