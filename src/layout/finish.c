/* SPDX-License-Identifier: Apache-2.0 */
/* From grids to places in the picture. */
#include "layout/scene.h"

struct origin {
	int x, y;
	int right; /* the edge of the frame, where lines leave */
};

static struct origin origin_of(const struct scene *scene, uint32_t number)
{
	const struct layout_frame *frame = &scene->layout->frames.items[number];

	return (struct origin){frame->x + scene->frames[number].left, frame->y + scene_top(frame),
			       frame->x + frame->size.width};
}

static void place_boxes(struct scene *scene)
{
	for (size_t i = 0; i < scene->layout->boxes.n; i++) {
		struct layout_box *box = &scene->layout->boxes.items[i];
		const struct origin origin = origin_of(scene, box->frame);
		const struct grid_node *node;

		if (scene->node_of[i] == SCENE_NONE)
			continue;
		node = &scene->frames[box->frame].grid.nodes.items[scene->node_of[i]];
		box->size = node->size;
		box->x = origin.x + node->final_x;
		box->y = origin.y + node->final_y;
	}
}

static void place_labels(struct scene *scene)
{
	for (size_t i = 0; i < scene->layout->bundles.n; i++) {
		const struct bundle_ends *ends = &scene->bundling.ends.items[i];
		const uint32_t frame = scene->layout->boxes.items[ends->sources.items[0]].frame;
		const struct grid *grid = ends->is_inner ? &scene->frames[frame].grid
							 : &scene->outer;
		const struct origin origin = ends->is_inner ? origin_of(scene, frame)
							    : (struct origin){0};
		const struct grid_node *node = &grid->nodes.items[scene->label_of[i]];

		scene->layout->bundles.items[i].x = origin.x + node->final_x;
		scene->layout->bundles.items[i].y = origin.y + node->final_y;
	}
}

/* Nodes are in the middle of their columns, so lines go on straight to the next one. */
static void add_line(struct scene *scene, const struct grid *grid, const struct grid_link *line,
		     struct origin origin)
{
	const struct grid_node *from = &grid->nodes.items[line->from];
	const struct grid_node *to = &grid->nodes.items[line->to];
	const struct grid_column *left = &grid->columns.items[from->column];
	const struct grid_column *right = &grid->columns.items[to->column];
	struct layout_line *ret = vec_add(&scene->layout->lines);

	ret->bundle = line->bundle;
	ret->tip = line->tip;
	ret->x[0] =
		origin.x + (from->kind == GRID_SPACER ? left->x : from->final_x + from->size.width);
	ret->x[1] = origin.x + left->x + left->width;
	ret->x[2] = origin.x + right->x;
	ret->x[3] = to->kind == GRID_EXIT ? origin.right : origin.x + to->final_x;
	if (to->kind == GRID_SPACER)
		ret->x[3] = ret->x[2];
	ret->y[0] = origin.y + from->final_y + (int)grid_end_at(from, line->from_at);
	ret->y[1] = origin.y + to->final_y + (int)grid_end_at(to, line->to_at);
}

static void add_lines(struct scene *scene)
{
	for (uint32_t i = 0; i < scene->layout->frames.n; i++)
		for (size_t j = 0; j < scene->frames[i].grid.lines.n; j++)
			add_line(scene, &scene->frames[i].grid,
				 &scene->frames[i].grid.lines.items[j], origin_of(scene, i));
	for (size_t j = 0; j < scene->outer.lines.n; j++)
		add_line(scene, &scene->outer, &scene->outer.lines.items[j], (struct origin){0});
}

static int compare_lines(const void *left, const void *right)
{
	const struct layout_line *a = left, *b = right;

	if (a->bundle != b->bundle)
		return a->bundle < b->bundle ? -1 : 1;
	for (int i = 0; i < 4; i++)
		if (a->x[i] != b->x[i])
			return a->x[i] < b->x[i] ? -1 : 1;
	for (int i = 0; i < 2; i++)
		if (a->y[i] != b->y[i])
			return a->y[i] < b->y[i] ? -1 : 1;
	return 0;
}

void scene_finish(struct scene *scene)
{
	struct layout *layout = scene->layout;

	place_boxes(scene);
	place_labels(scene);
	add_lines(scene);
	if (layout->lines.n)
		qsort(layout->lines.items, layout->lines.n, sizeof(*layout->lines.items),
		      compare_lines);
}
