/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers need to know about a text before they parse it, and where an offset of it is.
 *
 * Inside the module only. Encoding is checked once, for both languages, so that the parsers never
 * see what is not UTF-8 and every message can name the byte.
 */
#pragma once

#include "base/diag.h"

struct tree_place {
	uint32_t line;   /* from 1 */
	uint32_t column; /* from 1, in bytes */
};

/*
 * A place that moves forward through a text: by bytes for JSON, by characters for libyaml's marks.
 */
struct tree_cursor {
	const char *text;
	size_t len;
	size_t offset;
	size_t n_chars; /* characters before the offset */
	size_t line_start;
	uint32_t line;
};

/* What the check found; all-false is plain ASCII. */
struct tree_text_facts {
	bool has_wide;    /* characters of more than one byte: columns are not character counts */
	bool has_bom;     /* U+FEFF somewhere behind the start */
	size_t forbidden; /* offset of the first character that YAML, but not JSON, forbids */
	bool has_forbidden;
};

/*
 * False, with a diagnostic: an archive, another encoding, a broken sequence, a control character.
 */
bool tree_text_check(const struct diag_file *file, struct diag_list *diags,
		     struct tree_text_facts *ret_facts);

/* The bytes of a byte order mark at `text`: 3, or 0. */
size_t tree_bom_size(const char *text, size_t len);

void tree_cursor_init(struct tree_cursor *cursor, const char *text, size_t len);
struct tree_place tree_cursor_to_offset(struct tree_cursor *cursor, size_t offset);
struct tree_place tree_cursor_to_char(struct tree_cursor *cursor, size_t n_chars);

struct diag_span tree_place_span(const struct diag_file *file, struct tree_place place);

/* The place of an offset, counted from the start: for errors. */
struct diag_span tree_offset_span(const struct diag_file *file, size_t offset);

/*
 * UTF-16 with a byte order mark as UTF-8 on the heap, NUL-terminated; NULL when it is not that or
 * is broken. *ret_len is without the NUL.
 */
char *tree_utf8_from_utf16(const char *text, size_t len, size_t *ret_len);
