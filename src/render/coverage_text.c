/* SPDX-License-Identifier: Apache-2.0 */
#include "render/coverage.h"

#include "render/aside.h"
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

static void print_line(const char *words, uint64_t part, uint64_t whole, bool md)
{
	print_words(words, md);
	print_ratio(part, whole);
	print_end(md);
}

static uint32_t isolated(const struct analyze_coverage_row *row, enum policy_direction direction)
{
	return row->pods[direction][ANALYZE_ISOLATION_DEFAULT_DENY];
}

static uint32_t n_namespaces(const struct analyze_coverage_row *row)
{
	return row->states[ANALYZE_STATE_PROTECTED] + row->states[ANALYZE_STATE_PARTIAL] +
	       row->states[ANALYZE_STATE_UNPROTECTED];
}

static void print_counts(const struct analyze_coverage *coverage, bool md)
{
	const struct analyze_coverage_row *row = &coverage->total;
	const struct analyze_coverage_extras *extras = &coverage->extras;

	print_words("broad rules", md);
	printf("%u", row->n_broad);
	for (int i = 0; i < ANALYZE_N_BREADTHS; i++)
		if (row->broad[i])
			printf("; %s: %u", analyze_breadth_words(i), row->broad[i]);
	print_end(md);
	print_words("exceptions", md);
	printf("%u active, %u expired, %u without an end, %u without an owner, %u not needed",
	       extras->n_active, extras->n_expired, extras->n_without_expiry,
	       extras->n_without_owner, extras->n_stale);
	print_end(md);
	print_words("host-network pods", md);
	printf("%u, which no policy isolates", row->n_host_pods);
	print_end(md);
}

static void print_total(const struct analyze_coverage *coverage, bool md)
{
	const struct analyze_coverage_row *row = &coverage->total;
	const struct analyze_coverage_extras *extras = &coverage->extras;

	print_line("protected namespaces", row->states[ANALYZE_STATE_PROTECTED], n_namespaces(row),
		   md);
	print_line("pods with default deny, ingress", isolated(row, POLICY_INGRESS), row->n_pods,
		   md);
	print_line("pods with default deny, egress", isolated(row, POLICY_EGRESS), row->n_pods, md);
	print_line("pairs of pods that may talk", row->n_allowed, row->n_possible, md);
	print_line("policies that name an owner", row->n_owned, row->n_policies, md);
	if (extras->has_tests)
		print_line("policy tests that hold", extras->n_passed,
			   extras->n_passed + extras->n_failed + extras->n_depends, md);
	if (extras->has_adequacy)
		print_line("changes of rules that tests notice", extras->n_killed,
			   extras->n_killed + extras->n_survived, md);
	print_counts(coverage, md);
}

static void print_level(const struct analyze_coverage_row *row)
{
	if (row->level == ANALYZE_NO_LEVEL)
		fputs(" -", stdout);
	else
		printf("L%u", row->level);
}

static void print_namespace(const struct analyze_coverage_row *row)
{
	printf("  ");
	print_level(row);
	printf("  %-20s in %u/%u, out %u/%u, open ", row->name, isolated(row, POLICY_INGRESS),
	       row->n_pods, isolated(row, POLICY_EGRESS), row->n_pods);
	print_ratio(row->n_allowed, row->n_possible);
	if (row->owner)
		printf(", owner %s", row->owner);
	putchar('\n');
	if (row->next)
		printf("        next: %s\n", row->next);
}

void render_coverage_text(const struct analyze_coverage *coverage)
{
	puts("the cluster");
	print_total(coverage, false);
	puts("\nnamespaces");
	for (size_t i = 0; i < coverage->namespaces.n; i++)
		print_namespace(&coverage->namespaces.items[i]);
	puts("\nowners");
	for (size_t i = 0; i < coverage->owners.n; i++) {
		const struct analyze_coverage_row *row = &coverage->owners.items[i];

		printf("  %-24s protected namespaces ", *row->name ? row->name : "(none)");
		print_ratio(row->states[ANALYZE_STATE_PROTECTED], n_namespaces(row));
		fputs(", open ", stdout);
		print_ratio(row->n_allowed, row->n_possible);
		putchar('\n');
	}
	render_aside_text(coverage->cluster, "");
}

static void print_md_rows(const struct analyze_coverage *coverage)
{
	puts("\n| namespace | owner | level | ingress | egress | open | next step |\n"
	     "|---|---|---|---|---|---|---|");
	for (size_t i = 0; i < coverage->namespaces.n; i++) {
		const struct analyze_coverage_row *row = &coverage->namespaces.items[i];

		printf("| `%s` | ", row->name);
		render_md_cell(row->owner ? row->owner : "");
		fputs(" | ", stdout);
		print_level(row);
		fputs(" | ", stdout);
		print_ratio(isolated(row, POLICY_INGRESS), row->n_pods);
		fputs(" | ", stdout);
		print_ratio(isolated(row, POLICY_EGRESS), row->n_pods);
		fputs(" | ", stdout);
		print_ratio(row->n_allowed, row->n_possible);
		printf(" | %s |\n", row->next ? row->next : "");
	}
}

static void print_md_owners(const struct analyze_coverage *coverage)
{
	puts("\n| owner | protected namespaces | open |\n|---|---|---|");
	for (size_t i = 0; i < coverage->owners.n; i++) {
		const struct analyze_coverage_row *row = &coverage->owners.items[i];

		fputs("| ", stdout);
		render_md_cell(*row->name ? row->name : "(none)");
		fputs(" | ", stdout);
		print_ratio(row->states[ANALYZE_STATE_PROTECTED], n_namespaces(row));
		fputs(" | ", stdout);
		print_ratio(row->n_allowed, row->n_possible);
		puts(" |");
	}
}

void render_coverage_md(const struct analyze_coverage *coverage)
{
	puts("## Coverage\n\n| | |\n|---|---|");
	print_total(coverage, true);
	print_md_rows(coverage);
	print_md_owners(coverage);
	puts("");
	render_aside_text(coverage->cluster, "- ");
}
