/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/parse.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "tree/build.h"
#include "tree/scalar.h"

#include <yajl/yajl_parse.h>

/*
 * yajl says where a token ends; where it starts is found from the end of the one before: between
 * two tokens stand only blanks, commas and colons. Strings are unescaped here from their own text,
 * because yajl writes lone surrogates as broken UTF-8.
 */
struct reader {
	struct tree_builder builder;
	struct tree_parse *parse;
	yajl_handle yajl;
	const char *text;
	size_t len;
	size_t base;      /* of the text in the file: yajl does not see the byte order mark */
	bool is_at_end;   /* yajl counts in the blank that it ends a text with */
	size_t token_end; /* of the last token */
	struct tree_cursor cursor;
	struct strbuf unescaped;
};

struct token {
	const char *text; /* as written */
	size_t len;
	struct tree_place place;
};

static bool is_between_tokens(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == ',' || ch == ':';
}

static size_t consumed(const struct reader *reader)
{
	return reader->is_at_end ? reader->len : yajl_get_bytes_consumed(reader->yajl);
}

static struct token next_token(struct reader *reader)
{
	size_t start = reader->token_end;
	size_t end = consumed(reader);

	while (start < end && is_between_tokens(reader->text[start]))
		start++;
	reader->token_end = end;
	return (struct token){
		.text = reader->text + start,
		.len = end - start,
		.place = tree_cursor_to_offset(&reader->cursor, reader->base + start),
	};
}

static int hex_digit(char ch)
{
	return ch <= '9' ? ch - '0' : (ch | 0x20) - 'a' + 10;
}

static uint32_t read_hex4(const char *p)
{
	uint32_t code = 0;

	for (int i = 0; i < 4; i++)
		code = code << 4 | (uint32_t)hex_digit(p[i]);
	return code;
}

/*
 * The character of "\uXXXX" at `p`, or of a surrogate pair; what stands alone is U+FFFD, as in Go.
 */
static size_t read_unicode_escape(const char *p, const char *end, uint32_t *ret_code)
{
	uint32_t code = read_hex4(p + 2);
	uint32_t low;

	*ret_code = code;
	if (code < 0xd800 || code >= 0xe000)
		return 6;
	*ret_code = 0xfffd;
	if (code >= 0xdc00 || end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return 6;
	low = read_hex4(p + 8);
	if (low < 0xdc00 || low >= 0xe000)
		return 6;
	*ret_code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

static char short_escape(char ch)
{
	switch (ch) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default: /* '"', '\\', '/' */
		return ch;
	}
}

/* What is between the quotes, unescaped; yajl has checked the grammar. */
static void unescape(struct strbuf *buf, const char *p, const char *end)
{
	strbuf_clear(buf);
	while (p < end) {
		const char *escape = memchr(p, '\\', (size_t)(end - p));
		char bytes[4];
		uint32_t code;

		strbuf_add(buf, p, (size_t)((escape ? escape : end) - p));
		if (!escape)
			return;
		if (escape[1] == 'u') {
			p = escape + read_unicode_escape(escape, end, &code);
			strbuf_add(buf, bytes, utf8_encode(code, bytes));
		} else {
			strbuf_addch(buf, short_escape(escape[1]));
			p = escape + 2;
		}
	}
}

/* The content of a string token: in place when nothing is escaped. */
static void string_content(struct reader *reader, const struct token *token, const char **ret_text,
			   size_t *ret_len)
{
	*ret_text = token->text + 1;
	*ret_len = token->len - 2;
	if (!memchr(*ret_text, '\\', *ret_len))
		return;
	unescape(&reader->unescaped, *ret_text, *ret_text + *ret_len);
	*ret_text = strbuf_str(&reader->unescaped);
	*ret_len = reader->unescaped.len;
}

/* After every event: the end of a document, and whether yajl shall go on. */
static int finish_event(struct reader *reader)
{
	struct tree_builder *builder = &reader->builder;
	struct tree_node *root;

	if (builder->is_stopped)
		return 0;
	if (builder->frames.n == 0) {
		root = tree_build_take(builder);
		if (root)
			vec_push(&reader->parse->roots, root);
	}
	return 1;
}

static struct tree_node *make_scalar(struct reader *reader, enum tree_kind kind)
{
	struct token token = next_token(reader);
	struct tree_node *node =
		tree_build_scalar(&reader->builder, token.place, token.text, token.len);

	node->kind = (uint8_t)kind;
	return node;
}

static int add_scalar(struct reader *reader, struct tree_node *node)
{
	struct tree_place place = {node->line, node->column};

	tree_build_value(&reader->builder, node, place, 0, 1);
	return finish_event(reader);
}

static int on_null(void *arg)
{
	return add_scalar(arg, make_scalar(arg, TREE_NULL));
}

static int on_boolean(void *arg, int value)
{
	struct tree_node *node = make_scalar(arg, TREE_BOOL);

	node->boolean = value;
	return add_scalar(arg, node);
}

static int on_number(void *arg, const char *text, size_t len)
{
	struct tree_node *node = make_scalar(arg, TREE_INT);

	(void)text;
	(void)len;
	tree_resolve_json_number(node);
	return add_scalar(arg, node);
}

static int on_string(void *arg, const unsigned char *value, size_t value_len)
{
	struct reader *reader = arg;
	struct token token = next_token(reader);
	struct tree_node *node;
	const char *text;
	size_t len;

	(void)value;
	(void)value_len;
	string_content(reader, &token, &text, &len);
	node = tree_build_scalar(&reader->builder, token.place, text, len);
	node->is_quoted = true;
	return add_scalar(reader, node);
}

static int on_key(void *arg, const unsigned char *value, size_t value_len)
{
	struct reader *reader = arg;
	struct token token = next_token(reader);
	const char *text;
	size_t len;

	(void)value;
	(void)value_len;
	string_content(reader, &token, &text, &len);
	tree_build_key(&reader->builder, token.place, text, len);
	return !reader->builder.is_stopped;
}

static int open_collection(struct reader *reader, enum tree_kind kind)
{
	struct token token = next_token(reader);

	tree_build_open(&reader->builder, kind, token.place);
	return !reader->builder.is_stopped;
}

static int close_collection(void *arg)
{
	struct reader *reader = arg;

	next_token(reader);
	tree_build_close(&reader->builder);
	return finish_event(reader);
}

static int on_start_map(void *arg)
{
	return open_collection(arg, TREE_MAP);
}

static int on_start_array(void *arg)
{
	return open_collection(arg, TREE_SEQ);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = close_collection,
	.yajl_start_array = on_start_array,
	.yajl_end_array = close_collection,
};

/* yajl's words without its line end and its "parse error: ". */
static void report_syntax(struct reader *reader)
{
	size_t at = reader->base + consumed(reader);
	unsigned char *text = yajl_get_error(reader->yajl, 0, NULL, 0);
	const char *message = (const char *)text;
	const char *colon = strstr(message, ": ");

	if (colon)
		message = colon + 2;
	reader->parse->is_malformed = true;
	reader->parse->error_place = tree_cursor_to_offset(&reader->cursor, at);
	tree_build_problem(&reader->builder, DIAG_BH0002, reader->parse->error_place,
			   "this is not JSON: %.*s", (int)strcspn(message, "\n"), message);
	yajl_free_error(reader->yajl, text);
}

void tree_parse_json(const struct tree_input *input, struct tree_parse *parse)
{
	size_t base = tree_bom_size(input->file->text, input->file->len);
	struct reader reader = {
		.parse = parse,
		.text = input->file->text + base,
		.len = input->file->len - base,
		.base = base,
	};
	yajl_status status;

	tree_build_init(&reader.builder, input, &parse->diags);
	tree_cursor_init(&reader.cursor, input->file->text, input->file->len);
	reader.yajl = yajl_alloc(&callbacks, NULL, &reader);
	yajl_config(reader.yajl, yajl_allow_multiple_values, 1);
	yajl_config(reader.yajl, yajl_dont_validate_strings,
		    1); /* done before, for both languages */

	status = yajl_parse(reader.yajl, (const unsigned char *)reader.text, reader.len);
	if (status == yajl_status_ok) {
		reader.is_at_end = true;
		status = yajl_complete_parse(reader.yajl);
	}
	if (status == yajl_status_error)
		report_syntax(&reader);
	yajl_free(reader.yajl);
	strbuf_release(&reader.unescaped);
	tree_build_release(&reader.builder);
}
