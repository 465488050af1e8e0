/* SPDX-License-Identifier: Apache-2.0 */
/* Comments of exceptions: where they are in a text, and which of its lines they are about. */
#include "scan/check.h"
#include "scan/loading.h"

#include <string.h>

#define MARK "bulkhead:ignore"

struct line {
	const char *text;
	size_t len;    /* without the newline */
	size_t indent; /* SIZE_MAX: nothing but space or a comment */
	bool is_break; /* "---", which begins a document, or "...", which ends one */
	bool is_item;  /* of a sequence */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct line line_at(const char *text)
{
	struct line line = {.text = text, .len = strcspn(text, "\n")};
	const size_t indent = strspn(text, " \t\r");
	const size_t rest = line.len - indent;

	line.indent = indent >= line.len || text[indent] == '#' ? SIZE_MAX : indent;
	line.is_break = indent == 0 && rest >= 3 &&
			(memcmp(text, "---", 3) == 0 || memcmp(text, "...", 3) == 0) &&
			(rest == 3 || is_blank(text[3]));
	line.is_item = indent < line.len && text[indent] == '-' &&
		       (rest == 1 || is_blank(text[indent + 1]));
	return line;
}

static bool next_line(struct line *line)
{
	if (!line->text[line->len])
		return false;
	*line = line_at(line->text + line->len + 1);
	return true;
}

/* Items of a list may stand as far left as the key that the list is of. */
static bool is_nested(const struct line *line, const struct line *in)
{
	return line->indent > in->indent ||
	       (line->indent == in->indent && line->is_item && !in->is_item);
}

/*
 * From a comment, or the break that a document begins with, on: the next line with what is nested in
 * that, or the whole document.
 */
static void bind_next(struct scan_exception *exception, struct line line, uint32_t number,
		      bool is_head)
{
	struct line first = {0};

	while (next_line(&line)) {
		number++;
		if (line.indent == SIZE_MAX)
			continue;
		if (line.is_break && first.text)
			return;
		if (line.is_break) {
			is_head = true;
			continue;
		}
		if (!first.text) {
			first = line;
			exception->first_line = number;
		} else if (!is_head && !is_nested(&line, &first)) {
			return;
		}
		exception->last_line = number;
	}
}

/* The comment in a line, from its '#' on; NULL: none is about exceptions. */
static const char *find_mark(const struct line *line)
{
	for (size_t i = 0; i < line->len; i++) {
		size_t at = i + 1;

		if (line->text[i] != '#' || (i && !is_blank(line->text[i - 1])))
			continue;
		while (at < line->len && is_blank(line->text[at]))
			at++;
		if (line->len - at >= strlen(MARK) &&
		    memcmp(line->text + at, MARK, strlen(MARK)) == 0)
			return line->text + i;
	}
	return NULL;
}

/* A value with the mark in its text: its lines have no comments. */
static bool is_in_text(const struct tree_node *node, uint32_t line, uint32_t column)
{
	uint32_t n = 0;

	for (uint32_t i = 0; node->kind == TREE_SEQ && i < node->len; i++)
		if (is_in_text(node->items[i], line, column))
			return true;
	for (uint32_t i = 0; node->kind == TREE_MAP && i < node->len; i++)
		if (is_in_text(node->members[i].value, line, column))
			return true;
	if (node->kind != TREE_STRING || line < node->line || !strstr(node->text, MARK))
		return false;
	for (const char *at = node->text; (at = strchr(at, '\n')); at++)
		n++;
	return line == node->line ? column > node->column && !n : line <= node->line + n;
}

static bool is_text(const struct scan *scan, const struct diag_span *span)
{
	const struct model_snapshot *snapshot = scan->snapshot;

	for (uint32_t i = 0; i < snapshot->n_manifests; i++)
		if (snapshot->manifests[i].file == span->file &&
		    is_in_text(snapshot->manifests[i].root, span->line, span->column))
			return true;
	return false;
}

static void read_comment(struct scan *scan, const struct line *line, const char *mark,
			 struct diag_span span, bool is_head)
{
	const char *word = strstr(mark, MARK);
	const char *text = word + strlen(MARK);
	struct scan_exception *exception;

	span.len = (uint32_t)(text - mark);
	if (is_text(scan, &span))
		return;
	exception = vec_add(&scan->exceptions);
	exception->source = SCAN_EXCEPTION_COMMENT;
	exception->span = span;
	exception->file = span.file;
	exception->first_line = exception->last_line = span.line;
	if (text < line->text + line->len && !is_blank(*text))
		exception->problem = "expected a blank behind '" MARK "'";
	else
		scan_exception_parse(arena_strndup(&scan->arena, text,
						   (size_t)(line->text + line->len - text)),
				     &scan->arena, exception);
	if (line->indent == SIZE_MAX || line->is_break)
		bind_next(exception, *line, span.line, is_head || line->is_break);
	span.line = exception->first_line;
	exception->place = scan_loading_place(scan, &span).ns;
}

void scan_exceptions_read_comments(struct scan *scan, const struct diag_file *file)
{
	bool is_head = true;
	uint32_t number = 1;
	struct line line;

	if (!file->text || !memmem(file->text, file->len, MARK, strlen(MARK)))
		return;
	line = line_at(file->text);
	do {
		const char *mark = find_mark(&line);
		const uint32_t column = mark ? (uint32_t)(mark - line.text) + 1 : 0;

		if (mark)
			read_comment(scan, &line, mark, (struct diag_span){file, number, column, 0},
				     is_head);
		if (line.indent != SIZE_MAX)
			is_head = line.is_break;
		number++;
	} while (next_line(&line));
}
