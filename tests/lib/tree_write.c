/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/tree_write.h"

#include "base/strbuf.h"

#include <stdio.h>
#include <string.h>

bool tree_is_container(const struct tree_node *node)
{
	return node->kind == TREE_SEQ || node->kind == TREE_MAP;
}

struct tree_node *tree_child(const struct tree_node *node, uint32_t i)
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
		write_scalar(out, tree_child(node, i));
	}
	strbuf_addch(out, node->kind == TREE_MAP ? '}' : ']');
}

static bool is_flow(const struct tree_node *node)
{
	for (uint32_t i = 0; i < node->len; i++)
		if (tree_is_container(tree_child(node, i)))
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
			write_value(out, tree_child(node, i), indent + 2);
		} else if (tree_child(node, i)->kind == TREE_MAP && !is_flow(tree_child(node, i))) {
			strbuf_addch(out, '-');
			write_children(out, tree_child(node, i), indent + 2, " ");
		} else {
			strbuf_addch(out, '-');
			write_value(out, tree_child(node, i), indent + 2);
		}
	}
}

/* After "key:" or "-", with what belongs between. */
static void write_value(struct strbuf *out, const struct tree_node *node, unsigned int indent)
{
	if (tree_is_container(node) && !is_flow(node)) {
		char lead[64];

		snprintf(lead, sizeof(lead), "\n%*s", (int)indent, "");
		write_children(out, node, indent, lead);
		return;
	}
	strbuf_addch(out, ' ');
	if (tree_is_container(node))
		write_flow(out, node);
	else
		write_scalar(out, node);
	strbuf_addch(out, '\n');
}

void tree_write(struct strbuf *out, const struct tree_node *node)
{
	write_value(out, node, 0);
}
