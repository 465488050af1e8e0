/* SPDX-License-Identifier: Apache-2.0 */
/* For a page or a comment: a table of connections, grouped as in the picture. */
#include "render/map_picture.h"
#include "render/markdown.h"
#include "render/render.h"

#include <stdio.h>

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
	/* Each range has its own ports. */
	for (const char *at = arrow->note.text; at && *at; at++)
		if (*at == '\n')
			fputs("<br>", stdout);
		else
			putchar(*at);
	printf(" |\n");
	strbuf_release(&label);
}

static void write_open(const struct map_picture *picture)
{
	const struct analyze_map *map = picture->map;

	if (picture->fold.n_open < 2)
		return;
	printf("\n`all-open` stands for %u endpoints that nothing isolates: every port is open to "
	       "them and from them.\n\n",
	       picture->fold.n_open);
	for (uint32_t i = 0; i < map->endpoints.n; i++)
		if (map_fold_is_open(&picture->fold, i)) {
			printf("- ");
			render_md_cell(map->endpoints.items[i].id);
			putchar('\n');
		}
}

void render_map_md(struct analyze_map *map)
{
	struct map_picture picture;

	map_picture_init(&picture, map);
	puts("### Who may talk to whom");
	if (map->options.by_namespace)
		puts("\nNamespaces: of all that their workloads may do, the union.");
	write_open(&picture);
	if (picture.arrows.n)
		puts("\n| from | to | ports |\n|---|---|---|");
	else
		puts("\nNobody may talk to anybody else.");
	for (size_t i = 0; i < picture.arrows.n; i++)
		write_row(&picture, &picture.arrows.items[i]);
	for (size_t i = 0; i < map->assumptions.n; i++) {
		printf("%s- assumed: ", i ? "" : "\n");
		render_md_cell(map->assumptions.items[i]);
		putchar('\n');
	}
	map_picture_release(&picture);
}
