/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/yaml_error.h"

#include <string.h>

struct phrase {
	const char *problem; /* libyaml's words */
	const char *context; /* or NULL: in any */
	struct tree_yaml_error error;
};

#define TABS_HINT "YAML is indented with spaces only"
#define QUOTE_HINT "quote the value"

/* The first row that matches stands. What is not here is passed on in libyaml's words. */
static const struct phrase phrases[] = {
	{"found a tab character that violates indentation",
	 NULL,
	 {DIAG_BH0002, "a tab in the indentation, expected spaces", TABS_HINT, false, NULL}},
	{"found a tab character where an indentation space is expected",
	 NULL,
	 {DIAG_BH0002, "a tab in the indentation, expected spaces", TABS_HINT, false, NULL}},
	{"found unexpected end of stream",
	 "while scanning a quoted scalar",
	 {DIAG_BH0002, "unterminated quoted scalar", NULL, true, NULL}},
	{"found unexpected document indicator",
	 "while scanning a quoted scalar",
	 {DIAG_BH0002, "unterminated quoted scalar: a document separator stands inside", NULL, true,
	  NULL}},
	{"could not find expected ':'",
	 "while scanning a simple key",
	 {DIAG_BH0002, "expected 'key: value', found no ':'",
	  "a text over several lines needs quotes or '|'", true, NULL}},
	{"mapping values are not allowed in this context",
	 NULL,
	 {DIAG_BH0002, "a mapping value is not allowed here",
	  "check the indentation; quote a value that contains ': '", false, NULL}},
	{"did not find expected key",
	 "while parsing a block mapping",
	 {DIAG_BH0002, "expected a key of the surrounding mapping", "check the indentation", false,
	  "the mapping starts here"}},
	{"did not find expected '-' indicator",
	 NULL,
	 {DIAG_BH0002, "expected '-' of the surrounding list", "check the indentation", false,
	  "the list starts here"}},
	{"did not find expected ',' or '}'",
	 NULL,
	 {DIAG_BH0002, "expected ',' or '}'", NULL, false, "the mapping starts here"}},
	{"did not find expected ',' or ']'",
	 NULL,
	 {DIAG_BH0002, "expected ',' or ']'", NULL, false, "the list starts here"}},
	{"did not find expected alphabetic or numeric character",
	 "while scanning an alias",
	 {DIAG_BH0002, "'*' starts an alias, expected its name", QUOTE_HINT, true, NULL}},
	{"did not find expected alphabetic or numeric character",
	 "while scanning an anchor",
	 {DIAG_BH0002, "'&' starts an anchor, expected its name", QUOTE_HINT, true, NULL}},
	{"found undefined tag handle",
	 NULL,
	 {DIAG_BH0006, "undefined tag handle", "quote a value that starts with '!'", false, NULL}},
	{"did not find expected <document start>",
	 NULL,
	 {DIAG_BH0002, "expected the end of the document or '---'", "check the indentation", false,
	  NULL}},
};

static bool is_phrase(const struct phrase *phrase, const yaml_parser_t *parser)
{
	if (strcmp(phrase->problem, parser->problem) != 0)
		return false;
	return !phrase->context ||
	       (parser->context && strcmp(phrase->context, parser->context) == 0);
}

/* libyaml has one sentence for every character that starts nothing; it is most often a tab. */
static struct tree_yaml_error describe_bad_start(char ch)
{
	if (ch == '\t')
		return phrases[0].error;
	return (struct tree_yaml_error){
		.code = DIAG_BH0002,
		.message = ch == '@'   ? "a plain value cannot start with '@'"
			   : ch == '`' ? "a plain value cannot start with '`'"
			   : ch == '%' ? "a plain value cannot start with '%'"
				       : "this character cannot start a value",
		.hint = QUOTE_HINT,
	};
}

static char char_at(const char *text, size_t len, size_t n_chars)
{
	struct tree_cursor cursor;

	tree_cursor_init(&cursor, text, len);
	tree_cursor_to_char(&cursor, n_chars);
	return cursor.offset < len ? text[cursor.offset] : '\0';
}

struct tree_yaml_error tree_yaml_error(const yaml_parser_t *parser, const char *text, size_t len)
{
	if (strcmp(parser->problem, "found character that cannot start any token") == 0)
		return describe_bad_start(char_at(text, len, parser->problem_mark.index));
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (is_phrase(&phrases[i], parser))
			return phrases[i].error;
	}
	return (struct tree_yaml_error){.code = DIAG_BH0002, .message = parser->problem};
}

static bool line_starts_template(const char *line, const char *end)
{
	while (line < end && (*line == ' ' || *line == '-'))
		line++;
	return end - line >= 2 && memcmp(line, "{{", 2) == 0;
}

bool tree_looks_like_template(const char *text, size_t len, uint32_t line)
{
	const char *text_end = text + len;

	for (uint32_t at = 1; text < text_end; at++) {
		const char *end = memchr(text, '\n', (size_t)(text_end - text));

		if (!end)
			end = text_end;
		if (line_starts_template(text, end))
			return true;
		if (at == line)
			return memmem(text, (size_t)(end - text), "{{", 2) != NULL;
		text = end + 1;
	}
	return false;
}
