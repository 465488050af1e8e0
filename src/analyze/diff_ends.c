/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which endpoints of two maps are one: by id, and where an owner's pods get different answers in
 * one of them, by the names of its pods.
 */
#include "analyze/diff_build.h"

#include <string.h>

#define NOWHERE ANALYZE_MAP_OUTSIDE

/* Pods of one owner that are one endpoint before, and one after. */
struct combination {
	uint32_t at[ANALYZE_N_SIDES];
	const char *pod; /* the first of them; NULL: all pods of the owner */
};

/* The endpoints that the maps have of one owner. */
struct owned {
	VEC(uint32_t) at[ANALYZE_N_SIDES];
};

struct matching {
	struct diff_builder *builder;
	struct keyset owners;
	VEC(struct owned) owned; /* by owner */
	VEC(struct combination) combinations;
};

static const struct analyze_map_endpoint *endpoint_at(const struct diff_builder *builder,
						      enum analyze_diff_side side, uint32_t at)
{
	return &builder->diff->maps[side].endpoints.items[at];
}

/* What is on the map before the peers that were added to it. */
static size_t n_known(const struct diff_builder *builder, enum analyze_diff_side side)
{
	return builder->diff->maps[side].endpoints.n - builder->diff->peers.items.n;
}

static void list_owners(struct matching *matching)
{
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		for (uint32_t i = 0; i < n_known(matching->builder, side); i++) {
			const struct analyze_map_endpoint *endpoint =
				endpoint_at(matching->builder, side, i);
			const char *owner = endpoint->owner ? endpoint->owner : endpoint->id;
			bool is_new;
			uint32_t number =
				keyset_intern(&matching->owners, owner, strlen(owner) + 1, &is_new);

			if (is_new)
				vec_add(&matching->owned);
			vec_push(&matching->owned.items[number].at[side], i);
		}
}

static struct combination *find_combination(struct matching *matching, const uint32_t at[])
{
	for (size_t i = 0; i < matching->combinations.n; i++)
		if (memcmp(matching->combinations.items[i].at, at,
			   sizeof(matching->combinations.items[i].at)) == 0)
			return &matching->combinations.items[i];
	return NULL;
}

static void combine(struct matching *matching, uint32_t before, uint32_t after, const char *pod)
{
	const uint32_t at[] = {before, after};
	struct combination *combination;

	if (find_combination(matching, at))
		return;
	combination = vec_add(&matching->combinations);
	memcpy(combination->at, at, sizeof(at));
	combination->pod = pod;
}

/* The endpoint of the owner that has a pod of this name before. */
static uint32_t find_before(const struct matching *matching, const struct owned *owned,
			    const char *name)
{
	for (size_t i = 0; i < owned->at[ANALYZE_OLD].n; i++) {
		const uint32_t at = owned->at[ANALYZE_OLD].items[i];
		const struct analyze_map_endpoint *endpoint =
			endpoint_at(matching->builder, ANALYZE_OLD, at);

		for (uint32_t j = 0; j < endpoint->n_known; j++)
			if (strcmp(endpoint->pods[j]->name, name) == 0)
				return at;
	}
	return NOWHERE;
}

static void combine_by_name(struct matching *matching, const struct owned *owned)
{
	for (size_t i = 0; i < owned->at[ANALYZE_NEW].n; i++) {
		const uint32_t at = owned->at[ANALYZE_NEW].items[i];
		const struct analyze_map_endpoint *endpoint =
			endpoint_at(matching->builder, ANALYZE_NEW, at);

		for (uint32_t j = 0; j < endpoint->n_known; j++) {
			const char *name = endpoint->pods[j]->name;
			const uint32_t before = find_before(matching, owned, name);

			if (before != NOWHERE)
				combine(matching, before, at, name);
		}
	}
}

static bool is_combined(const struct matching *matching, enum analyze_diff_side side, uint32_t at)
{
	for (size_t i = 0; i < matching->combinations.n; i++)
		if (matching->combinations.items[i].at[side] == at)
			return true;
	return false;
}

/* Pods that are only here are replicas of what all pods are there, if these are all one. */
static void combine_rest(struct matching *matching, const struct owned *owned,
			 enum analyze_diff_side side)
{
	const uint32_t there = owned->at[!side].n == 1 ? owned->at[!side].items[0] : NOWHERE;

	for (size_t i = 0; i < owned->at[side].n; i++) {
		const uint32_t at = owned->at[side].items[i];
		const char *name = endpoint_at(matching->builder, side, at)->pods[0]->name;

		if (is_combined(matching, side, at))
			continue;
		if (side == ANALYZE_OLD)
			combine(matching, at, there, name);
		else
			combine(matching, there, at, name);
	}
}

static bool has_placed_host(const struct analyze_map_endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->n_known && endpoint->host_network; i++)
		if (endpoint->pods[i]->node)
			return true;
	return false;
}

/* What is no matter of groups: where a node's own pods run, and what routes lead to. */
static bool is_single(const struct diff_builder *builder, const uint32_t at[])
{
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		if (at[side] != NOWHERE && (at[side] == builder->diff->maps[side].ingress ||
					    has_placed_host(endpoint_at(builder, side, at[side]))))
			return true;
	return false;
}

/* The group of an endpoint that will be the next one. */
static uint32_t enter_group(struct diff_builder *builder, const uint32_t at[], bool is_single)
{
	struct analyze_diff *diff = builder->diff;
	uint32_t key[ANALYZE_N_SIDES + 1], number;
	struct analyze_diff_group *group;
	bool is_new;

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		key[side] = at[side] == NOWHERE ? NOWHERE
						: endpoint_at(builder, side, at[side])->group;
	key[ANALYZE_N_SIDES] = is_single ? (uint32_t)diff->endpoints.n + 1 : 0;
	number = keyset_intern(&builder->groups, key, sizeof(key), &is_new);
	if (is_new) {
		group = vec_add(&diff->groups);
		memcpy(group->of, key, sizeof(group->of));
		group->is_single = is_single;
		group->is_guess = true;
	}
	return number;
}

/* What is said of the endpoint's workload; of both inputs the new one counts, where it says something. */
static void take_words(const struct analyze_diff_options *options,
		       struct analyze_diff_endpoint *endpoint,
		       const struct model_workload *workload)
{
	const char *sensitivity = options->sensitivity
					  ? options->sensitivity(options->arg, workload)
					  : workload->sensitivity;

	if (sensitivity)
		endpoint->sensitivity = sensitivity;
	endpoint->is_exposed |= options->exposed && options->exposed(options->arg, workload);
}

static void take_side(struct diff_builder *builder, struct analyze_diff_endpoint *endpoint,
		      const struct analyze_map_endpoint *from)
{
	endpoint->ns = from->ns;
	endpoint->kind = from->kind;
	endpoint->name = from->name;
	endpoint->id = from->id;
	endpoint->owner = from->owner ? from->owner : from->id;
	endpoint->is_assumed = from->origin == MODEL_ASSUMED;
	if (from->n_known)
		take_words(&builder->diff->options, endpoint, from->pods[0]->workload);
	if (from->n_pods > endpoint->n_pods)
		endpoint->n_pods = from->n_pods;
}

static struct analyze_diff_endpoint *add_endpoint(struct diff_builder *builder,
						  const struct combination *from)
{
	struct analyze_diff *diff = builder->diff;
	const uint32_t group = enter_group(builder, from->at, is_single(builder, from->at));
	struct analyze_diff_endpoint *endpoint = vec_add(&diff->endpoints);

	endpoint->group = group;
	memcpy(endpoint->at, from->at, sizeof(endpoint->at));
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		if (from->at[side] != NOWHERE) {
			take_side(builder, endpoint, endpoint_at(builder, side, from->at[side]));
			endpoint->is_ingress |= from->at[side] == diff->maps[side].ingress;
		}
	if (from->pod) {
		endpoint->kind = "Pod";
		endpoint->name = from->pod;
		endpoint->id = arena_printf(&diff->arena, "%s/Pod/%s", endpoint->ns, from->pod);
	}
	return endpoint;
}

static void add_owner(struct matching *matching, const struct owned *owned)
{
	const size_t n_before = owned->at[ANALYZE_OLD].n, n_after = owned->at[ANALYZE_NEW].n;

	vec_clear(&matching->combinations);
	if (n_before == 1 && n_after == 1) {
		combine(matching, owned->at[ANALYZE_OLD].items[0], owned->at[ANALYZE_NEW].items[0],
			NULL);
	} else if (n_before + n_after == 1) {
		combine(matching, n_before ? owned->at[ANALYZE_OLD].items[0] : NOWHERE,
			n_after ? owned->at[ANALYZE_NEW].items[0] : NOWHERE, NULL);
	} else {
		combine_by_name(matching, owned);
		combine_rest(matching, owned, ANALYZE_NEW);
		combine_rest(matching, owned, ANALYZE_OLD);
	}
	for (size_t i = 0; i < matching->combinations.n; i++)
		add_endpoint(matching->builder, &matching->combinations.items[i]);
}

static void add_known(struct diff_builder *builder)
{
	struct matching matching = {.builder = builder};

	list_owners(&matching);
	for (size_t i = 0; i < matching.owned.n; i++) {
		add_owner(&matching, &matching.owned.items[i]);
		for (int side = 0; side < ANALYZE_N_SIDES; side++)
			vec_release(&matching.owned.items[i].at[side]);
	}
	vec_release(&matching.owned);
	vec_release(&matching.combinations);
	keyset_release(&matching.owners);
}

static int compare_endpoints(const void *left, const void *right)
{
	const struct analyze_diff_endpoint *a = left, *b = right;
	int order = a->is_ingress - b->is_ingress;

	if (!order)
		order = strcmp(a->ns, b->ns);
	if (!order)
		order = strcmp(a->kind, b->kind);
	if (!order)
		order = strcmp(a->name, b->name);
	return order ? order
		     : (a->at[ANALYZE_NEW] > b->at[ANALYZE_NEW]) -
			       (a->at[ANALYZE_NEW] < b->at[ANALYZE_NEW]);
}

/* A peer that gets in both what somebody else gets is no endpoint, unless a policy is about it. */
static void add_peer(struct diff_builder *builder, uint32_t number)
{
	const struct analyze_hypothetical *peer = &builder->diff->peers.items.items[number];
	struct combination combination = {0};
	struct analyze_diff_endpoint *endpoint;
	const size_t n_groups = builder->diff->groups.n;

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		combination.at[side] = (uint32_t)n_known(builder, side) + number;
	enter_group(builder, combination.at, false);
	if (number > 0 && !peer->is_subject && builder->diff->groups.n == n_groups)
		return;
	endpoint = add_endpoint(builder, &combination);
	endpoint->is_hypothetical = true;
	endpoint->is_subject = peer->is_subject;
}

static void fill_groups(struct analyze_diff *diff)
{
	for (uint32_t i = 0; i < diff->endpoints.n; i++) {
		const struct analyze_diff_endpoint *endpoint = &diff->endpoints.items[i];
		struct analyze_diff_group *group = &diff->groups.items[endpoint->group];

		vec_push(&group->endpoints, i);
		group->is_guess &= endpoint->is_hypothetical && !endpoint->is_subject;
	}
}

void diff_make_endpoints(struct diff_builder *builder)
{
	struct analyze_diff *diff = builder->diff;

	add_known(builder);
	if (diff->endpoints.n)
		qsort(diff->endpoints.items, diff->endpoints.n, sizeof(*diff->endpoints.items),
		      compare_endpoints);
	diff->compared.endpoints = (uint32_t)diff->endpoints.n;
	diff->compared.hypothetical = (uint32_t)diff->peers.items.n;
	for (uint32_t i = 0; i < diff->peers.items.n; i++)
		add_peer(builder, i);
	diff->compared.classes = (uint32_t)diff->groups.n;
	fill_groups(diff);
}

bool diff_is_pair(const struct analyze_diff *diff, uint32_t from, uint32_t to)
{
	const struct analyze_diff_endpoint *a = &diff->endpoints.items[from];
	const struct analyze_diff_endpoint *b = &diff->endpoints.items[to];

	if (from == to)
		return a->n_pods > 1;
	return !(a->is_hypothetical && b->is_hypothetical && !a->is_subject && !b->is_subject);
}
