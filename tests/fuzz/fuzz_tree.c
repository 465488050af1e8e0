/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both readers on any bytes. Whatever they deliver must keep the promises of tree/tree.h: within
 * the limits, UTF-8 without NUL, unique keys, places that exist and show the node; and what is
 * printed about the rest must be harmless to a terminal.
 */
#include "fuzz/fuzz.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "tree/tree.h"

#include <stdlib.h>
#include <string.h>

static const struct tree_limits limits = {.size = 1 << 20, .depth = 32, .expanded = 10000};

struct check {
	const struct diag_file *file;
	VEC(size_t) lines; /* where each starts */
	uint64_t n_nodes;
};

static void need(bool is_so)
{
	if (!is_so)
		abort();
}

static void find_lines(struct check *check)
{
	const char *text = check->file->text;

	vec_push(&check->lines, (size_t)0);
	for (size_t i = 0; i < check->file->len; i++) {
		bool is_crlf = text[i] == '\r' && i + 1 < check->file->len && text[i + 1] == '\n';

		if (text[i] == '\n' || (text[i] == '\r' && !is_crlf))
			vec_push(&check->lines, i + 1);
	}
}

/* The character at a place; 0 at the end of the text. */
static char char_at(const struct check *check, uint32_t line, uint32_t column)
{
	size_t offset;

	need(line >= 1 && line <= check->lines.n && column >= 1);
	offset = check->lines.items[line - 1] + column - 1;
	need(offset <= check->file->len);
	need(line == check->lines.n || offset <= check->lines.items[line]);
	return offset < check->file->len ? check->file->text[offset] : '\0';
}

static void check_utf8(const char *text, size_t len)
{
	need(strlen(text) == len);
	for (size_t i = 0; i < len;) {
		size_t size = utf8_decode(text + i, len - i, NULL);

		need(size > 0);
		i += size;
	}
}

/* An anchor or a tag may stand before a value, and an absent value shows nothing. */
static void check_place(const struct check *check, const struct tree_node *node)
{
	char ch = char_at(check, node->line, node->column);

	if (node->kind == TREE_SEQ || node->kind == TREE_MAP || ch == '&' || ch == '!')
		return;
	if (node->is_quoted)
		need(ch && strchr("'\"|>", ch));
	else if (node->len)
		need(ch == node->text[0]);
}

static void check_node(struct check *check, const struct tree_node *node, uint32_t depth);

static void check_members(struct check *check, const struct tree_node *map, uint32_t depth)
{
	for (uint32_t i = 0; i < map->len; i++) {
		const struct tree_member *member = &map->members[i];

		check_utf8(member->key, member->key_len);
		char_at(check, member->line, member->column);
		need(i > 100 || tree_member(map, member->key) == member);
		check_node(check, member->value, depth);
	}
}

static void check_node(struct check *check, const struct tree_node *node, uint32_t depth)
{
	check->n_nodes++;
	check_place(check, node);
	if (node->kind == TREE_SEQ) {
		need(depth < limits.depth);
		for (uint32_t i = 0; i < node->len; i++)
			check_node(check, node->items[i], depth + 1);
	} else if (node->kind == TREE_MAP) {
		need(depth < limits.depth);
		check_members(check, node, depth + 1);
	} else {
		check_utf8(node->text, node->len);
	}
}

static int check_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct check *check = arg;

	(void)file;
	check->n_nodes = 0;
	need(root->kind != TREE_NULL);
	check_node(check, root, 0);
	need(check->n_nodes <= limits.expanded);
	return 0;
}

static void check_report(const struct diag_list *diags)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	need(out != NULL);
	diag_list_print(out, diags, false);
	fclose(out);
	check_utf8(text, len);
	for (size_t i = 0; i < len; i++)
		need((unsigned char)text[i] >= 0x20 || text[i] == '\n' || text[i] == '\t');
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_file file = {.name = "input", .text = (const char *)data, .len = size};
	struct check check = {.file = &file};
	struct diag_list diags;
	struct intern intern;
	struct arena arena;

	arena_init(&arena);
	intern_init(&intern, &arena);
	diag_list_init(&diags, &arena);
	find_lines(&check);
	tree_read(&file, &limits, &arena, &intern, &diags, check_document, &check);
	check_report(&diags);
	vec_release(&check.lines);
	intern_release(&intern);
	arena_release(&arena);
	return 0;
}
