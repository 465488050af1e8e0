/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the boxes and arrows of a picture go: a layered layout, from left to right. Boxes of a
 * frame stay together, frames stand beside and below each other, and nothing lies on anything else:
 * lines run straight through columns and curve only between them, so that none crosses a box.
 *
 * Arrows with the same label that share a source or a target are one bundle: one label, from which
 * the lines part. Who asks stands left of who is asked, as far as there are no circles.
 *
 * Equal input gives an equal layout. Time grows with lines times a fixed number of rounds; it is
 * made for some hundreds of boxes. Units are pixels, and y grows downwards.
 */
#pragma once

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct layout_size {
	int width, height;
};

/* In: the least size and the frame. Out: the place; boxes grow to the size of their neighbours. */
struct layout_box {
	struct layout_size size;
	uint32_t frame;
	int x, y;
};

/* One without a border holds one box. */
struct layout_frame {
	struct layout_size size; /* in: what its title needs */
	bool has_border;
	int x, y;
};

/* Between two different boxes; `label` says which arrows may be one. */
struct layout_arrow {
	uint32_t from, to;
	uint32_t label;
	uint32_t bundle; /* out */
};

struct layout_bundle {
	uint32_t label;
	int x, y; /* of the label */
};

enum layout_tip {
	LAYOUT_NO_TIP,
	LAYOUT_TIP_LEFT,
	LAYOUT_TIP_RIGHT,
};

/* From x[0] straight to x[1], in a curve to x[2] and its other height, straight to x[3]. */
struct layout_line {
	uint32_t bundle;
	int x[4];
	int y[2];
	enum layout_tip tip;
};

struct layout {
	VEC(struct layout_box) boxes;
	VEC(struct layout_frame) frames;
	VEC(struct layout_size) labels;
	VEC(struct layout_arrow) arrows;
	VEC(struct layout_bundle) bundles;
	VEC(struct layout_line) lines; /* by bundle */
	struct layout_size size;
};

/* Fills in what is out; boxes, frames, labels and arrows are there. */
void layout_make(struct layout *layout);

void layout_release(struct layout *layout);
