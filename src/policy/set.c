/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/frontend.h"

#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct policy_tier *list_tiers(struct arena *arena)
{
	static const struct policy_tier tiers[POLICY_N_TIERS] = {
#define X(id, name, layer) [POLICY_TIER_##id] = {name, layer},
		POLICY_TIERS(X)
#undef X
	};
	struct policy_tier *list = arena_alloc_n(arena, POLICY_N_TIERS, sizeof(*list));

	memcpy(list, tiers, sizeof(tiers));
	return list;
}

/* Where the object says its version, else where it begins. */
static struct diag_span version_span(const struct model_policy_object *object)
{
	const struct tree_node *version = tree_get(object->root, "apiVersion");

	return version ? tree_span(object->file, version) : object->span;
}

static bool is_served(const struct policy_frontend *frontend, const char *version)
{
	for (const char *const *served = frontend->versions; *served; served++) {
		if (strcmp(*served, version) == 0)
			return true;
	}
	return false;
}

static void refuse_version(struct policy_reader *reader, const struct policy_frontend *frontend)
{
	const struct model_policy_object *object = reader->object;
	struct diag *diag = policy_error(reader, DIAG_BH0109, version_span(object),
					 "no Kubernetes has a %s in %s/%s", object->kind,
					 object->group, object->version);

	diag_hint(reader->diags, diag, "write 'apiVersion: %s'", frontend->successor);
}

static struct policy *read_object(struct policy_reader *reader)
{
	const struct model_policy_object *object = reader->object;
	const struct policy_frontend *frontend = policy_frontend_find(object->group, object->kind);
	struct policy *policy = arena_alloc(&reader->snapshot->arena, sizeof(*policy));

	assert(frontend); /* the snapshot has only kinds that are evaluated */
	*policy = (struct policy){
		.object = object,
		.group = object->group,
		.kind = object->kind,
		.ns = object->ns,
		.name = object->name,
		.tier = frontend->tier,
		.span = object->span,
	};
	reader->schemas = frontend->schemas;
	if (is_served(frontend, object->version))
		frontend->read(reader, policy);
	else
		refuse_version(reader, frontend);
	return policy;
}

static void reject(struct policy_reader *reader, struct policy_set *set)
{
	const struct model_policy_object *object = reader->object;
	struct diag *diag;

	set->rejected[set->n_rejected++] = (struct policy_rejected){object};
	if (!reader->options->skip_invalid)
		return;
	diag = diag_add(reader->diags, DIAG_BH0206, object->span,
			"this %s is left out: an API server would refuse it", object->kind);
	if (object->before)
		diag_relate(diag, object->before->span,
			    "it would have replaced this one, which stays");
}

static int compare_text(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (!a || !b)
		return a ? 1 : -1;
	return strcmp(a, b);
}

static int compare_policies(const void *left, const void *right)
{
	const struct policy *a = *(struct policy *const *)left;
	const struct policy *b = *(struct policy *const *)right;
	int order = (a->tier > b->tier) - (a->tier < b->tier);

	if (!order)
		order = (a->order > b->order) - (a->order < b->order);
	if (!order)
		order = compare_text(a->group, b->group);
	if (!order)
		order = compare_text(a->ns, b->ns);
	if (!order)
		order = compare_text(a->name, b->name);
	return order ? order : compare_text(a->kind, b->kind);
}

/* False: the object is rejected. */
static bool read_one(const struct policy_reader *common, struct policy_set *set,
		     const struct model_policy_object *object, struct diag_list *diags)
{
	struct policy_reader reader = *common;
	struct policy *policy;

	reader.diags = diags;
	reader.object = object;
	reader.failed = object->is_refused;
	policy = read_object(&reader);
	if (reader.failed)
		reject(&reader, set);
	else
		set->policies[set->n_policies++] = policy;
	return !reader.failed;
}

/* Reads every object; the diagnostics come in the order of the files, not of the names. */
static void read_all(const struct policy_reader *common, struct policy_set *set)
{
	struct diag_list *diags = common->diags;
	struct diag_list own;

	diag_list_init(&own, diags->arena);
	for (uint32_t i = 0; i < common->snapshot->n_policies; i++) {
		const struct model_policy_object *object = common->snapshot->policies[i];

		/* What is refused replaces nothing: the one before it stays. */
		while (!read_one(common, set, object, &own) && object->before &&
		       common->options->skip_invalid)
			object = object->before;
	}
	diag_list_sort(&own);
	diag_list_append(diags, &own);
}

/* How many objects there are with those that others replace. */
static size_t count_objects(const struct model_snapshot *snapshot)
{
	size_t n = 0;

	for (uint32_t i = 0; i < snapshot->n_policies; i++)
		for (const struct model_policy_object *object = snapshot->policies[i]; object;
		     object = object->before)
			n++;
	return n;
}

struct policy_set *policy_set_build(struct model_snapshot *snapshot,
				    const struct policy_options *options, struct diag_list *diags)
{
	const struct policy_reader common = {
		.snapshot = snapshot,
		.options = options,
		.diags = diags,
	};
	struct arena *arena = &snapshot->arena;
	struct policy_set *set = arena_alloc(arena, sizeof(*set));

	set->tiers = list_tiers(arena);
	set->n_tiers = POLICY_N_TIERS;
	set->policies = arena_alloc_n(arena, snapshot->n_policies, sizeof(*set->policies));
	set->rejected = arena_alloc_n(arena, count_objects(snapshot), sizeof(*set->rejected));
	read_all(&common, set);
	qsort(set->policies, set->n_policies, sizeof(*set->policies), compare_policies);
	for (uint32_t i = 0; i < set->n_policies; i++)
		set->policies[i]->index = i;
	return set;
}
