/* SPDX-License-Identifier: Apache-2.0 */
/* Where nodes are, what the limits bound, how files are loaded, and the accessors. */
#include "tree/tree.h"

#include "base/strbuf.h"
#include "lib/reading.h"
#include "lib/tap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void print_places(struct strbuf *buf, const struct tree_node *node)
{
	strbuf_printf(buf, " %u:%u", node->line, node->column);
	for (uint32_t i = 0; node->kind == TREE_SEQ && i < node->len; i++)
		print_places(buf, node->items[i]);
	for (uint32_t i = 0; node->kind == TREE_MAP && i < node->len; i++) {
		const struct tree_member *member = &node->members[i];

		strbuf_printf(buf, " %s@%u:%u", member->key, member->line, member->column);
		print_places(buf, member->value);
	}
}

/* Every node's place, and every key's, in the order of the text. */
static const struct {
	const char *name;
	const char *text;
	const char *want;
} places[] = {
	{"block YAML", "a: 1\nb:\n  c: x\n  d:\n  - y\n  - z: 2\n",
	 " 1:1 a@1:1 1:4 b@2:1 3:3 c@3:3 3:6 d@4:3 5:3 5:5 6:5 z@6:5 6:8"},
	{"flow YAML", "a: {b: [1, 'x'], c: }", " 1:1 a@1:1 1:4 b@1:5 1:8 1:9 1:12 c@1:18 1:21"},
	{"an absent value stands behind its colon", "a:\nb: 1", " 1:1 a@1:1 1:3 b@2:1 2:4"},
	{"a block scalar stands at its mark", "a: |\n  x\nb: 1", " 1:1 a@1:1 1:4 b@3:1 3:4"},
	{"columns are bytes", "ä: 'ö' \nb: [ü, x]", " 1:1 ä@1:1 1:5 b@2:1 2:4 2:5 2:9"},
	{"lines are those of editors", "ä: \"\xe2\x80\xa8\"\nb: x", " 1:1 ä@1:1 1:5 b@2:1 2:4"},
	{"CR LF", "a: 1\r\nä: 2\r\nb: 3", " 1:1 a@1:1 1:4 ä@2:1 2:5 b@3:1 3:4"},
	{"CR", "a: 1\rb: 3", " 1:1 a@1:1 1:4 b@2:1 2:4"},
	{"behind a byte order mark",
	 "\xef\xbb\xbf"
	 "a: 1\nb: 2",
	 " 1:4 a@1:4 1:7 b@2:1 2:4"},
	{"behind one in the middle",
	 "a: 1\n---\n\xef\xbb\xbf"
	 "b: 2\nc: 3",
	 " 1:1 a@1:1 1:4 3:4 b@3:4 3:7 c@4:1 4:4"},
	{"an alias stands where its anchor does", "a: &x 1\nb: *x", " 1:1 a@1:1 1:4 b@2:1 1:4"},
	{"an absent value at the end", "? ab", " 1:1 ab@1:3 1:5"},
	{"JSON", "{\"a\": 1,\n \"b\" : [ true,\n\"x\", null ]}",
	 " 1:1 a@1:2 1:7 b@2:2 2:8 2:10 3:1 3:6"},
	{"JSON with escapes", "[\"\\\"\\\\\",\"\\u00e4\" , 1]", " 1:1 1:2 1:9 1:20"},
	{"JSON columns are bytes", "{\"ä\": \"ö\", \"b\": 1}", " 1:1 ä@1:2 1:8 b@1:14 1:19"},
	{"JSON behind a byte order mark", "\xef\xbb\xbf{\"a\": 1}", " 1:4 a@1:5 1:10"},
	{"concatenated JSON", "{}\n{\"a\":[]}[1]", " 1:1 2:1 a@2:2 2:6 2:9 2:10"},
};

static void check_places(void)
{
	for (size_t i = 0; i < N(places); i++) {
		struct strbuf buf = {0};
		struct reading reading;

		reading_of_text(&reading, places[i].text, strlen(places[i].text));
		for (size_t j = 0; j < reading.roots.n; j++)
			print_places(&buf, reading.roots.items[j]);
		ok_str(strbuf_str(&buf), places[i].want, "places: %s", places[i].name);
		strbuf_release(&buf);
		reading_release(&reading);
	}
}

static const char *repeat(struct strbuf *buf, const char *text, size_t n)
{
	while (n-- > 0)
		strbuf_addstr(buf, text);
	return strbuf_str(buf);
}

static void check_problem(struct strbuf *buf, const struct tree_limits *limits, const char *want,
			  const char *name)
{
	struct reading reading;

	reading_of_limited_text(&reading, buf->text, buf->len, limits);
	ok_str(reading_problem(&reading), want, "%s", name);
	reading_release(&reading);
	strbuf_clear(buf);
}

/* Depth is what a reader of the tree meets, so aliases count as deep as they are. */
static void check_depth(struct strbuf *buf)
{
	struct tree_limits limits = {.size = 1 << 20, .depth = 5, .expanded = 1000};

	repeat(buf, "[", 5);
	repeat(buf, "]", 5);
	check_problem(buf, &limits, "", "JSON as deep as it may be");
	repeat(buf, "[", 6);
	repeat(buf, "]", 6);
	check_problem(buf, &limits, "BH0004 1:6 nested more than 5 levels deep", "JSON too deep");
	repeat(buf, "- ", 5);
	check_problem(buf, &limits, "", "YAML as deep as it may be");
	repeat(buf, "- ", 6);
	check_problem(buf, &limits, "BH0004 1:11 nested more than 5 levels deep", "YAML too deep");
	strbuf_addstr(buf, "a: &a [x]\nb: &b [*a]\nc: &c [*b]\nd: &d [*c]\ne: 1");
	check_problem(buf, &limits, "", "aliases as deep as they may be");
	strbuf_addstr(buf, "a: &a [x]\nb: &b [*a]\nc: &c [*b]\nd: &d [*c]\ne: [*d]");
	check_problem(buf, &limits, "BH0004 5:5 nested more than 5 levels deep",
		      "aliases too deep");
	strbuf_addstr(buf, "a: &a {k: [[x]]}\nb: [[{<<: *a}]]");
	check_problem(buf, &limits, "BH0004 2:11 nested more than 5 levels deep",
		      "merges too deep");
}

static void check_count(struct strbuf *buf)
{
	struct tree_limits limits = {.size = 1 << 20, .depth = 5, .expanded = 10};

	strbuf_addstr(buf, "[1,2,3,4,5,6,7,8,9]\n---\n[1,2,3,4,5,6,7,8,9]");
	check_problem(buf, &limits, "", "each document may have so many nodes");
	strbuf_addstr(buf, "[1,2,3,4,5,6,7,8,9,10]");
	check_problem(buf, &limits,
		      "BH0004 1:1 more than 10 nodes in one document, aliases expanded",
		      "but not more");
	strbuf_addstr(buf, "a: &a [1,2,3]\nb: *a\nc: *a");
	check_problem(buf, &limits,
		      "BH0004 3:4 more than 10 nodes in one document, aliases expanded",
		      "aliases count in full");
	limits.expanded = 7;
	strbuf_addstr(buf, "- &a {k: 1, l: 2}\n- <<: *a");
	check_problem(buf, &limits,
		      "BH0004 2:3 more than 7 nodes in one document, aliases expanded",
		      "and merges too");
	repeat(buf, "- 1\n", 30);
	limits.size = buf->len - 1;
	check_problem(buf, &limits, "BH0004 0:0 the text is longer than 119 bytes", "size");
}

/* What would take forever, or all memory, if it were not bounded. */
static void check_floods(struct strbuf *buf)
{
	struct reading reading;

	repeat(buf, "[", 1000000);
	check_problem(buf, NULL, "BH0004 1:101 nested more than 100 levels deep",
		      "a million brackets");
	repeat(buf, "{\"a\":", 500000);
	check_problem(buf, NULL, "BH0004 1:501 nested more than 100 levels deep", "as many braces");
	repeat(buf, "? ", 500000);
	check_problem(buf, NULL, "BH0002 1:3 a key that is a mapping, expected a string",
		      "as many complex keys");
	for (int i = 0; i < 3000; i++)
		strbuf_printf(buf, "%*sa:\n", i, "");
	check_problem(buf, NULL, "BH0004 101:101 nested more than 100 levels deep",
		      "three thousand indentations");
	for (int i = 0; i < 100000; i++)
		strbuf_printf(buf, "%%TAG !a%d! x\n", i);
	check_problem(buf, NULL, "BH0004 1:1 too many %TAG directives",
		      "a hundred thousand handles");
	for (int i = 0; i < 100000; i++)
		strbuf_printf(buf, "a%d: &a%d %d\n", i, i, i);
	check_problem(buf, NULL, "", "a hundred thousand keys and anchors");
	strbuf_addstr(buf, "a: 1\n");
	repeat(buf, "a: 2\n", 200000);
	reading_of_text(&reading, buf->text, buf->len);
	ok_int(reading.diags.n_errors, 101, "of many problems the first hundred are told");
	reading_release(&reading);
	strbuf_clear(buf);
	strbuf_addstr(buf, "- &a {");
	for (int i = 0; i < 5000; i++)
		strbuf_printf(buf, "k%d: 1, ", i);
	strbuf_addstr(buf, "}\n");
	repeat(buf, "- <<: *a\n", 5000);
	check_problem(buf, NULL,
		      "BH0004 1001:7 more than 10000000 nodes in one document, aliases expanded",
		      "a big mapping merged again and again");
}

static void check_accessors(void)
{
	static const char text[] = "a: x\nb: 80\nc: {d: \"y\"}\ne:\n";
	struct reading reading;
	const struct tree_node *root;
	const struct tree_member *member;
	struct diag_span span;

	reading_of_text(&reading, text, strlen(text));
	if (reading.roots.n != 1)
		bail("the accessors' text is not read");
	root = reading.roots.items[0];
	ok_str(tree_get_string(root, "a"), "x", "a string");
	ok_str(tree_get_string(root, "b"), NULL, "an integer is no string");
	ok_str(tree_get_string(root, "aa"), NULL, "a longer key is another");
	ok_str(tree_get_string(root, ""), NULL, "as is a shorter one");
	ok_str(tree_get_string(tree_get(root, "c"), "d"), "y", "a string in a mapping");
	ok(tree_get(root, "e")->kind == TREE_NULL, "an absent value is null");
	ok(!tree_get(NULL, "a") && !tree_get(tree_get(root, "a"), "a"), "nothing is in no mapping");
	member = tree_member(root, "b");
	span = tree_key_span(reading.file, member);
	ok(span.line == 2 && span.column == 1 && span.len == 1, "a key's span");
	span = tree_span(reading.file, member->value);
	ok(span.line == 2 && span.column == 4 && span.len == 2, "a plain value's span");
	span = tree_span(reading.file, tree_get(tree_get(root, "c"), "d"));
	ok(span.line == 3 && span.column == 8 && span.len == 0,
	   "of a quoted one only its start is known");
	ok(member->key == intern_str(&reading.intern, "b"), "keys are interned");
	ok_str(tree_kind_name(TREE_MAP), "a mapping", "a kind's name");
	reading_release(&reading);
}

static int stop_at_second(void *arg, struct tree_node *root, const struct diag_file *file)
{
	(void)root;
	(void)file;
	return ++*(int *)arg == 2 ? -ECANCELED : 0;
}

static void check_stop(void)
{
	struct diag_file file = {.name = "f", .text = "--- 1\n--- 2\n--- 3\n", .len = 18};
	struct arena arena;
	struct intern intern;
	struct diag_list diags;
	int n = 0;

	arena_init(&arena);
	intern_init(&intern, &arena);
	diag_list_init(&diags, &arena);
	ok_int(tree_read(&file, NULL, &arena, &intern, &diags, stop_at_second, &n), -ECANCELED,
	       "the receiver's answer is handed on");
	ok_int(n, 2, "and ends the reading");
	intern_release(&intern);
	arena_release(&arena);
}

static void write_file(const char *path, const char *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(data, 1, size, file) != size)
		bail("%s: %s", path, strerror(errno));
	fclose(file);
}

static void check_file(const char *path, const char *want, const char *name)
{
	struct reading reading;
	int ret = reading_of_file(&reading, path);

	ok_int(ret, 0, "%s is loaded", name);
	if (ret == 0)
		ok_str(reading_dump(&reading), want, "and read");
	reading_release(&reading);
}

static void check_load(void)
{
	static const struct tree_limits small = {.size = 4, .depth = 5, .expanded = 10};
	char folder[] = "/tmp/bulkhead-test-XXXXXX";
	struct diag_file *file;
	struct arena arena;

	arena_init(&arena);
	if (!mkdtemp(folder) || chdir(folder) < 0)
		bail("%s: %s", folder, strerror(errno));
	write_file("a", "a: 1\n", 5);
	write_file("empty", "", 0);
	write_file("le",
		   "\xff\xfe"
		   "a\0:\0 \0\xe4\0\x3d\xd8\x00\xde",
		   14);
	write_file("be", "\xfe\xff\0a\0:\0 \0\xe4", 10);
	check_file("a", "{\"a\":1}", "a file");
	check_file("empty", "", "an empty file");
	check_file("le", "{\"a\":\"ä😀\"}", "UTF-16, little-endian");
	check_file("be", "{\"a\":\"ä\"}", "UTF-16, big-endian");
	ok_int(tree_load("none", NULL, &arena, &file), -ENOENT, "a file that is not there");
	ok_int(tree_load(".", NULL, &arena, &file), -EISDIR, "a directory");
	ok_int(tree_load("a", &small, &arena, &file), -EFBIG, "a file over the limit");
	unlink("a");
	unlink("empty");
	unlink("le");
	unlink("be");
	if (chdir("/") < 0 || rmdir(folder) < 0)
		bail("%s: %s", folder, strerror(errno));
	arena_release(&arena);
}

/* Standard input stands for every stream. */
static void check_stream(size_t size, const struct tree_limits *limits, int want)
{
	struct diag_file *file;
	struct arena arena;
	int ends[2];
	int ret;

	arena_init(&arena);
	if (pipe(ends) < 0 || dup2(ends[0], STDIN_FILENO) < 0)
		bail("pipe: %s", strerror(errno));
	for (size_t i = 0; i < size; i++) {
		if (write(ends[1], "x", 1) != 1)
			bail("write: %s", strerror(errno));
	}
	close(ends[1]);
	ret = tree_load("-", limits, &arena, &file);
	ok_int(ret, want, "a stream of %zu bytes", size);
	if (ret == 0)
		ok(file->len == size && file->is_stream && strcmp(file->name, "-") == 0 &&
			   strlen(file->text) == size,
		   "is read whole");
	close(ends[0]);
	arena_release(&arena);
}

/* A part of the string under 'a', and where it stands in the file. */
static const struct {
	const char *name;
	const char *text;
	const char *part;
	uint32_t line, column, len;
} parts[] = {
	{"plain", "b: 1\na: one two\n", "two", 2, 8, 3},
	{"in single quotes", "a: 'it''s == b'", "== b", 1, 11, 4},
	{"in double quotes", "a: \"\\\"\\u00e4\\x41 b\"", "b", 1, 18, 1},
	{"JSON", "{\"a\": \"x \\\"y\\\" z\"}", "z", 1, 16, 1},
	{"the end", "a: 'one'", "", 1, 8, 0},
	{"on the second line of a plain one", "a: one\n  two three", "three", 2, 7, 5},
	{"on the third line of a quoted one", "a: 'one\n\n  two'", "two", 3, 3, 3},
	{"a literal block", "a: |\n    one\n    two three\n", "three", 3, 9, 5},
	{"a folded block", "a: >-\n  one\n  two three\n", "three", 3, 7, 5},
	{"behind CR LF", "b: 1\r\na: one\r\n  two", "two", 3, 3, 3},
	{"a part over two lines ends with the first", "a: one\n  two", "e two", 1, 6, 1},
	{"behind an anchor the node stands for it", "a: &x 'one two'", "two", 1, 4, 0},
};

static void check_part(size_t i)
{
	const struct tree_node *node;
	struct reading reading;
	struct diag_span span;
	const char *part;

	reading_of_text(&reading, parts[i].text, strlen(parts[i].text));
	node = tree_get(reading.roots.items[0], "a");
	part = strstr(node->text, parts[i].part);
	if (!*parts[i].part)
		part = node->text + node->len;
	span = tree_text_span(reading.file, node, (size_t)(part - node->text),
			      strlen(parts[i].part));
	ok_int(span.line, parts[i].line, "%s: line", parts[i].name);
	ok_int(span.column, parts[i].column, "%s: column", parts[i].name);
	ok_int(span.len, parts[i].len, "%s: length", parts[i].name);
	reading_release(&reading);
}

int main(void)
{
	static const struct tree_limits small = {.size = 100, .depth = 5, .expanded = 10};
	struct strbuf buf = {0};

	check_places();
	for (size_t i = 0; i < N(parts); i++)
		check_part(i);
	check_depth(&buf);
	check_count(&buf);
	check_floods(&buf);
	strbuf_release(&buf);
	check_accessors();
	check_stop();
	check_load();
	check_stream(0, NULL, 0);
	check_stream(60000, NULL, 0);
	check_stream(100, &small, 0);
	check_stream(101, &small, -EFBIG);
	return tap_done();
}
