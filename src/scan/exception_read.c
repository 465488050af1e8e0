/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions in the input: comments, which are about lines, and annotations, about objects. */
#include "scan/check.h"
#include "scan/config.h"

#include <string.h>

#define MARK "# bulkhead:ignore"
#define ANNOTATION "bulkhead.dev/ignore"

struct line {
	const char *text;
	size_t len;    /* without the newline */
	size_t indent; /* SIZE_MAX: nothing but space or a comment */
};

static struct line line_at(const char *text)
{
	struct line line = {text, strcspn(text, "\n"), 0};
	const size_t indent = strspn(text, " \t");

	line.indent = indent >= line.len || text[indent] == '#' ? SIZE_MAX : indent;
	return line;
}

static const char *next_line(const struct line *line)
{
	return line->text[line->len] ? line->text + line->len + 1 : NULL;
}

/*
 * The lines that a comment is about: its own when something stands before it, else the next one with
 * what is nested in that. `line` is that of the comment.
 */
static void bind_lines(struct scan_exception *exception, struct line line, uint32_t number)
{
	const bool is_trailing = line.indent != SIZE_MAX;
	const char *at = line.text;
	size_t indent = SIZE_MAX;

	exception->first_line = exception->last_line = number;
	if (is_trailing)
		return;
	while ((at = next_line(&line))) {
		line = line_at(at);
		number++;
		if (line.indent == SIZE_MAX)
			continue;
		if (indent == SIZE_MAX) {
			indent = line.indent;
			exception->first_line = number;
		} else if (line.indent <= indent) {
			return;
		}
		exception->last_line = number;
	}
}

static const char *namespace_of(const struct model_manifest *manifest)
{
	return strcmp(manifest->kind, "Namespace") == 0 ? manifest->name : manifest->ns;
}

/* That of the last object of the file that does not begin after the line. */
static const char *namespace_at(const struct scan *scan, const struct diag_file *file,
				uint32_t line)
{
	const char *ret = NULL;
	uint32_t best = 0;

	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];
		const uint32_t first = manifest->root->line;

		if (manifest->file != file || first > line || first < best)
			continue;
		best = first;
		ret = namespace_of(manifest);
	}
	return ret;
}

static void read_comment(struct scan *scan, const struct diag_file *file, const struct line *line,
			 uint32_t number)
{
	const char *mark = memmem(line->text, line->len, MARK, strlen(MARK));
	struct scan_exception *exception;
	size_t start;

	if (!mark)
		return;
	start = (size_t)(mark - line->text) + strlen(MARK);
	exception = vec_add(&scan->exceptions);
	exception->source = SCAN_EXCEPTION_COMMENT;
	exception->span = (struct diag_span){file, number, (uint32_t)(mark - line->text) + 1,
					     (uint32_t)strlen(MARK)};
	scan_exception_parse(arena_strndup(&scan->arena, line->text + start, line->len - start),
			     &scan->arena, exception);
	exception->file = file;
	bind_lines(exception, *line, number);
	exception->place = namespace_at(scan, file, exception->first_line);
}

static void read_file(struct scan *scan, const struct diag_file *file)
{
	const char *at = file->text;
	uint32_t number = 1;

	if (!at || !memmem(at, file->len, MARK, strlen(MARK)))
		return;
	for (struct line line; at; at = next_line(&line), number++) {
		line = line_at(at);
		read_comment(scan, file, &line, number);
	}
}

static uint32_t number_of(const struct tree_node *map, const char *key)
{
	return (uint32_t)(tree_member(map, key) - map->members);
}

static void read_annotation(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *annotations =
		scan_node(manifest->root, "metadata", "annotations", NULL);
	const struct tree_node *metadata = tree_get(manifest->root, "metadata");
	const char *text = scan_annotation(manifest->root, ANNOTATION);
	struct scan_exception *exception;

	if (!text)
		return;
	exception = vec_add(&scan->exceptions);
	exception->source = SCAN_EXCEPTION_ANNOTATION;
	exception->kind = manifest->kind;
	exception->ns = exception->place = namespace_of(manifest);
	exception->name = manifest->name;
	exception->span = tree_key_span(manifest->file, tree_member(annotations, ANNOTATION));
	exception->list = annotations->len > 1 ? annotations : metadata;
	exception->number =
		number_of(exception->list, annotations->len > 1 ? ANNOTATION : "annotations");
	scan_exception_parse(text, &scan->arena, exception);
}

/* The files of the input stand together in the order of the objects. */
void scan_exceptions_read(struct scan *scan)
{
	const struct diag_file *before = NULL;

	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];

		if (manifest->file != before)
			read_file(scan, manifest->file);
		before = manifest->file;
		read_annotation(scan, manifest);
	}
	for (size_t i = 0; scan->config && i < scan->config->exceptions.n; i++)
		vec_push(&scan->exceptions, scan->config->exceptions.items[i]);
}
