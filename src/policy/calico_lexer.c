/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/calico_lexer.h"

#include "base/arena.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#define KEY_MAX 512

bool calico_lexer_fail(struct calico_lexer *lexer, size_t offset, size_t len, const char *hint,
		       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*lexer->error = (struct calico_selector_error){
		.offset = (uint32_t)offset,
		.len = (uint32_t)len,
		.message = arena_vprintf(lexer->arena, format, args),
		.hint = hint,
	};
	va_end(args);
	return false;
}

static bool is_key_char(char ch)
{
	return isalnum((unsigned char)ch) || (ch && strchr("_./-", ch));
}

static size_t skip_blanks(const struct calico_lexer *lexer, size_t at)
{
	while (at < lexer->len && (lexer->text[at] == ' ' || lexer->text[at] == '\t'))
		at++;
	return at;
}

static size_t skip_key(const struct calico_lexer *lexer, size_t at)
{
	while (at < lexer->len && is_key_char(lexer->text[at]))
		at++;
	return at;
}

/* The token from `start` to where the lexer stands now. */
static bool deliver(struct calico_lexer *lexer, enum calico_token_kind kind, size_t start)
{
	lexer->token = (struct calico_token){
		.kind = (uint8_t)kind,
		.offset = (uint32_t)start,
		.len = (uint32_t)(lexer->at - start),
	};
	return true;
}

static bool deliver_text(struct calico_lexer *lexer, enum calico_token_kind kind, size_t start,
			 size_t from, size_t to)
{
	deliver(lexer, kind, start);
	lexer->token.text = lexer->text + from;
	lexer->token.text_len = (uint32_t)(to - from);
	return true;
}

static bool deliver_operator(struct calico_lexer *lexer, enum calico_selector_kind op, size_t start)
{
	deliver(lexer, CALICO_TOKEN_OPERATOR, start);
	lexer->token.op = (uint8_t)op;
	return true;
}

static bool read_text(struct calico_lexer *lexer)
{
	size_t start = lexer->at;
	const char *from = lexer->text + start + 1;
	const char *end = memchr(from, lexer->text[start], lexer->len - start - 1);

	if (!end)
		return calico_lexer_fail(lexer, start, lexer->len - start,
					 "a text ends with the quote that it starts with, and has "
					 "no escapes",
					 "the text has no closing %c", lexer->text[start]);
	lexer->at = (size_t)(end - lexer->text) + 1;
	return deliver_text(lexer, CALICO_TOKEN_TEXT, start, start + 1, lexer->at - 1);
}

/* An operator of two equal characters, '&&' or '||'. */
static bool read_pair(struct calico_lexer *lexer, enum calico_token_kind kind, const char *hint)
{
	size_t start = lexer->at;
	char ch = lexer->text[start];

	if (start + 1 == lexer->len || lexer->text[start + 1] != ch)
		return calico_lexer_fail(lexer, start, 1, hint, "a single '%c' is no operator", ch);
	lexer->at += 2;
	return deliver(lexer, kind, start);
}

static bool read_equal(struct calico_lexer *lexer)
{
	size_t start = lexer->at;

	if (start + 1 == lexer->len || lexer->text[start + 1] != '=')
		return calico_lexer_fail(lexer, start, 1, "equality is written '=='",
					 "a single '=' is no operator");
	lexer->at += 2;
	return deliver_operator(lexer, CALICO_SELECTOR_EQUAL, start);
}

static bool read_bang(struct calico_lexer *lexer)
{
	size_t start = lexer->at;

	if (start + 1 < lexer->len && lexer->text[start + 1] == '=') {
		lexer->at += 2;
		return deliver_operator(lexer, CALICO_SELECTOR_NOT_EQUAL, start);
	}
	lexer->at++;
	return deliver(lexer, CALICO_TOKEN_NOT, start);
}

static bool is_word(const struct calico_lexer *lexer, size_t from, size_t to, const char *word)
{
	return to - from == strlen(word) && memcmp(lexer->text + from, word, to - from) == 0;
}

/* The operators that are words; those of two may be written as one. */
static const struct {
	const char *first;
	const char *second;
	const char *both;
	uint8_t op;
} words[] = {
	{"contains", NULL, "contains", CALICO_SELECTOR_CONTAINS},
	{"in", NULL, "in", CALICO_SELECTOR_IN},
	{"not", "in", "notin", CALICO_SELECTOR_NOT_IN},
	{"starts", "with", "startswith", CALICO_SELECTOR_STARTS_WITH},
	{"ends", "with", "endswith", CALICO_SELECTOR_ENDS_WITH},
};

/* What stands after a key: an operator. */
static bool read_word(struct calico_lexer *lexer)
{
	size_t start = lexer->at;
	size_t end = skip_key(lexer, start);
	size_t second = skip_blanks(lexer, end);
	size_t second_end = skip_key(lexer, second);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bool is_both = is_word(lexer, start, end, words[i].both);

		if (!is_both && !(words[i].second && is_word(lexer, start, end, words[i].first) &&
				  is_word(lexer, second, second_end, words[i].second)))
			continue;
		lexer->at = is_both ? end : second_end;
		return deliver_operator(lexer, words[i].op, start);
	}
	return calico_lexer_fail(lexer, start, end - start,
				 "after a label comes ==, !=, in, not in, contains, starts with or "
				 "ends with",
				 "'%.*s' is no operator", (int)(end - start), lexer->text + start);
}

static bool starts_with(const struct calico_lexer *lexer, const char *prefix)
{
	size_t len = strlen(prefix);

	return lexer->len - lexer->at >= len && memcmp(lexer->text + lexer->at, prefix, len) == 0;
}

/* "all(" or "global(": nothing may be inside. */
static bool read_call(struct calico_lexer *lexer, enum calico_token_kind kind, size_t name_len)
{
	size_t start = lexer->at;
	size_t close = skip_blanks(lexer, start + name_len + 1);

	if (close == lexer->len || lexer->text[close] != ')')
		return calico_lexer_fail(lexer, close, close < lexer->len, NULL,
					 "%.*s() has no closing ')'", (int)name_len,
					 lexer->text + start);
	lexer->at = close + 1;
	return deliver(lexer, kind, start);
}

static bool check_key(struct calico_lexer *lexer, size_t from, size_t to)
{
	return to - from <= KEY_MAX ||
	       calico_lexer_fail(lexer, from, to - from, NULL,
				 "the name of a label has at most %d characters", KEY_MAX);
}

static bool read_has(struct calico_lexer *lexer)
{
	size_t start = lexer->at;
	size_t from = skip_blanks(lexer, start + strlen("has("));
	size_t to = skip_key(lexer, from);
	size_t close = skip_blanks(lexer, to);

	if (from == to)
		return calico_lexer_fail(lexer, from, from < lexer->len,
					 "write has(LABEL), without quotes",
					 "has() needs the name of a label");
	if (!check_key(lexer, from, to))
		return false;
	if (close == lexer->len || lexer->text[close] != ')')
		return calico_lexer_fail(lexer, close, close < lexer->len, NULL,
					 "has() has no closing ')'");
	lexer->at = close + 1;
	return deliver_text(lexer, CALICO_TOKEN_HAS, start, from, to);
}

static bool read_key(struct calico_lexer *lexer)
{
	size_t start = lexer->at;
	size_t end = skip_key(lexer, start);

	if (!check_key(lexer, start, end))
		return false;
	lexer->at = end;
	return deliver_text(lexer, CALICO_TOKEN_KEY, start, start, end);
}

static bool refuse_character(struct calico_lexer *lexer)
{
	char ch = lexer->text[lexer->at];

	if (ch == '\n' || ch == '\r')
		return calico_lexer_fail(lexer, lexer->at, 1,
					 "a selector is one line; after '>-' YAML joins the lines",
					 "a line break within a selector");
	return calico_lexer_fail(lexer, lexer->at, 1, NULL,
				 isprint((unsigned char)ch) ? "unexpected '%c'"
							    : "unexpected byte 0x%02x",
				 (unsigned char)ch);
}

static bool read_name(struct calico_lexer *lexer)
{
	if (!is_key_char(lexer->text[lexer->at]))
		return refuse_character(lexer);
	if (lexer->token.kind == CALICO_TOKEN_KEY)
		return read_word(lexer);
	if (starts_with(lexer, "has("))
		return read_has(lexer);
	if (starts_with(lexer, "all("))
		return read_call(lexer, CALICO_TOKEN_ALL, strlen("all"));
	if (starts_with(lexer, "global("))
		return read_call(lexer, CALICO_TOKEN_GLOBAL, strlen("global"));
	return read_key(lexer);
}

static bool read_mark(struct calico_lexer *lexer, enum calico_token_kind kind)
{
	lexer->at++;
	return deliver(lexer, kind, lexer->at - 1);
}

bool calico_lexer_next(struct calico_lexer *lexer)
{
	lexer->at = skip_blanks(lexer, lexer->at);
	if (lexer->at == lexer->len)
		return deliver(lexer, CALICO_TOKEN_END, lexer->at);
	switch (lexer->text[lexer->at]) {
	case '(':
		return read_mark(lexer, CALICO_TOKEN_OPEN);
	case ')':
		return read_mark(lexer, CALICO_TOKEN_CLOSE);
	case '{':
		return read_mark(lexer, CALICO_TOKEN_OPEN_SET);
	case '}':
		return read_mark(lexer, CALICO_TOKEN_CLOSE_SET);
	case ',':
		return read_mark(lexer, CALICO_TOKEN_COMMA);
	case '\'':
	case '"':
		return read_text(lexer);
	case '=':
		return read_equal(lexer);
	case '!':
		return read_bang(lexer);
	case '&':
		return read_pair(lexer, CALICO_TOKEN_AND, "'and' is written '&&'");
	case '|':
		return read_pair(lexer, CALICO_TOKEN_OR, "'or' is written '||'");
	default:
		return read_name(lexer);
	}
}
