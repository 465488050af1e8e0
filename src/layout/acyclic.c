/* SPDX-License-Identifier: Apache-2.0 */
#include "layout/acyclic.h"

struct degree {
	int64_t in, out;
	bool is_placed;
};

/* Sinks before sources before the others, and then whoever has more out than in. */
static int64_t worth_of(const struct degree *degree)
{
	if (degree->out == 0)
		return INT64_MAX;
	if (degree->in == 0)
		return INT64_MAX - 1;
	return degree->out - degree->in;
}

static uint32_t best_of(const struct degree *degrees, uint32_t n)
{
	uint32_t best = n;

	for (uint32_t i = 0; i < n; i++)
		if (!degrees[i].is_placed &&
		    (best == n || worth_of(&degrees[i]) > worth_of(&degrees[best])))
			best = i;
	return best;
}

static void take_out(const struct acyclic_edges *edges, struct degree *degrees, uint32_t node)
{
	degrees[node].is_placed = true;
	for (size_t i = 0; i < edges->n; i++) {
		if (edges->items[i].from == node)
			degrees[edges->items[i].to].in--;
		if (edges->items[i].to == node)
			degrees[edges->items[i].from].out--;
	}
}

uint32_t *acyclic_order(const struct acyclic_edges *edges, uint32_t n)
{
	struct degree *degrees = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*degrees));
	uint32_t *places = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*places));
	uint32_t first = 0, last = n;

	memset(degrees, 0, n * sizeof(*degrees));
	for (size_t i = 0; i < edges->n; i++) {
		degrees[edges->items[i].from].out++;
		degrees[edges->items[i].to].in++;
	}
	while (first < last) {
		const uint32_t node = best_of(degrees, n);

		places[node] = degrees[node].out == 0 ? --last : first++;
		take_out(edges, degrees, node);
	}
	free(degrees);
	return places;
}
