/* SPDX-License-Identifier: Apache-2.0 */
#include "base/closure.h"

#include "lib/tap.h"

#include <stdlib.h>
#include <string.h>

#define MAX 70 /* more than a word of bits */

struct graph {
	size_t n;
	bool edges[MAX][MAX];
	bool within[MAX];
};

static unsigned int state = 1;

static unsigned int any_below(unsigned int n)
{
	state = state * 1103515245 + 12345;
	return (state >> 16) % n;
}

static void make_graph(struct graph *graph)
{
	const unsigned int density = 1 + any_below(40);

	memset(graph, 0, sizeof(*graph));
	graph->n = any_below(MAX + 1);
	for (size_t i = 0; i < graph->n; i++) {
		graph->within[i] = any_below(8) != 0;
		for (size_t k = 0; k < graph->n; k++)
			graph->edges[i][k] = any_below(60) < density / 4;
	}
}

/* As it is defined: what is led to in two steps is led to, until nothing is new. */
static void close_naively(const struct graph *graph, bool ret[MAX][MAX])
{
	for (size_t i = 0; i < graph->n; i++)
		for (size_t k = 0; k < graph->n; k++)
			ret[i][k] = graph->edges[i][k] && graph->within[i] && graph->within[k];
	for (size_t via = 0; via < graph->n; via++)
		for (size_t i = 0; i < graph->n; i++)
			for (size_t k = 0; k < graph->n; k++)
				ret[i][k] |= ret[i][via] && ret[via][k];
}

static void count_by_closure(const struct graph *graph, uint32_t to[MAX], uint32_t from[MAX])
{
	struct bitset next[MAX], within;

	bitset_init(&within, graph->n);
	for (size_t i = 0; i < graph->n; i++) {
		bitset_init(&next[i], graph->n);
		if (graph->within[i])
			bitset_set(&within, i);
		for (size_t k = 0; k < graph->n; k++)
			if (graph->edges[i][k])
				bitset_set(&next[i], k);
	}
	closure_count(next, &within, to, from);
	for (size_t i = 0; i < graph->n; i++)
		bitset_release(&next[i]);
	bitset_release(&within);
}

/* How many nodes have another number than they should. */
static int n_wrong(const struct graph *graph)
{
	bool closed[MAX][MAX];
	uint32_t to[MAX], from[MAX];
	int n = 0;

	close_naively(graph, closed);
	count_by_closure(graph, to, from);
	for (size_t i = 0; i < graph->n; i++) {
		uint32_t n_to = 0, n_from = 0;

		for (size_t k = 0; k < graph->n; k++) {
			n_to += k != i && closed[i][k];
			n_from += k != i && closed[k][i];
		}
		n += to[i] != n_to || from[i] != n_from;
	}
	return n;
}

int main(void)
{
	struct graph graph;
	int n = 0;

	for (int i = 0; i < 500; i++) {
		make_graph(&graph);
		n += n_wrong(&graph);
	}
	ok_int(n, 0, "of random graphs, what each node leads to and is led to from");
	memset(&graph, 0, sizeof(graph));
	graph.n = MAX;
	for (size_t i = 0; i < MAX; i++) {
		graph.within[i] = true;
		graph.edges[i][(i + 1) % MAX] = true;
	}
	ok_int(n_wrong(&graph), 0, "a ring is one");
	graph.edges[MAX - 1][0] = false;
	ok_int(n_wrong(&graph), 0, "a chain is many");
	return tap_done();
}
