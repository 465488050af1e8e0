/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/frontend.h"

#include "base/arena.h"
#include "base/vec.h"
#include "policy/idle.h"
#include "policy/source_port.h"
#include "policy/status.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What is read so far. */
struct reading {
	struct policy_set *set;
	struct policy_resources resources;
	VEC(struct policy *) policies;
};

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
					 "no Kubernetes has %s %s in %s/%s",
					 strchr("AEIOU", object->kind[0]) ? "an" : "a",
					 object->kind, object->group, object->version);

	diag_hint(reader->diags, diag, DIAG_HINT_VERSION "%s'", frontend->successor);
}

struct policy *policy_add(struct policy_reader *reader)
{
	const struct model_policy_object *object = reader->object;
	struct policy *policy = arena_alloc(&reader->snapshot->arena, sizeof(*policy));

	*policy = (struct policy){
		.object = object,
		.group = object->group,
		.kind = object->kind,
		.ns = object->ns,
		.name = object->name,
		.tier_key = policy_frontend_find(object->group, object->kind)->tier,
		.span = object->span,
	};
	vec_push(&reader->policies, policy);
	return policy;
}

static void read_object(struct policy_reader *reader)
{
	const struct model_policy_object *object = reader->object;
	const struct policy_frontend *frontend = policy_frontend_find(object->group, object->kind);

	assert(frontend); /* the snapshot has only kinds that are evaluated */
	reader->schemas = frontend->schemas;
	if (!is_served(frontend, object->version))
		refuse_version(reader, frontend);
	else if (frontend->read_resource)
		frontend->read_resource(reader);
	else
		frontend->read(reader, policy_add(reader));
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

static int compare_double(double a, double b)
{
	return (a > b) - (a < b);
}

static int compare_tiers(const void *left, const void *right)
{
	const struct policy_tier *a = left, *b = right;
	int order = (a->layer > b->layer) - (a->layer < b->layer);

	if (!order)
		order = compare_double(a->order, b->order);
	return order ? order : strcmp(a->name, b->name);
}

static int compare_names(const struct policy *a, const struct policy *b)
{
	int order = compare_text(a->group, b->group);

	if (!order)
		order = compare_text(a->ns, b->ns);
	if (!order)
		order = compare_text(a->name, b->name);
	return order ? order : compare_text(a->kind, b->kind);
}

static int compare_policies(const void *left, const void *right)
{
	const struct policy *a = *(struct policy *const *)left;
	const struct policy *b = *(struct policy *const *)right;
	int order = (a->tier > b->tier) - (a->tier < b->tier);

	if (!order)
		order = compare_double(a->order, b->order);
	if (!order && a->tie && b->tie)
		order = strcmp(a->tie, b->tie);
	if (!order)
		order = compare_names(a, b);
	return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* Why an object of this kind decides nothing, whatever it says; NULL: it does. */
static const char *find_idleness(const struct policy_reader *reader)
{
	const struct policy_options *options = reader->options;
	const struct model_policy_object *object = reader->object;
	struct arena *arena = &reader->snapshot->arena;

	if (options->cni_off && policy_cni_is_asked(object->group))
		return arena_printf(arena, "%s runs with %s", policy_cni_title(options->cni.id),
				    options->cni_off);
	return policy_cni_no_effect(&options->cni, object->group, object->kind, arena);
}

/* Takes over the policies of an object, which have no effect if nobody evaluates their kind. */
static void keep(const struct policy_reader *reader, struct reading *reading)
{
	const char *no_effect = find_idleness(reader);

	for (size_t i = 0; i < reader->policies.n; i++) {
		struct policy *policy = reader->policies.items[i];

		policy->part = (uint32_t)i;
		policy_source_port_apply(policy, reader->options->source_port);
		if (no_effect)
			policy->no_effect = no_effect;
		else if (!policy->no_effect)
			policy->no_effect = policy_cni_no_priority(&reader->options->cni,
								   policy->kind, policy->order);
		vec_push(&reading->policies, policy);
	}
}

/* False: the object is rejected. */
static bool read_one(const struct policy_reader *common, struct reading *reading,
		     const struct model_policy_object *object, struct diag_list *diags)
{
	struct policy_reader reader = *common;

	reader.diags = diags;
	reader.object = object;
	reader.failed = object->is_refused;
	read_object(&reader);
	policy_status_check(&reader);
	if (reader.failed)
		reject(&reader, reading->set);
	else if (reader.resource)
		vec_push(&reading->resources, ((struct policy_resource){object, reader.resource}));
	else
		keep(&reader, reading);
	vec_release(&reader.policies);
	return !reader.failed;
}

static bool is_resource(const struct model_policy_object *object)
{
	return policy_frontend_find(object->group, object->kind)->read_resource;
}

/* Reads the resources, or the policies. */
static void read_kinds(const struct policy_reader *common, struct reading *reading,
		       bool are_resources, struct diag_list *diags)
{
	for (uint32_t i = 0; i < common->snapshot->n_policies; i++) {
		const struct model_policy_object *object = common->snapshot->policies[i];

		/* What is refused replaces nothing: the one before it stays. */
		while (is_resource(object) == are_resources &&
		       !read_one(common, reading, object, diags) && object->before &&
		       common->options->skip_invalid)
			object = object->before;
	}
}

/* The diagnostics come in the order of the files, not of the names. */
static void read_all(const struct policy_reader *common, struct reading *reading)
{
	struct diag_list own;

	diag_list_init(&own, common->diags->arena);
	read_kinds(common, reading, true, &own);
	read_kinds(common, reading, false, &own);
	diag_list_sort(&own);
	diag_list_append(common->diags, &own);
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

/* The tiers of the policies, each once. */
static void list_tiers(struct reading *reading, struct arena *arena)
{
	struct policy_set *set = reading->set;
	uint32_t n = 0;

	set->tiers = arena_alloc_n(arena, reading->policies.n, sizeof(*set->tiers));
	for (size_t i = 0; i < reading->policies.n; i++)
		set->tiers[i] = reading->policies.items[i]->tier_key;
	if (reading->policies.n)
		qsort(set->tiers, reading->policies.n, sizeof(*set->tiers), compare_tiers);
	for (size_t i = 0; i < reading->policies.n; i++)
		if (!n || compare_tiers(&set->tiers[n - 1], &set->tiers[i]) != 0)
			set->tiers[n++] = set->tiers[i];
	set->n_tiers = n;
}

static uint32_t tier_number(const struct policy_set *set, const struct policy_tier *key)
{
	const struct policy_tier *tier =
		bsearch(key, set->tiers, set->n_tiers, sizeof(*key), compare_tiers);

	return (uint32_t)(tier - set->tiers);
}

/* A staged policy is a new version of the one of its name, if there is one. */
static void mark_replaced(struct policy_set *set, const struct policy *staged)
{
	for (uint32_t i = 0; i < set->n_policies && staged->replaces_kind; i++) {
		struct policy *other = set->policies[i];

		if (!other->is_staged && strcmp(other->kind, staged->replaces_kind) == 0 &&
		    strcmp(other->group, staged->replaces_group) == 0 && other->ns == staged->ns &&
		    other->name == staged->name)
			other->is_replaced = true;
	}
}

static bool asks_own_node(const struct policy *policy)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			if (policy_rule_has(&policy->rules[direction][i], POLICY_PEER_OWN_NODE))
				return true;
	return false;
}

/* Puts the policies in order, those without effect apart. */
static void order_policies(struct reading *reading, struct arena *arena)
{
	struct policy_set *set = reading->set;
	const size_t n = reading->policies.n;

	set->policies = arena_alloc_n(arena, n, sizeof(*set->policies));
	set->idle = arena_alloc_n(arena, n, sizeof(*set->idle));
	for (size_t i = 0; i < n; i++) {
		reading->policies.items[i]->tier =
			tier_number(set, &reading->policies.items[i]->tier_key);
		reading->policies.items[i]->index = i;
	}
	if (n)
		qsort(reading->policies.items, n, sizeof(*reading->policies.items),
		      compare_policies);
	for (size_t i = 0; i < n; i++) {
		struct policy *policy = reading->policies.items[i];

		if (policy->no_effect) {
			set->idle[set->n_idle++] = policy;
			continue;
		}
		policy->index = set->n_policies;
		set->has_staged |= policy->is_staged;
		policy->asks_own_node = asks_own_node(policy);
		set->asks_own_node |= policy->asks_own_node;
		set->rules_own_node |= policy->rules_own_node;
		set->policies[set->n_policies++] = policy;
	}
	for (uint32_t i = 0; i < set->n_policies && set->has_staged; i++)
		if (set->policies[i]->is_staged)
			mark_replaced(set, set->policies[i]);
}

struct policy_set *policy_set_build(struct model_snapshot *snapshot,
				    const struct policy_options *options, struct diag_list *diags)
{
	struct arena *arena = &snapshot->arena;
	struct reading reading = {.set = arena_alloc(arena, sizeof(*reading.set))};
	const struct policy_reader common = {
		.snapshot = snapshot,
		.options = options,
		.diags = diags,
		.resources = &reading.resources,
	};

	reading.set->rejected =
		arena_alloc_n(arena, count_objects(snapshot), sizeof(*reading.set->rejected));
	read_all(&common, &reading);
	list_tiers(&reading, arena);
	order_policies(&reading, arena);
	policy_idle_report(reading.set, diags);
	vec_release(&reading.policies);
	vec_release(&reading.resources);
	return reading.set;
}
