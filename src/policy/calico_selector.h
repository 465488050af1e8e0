/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calico's selector language: text to a small tree, its meaning for a set of labels, its one
 * spelling.
 *
 *	or    = and { "||" and }          and = not { "&&" not }          not = { "!" } one
 *	one   = "(" or ")" | "all()" | "global()" | "has(" key ")"
 *	      | key "==" text | key "!=" text | key ["not"] "in" "{" [text {"," text}] "}"
 *	      | key "contains" text | key "starts with" text | key "ends with" text
 *
 * A text is in ' or " and has no escapes; a key is up to 512 of A-Z a-z 0-9 _ . / -; only blanks
 * and tabs may stand between. Nothing at all is all(). Negative operators hold where the label is
 * absent. Source: libcalico-go/lib/selector of Calico.
 *
 * Trees live in the arena given to the parser and share its copies of the text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum calico_selector_kind {
	CALICO_SELECTOR_ALL,
	CALICO_SELECTOR_GLOBAL, /* what it means is up to the field it stands in; here: all() */
	CALICO_SELECTOR_HAS,
	CALICO_SELECTOR_EQUAL,
	CALICO_SELECTOR_NOT_EQUAL,
	CALICO_SELECTOR_IN,
	CALICO_SELECTOR_NOT_IN,
	CALICO_SELECTOR_CONTAINS,
	CALICO_SELECTOR_STARTS_WITH,
	CALICO_SELECTOR_ENDS_WITH,
	CALICO_SELECTOR_NOT,
	CALICO_SELECTOR_AND,
	CALICO_SELECTOR_OR,
};

struct calico_selector {
	uint8_t kind;        /* enum calico_selector_kind */
	const char *key;     /* of all that look at a label */
	const char **values; /* sorted, unique; one but for IN and NOT_IN, which may have none */
	uint32_t n_values;
	struct calico_selector **parts; /* NOT: one; AND, OR: two or more */
	uint32_t n_parts;
};

/* What is wrong, where in the text, in bytes. */
struct calico_selector_error {
	uint32_t offset;
	uint32_t len;        /* 0: the end of the text */
	const char *message; /* in the arena */
	const char *hint;    /* NULL, or what to write */
};

/* NULL and the error when the text is no selector. */
const struct calico_selector *calico_selector_parse(struct arena *arena, const char *text,
						    size_t len,
						    struct calico_selector_error *ret_error);

/* The value of a label, or NULL when it is absent. */
typedef const char *(*calico_label_fn)(const void *labels, const char *key);

bool calico_selector_matches(const struct calico_selector *selector, calico_label_fn label,
			     const void *labels);

/* The spelling that Calico gives to all selectors that are the same tree; in the arena. */
const char *calico_selector_format(const struct calico_selector *selector, struct arena *arena);

/* Whether a kind of node is anywhere in the tree. */
bool calico_selector_has_kind(const struct calico_selector *selector,
			      enum calico_selector_kind kind);
