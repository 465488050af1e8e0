/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in boxes and in titles: of what is no arrow, and of all that is one. */
#include "render/letters.h"
#include "render/map_page.h"

#include <string.h>

#define MAX_NOTE 40

static bool is_hub(const struct map_picture *picture, uint32_t box)
{
	return picture->boxes.items[box].kind != PICTURE_ENDPOINT;
}

const char *map_page_label(struct map_page *page, const struct picture_arrow *arrow)
{
	struct strbuf label = {0};
	const char *ret;

	map_picture_label(&page->picture, arrow, &label);
	ret = arena_strdup(&page->arena, strbuf_str(&label));
	strbuf_release(&label);
	return ret;
}

enum page_style map_page_style(const struct picture_arrow *arrow)
{
	if (arrow->on_terms == ANALYZE_PORTS_NONE)
		return PAGE_CERTAIN;
	return arrow->ports == ANALYZE_PORTS_NONE ? PAGE_CONDITIONAL : PAGE_MIXED;
}

bool map_page_is_note(const struct map_page *page, const struct picture_arrow *arrow)
{
	return arrow->from == arrow->to || is_hub(&page->picture, arrow->from) ||
	       is_hub(&page->picture, arrow->to);
}

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
					      hub_text(page, arrow, hub),
					      map_page_label(page, arrow)),
			 .style = is_outside ? PAGE_OUTSIDE : map_page_style(arrow),
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
					      map_page_label(page, arrow)),
			 .style = map_page_style(arrow),
			 .is_out = true,
		 });
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
		return arena_printf(&page->arena, "%s → %s: %s", from, to,
				    map_page_label(page, arrow));
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

void map_page_write_notes(struct map_page *page)
{
	for (uint32_t i = 0; i < page->picture.arrows.n; i++) {
		const struct picture_arrow *arrow = &page->picture.arrows.items[i];

		if (map_page_is_note(page, arrow))
			state(page, i);
		if (arrow->from == arrow->to)
			note_self(page, arrow);
		else if (map_page_is_note(page, arrow))
			note_hub(page, arrow);
	}
}

static void add_words(struct map_page *page, uint32_t box, const char *text)
{
	const struct page_note note = {
		.text = letters_cut(&page->arena, text, MAX_NOTE),
		.is_mute = true,
	};

	vec_push(&page->boxes[box].notes, note);
}

/* A box that stands for several says who the first are. */
static void name_first(struct map_page *page, uint32_t number)
{
	const struct picture_box *box = &page->picture.boxes.items[number];
	struct names names = {0};

	names.of_namespaces = box->kind == PICTURE_ENDPOINT &&
			      page->picture.gather.sets.items[box->set].kind ==
				      MAP_GATHER_NAMESPACES;
	map_picture_members(&page->picture, number, add_name, &names);
	add_words(page, number, arena_strdup(&page->arena, strbuf_str(&names.text)));
	strbuf_release(&names.text);
}

void map_page_name_members(struct map_page *page)
{
	for (uint32_t i = 0; i < page->picture.boxes.n; i++) {
		if (page->picture.boxes.items[i].kind == PICTURE_OPEN)
			add_words(page, i, "every port, to and from them");
		if (map_picture_is_gathered(&page->picture, i))
			name_first(page, i);
	}
}
