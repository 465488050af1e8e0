/* SPDX-License-Identifier: Apache-2.0 */
/* What the hints of the readers offer, as edits: another word, or the same one in other quotes. */
#include "scan/loading.h"

#include "scan/check.h"

#include <string.h>
#include <strings.h>

static bool begins(const char *text, const char *with)
{
	return text && strncmp(text, with, strlen(with)) == 0;
}

bool scan_is_about_quotes(const struct diag *diag)
{
	return (diag->code == DIAG_BH0202 || diag->code == DIAG_BH0104) &&
	       (begins(diag->hint, DIAG_HINT_QUOTE) || begins(diag->hint, DIAG_HINT_UNQUOTE));
}

/* The one word of a hint "did you mean 'from'?"; NULL: it says something else, or more. */
static const char *offered(struct scan *scan, const char *hint)
{
	const char *word = hint + strlen(DIAG_HINT_MEANT);
	const size_t len = begins(hint, DIAG_HINT_MEANT) ? strcspn(word, "'") : 0;

	return len && strcmp(word + len, "'?") == 0 ? arena_strndup(&scan->arena, word, len) : NULL;
}

/* The member below a node whose key stands at the span, and its mapping; or NULL. */
static const struct tree_member *key_at(const struct tree_node *node, const struct diag_span *span,
					const struct tree_node **ret_map)
{
	const struct tree_member *found = NULL;

	for (uint32_t i = 0; node->kind == TREE_SEQ && !found && i < node->len; i++)
		found = key_at(node->items[i], span, ret_map);
	for (uint32_t i = 0; node->kind == TREE_MAP && !found && i < node->len; i++) {
		const struct tree_member *member = &node->members[i];

		if (member->line != span->line || member->column != span->column) {
			found = key_at(member->value, span, ret_map);
			continue;
		}
		*ret_map = node;
		found = member;
	}
	return found;
}

/* The scalar below a node that stands at the span, or NULL. */
static const struct tree_node *scalar_at(const struct tree_node *node, const struct diag_span *span)
{
	const struct tree_node *found = NULL;

	for (uint32_t i = 0; node->kind == TREE_SEQ && !found && i < node->len; i++)
		found = scalar_at(node->items[i], span);
	for (uint32_t i = 0; node->kind == TREE_MAP && !found && i < node->len; i++)
		found = scalar_at(node->members[i].value, span);
	if (node->kind != TREE_SEQ && node->kind != TREE_MAP && node->line == span->line &&
	    node->column == span->column)
		found = node;
	return found;
}

/* Another key of the mapping is to get the same name. */
static bool has_rival(const struct scan *scan, const struct diag *diag,
		      const struct tree_node *root, const struct tree_node *map)
{
	for (const struct diag *other = scan->cluster->diags.first; other; other = other->next) {
		const struct tree_node *its = NULL;

		if (other != diag && other->code == diag->code && other->hint &&
		    other->span.file == diag->span.file && strcmp(other->hint, diag->hint) == 0 &&
		    key_at(root, &other->span, &its) && its == map)
			return true;
	}
	return false;
}

static void rename_field(struct scan *scan, struct scan_finding *finding, const struct diag *diag,
			 const struct tree_node *root)
{
	const char *word = offered(scan, diag->hint);
	const struct tree_node *map = NULL;
	const struct tree_member *member = word ? key_at(root, &diag->span, &map) : NULL;

	if (member && !tree_member(map, word) && !has_rival(scan, diag, root, map))
		scan_edit_key(scan, finding, diag->span.file, member, word);
}

/* What is only written in other letters than the API's is surely meant. */
static void replace_word(struct scan *scan, struct scan_finding *finding, const struct diag *diag,
			 const struct tree_node *scalar)
{
	const char *word = offered(scan, diag->hint);

	if (!word || scalar->kind != TREE_STRING)
		return;
	scan_edit_scalar(scan, finding, diag->span.file, scalar,
			 scalar->is_quoted ? arena_printf(&scan->arena, "\"%s\"", word) : word);
	if (finding->edits.n && strcasecmp(word, scalar->text) != 0)
		finding->fix = SCAN_FIX_SUGGESTED;
}

static bool is_decimal(const struct tree_node *scalar)
{
	return scalar->len && scalar->text[strspn(scalar->text, "0123456789")] == '\0' &&
	       (scalar->text[0] != '0' || scalar->len == 1);
}

static void change_quotes(struct scan *scan, struct scan_finding *finding, const struct diag *diag,
			  const struct tree_node *scalar)
{
	if (begins(diag->hint, DIAG_HINT_QUOTE) && scalar->kind != TREE_NULL)
		scan_edit_scalar(scan, finding, diag->span.file, scalar,
				 arena_printf(&scan->arena, "\"%s\"", scalar->text));
	else if (begins(diag->hint, DIAG_HINT_UNQUOTE) && is_decimal(scalar))
		scan_edit_scalar(scan, finding, diag->span.file, scalar, scalar->text);
}

/* The version that a cluster has may read the rest of the object in another way. */
static void replace_version(struct scan *scan, struct scan_finding *finding,
			    const struct diag *diag, const struct tree_node *scalar)
{
	const char *version = diag->hint + strlen(DIAG_HINT_VERSION);

	if (!begins(diag->hint, DIAG_HINT_VERSION))
		return;
	version = arena_strndup(&scan->arena, version, strcspn(version, "'"));
	scan_edit_scalar(scan, finding, diag->span.file, scalar,
			 scalar->is_quoted ? arena_printf(&scan->arena, "\"%s\"", version)
					   : version);
}

void scan_loading_fix(struct scan *scan, struct scan_finding *finding, const struct diag *diag)
{
	const struct model_manifest *manifest = scan_manifest_at(scan, &diag->span);
	const struct tree_node *scalar = manifest ? scalar_at(manifest->root, &diag->span) : NULL;

	scan_help(scan, finding, "%s", diag->hint);
	if (manifest && diag->code == DIAG_BH0201)
		rename_field(scan, finding, diag, manifest->root);
	else if (scalar && diag->code == DIAG_BH0203)
		replace_word(scan, finding, diag, scalar);
	else if (scalar && scan_is_about_quotes(diag))
		change_quotes(scan, finding, diag, scalar);
	else if (scalar && diag->code == DIAG_BH0109)
		replace_version(scan, finding, diag, scalar);
}
