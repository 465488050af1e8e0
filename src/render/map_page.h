/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture of a map on a page: what is written in each box, and where everything is. What a box
 * has with addresses outside, and with all that are open, is a note in it: arrows to what
 * everybody talks to would hide the others.
 */
#pragma once

#include "layout/layout.h"
#include "render/map_picture.h"

#define PAGE_MAX_NAME 30
#define PAGE_NAME_SIZE 12 /* of the font */
#define PAGE_NOTE_SIZE 10
#define PAGE_NOTE_HEIGHT 15
#define PAGE_BOX_HEIGHT 28
#define PAGE_BOX_PAD 10
#define PAGE_MARK_WIDTH 24 /* the little arrow before a note */

enum page_style {
	PAGE_CERTAIN,
	PAGE_CONDITIONAL,
	PAGE_MIXED, /* some of it on conditions */
	PAGE_OUTSIDE,
	PAGE_N_STYLES,
};

struct page_note {
	const char *text;
	enum page_style style;
	bool is_out;
	bool is_mute; /* without a little arrow */
};

struct page_box {
	const char *name;
	VEC(struct page_note) notes;
	VEC(const char *) statements; /* what the notes say, whole */
	uint32_t place;               /* in the layout; PAGE_NOWHERE: it is notes in others */
};

#define PAGE_NOWHERE UINT32_MAX

struct page_label {
	const char *text;
	enum page_style style;
};

struct map_page {
	struct map_picture picture;
	struct arena arena;
	struct layout layout;
	struct page_box *boxes;   /* by box of the picture */
	uint32_t *box_at;         /* of the picture, by box of the layout */
	const char **frame_names; /* by frame of the layout, NULL: it has no border */
	VEC(struct page_label) labels;
	VEC(uint32_t) arrow_at;    /* of the picture, by arrow of the layout */
	VEC(const char *) remarks; /* lines below the picture */
	const char *summary;
	bool has_style[PAGE_N_STYLES];
	bool has_lonely; /* a box that nobody may talk to and that may talk to nobody */
};

void map_page_init(struct map_page *page, struct analyze_map *map);
void map_page_release(struct map_page *page);

/* Fills `remarks` with lines that are no wider: map_page_remarks.c. */
void map_page_remark(struct map_page *page, int width);

/* Notes of boxes, before the layout asks how big they are: map_page_notes.c. */
void map_page_name_members(struct map_page *page);
void map_page_write_notes(struct map_page *page);

/* An arrow of the picture that is a note in a box. */
bool map_page_is_note(const struct map_page *page, const struct picture_arrow *arrow);

/* Its ports, and how it looks; and all of it: "A → B: TCP 80". In the arena. */
const char *map_page_label(struct map_page *page, const struct picture_arrow *arrow);
enum page_style map_page_style(const struct picture_arrow *arrow);
const char *map_page_statement(struct map_page *page, uint32_t arrow);

/* Whether nothing is allowed from or to the box. */
bool map_page_is_lonely(const struct map_page *page, uint32_t box);
