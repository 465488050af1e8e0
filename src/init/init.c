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

/* A document that is being filled in, and where each of its lines is in the template. */
struct draft {
	struct strbuf text;
	VEC(uint32_t) lines;
};

struct making {
	const struct init_request *request;
	struct diag_list *diags;
	struct init_result *ret;
	const struct diag_file *file; /* the template */
	struct draft draft;
	VEC(const uint32_t *) lines; /* by document */
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

/* What "${name}" at `at` stands for. NULL: it has no value, or there is no such variable. */
static const char *resolve(const struct making *making, const char *at, const char *end,
			   struct diag_span span)
{
	const char *name = arena_strndup(&making->ret->arena, at + 2, (size_t)(end - at) - 2);
	const char *value = value_of(making, name);

	span.len = (uint32_t)(end - at) + 1;
	if (!value)
		refuse_variable(making, span, name);
	return value && *value ? value : NULL;
}

/* Adds the line with its variables filled in; not if one of them has no value. */
static void fill_line(struct making *making, const char *line, size_t len, uint32_t number)
{
	struct strbuf text = {0};
	bool is_whole = true;

	for (size_t at = 0; at < len && is_whole; at++) {
		const char *end = line[at] == '$' && at + 1 < len && line[at + 1] == '{'
					  ? memchr(line + at, '}', len - at)
					  : NULL;
		const struct diag_span span = {making->file, number, (uint32_t)at + 1, 0};
		const char *value = end ? resolve(making, line + at, end, span) : NULL;

		if (!end)
			strbuf_addch(&text, line[at]);
		else if (value)
			strbuf_addstr(&text, value);
		is_whole = !end || value;
		at = end ? (size_t)(end - line) : at;
	}
	if (is_whole) {
		strbuf_printf(&making->draft.text, "%s\n", strbuf_str(&text));
		vec_push(&making->draft.lines, number);
	}
	strbuf_release(&text);
}

struct named {
	bool is_document; /* and not only comments */
	bool is_broken;   /* no YAML */
	const char *kind;
	const char *name;
	const char *ns;
};

static int name_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct named *named = arg;

	(void)file;
	named->is_document = true;
	named->kind = tree_get_string(root, "kind");
	named->name = tree_get_string(tree_get(root, "metadata"), "name");
	named->ns = tree_get_string(tree_get(root, "metadata"), "namespace");
	return 0;
}

/* What the draft is; of one that does not parse, what it begins with. */
static struct named name_draft(struct making *making)
{
	struct arena *arena = &making->ret->arena;
	const struct strbuf *text = &making->draft.text;
	const struct diag_file file = {.name = "", .text = strbuf_str(text), .len = text->len};
	struct named named = {0};
	struct diag_list problems; /* which the whole shows */
	struct intern keys;

	diag_list_init(&problems, arena);
	intern_init(&keys, arena);
	tree_read(&file, NULL, arena, &keys, &problems, name_document, &named);
	intern_release(&keys);
	named.is_document |= problems.n_errors > 0;
	named.is_broken = problems.n_errors > 0;
	return named;
}

static bool is_taken(const struct init_result *result, const char *name)
{
	for (size_t i = 0; i < result->documents.n; i++)
		if (strcmp(result->documents.items[i].name, name) == 0)
			return true;
	return false;
}

/* "networkpolicy-default-deny.yaml"; with a number where there are several. */
static const char *file_name(struct init_result *result, const struct named *named)
{
	char *ret = arena_printf(&result->arena, "%s-%s", named->kind ? named->kind : "object",
				 named->name ? named->name : "unnamed");
	const char *whole;

	for (char *at = ret; *at; at++)
		*at = *at == '/' ? '-' : (char)tolower((unsigned char)*at);
	whole = arena_printf(&result->arena, "%s.yaml", ret);
	for (int i = 2; is_taken(result, whole); i++)
		whole = arena_printf(&result->arena, "%s-%d.yaml", ret, i);
	return whole;
}

/* What would not be part of the namespace, though somebody may mean it. */
static void check_place(struct making *making, const struct named *named, struct diag_span span)
{
	const char *ns = making->request->ns;
	const bool is_namespace = named->kind && strcmp(named->kind, "Namespace") == 0;
	const char *other = is_namespace ? named->name : named->ns;

	if (named->kind && !is_namespace && !named->ns && strstr(named->kind, "NetworkPolicy"))
		diag_hint(making->diags,
			  diag_add(making->diags, DIAG_BH0602, span,
				   "%s %s names no namespace: it goes where it is applied",
				   named->kind, named->name ? named->name : ""),
			  "write namespace: \"${namespace}\"");
	else if (other && strcmp(other, ns) != 0)
		diag_add(making->diags, DIAG_BH0602, span, "%s %s is of namespace %s, not of %s",
			 named->kind ? named->kind : "an object", named->name ? named->name : "",
			 other, ns);
}

/* Only comments are the next document's. */
static void take_document(struct making *making)
{
	struct init_result *ret = making->ret;
	struct draft *draft = &making->draft;
	struct init_document document;
	struct named named;
	struct diag_span span;
	uint32_t *lines;

	if (!draft->text.len)
		return;
	named = name_draft(making);
	if (!named.is_document)
		return;
	span = (struct diag_span){making->file, draft->lines.items[0], 1, 0};
	if (!named.kind && !named.is_broken)
		diag_add(making->diags, DIAG_BH0601, span,
			 "a document of the template has no 'kind'");
	check_place(making, &named, span);
	lines = arena_alloc_n(&ret->arena, draft->lines.n, sizeof(*lines));
	memcpy(lines, draft->lines.items, draft->lines.n * sizeof(*lines));
	vec_push(&making->lines, lines);
	document.name = file_name(ret, &named);
	document.text = arena_strndup(&ret->arena, draft->text.text, draft->text.len);
	vec_push(&ret->documents, document);
	strbuf_clear(&draft->text);
	vec_clear(&draft->lines);
}

/* "---", with nothing but a comment behind it. */
static bool is_separator(const char *line, size_t len)
{
	size_t at = 3;

	if (len < 3 || memcmp(line, "---", 3) != 0)
		return false;
	while (at < len && strchr(" \t\r", line[at]))
		at++;
	return at == len || (at > 3 && line[at] == '#');
}

static void fill(struct making *making)
{
	const char *text = making->file->text;
	uint32_t number = 0;

	while (*text) {
		const size_t len = strcspn(text, "\n");

		number++;
		if (is_separator(text, len))
			take_document(making);
		else
			fill_line(making, text, len, number);
		text += len + (text[len] == '\n');
	}
	take_document(making);
	strbuf_release(&making->draft.text);
	vec_release(&making->draft.lines);
	if (making->ret->documents.n == 0 && making->diags->n_errors == 0)
		diag_add(making->diags, DIAG_BH0601, (struct diag_span){.file = making->file},
			 "there is no document in the template");
}

/* The line of the template that a line of a document was made of. */
static struct diag_span place_of(const struct making *making, struct diag_span span)
{
	for (size_t i = 0; span.file && i < making->ret->documents.n; i++)
		if (strcmp(making->ret->documents.items[i].name, span.file->name) == 0)
			return (struct diag_span){making->file,
						  span.line ? making->lines.items[i][span.line - 1]
							    : making->lines.items[i][0],
						  span.column, span.len};
	return (struct diag_span){.file = making->file};
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

		model_load_text(loader, document->name, document->text, strlen(document->text),
				&problems);
	}
	snapshot = model_loader_finish(loader, &problems);
	policy_set_build(snapshot, &policies, &problems);
	for (const struct diag *diag = problems.first; diag; diag = diag->next)
		if (diag->severity == DIAG_ERROR) {
			struct diag *own = diag_add(making->diags, DIAG_BH0601,
						    place_of(making, diag->span), "%s",
						    diag->message);

			if (diag->hint)
				diag_hint(making->diags, own, "%s", diag->hint);
		}
	model_snapshot_free(snapshot);
}

void init_make(struct init_result *ret, const struct init_request *request, struct diag_list *diags)
{
	struct making making = {.request = request, .diags = diags, .ret = ret};
	struct diag_file *own = arena_alloc(diags->arena, sizeof(*own)); /* which diags point to */

	*ret = (struct init_result){0};
	arena_init(&ret->arena);
	own->name = arena_printf(diags->arena, "profile %s", request->profile);
	own->text = init_profile_template(request->profile, diags->arena);
	own->len = strlen(own->text);
	making.file = request->template ? request->template : own;
	fill(&making);
	if (diags->n_errors == 0)
		check(&making);
	vec_release(&making.lines);
}

void init_result_release(struct init_result *result)
{
	vec_release(&result->documents);
	arena_release(&result->arena);
}
