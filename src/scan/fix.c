/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/fix.h"

#include "base/plain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The text is what the file has, byte by byte. */
static bool is_editable(const struct diag_file *file)
{
	struct stat st;

	return !file->is_stream && file->text && stat(file->name, &st) == 0 &&
	       S_ISREG(st.st_mode) && (size_t)st.st_size == file->len;
}

static int compare_edits(const void *left, const void *right)
{
	const struct scan_edit *a = *(const struct scan_edit *const *)left;
	const struct scan_edit *b = *(const struct scan_edit *const *)right;

	return (a->offset > b->offset) - (a->offset < b->offset);
}

static bool is_wanted(const struct scan_finding *finding, enum scan_fix least)
{
	return !finding->suppressed && finding->fix >= least;
}

/* Adds lines to the end of the file, as others may. */
static bool adds_lines(const struct scan_edit *edit)
{
	const size_t len = strlen(edit->text);

	return edit->offset == edit->file->len && len && edit->text[len - 1] == '\n';
}

/* They do not overlap, and begin at one place only where each adds other lines. */
static bool may_follow(const struct scan_edits *edits, size_t n, const struct scan_edit *edit)
{
	if (n && edit->offset < edits->items[n - 1]->offset + edits->items[n - 1]->len)
		return false;
	while (n-- && edits->items[n]->offset == edit->offset)
		if (!adds_lines(edit) || !adds_lines(edits->items[n]) ||
		    strcmp(edit->text, edits->items[n]->text) == 0)
			return false;
	return true;
}

static void add_edits(struct scan_edits *edits, const struct scan_finding *finding,
		      const struct diag_file *file)
{
	for (size_t i = 0; i < finding->edits.n; i++)
		if (finding->edits.items[i].file == file)
			vec_push(edits, &finding->edits.items[i]);
}

/* Of two of one place the first counts. */
static void put_in_order(struct scan_edits *edits)
{
	size_t n = 0;

	if (edits->n)
		qsort(edits->items, edits->n, sizeof(*edits->items), compare_edits);
	for (size_t i = 0; i < edits->n; i++)
		if (may_follow(edits, n, edits->items[i]))
			edits->items[n++] = edits->items[i];
	edits->n = n;
}

void scan_edits_of(const struct scan_finding *finding, const struct diag_file *file,
		   struct scan_edits *ret)
{
	*ret = (struct scan_edits){0};
	if (!is_wanted(finding, SCAN_FIX_SUGGESTED) || !is_editable(file))
		return;
	add_edits(ret, finding, file);
	put_in_order(ret);
}

static void collect(const struct scan *scan, const struct diag_file *file, enum scan_fix least,
		    struct scan_edits *ret)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		if (is_wanted(&scan->findings.items[i], least))
			add_edits(ret, &scan->findings.items[i], file);
	put_in_order(ret);
}

/* "-old" or "+new": each line of a text that may end without a newline. */
static void add_lines(struct strbuf *diff, char mark, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const size_t n = newline ? (size_t)(newline - text) + 1 : (size_t)(end - text);

		strbuf_addch(diff, mark);
		strbuf_add(diff, text, n);
		if (!newline)
			strbuf_addstr(diff, "\n\\ No newline at end of file\n");
		text += n;
	}
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = len > 0 && text[len - 1] != '\n';

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

/* The lines that some edits touch: where they are, and what becomes of them. */
struct hunk {
	size_t start;
	size_t end; /* behind the newline */
	size_t line;
	struct strbuf text;
};

static void add_hunk(struct strbuf *diff, const struct diag_file *file, const struct hunk *hunk,
		     size_t *shift)
{
	const char *old = file->text + hunk->start;
	const size_t len = hunk->end - hunk->start;
	const size_t n_old = count_lines(old, len);
	const size_t n_new = count_lines(hunk->text.text, hunk->text.len);

	strbuf_printf(diff, "@@ -%zu,%zu +%zu,%zu @@\n", hunk->line - (n_old == 0), n_old,
		      hunk->line + *shift - (n_new == 0), n_new);
	add_lines(diff, '-', old, len);
	add_lines(diff, '+', hunk->text.text, hunk->text.len);
	*shift += n_new - n_old;
}

static size_t line_start(const struct diag_file *file, size_t at)
{
	while (at > 0 && file->text[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const struct diag_file *file, size_t at)
{
	const char *newline = memchr(file->text + at, '\n', file->len - at);

	return newline ? (size_t)(newline - file->text) + 1 : file->len;
}

/* The end of the lines that an edit touches: one that takes whole lines out touches no other. */
static size_t edit_end(const struct diag_file *file, const struct scan_edit *edit)
{
	const size_t end = edit->offset + edit->len;

	return edit->len && file->text[end - 1] == '\n' ? end : line_end(file, end);
}

/* Takes the edits of one run of lines; how many they are. */
static size_t take_hunk(const struct diag_file *file, const struct scan_edits *edits, size_t first,
			struct hunk *ret)
{
	size_t at, n = 0;

	ret->start = at = line_start(file, edits->items[first]->offset);
	ret->end = edit_end(file, edits->items[first]);
	while (first + n < edits->n &&
	       (n == 0 || line_start(file, edits->items[first + n]->offset) < ret->end)) {
		const struct scan_edit *edit = edits->items[first + n++];

		strbuf_add(&ret->text, file->text + at, edit->offset - at);
		strbuf_addstr(&ret->text, edit->text);
		at = edit->offset + edit->len;
		ret->end = edit_end(file, edit);
	}
	strbuf_add(&ret->text, file->text + at, ret->end - at);
	return n;
}

static void add_name(struct strbuf *diff, const char *mark, const char *name)
{
	strbuf_addstr(diff, mark);
	plain_add(diff, name, strlen(name));
	strbuf_addch(diff, '\n');
}

/* The text with the edits done, and what that changes. */
static void edit(const struct diag_file *file, const struct scan_edits *edits, struct strbuf *diff,
		 struct strbuf *ret)
{
	size_t at = 0, line = 1, shift = 0;

	add_name(diff, "--- ", file->name);
	add_name(diff, "+++ ", file->name);
	for (size_t i = 0; i < edits->n;) {
		struct hunk hunk = {0};

		i += take_hunk(file, edits, i, &hunk);
		hunk.line = line + count_lines(file->text + at, hunk.start - at);
		add_hunk(diff, file, &hunk, &shift);
		strbuf_add(ret, file->text + at, hunk.start - at);
		strbuf_add(ret, hunk.text.text, hunk.text.len);
		line = hunk.line + count_lines(file->text + hunk.start, hunk.end - hunk.start);
		at = hunk.end;
		strbuf_release(&hunk.text);
	}
	strbuf_add(ret, file->text + at, file->len - at);
}

/* What becomes of a file by the runs so far; NULL: nothing. */
static struct model_text *find_text(const struct scan_patches *patches, const char *name)
{
	for (size_t i = 0; i < patches->texts.n; i++)
		if (strcmp(patches->texts.items[i].name, name) == 0)
			return &patches->texts.items[i];
	return NULL;
}

static bool patch_file(struct scan_patches *patches, const struct scan *scan,
		       const struct diag_file *file, enum scan_fix least)
{
	struct model_text *text = find_text(patches, file->name);
	struct strbuf edited = {0};
	struct scan_edits edits = {0};

	if (text ? text->len == file->len && memcmp(text->text, file->text, file->len) == 0
		 : is_editable(file))
		collect(scan, file, least, &edits);
	if (edits.n == 0)
		return false;
	edit(file, &edits, &patches->diff, &edited);
	vec_release(&edits);
	if (!text) {
		text = vec_add(&patches->texts);
		text->name = arena_strdup(&patches->arena, file->name);
	}
	text->text = arena_strndup(&patches->arena, strbuf_str(&edited), edited.len);
	text->len = edited.len;
	strbuf_release(&edited);
	return true;
}

void scan_patches_init(struct scan_patches *patches)
{
	*patches = (struct scan_patches){0};
	arena_init(&patches->arena);
}

bool scan_patches_add(struct scan_patches *patches, const struct scan *scan, enum scan_fix least)
{
	struct hash_map seen = {0};
	bool has_more = false, is_new;

	for (size_t i = 0; i < scan->findings.n; i++) {
		const struct scan_finding *finding = &scan->findings.items[i];

		for (size_t k = 0; is_wanted(finding, least) && k < finding->edits.n; k++) {
			hash_map_put(&seen, hash_ptr(finding->edits.items[k].file), &is_new);
			if (is_new)
				has_more |= patch_file(patches, scan, finding->edits.items[k].file,
						       least);
		}
	}
	hash_map_release(&seen);
	return has_more;
}

void scan_patches_release(struct scan_patches *patches)
{
	vec_release(&patches->texts);
	strbuf_release(&patches->diff);
	arena_release(&patches->arena);
}

/* A new file in place of the old one, so that nobody reads half of it. */
static int write_text(const struct model_text *text)
{
	const char *name = text->name;
	struct strbuf temporary = {0};
	struct stat st;
	int fd, err = 0;
	FILE *out;

	if (stat(name, &st) < 0)
		return -errno;
	strbuf_printf(&temporary, "%s.XXXXXX", name);
	fd = mkstemp(temporary.text);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out) {
		err = -errno;
	} else {
		fwrite(text->text, 1, text->len, out);
		if (fchmod(fd, st.st_mode) < 0 || fflush(out) != 0 || ferror(out))
			err = -EIO;
		if (fclose(out) != 0 || (!err && rename(temporary.text, name) < 0))
			err = err ? err : -errno;
		if (err)
			unlink(temporary.text);
	}
	strbuf_release(&temporary);
	return err;
}

int scan_patches_apply(const struct scan_patches *patches)
{
	int err = 0;

	for (size_t i = 0; i < patches->texts.n && !err; i++)
		err = write_text(&patches->texts.items[i]);
	return err;
}
