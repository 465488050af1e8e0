/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of a text by the places of its nodes: what is not replaced stays byte by byte. */
#include "scan/check.h"

#include <string.h>

size_t scan_offset(const struct diag_file *file, uint32_t line, uint32_t column)
{
	const char *at = file->text;
	const char *end = file->text + file->len;

	while (--line > 0 && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	return (size_t)(at - file->text) + column - 1;
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

void scan_edit_scalar(struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_node *scalar, const char *text)
{
	const size_t at = scan_offset(file, scalar->line, scalar->column);
	const size_t len = at < file->len ? source_len(file, scalar, at) : 0;

	if (len)
		scan_edit(finding, file, at, len, text);
}

void scan_edit_null(struct scan_finding *finding, const struct diag_file *file,
		    const struct tree_member *member, const char *text)
{
	size_t at;

	if (member->value->len > 0) {
		scan_edit_scalar(finding, file, member->value, text);
		return;
	}
	at = scan_offset(file, member->line, member->column) + member->key_len;
	if (at < file->len && file->text[at] == ':') {
		scan_edit(finding, file, at + 1, 0, " ");
		scan_edit(finding, file, at + 1, 0, text);
	}
}
