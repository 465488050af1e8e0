/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/revision.h"

#include "cli/command.h"
#include "cli/process.h"
#include "model/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "git:"

struct reading {
	struct revision *revision;
	const char *object; /* "REV:PATH", as git knows it */
	const char *problem;
};

/* A file of the tree. */
struct entry {
	const char *id;
	const char *path;
};

struct entries {
	VEC(struct entry) list;
};

bool revision_is(const char *spec)
{
	return strncmp(spec, PREFIX, strlen(PREFIX)) == 0;
}

void revision_release(struct revision *revision)
{
	vec_release(&revision->texts);
	arena_release(&revision->arena);
}

static int refuse(struct reading *reading, const char *problem)
{
	reading->problem = problem;
	return CLI_USAGE;
}

/* git's own words, without its "fatal: ". */
static int refuse_in_words(struct reading *reading, const struct strbuf *errors)
{
	const char *text = strbuf_str(errors);

	if (strncmp(text, "fatal: ", 7) == 0)
		text += 7;
	return refuse(reading, arena_strndup(&reading->revision->arena, text, strcspn(text, "\n")));
}

/* Runs git; what it says against it is the problem. */
static int run(struct reading *reading, struct cli_process *process)
{
	int ret = cli_process_run(process);

	if (ret < 0) {
		reading->problem = arena_printf(&reading->revision->arena, "cannot run git: %s",
						strerror(-ret));
		return CLI_ENVIRONMENT;
	}
	return ret ? refuse_in_words(reading, &process->errors) : CLI_YES;
}

static void add_text(struct reading *reading, const char *path, const char *text, size_t len)
{
	struct arena *arena = &reading->revision->arena;
	const char *object = reading->object;
	const bool has_slash = object[strlen(object) - 1] == ':' ||
			       object[strlen(object) - 1] == '/' || !path;

	vec_push(&reading->revision->texts,
		 ((struct model_text){arena_printf(arena, PREFIX "%s%s%s", object,
						   has_slash ? "" : "/", path ? path : ""),
				      arena_strndup(arena, text, len), len}));
}

static int read_file(struct reading *reading)
{
	const char *const words[] = {"git", "cat-file", "blob", reading->object, NULL};
	struct cli_process process = {.words = words};
	int code = run(reading, &process);

	if (code == CLI_YES)
		add_text(reading, NULL, strbuf_str(&process.output), process.output.len);
	cli_process_release(&process);
	return code;
}

/* "MODE TYPE ID<TAB>PATH", ended by NUL; links and submodules are no files of the tree. */
static void parse_entry(struct reading *reading, const char *line, struct entries *ret)
{
	const char *tab = strchr(line, '\t');
	const char *id = line;

	if (!tab || strncmp(line, "100", 3) != 0 || !model_is_manifest(tab + 1))
		return;
	for (const char *at = line; at < tab; at++)
		if (*at == ' ')
			id = at + 1;
	vec_push(&ret->list,
		 ((struct entry){
			 arena_strndup(&reading->revision->arena, id, (size_t)(tab - id)),
			 arena_strdup(&reading->revision->arena, tab + 1),
		 }));
}

static int list_entries(struct reading *reading, struct entries *ret)
{
	const char *const words[] = {"git",         "ls-tree",       "-r", "-z",
				     "--full-tree", reading->object, NULL};
	struct cli_process process = {.words = words};
	int code = run(reading, &process);
	const char *text = strbuf_str(&process.output);

	for (size_t at = 0; code == CLI_YES && at < process.output.len; at += strlen(text + at) + 1)
		parse_entry(reading, text + at, ret);
	cli_process_release(&process);
	return code;
}

/* "ID TYPE SIZE", a line end, the content, a line end; for each in order. */
static int take_contents(struct reading *reading, const struct entries *entries,
			 const struct strbuf *output)
{
	const char *at = strbuf_str(output), *end = at + output->len;

	for (size_t i = 0; i < entries->list.n; i++) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		size_t size;

		if (!line_end || sscanf(at, "%*s %*s %zu", &size) != 1 ||
		    size >= (size_t)(end - line_end))
			return refuse(reading, "git gave less than it listed");
		add_text(reading, entries->list.items[i].path, line_end + 1, size);
		at = line_end + 1 + size + 1;
	}
	return CLI_YES;
}

static int read_entries(struct reading *reading, const struct entries *entries)
{
	static const char *const words[] = {"git", "cat-file", "--batch", NULL};
	struct cli_process process = {.words = words};
	struct strbuf ids = {0};
	int code;

	for (size_t i = 0; i < entries->list.n; i++)
		strbuf_printf(&ids, "%s\n", entries->list.items[i].id);
	process.input = strbuf_str(&ids);
	process.n_input = ids.len;
	code = run(reading, &process);
	if (code == CLI_YES)
		code = take_contents(reading, entries, &process.output);
	strbuf_release(&ids);
	cli_process_release(&process);
	return code;
}

static int read_tree(struct reading *reading)
{
	struct entries entries = {0};
	int code = list_entries(reading, &entries);

	if (code == CLI_YES)
		code = read_entries(reading, &entries);
	if (code == CLI_YES && !entries.list.n)
		code = refuse(reading, "there are no manifests in it");
	vec_release(&entries.list);
	return code;
}

static int read_object(struct reading *reading)
{
	const char *const words[] = {"git", "cat-file", "-t", reading->object, NULL};
	struct cli_process process = {.words = words};
	int code = run(reading, &process);
	const bool is_file = code == CLI_YES && strcmp(strbuf_str(&process.output), "blob\n") == 0;

	cli_process_release(&process);
	if (code != CLI_YES)
		return code;
	return is_file ? read_file(reading) : read_tree(reading);
}

int revision_read(const char *spec, struct revision *ret, const char **ret_problem)
{
	struct reading reading = {.revision = ret, .object = spec + strlen(PREFIX)};
	int code;

	*ret = (struct revision){0};
	arena_init(&ret->arena);
	if (!strchr(reading.object, ':') || *reading.object == ':')
		code = refuse(&reading, "expected git:REV:PATH, for example git:main:deploy");
	else if (*reading.object == '-')
		code = refuse(&reading, "no revision begins with '-'");
	else
		code = read_object(&reading);
	*ret_problem = reading.problem;
	return code;
}
