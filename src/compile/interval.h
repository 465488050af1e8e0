/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From overlapping intervals to disjoint segments: where on a line which terms apply.
 *
 * One sweep serves CIDR blocks of both families and ports of all spaces: everything is a number of
 * at most 128 bits. Neighbouring segments with the same set of terms are merged; segments cover the
 * whole line.
 */
#pragma once

#include "base/keyset.h"

#include <stddef.h>
#include <stdint.h>

typedef unsigned __int128 interval_point;

/* `term` applies from first to last. One term may have several intervals, overlapping ones too. */
struct interval {
	interval_point first;
	interval_point last;
	uint32_t term;
};

struct interval_list {
	struct interval *items;
	size_t n;
	size_t cap;
};

/* Up to where the next segment starts; `set` is an id in the keyset that the sweep was given. */
struct interval_segment {
	interval_point first;
	uint32_t set;
};

struct interval_segments {
	struct interval_segment *items; /* items[0].first is 0 */
	size_t n;
	size_t cap;
};

void interval_add(struct interval_list *list, interval_point first, interval_point last,
		  uint32_t term);

/*
 * Sweeps the line 0 … `last` (all intervals lie in it). Each distinct set of terms becomes an entry
 * of `sets`: its content is the ascending array of term numbers (uint32_t). Sorts `list`. `ret`
 * must be empty.
 */
void interval_sweep(struct interval_list *list, interval_point last, struct keyset *sets,
		    struct interval_segments *ret);

/* The segment that covers a point. */
size_t interval_find(const struct interval_segments *segments, interval_point point);

/* The last point of segment `i` on a line that ends at `last`. */
interval_point interval_end(const struct interval_segments *segments, size_t i,
			    interval_point last);
