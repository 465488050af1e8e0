/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which column a node goes to: right of whoever points to it, as far as there are no circles. Where
 * that makes a picture much wider than high, neighbouring columns are one, and arrows within it go
 * round. Only for this module.
 */
#pragma once

#include "layout/acyclic.h"
#include "layout/layout.h"

struct layering {
	VEC(struct layout_size) sizes; /* in: of the nodes */
	struct acyclic_edges edges;
	uint32_t *columns; /* out: by node, from 0 on */
	uint32_t n_columns;
	struct layout_size estimate; /* of what it will look like */
};

/* Nodes of a column are `gap` apart; no fewer columns than `few` are made. */
void layering_make(struct layering *layering, int gap, uint32_t few);
void layering_release(struct layering *layering);
