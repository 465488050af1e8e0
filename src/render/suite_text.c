/* SPDX-License-Identifier: Apache-2.0 */
/* `test` for people, and for what reads TAP. */
#include "render/suite.h"

#include "analyze/text.h"
#include "base/plain.h"
#include "render/aside.h"
#include "render/escape.h"
#include "render/place.h"

#include <stdio.h>
#include <string.h>

/* Every line of a text, after so many spaces. */
static void print_lines(const char *text, int indent)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");
		struct strbuf line = {0};

		plain_add(&line, text, len);
		printf("%*s%s\n", indent, "", strbuf_str(&line));
		strbuf_release(&line);
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

static void print_not_tried(const struct render_suite *output, size_t test, int indent)
{
	struct strbuf text = {0};

	render_suite_not_tried(output, test, &text);
	print_lines(strbuf_str(&text), indent);
	strbuf_release(&text);
}

/* What became of a test, in the engine and on the wire. */
static const char *status_of(const struct render_suite *output, size_t number)
{
	return render_suite_skips(output, number)
		       ? "skipped"
		       : suite_outcome_name(render_suite_outcome(output, number));
}

static const char *color_of(const struct render_suite *output, size_t number)
{
	if (render_suite_skips(output, number))
		return "\033[33m";
	return render_suite_passes(output, number) ? "\033[32m" : "\033[31m";
}

static void print_test(const struct render_suite *output, size_t number)
{
	const struct suite_test *test = output->results->items.items[number].test;

	printf("%s%-7s%s %s: ", output->color ? color_of(output, number) : "",
	       status_of(output, number), output->color ? "\033[0m" : "", test->object->name);
	plain_fputs(test->name, stdout);
	putchar('\n');
	if (!render_suite_passes(output, number)) {
		if (test->description)
			print_lines(test->description, 8);
		place_print(&test->span, 8);
		putchar('\n');
		print_why(output, number, 8);
	}
	print_not_tried(output, number, 8);
}

static void print_comments(const struct strbuf *text, const char *before)
{
	for (const char *at = strbuf_str(text); *at; at = strchr(at, '\n') + 1)
		printf("%s%.*s\n", before, (int)strcspn(at, "\n"), at);
}

/* What tests do not see, each of its lines with words before it. */
static void print_gaps(const struct render_suite *output, const char *before)
{
	struct strbuf text = {0};

	render_suite_gaps(output, &text);
	if (text.len && !*before)
		putchar('\n');
	print_comments(&text, before);
	strbuf_release(&text);
}

static void print_tap_comments(const struct render_suite *output, size_t test)
{
	struct strbuf text = {0};

	render_suite_not_tried(output, test, &text);
	print_comments(&text, "# ");
	strbuf_release(&text);
}

static void print_live(const struct render_suite *output)
{
	const struct suite_live *live = output->live;
	const size_t n_tried = suite_live_n_tried(live);
	size_t n_skipped = 0;

	for (size_t i = 0; i < live->results.n; i++)
		n_skipped += !live->results.items[i].is_tried;
	printf("on the wire: %zu connections tried, %zu not; %zu of %zu tests skipped\n", n_tried,
	       live->cases.n - n_tried, n_skipped, live->results.n);
}

void render_suite_text(const struct render_suite *output)
{
	const struct suite_results *results = output->results;
	size_t n_wrong = 0;

	for (size_t i = 0; i < results->items.n; i++) {
		print_test(output, i);
		n_wrong += !render_suite_passes(output, i);
	}
	printf("%zu test%s, %zu not as expected\n", results->items.n,
	       results->items.n == 1 ? "" : "s", n_wrong);
	if (output->live)
		print_live(output);
	print_gaps(output, "");
	render_aside_text(output->suite->cluster, "");
}

/* TAP 13 as `prove` reads it; of TAP 14 it knows nothing. '#' and '\' are escaped in descriptions. */
static void print_tap_name(const struct suite_test *test)
{
	const char *const texts[] = {test->object->name, ": ", test->name};

	for (size_t i = 0; i < 3; i++)
		for (const char *at = texts[i]; *at; at++) {
			if (*at == '#' || *at == '\\')
				putchar('\\');
			putchar((unsigned char)*at < ' ' ? ' ' : *at);
		}
}

/* YAML has no controls, and escapes of them that Graphviz and Prometheus do not have. */
static void print_tap_file(const char *name)
{
	struct strbuf text = {0};

	plain_add(&text, name, strlen(name));
	render_quoted(stdout, strbuf_str(&text));
	strbuf_release(&text);
}

void render_suite_tap(const struct render_suite *output)
{
	const struct suite_results *results = output->results;

	printf("TAP version 13\n1..%zu\n", results->items.n);
	for (size_t i = 0; i < results->items.n; i++) {
		const struct suite_test *test = results->items.items[i].test;
		const bool passes = render_suite_passes(output, i);

		printf("%s %zu - ", passes ? "ok" : "not ok", i + 1);
		print_tap_name(test);
		puts(render_suite_skips(output, i) ? " # SKIP not tried on the wire" : "");
		if (passes) {
			print_tap_comments(output, i);
			continue;
		}
		printf("  ---\n  outcome: %s\n  file: ", status_of(output, i));
		print_tap_file(test->span.file->name);
		printf("\n  line: %u\n  why: |\n", test->span.line);
		print_why(output, i, 4);
		puts("  ...");
	}
	print_gaps(output, "# ");
}
