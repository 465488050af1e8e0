/* SPDX-License-Identifier: Apache-2.0 */
#include "render/coverage_table.h"

#include "base/arena.h"

#include <inttypes.h>

/* Besides the ratios. */
static const struct {
	uint8_t count;
	const char *head;
} counts[] = {
	{ANALYZE_COUNT_BROAD, "broad rules"},
	{ANALYZE_COUNT_EXPIRED, "expired"},
	{ANALYZE_COUNT_STALE, "stale"},
	{ANALYZE_COUNT_HOST_PODS, "host net"},
};

#define N_COUNTS (sizeof(counts) / sizeof(counts[0]))

static bool has_ratio(const struct analyze_coverage *coverage, int ratio)
{
	return analyze_coverage_has(coverage, analyze_ratios[ratio].part);
}

void coverage_heads(struct coverage_cells *ret, const struct analyze_coverage *coverage,
		    bool of_namespaces)
{
	ret->n = 0;
	ret->texts[ret->n++] = of_namespaces ? "namespace" : "owner";
	if (of_namespaces) {
		ret->texts[ret->n++] = "level";
		ret->texts[ret->n++] = "owner";
	}
	for (int i = 0; i < ANALYZE_N_RATIOS; i++)
		if (has_ratio(coverage, i))
			ret->texts[ret->n++] = analyze_ratios[i].column;
	for (size_t i = 0; i < N_COUNTS; i++)
		ret->texts[ret->n++] = counts[i].head;
}

static const char *name_of(const struct analyze_coverage_row *row)
{
	if (!row->name)
		return "(no namespace)";
	return *row->name ? row->name : "(none)";
}

void coverage_cells(struct coverage_cells *ret, const struct analyze_coverage *coverage,
		    const struct analyze_coverage_row *row, bool of_namespaces, struct arena *arena)
{
	ret->n = 0;
	ret->texts[ret->n++] = name_of(row);
	if (of_namespaces) {
		ret->texts[ret->n++] = row->level == ANALYZE_NO_LEVEL
					       ? "-"
					       : arena_printf(arena, "L%u", row->level);
		ret->texts[ret->n++] = row->owner ? row->owner : "-";
	}
	for (int i = 0; i < ANALYZE_N_RATIOS; i++)
		if (has_ratio(coverage, i))
			ret->texts[ret->n++] = arena_printf(arena, "%" PRIu64 "/%" PRIu64,
							    row->counts[analyze_ratios[i].part],
							    analyze_coverage_whole(row, i));
	for (size_t i = 0; i < N_COUNTS; i++)
		ret->texts[ret->n++] =
			arena_printf(arena, "%" PRIu64, row->counts[counts[i].count]);
}

const struct analyze_coverage_row *coverage_unplaced(const struct analyze_coverage *coverage)
{
	for (int i = 0; i < ANALYZE_N_COUNTS; i++)
		if (coverage->unplaced.counts[i])
			return &coverage->unplaced;
	return NULL;
}
