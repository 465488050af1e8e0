/* SPDX-License-Identifier: Apache-2.0 */
#include "render/map_page.h"

#include "base/keyset.h"
#include "render/letters.h"

#include <string.h>

#define MAX_LABEL 26
#define MAX_NOTE 40
#define MAX_REMARK 900

/* What is in front of a label's text, so that no two of different looks are one. */
static const char style_marks[] = {
	[PAGE_CERTAIN] = 'a', [PAGE_CONDITIONAL] = 'c', [PAGE_MIXED] = 'm', [PAGE_OUTSIDE] = 'o'};

static bool is_hub(const struct map_picture *picture, uint32_t box)
{
	return picture->boxes.items[box].kind != PICTURE_ENDPOINT;
}

static const char *label_of(struct map_page *page, const struct picture_arrow *arrow)
{
	struct strbuf label = {0};
	const char *ret;

	map_picture_label(&page->picture, arrow, &label);
	ret = arena_strdup(&page->arena, strbuf_str(&label));
	strbuf_release(&label);
	return ret;
}

static enum page_style style_of(const struct picture_arrow *arrow)
{
	if (arrow->on_terms == ANALYZE_PORTS_NONE)
		return PAGE_CERTAIN;
	return arrow->ports == ANALYZE_PORTS_NONE ? PAGE_CONDITIONAL : PAGE_MIXED;
}

/* ---- Notes ---- */

struct names {
	struct strbuf text;
	bool of_namespaces;
	const char *last;
};

/* An endpoint without its namespace; of several namespaces, these. */
static void add_name(void *arg, const char *id)
{
	struct names *names = arg;
	const char *slash = strrchr(id, '/');
	const char *name = slash && !names->of_namespaces ? slash + 1 : id;
	const size_t len = names->of_namespaces ? strcspn(id, "/") : strlen(name);
	const bool is_same = names->last && strncmp(names->last, name, len + 1) == 0;

	if (names->text.len < 64 && !(names->of_namespaces && is_same))
		strbuf_printf(&names->text, "%s%.*s", names->text.len ? ", " : "", (int)len, name);
	names->last = name;
}

static const char *hub_text(struct map_page *page, const struct picture_arrow *arrow, uint32_t hub)
{
	const struct map_picture *picture = &page->picture;

	if (picture->boxes.items[hub].kind == PICTURE_OPEN)
		return "all open";
	if (arrow->has_whole_family)
		return "any address";
	if (arrow->n_ranges == 1)
		return arena_strndup(&page->arena, arrow->note.text,
				     strcspn(arrow->note.text, " ") - 1);
	return arena_printf(&page->arena, "%u address ranges", arrow->n_ranges);
}

static void add_note(struct map_page *page, uint32_t box, struct page_note note)
{
	note.text = letters_cut(&page->arena, note.text, MAX_NOTE);
	vec_push(&page->boxes[box].notes, note);
	page->has_style[note.style] = true;
}

static void note_hub(struct map_page *page, const struct picture_arrow *arrow)
{
	const bool is_out = is_hub(&page->picture, arrow->to);
	const uint32_t hub = is_out ? arrow->to : arrow->from;
	const bool is_outside = page->picture.boxes.items[hub].kind == PICTURE_OUTSIDE;

	add_note(page, is_out ? arrow->from : arrow->to,
		 (struct page_note){
			 .text = arena_printf(&page->arena, "%s %s: %s", is_out ? "to" : "from",
					      hub_text(page, arrow, hub), label_of(page, arrow)),
			 .style = is_outside ? PAGE_OUTSIDE : style_of(arrow),
			 .is_out = is_out,
		 });
}

static void note_self(struct map_page *page, const struct picture_arrow *arrow)
{
	const bool is_several = map_picture_is_gathered(&page->picture, arrow->from);

	add_note(page, arrow->from,
		 (struct page_note){
			 .text = arena_printf(&page->arena, "%s: %s",
					      is_several ? "to each other" : "between replicas",
					      label_of(page, arrow)),
			 .style = style_of(arrow),
			 .is_out = true,
		 });
}

static bool is_note(const struct map_page *page, const struct picture_arrow *arrow)
{
	return arrow->from == arrow->to || is_hub(&page->picture, arrow->from) ||
	       is_hub(&page->picture, arrow->to);
}

/* Each range has its own ports. */
const char *map_page_statement(struct map_page *page, uint32_t number)
{
	const struct map_picture *picture = &page->picture;
	const struct picture_arrow *arrow = &picture->arrows.items[number];
	const char *from = picture->boxes.items[arrow->from].id;
	const char *to = picture->boxes.items[arrow->to].id;
	struct strbuf text = {0};
	const char *ret;

	if (!arrow->note.len)
		return arena_printf(&page->arena, "%s → %s: %s", from, to, label_of(page, arrow));
	for (const char *line = arrow->note.text; *line; line += *line == '\n') {
		const size_t len = strcspn(line, "\n");

		strbuf_printf(&text, "%s%s → %s %.*s", text.len ? "\n" : "", from, to, (int)len,
			      line);
		line += len;
	}
	ret = arena_strdup(&page->arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

static void state(struct map_page *page, uint32_t number)
{
	const struct picture_arrow *arrow = &page->picture.arrows.items[number];
	const uint32_t box = is_hub(&page->picture, arrow->from) ? arrow->to : arrow->from;

	vec_push(&page->boxes[box].statements, map_page_statement(page, number));
}

static void write_notes(struct map_page *page)
{
	for (uint32_t i = 0; i < page->picture.arrows.n; i++) {
		const struct picture_arrow *arrow = &page->picture.arrows.items[i];

		if (is_note(page, arrow))
			state(page, i);
		if (arrow->from == arrow->to)
			note_self(page, arrow);
		else if (is_note(page, arrow))
			note_hub(page, arrow);
	}
}

/* A box that stands for several says who the first are. */
static void name_members(struct map_page *page)
{
	for (uint32_t i = 0; i < page->picture.boxes.n; i++) {
		struct names names = {0};

		if (page->picture.boxes.items[i].kind == PICTURE_OPEN)
			vec_push(&page->boxes[i].notes,
				 ((struct page_note){.text = "every port, to and from them",
						     .is_mute = true}));
		if (!map_picture_is_gathered(&page->picture, i))
			continue;
		names.of_namespaces =
			page->picture.boxes.items[i].kind == PICTURE_ENDPOINT &&
			page->picture.gather.sets.items[page->picture.boxes.items[i].set].kind ==
				MAP_GATHER_NAMESPACES;
		map_picture_members(&page->picture, i, add_name, &names);
		vec_push(&page->boxes[i].notes,
			 ((struct page_note){
				 .text = letters_cut(&page->arena,
						     arena_strdup(&page->arena,
								  strbuf_str(&names.text)),
						     MAX_NOTE),
				 .is_mute = true}));
		strbuf_release(&names.text);
	}
}

/* ---- What the layout needs ---- */

static struct layout_size size_of(const struct page_box *box)
{
	struct layout_size size = {letters_width(box->name, PAGE_NAME_SIZE), PAGE_BOX_HEIGHT};

	for (size_t i = 0; i < box->notes.n; i++) {
		const int width =
			letters_width(box->notes.items[i].text, PAGE_NOTE_SIZE) + PAGE_MARK_WIDTH;

		size.width = width > size.width ? width : size.width;
	}
	size.width += 2 * PAGE_BOX_PAD;
	size.height += (int)box->notes.n * PAGE_NOTE_HEIGHT;
	return size;
}

/* Boxes are sorted by frame; what is in none is a frame of its own. */
static uint32_t frame_for(struct map_page *page, const struct picture_box *box)
{
	struct layout *layout = &page->layout;
	const size_t n = layout->frames.n;

	if (n && *box->frame && page->frame_names[n - 1] &&
	    strcmp(page->frame_names[n - 1], box->frame) == 0)
		return (uint32_t)n - 1;
	page->frame_names[n] = *box->frame ? box->frame : NULL;
	vec_push(&layout->frames,
		 ((struct layout_frame){.size.width = letters_width(letters_shorten(&page->arena,
										    box->frame,
										    PAGE_MAX_NAME),
								    PAGE_NAME_SIZE) *
							      5 / 4 +
						      40,
					.has_border = *box->frame != '\0'}));
	return (uint32_t)n;
}

static void add_boxes(struct map_page *page)
{
	const struct map_picture *picture = &page->picture;

	for (uint32_t i = 0; i < picture->boxes.n; i++) {
		struct page_box *box = &page->boxes[i];

		box->place = PAGE_NOWHERE;
		if (picture->boxes.items[i].kind == PICTURE_OUTSIDE)
			continue;
		box->name =
			letters_shorten(&page->arena, picture->boxes.items[i].name, PAGE_MAX_NAME);
		box->place = (uint32_t)page->layout.boxes.n;
		page->box_at[box->place] = i;
		vec_push(&page->layout.boxes,
			 ((struct layout_box){.size = size_of(box),
					      .frame = frame_for(page, &picture->boxes.items[i])}));
		page->has_lonely |= map_page_is_lonely(page, i);
	}
}

static uint32_t add_label(struct map_page *page, const struct picture_arrow *arrow,
			  struct keyset *known)
{
	const char *text = label_of(page, arrow);
	const enum page_style style = style_of(arrow);
	const char *key = arena_printf(&page->arena, "%c%s", style_marks[style], text);
	const uint32_t number = keyset_intern(known, key, strlen(key), NULL);

	if (number < page->labels.n)
		return number;
	text = letters_cut(&page->arena, text, MAX_LABEL);
	vec_push(&page->labels, ((struct page_label){text, style}));
	vec_push(&page->layout.labels,
		 ((struct layout_size){letters_width(text, PAGE_NOTE_SIZE) + 8, 14}));
	page->has_style[style] = true;
	return number;
}

static void add_arrows(struct map_page *page)
{
	struct keyset known = {0};

	for (uint32_t i = 0; i < page->picture.arrows.n; i++) {
		const struct picture_arrow *arrow = &page->picture.arrows.items[i];

		if (is_note(page, arrow))
			continue;
		vec_push(&page->arrow_at, i);
		vec_push(&page->layout.arrows,
			 ((struct layout_arrow){.from = page->boxes[arrow->from].place,
						.to = page->boxes[arrow->to].place,
						.label = add_label(page, arrow, &known)}));
	}
	keyset_release(&known);
}

bool map_page_is_lonely(const struct map_page *page, uint32_t box)
{
	return page->picture.boxes.items[box].n_arrows == 0 &&
	       page->picture.boxes.items[box].kind == PICTURE_ENDPOINT;
}

static void summarize(struct map_page *page)
{
	const struct layout *layout = &page->layout;
	uint32_t n_namespaces = 0;

	for (size_t i = 0; i < layout->frames.n; i++)
		n_namespaces += layout->frames.items[i].has_border;
	page->summary = arena_printf(&page->arena,
				     "%zu boxes in %u namespaces and %zu arrows: what network "
				     "policies let them connect to",
				     layout->boxes.n, n_namespaces, layout->arrows.n);
}

void map_page_init(struct map_page *page, struct analyze_map *map)
{
	size_t n;

	*page = (struct map_page){0};
	arena_init(&page->arena);
	map_picture_init(&page->picture, map);
	n = page->picture.boxes.n;
	page->boxes = arena_alloc_n(&page->arena, n + 1, sizeof(*page->boxes));
	page->box_at = arena_alloc_n(&page->arena, n + 1, sizeof(*page->box_at));
	page->frame_names = arena_alloc_n(&page->arena, n + 1, sizeof(*page->frame_names));
	name_members(page);
	write_notes(page);
	add_boxes(page);
	add_arrows(page);
	summarize(page);
	layout_make(&page->layout);
}

void map_page_release(struct map_page *page)
{
	for (size_t i = 0; i < page->picture.boxes.n; i++) {
		vec_release(&page->boxes[i].notes);
		vec_release(&page->boxes[i].statements);
	}
	vec_release(&page->remarks);
	layout_release(&page->layout);
	vec_release(&page->labels);
	vec_release(&page->arrow_at);
	map_picture_release(&page->picture);
	arena_release(&page->arena);
}

/* ---- What is said below ---- */

/* In lines, each as full as it can be. */
static void add_remark(struct map_page *page, const char *text, int width)
{
	while (*text) {
		const size_t whole = strlen(text);
		size_t len = 0;

		for (size_t end = 1; end <= whole; end++) {
			const bool is_break = end == whole || text[end] == ' ';
			const char *line;

			if (!is_break)
				continue;
			line = arena_strndup(&page->arena, text, end);
			if (len && letters_width(line, PAGE_NOTE_SIZE) > width)
				break;
			len = end;
		}
		vec_push(&page->remarks, arena_strndup(&page->arena, text, len));
		text += len + (text[len] == ' ');
	}
}

static void add_open(void *arg, const char *id)
{
	strbuf_printf(arg, " %s", id);
}

static void remark_open(struct map_page *page, int width)
{
	struct strbuf text = {0};

	for (uint32_t i = 0; i < page->picture.boxes.n; i++) {
		if (page->picture.boxes.items[i].kind != PICTURE_OPEN)
			continue;
		strbuf_printf(&text,
			      "All open: nothing isolates these %u, every port is open to them "
			      "and from them:",
			      page->picture.fold.n_open);
		map_picture_members(&page->picture, i, add_open, &text);
		add_remark(page, letters_cut(&page->arena, strbuf_str(&text), MAX_REMARK), width);
	}
	strbuf_release(&text);
}

void map_page_remark(struct map_page *page, int width)
{
	const struct picture_gathered gathered = map_picture_gathered(&page->picture);

	remark_open(page, width);
	if (page->picture.map->options.by_namespace)
		add_remark(page, "Namespaces: of all that their workloads may do, the union.",
			   width);
	if (gathered.n_alike)
		add_remark(page,
			   "A box on another stands for workloads of one namespace that have the "
			   "same access; pointing at it names them.",
			   width);
	if (gathered.n_namespaces)
		add_remark(page,
			   arena_printf(&page->arena,
					"%u boxes stand for whole namespaces, with the union of "
					"what their workloads may do: --only NAMESPACE shows one.",
					gathered.n_namespaces),
			   width);
}
