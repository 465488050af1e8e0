/* SPDX-License-Identifier: Apache-2.0 */
/* For a comment on a pull request, or a job's summary. */
#include "render/scan.h"

/* A cell of a table is one line without bars, and what looks like markup is none. */
static void write_cell(const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '<' || *text == '*' || *text == '_' || *text == '`')
			putchar('\\');
		putchar(*text == '\n' ? ' ' : *text);
	}
}

static void write_finding(const struct scan_finding *finding)
{
	printf("| %s | %s | ", scan_severity_name(finding->severity), finding->rule->id);
	write_cell(render_scan_path(&finding->place));
	printf(":%u | ", finding->place.span.line);
	write_cell(finding->place.kind);
	putchar(' ');
	write_cell(finding->place.ns ? finding->place.ns : "");
	putchar('/');
	write_cell(finding->place.name ? finding->place.name : "");
	printf(" | ");
	write_cell(finding->message);
	printf(" | ");
	write_cell(finding->help ? finding->help : "");
	printf(" |\n");
}

void render_scan_md(const struct scan *scan)
{
	const size_t n = scan_count(scan, SCAN_INFO);

	printf("### bulkhead scan: %zu finding%s\n", n, n == 1 ? "" : "s");
	if (n == 0)
		return;
	printf("\n| severity | rule | place | object | what | fix |\n|---|---|---|---|---|---|\n");
	for (int severity = SCAN_CRITICAL; severity >= SCAN_INFO; severity--)
		for (size_t i = 0; i < scan->findings.n; i++)
			if (render_scan_counts(&scan->findings.items[i]) &&
			    !scan->findings.items[i].is_hidden &&
			    scan->findings.items[i].severity == severity)
				write_finding(&scan->findings.items[i]);
}
