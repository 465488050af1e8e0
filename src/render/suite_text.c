/* SPDX-License-Identifier: Apache-2.0 */
/* `test` for people, and for what reads TAP. */
#include "render/suite.h"

#include "analyze/text.h"
#include "render/aside.h"

#include <stdio.h>
#include <string.h>

#define MAX_EDGES 50
#define MAX_MUTANTS 50

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

static void print_uncovered(const struct suite_uncovered *uncovered)
{
	printf("\n%zu of %zu allowed connections are not in any test\n", uncovered->edges.n,
	       uncovered->n_edges);
	for (size_t i = 0; i < uncovered->edges.n && i < MAX_EDGES; i++) {
		const struct suite_edge *edge = &uncovered->edges.items[i];
		struct strbuf ports = {0};

		analyze_ports_text(&edge->ports, &ports);
		printf("  %s → %s   %s\n", edge->from, edge->to, strbuf_str(&ports));
		strbuf_release(&ports);
	}
	if (uncovered->edges.n > MAX_EDGES)
		printf("  and %zu more (-o json has all)\n", uncovered->edges.n - MAX_EDGES);
}

static void print_mutant(const struct suite_mutant *mutant)
{
	const struct policy_rule *rule = mutant->change.rule;
	struct strbuf text = {0};

	analyze_policy_text(rule->policy, &text);
	strbuf_addch(&text, ' ');
	analyze_rule_text(rule, &text);
	printf("  %s %s", strbuf_str(&text), analyze_change_text(mutant->change.kind));
	if (rule->span.file)
		printf("   %s:%u", rule->span.file->name, rule->span.line);
	putchar('\n');
	strbuf_release(&text);
}

static void print_adequacy(const struct suite_adequacy *adequacy)
{
	const uint32_t n_killed = adequacy->n[SUITE_KILLED];
	const uint32_t n = n_killed + adequacy->n[SUITE_SURVIVED];
	size_t n_shown = 0;

	printf("\nadequacy: tests notice %u of %u changes of rules", n_killed, n);
	if (n)
		printf(", %.0f %%", 100.0 * n_killed / n);
	printf("; %u more change no access\n", adequacy->n[SUITE_EQUIVALENT]);
	for (size_t i = 0; i < adequacy->mutants.n; i++)
		if (adequacy->mutants.items[i].fate == SUITE_SURVIVED && n_shown++ < MAX_MUTANTS)
			print_mutant(&adequacy->mutants.items[i]);
	if (n_shown > MAX_MUTANTS)
		printf("  and %zu more (-o json has all)\n", n_shown - MAX_MUTANTS);
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
	if (output->uncovered)
		print_uncovered(output->uncovered);
	if (output->adequacy)
		print_adequacy(output->adequacy);
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
		printf("  ---\n  outcome: %s\n  file: \"%s\"\n  line: %u\n  why: |\n",
		       suite_outcome_name(result->outcome), test->span.file->name, test->span.line);
		print_why(output, i, 4);
		puts("  ...");
	}
}
