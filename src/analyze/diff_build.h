/* SPDX-License-Identifier: Apache-2.0 */
/* How a comparison is made; only for diff*.c. */
#pragma once

#include "analyze/diff.h"
#include "base/keyset.h"

struct diff_builder {
	struct analyze_diff *diff;
	struct diag_list *diags;
	struct keyset groups;     /* of their keys; numbers are the diff's groups */
	VEC(uint32_t) translated; /* by port set of the old map: its number in `sets`, + 1 */
	struct keyset ports;      /* before and after, by family; numbers are those of … */
	VEC(struct analyze_diff_ports) known;
};

/* The steps, in this order. */
void diff_make_peers(struct diff_builder *builder);
void diff_make_endpoints(struct diff_builder *builder);
void diff_make_changes(struct diff_builder *builder);
void diff_make_outside(struct diff_builder *builder);

#define DIFF_SAME UINT32_MAX

/* The number of a change of ports in `known`; DIFF_SAME: there is none. Numbers of each map. */
uint32_t diff_compare(struct diff_builder *builder, const struct analyze_map_link *before,
		      const struct analyze_map_link *after);

/* Whether a pair of ends is one: not a pod with itself, and not both are made up. */
bool diff_is_pair(const struct analyze_diff *diff, uint32_t from, uint32_t to);
