/* SPDX-License-Identifier: Apache-2.0 */
/* Calico's selector language: where and how a wrong one is refused, and corners of the right ones. */
#include "base/arena.h"
#include "lib/tap.h"
#include "policy/calico_selector.h"

#include <stdio.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct arena arena;

static const struct {
	const char *text;
	uint32_t offset;
	uint32_t len;
	const char *message;
	const char *hint;
} wrong[] = {
	{"a = 'b'", 2, 1, "a single '=' is no operator", "equality is written '=='"},
	{"a == 'b' & has(c)", 9, 1, "a single '&' is no operator", "'and' is written '&&'"},
	{"a == 'b' |", 9, 1, "a single '|' is no operator", "'or' is written '||'"},
	{"a == b", 5, 1, "expected a text in quotes, but found b", "put the value in quotes"},
	{"a ==", 4, 0, "the selector ends where a text in quotes is expected", NULL},
	{"app", 3, 0, "the selector ends where an operator is expected",
	 "that a label exists is written has(LABEL)"},
	{"app && has(b)", 4, 2, "expected an operator, but found &&",
	 "that a label exists is written has(LABEL)"},
	{"a exists", 2, 6, "'exists' is no operator",
	 "after a label comes ==, !=, in, not in, contains, starts with or ends with"},
	{"a starts 'b'", 2, 6, "'starts' is no operator",
	 "after a label comes ==, !=, in, not in, contains, starts with or ends with"},
	{"'a' == 'b'", 0, 3, "expected the name of a label, but found 'a'",
	 "a label is not in quotes, its value is"},
	{"a in ('b')", 5, 1, "expected a set, but found (", "a set is written {'a', 'b'}"},
	{"a in {b}", 6, 1, "expected a text in quotes or '}', but found b",
	 "a set is written {'a', 'b'}"},
	{"a in {'b' 'c'}", 10, 3, "expected ',' or '}', but found 'c'",
	 "a set is written {'a', 'b'}"},
	{"a in {'b'", 9, 0, "the selector ends where ',' or '}' is expected",
	 "a set is written {'a', 'b'}"},
	{"a == 'b", 5, 2, "the text has no closing '",
	 "a text ends with the quote that it starts with, and has no escapes"},
	{"(has(a)", 7, 0, "the selector ends where ')', '&&' or '||' is expected", NULL},
	{"has(a) has(b)", 7, 6, "expected '&&', '||' or the end, but found has(b)", NULL},
	{"has(a))", 6, 1, "expected '&&', '||' or the end, but found )", NULL},
	{"has('a')", 4, 1, "has() needs the name of a label", "write has(LABEL), without quotes"},
	{"has(a b)", 6, 1, "has() has no closing ')'", NULL},
	{"all(a)", 4, 1, "all() has no closing ')'", NULL},
	{"global(", 7, 0, "global() has no closing ')'", NULL},
	{"()", 1, 1, "expected a label, has(), all(), '!' or '(', but found )", NULL},
	{"!", 1, 0, "the selector ends where a label, has(), all(), '!' or '(' is expected", NULL},
	{"a == 'b'\n", 8, 1, "a line break within a selector",
	 "a selector is one line; after '>-' YAML joins the lines"},
	{"a ~ 'b'", 2, 1, "unexpected '~'", NULL},
	{"has(a) && \xc3\xa4", 10, 1, "unexpected byte 0xc3", NULL},
};

static void check_wrong(size_t i)
{
	struct calico_selector_error error = {0};
	const char *text = wrong[i].text;

	if (!ok(!calico_selector_parse(&arena, text, strlen(text), &error), "%zu: is none", i))
		return;
	ok_int(error.offset, wrong[i].offset, "%s: where", text);
	ok_int(error.len, wrong[i].len, "%s: how much", text);
	ok_str(error.message, wrong[i].message, "%s: what", text);
	ok_str(error.hint, wrong[i].hint, "%s: what to write", text);
}

/* Texts that Calico reads, which are easily taken for wrong. */
static const struct {
	const char *text;
	const char *canonical;
} right[] = {
	{"a in {'x',}", "a in {\"x\"}"},
	{"a in {}", "a in {}"},
	{"a notin{'y','x'}", "a not in {\"x\", \"y\"}"},
	{"all == 'x'", "all == \"x\""},
	{"has == 'x'", "has == \"x\""},
	{"not in {'x'}", "not in {\"x\"}"},
	{"in in {'in'}", "in in {\"in\"}"},
	{"a starts\twith''", "a starts with \"\""},
	{"a=='b'&&c!='d'||!has(e)", "((a == \"b\" && c != \"d\") || !has(e))"},
	{"!!!(a=='b')", "!a == \"b\""},
	{"- == '-'", "- == \"-\""},
};

static void check_right(size_t i)
{
	struct calico_selector_error error = {0};
	const struct calico_selector *selector =
		calico_selector_parse(&arena, right[i].text, strlen(right[i].text), &error);

	ok_str(selector ? calico_selector_format(selector, &arena) : error.message,
	       right[i].canonical, "%s", right[i].text);
}

static void check_depth(void)
{
	struct calico_selector_error error = {0};
	char text[1001];

	memset(text, '(', sizeof(text));
	ok(!calico_selector_parse(&arena, text, sizeof(text), &error), "a thousand parentheses");
	ok_str(error.message, "more than 128 parentheses within another", "are too many");
	memset(text, '(', 128);
	memcpy(text + 128, "all()", 5);
	memset(text + 133, ')', 128);
	ok(calico_selector_parse(&arena, text, 261, &error), "128 are not");
	snprintf(text, sizeof(text), "%0513d == 'x'", 0);
	ok(!calico_selector_parse(&arena, text, strlen(text), &error), "a label of 513 characters");
	ok(calico_selector_parse(&arena, text + 1, strlen(text) - 1, &error), "one of 512");
}

static void check_kinds(void)
{
	struct calico_selector_error error = {0};
	const char *text = "has(a) || !(b == 'global()' && all())";
	const struct calico_selector *selector =
		calico_selector_parse(&arena, text, strlen(text), &error);

	ok(calico_selector_has_kind(selector, CALICO_SELECTOR_ALL), "all() within");
	ok(!calico_selector_has_kind(selector, CALICO_SELECTOR_GLOBAL), "a text is no global()");
}

int main(void)
{
	for (size_t i = 0; i < N(wrong); i++)
		check_wrong(i);
	for (size_t i = 0; i < N(right); i++)
		check_right(i);
	check_depth();
	check_kinds();
	arena_release(&arena);
	return tap_done();
}
