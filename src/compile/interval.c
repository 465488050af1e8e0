/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/interval.h"

#include "base/vec.h"

#include <stdlib.h>

/* An end of an interval: the terms that apply change at `point`. */
struct edge {
	interval_point point;
	uint32_t term;
	bool starts;
};

/* The terms that apply now: ascending and few, compared with how many there are. */
struct active {
	VEC(uint32_t) terms;
	VEC(uint32_t) counts; /* parallel: open intervals of the term */
};

void interval_add(struct interval_list *list, interval_point first, interval_point last,
		  uint32_t term)
{
	vec_push(list, ((struct interval){first, last, term}));
}

static int cmp_edge(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->point != y->point)
		return x->point < y->point ? -1 : 1;
	return x->term < y->term ? -1 : x->term > y->term;
}

static size_t lower_bound(const struct active *active, uint32_t term)
{
	size_t low = 0, high = active->terms.n;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (active->terms.items[middle] < term)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert_term(struct active *active, size_t at, uint32_t term)
{
	const size_t n_after = active->terms.n - at;

	vec_push(&active->terms, term);
	vec_push(&active->counts, 1);
	memmove(&active->terms.items[at + 1], &active->terms.items[at], n_after * sizeof(uint32_t));
	memmove(&active->counts.items[at + 1], &active->counts.items[at],
		n_after * sizeof(uint32_t));
	active->terms.items[at] = term;
	active->counts.items[at] = 1;
}

static void remove_term(struct active *active, size_t at)
{
	const size_t n_after = active->terms.n - at - 1;

	memmove(&active->terms.items[at], &active->terms.items[at + 1], n_after * sizeof(uint32_t));
	memmove(&active->counts.items[at], &active->counts.items[at + 1],
		n_after * sizeof(uint32_t));
	active->terms.n--;
	active->counts.n--;
}

static void apply_edge(struct active *active, const struct edge *edge)
{
	const size_t at = lower_bound(active, edge->term);
	const bool is_there = at < active->terms.n && active->terms.items[at] == edge->term;

	if (edge->starts && is_there)
		active->counts.items[at]++;
	else if (edge->starts)
		insert_term(active, at, edge->term);
	else if (!--active->counts.items[at])
		remove_term(active, at);
}

static void add_segment(struct interval_segments *segments, interval_point first, uint32_t set)
{
	if (segments->n && segments->items[segments->n - 1].set == set)
		return;
	vec_push(segments, ((struct interval_segment){first, set}));
}

static struct edge *list_edges(const struct interval_list *list, interval_point last, size_t *ret_n)
{
	struct edge *edges = calloc(2 * list->n + 1, sizeof(*edges));
	size_t n = 0;

	if (!edges)
		abort();
	for (size_t i = 0; i < list->n; i++) {
		const struct interval *interval = &list->items[i];

		edges[n++] = (struct edge){interval->first, interval->term, true};
		if (interval->last < last)
			edges[n++] = (struct edge){interval->last + 1, interval->term, false};
	}
	*ret_n = n;
	return edges;
}

void interval_sweep(struct interval_list *list, interval_point last, struct keyset *sets,
		    struct interval_segments *ret)
{
	struct active active = {0};
	struct edge *edges;
	size_t n_edges, i = 0;

	edges = list_edges(list, last, &n_edges);
	qsort(edges, n_edges, sizeof(*edges), cmp_edge);
	if (!n_edges || edges[0].point)
		add_segment(ret, 0, keyset_intern(sets, NULL, 0, NULL));
	while (i < n_edges) {
		const interval_point point = edges[i].point;

		for (; i < n_edges && edges[i].point == point; i++)
			apply_edge(&active, &edges[i]);
		add_segment(ret, point,
			    keyset_intern(sets, active.terms.items,
					  active.terms.n * sizeof(uint32_t), NULL));
	}
	free(edges);
	vec_release(&active.terms);
	vec_release(&active.counts);
}

size_t interval_find(const struct interval_segments *segments, interval_point point)
{
	size_t low = 0, high = segments->n - 1;

	while (low < high) {
		const size_t middle = low + (high - low + 1) / 2;

		if (segments->items[middle].first <= point)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

interval_point interval_end(const struct interval_segments *segments, size_t i, interval_point last)
{
	return i + 1 < segments->n ? segments->items[i + 1].first - 1 : last;
}
