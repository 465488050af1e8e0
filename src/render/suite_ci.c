/* SPDX-License-Identifier: Apache-2.0 */
/* `test` for what shows results of CI: JUnit's XML, and annotations of GitHub. */
#include "render/suite.h"

#include "render/escape.h"

#include <stdio.h>

static void write_skipped(const struct render_suite *output, size_t number)
{
	struct strbuf text = {0};

	render_suite_not_tried(output, number, &text);
	fputs(">\n      <skipped message=\"", stdout);
	render_xml(stdout, text.len ? strbuf_str(&text) : "not tried on the wire");
	puts("\"/>\n    </testcase>");
	strbuf_release(&text);
}

static void write_case(const struct render_suite *output, size_t number)
{
	const struct suite_test *test = output->results->items.items[number].test;
	struct strbuf why = {0};

	fputs("    <testcase classname=\"", stdout);
	render_xml(stdout, test->object->name);
	fputs("\" name=\"", stdout);
	render_xml(stdout, test->name);
	fputs("\" file=\"", stdout);
	render_xml(stdout, test->span.file->name);
	printf("\" line=\"%u\"", test->span.line);
	if (render_suite_skips(output, number)) {
		write_skipped(output, number);
		return;
	}
	if (render_suite_passes(output, number)) {
		puts("/>");
		return;
	}
	render_suite_why(output, number, &why);
	printf(">\n      <failure type=\"%s\" message=\"",
	       suite_outcome_name(render_suite_outcome(output, number)));
	render_xml(stdout, test->expects_allow ? "expected allow" : "expected deny");
	fputs("\">", stdout);
	render_xml(stdout, strbuf_str(&why));
	puts("</failure>\n    </testcase>");
	strbuf_release(&why);
}

static size_t count_failures(const struct render_suite *output, size_t first, size_t end)
{
	size_t n = 0;

	for (size_t i = first; i < end; i++)
		n += !render_suite_passes(output, i);
	return n;
}

static size_t count_skipped(const struct render_suite *output, size_t first, size_t end)
{
	size_t n = 0;

	for (size_t i = first; i < end; i++)
		n += render_suite_skips(output, i);
	return n;
}

/* The schema has a place for words at the end of a suite, and none after the last one. */
static void write_gaps(const struct render_suite *output)
{
	struct strbuf gaps = {0};

	render_suite_gaps(output, &gaps);
	if (gaps.len) {
		fputs("    <system-out>", stdout);
		render_xml(stdout, strbuf_str(&gaps));
		puts("</system-out>");
	}
	strbuf_release(&gaps);
}

/* One for each PolicyTest: its tests stand together. */
static size_t write_suite(const struct render_suite *output, size_t first)
{
	const struct suite_results *results = output->results;
	const struct model_policy_object *object = results->items.items[first].test->object;
	size_t end = first;

	while (end < results->items.n && results->items.items[end].test->object == object)
		end++;
	fputs("  <testsuite name=\"", stdout);
	render_xml(stdout, object->name);
	printf("\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", end - first,
	       count_failures(output, first, end), count_skipped(output, first, end));
	for (size_t i = first; i < end; i++)
		write_case(output, i);
	if (end == results->items.n)
		write_gaps(output);
	puts("  </testsuite>");
	return end;
}

void render_suite_junit(const struct render_suite *output)
{
	const size_t n = output->results->items.n;

	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	       "<testsuites name=\"bulkhead test\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n",
	       n, count_failures(output, 0, n));
	for (size_t i = 0; i < n;)
		i = write_suite(output, i);
	puts("</testsuites>");
}

void render_suite_github(const struct render_suite *output)
{
	struct strbuf gaps = {0};

	for (size_t i = 0; i < output->results->items.n; i++) {
		const struct suite_test *test = output->results->items.items[i].test;
		struct strbuf why = {0};

		if (render_suite_passes(output, i))
			continue;
		render_suite_why(output, i, &why);
		fputs("::error file=", stdout);
		render_github_property(stdout, test->span.file->name);
		printf(",line=%u,title=", test->span.line);
		render_github_property(stdout, test->name);
		fputs("::", stdout);
		render_github_message(stdout, strbuf_str(&why));
		putchar('\n');
		strbuf_release(&why);
	}
	render_suite_gaps(output, &gaps);
	if (gaps.len) {
		fputs("::notice title=what the tests do not see::", stdout);
		render_github_message(stdout, strbuf_str(&gaps));
		putchar('\n');
	}
	strbuf_release(&gaps);
}
