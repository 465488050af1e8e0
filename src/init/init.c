/* SPDX-License-Identifier: Apache-2.0 */
#include "init/init.h"

#include "base/intern.h"
#include "base/strbuf.h"
#include "init/profile.h"
#include "model/load.h"
#include "policy/ir.h"
#include "tree/tree.h"

#include <ctype.h>
#include <string.h>

struct making {
	const struct init_request *request;
	struct diag_list *diags;
	struct init_result *ret;
	const struct diag_file *file; /* of the template */
};

static const char *value_of(const struct making *making, const char *name)
{
	const struct init_request *request = making->request;

	if (strcmp(name, "namespace") == 0)
		return request->ns;
	for (size_t i = request->n_variables; i > 0; i--)
		if (strcmp(request->variables[i - 1].name, name) == 0)
			return request->variables[i - 1].value;
	return init_profile_value(request->profile, name);
}

static void refuse_variable(const struct making *making, struct diag_span span, const char *name)
{
	VEC(const char *) names = {0};
	const char *near;
	struct diag *diag =
		diag_add(making->diags, DIAG_BH0601, span, "there is no variable '%s'", name);

	for (size_t i = 0; i < init_n_variables(); i++)
		vec_push(&names, init_variable_name(i));
	near = diag_did_you_mean(name, names.items, names.n);
	if (near)
		diag_hint(making->diags, diag, "did you mean '%s'?", near);
	else
		diag_hint(making->diags, diag, "`bulkhead help init` lists them");
	vec_release(&names);
}

/* Adds the line with its variables filled in; not if one of them has no value. */
static void fill_line(const struct making *making, const char *line, size_t len, uint32_t number,
		      struct strbuf *ret)
{
	const size_t before = ret->len;

	for (size_t at = 0; at < len; at++) {
		const char *end = line[at] == '$' && at + 1 < len && line[at + 1] == '{'
					  ? memchr(line + at, '}', len - at)
					  : NULL;
		const char *name, *value;

		if (!end) {
			strbuf_addch(ret, line[at]);
			continue;
		}
		name = arena_strndup(&making->ret->arena, line + at + 2,
				     (size_t)(end - line) - at - 2);
		value = value_of(making, name);
		if (!value)
			refuse_variable(
				making,
				(struct diag_span){making->file, number, (uint32_t)at + 1,
						   (uint32_t)(end - line - (ssize_t)at) + 1},
				name);
		if (!value || !*value) {
			ret->len = before;
			if (ret->text)
				ret->text[before] = '\0';
			return;
		}
		strbuf_addstr(ret, value);
		at = (size_t)(end - line);
	}
	strbuf_addch(ret, '\n');
}

struct named {
	bool is_document; /* and not only comments */
	const char *kind;
	const char *name;
};

static int name_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct named *named = arg;

	(void)file;
	named->is_document = true;
	named->kind = tree_get_string(root, "kind");
	named->name = tree_get_string(tree_get(root, "metadata"), "name");
	return 0;
}

static const char *file_name(struct making *making, const char *text, size_t len)
{
	struct arena *arena = &making->ret->arena;
	const struct diag_file file = {.name = "init", .text = text, .len = len};
	struct named named = {0};
	struct diag_list problems; /* which the whole shows */
	struct intern keys;
	char *ret;

	diag_list_init(&problems, arena);
	intern_init(&keys, arena);
	tree_read(&file, NULL, arena, &keys, &problems, name_document, &named);
	intern_release(&keys);
	if (named.is_document && !named.kind)
		diag_add(making->diags, DIAG_BH0601, (struct diag_span){0},
			 "a document of the template has no 'kind'");
	ret = arena_printf(arena, "%s-%s.yaml", named.kind ? named.kind : "object",
			   named.name ? named.name : "unnamed");
	for (char *at = ret; *at; at++)
		*at = *at == '/' ? '-' : (char)tolower((unsigned char)*at);
	return ret;
}

static void take_document(struct making *making, struct strbuf *text)
{
	struct arena *arena = &making->ret->arena;

	if (text->len) {
		const char *copy = arena_strndup(arena, text->text, text->len);

		vec_push(&making->ret->documents,
			 ((struct init_document){file_name(making, copy, text->len), copy}));
	}
	strbuf_clear(text);
}

static void fill(struct making *making)
{
	const char *text = making->file->text;
	struct strbuf document = {0};
	uint32_t number = 0;

	while (*text) {
		const size_t len = strcspn(text, "\n");

		number++;
		if (len == 3 && memcmp(text, "---", 3) == 0)
			take_document(making, &document);
		else
			fill_line(making, text, len, number, &document);
		text += len + (text[len] == '\n');
	}
	take_document(making, &document);
	strbuf_release(&document);
}

/* As it would be read: what an API server refuses is not written. */
static void check(struct making *making)
{
	const struct model_options options = {.default_namespace = making->request->ns};
	const struct policy_options policies = {0};
	struct model_loader *loader = model_loader_new(&options);
	struct model_snapshot *snapshot;
	struct diag_list problems;

	diag_list_init(&problems, making->diags->arena);
	for (size_t i = 0; i < making->ret->documents.n; i++) {
		const struct init_document *document = &making->ret->documents.items[i];

		model_load_text(loader, arena_strdup(making->diags->arena, document->name),
				document->text, strlen(document->text), &problems);
	}
	snapshot = model_loader_finish(loader, &problems);
	policy_set_build(snapshot, &policies, &problems);
	for (const struct diag *diag = problems.first; diag; diag = diag->next)
		if (diag->severity == DIAG_ERROR)
			diag_add(making->diags, DIAG_BH0601, (struct diag_span){0}, "%s:%u: %s",
				 diag->span.file ? diag->span.file->name : "", diag->span.line,
				 diag->message);
	model_snapshot_free(snapshot);
}

void init_make(struct init_result *ret, const struct init_request *request, struct diag_list *diags)
{
	struct making making = {.request = request, .diags = diags, .ret = ret};
	struct diag_file own = {.name = request->profile};

	*ret = (struct init_result){0};
	arena_init(&ret->arena);
	own.text = init_profile_template(request->profile, &ret->arena);
	own.len = strlen(own.text);
	making.file = request->template ? request->template : &own;
	fill(&making);
	if (diags->n_errors == 0)
		check(&making);
}

void init_result_release(struct init_result *result)
{
	vec_release(&result->documents);
	arena_release(&result->arena);
}
