/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit's XML: a suite for each file, a case for each finding; what is suppressed is skipped. */
#include "render/escape.h"
#include "render/scan.h"

#include <string.h>

static void write_attribute(const char *name, const char *value)
{
	printf(" %s=\"", name);
	render_xml(stdout, value);
	putchar('"');
}

static void write_case(const struct scan_finding *finding)
{
	const struct scan_place *place = &finding->place;

	printf("    <testcase");
	write_attribute("classname", finding->rule->id);
	printf(" name=\"");
	render_xml(stdout, place->kind);
	putchar(' ');
	render_xml(stdout, place->ns ? place->ns : "");
	putchar('/');
	render_xml(stdout, place->name ? place->name : "");
	printf(":%u:%u\">", place->span.line, place->span.column);
	if (finding->suppressed) {
		printf("<skipped");
		write_attribute("message",
				finding->suppressed->reason ? finding->suppressed->reason : "");
		printf("/>");
	} else {
		printf("<failure");
		write_attribute("type", scan_severity_name(finding->severity));
		write_attribute("message", finding->message);
		putchar('>');
		render_xml(stdout, finding->help ? finding->help : "");
		printf("</failure>");
	}
	printf("</testcase>\n");
}

/* The findings of one file stand together. */
static size_t write_suite(const struct scan *scan, size_t first)
{
	const struct scan_finding *findings = scan->findings.items;
	const char *path = render_scan_path(&findings[first].place);
	size_t end = first, n_suppressed = 0;

	while (end < scan->findings.n && strcmp(render_scan_path(&findings[end].place), path) == 0)
		n_suppressed += findings[end++].suppressed != NULL;
	printf("  <testsuite");
	write_attribute("name", path);
	printf(" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" errors=\"0\">\n", end - first,
	       end - first - n_suppressed, n_suppressed);
	for (size_t i = first; i < end; i++)
		write_case(&findings[i]);
	printf("  </testsuite>\n");
	return end;
}

void render_scan_junit(const struct scan *scan)
{
	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bulkhead scan\">\n");
	for (size_t i = 0; i < scan->findings.n;)
		i = write_suite(scan, i);
	printf("</testsuites>\n");
}
