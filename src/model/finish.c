/* SPDX-License-Identifier: Apache-2.0 */
/* The last steps: what is said once for the whole input, and the snapshot's sorted arrays. */
#include "model/loader.h"

#include <string.h>

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static void report_untyped(struct model_loader *loader, struct diag_list *diags)
{
	const struct model_lack *lack = &loader->untyped;

	if (lack->n > 0)
		diag_add(diags, DIAG_BH0101, lack->span,
			 "%u document%s without apiVersion and kind %s passed over; the first is "
			 "here",
			 lack->n, plural(lack->n), lack->n == 1 ? "is" : "are");
}

static void report_unnamed(struct model_loader *loader, struct diag_list *diags)
{
	const struct model_lack *lack = &loader->without_namespace;
	struct diag *diag;

	if (lack->n == 0 || loader->default_is_given)
		return;
	diag = diag_add(diags, DIAG_BH0102, lack->span,
			"%u object%s without a namespace %s taken to be in '%s'; the first is here",
			lack->n, plural(lack->n), lack->n == 1 ? "is" : "are",
			loader->options.default_namespace);
	diag_hint(diags, diag, "name another namespace with -n");
}

static int compare_kinds(const void *a, const void *b)
{
	const struct model_kind_count *x = a;
	const struct model_kind_count *y = b;
	int order = strcmp(x->group, y->group);

	return order ? order : strcmp(x->kind, y->kind);
}

static struct model_kind_count *count_kinds(struct model_loader *loader, enum model_role role,
					    uint32_t *ret_n)
{
	struct model_kind_count *counts;
	uint32_t n = 0;

	counts = arena_alloc_n(&loader->snapshot->arena, loader->seen.n, sizeof(*counts));
	for (size_t i = 0; i < loader->seen.n; i++) {
		const struct model_kind_seen *seen = &loader->seen.items[i];

		if (seen->known->role == role)
			counts[n++] = (struct model_kind_count){seen->group, seen->kind, seen->n};
	}
	if (n > 1)
		qsort(counts, n, sizeof(*counts), compare_kinds);
	*ret_n = n;
	return counts;
}

static void report_not_evaluated(struct model_loader *loader, struct diag_list *diags)
{
	for (size_t i = 0; i < loader->seen.n; i++) {
		const struct model_kind_seen *seen = &loader->seen.items[i];

		if (seen->known->role == MODEL_ROLE_NOT_EVALUATED)
			diag_add(diags, DIAG_BH0106, seen->span,
				 "%u %s (%s) %s not evaluated: answers are without what %s",
				 seen->n, seen->kind, seen->group, seen->n == 1 ? "is" : "are",
				 seen->n == 1 ? "it allows or denies" : "they allow or deny");
	}
}

static void report_ignored(struct model_snapshot *snapshot, struct diag_list *diags)
{
	struct strbuf kinds = {0};
	uint32_t n = 0;

	for (uint32_t i = 0; i < snapshot->n_ignored; i++) {
		strbuf_printf(&kinds, "%s%s %u", i ? ", " : "", snapshot->ignored[i].kind,
			      snapshot->ignored[i].n);
		n += snapshot->ignored[i].n;
	}
	if (n > 0)
		diag_add(diags, DIAG_BH0107, (struct diag_span){0},
			 "%u object%s of kinds that do not matter here: %s", n, plural(n),
			 strbuf_str(&kinds));
	strbuf_release(&kinds);
}

static void report_counts(struct model_loader *loader, struct diag_list *diags)
{
	struct model_snapshot *snapshot = loader->snapshot;

	snapshot->not_evaluated =
		count_kinds(loader, MODEL_ROLE_NOT_EVALUATED, &snapshot->n_not_evaluated);
	snapshot->ignored = count_kinds(loader, MODEL_ROLE_IGNORED, &snapshot->n_ignored);
	report_untyped(loader, diags);
	report_unnamed(loader, diags);
	report_not_evaluated(loader, diags);
	report_ignored(snapshot, diags);
}

static void take_assumptions(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;
	size_t n = loader->assumptions.n;

	snapshot->assumptions = arena_alloc_n(&snapshot->arena, n, sizeof(*snapshot->assumptions));
	for (size_t i = 0; i < n; i++)
		snapshot->assumptions[i].text = loader->assumptions.items[i];
	snapshot->n_assumptions = (uint32_t)n;
}

struct model_snapshot *model_loader_finish(struct model_loader *loader, struct diag_list *diags)
{
	struct model_snapshot *snapshot = loader->snapshot;

	report_counts(loader, diags);
	model_make_nodes(loader);
	model_make_workloads(loader);
	model_assume(loader);
	model_sort(loader);
	model_index_build(snapshot, &loader->accounts);
	model_give_addresses(loader, diags);
	model_make_backends(loader);
	model_make_routes(loader);
	take_assumptions(loader);
	model_take_manifests(loader);
	loader->snapshot = NULL;
	model_loader_free(loader);
	return snapshot;
}
