/* SPDX-License-Identifier: Apache-2.0 */
/* Unfolding a comparison into pairs of ends. */
#include "analyze/diff_build.h"

#include <string.h>

#define NOWHERE ANALYZE_MAP_OUTSIDE

struct number_list {
	uint32_t *items;
	size_t n;
	size_t cap;
};

/* The endpoints of one side of a change. */
static void list_ends(const struct analyze_diff *diff, const struct analyze_diff_change *change,
		      const uint32_t *items, uint32_t n, struct number_list *ret)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct analyze_diff_group *group = &diff->groups.items[items[i]];

		if (change->by_endpoint) {
			vec_push(ret, items[i]);
			continue;
		}
		for (size_t j = 0; j < group->endpoints.n; j++)
			vec_push(ret, group->endpoints.items[j]);
	}
	if (!n)
		vec_push(ret, NOWHERE);
}

static bool is_missing(const struct analyze_diff *diff, enum analyze_diff_side side, uint32_t end)
{
	return end != NOWHERE && diff->endpoints.items[end].at[side] == NOWHERE;
}

static struct analyze_diff_pair make_pair(const struct analyze_diff *diff,
					  const struct analyze_diff_change *change, uint32_t from,
					  uint32_t to)
{
	return (struct analyze_diff_pair){
		.change = change,
		.from = from,
		.to = to,
		.is_new = is_missing(diff, ANALYZE_OLD, from) || is_missing(diff, ANALYZE_OLD, to),
		.is_gone = is_missing(diff, ANALYZE_NEW, from) || is_missing(diff, ANALYZE_NEW, to),
	};
}

/* A peer that is made up, and that no policy is about, has no connections outside of its own. */
static bool is_end(const struct analyze_diff *diff, uint32_t from, uint32_t to)
{
	const uint32_t end = from == NOWHERE ? to : from;
	const struct analyze_diff_endpoint *endpoint = &diff->endpoints.items[end];

	if (from != NOWHERE && to != NOWHERE)
		return diff_is_pair(diff, from, to);
	return !endpoint->is_hypothetical || endpoint->is_subject;
}

void analyze_diff_unfold(const struct analyze_diff *diff, const struct analyze_diff_change *change,
			 analyze_diff_fn fn, void *arg)
{
	struct number_list from = {0}, to = {0};

	list_ends(diff, change, change->from, change->n_from, &from);
	list_ends(diff, change, change->to, change->n_to, &to);
	for (size_t i = 0; i < from.n; i++)
		for (size_t j = 0; j < to.n; j++) {
			const struct analyze_diff_pair pair =
				make_pair(diff, change, from.items[i], to.items[j]);

			if (is_end(diff, pair.from, pair.to))
				fn(arg, &pair);
		}
	vec_release(&from);
	vec_release(&to);
}

/* The changes that each endpoint is a source of, or where there is none, a target. */
struct index {
	const struct analyze_diff *diff;
	struct number_list *changes; /* by endpoint */
};

static void index_init(struct index *index, const struct analyze_diff *diff, bool by_target)
{
	*index = (struct index){.diff = diff};
	index->changes =
		vec_grow(NULL, &(size_t){0}, diff->endpoints.n + 1, sizeof(*index->changes));
	memset(index->changes, 0, diff->endpoints.n * sizeof(*index->changes));
	for (uint32_t i = 0; i < diff->changes.n; i++) {
		const struct analyze_diff_change *change = &diff->changes.items[i];
		struct number_list ends = {0};

		if (by_target != (change->n_from == 0))
			continue;
		list_ends(diff, change, by_target ? change->to : change->from,
			  by_target ? change->n_to : change->n_from, &ends);
		for (size_t j = 0; j < ends.n; j++)
			vec_push(&index->changes[ends.items[j]], i);
		vec_release(&ends);
	}
}

static void index_release(struct index *index)
{
	for (size_t i = 0; i < index->diff->endpoints.n; i++)
		vec_release(&index->changes[i]);
	free(index->changes);
}

/* By target, ranges last and in order. */
static int compare_pairs(const void *left, const void *right)
{
	const struct analyze_diff_pair *a = left, *b = right;

	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return ip_cmp(&a->change->range.first, &b->change->range.first);
}

static void each_of(const struct index *index, uint32_t end, bool by_target, analyze_diff_fn fn,
		    void *arg)
{
	const struct analyze_diff *diff = index->diff;
	VEC(struct analyze_diff_pair) pairs = {0};

	for (size_t i = 0; i < index->changes[end].n; i++) {
		const struct analyze_diff_change *change =
			&diff->changes.items[index->changes[end].items[i]];
		struct number_list others = {0};

		if (by_target)
			vec_push(&others, NOWHERE);
		else
			list_ends(diff, change, change->to, change->n_to, &others);
		for (size_t j = 0; j < others.n; j++) {
			const uint32_t from = by_target ? NOWHERE : end;
			const uint32_t to = by_target ? end : others.items[j];

			if (is_end(diff, from, to))
				vec_push(&pairs, make_pair(diff, change, from, to));
		}
		vec_release(&others);
	}
	if (pairs.n)
		qsort(pairs.items, pairs.n, sizeof(*pairs.items), compare_pairs);
	for (size_t i = 0; i < pairs.n; i++)
		fn(arg, &pairs.items[i]);
	vec_release(&pairs);
}

void analyze_diff_each(const struct analyze_diff *diff, analyze_diff_fn fn, void *arg)
{
	for (int by_target = 0; by_target < 2; by_target++) {
		struct index index;

		index_init(&index, diff, by_target);
		for (uint32_t end = 0; end < diff->endpoints.n; end++)
			each_of(&index, end, by_target, fn, arg);
		index_release(&index);
	}
}
