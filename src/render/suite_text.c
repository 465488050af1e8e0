/* SPDX-License-Identifier: Apache-2.0 */
/* `test` for people, and for what reads TAP. */
#include "render/suite.h"

#include "analyze/text.h"
#include "render/aside.h"
#include "render/escape.h"

#include <stdio.h>
#include <string.h>

/* Every line of a text, after so many spaces. */
static void print_lines(const char *text, int indent)
{
	while (*text) {
		const int len = (int)strcspn(text, "\n");

		printf("%*s%.*s\n", indent, "", len, text);
		text += len + (text[len] == '\n');
	}
}

static void print_why(const struct render_suite *output, size_t test, int indent)
{
	struct strbuf why = {0};

	render_suite_why(output, test, &why);
	print_lines(strbuf_str(&why), indent);
	strbuf_release(&why);
}

static void print_test(const struct render_suite *output, size_t number)
{
	const struct suite_result *result = &output->results->items.items[number];
	const struct suite_test *test = result->test;
	const bool passes = render_suite_passes(output, number);
	const char *color = passes ? "\033[32m" : "\033[31m";

	printf("%s%-7s%s %s: %s\n", output->color ? color : "",
	       passes || result->outcome != SUITE_PASS ? suite_outcome_name(result->outcome)
						       : suite_outcome_name(SUITE_FAIL),
	       output->color ? "\033[0m" : "", test->object->name, test->name);
	if (passes)
		return;
	if (test->description)
		print_lines(test->description, 8);
	printf("        %s:%u\n", test->span.file->name, test->span.line);
	print_why(output, number, 8);
}

/* What tests do not see, each of its lines with words before it. */
static void print_gaps(const struct render_suite *output, const char *before)
{
	struct strbuf text = {0};

	render_suite_gaps(output, &text);
	if (text.len && !*before)
		putchar('\n');
	for (const char *at = strbuf_str(&text); *at; at = strchr(at, '\n') + 1)
		printf("%s%.*s\n", before, (int)strcspn(at, "\n"), at);
	strbuf_release(&text);
}

static void print_live(const struct suite_live *live)
{
	uint32_t n = 0;

	for (size_t i = 0; i < live->results.n; i++)
		n += live->results.items[i].is_probed;
	printf("on the wire: %zu connections tried, for %u of %zu tests\n", live->probes.n, n,
	       live->results.n);
}

void render_suite_text(const struct render_suite *output)
{
	const struct suite_results *results = output->results;
	size_t n_passed = 0;

	for (size_t i = 0; i < results->items.n; i++) {
		print_test(output, i);
		n_passed += render_suite_passes(output, i);
	}
	printf("%zu test%s, %zu not as expected\n", results->items.n,
	       results->items.n == 1 ? "" : "s", results->items.n - n_passed);
	if (output->live)
		print_live(output->live);
	print_gaps(output, "");
	render_aside_text(output->suite->cluster, "");
}

/* TAP 14: '#' and '\' are escaped in descriptions. */
static void print_tap_name(const struct suite_test *test)
{
	const char *const texts[] = {test->object->name, ": ", test->name};

	for (size_t i = 0; i < 3; i++)
		for (const char *at = texts[i]; *at; at++) {
			if (*at == '#' || *at == '\\')
				putchar('\\');
			putchar(*at == '\n' ? ' ' : *at);
		}
}

void render_suite_tap(const struct render_suite *output)
{
	const struct suite_results *results = output->results;

	printf("TAP version 14\n1..%zu\n", results->items.n);
	for (size_t i = 0; i < results->items.n; i++) {
		const struct suite_result *result = &results->items.items[i];
		const struct suite_test *test = result->test;
		const bool passes = render_suite_passes(output, i);

		printf("%s %zu - ", passes ? "ok" : "not ok", i + 1);
		print_tap_name(test);
		putchar('\n');
		if (passes)
			continue;
		printf("  ---\n  outcome: %s\n  file: ", suite_outcome_name(result->outcome));
		render_quoted(stdout, test->span.file->name);
		printf("\n  line: %u\n  why: |\n", test->span.line);
		print_why(output, i, 4);
		puts("  ...");
	}
	print_gaps(output, "# ");
}
