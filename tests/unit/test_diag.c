/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include "base/arena.h"
#include "lib/tap.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static struct arena arena;
static char *printed;

static const char *print_list(const struct diag_list *list, bool color)
{
	size_t size;
	FILE *out;

	free(printed);
	out = open_memstream(&printed, &size);
	if (!out)
		bail("no memory");
	diag_list_print(out, list, color);
	fclose(out);
	return printed;
}

static const struct {
	const char *name;
	const char *text; /* NULL: not at hand */
	uint32_t line;
	uint32_t column;
	uint32_t len;
	const char *want;
} quotes[] = {
	{"a mark", "a: 1\nb: 2\n", 2, 4, 0,
	 "f:2:4: error: bad [BH0002]\n"
	 "    b: 2\n"
	 "       ^\n"},
	{"a span", "kind: Pod\n", 1, 1, 4,
	 "f:1:1: error: bad [BH0002]\n"
	 "    kind: Pod\n"
	 "    ^~~~\n"},
	{"a span that ends with the line", "kind: Pod", 1, 7, 50,
	 "f:1:7: error: bad [BH0002]\n"
	 "    kind: Pod\n"
	 "          ^~~\n"},
	{"behind the line", "a:\n", 1, 3, 0,
	 "f:1:3: error: bad [BH0002]\n"
	 "    a:\n"
	 "      ^\n"},
	{"a column far behind the line", "a:\n", 1, 99, 7,
	 "f:1:99: error: bad [BH0002]\n"
	 "    a:\n"
	 "      ^\n"},
	{"an empty line", "a\n\nb", 2, 1, 0,
	 "f:2:1: error: bad [BH0002]\n"
	 "    \n"
	 "    ^\n"},
	{"tabs stay aligned", "\ta\t= b\n", 1, 4, 1,
	 "f:1:4: error: bad [BH0002]\n"
	 "    \ta\t= b\n"
	 "    \t \t^\n"},
	{"CR LF", "a\r\nbb\r\nc", 2, 2, 0,
	 "f:2:2: error: bad [BH0002]\n"
	 "    bb\n"
	 "     ^\n"},
	{"CR", "a\rbb\rc", 2, 2, 0,
	 "f:2:2: error: bad [BH0002]\n"
	 "    bb\n"
	 "     ^\n"},
	{"characters of two bytes take one column", "ä: ö\n", 1, 5, 2,
	 "f:1:5: error: bad [BH0002]\n"
	 "    ä: ö\n"
	 "       ^\n"},
	{"broken UTF-8 is escaped", "a\xe9z\n", 1, 2, 1,
	 "f:1:2: error: bad [BH0002]\n"
	 "    a\\xe9z\n"
	 "     ^~~~\n"},
	{"an escape sequence is escaped", "\x1b[31mred\n", 1, 6, 3,
	 "f:1:6: error: bad [BH0002]\n"
	 "    \\x1b[31mred\n"
	 "            ^~~\n"},
	{"text that would run backwards is escaped",
	 "a\xe2\x80\xae"
	 "b",
	 1, 5, 1,
	 "f:1:5: error: bad [BH0002]\n"
	 "    a\\xe2\\x80\\xaeb\n"
	 "                 ^\n"},
	{"no line of that number", "a\n", 7, 1, 0, "f:7:1: error: bad [BH0002]\n"},
	{"no text at hand", NULL, 2, 1, 0, "f:2:1: error: bad [BH0002]\n"},
	{"the file as a whole", "a\n", 0, 0, 0, "f: error: bad [BH0002]\n"},
	{"a line as a whole", "abc\n", 1, 0, 0,
	 "f:1: error: bad [BH0002]\n"
	 "    abc\n"
	 "    ^\n"},
	{"a long line, mark at its start", HUNDRED TEN TEN TEN, 1, 3, 0,
	 "f:1:3: error: bad [BH0002]\n"
	 "    " HUNDRED TEN TEN "...\n"
	 "      ^\n"},
	{"a long line, mark at its end", HUNDRED TEN TEN TEN, 1, 130, 0,
	 "f:1:130: error: bad [BH0002]\n"
	 "    ...9" TEN TEN TEN TEN TEN TEN TEN TEN "\n"
	 "       "
	 "          "
	 "          "
	 "          "
	 "          "
	 "          "
	 "          "
	 "          "
	 "          ^\n"},
};

static void check_quote(size_t i)
{
	struct diag_file file = {.name = "f", .text = quotes[i].text};
	struct diag_span span = {&file, quotes[i].line, quotes[i].column, quotes[i].len};
	struct diag_list list;

	file.len = file.text ? strlen(file.text) : 0;
	diag_list_init(&list, &arena);
	diag_add(&list, DIAG_BH0002, span, "bad");
	ok_str(print_list(&list, false), quotes[i].want, "quote: %s", quotes[i].name);
}

static void check_parts(void)
{
	struct diag_file file = {.name = "p\x1b.yaml", .text = "a: 1\na: 2\n", .len = 10};
	struct diag_list list;
	struct diag *diag;

	diag_list_init(&list, &arena);
	diag = diag_add(&list, DIAG_BH0005, (struct diag_span){&file, 2, 1, 1},
			"duplicate key '%s'", "a\n");
	diag_hint(&list, diag, "remove %s", "one");
	diag_relate(diag, (struct diag_span){&file, 1, 1, 1}, "first here");
	diag_add(&list, DIAG_BH0102, (struct diag_span){0}, "3 objects");
	ok_str(print_list(&list, false),
	       "p\\x1b.yaml:2:1: error: duplicate key 'a\\x0a' [BH0005]\n"
	       "    a: 2\n"
	       "    ^\n"
	       "    hint: remove one\n"
	       "p\\x1b.yaml:1:1: note: first here\n"
	       "    a: 1\n"
	       "    ^\n"
	       "warning: 3 objects [BH0102]\n",
	       "hint, related place, no place; nothing of it reaches the terminal raw");
	print_list(&list, true);
	ok(strstr(printed, "\033[1;31merror: \033[0m") != NULL, "with colour an error is red");
}

static void check_counts(void)
{
	struct diag_list list;
	struct diag_list more;
	struct diag *diag;

	diag_list_init(&list, &arena);
	diag_list_init(&more, &arena);
	diag_add(&list, DIAG_BH0001, (struct diag_span){0}, "an error");
	diag = diag_add(&more, DIAG_BH0201, (struct diag_span){0}, "another");
	diag_add(&more, DIAG_BH0007, (struct diag_span){0}, "a warning");
	diag_add(&more, DIAG_BH0107, (struct diag_span){0}, "a note");
	diag_list_append(&list, &more);
	ok(list.n_errors == 2 && list.n_warnings == 1, "appended lists are counted together");
	ok(!more.first && !more.n_errors, "what was appended is empty");
	ok_str(list.last->message, "a note", "the order is kept");
	diag_set_severity(&list, diag, DIAG_WARNING);
	ok(list.n_errors == 1 && list.n_warnings == 2, "a lowered one is counted as what it is");
	diag_list_append(&list, &more);
	ok(list.n_errors == 1 && list.last, "appending nothing changes nothing");
	ok_str(diag_code_name(DIAG_BH0401), "BH0401", "a code's name");
	ok_str(diag_code_about(DIAG_BH0005), "a key twice in one mapping", "what a code is about");
}

/* Diagnostics out of order, over two files, quote the right lines. */
static void check_jumps(void)
{
	struct diag_file a = {.name = "a", .text = "1\n2\n3\n", .len = 6};
	struct diag_file b = {.name = "b", .text = "x\ny\n", .len = 4};
	struct diag_list list;

	diag_list_init(&list, &arena);
	diag_add(&list, DIAG_BH0002, (struct diag_span){&a, 3, 1, 0}, "m");
	diag_add(&list, DIAG_BH0002, (struct diag_span){&a, 1, 1, 0}, "m");
	diag_add(&list, DIAG_BH0002, (struct diag_span){&b, 2, 1, 0}, "m");
	diag_add(&list, DIAG_BH0002, (struct diag_span){&a, 2, 1, 0}, "m");
	ok_str(print_list(&list, false),
	       "a:3:1: error: m [BH0002]\n    3\n    ^\n"
	       "a:1:1: error: m [BH0002]\n    1\n    ^\n"
	       "b:2:1: error: m [BH0002]\n    y\n    ^\n"
	       "a:2:1: error: m [BH0002]\n    2\n    ^\n",
	       "lines are found back and forth");
}

static void check_words(void)
{
	static const char *const fields[] = {"from", "ports", "ipBlock", "podSelector",
					     "namespaceSelector"};
	static const struct {
		const char *word;
		const char *want;
	} rows[] = {
		{"form", "from"},
		{"From", "from"},
		{"port", "ports"},
		{"ipblock", "ipBlock"},
		{"ipBlocks", "ipBlock"},
		{"podselector", "podSelector"},
		{"podSelecter", "podSelector"},
		{"selector", NULL},
		{"namespaceSelecotr", "namespaceSelector"},
		{"x", NULL},
		{"", NULL},
		{"frobnicate", NULL},
		{HUNDRED, NULL},
	};

	for (size_t i = 0; i < N(rows); i++)
		ok_str(diag_did_you_mean(rows[i].word, fields, N(fields)), rows[i].want,
		       "did you mean: '%s'", rows[i].word);
}

static void check_sort(void)
{
	static const struct diag_file a = {.name = "a"};
	static const struct diag_file b = {.name = "b"};
	static const struct diag_span places[] = {
		{.file = &b, .line = 1, .column = 1},
		{.file = &a, .line = 3, .column = 1},
		{.file = &a, .line = 1, .column = 9},
		{.file = &a, .line = 3, .column = 1},
		{.file = &a, .line = 1, .column = 2},
		{.file = &a, .line = 2, .column = 5},
		{.file = NULL},
	};
	struct diag_list list;
	char got[32] = "";

	diag_list_init(&list, &arena);
	diag_list_sort(&list);
	ok(!list.first, "an empty list is sorted");
	for (size_t i = 0; i < N(places); i++)
		diag_add(&list, DIAG_BH0201, places[i], "%zu", i);
	diag_list_sort(&list);
	for (const struct diag *d = list.first; d; d = d->next)
		strcat(got, d->message);
	ok_str(got, "6425130", "by file, line and column; equal places in the order they came");
	ok_str(list.last->message, "0", "the last is known");
	diag_add(&list, DIAG_BH0201, places[0], "7");
	ok_str(list.last->message, "7", "and a further one goes behind it");
	ok_int(list.n_errors, 8, "counted");
}

int main(void)
{
	arena_init(&arena);
	for (size_t i = 0; i < N(quotes); i++)
		check_quote(i);
	check_parts();
	check_counts();
	check_jumps();
	check_words();
	check_sort();
	arena_release(&arena);
	free(printed);
	return tap_done();
}
