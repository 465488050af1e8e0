/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of a text by the places of its nodes: what is not replaced stays byte by byte. */
#include "scan/check.h"

#include "base/hash.h"
#include "base/strbuf.h"

#include <string.h>

/* Where the lines of a text begin: made once for each file, since a big one may have many edits. */
struct lines {
	uint32_t n;
	size_t begins[];
};

static struct lines *make_lines(struct scan *scan, const struct diag_file *file)
{
	const char *end = file->text + file->len;
	struct lines *lines;
	uint32_t n = 1;

	for (const char *at = file->text; (at = memchr(at, '\n', (size_t)(end - at))); at++)
		n++;
	lines = arena_alloc(&scan->arena, sizeof(*lines) + n * sizeof(lines->begins[0]));
	lines->n = 1;
	lines->begins[0] = 0;
	for (const char *at = file->text; (at = memchr(at, '\n', (size_t)(end - at))); at++)
		lines->begins[lines->n++] = (size_t)(at - file->text) + 1;
	return lines;
}

static const struct lines *lines_of(struct scan *scan, const struct diag_file *file)
{
	uint64_t *place = hash_map_put(&scan->lines, hash_ptr(file), NULL);

	if (!*place)
		*place = (uintptr_t)make_lines(scan, file);
	return (const struct lines *)(uintptr_t)*place;
}

size_t scan_offset(struct scan *scan, const struct diag_file *file, uint32_t line, uint32_t column)
{
	const struct lines *lines = lines_of(scan, file);

	return line <= lines->n ? lines->begins[line - 1] + column - 1 : file->len;
}

struct diag_span scan_span(struct scan *scan, const struct diag_file *file, size_t offset)
{
	const struct lines *lines = lines_of(scan, file);
	uint32_t first = 0, n = lines->n;

	while (n > 1) {
		const uint32_t half = n / 2;

		if (lines->begins[first + half] <= offset)
			first += half;
		n -= half;
	}
	return (struct diag_span){
		.file = file,
		.line = first + 1,
		.column = (uint32_t)(offset - lines->begins[first]) + 1,
	};
}

/* The bytes of a scalar in the text; 0: it is not on one line, or not as its value says. */
static size_t source_len(const struct diag_file *file, const struct tree_node *scalar, size_t at)
{
	const char quote = file->text[at];
	const char *end;

	if (!scalar->is_quoted)
		return memcmp(file->text + at, scalar->text, scalar->len) == 0 ? scalar->len : 0;
	if (quote != '"' && quote != '\'')
		return 0;
	end = strchr(file->text + at + 1, quote);
	return end && (size_t)(end - file->text) - at - 1 == scalar->len ? scalar->len + 2 : 0;
}

void scan_edit_scalar(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_node *scalar, const char *text)
{
	const size_t at = scan_offset(scan, file, scalar->line, scalar->column);
	const size_t len = at < file->len ? source_len(file, scalar, at) : 0;

	if (len)
		scan_edit(finding, file, at, len, text);
}

void scan_edit_key(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		   const struct tree_member *member, const char *text)
{
	const size_t at = scan_offset(scan, file, member->line, member->column);
	const bool is_quoted = at < file->len && strchr("\"'", file->text[at]);
	const struct tree_node key = {
		.kind = TREE_STRING,
		.is_quoted = is_quoted,
		.len = member->key_len,
		.text = member->key,
	};
	const size_t len = at < file->len ? source_len(file, &key, at) : 0;

	if (len)
		scan_edit(finding, file, at, len,
			  is_quoted ? arena_printf(&scan->arena, "\"%s\"", text) : text);
}

/* Nothing stands behind a colon: no anchor, tag or alias. */
static bool is_bare(const char *text)
{
	text += strspn(text, " \t");
	return *text == '\0' || strchr("\r\n#,}", *text);
}

void scan_edit_null(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		    const struct tree_member *member, const char *text)
{
	size_t at;

	if (member->value->len > 0) {
		scan_edit_scalar(scan, finding, file, member->value, text);
		return;
	}
	at = scan_offset(scan, file, member->line, member->column) + member->key_len;
	if (at < file->len && file->text[at] == ':' && is_bare(file->text + at + 1))
		scan_edit(finding, file, at + 1, 0, arena_printf(&scan->arena, " %s", text));
}

void scan_edit_null_item(struct scan *scan, struct scan_finding *finding,
			 const struct diag_file *file, const struct tree_node *item,
			 const char *text)
{
	const size_t at = scan_offset(scan, file, item->line, item->column);

	if (item->len > 0)
		scan_edit_scalar(scan, finding, file, item, text);
	else if (at > 0 && at <= file->len && file->text[at - 1] == '-' && is_bare(file->text + at))
		scan_edit(finding, file, at, 0, arena_printf(&scan->arena, " %s", text));
}

/* How many blanks a line begins with, if nothing else stands before `at`; -1: something does. */
static long indent_at(const struct diag_file *file, size_t at)
{
	size_t begin = at;

	while (begin > 0 && file->text[begin - 1] == ' ')
		begin--;
	return begin == 0 || file->text[begin - 1] == '\n' ? (long)(at - begin) : -1;
}

/* Comments right above an item are about it: what is put before it is put before them. */
static size_t above_comments(const struct diag_file *file, size_t item)
{
	const size_t indent = (size_t)indent_at(file, item);
	size_t at = item;

	while (at > indent) {
		size_t above = at - indent - 1; /* the end of the line before */

		while (above > 0 && file->text[above - 1] != '\n')
			above--;
		if (strspn(file->text + above, " ") != indent || file->text[above + indent] != '#')
			break;
		at = above + indent;
	}
	return at;
}

/* The lines as an item of a sequence, and the blanks of the line that they are put before. */
static const char *block_item(struct scan *scan, const char *const *lines, long indent)
{
	struct strbuf text = {0};
	const char *ret;

	for (size_t i = 0; lines[i]; i++)
		strbuf_printf(&text, "%s%s\n%*s", i ? "  " : "- ", lines[i], (int)indent, "");
	ret = arena_strdup(&scan->arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

void scan_edit_item(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		    const struct tree_node *item, const char *const *lines, const char *flow)
{
	const size_t begin = scan_offset(scan, file, item->line, item->column);
	size_t at = begin;

	while (at > 0 && strchr(" \t\n\r", file->text[at - 1]))
		at--;
	if (at == 0)
		return;
	at--;
	if (file->text[at] == '[' || file->text[at] == ',')
		scan_edit(finding, file, begin, 0, arena_printf(&scan->arena, "%s, ", flow));
	else if (file->text[at] == '-' && indent_at(file, at) >= 0)
		scan_edit(finding, file, above_comments(file, at), 0,
			  block_item(scan, lines, indent_at(file, at)));
}

bool scan_is_block(struct scan *scan, const struct diag_file *file, const struct tree_node *map)
{
	/* a mapping in braces begins with the brace, one of lines with its first key */
	return map->kind == TREE_MAP && map->len > 0 && map->members[0].line == map->line &&
	       map->members[0].column == map->column &&
	       indent_at(file, scan_offset(scan, file, map->line, map->column)) >= 0;
}

void scan_edit_before(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_member *before, const char *line, const char *flow)
{
	const size_t begin = scan_offset(scan, file, before->line, before->column);
	const long indent = indent_at(file, begin);
	size_t at = begin;

	while (at > 0 && strchr(" \t\n\r", file->text[at - 1]))
		at--;
	if (at > 0 && strchr("{,", file->text[at - 1]))
		scan_edit(finding, file, begin, 0, arena_printf(&scan->arena, "%s, ", flow));
	else if (indent >= 0)
		scan_edit(finding, file, begin, 0,
			  arena_printf(&scan->arena, "%s\n%*s", line, (int)indent, ""));
}

void scan_edit_member(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_member *before, const char *key, const char *const *lines)
{
	const size_t at = before ? scan_offset(scan, file, before->line, before->column) : 0;
	const long indent = before ? indent_at(file, at) : -1;

	if (indent >= 0 && file->text[at] != '"')
		scan_edit(finding, file, at, 0,
			  arena_printf(&scan->arena, "%s:\n%*s%s", key, (int)indent, "",
				       block_item(scan, lines, indent)));
}

/* The dash that a block's item stands behind, on one line with it; NULL: it is in a flow. */
static const char *dash_of(const struct diag_file *file, size_t at)
{
	while (at > 0 && file->text[at - 1] == ' ')
		at--;
	if (at == 0 || file->text[at - 1] != '-' || indent_at(file, at - 1) < 0)
		return NULL;
	return file->text + at - 1;
}

void scan_edit_append(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_node *list, const char *text)
{
	const struct tree_node *last = list->len ? list->items[list->len - 1] : NULL;
	const size_t at = last ? scan_offset(scan, file, last->line, last->column) : file->len;
	const size_t len = at < file->len ? source_len(file, last, at) : 0;
	const char *dash = len ? dash_of(file, at) : NULL;

	if (dash)
		scan_edit(finding, file, at + len + strcspn(file->text + at + len, "\r\n"), 0,
			  arena_printf(&scan->arena, "\n%*s- %s",
				       (int)indent_at(file, (size_t)(dash - file->text)), "",
				       text));
	else if (len)
		scan_edit(finding, file, at + len, 0, arena_printf(&scan->arena, ", %s", text));
}

/* Where the brace stands that ends what is before a flow's item; 0: something else does. */
static size_t brace_before(const struct diag_file *file, size_t at)
{
	bool has_comma = false;

	while (at > 0 && strchr(" \t\r\n,", file->text[at - 1]))
		has_comma |= file->text[--at] == ',';
	return has_comma && at > 0 && file->text[at - 1] == '}' ? at - 1 : 0;
}

void scan_edit_merge(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		     const struct tree_node *item, const struct tree_node *next)
{
	const size_t first = scan_offset(scan, file, item->line, item->column);
	const size_t second = scan_offset(scan, file, next->line, next->column);
	const char *dash = dash_of(file, first), *next_dash = dash_of(file, second);
	size_t brace;

	if (dash && next_dash) {
		if (item->column == next->column && file->text[first] != '{' &&
		    file->text[second] != '{')
			scan_edit(finding, file, (size_t)(next_dash - file->text), 1, " ");
		return;
	}
	brace = file->text[first] == '{' && file->text[second] == '{' ? brace_before(file, second)
								      : 0;
	if (brace)
		scan_edit(finding, file, brace, second + 1 - brace, ", ");
}

static bool has_windows_ends(const struct diag_file *file)
{
	const char *newline = strchr(file->text, '\n');

	return newline && newline > file->text && newline[-1] == '\r';
}

static const char *with_windows_ends(struct scan *scan, const char *text)
{
	struct strbuf ret = {0};
	const char *copy;

	for (; *text; text++)
		strbuf_printf(&ret, "%s%c", *text == '\n' ? "\r" : "", *text);
	copy = arena_strdup(&scan->arena, strbuf_str(&ret));
	strbuf_release(&ret);
	return copy;
}

void scan_edits_end_lines(struct scan *scan)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		for (size_t k = 0; k < scan->findings.items[i].edits.n; k++) {
			struct scan_edit *edit = &scan->findings.items[i].edits.items[k];

			if (strchr(edit->text, '\n') && has_windows_ends(edit->file))
				edit->text = with_windows_ends(scan, edit->text);
		}
}

/* A text that others may follow as documents of their own. */
static bool takes_documents(const struct diag_file *file)
{
	const size_t blank = strspn(file->text, " \t\r\n");

	return blank < file->len && !strchr("{[", file->text[blank]);
}

void scan_edit_document(struct scan *scan, struct scan_finding *finding,
			const struct diag_file *file, const char *text)
{
	if (takes_documents(file))
		scan_edit(finding, file, file->len, 0,
			  arena_printf(&scan->arena, "%s---\n%s",
				       file->text[file->len - 1] == '\n' ? "" : "\n", text));
}
