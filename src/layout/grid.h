/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One level of a layout: nodes in columns, and lines between them. The boxes of a frame are one
 * grid, the frames of the picture are another. Only for this module.
 *
 * Give it nodes with their columns, and links, then grid_arrange(). A link that spans several
 * columns becomes a chain of spacers; the links of one bundle that leave its anchor (the label, or
 * the edge of the frame) share theirs, as far as they all have tips or none has.
 */
#pragma once

#include "layout/layout.h"

#define GRID_MIDDLE (-1) /* in place of a height: wherever there is room */

enum grid_kind {
	GRID_BOX,
	GRID_FRAME,
	GRID_LABEL,
	GRID_ENTRY, /* where a line crosses the left edge of a frame */
	GRID_EXIT,  /* or the right one */
	GRID_SPACER,
};

enum grid_side {
	GRID_LEFT,
	GRID_RIGHT,
	GRID_N_SIDES,
};

struct grid_node {
	enum grid_kind kind;
	struct layout_size size;
	uint32_t column;
	uint32_t rank; /* from the top of its column */
	double y;      /* of its upper edge */
	int final_x, final_y;
	VEC(uint32_t) chains[GRID_N_SIDES][2]; /* without and with a tip: spacers, nearest first */
	VEC(uint32_t) lines[GRID_N_SIDES];     /* positions in `lines` */
};

/* `from` is left of `to`. */
struct grid_link {
	uint32_t from, to;
	int from_at, to_at; /* heights within the nodes, or GRID_MIDDLE */
	uint32_t bundle;
	enum layout_tip tip; /* at the box */
};

struct grid_column {
	int x, width;
	VEC(uint32_t) nodes;
};

struct grid {
	VEC(struct grid_node) nodes;
	VEC(struct grid_link) links;
	VEC(struct grid_link) lines; /* out: between neighbouring columns */
	VEC(struct grid_column) columns;
	bool is_filled;          /* boxes are as wide as their column */
	struct layout_size size; /* out */
};

uint32_t grid_add_node(struct grid *grid, enum grid_kind kind, struct layout_size size,
		       uint32_t column);
void grid_add_link(struct grid *grid, const struct grid_link *link);
void grid_arrange(struct grid *grid);
void grid_release(struct grid *grid);

/* The steps, in this order. */
void grid_make_lines(struct grid *grid);
void grid_order(struct grid *grid);
void grid_place(struct grid *grid);

/* What lines end at; the others are on their way. */
static inline bool grid_is_end(const struct grid_node *node)
{
	return node->kind == GRID_BOX || node->kind == GRID_FRAME;
}

/* The height at which a line meets a node, from the node's upper edge. */
static inline double grid_end_at(const struct grid_node *node, int at)
{
	return at == GRID_MIDDLE ? node->size.height / 2.0 : at;
}

/* The least distance between two neighbours in a column. */
int grid_gap(const struct grid_node *above, const struct grid_node *below);

/* Stacks the nodes of a column in the order of their ranks, around 0. */
void grid_stack(struct grid *grid, struct grid_column *column);
