/* SPDX-License-Identifier: Apache-2.0 */
#include "render/coverage.h"

#include "base/arena.h"
#include "base/plain.h"
#include "render/aside.h"
#include "render/coverage_table.h"
#include "render/markdown.h"

#include <inttypes.h>
#include <stdio.h>

/* "12/14 (86 %)"; of nothing there is no part. */
static void print_ratio(uint64_t part, uint64_t whole)
{
	printf("%" PRIu64 "/%" PRIu64, part, whole);
	if (whole)
		printf(" (%.0f %%)", 100.0 * (double)part / (double)whole);
}

/* The words of a number of the cluster, in a column or in a table of Markdown; then its end. */
static void print_words(const char *words, bool md)
{
	printf(md ? "| %s | " : "  %-34s ", words);
}

static void print_end(bool md)
{
	puts(md ? " |" : "");
}

/* "any peer: 3": the kinds of broad rules that there are. */
static void print_kinds(const struct analyze_coverage_row *row)
{
	static const char *const words[] = {
		"any peer",
		"any port",
		"every namespace",
		"to every address",
		"from every address",
		"more than 1000 ports",
		"a block larger than /16, or /32 of IPv6",
	};

	for (int i = 0; i <= ANALYZE_COUNT_CIDR - ANALYZE_COUNT_ANY_PEER; i++)
		if (row->counts[ANALYZE_COUNT_ANY_PEER + i])
			printf("; %s: %" PRIu64, words[i], row->counts[ANALYZE_COUNT_ANY_PEER + i]);
}

static void print_counts(const struct analyze_coverage_row *row, bool md)
{
	const uint64_t *counts = row->counts;

	print_words("broad rules", md);
	printf("%" PRIu64, counts[ANALYZE_COUNT_BROAD]);
	print_kinds(row);
	print_end(md);
	print_words("exceptions", md);
	printf("%" PRIu64 " active, %" PRIu64 " expired, %" PRIu64 " without an end, %" PRIu64
	       " without an owner, %" PRIu64 " stale",
	       counts[ANALYZE_COUNT_ACTIVE], counts[ANALYZE_COUNT_EXPIRED],
	       counts[ANALYZE_COUNT_NO_EXPIRY], counts[ANALYZE_COUNT_NO_OWNER],
	       counts[ANALYZE_COUNT_STALE]);
	print_end(md);
	print_words("host-network pods", md);
	printf("%" PRIu64 ", which no policy isolates", counts[ANALYZE_COUNT_HOST_PODS]);
	print_end(md);
}

static void print_total(const struct analyze_coverage *coverage, bool md)
{
	for (int i = 0; i < ANALYZE_N_RATIOS; i++) {
		if (!analyze_coverage_has(coverage, analyze_ratios[i].part))
			continue;
		print_words(analyze_ratios[i].words, md);
		print_ratio(coverage->total.counts[analyze_ratios[i].part],
			    analyze_coverage_whole(&coverage->total, i));
		print_end(md);
	}
	print_counts(&coverage->total, md);
}

struct table {
	const struct analyze_coverage *coverage;
	struct arena arena;
	bool of_namespaces;
	int widths[COVERAGE_COLUMNS];
};

/* In characters: what continues one in UTF-8 is none. */
static int width_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void widen(struct table *table, const struct coverage_cells *cells)
{
	for (size_t i = 0; i < cells->n; i++) {
		const int width = width_of(cells->texts[i]);

		if (width > table->widths[i])
			table->widths[i] = width;
	}
}

static void print_cells(const struct table *table, const struct coverage_cells *cells)
{
	fputs(" ", stdout);
	for (size_t i = 0; i < cells->n; i++) {
		const int pad = table->widths[i] - width_of(cells->texts[i]);

		printf(" %s%*s", cells->texts[i], i + 1 < cells->n ? pad + 1 : 0, "");
	}
	putchar('\n');
}

typedef void (*row_fn)(struct table *table, const struct analyze_coverage_row *row);

static void each_row(struct table *table, row_fn fn)
{
	const struct analyze_coverage *coverage = table->coverage;
	const struct analyze_coverage_row *rows = table->of_namespaces ? coverage->namespaces.items
								       : coverage->owners.items;
	const size_t n = table->of_namespaces ? coverage->namespaces.n : coverage->owners.n;

	for (size_t i = 0; i < n; i++)
		fn(table, &rows[i]);
	if (coverage_unplaced(coverage))
		fn(table, &coverage->unplaced);
}

/* A row's cells: an owner is whatever an annotation says. */
static void make_cells(struct table *table, const struct analyze_coverage_row *row,
		       struct coverage_cells *cells)
{
	coverage_cells(cells, table->coverage, row, table->of_namespaces, &table->arena);
	for (size_t i = 0; i < cells->n; i++)
		cells->texts[i] = plain_text(&table->arena, cells->texts[i]);
}

static void widen_row(struct table *table, const struct analyze_coverage_row *row)
{
	struct coverage_cells cells;

	make_cells(table, row, &cells);
	widen(table, &cells);
}

static void print_row(struct table *table, const struct analyze_coverage_row *row)
{
	struct coverage_cells cells;

	make_cells(table, row, &cells);
	print_cells(table, &cells);
	if (row->next)
		printf("      next: %s\n", row->next);
}

static void print_table(const struct analyze_coverage *coverage, bool of_namespaces)
{
	struct table table = {.coverage = coverage, .of_namespaces = of_namespaces};
	struct coverage_cells heads;

	arena_init(&table.arena);
	coverage_heads(&heads, coverage, of_namespaces);
	widen(&table, &heads);
	each_row(&table, widen_row);
	putchar('\n');
	print_cells(&table, &heads);
	each_row(&table, print_row);
	arena_release(&table.arena);
}

void render_coverage_text(const struct analyze_coverage *coverage)
{
	puts("the cluster");
	print_total(coverage, false);
	print_table(coverage, true);
	print_table(coverage, false);
	render_aside_text(coverage->cluster, "");
}

static void print_md_cell(const char *text)
{
	fputs("| ", stdout);
	render_md_cell(text);
	putchar(' ');
}

static void print_md_row(struct table *table, const struct analyze_coverage_row *row)
{
	struct coverage_cells cells;

	make_cells(table, row, &cells);
	for (size_t i = 0; i < cells.n; i++)
		print_md_cell(cells.texts[i]);
	if (table->of_namespaces)
		print_md_cell(row->next ? row->next : "");
	puts("|");
}

static void print_md_table(const struct analyze_coverage *coverage, bool of_namespaces)
{
	struct table table = {.coverage = coverage, .of_namespaces = of_namespaces};
	struct coverage_cells heads;

	arena_init(&table.arena);
	coverage_heads(&heads, coverage, of_namespaces);
	putchar('\n');
	for (size_t i = 0; i < heads.n; i++)
		print_md_cell(heads.texts[i]);
	puts(of_namespaces ? "| next step |" : "|");
	for (size_t i = 0; i < heads.n; i++)
		fputs("|---", stdout);
	puts(of_namespaces ? "|---|" : "|");
	each_row(&table, print_md_row);
	arena_release(&table.arena);
}

void render_coverage_md(const struct analyze_coverage *coverage)
{
	puts("## Coverage\n\n| | |\n|---|---|");
	print_total(coverage, true);
	print_md_table(coverage, true);
	print_md_table(coverage, false);
	puts("");
	render_aside_text(coverage->cluster, "- ");
}
