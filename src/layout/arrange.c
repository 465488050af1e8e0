/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and places, from the inside to the outside. */
#include "layout/scene.h"

#define ALONE_GAP 12
#define SHELF_GAP 28
#define LEAST_SHELF 1000

static int most(int a, int b)
{
	return a > b ? a : b;
}

/* Boxes without arrows stand in rows, in a shape not much higher than wide. */
static void measure_alone(const struct scene *scene, struct scene_frame *frame)
{
	const uint32_t n = (uint32_t)frame->alone.n;
	uint32_t fit;

	frame->alone_cell = (struct layout_size){0, 0};
	for (uint32_t i = 0; i < n; i++) {
		const struct layout_size *size =
			&scene->layout->boxes.items[frame->alone.items[i]].size;

		frame->alone_cell.width = most(frame->alone_cell.width, size->width);
		frame->alone_cell.height = most(frame->alone_cell.height, size->height);
	}
	if (n == 0)
		return;
	fit = (uint32_t)((frame->grid.size.width + ALONE_GAP) /
			 (frame->alone_cell.width + ALONE_GAP));
	frame->alone_columns = 1;
	while (frame->alone_columns < fit || frame->alone_columns * frame->alone_columns * 2 < n)
		frame->alone_columns++;
	if (frame->alone_columns > n)
		frame->alone_columns = n;
}

static struct layout_size alone_size(const struct scene_frame *frame)
{
	const int columns = (int)frame->alone_columns;
	const int rows = columns ? ((int)frame->alone.n + columns - 1) / columns : 0;

	return (struct layout_size){
		columns * (frame->alone_cell.width + ALONE_GAP) - (columns ? ALONE_GAP : 0),
		rows * (frame->alone_cell.height + ALONE_GAP) - (rows ? ALONE_GAP : 0),
	};
}

static void measure_frame(struct scene *scene, uint32_t number)
{
	struct layout_frame *layout = &scene->layout->frames.items[number];
	struct scene_frame *frame = &scene->frames[number];
	struct layout_size alone;
	int width;

	grid_arrange(&frame->grid);
	measure_alone(scene, frame);
	alone = alone_size(frame);
	if (!layout->has_border) {
		layout->size = scene->layout->boxes.items[frame->boxes.items[0]].size;
		return;
	}
	frame->left = frame->has_entries ? 0 : SCENE_PAD;
	width = frame->left + frame->grid.size.width + (frame->has_exits ? 0 : SCENE_PAD);
	width = most(width, alone.width + 2 * SCENE_PAD);
	layout->size.width = most(layout->size.width, width);
	/* Lines leave at the edge, so a wider title moves it. */
	layout->size.height = scene_top(layout) + frame->grid.size.height + SCENE_PAD +
			      alone.height +
			      (alone.height && frame->grid.size.height ? SCENE_PAD : 0);
}

static void place_alone(struct scene *scene, uint32_t number)
{
	const struct layout_frame *layout = &scene->layout->frames.items[number];
	const struct scene_frame *frame = &scene->frames[number];
	const int pad = layout->has_border ? SCENE_PAD : 0;
	const int top = layout->y + scene_top(layout) + frame->grid.size.height +
			(frame->grid.size.height ? SCENE_PAD : 0);

	for (uint32_t i = 0; i < frame->alone.n; i++) {
		struct layout_box *box = &scene->layout->boxes.items[frame->alone.items[i]];
		const int column = (int)(i % frame->alone_columns);
		const int row = (int)(i / frame->alone_columns);

		box->size = frame->alone_cell;
		box->x = layout->x + pad + column * (box->size.width + ALONE_GAP);
		box->y = top + row * (box->size.height + ALONE_GAP);
	}
}

static void connect_ports(struct scene *scene)
{
	for (size_t i = 0; i < scene->ports.n; i++) {
		const struct scene_port *port = &scene->ports.items[i];
		struct grid_link *link = &scene->outer.links.items[port->link];
		const int at = scene->frames[port->frame].grid.nodes.items[port->node].final_y +
			       scene_top(&scene->layout->frames.items[port->frame]);

		if (port->is_exit)
			link->from_at = at;
		else
			link->to_at = at;
	}
}

/* Frames that nothing leads to are below the others, in rows. */
static void place_shelves(struct scene *scene)
{
	struct layout *layout = scene->layout;
	const int limit = most(scene->outer.size.width, LEAST_SHELF);
	int x = 0, y = scene->outer.size.height, height = 0;

	layout->size = scene->outer.size;
	y += y ? SHELF_GAP : 0;
	for (size_t i = 0; i < layout->frames.n; i++) {
		struct layout_frame *frame = &layout->frames.items[i];

		if (scene->frames[i].node != SCENE_NONE)
			continue;
		if (x && x + frame->size.width > limit) {
			x = 0;
			y += height + SHELF_GAP;
			height = 0;
		}
		frame->x = x;
		frame->y = y;
		x += frame->size.width + SHELF_GAP;
		height = most(height, frame->size.height);
		layout->size.width = most(layout->size.width, x - SHELF_GAP);
		layout->size.height = most(layout->size.height, y + height);
	}
}

void scene_arrange(struct scene *scene)
{
	struct layout *layout = scene->layout;

	for (uint32_t i = 0; i < layout->frames.n; i++) {
		measure_frame(scene, i);
		if (scene->frames[i].node != SCENE_NONE)
			scene->outer.nodes.items[scene->frames[i].node].size =
				layout->frames.items[i].size;
	}
	connect_ports(scene);
	grid_arrange(&scene->outer);
	for (size_t i = 0; i < layout->frames.n; i++)
		if (scene->frames[i].node != SCENE_NONE) {
			const struct grid_node *node =
				&scene->outer.nodes.items[scene->frames[i].node];

			layout->frames.items[i].x = node->final_x;
			layout->frames.items[i].y = node->final_y;
		}
	place_shelves(scene);
	for (uint32_t i = 0; i < layout->frames.n; i++)
		place_alone(scene, i);
}
