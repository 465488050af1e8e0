/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture that needs no other program and runs none. Whatever a colour says, a pattern or a word
 * says too; every shape has a <title> with the whole truth, a statement a line.
 */
#include "render/escape.h"
#include "render/letters.h"
#include "render/map_page.h"
#include "render/render.h"

#include <stdio.h>
#include <string.h>

#define MARGIN 24
#define TIP 7
#define LEGEND_HEIGHT 26
#define LEGEND_LINE 16
#define LEAST_WIDTH 460
#define N_HUES 6

static const char style_sheet[] =
	"text{font-family:system-ui,-apple-system,\"Segoe UI\",\"Helvetica Neue\",Arial,sans-serif;"
	"font-size:12px;fill:#1f2328}"
	".page{fill:#ffffff}"
	".frame{fill:#f6f8fa;stroke:#c4ccd4}"
	".heading{font-size:12px;font-weight:600;fill:#57606a}"
	".box{fill:#ffffff;stroke:#8c959f}"
	".free{fill:#fff8e6;stroke:#9a6700}"
	".alone{fill:#f6f8fa;stroke:#8c959f;stroke-dasharray:2 2}"
	".pile{fill:#eaeef2;stroke:#8c959f}"
	".small{font-size:10px;fill:#57606a}"
	".line{fill:none;stroke-width:1.4}"
	".label{font-size:10px}"
	".if .line{stroke-dasharray:6 4}"
	".some .line{stroke-dasharray:16 3}"
	".mark.some{stroke-dasharray:16 3}"
	".mark{fill:none;stroke:#57606a;stroke-width:1.4}"
	".mark.if{stroke-dasharray:6 4}"
	".mark.out{stroke:#b35900;stroke-dasharray:1.5 2.5;stroke-width:1.8}"
	".tip{fill:#57606a}"
	".tip.out{fill:#b35900}"
	".h0 .line{stroke:#0064a8}.h0 .label,.h0 .end{fill:#0064a8}"
	".h1 .line{stroke:#a23b72}.h1 .label,.h1 .end{fill:#a23b72}"
	".h2 .line{stroke:#00704f}.h2 .label,.h2 .end{fill:#00704f}"
	".h3 .line{stroke:#57606a}.h3 .label,.h3 .end{fill:#57606a}"
	".h4 .line{stroke:#6f42c1}.h4 .label,.h4 .end{fill:#6f42c1}"
	".h5 .line{stroke:#8a6100}.h5 .label,.h5 .end{fill:#8a6100}"
	".arrow:hover .line{stroke-width:3}"
	"@media(prefers-color-scheme:dark){"
	"text{fill:#e6edf3}"
	".page{fill:#0d1117}"
	".frame{fill:#161b22;stroke:#3d444d}"
	".heading,.small{fill:#9da7b1}"
	".box{fill:#21262d;stroke:#768390}"
	".free{fill:#2d2a1e;stroke:#d4a72c}"
	".alone{fill:#161b22;stroke:#768390}"
	".pile{fill:#2d333b;stroke:#768390}"
	".mark{stroke:#9da7b1}.tip{fill:#9da7b1}"
	".mark.out{stroke:#f0883e}.tip.out{fill:#f0883e}"
	".h0 .line{stroke:#58a6ff}.h0 .label,.h0 .end{fill:#58a6ff}"
	".h1 .line{stroke:#f778ba}.h1 .label,.h1 .end{fill:#f778ba}"
	".h2 .line{stroke:#3fb98b}.h2 .label,.h2 .end{fill:#3fb98b}"
	".h3 .line{stroke:#adb5bd}.h3 .label,.h3 .end{fill:#adb5bd}"
	".h4 .line{stroke:#bc9cff}.h4 .label,.h4 .end{fill:#bc9cff}"
	".h5 .line{stroke:#e3b341}.h5 .label,.h5 .end{fill:#e3b341}"
	"}";

struct drawing {
	struct map_page page;
	int width, height;
	int legend_y;
	uint32_t *hues;   /* by bundle */
	uint32_t *firsts; /* arrow of the layout, by bundle: the first of a chain through `nexts` */
	uint32_t *nexts;
};

static const char *style_class(enum page_style style)
{
	static const char *const classes[] = {[PAGE_CERTAIN] = "",
					      [PAGE_CONDITIONAL] = " if",
					      [PAGE_MIXED] = " some",
					      [PAGE_OUTSIDE] = " out"};

	return classes[style];
}

static void write_text(const char *class, int x, int y, const char *text)
{
	printf("<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
	render_xml(stdout, text);
	puts("</text>");
}

/* A tip that points to (x, y), to the right or to the left. */
static void write_tip(const char *class, int x, int y, bool is_right)
{
	const int back = is_right ? -TIP : TIP;

	printf("<path class=\"%s\" d=\"M%d %dl%d -4v8z\"/>\n", class, x, y, back);
}

/* ---- Frames and boxes ---- */

static void write_frame(struct drawing *drawing, uint32_t number)
{
	const struct layout_frame *frame = &drawing->page.layout.frames.items[number];
	const char *name = drawing->page.frame_names[number];

	if (!frame->has_border)
		return;
	fputs("<g><title>namespace ", stdout);
	render_xml(stdout, name);
	printf("</title><rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
	       "rx=\"10\"/>\n",
	       frame->x, frame->y, frame->size.width, frame->size.height);
	write_text("heading", frame->x + 14, frame->y + 21,
		   letters_shorten(&drawing->page.arena, name, PAGE_MAX_NAME));
	puts("</g>");
}

static void write_note(const struct page_note *note, int x, int y)
{
	const int middle = y - 4;
	const int from = note->is_out ? x : x + TIP - 2, to = from + 12;
	const char *class = style_class(note->style);

	if (!note->is_mute) {
		printf("<path class=\"mark%s\" d=\"M%d %dH%d\"/>\n", class, from, middle, to);
		printf("<path class=\"tip%s\" d=\"M%d %dl%d -3.5v7z\"/>\n", class,
		       note->is_out ? x + 18 : x, middle, note->is_out ? -6 : 6);
	}
	write_text("small", note->is_mute ? x : x + PAGE_MARK_WIDTH, y, note->text);
}

static void write_member(void *arg, const char *id)
{
	(void)arg;
	putchar('\n');
	render_xml(stdout, id);
}

/* The statements about a box: what it is, and what its notes are short for. */
static void write_box_title(const struct drawing *drawing, uint32_t box)
{
	const struct map_picture *picture = &drawing->page.picture;

	fputs("<title>", stdout);
	render_xml(stdout, picture->boxes.items[box].id);
	if (map_picture_is_gathered(picture, box))
		map_picture_members(picture, box, write_member, NULL);
	if (map_page_is_lonely(&drawing->page, box)) {
		putchar('\n');
		render_xml(stdout, picture->boxes.items[box].id);
		fputs(": nothing is allowed from it or to it", stdout);
	}
	for (size_t i = 0; i < drawing->page.boxes[box].statements.n; i++) {
		putchar('\n');
		render_xml(stdout, drawing->page.boxes[box].statements.items[i]);
	}
	fputs("</title>\n", stdout);
}

static const char *box_class(const struct drawing *drawing, uint32_t box)
{
	if (map_page_is_lonely(&drawing->page, box))
		return "alone";
	if (map_picture_is_gathered(&drawing->page.picture, box))
		return "box";
	return *drawing->page.picture.boxes.items[box].frame ? "box" : "free";
}

static void write_box(const struct drawing *drawing, uint32_t number)
{
	const struct layout_box *place = &drawing->page.layout.boxes.items[number];
	const uint32_t box = drawing->page.box_at[number];
	const struct page_box *item = &drawing->page.boxes[box];
	const int x = place->x + PAGE_BOX_PAD;
	const int content = PAGE_BOX_HEIGHT + (int)item->notes.n * PAGE_NOTE_HEIGHT;
	int y = place->y + 18 + (place->size.height - content) / 2;

	fputs("<g>", stdout);
	write_box_title(drawing, box);
	if (map_picture_is_gathered(&drawing->page.picture, box))
		printf("<rect class=\"pile\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		       "rx=\"6\"/>\n",
		       place->x + 3, place->y + 3, place->size.width, place->size.height);
	printf("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n",
	       box_class(drawing, box), place->x, place->y, place->size.width, place->size.height);
	write_text("name", x, y, item->name);
	for (size_t i = 0; i < item->notes.n; i++)
		write_note(&item->notes.items[i], x, y += PAGE_NOTE_HEIGHT);
	puts("</g>");
}

/* ---- Arrows ---- */

static void list_arrows(struct drawing *drawing)
{
	const struct layout *layout = &drawing->page.layout;
	struct arena *arena = &drawing->page.arena;

	drawing->firsts = arena_alloc_n(arena, layout->bundles.n + 1, sizeof(*drawing->firsts));
	drawing->nexts = arena_alloc_n(arena, layout->arrows.n + 1, sizeof(*drawing->nexts));
	drawing->hues = arena_alloc_n(arena, layout->bundles.n + 1, sizeof(*drawing->hues));
	memset(drawing->firsts, 0xff, layout->bundles.n * sizeof(*drawing->firsts));
	for (uint32_t i = (uint32_t)layout->arrows.n; i-- > 0;) {
		drawing->nexts[i] = drawing->firsts[layout->arrows.items[i].bundle];
		drawing->firsts[layout->arrows.items[i].bundle] = i;
	}
}

/* Bundles of one source, or of one target, have a hue; neighbours differ. */
static void choose_hues(struct drawing *drawing)
{
	const struct layout *layout = &drawing->page.layout;
	uint32_t *hue_of =
		arena_alloc_n(&drawing->page.arena, layout->boxes.n + 1, sizeof(*hue_of));
	uint32_t n = 0;

	for (size_t i = 0; i < layout->bundles.n; i++) {
		const uint32_t first = drawing->firsts[i], next = drawing->nexts[first];
		const struct layout_arrow *arrow = &layout->arrows.items[first];
		const bool by_target = next != UINT32_MAX &&
				       layout->arrows.items[next].to == arrow->to;
		const uint32_t box = by_target ? arrow->to : arrow->from;

		if (!hue_of[box])
			hue_of[box] = ++n;
		drawing->hues[i] = hue_of[box] % N_HUES;
	}
}

static void write_arrow_title(struct drawing *drawing, uint32_t bundle)
{
	struct map_page *page = &drawing->page;
	bool is_first = true;

	fputs("<title>", stdout);
	for (uint32_t i = drawing->firsts[bundle]; i != UINT32_MAX; i = drawing->nexts[i]) {
		fputs(is_first ? "" : "\n", stdout);
		render_xml(stdout, map_page_statement(page, page->arrow_at.items[i]));
		is_first = false;
	}
	puts("</title>");
}

/* Before a tip a line ends a little earlier. */
static void write_line(const struct layout_line *line)
{
	const int start = line->x[0] + (line->tip == LAYOUT_TIP_LEFT ? TIP - 1 : 0);
	const int end = line->x[3] - (line->tip == LAYOUT_TIP_RIGHT ? TIP - 1 : 0);
	const int middle = (line->x[1] + line->x[2]) / 2;

	printf("M%d %d", start, line->y[0]);
	if (line->y[0] == line->y[1]) {
		printf("H%d", end);
		return;
	}
	if (line->x[1] > start)
		printf("H%d", line->x[1]);
	printf("C%d %d %d %d %d %d", middle, line->y[0], middle, line->y[1],
	       line->x[2] < end ? line->x[2] : end, line->y[1]);
	if (line->x[2] < end)
		printf("H%d", end);
}

/* `at` is the first line of the bundle; the result, the first of the next. */
static size_t write_arrow(struct drawing *drawing, uint32_t bundle, size_t at)
{
	const struct map_page *page = &drawing->page;
	const struct layout *layout = &page->layout;
	const struct layout_bundle *item = &layout->bundles.items[bundle];
	const struct page_label *label = &page->labels.items[item->label];
	size_t end = at;

	printf("<g class=\"arrow h%u%s\">", drawing->hues[bundle], style_class(label->style));
	write_arrow_title(drawing, bundle);
	fputs("<path class=\"line\" d=\"", stdout);
	for (; end < layout->lines.n && layout->lines.items[end].bundle == bundle; end++)
		write_line(&layout->lines.items[end]);
	puts("\"/>");
	for (; at < end; at++) {
		const struct layout_line *line = &layout->lines.items[at];

		if (line->tip == LAYOUT_TIP_LEFT)
			write_tip("end", line->x[0], line->y[0], false);
		if (line->tip == LAYOUT_TIP_RIGHT)
			write_tip("end", line->x[3], line->y[1], true);
	}
	write_text("label", item->x + 4, item->y + 11, label->text);
	puts("</g>");
	return end;
}

static void write_arrows(struct drawing *drawing)
{
	size_t at = 0;

	list_arrows(drawing);
	choose_hues(drawing);
	for (uint32_t i = 0; i < drawing->page.layout.bundles.n; i++)
		at = write_arrow(drawing, i, at);
}

/* ---- Around it ---- */

static void write_mark(int x, int y, enum page_style style, const char *text)
{
	printf("<path class=\"mark%s\" d=\"M%d %dH%d\"/>\n", style_class(style), x, y - 4, x + 24);
	printf("<path class=\"tip%s\" d=\"M%d %dl-6 -3.5v7z\"/>\n", style_class(style), x + 30,
	       y - 4);
	write_text("small", x + 36, y, text);
}

/* Only what there is. */
static void write_key(const struct drawing *drawing)
{
	static const char *const texts[] = {
		[PAGE_CERTAIN] = "allowed",
		[PAGE_CONDITIONAL] = "allowed on conditions",
		[PAGE_MIXED] = "allowed, some of it on conditions",
		[PAGE_OUTSIDE] = "addresses outside the cluster",
	};
	int x = 0;

	for (int style = 0; style < PAGE_N_STYLES; style++) {
		if (!drawing->page.has_style[style])
			continue;
		write_mark(x, drawing->legend_y, style, texts[style]);
		x += 36 + letters_width(texts[style], PAGE_NOTE_SIZE) + 24;
	}
	if (!drawing->page.has_lonely)
		return;
	printf("<rect class=\"alone key\" x=\"%d\" y=\"%d\" width=\"24\" height=\"10\" "
	       "rx=\"3\"/>\n",
	       x, drawing->legend_y - 9);
	write_text("small", x + 32, drawing->legend_y, "nothing is allowed");
}

static void write_remarks(const struct drawing *drawing)
{
	for (size_t i = 0; i < drawing->page.remarks.n; i++)
		write_text("small", 0, drawing->legend_y + LEGEND_LINE * ((int)i + 1),
			   drawing->page.remarks.items[i]);
}

static void measure(struct drawing *drawing)
{
	const struct layout_size *size = &drawing->page.layout.size;
	int width = size->width > LEAST_WIDTH ? size->width : LEAST_WIDTH;

	map_page_remark(&drawing->page, width);
	drawing->legend_y = size->height + (size->height ? LEGEND_HEIGHT + 4 : 10);
	drawing->width = width + 2 * MARGIN;
	drawing->height =
		drawing->legend_y + LEGEND_LINE * (int)drawing->page.remarks.n + 2 * MARGIN;
}

static void write_head(const struct drawing *drawing)
{
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	       "viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"title desc\">\n",
	       drawing->width, drawing->height, drawing->width, drawing->height);
	puts("<title id=\"title\">Who may talk to whom</title>");
	fputs("<desc id=\"desc\">", stdout);
	render_xml(stdout, drawing->page.summary);
	puts("</desc>");
	printf("<style>%s</style>\n", style_sheet);
	puts("<rect class=\"page\" width=\"100%\" height=\"100%\"/>");
	printf("<g transform=\"translate(%d %d)\">\n", MARGIN, MARGIN);
}

void render_map_svg(struct analyze_map *map)
{
	struct drawing drawing = {0};

	map_page_init(&drawing.page, map);
	measure(&drawing);
	write_head(&drawing);
	for (uint32_t i = 0; i < drawing.page.layout.frames.n; i++)
		write_frame(&drawing, i);
	write_arrows(&drawing);
	for (uint32_t i = 0; i < drawing.page.layout.boxes.n; i++)
		write_box(&drawing, i);
	write_key(&drawing);
	write_remarks(&drawing);
	puts("</g>\n</svg>");
	map_page_release(&drawing.page);
}
