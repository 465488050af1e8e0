/* SPDX-License-Identifier: Apache-2.0 */
/* How far one gets in a directed graph, for all of its nodes at once. */
#pragma once

#include "base/bitset.h"

/*
 * For each of the nodes 0 … `within->n_bits` - 1 that are in `within`: how many others it leads to over
 * any number of edges between nodes of `within`, and how many lead to it. 0 for the rest. Row `i` of
 * `next`, of as many bits, has the nodes that an edge leads to from `i`. The arrays have a number for
 * each node.
 *
 * Nodes that lead to each other are one, so that the cost is a look at each edge and, for what is left,
 * a row of bits for each edge that no longer way stands for.
 */
void closure_count(const struct bitset *next, const struct bitset *within, uint32_t *ret_to,
		   uint32_t *ret_from);
