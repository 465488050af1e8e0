/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/refs.h"

#include <assert.h>

static const struct {
	const char *name;
	const char *text;
} nears[ANALYZE_N_NEARS] = {
#define X(id, name, text) [ANALYZE_NEAR_##id] = {name, text},
	ANALYZE_NEARS(X)
#undef X
};

const char *analyze_near_name(enum analyze_near near)
{
	assert(near > ANALYZE_NEAR_NONE && near < ANALYZE_N_NEARS);
	return nears[near].name;
}

const char *analyze_near_text(enum analyze_near near)
{
	assert(near > ANALYZE_NEAR_NONE && near < ANALYZE_N_NEARS);
	return nears[near].text;
}

void analyze_refs_release(struct analyze_refs *refs)
{
	vec_release(refs);
}

/* Collecting from many members must not cost more than what they have in common. */
#define ORDER_AT 256

void analyze_refs_add(struct analyze_refs *refs, struct analyze_ref ref)
{
	if (refs->n == refs->cap && refs->n >= ORDER_AT)
		analyze_refs_order(refs);
	vec_push(refs, ref);
}

void analyze_refs_add_all(struct analyze_refs *refs, const struct analyze_refs *from)
{
	for (size_t i = 0; i < from->n; i++)
		analyze_refs_add(refs, from->items[i]);
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_targets(const struct analyze_ref *a, const struct analyze_ref *b)
{
	int order = compare_numbers(a->policy->index, b->policy->index);

	if (order || a->rule == b->rule)
		return order;
	if (!a->rule || !b->rule)
		return a->rule ? 1 : -1;
	order = compare_numbers(a->rule->direction, b->rule->direction);
	return order ? order : compare_numbers(a->rule->index, b->rule->index);
}

static int compare_refs(const void *left, const void *right)
{
	const struct analyze_ref *a = left, *b = right;
	int order = compare_targets(a, b);

	return order ? order : compare_numbers(a->near, b->near);
}

void analyze_refs_order(struct analyze_refs *refs)
{
	size_t n = 0;

	if (refs->n < 2)
		return;
	qsort(refs->items, refs->n, sizeof(*refs->items), compare_refs);
	for (size_t i = 1; i < refs->n; i++)
		if (compare_targets(&refs->items[n], &refs->items[i]))
			refs->items[++n] = refs->items[i];
	refs->n = n + 1;
}

void analyze_refs_remove(struct analyze_refs *refs, const struct analyze_refs *other)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < refs->n; i++) {
		while (at < other->n && compare_targets(&other->items[at], &refs->items[i]) < 0)
			at++;
		if (at == other->n || compare_targets(&other->items[at], &refs->items[i]))
			refs->items[n++] = refs->items[i];
	}
	refs->n = n;
}
