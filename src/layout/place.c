/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heights: each node wants to be level with its neighbours, and none may come closer to the next
 * than the gap. In one column that is a least-squares problem with an order, which joining
 * neighbours into blocks solves exactly; sweeps over the columns do the rest.
 */
#include "layout/grid.h"

#define ROUNDS 20
#define LEAST_COLUMN_GAP 22
#define MOST_COLUMN_GAP 110
#define LINE_DISTANCE 9

struct block {
	double sum, weight;
	uint32_t n;
};

/* Of what is not negative. */
static int nearest(double value)
{
	return (int)(value + 0.5);
}

/* ---- Where lines meet boxes ---- */

struct meeting {
	double y;
	uint32_t line;
};

static int compare_meetings(const void *left, const void *right)
{
	const struct meeting *a = left, *b = right;

	if (a->y != b->y)
		return a->y < b->y ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

static double far_y(const struct grid *grid, const struct grid_link *line, enum grid_side side)
{
	const uint32_t node = side == GRID_LEFT ? line->from : line->to;
	const int at = side == GRID_LEFT ? line->from_at : line->to_at;

	return grid->nodes.items[node].y + grid_end_at(&grid->nodes.items[node], at);
}

/* Lines that meet a box on one side do so at different heights, in the order of where they go. */
static void spread(struct grid *grid, struct grid_node *node, enum grid_side side,
		   struct meeting *meetings)
{
	const size_t n = node->lines[side].n;
	double step = (node->size.height - 8.0) / (double)(n ? n : 1);

	step = step > LINE_DISTANCE ? LINE_DISTANCE : step;
	for (size_t i = 0; i < n; i++) {
		const uint32_t line = node->lines[side].items[i];

		meetings[i] = (struct meeting){far_y(grid, &grid->lines.items[line], side), line};
	}
	if (n)
		qsort(meetings, n, sizeof(*meetings), compare_meetings);
	for (size_t i = 0; i < n; i++) {
		struct grid_link *line = &grid->lines.items[meetings[i].line];
		const int at =
			nearest(node->size.height / 2.0 + ((double)i - ((double)n - 1) / 2) * step);

		if (side == GRID_LEFT && line->to_at == GRID_MIDDLE)
			line->to_at = at;
		if (side == GRID_RIGHT && line->from_at == GRID_MIDDLE)
			line->from_at = at;
	}
}

static void spread_all(struct grid *grid)
{
	struct meeting *meetings =
		vec_grow(NULL, &(size_t){0}, grid->lines.n + 1, sizeof(*meetings));

	for (size_t i = 0; i < grid->nodes.n; i++)
		for (int side = 0; side < GRID_N_SIDES; side++)
			if (grid->nodes.items[i].kind == GRID_BOX)
				spread(grid, &grid->nodes.items[i], side, meetings);
	free(meetings);
}

/* ---- Heights ---- */

/* Long lines that bend are the worst. */
static double weight_of(const struct grid *grid, const struct grid_link *line)
{
	const bool from = !grid_is_end(&grid->nodes.items[line->from]);
	const bool to = !grid_is_end(&grid->nodes.items[line->to]);

	return from && to ? 8 : (from || to ? 2 : 1);
}

/* What a node wants, as a block of its own: its upper edge, less that of the column's first. */
static struct block want_of(const struct grid *grid, const struct grid_node *node, int sides,
			    double offset)
{
	struct block block = {0, 0, 1};

	for (int side = 0; side < GRID_N_SIDES; side++)
		for (size_t i = 0; sides & 1 << side && i < node->lines[side].n; i++) {
			const struct grid_link *line =
				&grid->lines.items[node->lines[side].items[i]];
			const double weight = weight_of(grid, line);
			const int own = side == GRID_LEFT ? line->to_at : line->from_at;

			block.sum += weight * (far_y(grid, line, side) - grid_end_at(node, own));
			block.weight += weight;
		}
	if (block.weight == 0) {
		block.weight = 0.05;
		block.sum = block.weight * node->y;
	}
	block.sum -= block.weight * offset;
	return block;
}

static size_t join_blocks(struct block *blocks, size_t n)
{
	while (n > 1 && blocks[n - 2].sum * blocks[n - 1].weight >=
				blocks[n - 1].sum * blocks[n - 2].weight) {
		blocks[n - 2].sum += blocks[n - 1].sum;
		blocks[n - 2].weight += blocks[n - 1].weight;
		blocks[n - 2].n += blocks[n - 1].n;
		n--;
	}
	return n;
}

static void level_column(struct grid *grid, const struct grid_column *column, int sides,
			 struct block *blocks)
{
	double offset = 0;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < column->nodes.n; i++) {
		const struct grid_node *node = &grid->nodes.items[column->nodes.items[i]];

		if (i)
			offset += grid_gap(&grid->nodes.items[column->nodes.items[i - 1]], node);
		blocks[n++] = want_of(grid, node, sides, offset);
		n = join_blocks(blocks, n);
		offset += node->size.height;
	}
	offset = 0;
	for (size_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < blocks[i].n; j++, at++) {
			struct grid_node *node = &grid->nodes.items[column->nodes.items[at]];

			if (at)
				offset += grid_gap(&grid->nodes.items[column->nodes.items[at - 1]],
						   node);
			node->y = blocks[i].sum / blocks[i].weight + offset;
			offset += node->size.height;
		}
}

static void level_all(struct grid *grid)
{
	struct block *blocks = vec_grow(NULL, &(size_t){0}, grid->nodes.n, sizeof(*blocks));
	const size_t n = grid->columns.n;

	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < n; i++) {
			const int both = 1 << GRID_LEFT | 1 << GRID_RIGHT;
			const bool is_forth = round % 2 == 0;
			const int sides = round > ROUNDS / 2 ? both
					  : is_forth         ? 1 << GRID_LEFT
							     : 1 << GRID_RIGHT;

			level_column(grid, &grid->columns.items[is_forth ? i : n - 1 - i], sides,
				     blocks);
		}
	free(blocks);
}

/* Whole pixels, from 0 on, with the gaps kept. */
static void settle(struct grid *grid)
{
	double top = grid->nodes.items[0].y;

	for (size_t i = 0; i < grid->nodes.n; i++)
		top = grid->nodes.items[i].y < top ? grid->nodes.items[i].y : top;
	for (size_t i = 0; i < grid->columns.n; i++) {
		const struct grid_column *column = &grid->columns.items[i];
		const struct grid_node *above = NULL;

		for (size_t j = 0; j < column->nodes.n; j++) {
			struct grid_node *node = &grid->nodes.items[column->nodes.items[j]];
			int y = nearest(node->y - top), least = 0;

			if (above)
				least = above->final_y + above->size.height + grid_gap(above, node);
			node->final_y = y > least ? y : least;
			if (node->final_y + node->size.height > grid->size.height)
				grid->size.height = node->final_y + node->size.height;
			above = node;
		}
	}
}

/* ---- Widths ---- */

static int final_at(const struct grid *grid, uint32_t node, int at)
{
	return grid->nodes.items[node].final_y + (int)grid_end_at(&grid->nodes.items[node], at);
}

/* The steeper the lines, the more room they get. */
static int column_gap(const struct grid *grid, const struct grid_column *column)
{
	int steepest = 0, gap;

	for (size_t i = 0; i < column->nodes.n; i++) {
		const struct grid_node *node = &grid->nodes.items[column->nodes.items[i]];

		for (size_t j = 0; j < node->lines[GRID_RIGHT].n; j++) {
			const struct grid_link *line =
				&grid->lines.items[node->lines[GRID_RIGHT].items[j]];
			const int rise = abs(final_at(grid, line->from, line->from_at) -
					     final_at(grid, line->to, line->to_at));

			steepest = rise > steepest ? rise : steepest;
		}
	}
	gap = LEAST_COLUMN_GAP + steepest / 5;
	return gap > MOST_COLUMN_GAP ? MOST_COLUMN_GAP : gap;
}

static void place_columns(struct grid *grid)
{
	int x = 0;

	for (size_t i = 0; i < grid->columns.n; i++) {
		struct grid_column *column = &grid->columns.items[i];

		column->x = x;
		if (column->nodes.n == 0)
			continue;
		for (size_t j = 0; j < column->nodes.n; j++) {
			const int width = grid->nodes.items[column->nodes.items[j]].size.width;

			column->width = width > column->width ? width : column->width;
		}
		for (size_t j = 0; j < column->nodes.n; j++) {
			struct grid_node *node = &grid->nodes.items[column->nodes.items[j]];

			if (grid->is_filled && node->kind == GRID_BOX)
				node->size.width = column->width;
			node->final_x = x + (column->width - node->size.width) / 2;
		}
		grid->size.width = x + column->width;
		x += column->width + column_gap(grid, column);
	}
}

void grid_place(struct grid *grid)
{
	level_all(grid);
	spread_all(grid);
	level_all(grid);
	settle(grid);
	place_columns(grid);
}
