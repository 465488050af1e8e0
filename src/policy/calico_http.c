/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP match of a rule: checked, and kept as a condition in the words of the API. */
#include "policy/calico.h"

#include "base/arena.h"

#include <string.h>

#define ITEMS_MAX 20
#define PATH_MAX_LEN 1024

enum { HTTP_METHODS, HTTP_PATHS, N_HTTP_FIELDS };

static const struct policy_field http_fields[] = {
	[HTTP_METHODS] = {"methods", POLICY_TYPE_LIST},
	[HTTP_PATHS] = {"paths", POLICY_TYPE_LIST},
};

static const struct policy_alias http_aliases[] = {
	{"method", "did you mean 'methods'? It is a list"},
	{"path", "did you mean 'paths'? It is a list: - exact: /PATH"},
	{NULL, NULL},
};

const struct policy_schema calico_http_schema = {
	.what = "'http'",
	.fields = http_fields,
	.n_fields = N_HTTP_FIELDS,
	.aliases = http_aliases,
};

enum { PATH_EXACT, PATH_PREFIX, N_PATH_FIELDS };

static const struct policy_field path_fields[] = {
	[PATH_EXACT] = {"exact", POLICY_TYPE_STRING},
	[PATH_PREFIX] = {"prefix", POLICY_TYPE_STRING},
};

const struct policy_schema calico_path_schema = {
	.what = "a path",
	.fields = path_fields,
	.n_fields = N_PATH_FIELDS,
};

static void check_twice(struct policy_reader *reader, const struct tree_node *list, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (list->items[i]->kind == TREE_STRING &&
		    strcmp(list->items[i]->text, list->items[at]->text) == 0)
			policy_error(reader, DIAG_BH0203, policy_span(reader, list->items[at]),
				     "method '%s' is there twice", list->items[at]->text);
}

static void read_methods(struct policy_reader *reader, const struct tree_node *list,
			 struct strbuf *ret)
{
	bool is_any = false;

	if (!list || list->len == 0)
		return;
	policy_check_len(reader, "methods", list, (struct policy_bounds){0, ITEMS_MAX});
	strbuf_addstr(ret, "the HTTP method is ");
	for (uint32_t i = 0; i < list->len; i++) {
		const struct tree_node *item = list->items[i];

		if (!policy_string_check(reader, "a method", item) || item->kind != TREE_STRING)
			continue;
		check_twice(reader, list, i);
		is_any |= strcmp(item->text, "*") == 0;
		strbuf_printf(ret, "%s%s", i ? ", " : "", item->text);
	}
	if (is_any)
		strbuf_clear(ret);
}

static void check_path(struct policy_reader *reader, const struct tree_node *node)
{
	if (node->text[0] != '/' || strpbrk(node->text, "? #"))
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "path '%s' must start with '/' and have no '?', '#' or blank",
			     node->text);
	if (node->len > PATH_MAX_LEN)
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "a path must have at most %d characters", PATH_MAX_LEN);
}

static void read_path(struct policy_reader *reader, const struct tree_node *item,
		      struct strbuf *ret)
{
	const struct tree_node *exact, *prefix, *path;
	struct policy_fields fields;

	if (!policy_schema_read(reader, &calico_path_schema, item, &fields))
		return;
	exact = fields.values[PATH_EXACT];
	prefix = fields.values[PATH_PREFIX];
	path = exact && exact->len ? exact : prefix;
	if (!path || path->len == 0) {
		policy_error(reader, DIAG_BH0204, policy_span(reader, item),
			     "a path needs 'exact' or 'prefix'");
		return;
	}
	if (path == exact && prefix && prefix->len)
		policy_error(reader, DIAG_BH0203, policy_span(reader, item),
			     "a path must have only one of 'exact' and 'prefix'");
	check_path(reader, path);
	strbuf_printf(ret, "%s %s", path == exact ? "is" : "is under", path->text);
}

static void read_paths(struct policy_reader *reader, const struct tree_node *list,
		       struct strbuf *ret)
{
	if (!list || list->len == 0)
		return;
	policy_check_len(reader, "paths", list, (struct policy_bounds){0, ITEMS_MAX});
	strbuf_printf(ret, "%sthe HTTP path ", ret->len ? " and " : "");
	for (uint32_t i = 0; i < list->len; i++) {
		strbuf_addstr(ret, i ? " or " : "");
		read_path(reader, list->items[i], ret);
	}
}

const char *calico_http_read(struct policy_reader *reader, const struct tree_node *node)
{
	struct strbuf text = {0};
	struct policy_fields fields;
	const char *ret = NULL;

	policy_schema_read(reader, &calico_http_schema, node, &fields);
	read_methods(reader, fields.values[HTTP_METHODS], &text);
	read_paths(reader, fields.values[HTTP_PATHS], &text);
	if (text.len)
		ret = arena_strdup(&reader->snapshot->arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}
