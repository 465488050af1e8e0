/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as grids: one for each frame, and one of the frames. Only for this module. */
#pragma once

#include "layout/bundle.h"
#include "layout/grid.h"
#include "layout/layering.h"

#define SCENE_PAD 18
#define SCENE_TITLE 26
#define SCENE_NONE UINT32_MAX

struct scene_frame {
	struct layering layering; /* of the boxes that have arrows */
	struct grid grid;
	uint32_t node;       /* in the outer grid; SCENE_NONE: nothing leads there */
	VEC(uint32_t) alone; /* boxes without arrows */
	VEC(uint32_t) boxes; /* of the frame */
	struct layout_size alone_cell;
	uint32_t alone_columns;
	int left; /* of the grid, from the frame's edge */
	bool has_entries, has_exits;
	struct {
		uint32_t bundle; /* + 1; 0: none */
		uint32_t node;
	} last_port[GRID_N_SIDES]; /* the newest one at each edge */
};

/* Where a line of the outer grid meets one of a frame's. */
struct scene_port {
	uint32_t link; /* of the outer grid */
	uint32_t frame;
	uint32_t node; /* of the frame's grid */
	bool is_exit;
};

struct scene {
	struct layout *layout;
	struct bundling bundling;
	struct scene_frame *frames;
	struct layering layering; /* of the frames */
	struct grid outer;
	uint32_t *node_of;   /* by box, in the grid of its frame; SCENE_NONE: it has no arrows */
	uint32_t *column_of; /* by box, within its frame */
	uint32_t *frame_of;  /* by box */
	uint32_t *label_of;  /* node, by bundle */
	VEC(struct scene_port) ports;
};

/* Columns, nodes and links of all grids. */
void scene_init(struct scene *scene);

/* The grids, and what is in none. */
void scene_arrange(struct scene *scene);

/* Where everything is then. */
void scene_finish(struct scene *scene);

void scene_release(struct scene *scene);

/* The distance of a frame's grid from the upper edge. */
static inline int scene_top(const struct layout_frame *frame)
{
	return frame->has_border ? SCENE_TITLE + SCENE_PAD : 0;
}
