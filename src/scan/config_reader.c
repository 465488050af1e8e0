/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/config_reader.h"

#include "model/find.h"

#include <assert.h>
#include <string.h>

struct diag *config_refuse(const struct config_reader *reader, const struct tree_node *node,
			   const char *what, const char *expected)
{
	return diag_add(&reader->config->diags, DIAG_BH0203, tree_span(reader->file, node),
			"%s must be %s", what, expected);
}

static void refuse_key(const struct config_reader *reader, const struct tree_member *member,
		       const struct config_key *keys, size_t n)
{
	struct diag_list *diags = &reader->config->diags;
	const char *names[16];
	const char *near;
	struct diag *diag;

	assert(n <= sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < n; i++)
		names[i] = keys[i].name;
	diag = diag_add(diags, DIAG_BH0201, tree_key_span(reader->file, member),
			"the configuration has no key '%s' here", member->key);
	near = diag_did_you_mean(member->key, names, n);
	if (near)
		diag_hint(diags, diag, "did you mean '%s'?", near);
}

void config_read_map(struct config_reader *reader, const struct tree_node *map,
		     const struct config_key *keys, size_t n)
{
	if (map->kind != TREE_MAP) {
		config_refuse(reader, map, "this", "a mapping");
		return;
	}
	for (uint32_t i = 0; i < map->len; i++) {
		size_t k = 0;

		while (k < n && strcmp(keys[k].name, map->members[i].key) != 0)
			k++;
		if (k == n)
			refuse_key(reader, &map->members[i], keys, n);
		else if (keys[k].read)
			keys[k].read(reader, &map->members[i]);
	}
}

const char *config_text(const struct config_reader *reader, const struct tree_node *node,
			const char *what)
{
	if (node->kind == TREE_SEQ || node->kind == TREE_MAP || node->kind == TREE_NULL) {
		config_refuse(reader, node, what, "a text");
		return NULL;
	}
	return intern_strn(&reader->config->intern, node->text, node->len);
}

void config_read_texts(const struct config_reader *reader, const struct tree_member *member,
		       struct scan_texts *ret)
{
	const struct tree_node *list = member->value;

	if (list->kind != TREE_SEQ)
		config_refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++) {
		const char *text = config_text(reader, list->items[i], "an item of the list");

		if (text)
			vec_push(ret, text);
	}
}

bool config_read_pattern(const struct config_reader *reader, const struct tree_node *node,
			 struct scan_pattern *ret)
{
	struct scan_config *config = reader->config;
	const char *text = config_text(reader, node, "an object");
	const char *first = text ? strchr(text, '/') : NULL;
	const char *last = text ? strrchr(text, '/') : NULL;

	if (!first || first == text || !last[1] || (first != last && last == first + 1)) {
		if (text)
			config_refuse(
				reader, node, "an object",
				"NAMESPACE/NAME or NAMESPACE/KIND/NAME, with '*' for anything");
		return false;
	}
	*ret = (struct scan_pattern){
		.ns = intern_strn(&config->intern, text, (size_t)(first - text)),
		.name = intern_str(&config->intern, last + 1),
	};
	if (first != last) {
		const char *kind =
			intern_strn(&config->intern, first + 1, (size_t)(last - first - 1));
		const char *full = model_kind_name(kind);

		ret->kind = full ? full : kind;
	}
	return true;
}

void config_read_patterns(const struct config_reader *reader, const struct tree_member *member,
			  struct scan_patterns *ret)
{
	const struct tree_node *list = member->value;
	struct scan_pattern pattern;

	if (list->kind != TREE_SEQ)
		config_refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++)
		if (config_read_pattern(reader, list->items[i], &pattern))
			vec_push(ret, pattern);
}

void config_read_items(struct config_reader *reader, const struct tree_member *member,
		       void (*fn)(struct config_reader *reader, const struct tree_node *item))
{
	const struct tree_node *list = member->value;

	if (list->kind != TREE_SEQ && list->kind != TREE_NULL)
		config_refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++)
		fn(reader, list->items[i]);
}
