/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/tree.h"

#include "tree/parse.h"

#include <assert.h>
#include <string.h>

const struct tree_limits tree_default_limits = {
	.size = (size_t)256 << 20,
	.depth = 100,
	.expanded = 10000000,
};

struct tree_node *tree_get(const struct tree_node *map, const char *key)
{
	const struct tree_member *member = tree_member(map, key);

	return member ? member->value : NULL;
}

const struct tree_member *tree_member(const struct tree_node *map, const char *key)
{
	size_t len = strlen(key);

	if (!map || map->kind != TREE_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->len; i++) {
		const struct tree_member *member = &map->members[i];

		if (member->key_len == len && memcmp(member->key, key, len) == 0)
			return member;
	}
	return NULL;
}

const char *tree_get_string(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = tree_get(map, key);

	return node && node->kind == TREE_STRING ? node->text : NULL;
}

struct diag_span tree_span(const struct diag_file *file, const struct tree_node *node)
{
	bool is_plain = node->kind != TREE_SEQ && node->kind != TREE_MAP && !node->is_quoted;

	return (struct diag_span){
		.file = file,
		.line = node->line,
		.column = node->column,
		.len = is_plain ? node->len : 0,
	};
}

struct diag_span tree_key_span(const struct diag_file *file, const struct tree_member *member)
{
	return (struct diag_span){
		.file = file,
		.line = member->line,
		.column = member->column,
		.len = member->key_len,
	};
}

const char *tree_kind_name(enum tree_kind kind)
{
	static const char *const names[] = {
		[TREE_NULL] = "null",      [TREE_BOOL] = "a boolean",  [TREE_INT] = "an integer",
		[TREE_FLOAT] = "a number", [TREE_STRING] = "a string", [TREE_SEQ] = "a list",
		[TREE_MAP] = "a mapping",
	};

	assert(kind <= TREE_MAP);
	return names[kind];
}

/*
 * The first thing in the text opens a JSON object or array, not a template; it may still be YAML.
 */
static bool may_be_json(const struct diag_file *file)
{
	size_t at = tree_bom_size(file->text, file->len);

	while (at < file->len && strchr(" \t\r\n", file->text[at]))
		at++;
	if (at < file->len && file->text[at] == '{')
		return at + 1 == file->len || file->text[at + 1] != '{';
	return at < file->len && file->text[at] == '[';
}

static bool is_farther(const struct tree_place *a, const struct tree_place *b)
{
	return a->line != b->line ? a->line > b->line : a->column > b->column;
}

static bool is_named_json(const struct diag_file *file)
{
	const char *dot = strrchr(file->name, '.');

	return dot && strcmp(dot, ".json") == 0;
}

/*
 * What starts like JSON and does not parse is YAML with flow collections, comments or trailing
 * commas. If it is not that either, the reader that came farther knows better what is wrong.
 */
static bool explains_better(const struct tree_input *input, const struct tree_parse *json,
			    const struct tree_parse *yaml)
{
	if (is_farther(&json->error_place, &yaml->error_place))
		return true;
	return is_named_json(input->file) && !is_farther(&yaml->error_place, &json->error_place);
}

/* The attempt that counts. */
static struct tree_parse *parse_text(const struct tree_input *input, struct tree_parse *json,
				     struct tree_parse *yaml)
{
	bool was_json_tried = may_be_json(input->file);

	if (was_json_tried) {
		tree_parse_json(input, json);
		if (!json->is_malformed)
			return json;
	}
	tree_parse_yaml(input, yaml);
	if (was_json_tried && yaml->is_malformed && explains_better(input, json, yaml))
		return json;
	return yaml;
}

static int deliver(const struct tree_parse *parse, const struct diag_file *file,
		   tree_document_fn fn, void *arg)
{
	for (size_t i = 0; i < parse->roots.n; i++) {
		int ret = fn(arg, parse->roots.items[i], file);

		if (ret)
			return ret;
	}
	return 0;
}

int tree_read(const struct diag_file *file, const struct tree_limits *limits, struct arena *arena,
	      struct intern *intern, struct diag_list *diags, tree_document_fn fn, void *arg)
{
	struct tree_input input = {
		.file = file,
		.limits = limits ? limits : &tree_default_limits,
		.arena = arena,
		.intern = intern,
	};
	struct tree_parse json = {0};
	struct tree_parse yaml = {0};
	struct tree_parse *best;
	int ret;

	if (file->len > input.limits->size) {
		diag_add(diags, DIAG_BH0004, (struct diag_span){.file = file},
			 "the text is longer than %zu bytes", input.limits->size);
		return 0;
	}
	if (!tree_text_check(file, diags, &input.facts))
		return 0;

	diag_list_init(&json.diags, diags->arena);
	diag_list_init(&yaml.diags, diags->arena);
	best = parse_text(&input, &json, &yaml);
	diag_list_append(diags, &best->diags);
	ret = deliver(best, file, fn, arg);
	vec_release(&json.roots);
	vec_release(&yaml.roots);
	return ret;
}
