/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All rows of a world as port sets: for a subject class and direction, the ports allowed by peer
 * class. Only for map*.c.
 *
 * Rows are streamed through compile_row_allowed() one subject class at a time. Most classes of a
 * row have one common port set, so a row is that and its exceptions; equal rows are one.
 */
#pragma once

#include "analyze/portsets.h"
#include "base/keyset.h"
#include "compile/world.h"

/* A row's content: the port set of every class but the exceptions, and those, by class. */
struct map_exception {
	uint32_t peer_class;
	uint32_t ports;
};

struct map_row {
	uint32_t common;
	uint32_t n;
	const struct map_exception *exceptions;
};

/* The number of the row in which everything is allowed. */
#define MAP_ROW_OPEN 0u

struct map_rows {
	struct analyze_portsets *sets;
	uint32_t n_classes;
	struct keyset rows; /* uint32_t: common, then class and ports of each exception */
	uint32_t *rows_of[POLICY_N_DIRECTIONS]; /* by subject class */
	uint64_t (*columns)[2]; /* by peer class: a hash of its exceptions in all rows */
};

/* Streams the whole world. */
void map_rows_init(struct map_rows *rows, struct compile_world *world,
		   struct analyze_portsets *sets);
void map_rows_release(struct map_rows *rows);

/* Valid until the next row is made. */
struct map_row map_row_get(const struct map_rows *rows, uint32_t row);

/* The ports of all classes of a row, written to `ret[n_classes]`. */
void map_row_expand(const struct map_rows *rows, uint32_t row, uint32_t *ret);
