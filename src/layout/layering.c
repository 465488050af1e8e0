/* SPDX-License-Identifier: Apache-2.0 */
#include "layout/layering.h"

#define WIDE_ENOUGH 16 /* tenths of the height */
#define LABEL_ROOM 130 /* between columns, for a label and its lines */

static void push_right(struct layering *layering, const uint32_t *places)
{
	bool is_moved = true;

	while (is_moved) {
		is_moved = false;
		for (size_t i = 0; i < layering->edges.n; i++) {
			const struct acyclic_edge *edge = &layering->edges.items[i];
			const bool is_back = places[edge->from] > places[edge->to];
			const uint32_t left = is_back ? edge->to : edge->from;
			const uint32_t right = is_back ? edge->from : edge->to;

			if (left == right || layering->columns[right] > layering->columns[left])
				continue;
			layering->columns[right] = layering->columns[left] + 1;
			is_moved = true;
		}
	}
}

struct pull {
	uint32_t nearest; /* column of a right neighbour */
	uint32_t n_left, n_right;
};

static void measure_pulls(const struct layering *layering, struct pull *pulls)
{
	for (size_t i = 0; i < layering->sizes.n; i++)
		pulls[i] = (struct pull){.nearest = UINT32_MAX};
	for (size_t i = 0; i < layering->edges.n; i++) {
		uint32_t left = layering->edges.items[i].from;
		uint32_t right = layering->edges.items[i].to;

		if (left == right)
			continue;
		if (layering->columns[left] > layering->columns[right]) {
			left = layering->edges.items[i].to;
			right = layering->edges.items[i].from;
		}
		pulls[right].n_left++;
		pulls[left].n_right++;
		if (layering->columns[right] < pulls[left].nearest)
			pulls[left].nearest = layering->columns[right];
	}
}

/* Whoever has more neighbours to the right goes there, which makes more lines short. */
static void pull_right(struct layering *layering)
{
	struct pull *pulls = vec_grow(NULL, &(size_t){0}, layering->sizes.n + 1, sizeof(*pulls));
	bool is_moved = true;

	for (size_t round = 0; is_moved && round < layering->sizes.n; round++) {
		is_moved = false;
		measure_pulls(layering, pulls);
		for (size_t i = 0; i < layering->sizes.n; i++) {
			if (pulls[i].n_right <= pulls[i].n_left ||
			    layering->columns[i] + 1 >= pulls[i].nearest)
				continue;
			layering->columns[i] = pulls[i].nearest - 1;
			is_moved = true;
		}
	}
	free(pulls);
}

static uint32_t squeezed(const struct layering *layering, uint32_t node, uint32_t n_columns)
{
	return layering->columns[node] * n_columns / layering->n_columns;
}

static struct layout_size estimate(const struct layering *layering, uint32_t n_columns, int gap)
{
	struct layout_size *columns = vec_grow(NULL, &(size_t){0}, n_columns + 1, sizeof(*columns));
	struct layout_size ret = {(int)(n_columns ? n_columns - 1 : 0) * LABEL_ROOM, 0};

	memset(columns, 0, n_columns * sizeof(*columns));
	for (uint32_t i = 0; i < layering->sizes.n; i++) {
		struct layout_size *column = &columns[squeezed(layering, i, n_columns)];
		const struct layout_size *size = &layering->sizes.items[i];

		column->width = size->width > column->width ? size->width : column->width;
		column->height += size->height + gap;
	}
	for (uint32_t i = 0; i < n_columns; i++) {
		ret.width += columns[i].width;
		ret.height = columns[i].height > ret.height ? columns[i].height : ret.height;
	}
	free(columns);
	return ret;
}

static void squeeze(struct layering *layering, int gap, uint32_t few)
{
	uint32_t n = layering->n_columns;

	layering->estimate = estimate(layering, n, gap);
	while (n > few && layering->estimate.width * 10 > layering->estimate.height * WIDE_ENOUGH)
		layering->estimate = estimate(layering, --n, gap);
	for (uint32_t i = 0; i < layering->sizes.n; i++)
		layering->columns[i] = squeezed(layering, i, n);
	layering->n_columns = n;
}

void layering_make(struct layering *layering, int gap, uint32_t few)
{
	const uint32_t n = (uint32_t)layering->sizes.n;
	uint32_t *places = acyclic_order(&layering->edges, n);

	layering->columns = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*layering->columns));
	memset(layering->columns, 0, n * sizeof(*layering->columns));
	push_right(layering, places);
	pull_right(layering);
	for (uint32_t i = 0; i < n; i++)
		if (layering->columns[i] >= layering->n_columns)
			layering->n_columns = layering->columns[i] + 1;
	squeeze(layering, gap, few);
	free(places);
}

void layering_release(struct layering *layering)
{
	vec_release(&layering->sizes);
	vec_release(&layering->edges);
	free(layering->columns);
}
