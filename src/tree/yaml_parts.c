/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a YAML text is cut into parts. libyaml takes no byte order mark but at the very start, so
 * each one begins a part; and libyaml is slow (40 MB/s), so a long text of many documents is cut
 * where documents start and its parts are read by as many threads.
 *
 * "---" at the start of a line ends whatever is open there, in every context but a quoted scalar or
 * a flow, where it is an error in any case; only directives reach over it, so a text that may have
 * any is not cut. Where it is cut depends on the text alone: what is read, and said, is the same
 * everywhere.
 */
#include "tree/yaml.h"

#include "base/arena.h"
#include "base/intern.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#define MAX_TAG_DIRECTIVES 1000 /* of a text: libyaml compares each with all before it */
#define MAX_MARKS 1000          /* byte order marks of a text: each costs a parser */
#define MAX_JOBS 4
#define JOB_SIZE ((size_t)128 << 10) /* a thread is worth it for that many bytes */

static void reject(const struct tree_input *input, struct tree_parse *parse, enum diag_code code,
		   size_t offset, const char *problem)
{
	struct diag_span span = tree_offset_span(input->file, offset);

	diag_add(&parse->diags, code, span, "%s", problem);
	parse->is_malformed = true;
	parse->error_place = (struct tree_place){span.line, span.column};
}

/* A byte order mark may stand where a document starts: behind a separator, or before one. */
static bool is_document_start(const char *text, size_t at, const char *rest, size_t rest_len)
{
	const char *line;

	if (at == 0)
		return true;
	if (text[at - 1] != '\n')
		return false;
	if (rest_len && (*rest == '%' || *rest == '#'))
		return true;
	if (rest_len >= 3 && memcmp(rest, "---", 3) == 0)
		return true;
	line = memrchr(text, '\n', at - 1);
	line = line ? line + 1 : text;
	return strncmp(line, "---", 3) == 0 || strncmp(line, "...", 3) == 0;
}

/* Where the next byte order mark at or after `from` stands, or the end of the text. */
static size_t next_mark(const struct diag_file *file, size_t from)
{
	const char *mark = memmem(file->text + from, file->len - from, "\xef\xbb\xbf", 3);

	return mark ? (size_t)(mark - file->text) : file->len;
}

static void read_between_marks(const struct tree_input *input, struct tree_parse *parse)
{
	const struct diag_file *file = input->file;
	size_t start = tree_bom_size(file->text, file->len);
	struct tree_cursor cursor;

	tree_cursor_init(&cursor, file->text, file->len);
	for (size_t n = 0; !parse->is_malformed && !parse->is_stopped; n++) {
		struct tree_place place = tree_cursor_to_offset(&cursor, start);
		size_t end = next_mark(file, start);
		struct tree_yaml_part part = {
			.text = file->text + start,
			.len = end - start,
			.line = place.line - 1,
			.column = place.column - 1,
		};

		tree_yaml_read(input, &part, parse);
		if (end == file->len || parse->is_malformed || parse->is_stopped)
			return;
		start = end + 3;
		if (n == MAX_MARKS)
			reject(input, parse, DIAG_BH0004, end, "too many byte order marks");
		else if (!is_document_start(file->text, end, file->text + start, file->len - start))
			reject(input, parse, DIAG_BH0003, end,
			       "a byte order mark inside a document");
	}
}

/* One part with all that its thread needs for itself. */
struct job {
	struct tree_yaml_part part;
	struct tree_input input;
	struct tree_parse parse;
	struct arena arena;
	struct intern intern;
	pthread_t thread;
	bool is_threaded;
};

/* The line break before the next separator at or after `from`, or the end of the text. */
static size_t next_separator(const struct diag_file *file, size_t from)
{
	const char *end = file->text + file->len;
	const char *p = file->text + from;

	while ((p = memmem(p, (size_t)(end - p), "\n---", 4))) {
		p += 4;
		if (p == end || strchr(" \t\r\n", *p))
			return (size_t)(p - 4 - file->text);
	}
	return file->len;
}

static uint32_t count_lines(const char *text, size_t len)
{
	const char *end = text + len;
	struct tree_cursor cursor;
	uint32_t n = 0;

	if (memchr(text, '\r', len)) {
		tree_cursor_init(&cursor, text, len);
		return tree_cursor_to_offset(&cursor, len).line - 1;
	}
	for (; (text = memchr(text, '\n', (size_t)(end - text))); text++)
		n++;
	return n;
}

/* Parts of about equal size; at least one. */
static size_t cut(const struct tree_input *input, struct job jobs[MAX_JOBS])
{
	const struct diag_file *file = input->file;
	size_t n_wanted = file->len / JOB_SIZE < MAX_JOBS ? file->len / JOB_SIZE : MAX_JOBS;
	uint32_t line = 0;
	size_t start = 0;
	size_t n = 0;

	while (start < file->len) {
		size_t end = file->len;

		if (n + 1 < n_wanted)
			end = next_separator(file, file->len / n_wanted * (n + 1));
		end += end < file->len; /* the line break still belongs to it */
		jobs[n].part = (struct tree_yaml_part){
			.text = file->text + start,
			.len = end - start,
			.line = line,
		};
		if (end < file->len)
			line += count_lines(file->text + start, end - start);
		start = end;
		n++;
	}
	return n;
}

static void *run_job(void *arg)
{
	struct job *job = arg;

	tree_yaml_read(&job->input, &job->part, &job->parse);
	return NULL;
}

static void start_jobs(const struct tree_input *input, struct job *jobs, size_t n,
		       pthread_mutex_t *lock)
{
	for (size_t i = 0; i < n; i++) {
		struct job *job = &jobs[i];

		arena_init(&job->arena);
		intern_init_view(&job->intern, input->intern, lock);
		diag_list_init(&job->parse.diags, &job->arena);
		job->input = *input;
		job->input.arena = &job->arena;
		job->input.intern = &job->intern;
	}
	for (size_t i = 1; i < n; i++)
		jobs[i].is_threaded = pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) == 0;
	for (size_t i = 0; i < n; i++) {
		if (!jobs[i].is_threaded)
			run_job(&jobs[i]);
	}
}

/* Adds what a job read, unless a job before it gave up: then it is as if it had not been read. */
static void finish_job(const struct tree_input *input, struct job *job, struct tree_parse *parse)
{
	if (job->is_threaded)
		pthread_join(job->thread, NULL);
	arena_absorb(input->arena, &job->arena);
	intern_release(&job->intern);
	if (!parse->is_malformed && !parse->is_stopped) {
		for (size_t i = 0; i < job->parse.roots.n; i++)
			vec_push(&parse->roots, job->parse.roots.items[i]);
		diag_list_append(&parse->diags, &job->parse.diags);
		parse->is_malformed = job->parse.is_malformed;
		parse->is_stopped = job->parse.is_stopped;
		parse->error_place = job->parse.error_place;
	}
	vec_release(&job->parse.roots);
}

static void read_with_threads(const struct tree_input *input, struct tree_parse *parse)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct job jobs[MAX_JOBS] = {0};
	size_t n = cut(input, jobs);

	start_jobs(input, jobs, n, &lock);
	for (size_t i = 0; i < n; i++)
		finish_job(input, &jobs[i], parse);
	pthread_mutex_destroy(&lock);
}

/* Lines that may be directives: those that start with '%'. */
struct directives {
	size_t n;
	size_t n_tags; /* that may be %TAG */
};

static struct directives find_directives(const struct diag_file *file)
{
	const char *end = file->text + file->len;
	struct directives found = {0};

	for (const char *p = file->text; (p = memchr(p, '%', (size_t)(end - p))); p++) {
		/*
		 * libyaml's line breaks include characters of more bytes, whose last says enough
		 * here.
		 */
		bool starts_line = p == file->text || p[-1] == '\n' || p[-1] == '\r' ||
				   p[-1] & 0x80;

		found.n += starts_line;
		found.n_tags += starts_line && end - p >= 4 && memcmp(p, "%TAG", 4) == 0;
	}
	return found;
}

void tree_parse_yaml(const struct tree_input *input, struct tree_parse *parse)
{
	const struct diag_file *file = input->file;
	bool has_mark = input->facts.has_bom || tree_bom_size(file->text, file->len);
	struct directives directives = find_directives(file);

	if (input->facts.has_forbidden)
		reject(input, parse, DIAG_BH0003, input->facts.forbidden,
		       "a character that YAML does not allow");
	else if (directives.n_tags > MAX_TAG_DIRECTIVES)
		reject(input, parse, DIAG_BH0004, 0, "too many %TAG directives");
	else if (file->len < 2 * JOB_SIZE || has_mark || directives.n)
		read_between_marks(input, parse);
	else
		read_with_threads(input, parse);
}
