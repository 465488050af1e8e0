/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts of random graphs and of extreme ones, held against what layout.h promises. */
#include "layout/layout.h"
#include "lib/random.h"
#include "lib/tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { N_RANDOM = 400, TITLE = 26 };

struct area {
	int left, top, right, bottom;
};

/* A check ends at the first problem. */
struct check {
	const struct layout *layout;
	char problem[160];
};

__attribute__((format(printf, 3, 4))) static bool holds(struct check *check, bool is_so,
							const char *format, ...)
{
	va_list args;

	if (is_so || *check->problem)
		return is_so;
	va_start(args, format);
	vsnprintf(check->problem, sizeof(check->problem), format, args);
	va_end(args);
	return false;
}

static struct area area_at(int x, int y, struct layout_size size)
{
	return (struct area){x, y, x + size.width, y + size.height};
}

static struct area box_area(const struct layout *layout, size_t i)
{
	const struct layout_box *box = &layout->boxes.items[i];

	return area_at(box->x, box->y, box->size);
}

static struct area frame_area(const struct layout *layout, size_t i)
{
	const struct layout_frame *frame = &layout->frames.items[i];

	return area_at(frame->x, frame->y, frame->size);
}

static struct area label_area(const struct layout *layout, size_t bundle)
{
	const struct layout_bundle *item = &layout->bundles.items[bundle];

	return area_at(item->x, item->y, layout->labels.items[item->label]);
}

/* More than their edges. A line is as thin as nothing, and still crosses what it runs through. */
static bool overlap(struct area a, struct area b)
{
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static bool contains(struct area outer, struct area inner)
{
	return outer.left <= inner.left && outer.top <= inner.top && inner.right <= outer.right &&
	       inner.bottom <= outer.bottom;
}

/* ---- Boxes, frames and labels ---- */

static void check_boxes(struct check *check)
{
	const struct layout *layout = check->layout;

	for (size_t i = 0; i < layout->boxes.n; i++) {
		const size_t number = layout->boxes.items[i].frame;
		struct area frame = frame_area(layout, number);

		frame.top += layout->frames.items[number].has_border ? TITLE : 0;
		holds(check, contains(frame, box_area(layout, i)), "box %zu is beyond its frame",
		      i);
		for (size_t k = 0; k < i; k++)
			holds(check, !overlap(box_area(layout, i), box_area(layout, k)),
			      "boxes %zu and %zu overlap", k, i);
	}
}

static void check_frames(struct check *check)
{
	const struct layout *layout = check->layout;
	const struct area all = area_at(0, 0, layout->size);

	for (size_t i = 0; i < layout->frames.n; i++) {
		holds(check, contains(all, frame_area(layout, i)), "frame %zu is off the page", i);
		for (size_t k = 0; k < i; k++)
			holds(check, !overlap(frame_area(layout, i), frame_area(layout, k)),
			      "frames %zu and %zu overlap", k, i);
	}
}

/* Whether all arrows of the bundle are within the frame: 2, some end there: 1, none: 0. */
static int belongs(const struct layout *layout, size_t bundle, size_t frame)
{
	int ret = 0;

	for (size_t i = 0; i < layout->arrows.n; i++) {
		const struct layout_arrow *arrow = &layout->arrows.items[i];
		const bool from = layout->boxes.items[arrow->from].frame == frame;
		const bool to = layout->boxes.items[arrow->to].frame == frame;

		if (arrow->bundle == bundle && (from || to))
			ret = from && to ? 2 : 1;
	}
	return ret;
}

static void check_label(struct check *check, size_t bundle)
{
	const struct layout *layout = check->layout;
	const struct area area = label_area(layout, bundle);

	holds(check, contains(area_at(0, 0, layout->size), area), "label %zu is off the page",
	      bundle);
	for (size_t i = 0; i < layout->boxes.n; i++)
		holds(check, !overlap(area, box_area(layout, i)), "label %zu is on box %zu", bundle,
		      i);
	for (size_t i = 0; i < bundle; i++)
		holds(check, !overlap(area, label_area(layout, i)), "labels %zu and %zu overlap", i,
		      bundle);
	for (size_t i = 0; i < layout->frames.n; i++) {
		struct area frame = frame_area(layout, i);

		if (belongs(layout, bundle, i) < 2) {
			holds(check, !overlap(area, frame), "label %zu is on frame %zu", bundle, i);
			continue;
		}
		frame.top += TITLE;
		holds(check, contains(frame, area), "label %zu is not in its frame", bundle);
	}
}

/* ---- Lines ---- */

/* Straight, within the curve's bounds, straight: what is crossed there is crossed, or nearly. */
static void list_pieces(const struct layout_line *line, struct area ret[3])
{
	const int top = line->y[0] < line->y[1] ? line->y[0] : line->y[1];
	const int bottom = line->y[0] < line->y[1] ? line->y[1] : line->y[0];

	ret[0] = (struct area){line->x[0], line->y[0], line->x[1], line->y[0]};
	ret[1] = (struct area){line->x[1], top, line->x[2], bottom};
	ret[2] = (struct area){line->x[2], line->y[1], line->x[3], line->y[1]};
}

static bool crosses(const struct layout_line *line, struct area area)
{
	struct area pieces[3];

	list_pieces(line, pieces);
	return overlap(pieces[0], area) || overlap(pieces[1], area) || overlap(pieces[2], area);
}

static void check_line(struct check *check, size_t number)
{
	const struct layout *layout = check->layout;
	const struct layout_line *line = &layout->lines.items[number];
	struct area pieces[3];

	list_pieces(line, pieces);
	for (int i = 0; i < 3; i++) {
		holds(check, pieces[i].left <= pieces[i].right, "line %zu runs back", number);
		holds(check, contains(area_at(0, 0, layout->size), pieces[i]),
		      "line %zu is off the page", number);
	}
	for (size_t i = 0; i < layout->boxes.n; i++)
		holds(check, !crosses(line, box_area(layout, i)), "line %zu crosses box %zu",
		      number, i);
	for (size_t i = 0; i < layout->bundles.n; i++)
		holds(check, !crosses(line, label_area(layout, i)), "line %zu crosses label %zu",
		      number, i);
	for (size_t i = 0; i < layout->frames.n; i++) {
		struct area area = frame_area(layout, i);

		if (belongs(layout, line->bundle, i))
			area.bottom = area.top + (layout->frames.items[i].has_border ? TITLE : 0);
		holds(check, !crosses(line, area), "line %zu crosses frame %zu or its title",
		      number, i);
	}
}

/* ---- What leads where ---- */

/* Points of one bundle: a box, its label, or a place where two lines meet. */
struct point {
	int x, y;
	uint32_t root;
};

struct web {
	const struct layout *layout;
	VEC(struct point) points; /* boxes, the label, the others */
};

static uint32_t root_of(struct web *web, uint32_t point)
{
	while (web->points.items[point].root != point)
		point = web->points.items[point].root;
	return point;
}

static bool is_at_side(struct area area, int x, int y)
{
	return (x == area.left || x == area.right) && y >= area.top && y <= area.bottom;
}

static uint32_t point_at(struct web *web, size_t bundle, int x, int y)
{
	const uint32_t n = (uint32_t)web->layout->boxes.n, next = (uint32_t)web->points.n;

	for (uint32_t i = 0; i < n; i++)
		if (is_at_side(box_area(web->layout, i), x, y))
			return i;
	if (is_at_side(label_area(web->layout, bundle), x, y))
		return n;
	for (uint32_t i = n + 1; i < next; i++)
		if (web->points.items[i].x == x && web->points.items[i].y == y)
			return i;
	vec_push(&web->points, ((struct point){x, y, next}));
	return next;
}

static bool is_target(const struct layout *layout, size_t bundle, uint32_t box)
{
	for (size_t i = 0; i < layout->arrows.n; i++)
		if (layout->arrows.items[i].bundle == bundle && layout->arrows.items[i].to == box)
			return true;
	return false;
}

static void join(struct check *check, struct web *web, const struct layout_line *line, bool *tips)
{
	const uint32_t ends[2] = {point_at(web, line->bundle, line->x[0], line->y[0]),
				  point_at(web, line->bundle, line->x[3], line->y[1])};
	const uint32_t tip = ends[line->tip == LAYOUT_TIP_RIGHT];

	web->points.items[root_of(web, ends[0])].root = root_of(web, ends[1]);
	if (line->tip == LAYOUT_NO_TIP)
		return;
	if (holds(check, tip < check->layout->boxes.n, "a tip at no box") &&
	    holds(check, is_target(check->layout, line->bundle, tip), "a tip at box %u", tip))
		tips[tip] = true;
}

static void check_bundle(struct check *check, size_t bundle)
{
	const struct layout *layout = check->layout;
	struct web web = {.layout = layout};
	bool *tips = vec_grow(NULL, &(size_t){0}, layout->boxes.n, sizeof(*tips));

	memset(tips, 0, layout->boxes.n);
	for (uint32_t i = 0; i <= layout->boxes.n; i++)
		vec_push(&web.points, ((struct point){.root = i}));
	for (size_t i = 0; i < layout->lines.n; i++)
		if (layout->lines.items[i].bundle == bundle)
			join(check, &web, &layout->lines.items[i], tips);
	for (size_t i = 0; i < layout->arrows.n; i++) {
		const struct layout_arrow *arrow = &layout->arrows.items[i];

		if (arrow->bundle != bundle)
			continue;
		holds(check, root_of(&web, arrow->from) == root_of(&web, arrow->to),
		      "no line leads from box %u to box %u", arrow->from, arrow->to);
		holds(check, root_of(&web, arrow->from) == root_of(&web, (uint32_t)layout->boxes.n),
		      "no label at the arrow from box %u", arrow->from);
		holds(check, tips[arrow->to], "no tip at box %u", arrow->to);
	}
	vec_release(&web.points);
	free(tips);
}

static void check_arrows(struct check *check)
{
	const struct layout *layout = check->layout;

	for (size_t i = 0; i < layout->arrows.n; i++) {
		const struct layout_arrow *arrow = &layout->arrows.items[i];

		if (holds(check, arrow->bundle < layout->bundles.n, "arrow %zu: no bundle", i))
			holds(check, layout->bundles.items[arrow->bundle].label == arrow->label,
			      "arrow %zu: another label", i);
	}
	for (size_t i = 1; i < layout->lines.n; i++)
		holds(check, layout->lines.items[i - 1].bundle <= layout->lines.items[i].bundle,
		      "lines are not sorted");
}

/* "": it is as it should be. */
static void check_layout(struct check *check, const struct layout *layout)
{
	*check = (struct check){.layout = layout};
	check_arrows(check);
	check_boxes(check);
	check_frames(check);
	for (size_t i = 0; i < layout->bundles.n && !*check->problem; i++) {
		check_label(check, i);
		check_bundle(check, i);
	}
	for (size_t i = 0; i < layout->lines.n && !*check->problem; i++)
		check_line(check, i);
}

/* ---- Graphs ---- */

static void add_frame(struct layout *layout, bool has_border, int width)
{
	vec_push(&layout->frames,
		 ((struct layout_frame){.size = {width, 0}, .has_border = has_border}));
}

static void add_box(struct layout *layout, uint32_t frame, int width, int height)
{
	vec_push(&layout->boxes, ((struct layout_box){.size = {width, height}, .frame = frame}));
}

/* One from each box to another is enough: there is no second one. */
static void add_arrow(struct layout *layout, uint32_t from, uint32_t to, uint32_t label)
{
	for (size_t i = 0; i < layout->arrows.n; i++)
		if (layout->arrows.items[i].from == from && layout->arrows.items[i].to == to)
			return;
	if (from != to)
		vec_push(&layout->arrows,
			 ((struct layout_arrow){.from = from, .to = to, .label = label}));
}

static void add_labels(struct layout *layout, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		vec_push(&layout->labels, ((struct layout_size){20 + (int)(i * 37 % 140), 16}));
}

static void make_frames(struct random *random, struct layout *layout, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add_frame(layout, true, (int)random_between(random, 30, 400));
}

/* Boxes in frames, some in none, and `percent` as many arrows as boxes. */
static void make_random(struct random *random, struct layout *layout, uint32_t n_boxes,
			uint32_t percent)
{
	const uint32_t n_frames = random_between(random, 1, 7),
		       n_labels = random_between(random, 1, 5);

	make_frames(random, layout, n_frames);
	add_labels(layout, n_labels);
	for (uint32_t i = 0; i < n_boxes; i++) {
		uint32_t frame = random_below(random, n_frames);

		if (random_chance(random, 15)) {
			frame = (uint32_t)layout->frames.n;
			add_frame(layout, false, 0);
		}
		add_box(layout, frame, (int)random_between(random, 30, 260),
			(int)random_between(random, 24, 110));
	}
	for (uint32_t i = 0; i < n_boxes * percent / 100; i++)
		add_arrow(layout, random_below(random, n_boxes), random_below(random, n_boxes),
			  random_below(random, n_labels));
}

static bool is_same(const struct layout *a, const struct layout *b)
{
	return a->boxes.n == b->boxes.n && a->bundles.n == b->bundles.n &&
	       a->lines.n == b->lines.n && memcmp(&a->size, &b->size, sizeof(a->size)) == 0 &&
	       (!a->boxes.n || memcmp(a->boxes.items, b->boxes.items,
				      a->boxes.n * sizeof(*a->boxes.items)) == 0) &&
	       (!a->lines.n ||
		memcmp(a->lines.items, b->lines.items, a->lines.n * sizeof(*a->lines.items)) == 0);
}

static void check_random(uint64_t seed)
{
	struct random random = {seed};
	uint32_t n_bad = 0, n_different = 0;

	for (uint32_t i = 0; i < N_RANDOM; i++) {
		const uint32_t n_boxes = random_between(&random, 1, i % 20 ? 24 : 70);
		const uint32_t percent = random_below(&random, i % 3 ? 200 : 500);
		struct random again = random;
		struct layout layouts[2] = {0};
		struct check check;

		make_random(&random, &layouts[0], n_boxes, percent);
		make_random(&again, &layouts[1], n_boxes, percent);
		layout_make(&layouts[0]);
		layout_make(&layouts[1]);
		check_layout(&check, &layouts[0]);
		n_bad += *check.problem != '\0';
		n_different += !is_same(&layouts[0], &layouts[1]);
		if (*check.problem)
			diag("graph %u: %s", i, check.problem);
		layout_release(&layouts[0]);
		layout_release(&layouts[1]);
	}
	ok_int(n_bad, 0, "%d random graphs: nothing lies on anything else", N_RANDOM);
	ok_int(n_different, 0, "and the same every time");
}

/* ---- Extremes ---- */

static void make_plain(struct layout *layout, uint32_t n_frames, uint32_t n_boxes)
{
	for (uint32_t i = 0; i < n_frames; i++)
		add_frame(layout, true, 80);
	for (uint32_t i = 0; i < n_boxes; i++)
		add_box(layout, i % n_frames, 90, 32);
	add_labels(layout, 3);
}

static void make_nothing(struct layout *layout)
{
	(void)layout;
}

static void make_one(struct layout *layout)
{
	make_plain(layout, 1, 1);
}

static void make_free_one(struct layout *layout)
{
	add_frame(layout, false, 0);
	add_box(layout, 0, 90, 32);
}

static void make_lonely(struct layout *layout)
{
	make_plain(layout, 9, 300);
}

static void make_complete(struct layout *layout)
{
	make_plain(layout, 1, 14);
	for (uint32_t i = 0; i < 14 * 14; i++)
		add_arrow(layout, i / 14, i % 14, i % 3);
}

static void make_complete_frames(struct layout *layout)
{
	make_plain(layout, 12, 12);
	for (uint32_t i = 0; i < 12 * 12; i++)
		add_arrow(layout, i / 12, i % 12, i % 3);
}

static void make_pair(struct layout *layout)
{
	make_plain(layout, 1, 2);
	add_arrow(layout, 0, 1, 0);
	add_arrow(layout, 1, 0, 0);
}

static void make_circle(struct layout *layout)
{
	make_plain(layout, 1, 40);
	for (uint32_t i = 0; i < 40; i++)
		add_arrow(layout, i, (i + 1) % 40, 0);
}

static void make_circle_of_frames(struct layout *layout)
{
	make_plain(layout, 8, 40);
	for (uint32_t i = 0; i < 40; i++)
		add_arrow(layout, i, (i + 1) % 40, i % 3);
}

static void make_star(struct layout *layout)
{
	make_plain(layout, 1, 120);
	for (uint32_t i = 1; i < 120; i++)
		add_arrow(layout, i % 2 ? i : 0, i % 2 ? 0 : i, i % 3);
}

static void make_large(struct layout *layout)
{
	struct random random = {7};

	make_plain(layout, 20, 300);
	for (uint32_t i = 0; i < 600; i++)
		add_arrow(layout, random_below(&random, 300), random_below(&random, 300), i % 3);
}

static void make_wide(struct layout *layout)
{
	make_plain(layout, 2, 4);
	layout->labels.items[0].width = 2000;
	layout->boxes.items[1].size.width = 3000;
	layout->frames.items[0].size.width = 5000;
	for (uint32_t i = 0; i < 3; i++)
		add_arrow(layout, i, i + 1, 0);
	add_arrow(layout, 0, 2, 1);
}

static const struct {
	const char *name;
	void (*make)(struct layout *layout);
} extremes[] = {
	{"nothing", make_nothing},
	{"one box", make_one},
	{"one box without a frame", make_free_one},
	{"300 boxes without arrows", make_lonely},
	{"everybody to everybody in one frame", make_complete},
	{"everybody to everybody in frames of one", make_complete_frames},
	{"two that ask each other", make_pair},
	{"a circle", make_circle},
	{"a circle through frames", make_circle_of_frames},
	{"one that all others know", make_star},
	{"300 boxes and 600 arrows", make_large},
	{"wide labels, boxes and titles", make_wide},
};

int main(void)
{
	const uint64_t seed = random_seed();

	diag("BULKHEAD_SEED=%llu", (unsigned long long)seed);
	check_random(seed);
	for (size_t i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
		struct layout layout = {0};
		struct check check;

		extremes[i].make(&layout);
		layout_make(&layout);
		check_layout(&check, &layout);
		ok_str(check.problem, "", "%s", extremes[i].name);
		layout_release(&layout);
	}
	return tap_done();
}
