/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long texts are read in parts by several threads: the result must be that of reading their documents
 * one by one.
 */
#include "tree/tree.h"

#include "base/strbuf.h"
#include "lib/reading.h"
#include "lib/tap.h"

#include <string.h>

#define N_DOCUMENTS 20000
#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *const bodies[] = {
	"a: %d\nb: [x, y]\nc: {d: e}\n",
	"text: |\n  ---\n  indented %d\n",
	"text: |\n --- %d\n",
	"ä: \"ö %d\"\nlist:\n- ü\n",
	"- &a {k: %d}\n- *a\n- <<: *a\n",
	"line: %d\r\nother: x\r\n",
	"quoted: 'a\n  --- %d\n  b'\n",
	"# only a comment %d\n",
	"plain text %d\n",
	"%d: key\n...\n",
};

struct expected {
	struct strbuf text;
	struct strbuf dump;
	VEC(uint32_t) lines; /* where each document's root stands */
};

static uint32_t count_lines(const char *text)
{
	uint32_t n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

static void add_document(struct expected *expected, const char *body, uint32_t *line)
{
	struct reading reading;

	strbuf_addstr(&expected->text, "---\n");
	strbuf_addstr(&expected->text, body);
	reading_of_text(&reading, body, strlen(body));
	if (reading.roots.n) {
		if (expected->dump.len)
			strbuf_addch(&expected->dump, ' ');
		strbuf_addstr(&expected->dump, reading_dump(&reading));
		vec_push(&expected->lines, *line + reading.roots.items[0]->line);
	}
	reading_release(&reading);
	*line += 1 + count_lines(body);
}

static void make_text(struct expected *expected, size_t n)
{
	uint32_t line = 1;

	for (size_t i = 0; i < n; i++) {
		char body[200];

		snprintf(body, sizeof(body), bodies[i * 7 % N(bodies)], (int)i);
		add_document(expected, body, &line);
	}
}

static void release(struct expected *expected)
{
	strbuf_release(&expected->text);
	strbuf_release(&expected->dump);
	vec_release(&expected->lines);
}

static void check_equal(size_t n_documents)
{
	struct expected expected = {0};
	struct reading reading;
	size_t n_wrong = 0;

	make_text(&expected, n_documents);
	reading_of_text(&reading, expected.text.text, expected.text.len);
	ok_str(reading_problem(&reading), "", "%zu bytes", expected.text.len);
	ok(strcmp(reading_dump(&reading), strbuf_str(&expected.dump)) == 0,
	   "read whole as one by one");
	for (size_t i = 0; i < reading.roots.n && i < expected.lines.n; i++)
		n_wrong += reading.roots.items[i]->line != expected.lines.items[i];
	ok_int(n_wrong, 0, "every document is on its line");
	reading_release(&reading);
	release(&expected);
}

/* All maps of the text share their keys, whichever thread met them first. */
static void check_interned(void)
{
	struct strbuf text = {0};
	struct reading reading;
	size_t n_wrong = 0;

	for (int i = 0; i < N_DOCUMENTS; i++)
		strbuf_printf(&text, "---\nname: %d\nkey-%d: x\n", i, i % 100);
	reading_of_text(&reading, text.text, text.len);
	ok_int(reading.roots.n, N_DOCUMENTS, "every document is there");
	for (size_t i = 0; i < reading.roots.n; i++) {
		const struct tree_node *root = reading.roots.items[i];

		n_wrong += root->members[0].key != intern_str(&reading.intern, "name");
		n_wrong += root->members[1].key != reading.roots.items[i % 100]->members[1].key;
	}
	ok_int(n_wrong, 0, "equal keys have one pointer");
	reading_release(&reading);
	strbuf_release(&text);
}

/* Diagnostics are in the order of the text; behind a syntax error nothing counts. */
static void check_problems(void)
{
	struct strbuf text = {0};
	struct reading reading;
	const struct diag *diag;
	int n_read = 0;

	for (int i = 0; i < N_DOCUMENTS; i++) {
		bool is_broken = i == N_DOCUMENTS * 7 / 10 || i == N_DOCUMENTS * 9 / 10;

		strbuf_printf(&text, "---\nname: %d\n%s\n", i,
			      is_broken         ? "- x"
			      : i % 1000 == 500 ? "name: again"
						: "other: x");
		n_read += i < N_DOCUMENTS * 7 / 10 && i % 1000 != 500;
	}
	reading_of_text(&reading, text.text, text.len);
	ok_int(reading.roots.n, n_read, "the documents before the syntax error stand");
	ok_int(reading.diags.n_errors, N_DOCUMENTS * 7 / 10 / 1000 + 1, "with their problems");
	diag = reading.diags.first;
	for (uint32_t i = 0; diag->next; i++, diag = diag->next)
		ok(diag->code == DIAG_BH0005 && diag->span.line == (i * 1000 + 500) * 3 + 3,
		   "a duplicate key in line %u", diag->span.line);
	ok_int(diag->code, DIAG_BH0002, "the last is the syntax error");
	ok_int(diag->span.line, N_DOCUMENTS * 7 / 10 * 3 + 3, "in its line");
	reading_release(&reading);
	strbuf_release(&text);
}

/* A separator inside quotes is an error wherever the text is cut, and directives forbid to cut. */
static void check_contexts(void)
{
	struct strbuf text = {0};
	struct reading reading;

	strbuf_addstr(&text, "a: '");
	for (int i = 0; i < 50000; i++)
		strbuf_addstr(&text, "x y z\n---\n");
	reading_of_text(&reading, text.text, text.len);
	ok_str(reading_problem(&reading),
	       "BH0002 1:4 unterminated quoted scalar: a document separator stands inside",
	       "separators inside quotes");
	ok_int(reading.roots.n, 0, "make no documents");
	reading_release(&reading);
	strbuf_clear(&text);
	for (int i = 0; i < 20000; i++)
		strbuf_addstr(&text, "%YAML 1.1\n---\na: 1\n...\n");
	reading_of_text(&reading, text.text, text.len);
	ok_str(reading_problem(&reading), "", "directives before separators");
	ok_int(reading.roots.n, 20000, "stay with their documents");
	reading_release(&reading);
	strbuf_release(&text);
}

int main(void)
{
	check_equal(100);
	check_equal(N_DOCUMENTS / 2);
	check_equal(N_DOCUMENTS * 2);
	check_interned();
	check_problems();
	check_contexts();
	return tap_done();
}
