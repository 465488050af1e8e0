/* SPDX-License-Identifier: Apache-2.0 */
#include "layout/bundle.h"

#include "base/keyset.h"

#define NO_BUNDLE UINT32_MAX

/* What arrows of one bundle have in common. No padding. */
struct bundle_key {
	uint32_t box; /* the source, or the target */
	uint32_t is_source;
	uint32_t label;
	uint32_t is_inner;
	uint32_t is_reversed;
};

/* Which arrows could be one bundle. */
struct candidate {
	uint32_t number;
	uint32_t n; /* arrows */
};

struct bundler {
	struct bundling *bundling;
	struct keyset keys;
	VEC(struct candidate) candidates;
	uint32_t *bundle_of; /* by number of the key, NO_BUNDLE: none yet */
};

static bool is_inner(const struct layout *layout, const struct layout_arrow *arrow)
{
	return layout->boxes.items[arrow->from].frame == layout->boxes.items[arrow->to].frame;
}

/* Lines to the left and to the right are no bundle. */
static bool is_reversed(const struct bundling *bundling, const struct layout_arrow *arrow)
{
	const struct layout_box *boxes = bundling->layout->boxes.items;

	if (is_inner(bundling->layout, arrow))
		return bundling->box_columns[arrow->from] > bundling->box_columns[arrow->to];
	return bundling->frame_columns[boxes[arrow->from].frame] >
	       bundling->frame_columns[boxes[arrow->to].frame];
}

static uint32_t number_of(struct bundler *bundler, const struct layout_arrow *arrow, bool by_source)
{
	const struct bundle_key key = {
		.box = by_source ? arrow->from : arrow->to,
		.is_source = by_source,
		.label = arrow->label,
		.is_inner = is_inner(bundler->bundling->layout, arrow),
		.is_reversed = is_reversed(bundler->bundling, arrow),
	};

	return keyset_intern(&bundler->keys, &key, sizeof(key), NULL);
}

static void count_candidates(struct bundler *bundler)
{
	const struct layout *layout = bundler->bundling->layout;

	for (size_t i = 0; i < layout->arrows.n; i++)
		for (int by_source = 0; by_source < 2; by_source++) {
			const uint32_t number =
				number_of(bundler, &layout->arrows.items[i], by_source);

			if (number == bundler->candidates.n)
				vec_push(&bundler->candidates, ((struct candidate){number, 0}));
			bundler->candidates.items[number].n++;
		}
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
	return a->n != b->n ? a->n > b->n : a->number < b->number;
}

/* The box that the arrows of a bundle share comes with each of them. */
static void add_end(struct bundle_boxes *boxes, uint32_t box)
{
	if (boxes->n == 0 || boxes->items[boxes->n - 1] != box)
		vec_push(boxes, box);
}

static void enter(struct bundler *bundler, struct layout_arrow *arrow, uint32_t number)
{
	struct layout *layout = bundler->bundling->layout;
	struct bundle_ends *ends;

	if (bundler->bundle_of[number] == NO_BUNDLE) {
		bundler->bundle_of[number] = (uint32_t)layout->bundles.n;
		vec_push(&layout->bundles, ((struct layout_bundle){.label = arrow->label}));
		ends = vec_add(&bundler->bundling->ends);
		ends->is_inner = is_inner(layout, arrow);
	}
	arrow->bundle = bundler->bundle_of[number];
	ends = &bundler->bundling->ends.items[arrow->bundle];
	add_end(&ends->sources, arrow->from);
	add_end(&ends->targets, arrow->to);
}

/* Each arrow to the larger of the two that it could be in. */
static void choose_bundles(struct bundler *bundler)
{
	struct layout *layout = bundler->bundling->layout;
	const size_t n = bundler->candidates.n;

	bundler->bundle_of = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*bundler->bundle_of));
	memset(bundler->bundle_of, 0xff, n * sizeof(*bundler->bundle_of));
	for (size_t i = 0; i < layout->arrows.n; i++) {
		struct layout_arrow *arrow = &layout->arrows.items[i];
		const uint32_t source = number_of(bundler, arrow, true);
		const uint32_t target = number_of(bundler, arrow, false);

		enter(bundler, arrow,
		      is_better(&bundler->candidates.items[target],
				&bundler->candidates.items[source])
			      ? target
			      : source);
	}
}

void bundling_make(struct bundling *bundling)
{
	struct bundler bundler = {.bundling = bundling};

	count_candidates(&bundler);
	choose_bundles(&bundler);
	keyset_release(&bundler.keys);
	vec_release(&bundler.candidates);
	free(bundler.bundle_of);
}

void bundling_release(struct bundling *bundling)
{
	for (size_t i = 0; i < bundling->ends.n; i++) {
		vec_release(&bundling->ends.items[i].sources);
		vec_release(&bundling->ends.items[i].targets);
	}
	vec_release(&bundling->ends);
}
