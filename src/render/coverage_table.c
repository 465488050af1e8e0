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

static void add_heads(struct table *table, const struct analyze_coverage *coverage,
		      bool of_namespaces)
{
	table_head(table, of_namespaces ? "namespace" : "owner");
	if (of_namespaces) {
		table_head(table, "level");
		table_head(table, "owner");
	}
	for (int i = 0; i < ANALYZE_N_RATIOS; i++)
		if (has_ratio(coverage, i))
			table_head(table, analyze_ratios[i].column);
	for (size_t i = 0; i < N_COUNTS; i++)
		table_head(table, counts[i].head);
}

static const char *name_of(const struct analyze_coverage_row *row)
{
	if (!row->name)
		return "(no namespace)";
	return *row->name ? row->name : "(none)";
}

struct filling {
	struct table *table;
	const struct analyze_coverage *coverage;
	bool of_namespaces;
	struct arena *arena;
};

static void add_row(const struct filling *filling, const struct analyze_coverage_row *row)
{
	struct table *table = filling->table;

	table_cell(table, name_of(row));
	if (filling->of_namespaces) {
		table_cell(table, row->level == ANALYZE_NO_LEVEL
					  ? "-"
					  : arena_printf(filling->arena, "L%u", row->level));
		table_cell(table, row->owner ? row->owner : "-");
	}
	for (int i = 0; i < ANALYZE_N_RATIOS; i++)
		if (has_ratio(filling->coverage, i))
			table_cell(table, arena_printf(filling->arena, "%" PRIu64 "/%" PRIu64,
						       row->counts[analyze_ratios[i].part],
						       analyze_coverage_whole(row, i)));
	for (size_t i = 0; i < N_COUNTS; i++)
		table_cell(table,
			   arena_printf(filling->arena, "%" PRIu64, row->counts[counts[i].count]));
	table_note(table, row->next);
}

static bool has_unplaced(const struct analyze_coverage *coverage)
{
	for (int i = 0; i < ANALYZE_N_COUNTS; i++)
		if (coverage->unplaced.counts[i])
			return true;
	return false;
}

void coverage_table(struct table *ret, const struct analyze_coverage *coverage, bool of_namespaces,
		    struct arena *arena)
{
	const struct filling filling = {ret, coverage, of_namespaces, arena};
	const struct analyze_coverage_row *rows = of_namespaces ? coverage->namespaces.items
								: coverage->owners.items;
	const size_t n = of_namespaces ? coverage->namespaces.n : coverage->owners.n;

	add_heads(ret, coverage, of_namespaces);
	for (size_t i = 0; i < n; i++)
		add_row(&filling, &rows[i]);
	if (has_unplaced(coverage))
		add_row(&filling, &coverage->unplaced);
}
