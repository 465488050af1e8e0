/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of one change that belong together. */
#include "render/diff.h"

#include <string.h>

#define MAX_EXPLAINED 4096u /* pairs of a bundle whose rules are looked for */

/* What was noted of a section and an end. */
#define IS_LISTED 1
#define IS_EXPLAINED 2

struct sorting {
	struct analyze_diff *diff;
	struct diff_bundle bundles[DIFF_N_SECTIONS];
	uint8_t *ends[2];  /* by section and endpoint: as a source, as a target */
	uint8_t *sections; /* by change: bits of those that it has pairs in */
};

static enum diff_section section_of(const struct analyze_diff *diff,
				    const struct analyze_diff_pair *pair)
{
	const struct analyze_diff_ports *ports = &pair->change->ports;

	if (analyze_diff_is_exposure(diff, pair))
		return DIFF_EXPOSURE;
	if (analyze_diff_is_sensitive(diff, pair))
		return DIFF_SENSITIVE;
	if (ports->ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE)
		return DIFF_ADDED;
	return ports->ports[ANALYZE_NEW] == ANALYZE_PORTS_NONE ? DIFF_REMOVED : DIFF_CHANGED;
}

static uint8_t *note_of(struct sorting *sorting, int side, enum diff_section section, uint32_t end)
{
	return &sorting->ends[side][section * sorting->diff->endpoints.n + end];
}

static void list_end(struct sorting *sorting, int side, enum diff_section section, uint32_t end,
		     struct diff_ends *ret)
{
	uint8_t *note;

	if (end == ANALYZE_MAP_OUTSIDE)
		return;
	note = note_of(sorting, side, section, end);
	if (*note & IS_LISTED)
		return;
	*note |= IS_LISTED;
	vec_push(ret, end);
}

/* Whether nobody like this end was explained: endpoints of a group have the same rules. */
static bool is_unexplained(struct sorting *sorting, int side, enum diff_section section,
			   const struct analyze_diff_change *change, uint32_t end)
{
	const struct analyze_diff *diff = sorting->diff;
	const struct analyze_diff_group *group;
	uint8_t *note;

	if (end == ANALYZE_MAP_OUTSIDE)
		return false;
	group = &diff->groups.items[diff->endpoints.items[end].group];
	note = note_of(sorting, side, section,
		       change->by_endpoint ? end : group->endpoints.items[0]);
	if (*note & IS_EXPLAINED)
		return false;
	*note |= IS_EXPLAINED;
	return true;
}

static void take_pair(void *arg, const struct analyze_diff_pair *pair)
{
	struct sorting *sorting = arg;
	const enum diff_section section = section_of(sorting->diff, pair);
	struct diff_bundle *bundle = &sorting->bundles[section];
	bool is_other;

	list_end(sorting, 0, section, pair->from, &bundle->from);
	list_end(sorting, 1, section, pair->to, &bundle->to);
	is_other = is_unexplained(sorting, 0, section, pair->change, pair->from);
	is_other |= is_unexplained(sorting, 1, section, pair->change, pair->to);
	if (is_other && bundle->explained.n < MAX_EXPLAINED)
		vec_push(&bundle->explained, *pair);
}

static void note_section(void *arg, const struct analyze_diff_pair *pair)
{
	struct sorting *sorting = arg;

	sorting->sections[pair->change - sorting->diff->changes.items] |=
		(uint8_t)(1 << section_of(sorting->diff, pair));
}

static void sorting_init(struct sorting *sorting, struct analyze_diff *diff)
{
	const size_t size = DIFF_N_SECTIONS * (diff->endpoints.n + 1);

	*sorting = (struct sorting){.diff = diff};
	for (int side = 0; side < 2; side++) {
		sorting->ends[side] = vec_grow(NULL, &(size_t){0}, size, 1);
		memset(sorting->ends[side], 0, size);
	}
	sorting->sections = vec_grow(NULL, &(size_t){0}, diff->changes.n + 1, 1);
	memset(sorting->sections, 0, diff->changes.n);
	for (size_t i = 0; i < diff->changes.n; i++)
		analyze_diff_unfold(diff, &diff->changes.items[i], note_section, sorting);
}

static void sorting_release(struct sorting *sorting)
{
	for (int section = 0; section < DIFF_N_SECTIONS; section++) {
		vec_release(&sorting->bundles[section].from);
		vec_release(&sorting->bundles[section].to);
		vec_release(&sorting->bundles[section].explained);
	}
	free(sorting->ends[0]);
	free(sorting->ends[1]);
	free(sorting->sections);
}

static int compare_ends(const void *left, const void *right)
{
	const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static void sort_ends(struct diff_ends *ends)
{
	if (ends->n)
		qsort(ends->items, ends->n, sizeof(*ends->items), compare_ends);
}

static void clear_bundles(struct sorting *sorting)
{
	for (int section = 0; section < DIFF_N_SECTIONS; section++) {
		struct diff_bundle *bundle = &sorting->bundles[section];

		vec_clear(&bundle->from);
		vec_clear(&bundle->to);
		vec_clear(&bundle->explained);
	}
}

static void forget_ends(struct sorting *sorting)
{
	const size_t size = DIFF_N_SECTIONS * sorting->diff->endpoints.n;

	memset(sorting->ends[0], 0, size);
	memset(sorting->ends[1], 0, size);
}

void diff_bundles(struct analyze_diff *diff, diff_bundle_fn fn, void *arg)
{
	struct sorting sorting;

	sorting_init(&sorting, diff);
	for (int section = 0; section < DIFF_N_SECTIONS; section++)
		for (size_t i = 0; i < diff->changes.n; i++) {
			struct diff_bundle *bundle = &sorting.bundles[section];

			if (!(sorting.sections[i] & 1 << section))
				continue;
			clear_bundles(&sorting);
			forget_ends(&sorting);
			analyze_diff_unfold(diff, &diff->changes.items[i], take_pair, &sorting);
			sort_ends(&bundle->from);
			sort_ends(&bundle->to);
			bundle->change = &diff->changes.items[i];
			bundle->section = (enum diff_section)section;
			fn(arg, bundle);
		}
	sorting_release(&sorting);
}

void diff_bundle_why(struct analyze_diff *diff, const struct diff_bundle *bundle,
		     struct analyze_refs ret[ANALYZE_N_SIDES])
{
	for (size_t i = 0; i < bundle->explained.n; i++)
		analyze_diff_why(diff, &bundle->explained.items[i], ret);
}
