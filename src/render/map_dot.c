/* SPDX-License-Identifier: Apache-2.0 */
/* For Graphviz: a cluster for each namespace. */
#include "render/escape.h"
#include "render/map_picture.h"
#include "render/render.h"

#include <stdio.h>
#include <string.h>

static void add_member(void *arg, const char *id)
{
	strbuf_printf(arg, "\n%s", id);
}

/* What a box stands for is its tooltip. */
static void write_box(const struct map_picture *picture, uint32_t number, const char *indent)
{
	const struct picture_box *box = &picture->boxes.items[number];
	struct strbuf members = {0};

	fputs(indent, stdout);
	render_quoted(stdout, box->id);
	fputs(" [label=", stdout);
	render_quoted(stdout, box->name);
	if (map_picture_is_gathered(picture, number)) {
		strbuf_addstr(&members, box->id);
		map_picture_members(picture, number, add_member, &members);
		fputs(", peripheries=2, tooltip=", stdout);
		render_quoted(stdout, strbuf_str(&members));
	}
	fputs(*box->frame ? "];\n" : ", style=\"rounded,dashed\"];\n", stdout);
	strbuf_release(&members);
}

/* Boxes are sorted by frame. A cluster is called by its namespace, whatever else there is. */
static void write_boxes(const struct map_picture *picture)
{
	struct strbuf id = {0};
	const char *frame = "";

	for (uint32_t i = 0; i < picture->boxes.n; i++) {
		const struct picture_box *box = &picture->boxes.items[i];

		if (strcmp(frame, box->frame) != 0) {
			strbuf_clear(&id);
			strbuf_printf(&id, "cluster_%s", box->frame);
			fputs(*frame ? "\t}\n\tsubgraph " : "\tsubgraph ", stdout);
			render_quoted(stdout, strbuf_str(&id));
			fputs(" {\n\t\tlabel=", stdout);
			render_quoted(stdout, box->frame);
			fputs(";\n", stdout);
			frame = box->frame;
		}
		write_box(picture, i, *frame ? "\t\t" : "\t");
	}
	fputs(*frame ? "\t}\n" : "", stdout);
	strbuf_release(&id);
}

static void write_arrow(const struct map_picture *picture, const struct picture_arrow *arrow)
{
	struct strbuf label = {0};

	map_picture_label(picture, arrow, &label);
	putchar('\t');
	render_quoted(stdout, picture->boxes.items[arrow->from].id);
	fputs(" -> ", stdout);
	render_quoted(stdout, picture->boxes.items[arrow->to].id);
	fputs(" [label=", stdout);
	render_quoted(stdout, strbuf_str(&label));
	if (arrow->ports == ANALYZE_PORTS_NONE)
		fputs(", style=dashed", stdout);
	if (arrow->note.len) {
		fputs(", tooltip=", stdout);
		render_quoted(stdout, arrow->note.text);
	}
	fputs("];\n", stdout);
	strbuf_release(&label);
}

void render_map_dot(struct analyze_map *map)
{
	struct map_picture picture;

	map_picture_init(&picture, map);
	fputs("digraph bulkhead {\n\trankdir=LR;\n\tnode [shape=box, style=rounded, "
	      "fontname=\"sans-serif\", fontsize=11];\n\tedge [fontname=\"sans-serif\", "
	      "fontsize=9, color=\"#555555\"];\n",
	      stdout);
	write_boxes(&picture);
	for (size_t i = 0; i < picture.arrows.n; i++)
		write_arrow(&picture, &picture.arrows.items[i]);
	puts("}");
	map_picture_release(&picture);
}
