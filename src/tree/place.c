/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a part of a scalar stands in the file: its text is followed through the quotes, escapes and
 * folds that it was written with, and given up at the first byte that does not fit.
 */
#include "tree/tree.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

struct walk {
	const char *raw; /* of the file */
	size_t at;
	size_t len;
	const char *text; /* of the scalar, as it was read */
	size_t text_at;
	size_t text_len;
	char quote;    /* ' or ", '|' for block scalars, 0 for plain ones */
	size_t indent; /* of a block scalar */
};

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

static bool is_break(char ch)
{
	return ch == '\n' || ch == '\r';
}

static size_t skip_break(const struct walk *walk, size_t at)
{
	bool is_pair = walk->raw[at] == '\r' && at + 1 < walk->len && walk->raw[at + 1] == '\n';

	return at + (is_pair ? 2 : 1);
}

static size_t skip_blanks(const struct walk *walk, size_t at, size_t most)
{
	while (at < walk->len && most > 0 && is_blank(walk->raw[at])) {
		at++;
		most--;
	}
	return at;
}

static size_t line_offset(const char *text, size_t len, uint32_t line)
{
	const struct walk file = {.raw = text, .len = len};
	size_t at = 0;

	while (line > 1 && at < len) {
		if (is_break(text[at])) {
			at = skip_break(&file, at);
			line--;
		} else {
			at++;
		}
	}
	return at;
}

/* Behind the mark and its line; the first line that is not blank has the indentation. */
static void enter_block(struct walk *walk)
{
	size_t line;

	while (walk->at < walk->len && !is_break(walk->raw[walk->at]))
		walk->at++;
	if (walk->at < walk->len)
		walk->at = skip_break(walk, walk->at);
	line = walk->at;
	walk->at = skip_blanks(walk, walk->at, SIZE_MAX);
	walk->indent = walk->at - line;
}

static void enter(struct walk *walk)
{
	char first = walk->at < walk->len ? walk->raw[walk->at] : 0;

	if (first == '\'' || first == '"') {
		walk->quote = first;
		walk->at++;
	} else if (first == '|' || first == '>') {
		walk->quote = '|';
		enter_block(walk);
	}
}

/* Line breaks with the blanks around them: one is a blank or itself, more are one less. */
static bool step_break(struct walk *walk)
{
	size_t at = walk->quote == '|' ? walk->at : skip_blanks(walk, walk->at, SIZE_MAX);
	size_t n_breaks = 0;

	while (at < walk->len && is_break(walk->raw[at])) {
		at = skip_break(walk, at);
		at = skip_blanks(walk, at, walk->quote == '|' ? walk->indent : SIZE_MAX);
		n_breaks++;
	}
	if (!n_breaks)
		return false;
	walk->at = at;
	if (n_breaks == 1 || walk->text[walk->text_at] == ' ')
		n_breaks = 2;
	while (n_breaks-- > 1 && walk->text_at < walk->text_len)
		walk->text_at++;
	return true;
}

/* An escape of double quotes: \n, \x41, \u0041 … */
static bool step_escape(struct walk *walk)
{
	char kind = walk->at + 1 < walk->len ? walk->raw[walk->at + 1] : 0;
	size_t n_digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
	size_t size = utf8_decode(walk->text + walk->text_at, walk->text_len - walk->text_at, NULL);

	walk->at += 2 + n_digits;
	walk->text_at += size;
	return kind && !is_break(kind) && size && walk->at <= walk->len;
}

static bool step(struct walk *walk)
{
	char ch = walk->raw[walk->at];

	if ((is_blank(ch) || is_break(ch)) && step_break(walk))
		return true;
	if (walk->quote == '"' && ch == '\\')
		return step_escape(walk);
	if (ch != walk->text[walk->text_at])
		return false;
	walk->at += walk->quote == '\'' && ch == '\'' ? 2 : 1;
	walk->text_at++;
	return true;
}

static bool walk_to(struct walk *walk, size_t text_at)
{
	while (walk->text_at < text_at)
		if (walk->at >= walk->len || !step(walk))
			return false;
	return walk->text_at == text_at;
}

/* The same line up to the end of the part, or of the line. */
static struct diag_span span_of(const struct diag_file *file, const struct walk *from, size_t end)
{
	struct tree_node place = {.kind = TREE_NULL, .line = 1, .column = 1};
	const struct walk whole = {.raw = from->raw, .len = from->len};

	for (size_t at = 0; at < from->at;) {
		if (is_break(from->raw[at])) {
			at = skip_break(&whole, at);
			place.line++;
			place.column = 1;
		} else {
			at++;
			place.column++;
		}
	}
	while (from->at + place.len < end && !is_break(from->raw[from->at + place.len]))
		place.len++;
	return tree_span(file, &place);
}

struct diag_span tree_text_span(const struct diag_file *file, const struct tree_node *scalar,
				size_t offset, size_t len)
{
	struct walk walk = {
		.raw = file->text,
		.len = file->len,
		.text = scalar->text,
		.text_len = scalar->len,
	};
	struct walk end;

	if (!file->text || scalar->kind != TREE_STRING || offset + len > scalar->len)
		return tree_span(file, scalar);
	walk.at = line_offset(file->text, file->len, scalar->line) + scalar->column - 1;
	enter(&walk);
	if (!walk_to(&walk, offset))
		return tree_span(file, scalar);
	end = walk;
	if (!walk_to(&end, offset + len))
		return tree_span(file, scalar);
	return span_of(file, &walk, end.at);
}
