/* SPDX-License-Identifier: Apache-2.0 */
/* Edits that take something out: an item, a member, a comment, and nothing around it. */
#include "scan/check.h"

#include <string.h>

/* What is taken out of a sequence or mapping, by the place of each entry. */
struct cut {
	struct scan *scan;
	const struct diag_file *file;
	const struct tree_node *parent;
	const bool *gone; /* by entry */
};

static size_t entry_at(const struct cut *cut, uint32_t number)
{
	const struct tree_node *parent = cut->parent;

	if (parent->kind == TREE_SEQ)
		return scan_offset(cut->scan, cut->file, parent->items[number]->line,
				   parent->items[number]->column);
	return scan_offset(cut->scan, cut->file, parent->members[number].line,
			   parent->members[number].column);
}

/* The text has the entries in their order, and none is the text of another place. */
static bool is_in_order(const struct cut *cut)
{
	size_t before = scan_offset(cut->scan, cut->file, cut->parent->line, cut->parent->column);

	for (uint32_t i = 0; i < cut->parent->len; i++) {
		const size_t at = entry_at(cut, i);

		if (at < before || at >= cut->file->len || (i && at == before))
			return false;
		before = at;
	}
	return true;
}

/* Behind a text in quotes. */
static size_t skip_quoted(const struct diag_file *file, size_t at)
{
	const char quote = file->text[at++];

	while (at < file->len && file->text[at] != quote)
		at += 1 + (quote == '"' && file->text[at] == '\\');
	return at + 1;
}

/* Behind the entry of a flow: at its comma, or at what closes the flow. */
static size_t flow_end(const struct diag_file *file, size_t at)
{
	uint32_t depth = 0;

	while (at < file->len) {
		const char ch = file->text[at];

		if (ch == '"' || ch == '\'') {
			at = skip_quoted(file, at);
			continue;
		}
		if (ch == '#' && strchr(" \t\n", file->text[at - 1]))
			at += strcspn(file->text + at, "\n");
		else if (depth == 0 && strchr(",]}", ch))
			break;
		depth += ch == '[' || ch == '{';
		depth -= ch == ']' || ch == '}';
		at++;
	}
	return at;
}

/* Back over blanks; and over a comma, if one is there. */
static size_t before_comma(const struct diag_file *file, size_t at)
{
	size_t comma = at;

	while (comma > 0 && strchr(" \t\r\n", file->text[comma - 1]))
		comma--;
	return comma > 0 && file->text[comma - 1] == ',' ? comma - 1 : at;
}

/* With the comma behind it, where something stays there, else with the one before it. */
static void cut_flow(const struct cut *cut, struct scan_finding *finding, uint32_t number)
{
	const size_t at = entry_at(cut, number);
	size_t begin;

	for (uint32_t i = number + 1; i < cut->parent->len; i++)
		if (!cut->gone[i]) {
			scan_edit(finding, cut->file, at, entry_at(cut, number + 1) - at, "");
			return;
		}
	begin = before_comma(cut->file, at);
	scan_edit(finding, cut->file, begin, flow_end(cut->file, at) - begin, "");
}

static bool is_dash(const char *text)
{
	return text[0] == '-' && (text[1] == ' ' || text[1] == '\n' || text[1] == '\r');
}

/* Behind the lines of an entry of a block that begins in this column: those that are deeper. */
static size_t block_end(const struct diag_file *file, size_t at, size_t column, bool has_dashes)
{
	size_t end = at + strcspn(file->text + at, "\n");

	for (size_t line = end; line < file->len; line += strcspn(file->text + line, "\n")) {
		const size_t indent = strspn(file->text + ++line, " ");
		const char *text = file->text + line + indent;

		if (*text == '\0' || *text == '\n' || *text == '\r' ||
		    (*text == '#' && indent <= column))
			continue;
		if (indent < column || (indent == column && !(has_dashes && is_dash(text))))
			break;
		end = line + strcspn(file->text + line, "\n");
	}
	return end < file->len ? end + 1 : end;
}

static void cut_block(const struct cut *cut, struct scan_finding *finding, uint32_t number)
{
	const struct diag_file *file = cut->file;
	const bool is_list = cut->parent->kind == TREE_SEQ;
	const struct tree_node *value = is_list ? NULL : cut->parent->members[number].value;
	size_t at = entry_at(cut, number);
	size_t begin;

	if (is_list) {
		while (at > 0 && file->text[at - 1] == ' ')
			at--;
		if (at == 0 || file->text[--at] != '-')
			return;
	}
	for (begin = at; begin > 0 && file->text[begin - 1] == ' ';)
		begin--;
	if (begin == 0 || file->text[begin - 1] == '\n')
		scan_edit(finding, file, begin,
			  block_end(file, at, at - begin, value && value->kind == TREE_SEQ) - begin,
			  "");
}

void scan_cut_entry(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		    const struct tree_node *parent, uint32_t number, const bool *gone)
{
	const struct cut cut = {scan, file, parent, gone};
	const size_t at = scan_offset(scan, file, parent->line, parent->column);

	if (at >= file->len || !is_in_order(&cut) || scan_has_aliases(scan, file))
		return;
	if (file->text[at] == '[' || file->text[at] == '{')
		cut_flow(&cut, finding, number);
	else
		cut_block(&cut, finding, number);
}

bool scan_cut_has_comment(const struct scan_finding *finding)
{
	const struct scan_edit *edit = finding->edits.n ? finding->edits.items : NULL;
	size_t before;

	if (!edit)
		return false;
	if (memchr(edit->file->text + edit->offset, '#', edit->len))
		return true;
	for (before = edit->offset; before > 0 && strchr(" \n", edit->file->text[before - 1]);)
		before--;
	while (before > 0 && edit->file->text[before - 1] != '\n')
		before--;
	before += strspn(edit->file->text + before, " ");
	return edit->file->text[before] == '#';
}

void scan_cut_comment(struct scan *scan, struct scan_finding *finding, struct diag_span span)
{
	const struct diag_file *file = span.file;
	const size_t at = scan_offset(scan, file, span.line, span.column);
	size_t begin = at, end = at + strcspn(file->text + at, "\r\n");

	while (begin > 0 && strchr(" \t", file->text[begin - 1]))
		begin--;
	if (begin == 0 || file->text[begin - 1] == '\n')
		end += strcspn(file->text + end, "\n") + (end < file->len);
	scan_edit(finding, file, begin, end - begin, "");
}
