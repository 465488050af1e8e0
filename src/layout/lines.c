/* SPDX-License-Identifier: Apache-2.0 */
/* Links as lines between neighbouring columns, with spacers where they pass others. */
#include "layout/grid.h"

static void add_line(struct grid *grid, const struct grid_link *line)
{
	const uint32_t number = (uint32_t)grid->lines.n;

	vec_push(&grid->lines, *line);
	vec_push(&grid->nodes.items[line->from].lines[GRID_RIGHT], number);
	vec_push(&grid->nodes.items[line->to].lines[GRID_LEFT], number);
}

/* One more spacer at the end of an anchor's chain, and the line to it. */
static void lengthen(struct grid *grid, uint32_t anchor, enum grid_side side,
		     const struct grid_link *link)
{
	const uint32_t spacer = grid_add_node(grid, GRID_SPACER, (struct layout_size){0, 0}, 0);
	const bool has_tip = link->tip != LAYOUT_NO_TIP;
	struct grid_node *node = &grid->nodes.items[anchor];
	const uint32_t n = (uint32_t)node->chains[side][has_tip].n;
	const uint32_t last = n ? node->chains[side][has_tip].items[n - 1] : anchor;
	struct grid_link line = {.from = last,
				 .to = spacer,
				 .from_at = GRID_MIDDLE,
				 .to_at = GRID_MIDDLE,
				 .bundle = link->bundle};

	if (side == GRID_LEFT) {
		line.from = spacer;
		line.to = last;
	}
	grid->nodes.items[spacer].column = side == GRID_LEFT ? node->column - n - 1
							     : node->column + n + 1;
	vec_push(&node->chains[side][has_tip], spacer);
	add_line(grid, &line);
}

/* The node next to the far end of a link, seen from its anchor. */
static uint32_t reach_out(struct grid *grid, uint32_t anchor, enum grid_side side,
			  uint32_t distance, const struct grid_link *link)
{
	const bool has_tip = link->tip != LAYOUT_NO_TIP;

	while (grid->nodes.items[anchor].chains[side][has_tip].n < distance)
		lengthen(grid, anchor, side, link);
	return distance ? grid->nodes.items[anchor].chains[side][has_tip].items[distance - 1]
			: anchor;
}

static void make_line(struct grid *grid, const struct grid_link *link)
{
	const struct grid_node *from = &grid->nodes.items[link->from];
	const uint32_t distance = grid->nodes.items[link->to].column - from->column - 1;
	struct grid_link line = *link;

	if (grid_is_end(from))
		line.to = reach_out(grid, link->to, GRID_LEFT, distance, link);
	else
		line.from = reach_out(grid, link->from, GRID_RIGHT, distance, link);
	if (line.to != link->to)
		line.to_at = GRID_MIDDLE;
	if (line.from != link->from)
		line.from_at = GRID_MIDDLE;
	add_line(grid, &line);
}

void grid_make_lines(struct grid *grid)
{
	for (size_t i = 0; i < grid->links.n; i++)
		make_line(grid, &grid->links.items[i]);
	for (uint32_t i = 0; i < grid->nodes.n; i++) {
		const uint32_t column = grid->nodes.items[i].column;

		while (grid->columns.n <= column)
			vec_add(&grid->columns);
		vec_push(&grid->columns.items[column].nodes, i);
	}
}
