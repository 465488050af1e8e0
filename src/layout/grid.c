/* SPDX-License-Identifier: Apache-2.0 */
#include "layout/grid.h"

uint32_t grid_add_node(struct grid *grid, enum grid_kind kind, struct layout_size size,
		       uint32_t column)
{
	struct grid_node *node = vec_add(&grid->nodes);

	node->kind = kind;
	node->size = size;
	node->column = column;
	return (uint32_t)grid->nodes.n - 1;
}

void grid_add_link(struct grid *grid, const struct grid_link *link)
{
	vec_push(&grid->links, *link);
}

int grid_gap(const struct grid_node *above, const struct grid_node *below)
{
	static const int gaps[] = {
		[GRID_BOX] = 18,   [GRID_FRAME] = 36, [GRID_LABEL] = 8,
		[GRID_ENTRY] = 10, [GRID_EXIT] = 10,  [GRID_SPACER] = 10,
	};

	return (gaps[above->kind] + gaps[below->kind]) / 2;
}

void grid_stack(struct grid *grid, struct grid_column *column)
{
	double y = 0;

	for (size_t i = 0; i < column->nodes.n; i++) {
		struct grid_node *node = &grid->nodes.items[column->nodes.items[i]];

		if (i)
			y += grid_gap(&grid->nodes.items[column->nodes.items[i - 1]], node);
		node->rank = (uint32_t)i;
		node->y = y;
		y += node->size.height;
	}
	for (size_t i = 0; i < column->nodes.n; i++)
		grid->nodes.items[column->nodes.items[i]].y -= y / 2;
}

void grid_arrange(struct grid *grid)
{
	if (grid->nodes.n == 0)
		return;
	grid_make_lines(grid);
	grid_order(grid);
	grid_place(grid);
}

void grid_release(struct grid *grid)
{
	for (size_t i = 0; i < grid->nodes.n; i++)
		for (int side = 0; side < GRID_N_SIDES; side++) {
			for (int tip = 0; tip < 2; tip++)
				vec_release(&grid->nodes.items[i].chains[side][tip]);
			vec_release(&grid->nodes.items[i].lines[side]);
		}
	for (size_t i = 0; i < grid->columns.n; i++)
		vec_release(&grid->columns.items[i].nodes);
	vec_release(&grid->columns);
	vec_release(&grid->nodes);
	vec_release(&grid->links);
	vec_release(&grid->lines);
}
