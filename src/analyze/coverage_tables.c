/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/coverage.h"

const struct analyze_count_info analyze_counts[ANALYZE_N_COUNTS] = {
#define X(id, name, metric, labels) [ANALYZE_COUNT_##id] = {name, ANALYZE_METRIC_##metric, labels},
	ANALYZE_COUNTS(X)
#undef X
};

const struct analyze_metric_info analyze_metrics[ANALYZE_N_METRICS] = {
#define X(id, name, help) [ANALYZE_METRIC_##id] = {name, help},
	ANALYZE_METRICS(X)
#undef X
};

const struct analyze_ratio_info analyze_ratios[ANALYZE_N_RATIOS] = {
#define X(id, name, column, words, part, first, last) \
	[ANALYZE_RATIO_##id] = {name, \
				column, \
				words, \
				ANALYZE_COUNT_##part, \
				ANALYZE_COUNT_##first, \
				ANALYZE_COUNT_##last},
	ANALYZE_RATIOS(X)
#undef X
};

uint64_t analyze_coverage_whole(const struct analyze_coverage_row *row, enum analyze_ratio ratio)
{
	const struct analyze_ratio_info *info = &analyze_ratios[ratio];
	uint64_t whole = 0;

	for (int i = info->first; i <= info->last; i++)
		whole += row->counts[i];
	return whole;
}

bool analyze_coverage_has(const struct analyze_coverage *coverage, enum analyze_count count)
{
	switch (analyze_counts[count].metric) {
	case ANALYZE_METRIC_TESTS:
		return coverage->has_tests;
	case ANALYZE_METRIC_MUTANTS:
		return coverage->has_adequacy;
	default:
		return true;
	}
}
