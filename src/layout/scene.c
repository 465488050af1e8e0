/* SPDX-License-Identifier: Apache-2.0 */
#include "layout/scene.h"

#define BOX_GAP 18
#define FRAME_GAP 60
#define FEW_BOX_COLUMNS 4
#define FEW_FRAME_COLUMNS 3

static void *array(size_t n, size_t size)
{
	void *items = vec_grow(NULL, &(size_t){0}, n + 1, size);

	memset(items, 0, n * size);
	return items;
}

/* ---- Boxes and columns ---- */

static struct scene_frame *frame_of(const struct scene *scene, uint32_t box)
{
	return &scene->frames[scene->layout->boxes.items[box].frame];
}

static void add_boxes(struct scene *scene)
{
	const struct layout *layout = scene->layout;
	bool *has_arrows = array(layout->boxes.n, sizeof(*has_arrows));

	for (size_t i = 0; i < layout->arrows.n; i++)
		has_arrows[layout->arrows.items[i].from] = has_arrows[layout->arrows.items[i].to] =
			true;
	for (uint32_t i = 0; i < layout->boxes.n; i++) {
		struct scene_frame *frame = frame_of(scene, i);

		vec_push(&frame->boxes, i);
		scene->node_of[i] = SCENE_NONE;
		if (!has_arrows[i]) {
			vec_push(&frame->alone, i);
			continue;
		}
		scene->node_of[i] = (uint32_t)frame->layering.sizes.n;
		vec_push(&frame->layering.sizes, layout->boxes.items[i].size);
	}
	free(has_arrows);
}

static void add_edges(struct scene *scene)
{
	const struct layout *layout = scene->layout;

	for (size_t i = 0; i < layout->arrows.n; i++) {
		const struct layout_arrow *arrow = &layout->arrows.items[i];
		const uint32_t from = layout->boxes.items[arrow->from].frame;
		const uint32_t to = layout->boxes.items[arrow->to].frame;

		if (from == to)
			vec_push(&scene->frames[from].layering.edges,
				 ((struct acyclic_edge){scene->node_of[arrow->from],
							scene->node_of[arrow->to]}));
		else
			vec_push(&scene->layering.edges, ((struct acyclic_edge){from, to}));
	}
}

/* Boxes first, so that frames are known to be about so large. */
static void choose_columns(struct scene *scene)
{
	const struct layout *layout = scene->layout;

	for (size_t i = 0; i < layout->frames.n; i++) {
		layering_make(&scene->frames[i].layering, BOX_GAP, FEW_BOX_COLUMNS);
		vec_push(&scene->layering.sizes, scene->frames[i].layering.estimate);
	}
	layering_make(&scene->layering, FRAME_GAP, FEW_FRAME_COLUMNS);
	for (size_t i = 0; i < layout->boxes.n; i++)
		if (scene->node_of[i] != SCENE_NONE)
			scene->column_of[i] =
				frame_of(scene, (uint32_t)i)->layering.columns[scene->node_of[i]];
}

/* Whoever only asks beyond the frame stands at its right edge, next to the way out. */
static void move_askers(struct scene *scene)
{
	const struct layout *layout = scene->layout;
	bool *stays = array(layout->boxes.n, sizeof(*stays));

	for (size_t i = 0; i < layout->arrows.n; i++) {
		const struct layout_arrow *arrow = &layout->arrows.items[i];

		stays[arrow->to] = true;
		if (layout->boxes.items[arrow->from].frame == layout->boxes.items[arrow->to].frame)
			stays[arrow->from] = true;
	}
	for (uint32_t i = 0; i < layout->boxes.n; i++)
		if (!stays[i] && scene->node_of[i] != SCENE_NONE)
			scene->column_of[i] = frame_of(scene, i)->layering.n_columns - 1;
	free(stays);
}

/* Labels have the columns between those of boxes, and what crosses the edges those around them. */
static uint32_t column_at(uint32_t column)
{
	return 2 * column + 2;
}

static void add_nodes(struct scene *scene)
{
	const struct layout *layout = scene->layout;

	for (uint32_t i = 0; i < layout->boxes.n; i++)
		if (scene->node_of[i] != SCENE_NONE)
			scene->node_of[i] = grid_add_node(&frame_of(scene, i)->grid, GRID_BOX,
							  layout->boxes.items[i].size,
							  column_at(scene->column_of[i]));
}

/* ---- Links ---- */

/*
 * A label stands next to the box that the arrows of its bundle share, on the side where the others
 * are.
 */
static uint32_t label_column(const struct bundle_ends *ends, const uint32_t *columns,
			     const uint32_t *index)
{
	const bool by_source = ends->sources.n == 1;
	const struct bundle_boxes *hub = by_source ? &ends->sources : &ends->targets;
	const struct bundle_boxes *others = by_source ? &ends->targets : &ends->sources;
	const uint32_t column = columns[index ? index[hub->items[0]] : hub->items[0]];

	for (size_t i = 0; i < others->n; i++) {
		const uint32_t other = columns[index ? index[others->items[i]] : others->items[i]];

		if (other != column)
			return other > column ? column_at(column) + 1 : column_at(column) - 1;
	}
	return column_at(column) + 1;
}

/* From a node to a label or back, whichever stands left. */
static struct grid_link make_link(const struct grid *grid, uint32_t end, uint32_t label,
				  uint32_t bundle, bool is_target)
{
	const bool is_left = grid->nodes.items[end].column < grid->nodes.items[label].column;

	return (struct grid_link){
		.from = is_left ? end : label,
		.to = is_left ? label : end,
		.from_at = GRID_MIDDLE,
		.to_at = GRID_MIDDLE,
		.bundle = bundle,
		.tip = !is_target ? LAYOUT_NO_TIP : (is_left ? LAYOUT_TIP_LEFT : LAYOUT_TIP_RIGHT),
	};
}

static void link_within(struct scene *scene, uint32_t bundle)
{
	const struct bundle_ends *ends = &scene->bundling.ends.items[bundle];
	const struct layout_bundle *item = &scene->layout->bundles.items[bundle];
	struct grid *grid = &frame_of(scene, ends->sources.items[0])->grid;
	const uint32_t label = grid_add_node(grid, GRID_LABEL,
					     scene->layout->labels.items[item->label],
					     label_column(ends, scene->column_of, NULL));

	scene->label_of[bundle] = label;
	for (int is_target = 0; is_target < 2; is_target++) {
		const struct bundle_boxes *boxes = is_target ? &ends->targets : &ends->sources;

		for (size_t i = 0; i < boxes->n; i++) {
			const struct grid_link link = make_link(
				grid, scene->node_of[boxes->items[i]], label, bundle, is_target);

			grid_add_link(grid, &link);
		}
	}
}

static uint32_t outer_node(struct scene *scene, uint32_t frame)
{
	struct scene_frame *item = &scene->frames[frame];
	const bool has_border = scene->layout->frames.items[frame].has_border;

	if (item->node == SCENE_NONE)
		item->node = grid_add_node(&scene->outer, has_border ? GRID_FRAME : GRID_BOX,
					   (struct layout_size){0, 0},
					   column_at(scene->layering.columns[frame]));
	return item->node;
}

/* Where a bundle crosses an edge of a frame, made with the line from there on. */
static uint32_t port_of(struct scene *scene, uint32_t number, const struct grid_link *outer,
			bool is_exit)
{
	struct scene_frame *frame = &scene->frames[number];
	const enum grid_side side = is_exit ? GRID_RIGHT : GRID_LEFT;
	struct grid_link link = *outer;

	if (frame->last_port[side].bundle == outer->bundle + 1)
		return frame->last_port[side].node;
	frame->last_port[side].bundle = outer->bundle + 1;
	frame->last_port[side].node = grid_add_node(
		&frame->grid, is_exit ? GRID_EXIT : GRID_ENTRY, (struct layout_size){0, 0},
		is_exit ? column_at(frame->layering.n_columns) : 0);
	frame->has_exits |= is_exit;
	frame->has_entries |= !is_exit;
	link.tip = LAYOUT_NO_TIP;
	grid_add_link(&scene->outer, &link);
	vec_push(&scene->ports, ((struct scene_port){(uint32_t)scene->outer.links.n - 1, number,
						     frame->last_port[side].node, is_exit}));
	return frame->last_port[side].node;
}

/* From a box to the edge of its frame, or from there to the box. */
static void link_port(struct scene *scene, uint32_t box, const struct grid_link *outer,
		      bool is_exit)
{
	const uint32_t number = scene->frame_of[box];
	const uint32_t port = port_of(scene, number, outer, is_exit);
	struct grid_link link = *outer;

	link.from = is_exit ? scene->node_of[box] : port;
	link.to = is_exit ? port : scene->node_of[box];
	grid_add_link(&scene->frames[number].grid, &link);
}

static void link_between(struct scene *scene, uint32_t bundle)
{
	const struct layout *layout = scene->layout;
	const struct bundle_ends *ends = &scene->bundling.ends.items[bundle];

	scene->label_of[bundle] =
		grid_add_node(&scene->outer, GRID_LABEL,
			      layout->labels.items[layout->bundles.items[bundle].label],
			      label_column(ends, scene->layering.columns, scene->frame_of));
	for (int is_target = 0; is_target < 2; is_target++) {
		const struct bundle_boxes *boxes = is_target ? &ends->targets : &ends->sources;

		for (size_t i = 0; i < boxes->n; i++) {
			const uint32_t frame = scene->frame_of[boxes->items[i]];
			const uint32_t node = outer_node(scene, frame);
			const struct grid_link link = make_link(
				&scene->outer, node, scene->label_of[bundle], bundle, is_target);

			if (layout->frames.items[frame].has_border)
				link_port(scene, boxes->items[i], &link, link.from == node);
			else
				grid_add_link(&scene->outer, &link);
		}
	}
}

static void add_links(struct scene *scene)
{
	for (uint32_t i = 0; i < scene->layout->bundles.n; i++) {
		if (scene->bundling.ends.items[i].is_inner)
			link_within(scene, i);
		else
			link_between(scene, i);
	}
}

void scene_init(struct scene *scene)
{
	struct layout *layout = scene->layout;

	scene->frames = array(layout->frames.n, sizeof(*scene->frames));
	scene->node_of = array(layout->boxes.n, sizeof(*scene->node_of));
	scene->column_of = array(layout->boxes.n, sizeof(*scene->column_of));
	scene->frame_of = array(layout->boxes.n, sizeof(*scene->frame_of));
	for (uint32_t i = 0; i < layout->boxes.n; i++)
		scene->frame_of[i] = layout->boxes.items[i].frame;
	for (uint32_t i = 0; i < layout->frames.n; i++) {
		scene->frames[i].node = SCENE_NONE;
		scene->frames[i].grid.is_filled = true;
	}
	add_boxes(scene);
	add_edges(scene);
	choose_columns(scene);
	move_askers(scene);
	scene->bundling = (struct bundling){.layout = layout,
					    .box_columns = scene->column_of,
					    .frame_columns = scene->layering.columns};
	bundling_make(&scene->bundling);
	scene->label_of = array(layout->bundles.n, sizeof(*scene->label_of));
	add_nodes(scene);
	add_links(scene);
}

void scene_release(struct scene *scene)
{
	for (size_t i = 0; i < scene->layout->frames.n; i++) {
		grid_release(&scene->frames[i].grid);
		layering_release(&scene->frames[i].layering);
		vec_release(&scene->frames[i].alone);
		vec_release(&scene->frames[i].boxes);
	}
	grid_release(&scene->outer);
	layering_release(&scene->layering);
	bundling_release(&scene->bundling);
	vec_release(&scene->ports);
	free(scene->frames);
	free(scene->node_of);
	free(scene->column_of);
	free(scene->frame_of);
	free(scene->label_of);
}
