/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/portsets_mix.h"

static int compare_ids(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

uint32_t mix_conditions(struct analyze_portsets *sets, uint32_t *texts, size_t n)
{
	size_t n_kept = 0;

	if (n)
		qsort(texts, n, sizeof(*texts), compare_ids);
	for (size_t i = 0; i < n; i++)
		if (!n_kept || texts[n_kept - 1] != texts[i])
			texts[n_kept++] = texts[i];
	return keyset_intern(&sets->conditions, texts, n_kept * sizeof(*texts), NULL);
}

/* The union of two sets of conditions. */
static uint32_t unite(struct analyze_portsets *sets, uint32_t a, uint32_t b)
{
	VEC(uint32_t) ids = {0};
	const uint32_t both[2] = {a, b};
	uint32_t ret;

	for (int i = 0; i < 2; i++) {
		size_t size;
		const uint32_t *from = keyset_get(&sets->conditions, both[i], &size);

		for (size_t k = 0; k < size / sizeof(*from); k++)
			vec_push(&ids, from[k]);
	}
	ret = mix_conditions(sets, ids.items, ids.n);
	vec_release(&ids);
	return ret;
}

static void replace(struct port_set *set, struct port_set *by)
{
	port_set_release(set);
	*set = *by;
	*by = (struct port_set){0};
}

/* Takes `what` out of `set`. */
static void take_out(struct port_set *set, const struct port_set *what)
{
	struct port_set rest = {0};

	port_set_subtract(set, what, &rest);
	replace(set, &rest);
}

static void put(struct mix *mix, uint32_t conditions, const struct port_set *ports)
{
	struct mix_part *part;

	for (size_t i = 0; i < mix->parts.n; i++)
		if (mix->parts.items[i].conditions == conditions) {
			port_set_union(&mix->parts.items[i].ports, ports);
			return;
		}
	part = vec_add(&mix->parts);
	part->conditions = conditions;
	port_set_copy(&part->ports, ports);
}

void mix_add(struct analyze_portsets *sets, struct mix *mix, uint32_t conditions,
	     const struct port_set *ports)
{
	const size_t n = mix->parts.n;
	struct port_set left = {0}, common = {0};

	port_set_copy(&left, ports);
	for (size_t i = 0; i < n && left.n; i++) {
		const uint32_t other = mix->parts.items[i].conditions;

		port_set_intersect(&left, &mix->parts.items[i].ports, &common);
		if (!common.n || other == conditions)
			continue;
		take_out(&left, &common);
		take_out(&mix->parts.items[i].ports, &common);
		put(mix, unite(sets, conditions, other), &common);
	}
	put(mix, conditions, &left);
	port_set_release(&left);
	port_set_release(&common);
}

static void add_parts(struct analyze_portsets *sets, uint32_t from, struct mix *ret)
{
	for (uint32_t i = 0; i < analyze_portsets_whole(sets, from)->n_parts; i++) {
		const struct analyze_portset_part part =
			analyze_portsets_whole(sets, from)->parts[i];

		mix_add(sets, ret, part.conditions, analyze_portsets_get(sets, part.ports));
	}
}

void mix_union(struct analyze_portsets *sets, uint32_t a, uint32_t b, struct mix *ret)
{
	port_set_copy(&ret->certain, analyze_portsets_get(sets, a));
	port_set_union(&ret->certain, analyze_portsets_get(sets, b));
	add_parts(sets, a, ret);
	add_parts(sets, b, ret);
}

/* What the parts of one set have in common with certain ports. */
static void add_common(struct analyze_portsets *sets, uint32_t from, const struct port_set *certain,
		       struct mix *ret)
{
	const struct analyze_portset *set = analyze_portsets_whole(sets, from);
	struct port_set common = {0};

	for (uint32_t i = 0; i < set->n_parts; i++) {
		port_set_intersect(analyze_portsets_get(sets, set->parts[i].ports), certain,
				   &common);
		mix_add(sets, ret, set->parts[i].conditions, &common);
	}
	port_set_release(&common);
}

void mix_intersect(struct analyze_portsets *sets, uint32_t a, uint32_t b, struct mix *ret)
{
	const struct analyze_portset *x = analyze_portsets_whole(sets, a);
	const struct analyze_portset *y = analyze_portsets_whole(sets, b);
	struct port_set common = {0};

	port_set_intersect(&x->ports, &y->ports, &ret->certain);
	add_common(sets, a, &y->ports, ret);
	add_common(sets, b, &x->ports, ret);
	for (uint32_t i = 0; i < x->n_parts; i++)
		for (uint32_t k = 0; k < y->n_parts; k++) {
			port_set_intersect(analyze_portsets_get(sets, x->parts[i].ports),
					   analyze_portsets_get(sets, y->parts[k].ports), &common);
			mix_add(sets, ret,
				unite(sets, x->parts[i].conditions, y->parts[k].conditions),
				&common);
		}
	port_set_release(&common);
}

static int compare_parts(const void *a, const void *b)
{
	return compare_ids(&((const struct mix_part *)a)->conditions,
			   &((const struct mix_part *)b)->conditions);
}

/* Parts in order, without what is certain anyway; empty ones are dropped. */
static void tidy(struct mix *mix)
{
	size_t n = 0;

	for (size_t i = 0; i < mix->parts.n; i++) {
		struct mix_part *part = &mix->parts.items[i];

		take_out(&part->ports, &mix->certain);
		if (part->ports.n)
			mix->parts.items[n++] = *part;
		else
			port_set_release(&part->ports);
	}
	mix->parts.n = n;
	if (n)
		qsort(mix->parts.items, n, sizeof(*mix->parts.items), compare_parts);
}

static bool is_mix(const struct analyze_portset *set, uint32_t certain,
		   const struct analyze_portset_part *parts, size_t n)
{
	return set->certain == certain && set->n_parts == n &&
	       memcmp(set->parts, parts, n * sizeof(*parts)) == 0;
}

/* The number of a set with parts. */
static uint32_t intern_mix(struct analyze_portsets *sets, uint32_t certain,
			   const struct analyze_portset_part *parts, size_t n)
{
	const uint64_t hash =
		hash_bytes((const char *)parts, n * sizeof(*parts), hash_u64(certain));
	bool is_new;
	uint64_t *head = hash_map_put(&sets->by_hash, hash, &is_new);
	uint32_t first = is_new ? 0 : (uint32_t)*head + 1;
	struct analyze_portset *set;

	for (uint32_t at = first; at; at = sets->next.items[at - 1])
		if (is_mix(&sets->sets.items[at - 1], certain, parts, n))
			return at - 1;
	*head = sets->sets.n;
	vec_push(&sets->next, first);
	set = vec_add(&sets->sets);
	set->certain = certain;
	set->n_parts = (uint32_t)n;
	set->parts = vec_grow(NULL, &(size_t){0}, n, sizeof(*parts));
	memcpy(set->parts, parts, n * sizeof(*parts));
	port_set_copy(&set->ports, analyze_portsets_get(sets, certain));
	return (uint32_t)(sets->sets.n - 1);
}

uint32_t mix_finish(struct analyze_portsets *sets, struct mix *mix)
{
	VEC(struct analyze_portset_part) parts = {0};
	uint32_t ret;

	tidy(mix);
	ret = analyze_portsets_add(sets, &mix->certain);
	for (size_t i = 0; i < mix->parts.n; i++) {
		const struct analyze_portset_part part = {
			mix->parts.items[i].conditions,
			analyze_portsets_add(sets, &mix->parts.items[i].ports)};

		vec_push(&parts, part);
		port_set_release(&mix->parts.items[i].ports);
	}
	if (parts.n)
		ret = intern_mix(sets, ret, parts.items, parts.n);
	port_set_release(&mix->certain);
	vec_release(&mix->parts);
	vec_release(&parts);
	return ret;
}
