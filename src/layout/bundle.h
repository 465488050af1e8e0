/* SPDX-License-Identifier: Apache-2.0 */
/* Arrows in bundles. Only for this module. */
#pragma once

#include "layout/layout.h"

struct bundle_boxes {
	uint32_t *items;
	size_t n;
	size_t cap;
};

/* The boxes, each once, that a bundle's lines end at; and whether it lies within a frame. */
struct bundle_ends {
	struct bundle_boxes sources, targets;
	bool is_inner;
};

struct bundling {
	struct layout *layout;
	const uint32_t *box_columns;   /* within the frame */
	const uint32_t *frame_columns; /* by frame */
	VEC(struct bundle_ends) ends;  /* by bundle */
};

/* Fills layout->bundles and the bundle of each arrow. */
void bundling_make(struct bundling *bundling);
void bundling_release(struct bundling *bundling);
