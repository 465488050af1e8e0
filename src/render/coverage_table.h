/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of namespaces and owners as tables of text; only for coverage*.c. */
#pragma once

#include "analyze/coverage.h"
#include "render/table.h"

/*
 * Rows of namespaces, with their levels and owners and what is next, or of owners; texts in the
 * arena.
 */
void coverage_table(struct table *ret, const struct analyze_coverage *coverage, bool of_namespaces,
		    struct arena *arena);
