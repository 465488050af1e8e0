/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/coverage.h"

#include "analyze/coverage_build.h"
#include "analyze/owner.h"

#include <string.h>

bool coverage_counts(const struct model_pod *pod)
{
	return pod->origin == MODEL_DECLARED && !pod->host_network &&
	       !pod->workload->is_scaled_to_zero;
}

struct coverage_place *coverage_place(struct coverage_builder *builder, const char *name)
{
	const struct model_namespace *ns =
		name ? model_find_namespace(builder->cluster->snapshot, name) : NULL;

	return &builder->places[ns && ns->index < builder->n_places ? ns->index : builder->n_places];
}

static bool is_system(const struct analyze_coverage_extras *extras, const char *ns)
{
	for (size_t i = 0; i < extras->n_system; i++)
		if (strcmp(ns, extras->system[i]) == 0)
			return true;
	return analyze_is_system(ns);
}

static enum analyze_count state_of(const struct coverage_place *place,
				   const struct analyze_coverage_extras *extras)
{
	const uint64_t *counts = place->row.counts;

	if (is_system(extras, place->row.name))
		return ANALYZE_COUNT_EXEMPT;
	if (counts[ANALYZE_COUNT_INGRESS_DENY] == place->n_pods &&
	    counts[ANALYZE_COUNT_EGRESS_DENY] == place->n_pods)
		return ANALYZE_COUNT_PROTECTED;
	if (counts[ANALYZE_COUNT_INGRESS_NONE] == place->n_pods &&
	    counts[ANALYZE_COUNT_EGRESS_NONE] == place->n_pods)
		return ANALYZE_COUNT_UNPROTECTED;
	return ANALYZE_COUNT_PARTIAL;
}

static void add_row(struct analyze_coverage_row *to, const struct analyze_coverage_row *from)
{
	for (int i = 0; i < ANALYZE_N_COUNTS; i++)
		to->counts[i] += from->counts[i];
}

static bool is_empty(const struct analyze_coverage_row *row)
{
	for (int i = 0; i < ANALYZE_N_COUNTS; i++)
		if (row->counts[i])
			return false;
	return true;
}

static int compare_names(const void *left, const void *right)
{
	const struct analyze_coverage_row *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static void add_owner(struct analyze_coverage *coverage, const struct analyze_coverage_row *row)
{
	const char *name = row->owner ? row->owner : "";
	struct analyze_coverage_row *owner = NULL;

	for (size_t i = 0; i < coverage->owners.n && !owner; i++)
		if (strcmp(coverage->owners.items[i].name, name) == 0)
			owner = &coverage->owners.items[i];
	if (!owner) {
		owner = vec_add(&coverage->owners);
		owner->name = name;
		owner->level = ANALYZE_NO_LEVEL;
	}
	add_row(owner, row);
}

static void add_extras(struct coverage_builder *builder,
		       const struct analyze_coverage_extras *extras)
{
	for (size_t i = 0; i < extras->items.n; i++) {
		const struct analyze_coverage_extra *extra = &extras->items.items[i];

		coverage_place(builder, extra->ns)->row.counts[extra->count] += extra->n;
	}
}

static void take_rows(struct coverage_builder *builder,
		      const struct analyze_coverage_extras *extras)
{
	struct analyze_coverage *coverage = builder->coverage;

	for (uint32_t i = 0; i < builder->n_places; i++) {
		struct coverage_place *place = &builder->places[i];

		if (place->n_pods)
			place->row.counts[state_of(place, extras)]++;
		coverage_grade(coverage, place);
		if (is_empty(&place->row))
			continue;
		vec_push(&coverage->namespaces, place->row);
		add_row(&coverage->total, &place->row);
		add_owner(coverage, &place->row);
	}
	coverage->unplaced = builder->places[builder->n_places].row;
	add_row(&coverage->total, &coverage->unplaced);
	if (coverage->owners.n)
		qsort(coverage->owners.items, coverage->owners.n, sizeof(*coverage->owners.items),
		      compare_names);
}

/* Of the namespaces that have come least far, the one that most pairs of pods are open in. */
static void choose_next(struct analyze_coverage *coverage)
{
	const struct analyze_coverage_row *best = NULL;

	for (size_t i = 0; i < coverage->namespaces.n; i++) {
		const struct analyze_coverage_row *row = &coverage->namespaces.items[i];

		if (row->next &&
		    (!best || row->level < best->level ||
		     (row->level == best->level &&
		      row->counts[ANALYZE_COUNT_ALLOWED] > best->counts[ANALYZE_COUNT_ALLOWED])))
			best = row;
	}
	if (best)
		coverage->total.next =
			arena_printf(&coverage->arena, "%s: %s", best->name, best->next);
}

static void make_places(struct coverage_builder *builder)
{
	const struct model_snapshot *snapshot = builder->cluster->snapshot;
	const uint32_t n = snapshot->n_namespaces;

	builder->n_places = n;
	builder->places = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*builder->places));
	memset(builder->places, 0, (n + 1) * sizeof(*builder->places));
	builder->places[n].row.level = ANALYZE_NO_LEVEL;
	for (uint32_t i = 0; i < n; i++)
		builder->places[i].row.name = snapshot->namespaces[i]->name;
}

static void take_owner(void *arg, const struct model_namespace *ns, const char *owner)
{
	struct coverage_builder *builder = arg;

	if (ns->index < builder->n_places)
		builder->places[ns->index].row.owner = owner;
}

void analyze_coverage_build(struct analyze_coverage *ret, struct analyze_cluster *cluster,
			    const struct analyze_coverage_extras *extras)
{
	struct coverage_builder builder = {.coverage = ret, .cluster = cluster};

	*ret = (struct analyze_coverage){
		.cluster = cluster,
		.has_tests = extras->has_tests,
		.has_adequacy = extras->has_adequacy,
	};
	arena_init(&ret->arena);
	ret->total.level = ANALYZE_NO_LEVEL;
	make_places(&builder);
	coverage_count_pods(&builder);
	coverage_count_policies(&builder);
	coverage_count_pairs(&builder);
	add_extras(&builder, extras);
	analyze_owners_each(cluster->snapshot, take_owner, &builder);
	take_rows(&builder, extras);
	choose_next(ret);
	free(builder.places);
}

void analyze_coverage_release(struct analyze_coverage *coverage)
{
	vec_release(&coverage->namespaces);
	vec_release(&coverage->owners);
	arena_release(&coverage->arena);
}
