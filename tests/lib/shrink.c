/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/shrink.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "tree/tree.h"

#include <assert.h>
#include <stdio.h>

struct shrinker {
	struct tree_node documents; /* TREE_SEQ */
	shrink_fails_fn *fails;
	void *arg;
	struct strbuf text; /* scratch */
	unsigned int n_tries;
};

/* ---- Writing a tree ---- */

static bool is_container(const struct tree_node *node)
{
	return node->kind == TREE_SEQ || node->kind == TREE_MAP;
}

static struct tree_node *child(const struct tree_node *node, uint32_t i)
{
	return node->kind == TREE_MAP ? node->members[i].value : node->items[i];
}

static void write_text(struct strbuf *out, const char *text, bool is_quoted)
{
	if (!is_quoted && text[strcspn(text, "{}[],:#&*!|>'\"%@`\n")] == '\0') {
		strbuf_addstr(out, text);
		return;
	}
	strbuf_addch(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_addch(out, '\\');
		if (*text == '\n')
			strbuf_addstr(out, "\\n");
		else
			strbuf_addch(out, *text);
	}
	strbuf_addch(out, '"');
}

static void write_scalar(struct strbuf *out, const struct tree_node *node)
{
	if (node->kind == TREE_NULL)
		strbuf_addstr(out, "null");
	else
		write_text(out, node->text, node->is_quoted);
}

/* On one line, in braces or brackets. */
static void write_flow(struct strbuf *out, const struct tree_node *node)
{
	strbuf_addch(out, node->kind == TREE_MAP ? '{' : '[');
	for (uint32_t i = 0; i < node->len; i++) {
		strbuf_addstr(out, i > 0 ? ", " : "");
		if (node->kind == TREE_MAP) {
			write_text(out, node->members[i].key, false);
			strbuf_addstr(out, ": ");
		}
		write_scalar(out, child(node, i));
	}
	strbuf_addch(out, node->kind == TREE_MAP ? '}' : ']');
}

static bool is_flow(const struct tree_node *node)
{
	for (uint32_t i = 0; i < node->len; i++)
		if (is_container(child(node, i)))
			return false;
	return true;
}

static void write_value(struct strbuf *out, const struct tree_node *node, unsigned int indent);

/* In block style, a line or more for each child; `lead` goes before the first. */
static void write_children(struct strbuf *out, const struct tree_node *node, unsigned int indent,
			   const char *lead)
{
	for (uint32_t i = 0; i < node->len; i++) {
		if (i > 0)
			strbuf_printf(out, "%*s", (int)indent, "");
		else
			strbuf_addstr(out, lead);
		if (node->kind == TREE_MAP) {
			write_text(out, node->members[i].key, false);
			strbuf_addch(out, ':');
			write_value(out, child(node, i), indent + 2);
		} else if (child(node, i)->kind == TREE_MAP && !is_flow(child(node, i))) {
			strbuf_addch(out, '-');
			write_children(out, child(node, i), indent + 2, " ");
		} else {
			strbuf_addch(out, '-');
			write_value(out, child(node, i), indent + 2);
		}
	}
}

/* After "key:" or "-", with what belongs between. */
static void write_value(struct strbuf *out, const struct tree_node *node, unsigned int indent)
{
	if (is_container(node) && !is_flow(node)) {
		char lead[64];

		snprintf(lead, sizeof(lead), "\n%*s", (int)indent, "");
		write_children(out, node, indent, lead);
		return;
	}
	strbuf_addch(out, ' ');
	if (is_container(node))
		write_flow(out, node);
	else
		write_scalar(out, node);
	strbuf_addch(out, '\n');
}

static void write_documents(struct strbuf *out, const struct tree_node *documents)
{
	for (uint32_t i = 0; i < documents->len; i++) {
		strbuf_addstr(out, "---");
		write_value(out, documents->items[i], 0);
	}
}

/* ---- Taking away ---- */

static bool still_fails(struct shrinker *shrinker)
{
	strbuf_clear(&shrinker->text);
	write_documents(&shrinker->text, &shrinker->documents);
	shrinker->n_tries++;
	return shrinker->fails(shrinker->arg, strbuf_str(&shrinker->text));
}

/* Tries without children first … first + n - 1. */
static bool take_away(struct shrinker *shrinker, struct tree_node *node, uint32_t first, uint32_t n)
{
	const size_t size = node->kind == TREE_MAP ? sizeof(struct tree_member)
						   : sizeof(struct tree_node *);
	char *children = node->kind == TREE_MAP ? (void *)node->members : (void *)node->items;
	void *saved = malloc(node->len * size);
	uint32_t len = node->len;

	assert(saved);
	memcpy(saved, children, len * size);
	memmove(children + first * size, children + (first + n) * size, (len - first - n) * size);
	node->len -= n;
	if (!still_fails(shrinker)) {
		memcpy(children, saved, len * size);
		node->len = len;
	}
	free(saved);
	return node->len < len;
}

/* One pass over a node and what is below; whether anything went. */
static bool shrink_node(struct shrinker *shrinker, struct tree_node *node)
{
	bool is_smaller = false;

	for (uint32_t n = node->len; n > 0; n /= 2)
		for (uint32_t first = 0; first + n <= node->len;) {
			bool is_gone = take_away(shrinker, node, first, n);

			is_smaller |= is_gone;
			first += is_gone ? 0 : n;
		}
	for (uint32_t i = 0; i < node->len; i++)
		if (is_container(child(node, i)))
			is_smaller |= shrink_node(shrinker, child(node, i));
	return is_smaller;
}

static int collect(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct tree_node *documents = arg;

	(void)file;
	documents->items =
		realloc(documents->items, (documents->len + 1) * sizeof(struct tree_node *));
	assert(documents->items);
	documents->items[documents->len++] = root;
	return 0;
}

unsigned int shrink_yaml(const char *yaml, shrink_fails_fn *fails, void *arg, struct strbuf *ret)
{
	struct shrinker shrinker = {.documents.kind = TREE_SEQ, .fails = fails, .arg = arg};
	const struct diag_file file = {.name = "shrink", .text = yaml, .len = strlen(yaml)};
	struct diag_list diags;
	struct intern intern;
	struct arena arena;

	arena_init(&arena);
	intern_init(&intern, &arena);
	diag_list_init(&diags, &arena);
	tree_read(&file, NULL, &arena, &intern, &diags, collect, &shrinker.documents);
	assert(diags.n_errors == 0);
	while (shrink_node(&shrinker, &shrinker.documents))
		;
	write_documents(ret, &shrinker.documents);
	free(shrinker.documents.items);
	strbuf_release(&shrinker.text);
	intern_release(&intern);
	arena_release(&arena);
	return shrinker.n_tries;
}
