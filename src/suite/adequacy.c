/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/run.h"

#include "base/hash.h"
#include "suite/equivalent.h"

#include <assert.h>

const char *suite_fate_name(enum suite_fate fate)
{
	static const char *const names[SUITE_N_FATES] = {
#define X(id, name) [SUITE_##id] = name,
		SUITE_FATES(X)
#undef X
	};

	assert(fate < SUITE_N_FATES);
	return names[fate];
}

struct pods {
	struct model_pod **items;
	size_t n;
	size_t cap;
};

/* The mutants of a policy's rules of one direction, and who can notice them. */
struct hunt {
	struct suite *suite;
	const struct suite_results *results;
	struct suite_faces *faces;
	struct diag_list *diags;
	struct suite_adequacy *ret;
	VEC(size_t) tests;
	struct pods pods; /* that these are about */
};

static void add_pods(struct hunt *hunt, struct hash_map *seen, const struct analyze_endpoint *whole)
{
	bool is_new;

	for (uint32_t i = 0; i < whole->n_pods; i++) {
		hash_map_put(seen, hash_ptr(whole->pods[i]), &is_new);
		if (is_new)
			vec_push(&hunt->pods, whole->pods[i]);
	}
}

/* A rule is about what its policy's pods send, or get. */
static void find_tests(struct hunt *hunt, const struct policy *policy,
		       enum policy_direction direction)
{
	const enum suite_side side = direction == POLICY_EGRESS ? SUITE_FROM : SUITE_TO;
	struct hash_map seen = {0};

	vec_clear(&hunt->tests);
	vec_clear(&hunt->pods);
	for (size_t i = 0; i < hunt->suite->tests.n; i++) {
		if (hunt->results->items.items[i].outcome != SUITE_PASS ||
		    !suite_end_is_selected(hunt->suite->ends[side].items[i].whole, policy))
			continue;
		vec_push(&hunt->tests, i);
		for (int end = 0; end < SUITE_N_SIDES; end++)
			add_pods(hunt, &seen, hunt->suite->ends[end].items[i].whole);
	}
	hash_map_release(&seen);
}

/* Where access stays, only a test that asks for a reason can notice. */
static bool can_notice(const struct hunt *hunt, size_t test, bool is_equivalent)
{
	return !is_equivalent || hunt->suite->tests.items[test].reason;
}

static bool can_any_notice(const struct hunt *hunt, bool is_equivalent)
{
	for (size_t i = 0; i < hunt->tests.n; i++)
		if (can_notice(hunt, hunt->tests.items[i], is_equivalent))
			return true;
	return false;
}

/* false: the changed table does not fit. */
static bool ask_tests(struct hunt *hunt, const struct analyze_cluster *changed,
		      struct suite_mutant *mutant)
{
	const bool is_equivalent = mutant->fate == SUITE_EQUIVALENT;
	struct analyze_judge judge;

	if (analyze_judge_init(&judge, changed, hunt->pods.items, hunt->pods.n, hunt->diags))
		return false;
	for (size_t i = 0; i < hunt->tests.n && !mutant->killer; i++)
		if (can_notice(hunt, hunt->tests.items[i], is_equivalent) &&
		    suite_test_notices(hunt->suite, &judge, changed, hunt->tests.items[i],
				       mutant->change.rule))
			mutant->killer = &hunt->suite->tests.items[hunt->tests.items[i]];
	analyze_judge_release(&judge);
	return true;
}

static bool find_killer(struct hunt *hunt, struct suite_mutant *mutant)
{
	struct analyze_cluster changed = *hunt->suite->cluster;
	struct arena arena;
	bool is_asked;

	if (!can_any_notice(hunt, mutant->fate == SUITE_EQUIVALENT))
		return true;
	arena_init(&arena);
	changed.policies = analyze_policies_changed(hunt->suite->cluster->policies, &mutant->change,
						    1, &arena);
	is_asked = ask_tests(hunt, &changed, mutant);
	arena_release(&arena);
	if (mutant->killer)
		mutant->fate = SUITE_KILLED;
	return is_asked;
}

static bool try_mutant(struct hunt *hunt, struct analyze_change change)
{
	struct suite_mutant mutant = {.change = change, .fate = SUITE_SURVIVED};

	if (hunt->faces && suite_is_equivalent(hunt->faces, &change))
		mutant.fate = SUITE_EQUIVALENT;
	if (!find_killer(hunt, &mutant))
		return false;
	hunt->ret->n[mutant.fate]++;
	vec_push(&hunt->ret->mutants, mutant);
	return true;
}

static bool try_rule(struct hunt *hunt, const struct policy_rule *rule)
{
	for (int kind = 0; kind < ANALYZE_N_CHANGES; kind++) {
		const struct analyze_change change = {rule, (uint8_t)kind};

		if (analyze_change_is_one(&change) && !try_mutant(hunt, change))
			return false;
	}
	return true;
}

static bool try_policy(struct hunt *hunt, const struct policy *policy)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		if (policy->n_rules[direction])
			find_tests(hunt, policy, direction);
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			if (!try_rule(hunt, &policy->rules[direction][i]))
				return false;
	}
	return true;
}

bool suite_find_adequacy(struct suite *suite, const struct suite_results *results,
			 struct diag_list *diags, struct suite_adequacy *ret)
{
	const struct policy_set *policies = suite->cluster->policies;
	struct hunt hunt = {
		.suite = suite,
		.results = results,
		.faces = suite_faces_new(suite->cluster),
		.diags = diags,
		.ret = ret,
	};
	bool is_done = true;

	*ret = (struct suite_adequacy){0};
	for (uint32_t i = 0; i < policies->n_policies && is_done; i++)
		if (policy_has_say(policies->policies[i], false))
			is_done = try_policy(&hunt, policies->policies[i]);
	suite_faces_free(hunt.faces);
	vec_release(&hunt.tests);
	vec_release(&hunt.pods);
	if (!is_done)
		suite_adequacy_release(ret);
	return is_done;
}

void suite_adequacy_release(struct suite_adequacy *adequacy)
{
	vec_release(&adequacy->mutants);
}
