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
	if (coverage->total.next) {
		print_words("next best step", md);
		if (md)
			render_md_cell(coverage->total.next);
		else
			plain_fputs(coverage->total.next, stdout);
		print_end(md);
	}
}

static void print_tables(const struct analyze_coverage *coverage, bool md)
{
	struct arena arena;

	arena_init(&arena);
	for (int of_namespaces = 1; of_namespaces >= 0; of_namespaces--) {
		struct table table = {0};

		coverage_table(&table, coverage, of_namespaces, &arena);
		putchar('\n');
		if (md)
			table_print_md(&table, of_namespaces ? "next step" : NULL);
		else
			table_print_text(&table, "next");
		table_release(&table);
	}
	arena_release(&arena);
}

void render_coverage_text(const struct analyze_coverage *coverage)
{
	puts("the cluster");
	print_total(coverage, false);
	print_tables(coverage, false);
	render_aside_text(coverage->cluster, "");
}

void render_coverage_md(const struct analyze_coverage *coverage)
{
	puts("## Coverage\n\n| | |\n|---|---|");
	print_total(coverage, true);
	print_tables(coverage, true);
	puts("");
	render_aside_text(coverage->cluster, "- ");
}
