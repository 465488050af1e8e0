/* SPDX-License-Identifier: Apache-2.0 */
/* The words of Calico's selector language; used only by policy/calico_selector.c. */
#pragma once

#include "policy/calico_selector.h"

enum calico_token_kind {
	CALICO_TOKEN_END,
	CALICO_TOKEN_KEY,
	CALICO_TOKEN_TEXT, /* without its quotes */
	CALICO_TOKEN_OPEN,
	CALICO_TOKEN_CLOSE,
	CALICO_TOKEN_OPEN_SET,
	CALICO_TOKEN_CLOSE_SET,
	CALICO_TOKEN_COMMA,
	CALICO_TOKEN_NOT,
	CALICO_TOKEN_AND,
	CALICO_TOKEN_OR,
	CALICO_TOKEN_ALL,
	CALICO_TOKEN_GLOBAL,
	CALICO_TOKEN_HAS, /* `text` is the key */
	CALICO_TOKEN_OPERATOR,
};

struct calico_token {
	uint8_t kind;    /* enum calico_token_kind */
	uint8_t op;      /* enum calico_selector_kind of an OPERATOR */
	uint32_t offset; /* of the token in the text, and its length there */
	uint32_t len;
	const char *text; /* of KEY, TEXT and HAS: within the selector's text */
	uint32_t text_len;
};

struct calico_lexer {
	struct arena *arena; /* of messages */
	const char *text;
	size_t len;
	size_t at;
	struct calico_token token; /* the current one */
	struct calico_selector_error *error;
};

/* Goes on to the next token. False, and the error is set, when there is none. */
bool calico_lexer_next(struct calico_lexer *lexer);

/* Sets the error at a part of the text; always false. */
bool calico_lexer_fail(struct calico_lexer *lexer, size_t offset, size_t len, const char *hint,
		       const char *format, ...) __attribute__((format(printf, 5, 6)));
