/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/tree.h"

#include "lib/reading.h"
#include "lib/tap.h"

#include <math.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/*
 * `want`: the documents as JSON; `problem`: the start of the first diagnostic, NULL if there is
 * none.
 */
struct row {
	const char *name;
	const char *text;
	const char *want;
	const char *problem;
};

static void check_row(const struct row *row, size_t len)
{
	struct reading reading;
	const char *problem;

	reading_of_text(&reading, row->text, len);
	ok_str(reading_dump(&reading), row->want, "%s", row->name);
	problem = reading_problem(&reading);
	if (!row->problem)
		ok_str(problem, "", "without a problem");
	else if (!ok(strncmp(problem, row->problem, strlen(row->problem)) == 0, "and says so"))
		diag("got: %s\nexpected: %s", problem, row->problem);
	reading_release(&reading);
}

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_row(&rows[i], strlen(rows[i].text));
}

/* sigs.k8s.io/yaml, goyaml.v2/resolve.go. */
static const struct row plain_scalars[] = {
	{"empty, tilde and null", "[~, null, Null, NULL, nUll, '']",
	 "[null,null,null,null,\"nUll\",\"\"]", NULL},
	{"an absent value", "a:\nb: ~", "{\"a\":null,\"b\":null}", NULL},
	{"true", "[true, True, TRUE, yes, Yes, YES, y, Y, on, On, ON]",
	 "[true,true,true,true,true,true,true,true,true,true,true]", NULL},
	{"false", "[false, False, FALSE, no, No, NO, n, N, off, Off, OFF]",
	 "[false,false,false,false,false,false,false,false,false,false,false]", NULL},
	{"almost booleans", "[tRUE, yEs, oN, nO, yess, none]",
	 "[\"tRUE\",\"yEs\",\"oN\",\"nO\",\"yess\",\"none\"]", NULL},
	{"quoted booleans", "['no', \"yes\", 'true', \"null\", \"80\"]",
	 "[\"no\",\"yes\",\"true\",\"null\",\"80\"]", NULL},
	{"integers", "[0, 80, -1, +7, 9223372036854775807, -9223372036854775808]",
	 "[0,80,-1,7,9223372036854775807,-9223372036854775808]", NULL},
	{"bases", "[0x1F, 0X1f, 0o17, 0b101, 017, -0x10, +0b11, 0x]",
	 "[31,31,15,5,15,-16,3,\"0x\"]", NULL},
	{"underscores group digits", "[1_000, 0x_ff, 1_2_, _1]", "[1000,255,12,\"_1\"]", NULL},
	{"octal with a digit 8 is a float", "[08, 0123456789]", "[8,123456789]", NULL},
	{"big integers", "[9223372036854775808, 18446744073709551616, 0xfffffffffffffffff]",
	 "[\"big\",\"big\",\"big\"]", NULL},
	{"floats", "[1.10, 1., .5, -.5, 1e3, 1E-2, 1.5e+3, +.5]",
	 "[1.1,1,0.5,-0.5,1000,0.01,1500,0.5]", NULL},
	{"infinity and no number", "[.inf, -.Inf, +.INF, .nan, .NaN, .Nan]",
	 "[\".inf\",\"-.inf\",\".inf\",\".nan\",\".nan\",\".Nan\"]", NULL},
	{"no numbers",
	 "[1.2.3, 1e, 1e400, +, -, ., 1a, 1:30, 2001-12-14, 10.0.0.0/8, 0b12, 0o9, --1]",
	 "[\"1.2.3\",\"1e\",\"1e400\",\"+\",\"-\",\".\",\"1a\",\"1:30\",\"2001-12-14\",\"10.0.0.0/"
	 "8\","
	 "\"0b12\",\"0o9\",\"--1\"]",
	 NULL},
};

static const struct row keys[] = {
	{"numbers as keys", "{80: a, 0x50a: b, 1.10: c, 1e6: d, 100000.0: e, .inf: f, 0.00001: g}",
	 "{\"80\":\"a\",\"1290\":\"b\",\"1.1\":\"c\",\"1e+06\":\"d\",\"100000\":\"e\",\".inf\":"
	 "\"f\","
	 "\"1e-05\":\"g\"}",
	 NULL},
	{"booleans as keys", "{yes: a, off: b}", "{\"true\":\"a\",\"false\":\"b\"}", NULL},
	{"big integers as keys", "18446744073709551616: a", "{\"18446744073709551616\":\"a\"}",
	 NULL},
	{"quoted keys", "{'80': a, \"yes\": b}", "{\"80\":\"a\",\"yes\":\"b\"}", NULL},
	{"keys that become equal", "{80: a, '80': b}", "", "BH0005 1:9 duplicate key '80'"},
	{"a null key", "~: a", "", "BH0002 1:1 a key that is null, expected a string"},
	{"a list as key", "? [a, b]\n: c", "", "BH0002 1:3 a key that is a list"},
	{"a mapping as key", "? {a: b}\n: c", "", "BH0002 1:3 a key that is a mapping"},
	{"an anchored key", "&k a: 1\nb: *k", "{\"a\":1,\"b\":\"a\"}", NULL},
	{"an alias as key", "a: &k b\n*k : c", "{\"a\":\"b\",\"b\":\"c\"}", NULL},
	{"a tagged key", "!!str 80: a\n!!int '81': b", "{\"80\":\"a\",\"81\":\"b\"}", NULL},
	{"an alias to a list as key", "a: &k [b]\n*k : c", "", "BH0002 2:1 a key that is a list"},
	{"a duplicate key", "a: 1\nb: 2\na: 3", "", "BH0005 3:1 duplicate key 'a'"},
	{"a duplicate key deep in a list", "- - a: 1\n    a: 2", "",
	 "BH0005 2:5 duplicate key 'a'"},
	{"only its document is lost", "a: 1\n---\nb: 1\nb: 2\n---\nc: 3", "{\"a\":1} {\"c\":3}",
	 "BH0005 4:1 duplicate key 'b'"},
	{"a duplicate among many",
	 "{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: 1, m: 1, n: 1, o: "
	 "1, "
	 "p: 1, q: 1, r: 1, b: 2}",
	 "", "BH0005 1:110 duplicate key 'b'"},
	{"a duplicate of the last of many",
	 "{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: 1, m: 1, n: 1, o: "
	 "1, "
	 "p: 1, q: 1, q: 1}",
	 "", "BH0005 1:104 duplicate key 'q'"},
};

static const struct row tags[] = {
	{"strings by tag", "[!!str 80, !!str yes, !!str , ! 80]", "[\"80\",\"yes\",\"\",\"80\"]",
	 NULL},
	{"other types by tag", "[!!int '3', !!bool \"yes\", !!null '', !!float 3, !!float '.inf']",
	 "[3,true,null,3,\".inf\"]", NULL},
	{"a timestamp stays text", "!!timestamp 2001-12-14", "\"2001-12-14\"", NULL},
	{"collections by tag", "{a: !!seq [], b: !!map {}, c: !!set {x}, d: !!omap [x: 1]}",
	 "{\"a\":[],\"b\":{},\"c\":{\"x\":null},\"d\":[{\"x\":1}]}", NULL},
	{"a tag that does not fit", "a: !!int abc", "", "BH0006 1:4 the tag says an integer"},
	{"a number is no boolean", "a: !!bool 1", "", "BH0006 1:4 the tag says a boolean"},
	{"a list tagged as mapping", "a: !!map []", "", "BH0006 1:4 unknown tag '!!map'"},
	{"a local tag", "a: !include x", "", "BH0006 1:4 unknown tag '!include'"},
	{"a local tag of a list", "a: !Ref [x]", "", "BH0006 1:4 unknown tag '!Ref'"},
	{"a tag of elsewhere", "a: !<tag:example.com,2000:x> 1", "",
	 "BH0006 1:4 unknown tag 'tag:example.com,2000:x'"},
	{"binary", "a: !!binary aGk=", "", "BH0006 1:4 unknown tag '!!binary'"},
	{"an undefined handle", "a: !e!x 1", "", "BH0006 1:4 undefined tag handle"},
	{"a defined handle", "%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 80", "{\"a\":\"80\"}",
	 NULL},
};

static const struct row aliases[] = {
	{"shared scalars and collections", "a: &x [1, &y z]\nb: *x\nc: *y",
	 "{\"a\":[1,\"z\"],\"b\":[1,\"z\"],\"c\":\"z\"}", NULL},
	{"the last anchor of a name counts", "[&x 1, *x, &x 2, *x]", "[1,1,2,2]", NULL},
	{"undefined", "a: *x", "", "BH0006 1:4 undefined alias '*x'"},
	{"not over documents", "&x a: 1\n---\nb: *x", "{\"a\":1}",
	 "BH0006 3:4 undefined alias '*x'"},
	{"recursive in a list", "&x [*x]", "", "BH0006 1:5 recursive alias '*x'"},
	{"recursive in a mapping", "&x\na: {b: *x}", "", "BH0006 2:8 recursive alias '*x'"},
	{"recursive as key", "&x {*x : 1}", "", "BH0006 1:5 recursive alias '*x'"},
	{"an undefined alias as key", "{*x : 1, b: 2}", "", "BH0006 1:2 undefined alias '*x'"},
	{"merge: own keys win, before and after",
	 "b: &m {k: 1, l: 2}\na: {k: 0, <<: *m}\nc: {<<: *m, l: 0}",
	 "{\"b\":{\"k\":1,\"l\":2},\"a\":{\"k\":0,\"l\":2},\"c\":{\"l\":0,\"k\":1}}", NULL},
	{"merge of a list: the first wins", "a: {<<: [{k: 1}, {k: 2, l: 3}]}",
	 "{\"a\":{\"k\":1,\"l\":3}}", NULL},
	{"a merged merge", "a: &a {k: 1}\nb: &b {<<: *a, l: 2}\nc: {<<: *b}",
	 "{\"a\":{\"k\":1},\"b\":{\"l\":2,\"k\":1},\"c\":{\"l\":2,\"k\":1}}", NULL},
	{"two merges in one mapping", "{<<: {k: 1}, <<: {k: 2, l: 3}}", "{\"k\":1,\"l\":3}", NULL},
	{"merge by tag", "!!merge a: {k: 1}", "", "BH0006 1:1 unknown tag '!!merge'"},
	{"a quoted << is a key", "{'<<': {k: 1}}", "{\"<<\":{\"k\":1}}", NULL},
	{"a merge of a scalar", "{<<: 1}", "", "BH0002 1:6 a merge (<<) of what is no mapping"},
	{"a merge of a list with a scalar", "{<<: [{k: 1}, 2]}", "", "BH0002 1:6 a merge (<<)"},
	{"merge does not hide duplicates", "{a: 1, <<: {b: 1}, a: 2}", "",
	 "BH0005 1:20 duplicate key 'a'"},
	{"merge into many",
	 "{a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1, k: 1, l: 1, m: 1, nn: 1, o: "
	 "1, "
	 "p: 1, <<: {p: 2, q: 2, a: 2}, r: 1, <<: {q: 3, s: 3}}",
	 "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
	 "\"l\":1,"
	 "\"m\":1,\"nn\":1,\"o\":1,\"p\":1,\"r\":1,\"q\":2,\"s\":3}",
	 NULL},
};

static const struct row documents[] = {
	{"nothing", "", "", NULL},
	{"blanks", " \n\n", "", NULL},
	{"comments", "# a\n# b", "", NULL},
	{"separators", "---\n---\n---\n", "", NULL},
	{"an empty document between", "a: 1\n---\n# none\n---\nb: 2", "{\"a\":1} {\"b\":2}", NULL},
	{"explicit null documents", "--- ~\n--- null\n--- a: 1\n", "",
	 "BH0002 3:6 a mapping value"},
	{"ends", "a: 1\n...\n---\nb: 2\n...\n", "{\"a\":1} {\"b\":2}", NULL},
	{"scalars and lists are documents", "--- a\n--- [1]\n", "\"a\" [1]", NULL},
	{"a comment behind the separator", "--- # x\na: 1", "{\"a\":1}", NULL},
	{"a separator look-alike", "a: 1\n---x\n", "",
	 "BH0002 2:1 expected 'key: value', found no ':'"},
	{"a separator in a block scalar", "a: |\n  ---\n  x\nb: 1",
	 "{\"a\":\"---\\nx\\n\",\"b\":1}", NULL},
	{"an unindented one ends it", "a: |\n  x\n---\nb: 1", "{\"a\":\"x\\n\"} {\"b\":1}", NULL},
	{"documents before a syntax error stand", "a: 1\n---\nb: [\n---\nc: 1", "{\"a\":1}",
	 "BH0002 4:1"},
	{"CR LF", "a: 1\r\nb:\r\n- c\r\n", "{\"a\":1,\"b\":[\"c\"]}", NULL},
	{"CR", "a: 1\rb:\r- c\r", "{\"a\":1,\"b\":[\"c\"]}", NULL},
	{"a byte order mark",
	 "\xef\xbb\xbf"
	 "a: 1",
	 "{\"a\":1}", NULL},
	{"one before a separator", "a: 1\n\xef\xbb\xbf---\nb: 2", "{\"a\":1} {\"b\":2}", NULL},
	{"one behind a separator",
	 "a: 1\n---\n\xef\xbb\xbf"
	 "b: 2",
	 "{\"a\":1} {\"b\":2}", NULL},
	{"one before a directive", "a: 1\n...\n\xef\xbb\xbf%YAML 1.1\n---\nb: 2",
	 "{\"a\":1} {\"b\":2}", NULL},
	{"one inside a document",
	 "a: 1\n\xef\xbb\xbf"
	 "b: 2",
	 "{\"a\":1}", "BH0003 2:1 a byte order mark inside a document"},
	{"directives", "%YAML 1.1\n---\na: 1", "{\"a\":1}", NULL},
	{"trailing tabs", "a: 1\t\nb:\t2\n", "{\"a\":1,\"b\":2}", NULL},
	{"a flow with a trailing comma", "{a: 1, b: [1, 2,],}", "{\"a\":1,\"b\":[1,2]}", NULL},
	{"JSON with comments is YAML", "{ # x\n \"a\": 1 }", "{\"a\":1}", NULL},
	{"JSON documents with separators", "{\"a\":1}\n---\n{\"b\":2}", "{\"a\":1} {\"b\":2}",
	 NULL},
};

static const struct row json[] = {
	{"values", " {\"a\":[1,-2,3.5,1e2,true,false,null,\"x\"],\"b\":{}}",
	 "{\"a\":[1,-2,3.5,100,true,false,null,\"x\"],\"b\":{}}", NULL},
	{"words of YAML 1.1 are strings", "[\"yes\",\"0x1\",\"<<\"]", "[\"yes\",\"0x1\",\"<<\"]",
	 NULL},
	{"<< is a key", "{\"<<\":{\"a\":1}}", "{\"<<\":{\"a\":1}}", NULL},
	{"tabs", "{\t\"a\"\t:\t1\t}", "{\"a\":1}", NULL},
	{"a byte order mark", "\xef\xbb\xbf{\"a\":1}", "{\"a\":1}", NULL},
	{"concatenated", "{\"a\":1}{\"b\":2}\n[3] {}", "{\"a\":1} {\"b\":2} [3] {}", NULL},
	{"escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u20ac\"]",
	 "[\"\\\"\\\\/\\b\\f\\n\\r\\tä€\"]", NULL},
	{"escapes in keys", "{\"\\u0061\":1}", "{\"a\":1}", NULL},
	{"a surrogate pair", "[\"\\ud83d\\ude00!\"]", "[\"😀!\"]", NULL},
	{"lone surrogates", "[\"\\ud83d\",\"\\ude00x\",\"\\ud83d\\u0041\",\"\\ud83d\\ud83d\"]",
	 "[\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"\xef\xbf\xbd"
	 "A\",\"\xef\xbf\xbd\xef\xbf\xbd\"]",
	 NULL},
	{"big numbers", "[9223372036854775807,9223372036854775808,-9223372036854775809]",
	 "[9223372036854775807,\"big\",\"big\"]", NULL},
	{"minus zero", "[-0]", "[0]", NULL},
	{"a duplicate key", "{\"a\":1,\n \"b\":2, \"a\":3}", "", "BH0005 2:9 duplicate key 'a'"},
	{"a duplicate key by escape", "{\"a\":1,\"\\u0061\":2}", "",
	 "BH0005 1:8 duplicate key 'a'"},
	{"the others stand", "{\"a\":1}{\"b\":1,\"b\":2}{\"c\":3}", "{\"a\":1} {\"c\":3}",
	 "BH0005 1:15 duplicate key 'b'"},
	{"NUL by escape", "[\"a\\u0000b\"]", "", "BH0003 1:2 a NUL character"},
	{"NUL in a key", "{\"a\\u0000b\":1}", "", "BH0003 1:2 a NUL character"},
	{"DEL is a character", "[\"\x7f\"]", "[\"\\u007f\"]", NULL},
	{"cut short", "{\"a\":1", "", "BH0002 1:7 expected ',' or '}'"},
	{"a missing comma makes YAML of it, as for kubectl", "{\"a\":1 \"b\":2}",
	 "{\"a\":\"1 \\\"b\\\":2\"}", NULL},
};

static const struct row broken[] = {
	{"a tab in the indentation", "a:\n\tb: 1", "", "BH0002 2:1 a tab in the indentation"},
	{"an unterminated string", "a: \"b\nc", "", "BH0002 1:4 unterminated quoted scalar"},
	{"a separator in a string", "a: 'b\n---\nc'", "", "BH0002 1:4 unterminated quoted scalar"},
	{"a bad indentation", "a:\n  b: 1\n c: 2", "", "BH0002 3:2 expected a key"},
	{"a colon in a value", "a: b: c", "", "BH0002 1:5 a mapping value is not allowed here"},
	{"an at sign", "a: @b", "", "BH0002 1:4 a plain value cannot start with '@'"},
	{"a star", "a: *.example.com", "", "BH0002 1:4 '*' starts an alias"},
	{"no colon", "a: 1\nb\nc: 2", "", "BH0002 2:1 expected 'key: value'"},
	{"an unclosed list", "a: [1, 2\nb: 3", "", "BH0002 2:2 expected ',' or ']'"},
	{"invalid UTF-8", "a: caf\xe9", "", "BH0003 1:7 invalid UTF-8: byte 0xe9 at byte offset 6"},
	{"invalid UTF-8 on a later line", "a: ä\nb: c\nc: \xc0\xaf", "",
	 "BH0003 3:4 invalid UTF-8: byte 0xc0 at byte offset 14"},
	{"a surrogate in UTF-8", "a: \xed\xa0\x80", "", "BH0003 1:4 invalid UTF-8: byte 0xed"},
	{"an escape character", "a: x\x1b[31m", "",
	 "BH0003 1:5 control character 0x1b at byte offset 4"},
	{"DEL", "a: x\x7f", "", "BH0003 1:5 a character that YAML does not allow"},
	{"NUL by escape", "a: \"x\\0y\"", "", "BH0003 1:4 a NUL character"},
	{"gzip", "\x1f\x8b\x08", "", "BH0009 0:0 this looks like gzip"},
	{"zip", "PK\x03\x04zzzz", "", "BH0009 0:0 this looks like zip"},
	{"binary data", "\x01\x02\x03\x04 text \xff\xfe\xfd\x05\x06\x07", "",
	 "BH0009 0:0 this looks like binary data"},
	{"UTF-16",
	 "\xff\xfe"
	 "a\0:\0",
	 "", "BH0003 0:0 the text is UTF-16 (little-endian)"},
	{"a Helm template", "{{- if .Values.x }}\na: 1\n{{- end }}\n", "",
	 "BH0008 1:1 an unrendered template"},
	{"a Helm value", "a: 1\nb: {{ .Values.x }}\n", "", "BH0008 2:4 an unrendered template"},
	{"a Helm line in a list", "a:\n- b\n{{ include \"x\" . | indent 2 }}\n", "", "BH0008 3:"},
	{"a Helm string", "a: {{ .x | quote }}/b: c", "", "BH0008 1:4 an unrendered template"},
	{"a template in quotes is text", "a: \"{{ .x }}\"", "{\"a\":\"{{ .x }}\"}", NULL},
};

static void check_nul(void)
{
	struct row row = {"a NUL byte", "a: x\0y", "", "BH0003 1:5 control character 0x00"};
	struct row utf32 = {"UTF-32", "\xff\xfe\0\0a\0\0\0", "",
			    "BH0003 0:0 the text is UTF-32 (little-endian)"};

	check_row(&row, 6);
	check_row(&utf32, 8);
}

int main(void)
{
	check_rows(plain_scalars, N(plain_scalars));
	check_rows(keys, N(keys));
	check_rows(tags, N(tags));
	check_rows(aliases, N(aliases));
	check_rows(documents, N(documents));
	check_rows(json, N(json));
	check_rows(broken, N(broken));
	check_nul();
	return tap_done();
}
