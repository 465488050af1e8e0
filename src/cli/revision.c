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
	const char *id;     /* of what it is, or what a link leads to */
	const char *problem;
};

/* A file of the tree. */
struct entry {
	const char *object; /* its id; of a link "REV:PATH" */
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
	if (strstr(text, "could not get object info"))
		text = "a submodule: its files are in a repository of their own";
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

/* "REV:PATH" of a file below the object; NULL: of the object itself. */
static const char *object_of(struct reading *reading, const char *path)
{
	const char *object = reading->object;
	const char last = object[strlen(object) - 1];

	if (!path)
		return object;
	return arena_printf(&reading->revision->arena, "%s%s%s", object,
			    last == ':' || last == '/' ? "" : "/", path);
}

static void add_text(struct reading *reading, const char *path, const char *text, size_t len)
{
	struct arena *arena = &reading->revision->arena;

	vec_push(&reading->revision->texts,
		 ((struct model_text){arena_printf(arena, PREFIX "%s", object_of(reading, path)),
				      arena_strndup(arena, text, len), len}));
}

static int read_file(struct reading *reading)
{
	const char *const words[] = {"git", "cat-file", "blob", reading->id, NULL};
	struct cli_process process = {.words = words};
	int code = run(reading, &process);

	if (code == CLI_YES)
		add_text(reading, NULL, strbuf_str(&process.output), process.output.len);
	cli_process_release(&process);
	return code;
}

#define FILE_MODE "100"
#define LINK_MODE "120"
#define SUBMODULE_MODE "160"

static bool has_mode(const char *line, const char *mode)
{
	return strncmp(line, mode, strlen(mode)) == 0;
}

/* "MODE TYPE ID<TAB>PATH", ended by NUL. */
static void parse_entry(struct reading *reading, const char *line, struct entries *ret)
{
	struct arena *arena = &reading->revision->arena;
	const char *tab = strchr(line, '\t');
	const char *id = line, *path;

	if (!tab)
		return;
	path = arena_strdup(arena, tab + 1);
	for (const char *at = line; at < tab; at++)
		if (*at == ' ')
			id = at + 1;
	if (has_mode(line, SUBMODULE_MODE))
		reading->revision->submodule = path;
	if (!model_is_manifest(path))
		return;
	if (has_mode(line, FILE_MODE))
		vec_push(&ret->list,
			 ((struct entry){arena_strndup(arena, id, (size_t)(tab - id)), path}));
	else if (has_mode(line, LINK_MODE) && !strchr(path, '\n')) /* git is asked by lines */
		vec_push(&ret->list, ((struct entry){object_of(reading, path), path}));
}

static int list_entries(struct reading *reading, struct entries *ret)
{
	const char *const words[] = {"git",         "ls-tree",   "-r", "-z",
				     "--full-tree", reading->id, NULL};
	struct cli_process process = {.words = words};
	int code = run(reading, &process);
	const char *text = strbuf_str(&process.output);

	for (size_t at = 0; code == CLI_YES && at < process.output.len; at += strlen(text + at) + 1)
		parse_entry(reading, text + at, ret);
	cli_process_release(&process);
	return code;
}

/* What `cat-file --batch` says of one object; NULL: the text is not that. */
struct answer {
	const char *content; /* NULL: there is none */
	size_t size;
	char type[16]; /* "blob" or "tree"; of a link that leads to neither something else */
	const char *end;
};

/*
 * "ID TYPE SIZE", a line end, the content, a line end; "OBJECT missing"; of links that lead nowhere or
 * out of the tree "dangling SIZE" or another word, with where to.
 */
static bool parse_answer(const char *at, const char *end, struct answer *ret)
{
	const char *line_end = memchr(at, '\n', (size_t)(end - at));
	const char *space = line_end ? memrchr(at, ' ', (size_t)(line_end - at)) : NULL;

	if (!space)
		return false;
	*ret = (struct answer){.end = line_end + 1};
	if (sscanf(space, " %zu", &ret->size) != 1)
		return true;
	if (ret->size >= (size_t)(end - line_end))
		return false;
	ret->content = line_end + 1;
	ret->end = ret->content + ret->size + 1;
	return sscanf(at, "%*s %15s", ret->type) == 1;
}

/* A link to a folder is not followed, as in folders of a disk. */
static int take_contents(struct reading *reading, const struct entries *entries,
			 const struct strbuf *output)
{
	const char *at = strbuf_str(output), *end = at + output->len;

	for (size_t i = 0; i < entries->list.n; i++) {
		const char *path = entries->list.items[i].path;
		struct answer answer;

		if (!parse_answer(at, end, &answer))
			return refuse(reading, "git gave less than it listed");
		if (strcmp(answer.type, "blob") == 0)
			add_text(reading, path, answer.content, answer.size);
		else if (strcmp(answer.type, "tree") != 0)
			return refuse(reading,
				      arena_printf(&reading->revision->arena,
						   "%s is a link to no file of the tree", path));
		at = answer.end;
	}
	return CLI_YES;
}

static int read_entries(struct reading *reading, const struct entries *entries)
{
	static const char *const words[] = {"git", "cat-file", "--batch", "--follow-symlinks",
					    NULL};
	struct cli_process process = {.words = words};
	struct strbuf objects = {0};
	int code;

	for (size_t i = 0; i < entries->list.n; i++)
		strbuf_printf(&objects, "%s\n", entries->list.items[i].object);
	process.input = strbuf_str(&objects);
	process.n_input = objects.len;
	code = run(reading, &process);
	if (code == CLI_YES)
		code = take_contents(reading, entries, &process.output);
	strbuf_release(&objects);
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

/* Whether there is such an object: what git says of one that is not is clearer here than below. */
static int look_for(struct reading *reading)
{
	const char *const words[] = {"git", "cat-file", "-t", reading->object, NULL};
	struct cli_process process = {.words = words};
	int code = run(reading, &process);

	cli_process_release(&process);
	return code;
}

/* "ID TYPE SIZE" of what the object is, or where a link leads. */
static int resolve(struct reading *reading, bool *ret_is_file)
{
	static const char *const words[] = {"git", "cat-file", "--batch-check", "--follow-symlinks",
					    NULL};
	const char *line = arena_printf(&reading->revision->arena, "%s\n", reading->object);
	struct cli_process process = {.words = words, .input = line, .n_input = strlen(line)};
	int code = run(reading, &process);
	char id[129], type[16];

	if (code == CLI_YES &&
	    (sscanf(strbuf_str(&process.output), "%128s %15s %*u", id, type) != 2 ||
	     (strcmp(type, "blob") != 0 && strcmp(type, "tree") != 0)))
		code = refuse(reading, "a link to nothing in the tree");
	if (code == CLI_YES) {
		reading->id = arena_strdup(&reading->revision->arena, id);
		*ret_is_file = strcmp(type, "blob") == 0;
	}
	cli_process_release(&process);
	return code;
}

static int read_object(struct reading *reading)
{
	bool is_file = false;
	int code = look_for(reading);

	if (code == CLI_YES)
		code = resolve(reading, &is_file);
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
