/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/calico_selector.h"

#include "base/arena.h"
#include "policy/calico_lexer.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 128 /* of parentheses: the parser calls itself */

struct parser {
	struct calico_lexer lexer;
	uint32_t depth;
};

/* A list that grows in the arena; what it outgrows stays there. */
struct list {
	void **items;
	uint32_t n;
	uint32_t cap;
};

static void list_add(struct parser *parser, struct list *list, void *item)
{
	if (list->n == list->cap) {
		void **old = list->items;

		list->cap = list->cap ? 2 * list->cap : 4;
		list->items = arena_alloc_n(parser->lexer.arena, list->cap, sizeof(void *));
		if (list->n)
			memcpy(list->items, old, list->n * sizeof(void *));
	}
	list->items[list->n++] = item;
}

static struct calico_selector *new_node(struct parser *parser, enum calico_selector_kind kind)
{
	struct calico_selector *node = arena_alloc(parser->lexer.arena, sizeof(*node));

	node->kind = (uint8_t)kind;
	return node;
}

static bool is_at(const struct parser *parser, enum calico_token_kind kind)
{
	return parser->lexer.token.kind == kind;
}

static char *copy_token(struct parser *parser)
{
	const struct calico_token *token = &parser->lexer.token;

	return arena_strndup(parser->lexer.arena, token->text, token->text_len);
}

/* Refuses the current token; always false. */
static bool refuse(struct parser *parser, const char *wanted, const char *hint)
{
	const struct calico_token *token = &parser->lexer.token;

	if (token->kind == CALICO_TOKEN_END)
		return calico_lexer_fail(&parser->lexer, token->offset, 0, hint,
					 "the selector ends where %s is expected", wanted);
	return calico_lexer_fail(&parser->lexer, token->offset, token->len, hint,
				 "expected %s, but found %.*s", wanted, (int)token->len,
				 parser->lexer.text + token->offset);
}

static struct calico_selector *parse_or(struct parser *parser);

static struct calico_selector *parse_group(struct parser *parser)
{
	struct calico_lexer *lexer = &parser->lexer;
	uint32_t open = lexer->token.offset;
	struct calico_selector *node;

	if (++parser->depth > MAX_DEPTH) {
		calico_lexer_fail(lexer, open, 1, NULL, "more than %d parentheses within another",
				  MAX_DEPTH);
		return NULL;
	}
	if (!calico_lexer_next(lexer))
		return NULL;
	node = parse_or(parser);
	if (!node)
		return NULL;
	if (!is_at(parser, CALICO_TOKEN_CLOSE)) {
		refuse(parser, "')', '&&' or '||'", NULL);
		return NULL;
	}
	parser->depth--;
	return calico_lexer_next(lexer) ? node : NULL;
}

static struct calico_selector *parse_simple(struct parser *parser, enum calico_selector_kind kind)
{
	struct calico_selector *node = new_node(parser, kind);

	if (kind == CALICO_SELECTOR_HAS)
		node->key = copy_token(parser);
	return calico_lexer_next(&parser->lexer) ? node : NULL;
}

static int compare_values(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void set_values(struct calico_selector *node, const struct list *values)
{
	node->values = (const char **)values->items;
	if (values->n > 1)
		qsort(node->values, values->n, sizeof(*node->values), compare_values);
	for (uint32_t i = 0; i < values->n; i++)
		if (i == 0 || strcmp(node->values[node->n_values - 1], node->values[i]) != 0)
			node->values[node->n_values++] = node->values[i];
}

/* "{'a', 'b'}"; a comma may stand before the brace, as Calico's own parser has it. */
static bool parse_set(struct parser *parser, struct calico_selector *node)
{
	struct calico_lexer *lexer = &parser->lexer;
	struct list values = {0};

	if (!is_at(parser, CALICO_TOKEN_OPEN_SET))
		return refuse(parser, "a set", "a set is written {'a', 'b'}");
	if (!calico_lexer_next(lexer))
		return false;
	while (is_at(parser, CALICO_TOKEN_TEXT)) {
		list_add(parser, &values, copy_token(parser));
		if (!calico_lexer_next(lexer))
			return false;
		if (!is_at(parser, CALICO_TOKEN_COMMA))
			break;
		if (!calico_lexer_next(lexer))
			return false;
	}
	if (!is_at(parser, CALICO_TOKEN_CLOSE_SET))
		return refuse(parser, values.n ? "',' or '}'" : "a text in quotes or '}'",
			      "a set is written {'a', 'b'}");
	set_values(node, &values);
	return calico_lexer_next(lexer);
}

static bool parse_value(struct parser *parser, struct calico_selector *node)
{
	struct list values = {0};

	if (!is_at(parser, CALICO_TOKEN_TEXT))
		return refuse(parser, "a text in quotes",
			      is_at(parser, CALICO_TOKEN_KEY) ? "put the value in quotes" : NULL);
	list_add(parser, &values, copy_token(parser));
	set_values(node, &values);
	return calico_lexer_next(&parser->lexer);
}

/* A key, an operator and its operand. */
static struct calico_selector *parse_comparison(struct parser *parser)
{
	struct calico_lexer *lexer = &parser->lexer;
	struct calico_selector *node = new_node(parser, CALICO_SELECTOR_HAS);
	bool is_set;

	node->key = copy_token(parser);
	if (!calico_lexer_next(lexer))
		return NULL;
	if (!is_at(parser, CALICO_TOKEN_OPERATOR)) {
		refuse(parser, "an operator", "that a label exists is written has(LABEL)");
		return NULL;
	}
	node->kind = lexer->token.op;
	is_set = node->kind == CALICO_SELECTOR_IN || node->kind == CALICO_SELECTOR_NOT_IN;
	if (!calico_lexer_next(lexer))
		return NULL;
	return (is_set ? parse_set : parse_value)(parser, node) ? node : NULL;
}

static struct calico_selector *parse_operand(struct parser *parser)
{
	switch (parser->lexer.token.kind) {
	case CALICO_TOKEN_OPEN:
		return parse_group(parser);
	case CALICO_TOKEN_ALL:
		return parse_simple(parser, CALICO_SELECTOR_ALL);
	case CALICO_TOKEN_GLOBAL:
		return parse_simple(parser, CALICO_SELECTOR_GLOBAL);
	case CALICO_TOKEN_HAS:
		return parse_simple(parser, CALICO_SELECTOR_HAS);
	case CALICO_TOKEN_KEY:
		return parse_comparison(parser);
	case CALICO_TOKEN_TEXT:
		refuse(parser, "the name of a label", "a label is not in quotes, its value is");
		return NULL;
	default:
		refuse(parser, "a label, has(), all(), '!' or '('", NULL);
		return NULL;
	}
}

/* Two negations are none. */
static struct calico_selector *parse_not(struct parser *parser)
{
	struct calico_selector *operand, *node;
	struct list parts = {0};
	bool is_negated = false;

	for (; is_at(parser, CALICO_TOKEN_NOT); is_negated = !is_negated)
		if (!calico_lexer_next(&parser->lexer))
			return NULL;
	operand = parse_operand(parser);
	if (!operand || !is_negated)
		return operand;
	node = new_node(parser, CALICO_SELECTOR_NOT);
	list_add(parser, &parts, operand);
	node->parts = (struct calico_selector **)parts.items;
	node->n_parts = 1;
	return node;
}

/* One or more parts with an operator between. */
static struct calico_selector *parse_chain(struct parser *parser, enum calico_selector_kind kind,
					   enum calico_token_kind between,
					   struct calico_selector *(*parse)(struct parser *))
{
	struct calico_selector *node = parse(parser);
	struct list parts = {0};

	if (!node || !is_at(parser, between))
		return node;
	list_add(parser, &parts, node);
	while (is_at(parser, between)) {
		node = calico_lexer_next(&parser->lexer) ? parse(parser) : NULL;
		if (!node)
			return NULL;
		list_add(parser, &parts, node);
	}
	node = new_node(parser, kind);
	node->parts = (struct calico_selector **)parts.items;
	node->n_parts = parts.n;
	return node;
}

static struct calico_selector *parse_and(struct parser *parser)
{
	return parse_chain(parser, CALICO_SELECTOR_AND, CALICO_TOKEN_AND, parse_not);
}

static struct calico_selector *parse_or(struct parser *parser)
{
	return parse_chain(parser, CALICO_SELECTOR_OR, CALICO_TOKEN_OR, parse_and);
}

const struct calico_selector *calico_selector_parse(struct arena *arena, const char *text,
						    size_t len,
						    struct calico_selector_error *ret_error)
{
	struct parser parser = {
		.lexer = {.arena = arena, .text = text, .len = len, .error = ret_error},
	};
	struct calico_selector *node;

	if (!calico_lexer_next(&parser.lexer))
		return NULL;
	if (is_at(&parser, CALICO_TOKEN_END))
		return new_node(&parser, CALICO_SELECTOR_ALL);
	node = parse_or(&parser);
	if (!node || is_at(&parser, CALICO_TOKEN_END))
		return node;
	refuse(&parser, "'&&', '||' or the end", NULL);
	return NULL;
}
