/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of every source, those of annotations in full. */
#include "scan/check.h"
#include "scan/config.h"

#include <string.h>

#define ANNOTATION "bulkhead.dev/ignore"

static uint32_t number_of(const struct tree_node *map, const char *key)
{
	return (uint32_t)(tree_member(map, key) - map->members);
}

static void read_annotation(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *annotations =
		scan_node(manifest->root, "metadata", "annotations", NULL);
	const struct tree_node *metadata = tree_get(manifest->root, "metadata");
	const struct tree_member *member = tree_member(annotations, ANNOTATION);
	struct scan_exception *exception;

	if (!member)
		return;
	exception = vec_add(&scan->exceptions);
	exception->source = SCAN_EXCEPTION_ANNOTATION;
	exception->kind = manifest->kind;
	exception->ns = exception->place = scan_at_manifest(manifest, exception->span).ns;
	exception->name = manifest->name;
	exception->span = tree_key_span(manifest->file, member);
	exception->list = annotations->len > 1 ? annotations : metadata;
	exception->number =
		number_of(exception->list, annotations->len > 1 ? ANNOTATION : "annotations");
	if (member->value->kind == TREE_STRING)
		scan_exception_parse(member->value->text, &scan->arena, exception);
	else
		exception->problem = "it must be a text";
}

/* The files of the input stand together in the order of the objects. */
void scan_exceptions_read(struct scan *scan)
{
	const struct diag_file *before = NULL;

	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];

		if (manifest->file != before)
			scan_exceptions_read_comments(scan, manifest->file);
		before = manifest->file;
		read_annotation(scan, manifest);
	}
	for (size_t i = 0; scan->config && i < scan->config->exceptions.n; i++)
		vec_push(&scan->exceptions, scan->config->exceptions.items[i]);
}
