/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/written.h"

#include "analyze/endpoint.h"
#include "base/keyset.h"
#include "render/out.h"
#include "tree/tree.h"

#include <stdio.h>
#include <string.h>

/* How a map in each format begins; "": in any way. */
static const struct {
	enum cli_format format;
	const char *ending;
	const char *start;
} formats[] = {
	{CLI_JSON, ".json", "{"},
	{CLI_CSV, ".csv", "from,to,"},
	{CLI_MD, ".md", "### Who may talk to whom"},
	{CLI_MD, ".markdown", "### Who may talk to whom"},
	{CLI_DOT, ".dot", "digraph bulkhead {"},
	{CLI_DOT, ".gv", "digraph bulkhead {"},
	{CLI_SVG, ".svg", "<svg "},
	{CLI_TEXT, ".txt", ""},
};

enum written_side {
	SIDE_FILE,
	SIDE_MAP,
	N_SIDES,
};

struct line {
	const char *text;
	size_t len;
};

struct comparing {
	enum cli_format format;
	VEC(struct line) lines[N_SIDES];
	struct keyset known;
	VEC(uint32_t) counts[N_SIDES]; /* by number in `known` */
	bool in_title;
};

bool written_format(const char *path, enum cli_format *ret)
{
	const size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		const size_t ending = strlen(formats[i].ending);

		if (len > ending && strcmp(path + len - ending, formats[i].ending) == 0) {
			*ret = formats[i].format;
			return true;
		}
	}
	return false;
}

static bool is_map(enum cli_format format, const struct diag_file *file)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (formats[i].format == format) {
			const size_t len = strlen(formats[i].start);

			return file->len >= len && memcmp(file->text, formats[i].start, len) == 0;
		}
	return false;
}

static void add_line(struct comparing *comparing, enum written_side side, struct line line)
{
	uint32_t number;

	while (line.len && line.text[line.len - 1] == '\r')
		line.len--;
	number = keyset_intern(&comparing->known, line.text, line.len, NULL);
	vec_push(&comparing->lines[side], line);
	for (int i = 0; i < N_SIDES; i++)
		while (comparing->counts[i].n <= number)
			vec_push(&comparing->counts[i], 0);
	comparing->counts[side].items[number]++;
}

/* What is within titles, which begin and end anywhere in a line. */
static void add_titles(struct comparing *comparing, enum written_side side, struct line line)
{
	static const char start[] = "<title>", end[] = "</title>";
	const char *const last = line.text + line.len;

	while (line.text < last) {
		const char *at = memmem(line.text, (size_t)(last - line.text),
					comparing->in_title ? end : start,
					comparing->in_title ? sizeof(end) - 1 : sizeof(start) - 1);
		const char *until = at ? at : last;

		if (comparing->in_title && until > line.text)
			add_line(comparing, side,
				 (struct line){line.text, (size_t)(until - line.text)});
		if (!at)
			return;
		line.text = at + (comparing->in_title ? sizeof(end) - 1 : sizeof(start) - 1);
		comparing->in_title = !comparing->in_title;
	}
}

static void add_text(struct comparing *comparing, enum written_side side, const char *text,
		     size_t len)
{
	const char *const last = text + len;

	comparing->in_title = false;
	while (text < last) {
		const char *newline = memchr(text, '\n', (size_t)(last - text));
		const struct line line = {text, (size_t)((newline ? newline : last) - text)};

		if (comparing->format == CLI_SVG)
			add_titles(comparing, side, line);
		else
			add_line(comparing, side, line);
		text += line.len + 1;
	}
}

/* Lines of one side that the other has not, or not so often. */
static bool print_side(struct comparing *comparing, enum written_side side)
{
	const enum written_side other = side == SIDE_FILE ? SIDE_MAP : SIDE_FILE;
	bool is_stale = false;

	for (size_t i = 0; i < comparing->lines[side].n; i++) {
		const struct line *line = &comparing->lines[side].items[i];
		const uint32_t number = keyset_find(&comparing->known, line->text, line->len);

		if (comparing->counts[side].items[number] <= comparing->counts[other].items[number])
			continue;
		comparing->counts[side].items[number]--;
		printf("%c %.*s\n", side == SIDE_FILE ? '-' : '+', (int)line->len, line->text);
		is_stale = true;
	}
	return is_stale;
}

struct writing {
	struct analyze_map *map;
	written_fn write;
};

static void write_map(void *arg)
{
	const struct writing *writing = arg;

	writing->write(writing->map);
}

static void compare(struct comparing *comparing, const struct diag_file *file,
		    struct writing *writing, bool *ret_stale)
{
	size_t len;
	char *text = out_capture(write_map, writing, &len);

	add_text(comparing, SIDE_FILE, file->text, file->len);
	add_text(comparing, SIDE_MAP, text, len);
	*ret_stale = print_side(comparing, SIDE_FILE);
	*ret_stale |= print_side(comparing, SIDE_MAP);
	for (int side = 0; side < N_SIDES; side++) {
		vec_release(&comparing->lines[side]);
		vec_release(&comparing->counts[side]);
	}
	keyset_release(&comparing->known);
	free(text);
}

bool written_compare(const char *path, enum cli_format format, struct analyze_map *map,
		     written_fn write, struct diag_list *diags, bool *ret_stale)
{
	struct comparing comparing = {.format = format};
	struct writing writing = {map, write};
	struct diag_file *file;
	struct arena arena;
	bool is_good = false;
	int ret;

	arena_init(&arena);
	ret = tree_load(path, NULL, &arena, &file);
	if (ret < 0)
		analyze_refuse(diags, "--check %s: cannot read: %s", path, strerror(-ret));
	else if (!is_map(format, file))
		analyze_refuse(
			diags,
			"--check %s: this is no map, expected what 'bulkhead map' writes with "
			"the -o that its name tells",
			path);
	else
		is_good = true;
	if (is_good)
		compare(&comparing, file, &writing, ret_stale);
	arena_release(&arena);
	return is_good;
}
