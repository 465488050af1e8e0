/* SPDX-License-Identifier: Apache-2.0 */
/* For people at a terminal: a section for each kind of change, a line for all that is alike. */
#include "render/diff.h"

#include <stdio.h>

#define MAX_RULES 6

struct writing {
	struct analyze_diff *diff;
	bool color;
	int section; /* the last one, -1: none */
};

static const char *color_of(const struct writing *writing, enum diff_section section)
{
	static const char *const colors[DIFF_N_SECTIONS] = {
		[DIFF_EXPOSURE] = "\033[1;31m", [DIFF_SENSITIVE] = "\033[1;31m",
		[DIFF_ADDED] = "\033[32m",      [DIFF_CHANGED] = "\033[33m",
		[DIFF_REMOVED] = "\033[31m",
	};

	return writing->color ? colors[section] : "";
}

static void write_rules(const struct diff_line *line, enum analyze_diff_side side)
{
	const struct analyze_refs *refs = &line->rules[side];

	for (size_t i = 0; i < refs->n && i < MAX_RULES; i++) {
		struct strbuf text = {0};

		diff_ref_text(&refs->items[i], &text);
		printf("      %s %s\n",
		       side == ANALYZE_OLD ? "before:" : "now:   ", strbuf_str(&text));
		strbuf_release(&text);
	}
	if (refs->n > MAX_RULES)
		printf("      and %zu more rules (-o json has all)\n", refs->n - MAX_RULES);
}

static void write_ports(enum diff_section section, const struct diff_line *line)
{
	const struct analyze_diff_ports *ports = &line->change->ports;

	if (section == DIFF_REMOVED)
		fputs(strbuf_str(&line->before), stdout);
	else if (ports->ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE)
		fputs(strbuf_str(&line->after), stdout);
	else
		printf("%s, was %s", strbuf_str(&line->after), strbuf_str(&line->before));
}

static void write_line(void *arg, enum diff_section section, const struct diff_line *line)
{
	struct writing *writing = arg;

	if (writing->section != (int)section)
		printf("%s%s\n", writing->section < 0 ? "" : "\n", diff_section_title(section));
	writing->section = (int)section;
	printf("  %s%s %s → %s   ", color_of(writing, section), diff_section_sign(section),
	       strbuf_str(&line->from), strbuf_str(&line->to));
	write_ports(section, line);
	puts(writing->color ? "\033[0m" : "");
	write_rules(line, ANALYZE_NEW);
	write_rules(line, ANALYZE_OLD);
}

static void write_endpoints(const struct analyze_diff *diff, enum analyze_diff_side missing,
			    const char *words)
{
	struct strbuf text = {0};

	diff_endpoints(diff, missing, &text);
	if (text.len)
		printf("%s: %s\n", words, text.text);
	strbuf_release(&text);
}

void render_diff_text(struct analyze_diff *diff, bool color)
{
	struct writing writing = {.diff = diff, .color = color, .section = -1};
	struct strbuf summary = {0};

	diff_lines(diff, write_line, &writing);
	if (writing.section >= 0)
		putchar('\n');
	write_endpoints(diff, ANALYZE_OLD, "new endpoints");
	write_endpoints(diff, ANALYZE_NEW, "gone endpoints");
	diff_summary(diff, &summary);
	puts(summary.text);
	strbuf_release(&summary);
}
