/* SPDX-License-Identifier: Apache-2.0 */
#include "render/map_page.h"

#include "base/keyset.h"
#include "render/letters.h"

#include <string.h>

#define MAX_LABEL 26

/* What is in front of a label's text, so that no two of different looks are one. */
static const char style_marks[] = {
	[PAGE_CERTAIN] = 'a', [PAGE_CONDITIONAL] = 'c', [PAGE_MIXED] = 'm', [PAGE_OUTSIDE] = 'o'};

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
	const char *text = map_page_label(page, arrow);
	const enum page_style style = map_page_style(arrow);
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

		if (map_page_is_note(page, arrow))
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
	map_page_name_members(page);
	map_page_write_notes(page);
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
