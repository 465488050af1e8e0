/* SPDX-License-Identifier: Apache-2.0 */
#include "render/scan.h"

#include "base/plain.h"

#include <string.h>

static const char *color_of(enum scan_severity severity)
{
	static const char *const colors[SCAN_N_SEVERITIES] = {
		[SCAN_INFO] = "\033[36m",       [SCAN_LOW] = "\033[36m",
		[SCAN_MEDIUM] = "\033[33m",     [SCAN_HIGH] = "\033[31m",
		[SCAN_CRITICAL] = "\033[1;31m",
	};

	return colors[severity];
}

void render_scan_object(FILE *out, const struct scan_place *place)
{
	const bool is_namespace = strcmp(place->kind, "Namespace") == 0;

	plain_fputs(place->kind, out);
	if (!place->name)
		return;
	putc(' ', out);
	if (place->ns && !is_namespace) {
		plain_fputs(place->ns, out);
		putc('/', out);
	}
	plain_fputs(place->name, out);
}

static void print_span(const struct diag_span *span)
{
	if (!span->file)
		return;
	plain_fputs(span->file->name, stdout);
	putchar(':');
	if (span->line)
		printf("%u:%u:", span->line, span->column);
	putchar(' ');
}

static void print_line(const struct scan_place *place, const char *mark, const char *what,
		       const char *id)
{
	print_span(&place->span);
	printf("%s: ", mark);
	render_scan_object(stdout, place);
	printf(": %s [%s]\n", what, id);
}

static void print_finding(const struct scan_finding *finding, bool color)
{
	const char *severity = scan_severity_name(finding->severity);
	char mark[64];

	snprintf(mark, sizeof(mark), "%s%s%s", color ? color_of(finding->severity) : "", severity,
		 color ? "\033[0m" : "");
	print_line(&finding->place, mark, finding->message, finding->rule->id);
	if (finding->related.file) {
		fputs("    ", stdout);
		print_span(&finding->related);
		puts(finding->related_message ? finding->related_message : "see here");
	}
	if (finding->help)
		printf("    fix: %s\n", finding->help);
}

static void print_count(const char *separator, size_t n, const char *what)
{
	if (n)
		printf("%s%zu %s", separator, n, what);
}

static void print_summary(const struct scan *scan, size_t n_hidden)
{
	const size_t n = scan_count(scan, SCAN_INFO);
	const char *separator = ": ";

	printf("%zu finding%s", n, n == 1 ? "" : "s");
	for (int severity = SCAN_CRITICAL; severity >= SCAN_INFO; severity--) {
		const size_t above = severity == SCAN_CRITICAL ? 0 : scan_count(scan, severity + 1);
		const size_t here = scan_count(scan, severity) - above;

		print_count(separator, here, scan_severity_name(severity));
		separator = here ? ", " : separator;
	}
	print_count("; ", n_hidden, "of them within a namespace's");
	print_count("; ", scan->findings.n - n, "suppressed");
	print_count("; ", scan->unknown.n, "unknown");
	print_count("; ", scan->skipped.n, "rules skipped: there is no workload in the input");
	putchar('\n');
}

void render_scan_text(const struct scan *scan, bool color)
{
	size_t n_hidden = 0;

	for (size_t i = 0; i < scan->findings.n; i++) {
		const struct scan_finding *finding = &scan->findings.items[i];

		if (!render_scan_counts(finding))
			continue;
		n_hidden += finding->is_hidden;
		if (!finding->is_hidden)
			print_finding(finding, color);
	}
	for (size_t i = 0; i < scan->unknown.n; i++)
		print_line(&scan->unknown.items[i].place, "unknown", scan->unknown.items[i].message,
			   scan->unknown.items[i].rule->id);
	print_summary(scan, n_hidden);
}

void render_scan_rules_text(void)
{
	for (size_t i = 0; i < SCAN_N_RULES; i++) {
		const struct scan_rule *rule = &scan_rules[i];

		printf("%-6s %-9s fix %-10s %s\n", rule->id, scan_severity_name(rule->severity),
		       scan_fix_name(rule->fix), rule->help);
	}
}
