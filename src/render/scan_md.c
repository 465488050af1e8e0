/* SPDX-License-Identifier: Apache-2.0 */
/* For a comment on a pull request, or a job's summary. */
#include "render/markdown.h"
#include "render/scan.h"

static void write_finding(const struct scan_finding *finding)
{
	printf("| %s | %s | ", scan_severity_name(finding->severity), finding->rule->id);
	render_md_cell(render_scan_path(&finding->place));
	printf(":%u | ", finding->place.span.line);
	render_md_cell(finding->place.kind);
	putchar(' ');
	render_md_cell(finding->place.ns ? finding->place.ns : "");
	putchar('/');
	render_md_cell(finding->place.name ? finding->place.name : "");
	printf(" | ");
	render_md_cell(finding->message);
	printf(" | ");
	render_md_cell(finding->help ? finding->help : "");
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
