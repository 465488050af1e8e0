/* SPDX-License-Identifier: Apache-2.0 */
/* For a page or a comment: a table of connections, grouped as in the picture. */
#include "render/escape.h"
#include "render/map_picture.h"
#include "render/markdown.h"
#include "render/render.h"

#include <stdio.h>
#include <string.h>

/* Each range has its own ports, on a line of its own. */
static void write_note(const char *note)
{
	while (*note) {
		const size_t len = strcspn(note, "\n");
		struct strbuf line = {0};

		strbuf_add(&line, note, len);
		render_md_cell(strbuf_str(&line));
		strbuf_release(&line);
		note += len;
		if (*note) {
			fputs("<br>", stdout);
			note++;
		}
	}
}

static void write_row(const struct map_picture *picture, const struct picture_arrow *arrow)
{
	struct strbuf label = {0};

	map_picture_label(picture, arrow, &label);
	printf("| ");
	render_md_cell(picture->boxes.items[arrow->from].id);
	printf(" | ");
	render_md_cell(picture->boxes.items[arrow->to].id);
	printf(" | ");
	render_md_cell(arrow->n_ranges ? "" : strbuf_str(&label));
	write_note(arrow->note.text ? arrow->note.text : "");
	printf(" |\n");
	strbuf_release(&label);
}

static void write_member(void *arg, const char *id)
{
	(void)arg;
	printf("- ");
	render_md_cell(id);
	putchar('\n');
}

/* What rows with several endpoints in one name stand for. */
static void write_members(const struct map_picture *picture)
{
	for (uint32_t i = 0; i < picture->boxes.n; i++) {
		const struct picture_box *box = &picture->boxes.items[i];

		if (!map_picture_is_gathered(picture, i))
			continue;
		if (box->kind == PICTURE_OPEN)
			printf("\n`all-open` stands for %u endpoints that nothing isolates: every "
			       "port is open to them and from them.\n\n",
			       picture->fold.n_open);
		else {
			printf("\n<details><summary>");
			render_xml(stdout, box->id);
			printf("</summary>\n\n");
		}
		map_picture_members(picture, i, write_member, NULL);
		if (box->kind != PICTURE_OPEN)
			puts("\n</details>");
	}
}

static void write_remarks(const struct map_picture *picture)
{
	const struct picture_gathered gathered = map_picture_gathered(picture);

	if (picture->map->options.by_namespace)
		puts("\nNamespaces: of all that their workloads may do, the union.");
	if (gathered.n_alike)
		puts("\nWorkloads of one namespace that have the same access are one.");
	if (gathered.n_namespaces)
		printf("\n%u names stand for whole namespaces, with the union of what their "
		       "workloads may do: `--only NAMESPACE` shows one.\n",
		       gathered.n_namespaces);
}

void render_map_md(struct analyze_map *map)
{
	struct map_picture picture;

	map_picture_init(&picture, map);
	puts("### Who may talk to whom");
	write_remarks(&picture);
	if (picture.arrows.n)
		puts("\n| from | to | ports |\n|---|---|---|");
	else if (picture.fold.n_open < 2)
		puts("\nNobody may talk to anybody else.");
	for (size_t i = 0; i < picture.arrows.n; i++)
		write_row(&picture, &picture.arrows.items[i]);
	write_members(&picture);
	for (size_t i = 0; i < map->assumptions.n; i++) {
		printf("%s- assumed: ", i ? "" : "\n");
		render_md_cell(map->assumptions.items[i]);
		putchar('\n');
	}
	map_picture_release(&picture);
}
