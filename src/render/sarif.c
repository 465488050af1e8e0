/* SPDX-License-Identifier: Apache-2.0 */
#include "render/sarif.h"

#include "base/utf8.h"
#include "render/escape.h"
#include "render/scan.h"
#include "scan/fix.h"

/* A file outside of the sources has no path from their root. */
void sarif_artifact(struct json *json, const struct diag_file *file)
{
	const struct scan_place place = {.span.file = file};
	const char *path = render_scan_path(&place);
	struct strbuf uri = {0};

	if (*path == '/')
		strbuf_addstr(&uri, "file://");
	render_uri_path(&uri, path);
	json_key(json, "artifactLocation");
	json_object(json);
	json_field(json, "uri", strbuf_str(&uri));
	if (*path != '/')
		json_field(json, "uriBaseId", "%SRCROOT%");
	json_end(json);
	strbuf_release(&uri);
}

#define BOM 0xfeff

/* SARIF counts characters, without the mark that a text may begin with; a span counts bytes. */
static uint32_t column_of(struct scan *scan, const struct diag_span *span)
{
	size_t at = scan_offset(scan, span->file, span->line, 1);
	const size_t end = scan_offset(scan, span->file, span->line, span->column);
	uint32_t column = 1, code = 0;

	while (at < end) {
		const size_t size = utf8_decode(span->file->text + at, end - at, &code);

		column += at > 0 || code != BOM;
		at += size ? size : 1;
	}
	return column;
}

void sarif_region(struct json *json, struct scan *scan, const char *key,
		  const struct diag_span *begin, const struct diag_span *end)
{
	const bool has_place = begin->file && begin->line;

	json_key(json, key);
	json_object(json);
	json_uint_field(json, "startLine", has_place ? begin->line : 1);
	json_uint_field(json, "startColumn", has_place ? column_of(scan, begin) : 1);
	if (end) {
		json_uint_field(json, "endLine", end->line);
		json_uint_field(json, "endColumn", column_of(scan, end));
	}
	json_end(json);
}

static void write_replacement(struct json *json, struct scan *scan, const struct scan_edit *edit)
{
	const struct diag_span begin = scan_span(scan, edit->file, edit->offset);
	const struct diag_span end = scan_span(scan, edit->file, edit->offset + edit->len);

	json_object(json);
	sarif_region(json, scan, "deletedRegion", &begin, &end);
	json_key(json, "insertedContent");
	json_object(json);
	json_field(json, "text", edit->text);
	json_end(json);
	json_end(json);
}

static void write_change(struct json *json, struct scan *scan, const struct scan_edits *edits)
{
	json_object(json);
	sarif_artifact(json, edits->items[0]->file);
	json_key(json, "replacements");
	json_array(json);
	for (size_t i = 0; i < edits->n; i++)
		write_replacement(json, scan, edits->items[i]);
	json_end(json);
	json_end(json);
}

/* All that is changed to mend one thing is in one file. */
void sarif_fixes(struct json *json, struct scan *scan, const struct scan_finding *finding)
{
	struct scan_edits edits = {0};

	if (finding->edits.n)
		scan_edits_of(finding, finding->edits.items[0].file, &edits);
	if (edits.n == 0)
		return;
	json_key(json, "fixes");
	json_array(json);
	json_object(json);
	if (finding->help) {
		json_key(json, "description");
		json_object(json);
		json_field(json, "text", finding->help);
		json_end(json);
	}
	json_key(json, "artifactChanges");
	json_array(json);
	write_change(json, scan, &edits);
	json_end(json);
	json_key(json, "properties");
	json_object(json);
	json_field(json, "fix", scan_fix_name(finding->fix));
	json_end(json);
	json_end(json);
	json_end(json);
	vec_release(&edits);
}
