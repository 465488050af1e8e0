/* SPDX-License-Identifier: Apache-2.0 */
/* From top to bottom: sweeps that put a node where the middle of its neighbours is. */
#include "layout/grid.h"

#define ROUNDS 16

struct place {
	double want;
	uint32_t node;
	uint32_t rank; /* as it was: equals stay in order */
};

struct crossing {
	double from, to;
};

static double line_y(const struct grid *grid, uint32_t node, int at)
{
	return grid->nodes.items[node].y + grid_end_at(&grid->nodes.items[node], at);
}

static double mean_of(const struct grid *grid, const struct grid_node *node, enum grid_side side)
{
	double sum = 0;

	for (size_t i = 0; i < node->lines[side].n; i++) {
		const struct grid_link *line = &grid->lines.items[node->lines[side].items[i]];

		sum += side == GRID_LEFT ? line_y(grid, line->from, line->from_at)
					 : line_y(grid, line->to, line->to_at);
	}
	return node->lines[side].n ? sum / (double)node->lines[side].n
				   : node->y + node->size.height / 2.0;
}

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->want != b->want)
		return a->want < b->want ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static void sort_column(struct grid *grid, struct grid_column *column, enum grid_side side,
			struct place *places)
{
	for (size_t i = 0; i < column->nodes.n; i++) {
		const uint32_t node = column->nodes.items[i];

		places[i] = (struct place){mean_of(grid, &grid->nodes.items[node], side), node,
					   (uint32_t)i};
	}
	if (column->nodes.n)
		qsort(places, column->nodes.n, sizeof(*places), compare_places);
	for (size_t i = 0; i < column->nodes.n; i++)
		column->nodes.items[i] = places[i].node;
	grid_stack(grid, column);
}

static int compare_crossings(const void *left, const void *right)
{
	const struct crossing *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* Pairs out of order, by merging halves; sorts. */
static uint64_t count_inversions(struct crossing *items, struct crossing *spare, size_t n)
{
	const size_t half = n / 2;
	size_t a = 0, b = half, out = 0;
	uint64_t count;

	if (n < 2)
		return 0;
	count = count_inversions(items, spare, half) +
		count_inversions(items + half, spare, n - half);
	while (a < half && b < n) {
		if (items[b].to < items[a].to) {
			count += half - a;
			spare[out++] = items[b++];
		} else {
			spare[out++] = items[a++];
		}
	}
	while (a < half)
		spare[out++] = items[a++];
	memcpy(items, spare, out * sizeof(*items));
	return count;
}

/* How often lines cross between a column and the next. */
static uint64_t count_crossings(const struct grid *grid, const struct grid_column *column,
				struct crossing *items)
{
	size_t n = 0;

	for (size_t i = 0; i < column->nodes.n; i++) {
		const struct grid_node *node = &grid->nodes.items[column->nodes.items[i]];

		for (size_t j = 0; j < node->lines[GRID_RIGHT].n; j++) {
			const struct grid_link *line =
				&grid->lines.items[node->lines[GRID_RIGHT].items[j]];

			items[n++] = (struct crossing){line_y(grid, line->from, line->from_at),
						       line_y(grid, line->to, line->to_at)};
		}
	}
	if (n)
		qsort(items, n, sizeof(*items), compare_crossings);
	return count_inversions(items, items + n, n);
}

static uint64_t count_all(const struct grid *grid, struct crossing *items)
{
	uint64_t count = 0;

	for (size_t i = 0; i + 1 < grid->columns.n; i++)
		count += count_crossings(grid, &grid->columns.items[i], items);
	return count;
}

static void sweep(struct grid *grid, int round, struct place *places)
{
	const size_t n = grid->columns.n;

	for (size_t i = 1; i < n; i++) {
		if (round % 2 == 0)
			sort_column(grid, &grid->columns.items[i], GRID_LEFT, places);
		else
			sort_column(grid, &grid->columns.items[n - 1 - i], GRID_RIGHT, places);
	}
}

static void remember(const struct grid *grid, uint32_t *ranks)
{
	for (size_t i = 0; i < grid->nodes.n; i++)
		ranks[i] = grid->nodes.items[i].rank;
}

static void restore(struct grid *grid, const uint32_t *ranks)
{
	for (uint32_t i = 0; i < grid->nodes.n; i++)
		grid->columns.items[grid->nodes.items[i].column].nodes.items[ranks[i]] = i;
	for (size_t i = 0; i < grid->columns.n; i++)
		grid_stack(grid, &grid->columns.items[i]);
}

void grid_order(struct grid *grid)
{
	struct place *places = vec_grow(NULL, &(size_t){0}, grid->nodes.n, sizeof(*places));
	struct crossing *items =
		vec_grow(NULL, &(size_t){0}, 2 * grid->lines.n + 1, sizeof(*items));
	uint32_t *best = vec_grow(NULL, &(size_t){0}, grid->nodes.n, sizeof(*best));
	uint64_t least, count;

	for (size_t i = 0; i < grid->columns.n; i++)
		grid_stack(grid, &grid->columns.items[i]);
	least = count_all(grid, items);
	remember(grid, best);
	for (int round = 0; round < ROUNDS && least; round++) {
		sweep(grid, round, places);
		count = count_all(grid, items);
		if (count >= least)
			continue;
		least = count;
		remember(grid, best);
	}
	restore(grid, best);
	free(places);
	free(items);
	free(best);
}
