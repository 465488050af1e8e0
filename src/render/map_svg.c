/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture that needs no other program: a frame for each namespace, in rows; a box for each
 * endpoint, and an arrow for all that two boxes have. Who asks stands left of who is asked, within
 * a frame too. What a box has with addresses outside, and with all that are open, is written in it:
 * arrows to what everybody talks to would hide the others. Points of the page are pixels; texts are
 * taken to be so wide as most fonts have them.
 */
#include "render/escape.h"
#include "render/map_picture.h"
#include "render/render.h"

#include <stdio.h>
#include <string.h>

#define BOX_HEIGHT 26
#define BOX_GAP 48
#define NOTE_HEIGHT 13
#define FRAME_PAD 14
#define FRAME_TITLE 24
#define FRAME_GAP_X 150 /* arrows and their labels are here */
#define FRAME_GAP_Y 90
#define COLUMN_GAP 110
#define PAGE_PAD 24
#define LETTER 7 /* the width of one, at 12 px */
#define NOTE_LETTER 6
#define ROW_WIDTH 1500
#define MAX_LABEL 30
#define MAX_COLUMNS 4
#define MAX_NOTES 4

struct point {
	int x, y;
};

/* Where a box is, and what is written in it. */
struct spot {
	uint32_t frame;
	uint32_t column;
	int x, y, width, height;
	const char *notes[MAX_NOTES];
	uint32_t n_notes;
};

struct frame {
	const char *name;
	uint32_t first; /* box */
	uint32_t n;
	int weight; /* arrows out less arrows in: the more, the more to the left */
	int x, y, width, height;
};

struct page {
	struct map_picture *picture;
	VEC(struct frame) frames;
	struct spot *spots; /* by box */
	int width, height;
};

static int text_width(const char *text, int letter)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80; /* UTF-8: bytes that begin a letter */
	return n * letter;
}

/* A text that is not longer than a label may be, cut between ports where that is possible. */
static const char *shorten(struct map_picture *picture, const char *text)
{
	size_t len = strlen(text);

	if (len <= MAX_LABEL)
		return text;
	len = MAX_LABEL - 1;
	for (size_t i = len; i > 8; i--)
		if (text[i] == ',' || text[i] == ';') {
			len = i;
			break;
		}
	return arena_printf(&picture->arena, "%.*s…", (int)len, text);
}

static const char *label_of(struct map_picture *picture, const struct picture_arrow *arrow)
{
	struct strbuf label = {0};
	const char *ret;

	map_picture_label(picture, arrow, &label);
	ret = arena_strdup(&picture->arena, strbuf_str(&label));
	strbuf_release(&label);
	return ret;
}

/* Addresses outside, and all that are open. */
static bool is_hub(const struct map_picture *picture, uint32_t box)
{
	const struct picture_box *item = &picture->boxes.items[box];

	return !*item->frame &&
	       (strcmp(item->id, "outside") == 0 || strcmp(item->id, "all-open") == 0);
}

static bool is_note(const struct map_picture *picture, const struct picture_arrow *arrow)
{
	return is_hub(picture, arrow->from) || is_hub(picture, arrow->to);
}

static void write_note(struct page *page, const struct picture_arrow *arrow)
{
	struct map_picture *picture = page->picture;
	const bool is_out = is_hub(picture, arrow->to);
	const uint32_t hub = is_out ? arrow->to : arrow->from;
	struct spot *spot = &page->spots[is_out ? arrow->from : arrow->to];

	if (spot->n_notes < MAX_NOTES)
		spot->notes[spot->n_notes++] = arena_printf(
			&picture->arena, "%s %s: %s", is_out ? "to" : "from",
			strcmp(picture->boxes.items[hub].id, "outside") == 0 ? "outside"
									     : "all open",
			shorten(picture, label_of(picture, arrow)));
}

static void measure_boxes(struct page *page)
{
	const struct map_picture *picture = page->picture;

	for (size_t i = 0; i < picture->arrows.n; i++)
		if (is_note(picture, &picture->arrows.items[i]))
			write_note(page, &picture->arrows.items[i]);
	for (uint32_t i = 0; i < picture->boxes.n; i++) {
		struct spot *spot = &page->spots[i];

		spot->width = text_width(picture->boxes.items[i].name, LETTER) + 20;
		spot->height = BOX_HEIGHT + (int)spot->n_notes * NOTE_HEIGHT;
		for (uint32_t j = 0; j < spot->n_notes; j++) {
			const int width = text_width(spot->notes[j], NOTE_LETTER) + 20;

			spot->width = width > spot->width ? width : spot->width;
		}
	}
}

/* What is in no namespace is a frame of its own each, so that it stands where it belongs. */
static void list_frames(struct page *page)
{
	const struct map_picture *picture = page->picture;

	for (uint32_t i = 0; i < picture->boxes.n; i++) {
		const struct picture_box *box = &picture->boxes.items[i];
		struct frame *frame = page->frames.n ? &page->frames.items[page->frames.n - 1]
						     : NULL;

		if (is_hub(picture, i))
			continue;
		if (!frame || !*box->frame || strcmp(frame->name, box->frame) != 0) {
			frame = vec_add(&page->frames);
			frame->name = box->frame;
			frame->first = i;
		}
		frame->n++;
		page->spots[i].frame = (uint32_t)page->frames.n - 1;
	}
}

static bool is_mutual(const struct map_picture *picture, const struct picture_arrow *arrow)
{
	for (size_t i = 0; i < picture->arrows.n; i++)
		if (picture->arrows.items[i].from == arrow->to &&
		    picture->arrows.items[i].to == arrow->from)
			return true;
	return false;
}

/* Who is asked stands right of who asks; the bound ends what goes in circles. */
static void choose_columns(struct page *page)
{
	const struct map_picture *picture = page->picture;

	for (int round = 1; round < MAX_COLUMNS; round++)
		for (size_t i = 0; i < picture->arrows.n; i++) {
			const struct picture_arrow *arrow = &picture->arrows.items[i];
			const struct spot *from = &page->spots[arrow->from];
			struct spot *to = &page->spots[arrow->to];

			if (!is_note(picture, arrow) && from->frame == to->frame &&
			    to->column <= from->column && from->column + 1 < MAX_COLUMNS &&
			    !is_mutual(picture, arrow))
				to->column = from->column + 1;
		}
}

static void weigh_frames(struct page *page)
{
	const struct map_picture *picture = page->picture;

	for (size_t i = 0; i < picture->arrows.n; i++) {
		const struct picture_arrow *arrow = &picture->arrows.items[i];
		const uint32_t from = page->spots[arrow->from].frame;
		const uint32_t to = page->spots[arrow->to].frame;

		if (is_note(picture, arrow) || from == to)
			continue;
		page->frames.items[from].weight++;
		page->frames.items[to].weight--;
	}
}

static int compare_frames(const void *left, const void *right)
{
	const struct frame *a = left, *b = right;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

/* The boxes of a frame in columns, from its corner; and so its size. */
static void fill_frame(struct page *page, struct frame *frame)
{
	const int top = FRAME_PAD + (*frame->name ? FRAME_TITLE : 0);
	int x = FRAME_PAD;

	for (uint32_t column = 0; column < MAX_COLUMNS; column++) {
		int y = top, width = 0;

		for (uint32_t i = frame->first; i < frame->first + frame->n; i++) {
			struct spot *spot = &page->spots[i];

			if (spot->column != column)
				continue;
			spot->x = x;
			spot->y = y + (int)(column % 2) * (BOX_HEIGHT / 2);
			y = spot->y + spot->height + BOX_GAP;
			width = spot->width > width ? spot->width : width;
			if (y - BOX_GAP + FRAME_PAD > frame->height)
				frame->height = y - BOX_GAP + FRAME_PAD;
		}
		if (width) {
			frame->width = x + width + FRAME_PAD;
			x += width + COLUMN_GAP;
		}
	}
	x = text_width(frame->name, LETTER + 1) + 2 * FRAME_PAD;
	frame->width = x > frame->width ? x : frame->width;
}

static void move_frame(struct page *page, struct frame *frame, int x, int y)
{
	frame->x = x;
	frame->y = y;
	for (uint32_t i = frame->first; i < frame->first + frame->n; i++) {
		page->spots[i].x += x;
		page->spots[i].y += y;
	}
}

static void place_frames(struct page *page)
{
	int x = PAGE_PAD, y = PAGE_PAD, row_height = 0;

	for (size_t i = 0; i < page->frames.n; i++) {
		struct frame *frame = &page->frames.items[i];

		fill_frame(page, frame);
		if (x > PAGE_PAD && x + frame->width > ROW_WIDTH) {
			x = PAGE_PAD;
			y += row_height + FRAME_GAP_Y;
			row_height = 0;
		}
		move_frame(page, frame, x, y);
		x += frame->width + FRAME_GAP_X;
		row_height = frame->height > row_height ? frame->height : row_height;
		page->width = x - FRAME_GAP_X > page->width ? x - FRAME_GAP_X : page->width;
	}
	page->width += PAGE_PAD + FRAME_GAP_X / 2; /* arrows within the last frame */
	page->height = y + row_height + 2 * PAGE_PAD;
}

static void page_init(struct page *page, struct map_picture *picture)
{
	*page = (struct page){.picture = picture};
	page->spots = arena_alloc_n(&picture->arena, picture->boxes.n + 1, sizeof(*page->spots));
	measure_boxes(page);
	list_frames(page);
	choose_columns(page);
	weigh_frames(page);
	if (page->frames.n)
		qsort(page->frames.items, page->frames.n, sizeof(*page->frames.items),
		      compare_frames);
	place_frames(page);
}

/* A colour of its own for each source, dark enough to be read. */
static int hue_of(uint32_t box)
{
	return (int)(box * 137 % 360); /* neighbours are far apart on the wheel */
}

static void write_frames(const struct page *page)
{
	for (size_t i = 0; i < page->frames.n; i++) {
		const struct frame *frame = &page->frames.items[i];

		if (!*frame->name)
			continue;
		printf("<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		       "rx=\"8\"/>\n<text class=\"title\" x=\"%d\" y=\"%d\">",
		       frame->x, frame->y, frame->width, frame->height, frame->x + FRAME_PAD,
		       frame->y + FRAME_TITLE);
		render_xml(stdout, frame->name);
		puts("</text>");
	}
}

static void write_box(const struct picture_box *box, const struct spot *spot)
{
	printf("<g><title>");
	render_xml(stdout, box->id);
	printf("</title><rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
	       "rx=\"5\"/><text x=\"%d\" y=\"%d\">",
	       *box->frame ? "box" : "edge", spot->x, spot->y, spot->width, spot->height,
	       spot->x + 10, spot->y + BOX_HEIGHT / 2 + 4);
	render_xml(stdout, box->name);
	printf("</text>");
	for (uint32_t i = 0; i < spot->n_notes; i++) {
		printf("<text class=\"note\" x=\"%d\" y=\"%d\">", spot->x + 10,
		       spot->y + BOX_HEIGHT + 4 + (int)i * NOTE_HEIGHT);
		render_xml(stdout, spot->notes[i]);
		printf("</text>");
	}
	puts("</g>");
}

static void write_boxes(const struct page *page)
{
	for (uint32_t i = 0; i < page->picture->boxes.n; i++)
		if (!is_hub(page->picture, i))
			write_box(&page->picture->boxes.items[i], &page->spots[i]);
}

/* A curve from one side of a box to a side of another. */
struct curve {
	struct point points[4];
};

/* Arrows that arrive at one box do not all end in one point. */
static int spread(uint32_t number)
{
	return (int)(number % 5) * 4 - 8;
}

static struct curve make_curve(struct point from, int from_bow, struct point to, int to_bow)
{
	return (struct curve){{from, {from.x + from_bow, from.y}, {to.x + to_bow, to.y}, to}};
}

static struct curve curve_of(const struct page *page, const struct picture_arrow *arrow)
{
	const struct spot *a = &page->spots[arrow->from], *b = &page->spots[arrow->to];
	const int bow = 40 + (a->y > b->y ? a->y - b->y : b->y - a->y) / 6;
	struct point from = {a->x + a->width, a->y + BOX_HEIGHT / 2 + spread(arrow->to)};
	struct point to = {b->x, b->y + BOX_HEIGHT / 2 + spread(arrow->from)};

	if (from.x < to.x)
		return make_curve(from, 60, to, -60);
	if (b->x + b->width < a->x) {
		from.x = a->x;
		to.x = b->x + b->width;
		return make_curve(from, -60, to, 60);
	}
	to.x = b->x + b->width;
	return make_curve(from, bow, to, bow);
}

/* Nearer to the source, so that labels of one target's arrows do not lie on each other. */
static void write_label(const struct curve *curve, const char *text, int hue)
{
	const double t = 0.3, u = 1 - t;
	const double weights[] = {u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t};
	double x = 0, y = 0;

	for (int i = 0; i < 4; i++) {
		x += weights[i] * curve->points[i].x;
		y += weights[i] * curve->points[i].y;
	}
	printf("<text class=\"label\" x=\"%.0f\" y=\"%.0f\" style=\"fill:hsl(%d,70%%,28%%)\">", x,
	       y - 2, hue);
	render_xml(stdout, text);
	puts("</text>");
}

static void write_arrow(const struct page *page, const struct picture_arrow *arrow)
{
	const struct curve curve = curve_of(page, arrow);
	const struct point *points = curve.points;
	const struct picture_box *boxes = page->picture->boxes.items;
	const char *label = label_of(page->picture, arrow);
	const int hue = hue_of(arrow->from);

	printf("<g><title>");
	render_xml(stdout, boxes[arrow->from].id);
	printf(" → ");
	render_xml(stdout, boxes[arrow->to].id);
	printf(": ");
	render_xml(stdout, label);
	printf("</title><path d=\"M%d,%d C%d,%d %d,%d %d,%d\" stroke=\"hsl(%d,65%%,45%%)\"%s "
	       "marker-end=\"url(#tip)\"/>\n",
	       points[0].x, points[0].y, points[1].x, points[1].y, points[2].x, points[2].y,
	       points[3].x, points[3].y, hue,
	       arrow->ports == ANALYZE_PORTS_NONE ? " stroke-dasharray=\"5,4\"" : "");
	puts("</g>");
}

/* Above everything else: boxes are above the arrows. */
static void write_labels(const struct page *page)
{
	struct map_picture *picture = page->picture;

	for (size_t i = 0; i < picture->arrows.n; i++) {
		const struct picture_arrow *arrow = &picture->arrows.items[i];
		const struct curve curve = curve_of(page, arrow);

		if (!is_note(picture, arrow))
			write_label(&curve, shorten(picture, label_of(picture, arrow)),
				    hue_of(arrow->from));
	}
}

static void write_head(const struct page *page)
{
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	       "viewBox=\"0 0 %d %d\">\n",
	       page->width, page->height, page->width, page->height);
	puts("<style>text{font:12px sans-serif;fill:#222}.title{font-weight:bold;fill:#555}"
	     ".frame{fill:#f4f6f8;stroke:#b8c0c8}.box{fill:#fff;stroke:#667}"
	     ".edge{fill:#fff8e6;stroke:#a80;stroke-dasharray:4,3}"
	     "path{fill:none;stroke-width:1.4}"
	     ".note{font-size:10px;fill:#666}"
	     ".label{font-size:10px;paint-order:stroke;stroke:#fff;stroke-width:3px}</style>");
	puts("<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
	     "markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\" style=\"fill:#444\"/>"
	     "</marker></defs>");
	puts("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
}

/* Who "all open" are. */
static void write_legend(const struct page *page)
{
	const struct map_fold *fold = &page->picture->fold;
	uint32_t n = 0;

	if (fold->n_open < 2)
		return;
	printf("<text class=\"note\" x=\"%d\" y=\"%d\">all open, nothing isolates these %u:",
	       PAGE_PAD, page->height - 4, fold->n_open);
	for (uint32_t i = 0; i < fold->map->endpoints.n; i++) {
		if (!map_fold_is_open(fold, i) || n++ >= 12)
			continue;
		putchar(' ');
		render_xml(stdout, fold->map->endpoints.items[i].id);
	}
	puts(n > 12 ? " …</text>" : "</text>");
}

void render_map_svg(struct analyze_map *map)
{
	struct map_picture picture;
	struct page page;

	map_picture_init(&picture, map);
	page_init(&page, &picture);
	write_head(&page);
	write_frames(&page);
	for (size_t i = 0; i < picture.arrows.n; i++)
		if (!is_note(&picture, &picture.arrows.items[i]))
			write_arrow(&page, &picture.arrows.items[i]);
	write_boxes(&page);
	write_labels(&page);
	write_legend(&page);
	puts("</svg>");
	vec_release(&page.frames);
	map_picture_release(&picture);
}
