/* SPDX-License-Identifier: Apache-2.0 */
#include "base/port.h"

#include "base/hash.h"
#include "base/vec.h"

#include <assert.h>

static const struct {
	const char *name;
	uint16_t last;
} spaces[PORT_N_SPACES] = {
#define X(id, name, last) [PORT_##id] = {name, last},
	PORT_SPACES(X)
#undef X
};

const char *port_space_name(enum port_space space)
{
	assert(space < PORT_N_SPACES);
	return spaces[space].name;
}

uint16_t port_space_last(enum port_space space)
{
	assert(space < PORT_N_SPACES);
	return spaces[space].last;
}

enum port_space port_space_of(uint8_t ip_protocol)
{
	switch (ip_protocol) {
	case 6:
		return PORT_TCP;
	case 17:
		return PORT_UDP;
	case 132:
		return PORT_SCTP;
	case 1:
		return PORT_ICMP;
	case 58:
		return PORT_ICMPV6;
	default:
		return PORT_OTHER;
	}
}

void port_set_release(struct port_set *set)
{
	free(set->ranges);
	*set = (struct port_set){0};
}

void port_set_clear(struct port_set *set)
{
	set->n = 0;
}

static void reserve(struct port_set *set, size_t n)
{
	if (n > set->cap)
		set->ranges = vec_grow(set->ranges, &set->cap, n, sizeof(*set->ranges));
}

void port_set_copy(struct port_set *to, const struct port_set *from)
{
	reserve(to, from->n);
	if (from->n)
		memcpy(to->ranges, from->ranges, from->n * sizeof(*from->ranges));
	to->n = from->n;
}

/*
 * One line for all spaces, with a gap of one number between them: ranges merge only inside a space.
 */
static uint32_t line_first(const struct port_range *range)
{
	return (uint32_t)range->space << 17 | range->first;
}

static uint32_t line_last(const struct port_range *range)
{
	return (uint32_t)range->space << 17 | range->last;
}

/* The first range that ends at or after `at`, or n. */
static size_t lower_bound(const struct port_set *set, uint32_t at)
{
	size_t low = 0;
	size_t high = set->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (line_last(&set->ranges[middle]) < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Puts `range` in place of the ranges [from, to). */
static void replace(struct port_set *set, size_t from, size_t to, struct port_range range)
{
	size_t tail = set->n - to;

	reserve(set, set->n + 1);
	memmove(&set->ranges[from + 1], &set->ranges[to], tail * sizeof(*set->ranges));
	set->ranges[from] = range;
	set->n = from + 1 + tail;
}

void port_set_add(struct port_set *set, struct port_range range)
{
	uint32_t first = line_first(&range);
	size_t from;
	size_t to;

	assert(range.space < PORT_N_SPACES && range.first <= range.last);
	assert(range.last <= spaces[range.space].last);
	from = lower_bound(set, first ? first - 1 : 0);
	for (to = from; to < set->n && line_first(&set->ranges[to]) <= line_last(&range) + 1;
	     to++) {
		if (set->ranges[to].first < range.first)
			range.first = set->ranges[to].first;
		if (set->ranges[to].last > range.last)
			range.last = set->ranges[to].last;
	}
	replace(set, from, to, range);
}

void port_set_add_all(struct port_set *set)
{
	port_set_clear(set);
	for (uint8_t space = 0; space < PORT_N_SPACES; space++)
		port_set_add(set, (struct port_range){space, 0, spaces[space].last});
}

void port_set_union(struct port_set *to, const struct port_set *from)
{
	for (size_t i = 0; i < from->n; i++)
		port_set_add(to, from->ranges[i]);
}

static void append(struct port_set *set, uint8_t space, uint16_t first, uint16_t last)
{
	reserve(set, set->n + 1);
	set->ranges[set->n++] = (struct port_range){space, first, last};
}

void port_set_intersect(const struct port_set *a, const struct port_set *b, struct port_set *ret)
{
	size_t i = 0;
	size_t j = 0;

	assert(ret != a && ret != b);
	port_set_clear(ret);
	while (i < a->n && j < b->n) {
		const struct port_range *x = &a->ranges[i];
		const struct port_range *y = &b->ranges[j];

		if (x->space == y->space && x->first <= y->last && y->first <= x->last)
			append(ret, x->space, x->first > y->first ? x->first : y->first,
			       x->last < y->last ? x->last : y->last);
		if (line_last(x) < line_last(y))
			i++;
		else
			j++;
	}
}

/* What of `range` no range of `b` covers, starting at b's range `j`. */
static void append_uncovered(struct port_set *ret, struct port_range range,
			     const struct port_set *b, size_t j)
{
	uint32_t first = range.first;

	for (; j < b->n && line_first(&b->ranges[j]) <= line_last(&range); j++) {
		if (b->ranges[j].first > first)
			append(ret, range.space, (uint16_t)first, b->ranges[j].first - 1);
		first = (uint32_t)b->ranges[j].last + 1;
	}
	if (first <= range.last)
		append(ret, range.space, (uint16_t)first, range.last);
}

void port_set_subtract(const struct port_set *a, const struct port_set *b, struct port_set *ret)
{
	assert(ret != a && ret != b);
	port_set_clear(ret);
	for (size_t i = 0; i < a->n; i++)
		append_uncovered(ret, a->ranges[i], b, lower_bound(b, line_first(&a->ranges[i])));
}

bool port_set_contains(const struct port_set *set, enum port_space space, uint16_t number)
{
	struct port_range one = {(uint8_t)space, number, number};
	size_t i = lower_bound(set, line_first(&one));

	return i < set->n && line_first(&set->ranges[i]) <= line_first(&one);
}

static bool range_equal(const struct port_range *a, const struct port_range *b)
{
	return a->space == b->space && a->first == b->first && a->last == b->last;
}

bool port_set_equal(const struct port_set *a, const struct port_set *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (!range_equal(&a->ranges[i], &b->ranges[i]))
			return false;
	}
	return true;
}

bool port_set_is_all(const struct port_set *set)
{
	if (set->n != PORT_N_SPACES)
		return false;
	for (uint8_t space = 0; space < PORT_N_SPACES; space++) {
		struct port_range all = {space, 0, spaces[space].last};

		if (!range_equal(&set->ranges[space], &all))
			return false;
	}
	return true;
}

uint64_t port_set_hash(const struct port_set *set)
{
	uint64_t hash = set->n;

	for (size_t i = 0; i < set->n; i++) {
		const struct port_range *range = &set->ranges[i];

		hash = hash_u64(hash ^ ((uint64_t)range->space << 32 |
					(uint64_t)range->first << 16 | range->last));
	}
	return hash;
}
