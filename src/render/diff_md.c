/* SPDX-License-Identifier: Apache-2.0 */
/* For a comment on a change: a table for each kind of change. */
#include "render/diff.h"
#include "render/markdown.h"

#include <stdio.h>

#define MAX_RULES 4

struct writing {
	struct analyze_diff *diff;
	int section; /* the last one, -1: none */
};

static void write_rules(const struct diff_line *line)
{
	size_t n = 0;

	for (int side = ANALYZE_N_SIDES - 1; side >= 0; side--)
		for (size_t i = 0; i < line->rules[side].n; i++) {
			struct strbuf text = {0};

			if (n++ >= MAX_RULES)
				continue;
			diff_ref_text(&line->rules[side].items[i], &text);
			printf("%s%s", n > 1 ? "<br>" : "", side == ANALYZE_OLD ? "before: " : "");
			render_md_cell(strbuf_str(&text));
			strbuf_release(&text);
		}
	if (n > MAX_RULES)
		printf("<br>and %zu more", n - MAX_RULES);
}

static void write_line(void *arg, enum diff_section section, const struct diff_line *line)
{
	struct writing *writing = arg;

	if (writing->section != (int)section)
		printf("\n**%s**\n\n| from | to | before | after | rules "
		       "|\n|---|---|---|---|---|\n",
		       diff_section_title(section));
	writing->section = (int)section;
	printf("| ");
	render_md_cell(strbuf_str(&line->from));
	printf(" | ");
	render_md_cell(strbuf_str(&line->to));
	printf(" | ");
	render_md_cell(strbuf_str(&line->before));
	printf(" | ");
	render_md_cell(strbuf_str(&line->after));
	printf(" | ");
	write_rules(line);
	printf(" |\n");
}

static void write_endpoints(const struct analyze_diff *diff, enum analyze_diff_side missing,
			    const char *words)
{
	struct strbuf text = {0};

	diff_endpoints(diff, missing, &text);
	if (text.len) {
		printf("\n%s: ", words);
		render_md_cell(text.text);
		putchar('\n');
	}
	strbuf_release(&text);
}

void render_diff_md(struct analyze_diff *diff)
{
	struct writing writing = {.diff = diff, .section = -1};
	struct strbuf summary = {0};

	diff_summary(diff, &summary);
	printf("### bulkhead diff: %s\n", summary.text);
	strbuf_release(&summary);
	diff_lines(diff, write_line, &writing);
	write_endpoints(diff, ANALYZE_OLD, "New endpoints");
	write_endpoints(diff, ANALYZE_NEW, "Gone endpoints");
}
