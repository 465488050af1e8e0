/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include "analyze/specification.h"
#include "analyze/ties.h"
#include "base/strbuf.h"
#include "cli/progress.h"
#include "render/render.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A line, and its question or what is wrong with it. */
struct line {
	size_t number;
	struct analyze_question question;
	const char *error; /* NULL: the question holds */
};

struct batch {
	const struct cli_options *options;
	struct analyze_cluster *cluster;
	struct analyze_endpoints endpoints;
	struct analyze_judge judge;
	bool has_judge;
	struct analyze_specification specification;
	struct analyze_pods pods; /* that the judge knows, and those that it has to */
	VEC(struct line) lines;   /* of this round */
	struct arena arena;       /* of this round */
	struct strbuf text;       /* read and not yet answered */
	size_t n_lines;
	size_t n_unusable;
	struct progress progress;
};

#define READ_SIZE (1u << 20)
#define MAX_WORDS 4

static uint32_t split_words(char *text, char *words[MAX_WORDS])
{
	uint32_t n = 0;

	for (char *save, *word = strtok_r(text, " \t\r", &save); word && n < MAX_WORDS;
	     word = strtok_r(NULL, " \t\r", &save))
		words[n++] = word;
	return n;
}

/* The first problem of the list, with its hint: a batch has one sentence for it. */
static const char *first_error(struct batch *batch, const struct diag_list *diags)
{
	const struct diag *diag = diags->first;

	if (!diag->hint)
		return diag->message;
	return arena_printf(&batch->arena, "%s (%s)", diag->message, diag->hint);
}

static void read_question(struct batch *batch, struct line *line, char *text)
{
	char *words[MAX_WORDS];
	const uint32_t n = split_words(text, words);
	struct analyze_question *question = &line->question;
	struct diag_list diags;

	if (n < 2 || n > 3) {
		line->error = "expected FROM TO PORT/PROTOCOL";
		return;
	}
	diag_list_init(&diags, &batch->arena);
	question->from = analyze_endpoint_get(&batch->endpoints, words[0], &diags);
	question->to = analyze_endpoint_get(&batch->endpoints, words[1], &diags);
	if (!analyze_port_parse(n > 2 ? words[2] : NULL, &diags, &question->port) ||
	    !question->from || !question->to)
		line->error = first_error(batch, &diags);
}

static bool add_unknown_pods(struct batch *batch, const struct analyze_endpoint *endpoint)
{
	bool is_complete = true;

	for (uint32_t i = 0; i < endpoint->n_pods; i++) {
		if (batch->has_judge && analyze_judge_knows(&batch->judge, endpoint->pods[i]))
			continue;
		vec_push(&batch->pods, endpoint->pods[i]);
		is_complete = false;
	}
	return is_complete;
}

/* A judge that knows all pods of lines [first, end); without one if its table is too big. */
static int prepare_judge(struct batch *batch, size_t first, size_t end, struct diag_list *diags)
{
	bool is_complete = batch->has_judge;
	int err;

	for (size_t i = first; i < end; i++) {
		const struct line *line = &batch->lines.items[i];

		if (line->error)
			continue;
		is_complete &= add_unknown_pods(batch, line->question.from);
		is_complete &= add_unknown_pods(batch, line->question.to);
	}
	if (is_complete)
		return 0;
	if (batch->has_judge)
		analyze_judge_release(&batch->judge);
	analyze_specification_forget(&batch->specification);
	err = analyze_judge_init(&batch->judge, batch->cluster, batch->pods.items, batch->pods.n,
				 diags);
	batch->has_judge = err == 0;
	return err;
}

static void refuse_line(struct batch *batch, const struct line *line, const char *message)
{
	render_can_error(message, line->number);
	batch->n_unusable++;
}

static void answer_line(struct batch *batch, const struct line *line)
{
	struct analyze_answer answer;
	struct diag_list diags;

	if (line->error) {
		refuse_line(batch, line, line->error);
		return;
	}
	diag_list_init(&diags, &batch->arena);
	if (!analyze_can(&batch->judge, batch->cluster, &line->question, &diags, &answer)) {
		refuse_line(batch, line, first_error(batch, &diags));
		return;
	}
	analyze_specification_compare(&batch->specification, &batch->judge, &batch->pods, &answer,
				      &diags);
	render_can_json(&answer, 0);
	analyze_answer_release(&answer);
}

/* Answers lines [first, end), in halves where one table for all of them is too big. */
static void answer_lines(struct batch *batch, size_t first, size_t end)
{
	struct diag_list diags;

	if (first == end)
		return;
	diag_list_init(&diags, &batch->arena);
	if (prepare_judge(batch, first, end, &diags) == 0) {
		for (size_t i = first; i < end; i++)
			answer_line(batch, &batch->lines.items[i]);
		return;
	}
	/* What earlier rounds needed may be what makes it too big. */
	vec_clear(&batch->pods);
	if (end - first == 1) {
		refuse_line(batch, &batch->lines.items[first], first_error(batch, &diags));
		return;
	}
	answer_lines(batch, first, first + (end - first) / 2);
	answer_lines(batch, first + (end - first) / 2, end);
}

/* Takes whole lines off the text; with `is_end` also one without a newline. */
static void take_lines(struct batch *batch, bool is_end)
{
	char *text = batch->text.text;
	size_t at = 0;

	while (at < batch->text.len) {
		char *newline = memchr(text + at, '\n', batch->text.len - at);
		struct line *line;

		if (!newline && !is_end)
			break;
		if (newline)
			*newline = '\0';
		line = vec_add(&batch->lines);
		line->number = ++batch->n_lines;
		read_question(batch, line, text + at);
		at = newline ? (size_t)(newline - text) + 1 : batch->text.len;
	}
	batch->text.len -= at;
	memmove(text, text + at, batch->text.len + 1);
}

static void answer_round(struct batch *batch, bool is_end)
{
	if (batch->text.len == 0)
		return;
	arena_init(&batch->arena);
	take_lines(batch, is_end);
	answer_lines(batch, 0, batch->lines.n);
	vec_clear(&batch->lines);
	progress_count(&batch->progress, batch->n_lines);
	arena_release(&batch->arena);
	fflush(stdout);
}

static int read_all(struct batch *batch, int fd)
{
	char *buffer = vec_grow(NULL, &(size_t){0}, READ_SIZE, 1);
	ssize_t len = 0;

	while (!ferror(stdout) &&
	       ((len = read(fd, buffer, READ_SIZE)) > 0 || (len < 0 && errno == EINTR))) {
		if (len < 0)
			continue;
		strbuf_add(&batch->text, buffer, (size_t)len);
		answer_round(batch, false);
	}
	answer_round(batch, true);
	free(buffer);
	return len < 0 ? -errno : 0;
}

/* Of everybody who was asked about, said once. */
static void report_ties(struct batch *batch)
{
	struct diag_list diags;

	arena_init(&batch->arena);
	diag_list_init(&diags, &batch->arena);
	analyze_ties_report(batch->cluster, batch->pods.items, batch->pods.n, &diags);
	cli_print_diags(batch->options, &diags);
	arena_release(&batch->arena);
}

int cli_batch(const struct cli_options *options, struct analyze_cluster *cluster, const char *path,
	      const char *proxy)
{
	const bool is_stdin = strcmp(path, "-") == 0;
	struct batch batch = {.options = options, .cluster = cluster};
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return cli_refuse(options, "cannot read %s: %s", path, strerror(errno));
	analyze_endpoints_init(&batch.endpoints, cluster);
	batch.endpoints.takes_proxy = true;
	batch.endpoints.proxy = proxy;
	analyze_specification_init(&batch.specification, cluster);
	/* Answers on a terminal are progress enough. */
	if (!isatty(STDOUT_FILENO))
		progress_start(&batch.progress, "questions");
	err = read_all(&batch, fd);
	progress_stop(&batch.progress);
	if (err)
		cli_refuse(options, "cannot read %s: %s", path, strerror(-err));
	if (!is_stdin)
		close(fd);
	if (batch.has_judge)
		analyze_judge_release(&batch.judge);
	report_ties(&batch);
	analyze_specification_release(&batch.specification);
	vec_release(&batch.pods);
	vec_release(&batch.lines);
	strbuf_release(&batch.text);
	analyze_endpoints_release(&batch.endpoints);
	return err || batch.n_unusable ? CLI_USAGE : CLI_YES;
}
